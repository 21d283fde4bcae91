"""Prices inside sentences: computed from the rows, dated, and never guessed."""

from datetime import date
from decimal import Decimal

import pytest

from drugs.pricewords import with_prices
from drugs.reference import Drugs, Price, Provenance, Source

TODAY = date(2026, 11, 21)
FILE = Source("file", "A file")


def price(amount, basis, first, last):
    return Price(
        code="J2326",
        basis=basis,
        amount=Decimal(amount),
        effective_from=first,
        effective_to=last,
        provenance=Provenance(FILE),
    )


DRUGS = Drugs(
    revision=1,
    prices=(
        price("1280.251", "addendum_b", date(2025, 10, 1), date(2025, 12, 31)),
        price("1285.78", "addendum_bb", date(2026, 4, 1), date(2026, 6, 30)),
        price("1333.45", "addendum_bb", date(2026, 7, 1), date(2026, 9, 30)),
    ),
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A unit {price J2326}.", "A unit $1,333.45 (2026Q3, ASC Addendum BB)."),
        ("12 mg {price J2326 x 120}", "12 mg $160,014.00 (2026Q3, ASC Addendum BB)"),
        ("{price J2326 addendum_b}", "$1,280.251 (2025Q4, OPPS Addendum B)"),
        ("{price J2326 addendum_bb 2026Q2}", "$1,285.78 (2026Q2, ASC Addendum BB)"),
        ("{price J2326 addendum_bb 2024Q1}", "no published price known"),
        ("{price J0000}", "no published price known"),
        ("No price at all.", "No price at all."),
        ("{price}", "{price}"),
    ],
)
def test_a_named_price_is_written_out_with_its_quarter_and_basis(written, read):
    assert with_prices(written, DRUGS, TODAY)[0] == read


def test_a_sentence_knows_the_sources_of_its_prices_once():
    assert with_prices("{price J2326} and {price J2326 x 2}", DRUGS, TODAY)[1] == (Provenance(FILE),)


def test_a_newer_price_changes_the_sentence():
    newer = price("1400.00", "asp", date(2026, 10, 1), date(2026, 12, 31))
    drugs = Drugs(revision=2, prices=(*DRUGS.prices, newer))
    assert with_prices("{price J2326 x 120}", drugs, TODAY)[0] == "$168,000.00 (2026Q4, ASP limit)"
