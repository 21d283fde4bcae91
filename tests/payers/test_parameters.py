"""A national figure is asked for one year; a missing year takes the last known earlier one, and says so."""

from fractions import Fraction

import pytest

from drugs.reference import Provenance, Source
from payers.parameters import figure, percent_of_poverty, poverty_guideline, referred
from payers.reference import Parameter, Payers, frozen, plain

FILE = Provenance(Source("file", "A file"))


def parameter(path, year, value):
    programme, key = path.split("/")
    return Parameter(programme=programme, key=key, year=year, value=value, unit="cents", provenance=FILE)


PAYERS = Payers(
    revision=1,
    parameters=(
        parameter("medicare/part_b_deductible", 2025, 25_700),
        parameter("medicare/part_b_deductible", 2026, 28_300),
        parameter("fpl/first_person_contiguous", 2025, 1_565_000),
        parameter("fpl/each_additional_contiguous", 2025, 550_000),
        parameter("fpl/first_person_contiguous", 2026, 1_596_000),
        parameter("fpl/each_additional_contiguous", 2026, 568_000),
        parameter("fpl/first_person_alaska", 2026, 1_995_000),
        parameter("fpl/each_additional_alaska", 2026, 710_000),
    ),
)


@pytest.mark.parametrize(
    ("year", "value", "exact"),
    [(2025, 25_700, True), (2026, 28_300, True), (2027, 28_300, False), (2035, 28_300, False)],
)
def test_a_missing_year_takes_the_last_known_one_flagged(year, value, exact):
    found = figure(PAYERS, "medicare/part_b_deductible", year)
    assert (found.value, found.year, found.exact) == (value, year, exact)


def test_before_the_first_known_year_nothing_is_known():
    assert figure(PAYERS, "medicare/part_b_deductible", 2024) is None
    assert figure(PAYERS, "medicare/part_z", 2026) is None


@pytest.mark.parametrize(
    ("state", "people", "year", "cents", "exact"),
    [
        ("OH", 1, 2026, 1_596_000, True),
        ("OH", 4, 2026, 3_300_000, True),  # 15,960 + 3 x 5,680 = 33,000
        ("OH", 4, 2025, 3_215_000, True),  # 15,650 + 3 x 5,500 = 32,150
        ("AK", 4, 2026, 4_125_000, True),  # 19,950 + 3 x 7,100 = 41,250
        ("OH", 2, 2027, 2_164_000, False),
    ],
)
def test_the_poverty_guideline_grows_with_each_person(state, people, year, cents, exact):
    assert poverty_guideline(PAYERS, state, people, year) == (cents, exact)


@pytest.mark.parametrize(("state", "people", "year"), [("HI", 1, 2026), ("OH", 0, 2026), ("OH", 1, 2024)])
def test_an_unknown_guideline_is_none(state, people, year):
    assert poverty_guideline(PAYERS, state, people, year) is None
    assert percent_of_poverty(PAYERS, state, people, 1, year) is None


def test_income_in_percent_is_exact():
    assert percent_of_poverty(PAYERS, "OH", 4, 13_200_000, 2026) == 400  # 132,000 of 33,000
    assert percent_of_poverty(PAYERS, "OH", 4, 13_200_001, 2026) == Fraction(1_320_000_100, 3_300_000)


def test_terms_tell_which_figures_they_need():
    terms = frozen({"a": {"parameter": "x/y"}, "b": [{"c": {"parameter": "x/z"}}], "d": 5})
    assert referred(terms) == {"x/y", "x/z"}


def test_frozen_terms_cannot_be_changed_and_come_back_plain():
    terms = {"a": {"b": [1, {"c": None}]}}
    with pytest.raises(TypeError):
        frozen(terms)["a"]["b"] = 1
    assert plain(frozen(terms)) == terms
