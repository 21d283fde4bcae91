"""A regimen worked out: when, how much, how many units."""

from datetime import date
from decimal import Decimal

import pytest

from drugs.dosing import ADULT, CHILD, add_months, doses, in_year, later, packages_of, units_of
from drugs.reference import Code, DoseBand, Interval, Phase, Presentation, Provenance, Regimen, Source

FIRST = date(2026, 1, 1)
KNOWN = Provenance(Source("s", "A source"))


def regimen(*phases):
    return Regimen(slug="r", name="r", phases=phases, provenance=KNOWN)


def phase(*bands, **rest):
    return Phase(name="p", kind="loading", bands=bands, **rest)


FLAT = DoseBand(mg=Decimal(12))
PER_KG = DoseBand(mg_per_kg=Decimal(10), maximum_mg=Decimal(1200))
MONTHLY = Interval(4, "months")


def test_maintenance_counts_from_the_last_loading_dose():
    """Day 58 after Jan 1 is Feb 28; then Jun 28, Oct 28: six doses in the first year, three in the second."""
    given = doses(regimen(phase(FLAT, offsets=(0, 14, 28, 58)), phase(FLAT, every=MONTHLY)), FIRST, 2, None)
    assert [dose.on for dose in given[3:6]] == [date(2026, 2, 28), date(2026, 6, 28), date(2026, 10, 28)]
    assert len(in_year(given, FIRST, 1)) == 6
    assert len(in_year(given, FIRST, 2)) == 3


def test_a_regimen_without_loading_begins_on_the_first_day():
    given = doses(regimen(phase(FLAT, every=Interval(1, "weeks"))), FIRST, 1, None)
    assert given[0].on == FIRST
    assert len(given) == 53


def test_cycles_by_clinical_need_cannot_be_added_up():
    assert doses(regimen(phase(FLAT)), FIRST, 1, None) is None


def test_a_weight_dose_has_its_maximum():
    assert doses(regimen(phase(PER_KG, offsets=(0,))), FIRST, 1, ADULT)[0].mg == 700
    assert doses(regimen(phase(PER_KG, offsets=(0,))), FIRST, 1, CHILD)[0].mg == 150


def test_without_a_band_for_the_patient_there_is_no_dose():
    heavy = DoseBand(mg=Decimal(5), weight_from_kg=Decimal(20))
    assert doses(regimen(phase(heavy, offsets=(0,))), FIRST, 1, CHILD) is None


def test_the_last_day_of_a_month_stays_the_last_day():
    assert add_months(date(2026, 10, 31), 4) == date(2027, 2, 28)
    assert later(date(2026, 1, 31), Interval(2, "weeks"), 2) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("mg", "unit", "units"), [("12", "0.1", 120), ("50", "0.1", 500), ("525", "10", 53), ("700", "1", 700)]
)
def test_units_are_rounded_up(mg, unit, units):
    code = Code(system="hcpcs", code="J0000", words="w", provenance=KNOWN, unit_mg=Decimal(unit))
    assert units_of(Decimal(mg), phase(FLAT), code) == units


def test_a_treatment_is_one_unit_and_a_pharmacy_dose_none():
    code = Code(system="hcpcs", code="J0000", words="w", provenance=KNOWN, per_treatment=True)
    assert units_of(None, phase(FLAT), code) == 1
    assert units_of(Decimal(90), phase(FLAT, benefit="pharmacy"), code) is None


def test_what_is_left_in_an_opened_vial_is_told():
    vial = Presentation(mg=Decimal(100), form="100 mg vial", provenance=KNOWN)
    assert packages_of(Decimal(350), vial) == (4, Decimal(50))
