"""The price of a claim line: a typed amount or unit price first, then what is published on its date."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from drugs.prices import (
    HOSPITAL_DRUG_BASES,
    OTHER_DRUG_BASES,
    ChosenPrice,
    gone_in_words,
    price_for,
    quarters_behind,
)
from drugs.reference import Code, Drug, Drugs, Price

from .claimlines import BASIS_WORDS, BilledLine, LineNote
from .cost.money import LARGEST_AMOUNT, allowed_amount
from .findings import Findings, refuse
from .request import Request
from .words import day

FAR = 4
"""A typed unit price this many times above or below the known one is questioned."""

HOSPITAL_SITES = ("hospital_on_campus", "hospital_off_campus_excepted", "hospital_off_campus_nonexcepted")


class Pricer:
    """Prices the lines of one drug for one request."""

    def __init__(self, findings: Findings, request: Request, drugs: Drugs, drug: Drug):
        self.findings, self.request, self.drugs, self.drug = findings, request, drugs, drug

    def priced(
        self, encounter: int, on: date, note: LineNote, typed: int | None, billing: Code | None
    ) -> BilledLine:
        """The drug line with its price: a typed amount or unit price first, then what is published."""
        if typed is not None:
            if typed == 0:
                self.findings.warn(
                    f"{self.drug.name} is typed as allowed at $0.00. Right only where the drug comes free of charge: "
                    "leave the amount empty if it is not known."
                )
            return BilledLine(on, note.kind, typed, encounter, note)
        if self.request.allowed.drug_unit_price is not None:
            price = self.request.allowed.drug_unit_price
            self.compare_with_known(note, price, on)
            allowed = self.checked(allowed_amount(note.units, price), "$.allowed.drug_unit_price")
            return BilledLine(on, note.kind, allowed, encounter, replace(note, unit_price=price))
        bases = HOSPITAL_DRUG_BASES if self.request.site_of_care in HOSPITAL_SITES else OTHER_DRUG_BASES
        return self.published(encounter, on, note, bases, "$.allowed.drug_unit_price")

    def compare_with_known(self, note: LineNote, typed: Decimal, on: date):
        """A unit price far from any that is known is often the price of a dose: said, not refused."""
        known = self.drugs.prices_of(note.code) if note.code else ()
        newest = price_for(known, note.code, "", on, ("contract", *HOSPITAL_DRUG_BASES)) if known else None
        if newest is None:
            return
        unit = newest.price.amount / newest.price.per_units
        if not unit / FAR <= typed <= unit * FAR:
            self.findings.warn(
                f"The typed price of ${typed:,} is for one billing unit of {note.code}; the last known one is "
                f"${unit:,}. A dose here has {note.units} units. Is it the price of a dose?",
                self.findings.cite(newest.price.provenance, f"price of {note.code}"),
            )

    def published(
        self, encounter: int, on: date, note: LineNote, bases: tuple[str, ...], path: str
    ) -> BilledLine:
        """The drug line at its published price; without one, the amount is asked for at `path`."""
        chosen = self.price(note.code, "", on, bases) or refuse(
            path,
            f"no published price is known for {self.drug.name}"
            f"{f' ({note.code})' if note.code else ''} on {day(on)}: type the allowed amount",
        )
        price = chosen.price
        used_for = f"price of {note.code}" if note.code else f"price of {self.drug.name}"
        note = replace(
            note,
            unit_price=price.amount / price.per_units,
            basis=price.basis,
            carried=chosen.carried,
            source_key=self.findings.cite(price.provenance, used_for),
            about=self.is_inferred(note.code or self.drug.name, price),
        )
        allowed = self.checked(allowed_amount(note.units, price.amount / price.per_units), "$.drug")
        return BilledLine(on, note.kind, allowed, encounter, note, price.coinsurance)

    def price(self, code: str | None, place: str, on: date, bases: tuple[str, ...]) -> ChosenPrice | None:
        """The published price of a code on a date; a carried one is flagged, an old one must be accepted."""
        if code is None:
            return None
        chosen = price_for(self.drugs.prices_of(code), code, place, on, bases)
        if chosen is None or not chosen.carried:
            return chosen
        price, as_of = chosen.price, self.request.as_of
        source = self.findings.cite(price.provenance, f"price of {code}")
        self.findings.assume(
            f"{code}: dates after {day(price.effective_to)} use the last known price "
            f"({BASIS_WORDS[price.basis]}, {day(price.effective_from)} to {day(price.effective_to)}).",
            source,
        )
        behind = quarters_behind(price, as_of)
        if price.gone_in:
            self.findings.warn(
                f"{gone_in_words(price)}. The code may have ended, or be paid in another way: ask the billing office "
                "which code and price hold now.",
                source,
            )
        elif behind:
            self.findings.warn(
                f"The newest known price of {code} ended on {day(price.effective_to)}. A newer one may exist.",
                source,
            )
        if behind > 1 and not self.request.accept_stale:
            refuse(
                "$.accept_stale",
                f"the newest known price of {code} ended on {day(price.effective_to)}, more than a quarter before "
                f"{day(as_of)}: confirm that it may be used, or type the allowed amount",
            )
        return chosen

    def is_inferred(self, number: str, price: Price) -> bool:
        """Whether a price was worked out from other numbers and no person has confirmed it; then it is said why."""
        origin = price.provenance
        if origin.confidence == "high" or origin.verified:
            return False
        if origin.note:
            self.findings.assume(
                f"The price of {number} is worked out, not read where it is published. {origin.note}",
                self.findings.cite(origin, f"price of {number}"),
            )
        return True

    def checked(self, allowed: int, path: str) -> int:
        if allowed > LARGEST_AMOUNT:
            refuse(path, "one dose would be allowed more than $1,000,000,000: check the unit price")
        return allowed
