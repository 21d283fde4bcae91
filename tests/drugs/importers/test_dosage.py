"""Billing units out of the words files use; what cannot be read for certain is left to a person."""

from decimal import Decimal

import pytest

from drugs.importers.dosage import Unit, read


@pytest.mark.parametrize(
    ("words", "number", "unit", "mg"),
    [
        ("1 MG", "1", "mg", "1"),
        ("0.1 mg", "0.1", "mg", "0.1"),
        ("1MG", "1", "mg", "1"),
        (".625 GM", "0.625", "g", "625"),
        ("25 MCG", "25", "mcg", "0.025"),
        ("100,000 UNITS", "100000", "unit", None),
        ("5 Unit", "5", "unit", None),
        ("1 microCurie", "1", "microcurie", None),
        ("1 SQ CM", "1", "cm2", None),
        ("10 CC", "10", "mL", None),
        ("per dose", "1", "dose", None),
        ("Per Therapeutic Dose", "1", "dose", None),
        ("Per treatment", "1", "treatment", None),
    ],
)
def test_a_unit_is_read(words, number, unit, mg):
    found = read(words)
    assert (found.number, found.unit) == (Decimal(number), unit)
    assert found.mg == (mg and Decimal(mg))


def test_up_to_an_amount_is_one_unit_whatever_is_given():
    assert read("UP TO 1 GM") == Unit(Decimal(1), "g", up_to=True)
    assert read("UP TO 1 GM").mg is None


@pytest.mark.parametrize(
    "words",
    [
        "",
        "10 MG/3MG",
        "3 MG & 3 MG",
        "4 MG-4 MG-2 MG",
        "75mg (50mg cft/25mg taz)",
        "300 MCG (1500 IU)",
        "1 million PFU",
        "Less than or equal to 7 days of therapy",
        "up to 600 million CAR-positive viable T cells",
        "0 MG",
    ],
)
def test_what_cannot_be_read_for_certain_is_left_to_a_person(words):
    assert read(words) is None
