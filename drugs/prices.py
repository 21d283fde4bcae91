"""Which published price is in force for a code on a date. Pure functions on the snapshot.

A price is chosen by date first: among the bases in force on the date, the first of the caller's order. Only
then the newest past one, flagged as carried on; whether it is too old is judged against the estimate's date.
Of past ones that end on the same day, one whose code has left the published files comes last.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from drugs.reference import Price

HOSPITAL_DRUG_BASES = ("addendum_b", "asp", "addendum_bb", "wac")
OTHER_DRUG_BASES = ("asp", "addendum_bb", "wac")
"""Fallback order for a drug, in a hospital outpatient department and elsewhere (after contract or typed)."""


@dataclass(frozen=True)
class ChosenPrice:
    """`carried`: not in force on the date asked for, but the newest one before it."""

    price: Price
    carried: bool


def price_for(
    prices: Iterable[Price], code: str, place: str, on_date: date, bases: Sequence[str]
) -> ChosenPrice | None:
    """The price of a code on a date; None where no such basis has one yet. `place` "" is no place at all."""
    asked = [p for p in prices if p.code == code and p.place == place and p.basis in bases]
    begun = [p for p in asked if p.effective_from <= on_date]
    if in_force := [p for p in begun if p.in_force(on_date)]:
        return ChosenPrice(max(in_force, key=lambda p: (-bases.index(p.basis), p.effective_from)), False)
    newest = max(begun, key=lambda p: (_last_day(p), not p.gone_in, -bases.index(p.basis)), default=None)
    return ChosenPrice(newest, True) if newest else None


def gone_in_words(price: Price) -> str:
    """What a price says whose code has left the files: its last quarter, and the state after it; "" for any other."""
    if not price.gone_in:
        return ""
    return (
        f"{price.code} has had no price there since {price.gone_in} ({price.gone_words}); "
        f"its last quarter was {quarter_of(price.effective_to)}"
    )


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarters_behind(price: Price, as_of: date) -> int:
    """Whole calendar quarters between the price's last day and `as_of`: 0 while in force or not yet begun."""
    if price.effective_to is None or price.effective_to >= as_of:
        return 0
    return _quarter_number(as_of) - _quarter_number(price.effective_to)


def quarter_bounds(quarter: str) -> tuple[date, date]:
    """First and last day of a quarter written as 2026Q3."""
    if not re.fullmatch(r"20\d\dQ[1-4]", quarter):
        raise ValueError(f"expected a quarter, as in 2026Q3, got {quarter!r}")
    year, number = int(quarter[:4]), int(quarter[5])
    first = date(year, 3 * number - 2, 1)
    return first, date(year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)


def _last_day(price: Price) -> date:
    return price.effective_to or price.effective_from


def _quarter_number(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3
