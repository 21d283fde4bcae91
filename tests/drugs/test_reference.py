"""The frozen values: finding a drug, the band of a patient, the code in force."""

from datetime import date
from decimal import Decimal

import pytest

from drugs.reference import (
    AdministrationCode,
    Code,
    DoseBand,
    Drug,
    Drugs,
    Presentation,
    Provenance,
    Source,
)

FILE = Provenance(Source("file", "A file"))


def code(name, **values):
    return Code(system="hcpcs", code=name, words="", provenance=FILE, **values)


SPINRAZA = Drug(
    slug="spinraza",
    name="Spinraza",
    generic="nusinersen",
    aliases=("the SMA injection",),
    provenance=FILE,
    codes=(
        code("C9489", effective_to=date(2017, 12, 31)),
        code("J2326", unit_mg=Decimal("0.1"), effective_from=date(2018, 1, 1)),
    ),
    administration_codes=(AdministrationCode(code="96450", words="", use="usual", provenance=FILE),),
    presentations=(
        Presentation(
            mg=Decimal(12), form="12 mg vial", ndc10="64406-058-01", ndc11="64406-0058-01", provenance=FILE
        ),
    ),
)
SPINACH = Drug(slug="aspinach", name="Aspinach", generic="spinose", provenance=FILE)
DRUGS = Drugs(revision=1, drugs=(SPINACH, SPINRAZA))


@pytest.mark.parametrize(
    "typed",
    [
        "spinr",
        "SPINRAZA",
        "nusin",
        " J2326 ",
        "j2326",
        "c9489",
        "96450",
        "SMA inj",
        "64406-058-01",
        "64406-0058-01",
        "64406005801",
        "6440605801",
        "64406 0058 01",
    ],
)
def test_a_drug_is_found_by_name_code_and_ndc_in_any_format(typed):
    assert DRUGS.find(typed) == (SPINRAZA,)


@pytest.mark.parametrize("typed", ["inraza", "64406", "", "  ", "(", "[", "J23", "٦٤٤٠٦٠٠٥٨٠١"])
def test_what_is_no_start_of_a_name_finds_nothing(typed):
    assert DRUGS.find(typed) == ()


def test_the_drug_whose_name_begins_so_comes_first():
    assert DRUGS.find("spin") == (SPINRAZA, SPINACH)


@pytest.mark.parametrize(
    ("on_date", "found"),
    [(date(2017, 6, 1), None), (date(2017, 12, 31), None), (date(2018, 1, 1), "J2326")],
)
def test_the_billing_code_is_the_one_in_force_that_has_a_unit(on_date, found):
    in_force = SPINRAZA.billing_code(on_date)
    assert (in_force and in_force.code) == found


@pytest.mark.parametrize(
    ("weight", "age", "holds"),
    [
        ("19.9", "24", True),
        ("20", "24", False),  # below is exclusive
        ("10", "23.9", False),
        ("10", None, False),  # a bound on something unknown does not hold
        (None, "24", False),
    ],
)
def test_a_band_holds_from_inclusive_to_below_exclusive(weight, age, holds):
    band = DoseBand(mg_per_kg=Decimal("0.25"), age_from_months=Decimal(24), weight_below_kg=Decimal(20))
    assert band.holds(weight and Decimal(weight), age and Decimal(age)) is holds


def test_a_band_without_bounds_holds_for_everybody():
    assert DoseBand(mg=Decimal(12)).holds(None, None)


@pytest.mark.parametrize(
    ("confidence", "verified"),
    [("high", True), ("medium", True), ("low", False), ("label_knowledge", False)],
)
def test_label_knowledge_and_weak_sources_never_show_as_verified(confidence, verified):
    stamped = Provenance(FILE.source, verified_on=date(2026, 1, 1), confidence=confidence)
    assert stamped.verified is verified
