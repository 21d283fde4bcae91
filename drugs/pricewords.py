"""Published prices inside sentences: computed from the price rows, so that a sentence never states an old one.

A sentence names the price it means, and the page writes the amount with its period and basis:

    {price J2326}                      a unit, at the newest price
    {price J2326 x 120}                120 units of it
    {price J2326 addendum_b}           a unit, at the newest price on that basis
    {price J2326 addendum_b 2025Q3}    a unit, on that basis in that quarter
"""

import re
from datetime import date

from drugs.pricehistory import for_units, per_unit
from drugs.prices import HOSPITAL_DRUG_BASES, price_for, quarter_bounds
from drugs.reference import Drugs, Price, Provenance
from drugs.words import BASIS_NAMES, dollars, period, with_days

NAMED = re.compile(
    r"\{price (?P<code>\w+)(?: x (?P<units>\d+))?(?: (?P<basis>[a-z_]+)(?: (?P<quarter>20\d\dQ[1-4]))?)?\}"
)
UNKNOWN = "no published price known"


def with_prices(text: str, drugs: Drugs, today: date) -> tuple[str, tuple[Provenance, ...]]:
    """The text with its amounts and days as pages write them, and where each amount is from."""
    used: list[Provenance] = []

    def amount(named: re.Match) -> str:
        price = _price(named, drugs, today)
        if price is None:
            return UNKNOWN
        used.append(price.provenance)
        return _words(price, named["units"])

    return with_days(NAMED.sub(amount, text)), tuple(dict.fromkeys(used))


def _price(named: re.Match, drugs: Drugs, today: date) -> Price | None:
    prices = drugs.prices_of(named["code"])
    if named["quarter"]:
        first, _ = quarter_bounds(named["quarter"])
        found = (p for p in prices if p.basis == named["basis"] and p.effective_from == first)
        return next(found, None)
    bases = (named["basis"],) if named["basis"] else HOSPITAL_DRUG_BASES
    chosen = price_for(prices, named["code"], "", today, bases)
    return chosen.price if chosen else None


def _words(price: Price, units: str | None) -> str:
    amount = dollars(for_units(price, int(units))) if units else per_unit(price)
    return f"{amount} ({period(price.effective_from, price.effective_to)}, {BASIS_NAMES[price.basis]})"
