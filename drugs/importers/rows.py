"""What a file says, once read: its rows and its quarter. Plain values, light to import."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

PRICED = "priced"
CONTRACTOR = "contractor"
AWAITING = "awaiting"
PACKAGED = "packaged"
ENDED = "ended"
ELSEWHERE = "elsewhere"
NOT_PAID = "not_paid"
LISTED = "listed"


@dataclass(slots=True)
class Row:
    """One row of a file. Only a `priced` row has an amount, in dollars a billing unit.

    `coinsurance` is thousandths of a percent; None where the file does not say it. `words` is empty for CPT and
    dental codes, whose descriptions are not ours to keep.
    """

    line: int | None
    code: str
    ndc: str = ""
    basis: str = ""
    amount: Decimal | None = None
    coinsurance: int | None = None
    state: str = PRICED
    indicator: str = ""
    words: str = ""
    dosage: str = ""
    note: str = ""
    details: dict = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.ndc

    def says_the_same(self, other: "Row") -> bool:
        return replace(self, line=None) == replace(other, line=None)


@dataclass
class Reading:
    """What a file says: its rows, and what a person should know about it before publishing."""

    quarter: str
    title: str
    member: str
    skipped: list[str]
    sha256: str
    rows: list[Row]
    warnings: list[str]
