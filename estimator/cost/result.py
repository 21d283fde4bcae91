"""What comes out of a simulation: the ledger, and its sums. All amounts are integer cents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

COLUMNS = (
    "allowed",
    "deductible",
    "copay",
    "coinsurance",
    "responsibility",
    "primary",
    "secondary",
    "assistance",
    "patient",
)


class LedgerError(AssertionError):
    """A ledger that does not balance. Never the user's fault: the simulation is wrong."""


@dataclass(frozen=True, slots=True)
class PoolAfter:
    """One limit after a line: what the member and the family have met of it (None: no limit)."""

    side: str
    name: str
    individual_met: int
    individual_limit: int | None
    family_met: int
    family_limit: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One claim line, adjudicated. The second half says why: what there was left, and what bound."""

    position: int
    date: date
    kind: str
    encounter: int | None
    member: int
    allowed: int
    deductible: int
    copay: int
    coinsurance: int
    responsibility: int
    primary: int
    secondary: int
    secondary_by_payer: tuple[int, ...]
    assistance: int
    assistance_by_program: Mapping[str, int]
    patient: int
    credited: int
    outside_limits: bool
    plan_year: int
    treatment_year: int
    free_drug_value: int | None
    covered: bool
    rate: int
    copay_rule: int
    deductible_pool: str | None
    deductible_left: int
    cap: str | None
    cap_room: int
    cut_by_cap: int
    maximum_pool: str | None
    maximum_left: int
    cut_by_maximum: int
    reset_by_maximizer: bool
    below_hdhp_minimum: bool
    pools_after: tuple[PoolAfter, ...]

    def check(self):
        """The identities of a line; see the cost model, section 7."""
        parts = self.primary + self.secondary + self.assistance + self.patient
        owed = self.deductible + self.copay + self.coinsurance
        amounts = [getattr(self, column) for column in COLUMNS] + [self.credited]
        if self.allowed != parts or self.responsibility != owed or min(amounts) < 0:
            raise LedgerError(f"line {self.position} of {self.date} does not balance")

    def as_json(self) -> dict:
        row = {
            "date": self.date.isoformat(),
            "kind": self.kind,
            "encounter": self.encounter,
            "member": self.member,
            **{column: getattr(self, column) for column in COLUMNS[:-1]},
            "assistance_by_program": dict(self.assistance_by_program),
            "patient": self.patient,
            "credited": self.credited,
            "outside_limits": self.outside_limits,
            "plan_year": self.plan_year,
            "treatment_year": self.treatment_year,
        }
        if self.free_drug_value is not None:
            row["free_drug_value"] = self.free_drug_value
        return row


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of claim lines, in cents."""

    allowed: int = 0
    deductible: int = 0
    copay: int = 0
    coinsurance: int = 0
    responsibility: int = 0
    primary: int = 0
    secondary: int = 0
    assistance: int = 0
    patient: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Totals":
        rows = list(rows)
        return cls(*(sum(getattr(row, column) for row in rows) for column in COLUMNS))

    def as_json(self) -> dict:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Simulation:
    """The ledger in date order, and its sums by plan year, treatment year, calendar month and over all."""

    rows: tuple[Row, ...]
    by_plan_year: Mapping[str, Totals]
    by_treatment_year: Mapping[str, Totals]
    by_month: Mapping[str, Totals]
    totals: Totals

    @classmethod
    def of(cls, rows: tuple[Row, ...]) -> "Simulation":
        for row in rows:
            row.check()
        return cls(
            rows,
            by_plan_year=_sums(rows, lambda row: str(row.plan_year)),
            by_treatment_year=_sums(rows, lambda row: str(row.treatment_year)),
            by_month=_sums(rows, lambda row: row.date.strftime("%Y-%m")),
            totals=Totals.of(rows),
        )

    def as_json(self, lines: bool = True) -> dict:
        result = {"lines": [row.as_json() for row in self.rows]} if lines else {}
        for name in ("by_plan_year", "by_treatment_year", "by_month"):
            result[name] = {key: totals.as_json() for key, totals in getattr(self, name).items()}
        result["totals"] = self.totals.as_json()
        return result


def _sums(rows: tuple[Row, ...], key) -> dict[str, Totals]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: Totals.of(group) for name, group in groups.items()}
