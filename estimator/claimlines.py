"""A claim line before any plan has seen it, and what is known of it beside its money."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .cost.case import Line
from .cost.doses import Dose
from .cost.money import LARGEST_AMOUNT, allowed_amount

BASIS_WORDS = {
    "asp": "CMS Part B payment limit (ASP, the 6 % is in it)",
    "addendum_b": "Medicare hospital outpatient rate (OPPS Addendum B)",
    "addendum_bb": "Medicare surgery-center rate (ASC Addendum BB)",
    "wac": "wholesale acquisition cost (list price)",
    "pfs": "Medicare physician fee schedule",
    "opps": "Medicare hospital outpatient amount",
    "asc": "Medicare surgery-center amount",
    "contract": "contract rate",
    "typed": "typed by you",
}


@dataclass(frozen=True)
class LineNote:
    """What a claim line is, beside its money: for the ledger, the claim form, and where its price is from.

    `carried` is a price that was not in force on the date: the newest one before it. `waste_units` is what is
    left in the vial, billed with modifier JW; JZ says there is none. `times` is how many times the price is allowed.
    `about` is a price worked out from other numbers, not read where it is published.
    """

    dose_label: str
    dose_number: int
    phase: str
    kind: str
    code: str | None
    words: str
    units: Decimal | int
    unit_price: Decimal | None
    basis: str
    source_key: str | None
    carried: bool = False
    waste_units: int = 0
    modifier: str = ""
    times: Decimal = Decimal(1)
    about: bool = False

    @property
    def basis_words(self) -> str:
        return BASIS_WORDS[self.basis]

    @property
    def stale(self) -> bool:
        return self.carried


class BilledLine(NamedTuple):
    """A claim line before any plan has seen it; `coinsurance` is Medicare's for the code and quarter.

    `like` is the note of the first dose that was billed the same; `note` is this dose's own.
    """

    date: date
    kind: str
    allowed: int
    encounter: int
    like: LineNote
    coinsurance: int | None = None
    label: str = ""

    @property
    def note(self) -> LineNote:
        if not self.label:
            return self.like
        return replace(self.like, dose_label=self.label, dose_number=self.encounter + 1)

    def case_line(self) -> Line:
        return Line(self.date, self.kind, self.allowed, self.encounter, 0, self.coinsurance)


class Dated(NamedTuple):
    """The lines of a case in date order, and what each of them is (None: the family's other care)."""

    lines: tuple[Line, ...]
    billed: tuple[BilledLine | None, ...]

    @property
    def notes(self) -> tuple[LineNote, ...]:
        return tuple(line.note if line else OTHER_CARE for line in self.billed)


OTHER_CARE = LineNote(
    "Other care", 0, "", "other_care", None, "Other care of the family", 1, None, "typed", None
)


def dose_label(dose: Dose) -> str:
    if dose.kind == "one-time":
        return "One-time dose"
    return f"{dose.phase[:1].upper()}{dose.phase[1:]} dose {dose.number}"


def at_times_medicare(lines: tuple[BilledLine, ...], times: Decimal) -> tuple[BilledLine, ...]:
    """Published amounts so many times over, each rounded half up to a cent; typed ones stay."""
    if times == 1:
        return lines
    alike: dict[tuple[int, int], tuple[int, LineNote]] = {}
    return tuple(line if line.like.basis == "typed" else _at_times(line, times, alike) for line in lines)


def _at_times(line: BilledLine, times: Decimal, alike: dict) -> BilledLine:
    key = id(line.like), line.allowed
    if key not in alike:
        allowed = min(allowed_amount(line.allowed, times / 100), LARGEST_AMOUNT)
        alike[key] = allowed, replace(line.like, times=times)
    allowed, like = alike[key]
    return line._replace(allowed=allowed, like=like)


def without_code_coinsurance(lines: tuple[BilledLine, ...]) -> tuple[BilledLine, ...]:
    """For payers that do not charge Medicare's own percentage of a code and quarter."""
    return tuple(line if line.coinsurance is None else line._replace(coinsurance=None) for line in lines)
