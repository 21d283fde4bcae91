"""Which price is in force on a date: first by date, then by the order of bases, then the newest past one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from drugs.prices import (
    HOSPITAL_DRUG_BASES,
    OTHER_DRUG_BASES,
    gone_in_words,
    price_for,
    quarter_bounds,
    quarters_behind,
)
from drugs.reference import Price, Provenance, Source

FILE = Provenance(Source("file", "A file"))


def price(basis, amount, start, end=None, place="", code="J2326"):
    return Price(
        code=code,
        basis=basis,
        amount=Decimal(amount),
        effective_from=date.fromisoformat(start),
        effective_to=date.fromisoformat(end) if end else None,
        place=place,
        provenance=FILE,
    )


# J2326 as the files have it: Addendum B ends with 2025Q4, Addendum BB with 2026Q3, the launch price in 2017.
PRICES = (
    price("wac", "125000", "2016-12-23", "2017-01-31"),
    price("addendum_b", "1280.251", "2025-10-01", "2025-12-31"),
    price("addendum_bb", "1280.25", "2025-10-01", "2025-12-31"),
    price("addendum_bb", "1286.15", "2026-01-01", "2026-03-31"),
    price("addendum_bb", "1285.78", "2026-04-01", "2026-06-30"),
    price("addendum_bb", "1333.45", "2026-07-01", "2026-09-30"),
    price("pfs", "66.47", "2026-01-01", "2026-12-31", place="facility", code="96450"),
    price("pfs", "160.99", "2026-01-01", "2026-12-31", place="nonfacility", code="96450"),
)


@pytest.mark.parametrize(
    ("description", "on_date", "bases", "amount", "carried"),
    [
        ("the first basis of the order wins", "2025-11-01", HOSPITAL_DRUG_BASES, "1280.251", False),
        ("outside a hospital Addendum B is not asked", "2025-11-01", OTHER_DRUG_BASES, "1280.25", False),
        ("the last day of a quarter", "2026-03-31", HOSPITAL_DRUG_BASES, "1286.15", False),
        ("the first day of the next", "2026-04-01", HOSPITAL_DRUG_BASES, "1285.78", False),
        (
            "one in force beats a better basis that is past",
            "2026-01-05",
            HOSPITAL_DRUG_BASES,
            "1286.15",
            False,
        ),
        ("past all quarters the newest is carried on", "2026-11-04", HOSPITAL_DRUG_BASES, "1333.45", True),
        ("also years later", "2031-01-01", HOSPITAL_DRUG_BASES, "1333.45", True),
        (
            "before all quarters only the launch price is past",
            "2023-06-01",
            HOSPITAL_DRUG_BASES,
            "125000",
            True,
        ),
        ("the launch price is in force at launch alone", "2017-01-31", HOSPITAL_DRUG_BASES, "125000", False),
    ],
)
def test_a_price_is_chosen_by_date_first(description, on_date, bases, amount, carried):
    chosen = price_for(PRICES, "J2326", "", date.fromisoformat(on_date), bases)
    assert (chosen.price.amount, chosen.carried) == (Decimal(amount), carried)


@pytest.mark.parametrize(
    ("code", "place", "on_date", "bases"),
    [
        ("J2326", "", "2016-01-01", HOSPITAL_DRUG_BASES),  # before any price began
        ("J2326", "", "2026-01-05", ("asp",)),  # J2326 is in no ASP file
        ("J9999", "", "2026-01-05", HOSPITAL_DRUG_BASES),
        ("96450", "", "2026-01-05", ("pfs",)),  # the fee schedule always has a place
    ],
)
def test_no_price_is_none_and_never_zero(code, place, on_date, bases):
    assert price_for(PRICES, code, place, date.fromisoformat(on_date), bases) is None


def test_a_fee_has_its_own_amount_in_a_facility():
    amounts = [
        price_for(PRICES, "96450", place, date(2026, 5, 1), ("pfs",)).price.amount
        for place in ("facility", "nonfacility")
    ]
    assert amounts == [Decimal("66.47"), Decimal("160.99")]


def test_of_two_open_ended_prices_the_later_one_counts():
    prices = (price("wac", "10", "2025-01-01"), price("wac", "11", "2026-01-01"))
    assert price_for(prices, "J2326", "", date(2026, 6, 1), ("wac",)).price.amount == 11


@pytest.mark.parametrize(
    ("as_of", "quarters"),
    [("2026-08-01", 0), ("2026-09-30", 0), ("2026-10-01", 1), ("2026-12-31", 1), ("2027-01-01", 2)],
)
def test_staleness_counts_quarters_since_the_last_day(as_of, quarters):
    assert quarters_behind(PRICES[5], date.fromisoformat(as_of)) == quarters


def test_an_open_ended_price_is_never_behind():
    assert quarters_behind(price("wac", "10", "2020-01-01"), date(2026, 1, 1)) == 0


@pytest.mark.parametrize(
    ("quarter", "first", "last"),
    [("2026Q1", "2026-01-01", "2026-03-31"), ("2026Q4", "2026-10-01", "2026-12-31")],
)
def test_a_quarter_has_a_first_and_a_last_day(quarter, first, last):
    assert quarter_bounds(quarter) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("quarter", ["2026Q5", "2026", "26Q1", "2026q1", ""])
def test_what_is_no_quarter_is_refused(quarter):
    with pytest.raises(ValueError, match="2026Q3"):
        quarter_bounds(quarter)


def test_of_past_prices_that_end_on_one_day_the_one_still_in_the_files_comes_first():
    ended = replace(price("asp", "10", "2026-07-01", "2026-09-30"), gone_in="2026Q4", gone_words="ended")
    beside = price("addendum_bb", "11", "2026-07-01", "2026-09-30")
    assert price_for([ended, beside], "J2326", "", date(2026, 11, 1), OTHER_DRUG_BASES).price is beside
    alone = price_for([ended], "J2326", "", date(2026, 11, 1), OTHER_DRUG_BASES).price
    assert gone_in_words(alone) == (
        "J2326 has had no price there since 2026Q4 (ended); its last quarter was 2026Q3"
    )
    assert gone_in_words(beside) == ""
