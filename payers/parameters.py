"""National figures by year, and the terms that refer to them. Pure functions on the snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from drugs.words import cents, percent
from payers.reference import Parameter, Payers

REGIONS = {"AK": "alaska", "HI": "hawaii"}


@dataclass(frozen=True)
class FigureOfYear:
    """A national figure asked for one year; `exact` False: the last known earlier year's stands in for it."""

    parameter: Parameter
    year: int
    exact: bool

    @property
    def value(self) -> int:
        return self.parameter.value


def figure(payers: Payers, path: str, year: int) -> FigureOfYear | None:
    """The figure of that year, else the last known earlier year's, flagged; None where none is known."""
    found = payers.parameter(path, year)
    return FigureOfYear(found[0], year, found[1]) if found else None


def amount_words(value: int, unit: str) -> str:
    """28300 cents -> `$283.00`, 20000 thousandths -> `20 %`."""
    if unit == "percent_fpl":
        return f"{value} % of the poverty level"
    return percent(value) if unit == "thousandths" else cents(value)


def referred(terms: Any) -> set[str]:
    """Every parameter that benefit terms refer to."""
    if isinstance(terms, Mapping):
        if set(terms) == {"parameter"}:
            return {terms["parameter"]}
        return set().union(*(referred(item) for item in terms.values()))
    if isinstance(terms, list | tuple):
        return set().union(*(referred(item) for item in terms))
    return set()


def poverty_guideline(payers: Payers, state: str, people: int, year: int) -> tuple[int, bool] | None:
    """(yearly cents for a household of that size, whether the guideline is that year's own)."""
    region = REGIONS.get(state, "contiguous")
    first = figure(payers, f"fpl/first_person_{region}", year)
    each = figure(payers, f"fpl/each_additional_{region}", year)
    if not first or not each or people < 1:
        return None
    return first.value + (people - 1) * each.value, first.exact and each.exact


def percent_of_poverty(payers: Payers, state: str, people: int, income: int, year: int) -> Fraction | None:
    """Yearly income (cents) in % of that year's guideline, exact."""
    guideline = poverty_guideline(payers, state, people, year)
    return Fraction(income * 100, guideline[0]) if guideline else None
