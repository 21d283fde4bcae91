"""Typed terms that no plan has are refused at their path."""

import pytest

from .asking import plan

# --- the shape of typed terms ---


@pytest.mark.parametrize(
    ("terms", "path", "words"),
    [
        ({"deductible": {}}, ".deductible", "expected one of the keys"),
        ({"deductibles": 5}, ".deductibles", "object of names"),
        ({"deductibles": None}, ".deductibles", "object of names"),
        ({"rules": {"drug": 5}}, ".rules.drug", "expected an object"),
        ({"rules": {"drug": {"deductible": []}}}, ".rules.drug.deductible", "expected a name, got a list"),
        ({"rules": {"drug": {"cap": {}}}}, ".rules.drug.cap", "expected a name, got an object"),
        ({"rules": {"drug": {"cap": "none"}}}, ".rules.drug.cap", "expected a name defined in caps"),
        ({"by_plan_year": 5}, ".by_plan_year", "object of plan years"),
        ({"by_plan_year": {"27": {}}}, ".by_plan_year.27", 'a plan year like "2027"'),
        ({"by_plan_year": {"２０２７": {}}}, ".by_plan_year.２０２７", 'a plan year like "2027"'),
        ({"by_plan_year": {"2027": 5}}, ".by_plan_year.2027", 'a plan year like "2027"'),
    ],
)
def test_a_term_of_the_wrong_shape_is_refused(refused, terms, path, words):
    [(at, message)] = refused(coverage=plan(**terms))
    assert at == f"$.coverage.medical.terms{path}"
    assert words in message


@pytest.mark.parametrize("year", ["2027", "2035"])
@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"deductible": {}}, ".deductible", "expected one of the keys"),
        ({"plan_year_start": "07-01"}, ".plan_year_start", "expected one of the keys"),
        ({"deductibles": 5}, ".deductibles", "object of names"),
        ({"deductibles": None}, ".deductibles", "object of names"),
        ({"caps": {"c": 5}}, ".caps.c", "expected an object"),
        ({"rules": {"drug": {"cap": []}}}, ".rules.drug.cap", "expected a name, got a list"),
        (
            {"deductibles": {"medical": {"individual": 5, "met_individual": 5}}},
            ".deductibles.medical",
            "starts at zero",
        ),
    ],
)
def test_a_later_year_is_read_as_strictly_even_beyond_the_horizon(refused, year, changes, path, words):
    [(at, message)] = refused(coverage=plan(by_plan_year={year: changes}))
    assert at == f"$.coverage.medical.terms.by_plan_year.{year}{path}"
    assert words in message


def test_a_rule_that_names_no_text_is_refused_where_caps_do_not_hold(refused):
    terms = {"rules": {"drug": {"cap": []}}}
    [(at, _)] = refused(coverage=plan("medicare-part-b", **terms), site_of_care="office")
    assert at == "$.coverage.medical.terms.rules.drug.cap"


# --- limits no plan has ---


@pytest.mark.parametrize(
    ("terms", "path", "words"),
    [
        (
            {"out_of_pocket_maximums": {"medical": {"individual": 199_999}}},
            "out_of_pocket_maximums.medical.individual",
            "($1,999.99) is below the deductible ($2,000.00)",
        ),
        (
            {"out_of_pocket_maximums": {"medical": {"family": 100_000, "individual": None}}},
            "out_of_pocket_maximums.medical.family",
            "is below the deductible ($4,000.00)",
        ),
        (
            {"deductibles": {"medical": {"family": 100_000}}},
            "deductibles.medical.individual",
            "one person's limit ($2,000.00) is above the family's",
        ),
        (
            {"out_of_pocket_maximums": {"medical": {"met_family": 1_600_001}}},
            "out_of_pocket_maximums.medical.met_family",
            "more is met",
        ),
    ],
)
def test_limits_that_no_plan_has_are_refused(refused, terms, path, words):
    [(at, message)] = refused(coverage=plan(**terms, met_as_of="2026-01-01"))
    assert at == f"$.coverage.medical.terms.{path}"
    assert words in message
