"""When each part of a page falls due: prices after their quarter, policies after 180 days, by the oldest reading."""

from datetime import date
from decimal import Decimal

from drugs.cadence import coding_element, policies_element, prices_element
from drugs.reference import Price, Provenance, Source

FILE = Source("file", "A file", read_on=date(2026, 1, 1))


def read(on):
    return Provenance(FILE, read_on=on)


def price(basis, first, last):
    return Price(
        code="J1",
        basis=basis,
        amount=Decimal(1),
        effective_from=first,
        effective_to=last,
        provenance=Provenance(FILE),
    )


def test_a_price_is_due_the_day_after_its_quarter():
    rows = [price("asp", date(2026, 7, 1), date(2026, 9, 30)), price("wac", date(2020, 1, 1), None)]
    inside, after = (prices_element(rows, on) for on in (date(2026, 9, 30), date(2026, 10, 1)))
    assert (inside.last, inside.due, inside.is_due) == ("2026Q3", "due Oct 1, 2026", False)
    assert after.is_due


def test_without_a_published_price_nothing_is_said_about_prices():
    assert prices_element([price("wac", date(2020, 1, 1), None)], date(2026, 1, 1)) is None


def test_policies_are_due_180_days_after_the_oldest_reading():
    """2026-03-01 + 180 days = 2026-08-28."""
    rows = [read(date(2026, 3, 1)), read(date(2026, 5, 1))]
    element = policies_element(rows, date(2026, 8, 28))
    assert (element.last, element.due) == ("read Mar 1, 2026 to May 1, 2026", "due Aug 28, 2026")
    assert not element.is_due
    assert policies_element(rows, date(2026, 8, 29)).is_due


def test_a_reading_without_a_day_of_its_own_takes_its_sources():
    assert coding_element([Provenance(FILE)], date(2026, 2, 1)).last == "read Jan 1, 2026"
    assert coding_element([], date(2026, 2, 1)) is None
