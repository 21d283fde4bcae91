"""How a read file differs from what is in force: added, removed, changed, beyond 25 %, unchanged.

A price is compared with the one of the same code, basis and quarter, else with the newest one before. Removed is
what the file published before had a price for and this one has not.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from drugs.import_models import ImportBatch, ImportRow
from drugs.importers.kinds import KINDS
from drugs.importers.published import BASES
from drugs.importers.rows import PRICED, Row
from drugs.models import AdministrationCode, Code, Price
from drugs.prices import quarter_bounds
from drugs.provenance import Loaded

FAR = Decimal("0.25")
FEWER_ROWS = Decimal("0.20")
MANY_FAR = Decimal("0.20")
Change = ImportRow.Change


@dataclass
class Difference:
    """`rows` are not yet stored; `must_confirm` says what blocks publishing until a person confirms it."""

    rows: list[ImportRow]
    counts: dict[str, int]
    must_confirm: list[str]
    fingerprint: str
    report: dict = field(default_factory=dict)


def compare(kind: str, quarter: str, rows: list[Row]) -> Difference:
    standing = Standing(kind, quarter)
    compared = [standing.beside(row) for row in rows]
    compared += standing.gone(rows, {row.key for row in rows})
    counts = Counter({"rows": len(rows), "priced": sum(row.state == PRICED for row in rows)})
    counts.update(row.change for row in compared if row.change)
    return Difference(
        rows=compared,
        counts=dict(counts),
        must_confirm=standing.must_confirm(counts),
        fingerprint=standing.fingerprint,
        report=ours(kind, {row.code: row for row in rows}) | standing.remarks(),
    )


class Standing:
    """What is in force before this file: prices by code and basis, and the file published before."""

    def __init__(self, kind: str, quarter: str):
        self.kind, self.quarter = kind, quarter
        self.first_day, self.last_day = quarter_bounds(quarter)

    @cached_property
    def revisions(self) -> dict[tuple, tuple]:
        """(code, basis, effective_from) -> the newest revision, withdrawn ones too."""
        found = Price.objects.filter(
            basis__in=BASES[self.kind], place="", effective_from__lte=self.first_day
        ).order_by("revision")
        names = ("code", "basis", "effective_from", *Standing.VALUES)
        return {tuple(row[:3]): Stored(*row[3:]) for row in found.values_list(*names).iterator()}

    VALUES = ("amount", "coinsurance", "effective_to", "revision", "withdrawn", "origin", "edited_by_person")

    @cached_property
    def newest(self) -> dict[tuple[str, str], "Stored"]:
        """(code, basis) -> the price of this quarter, or else the newest before it."""
        usable = [(key, price) for key, price in self.revisions.items() if not price.withdrawn]
        return {key[:2]: price for key, price in sorted(usable, key=lambda item: item[0][2])}

    @cached_property
    def before(self) -> ImportBatch | None:
        """The published file of this kind for this quarter, or else for the newest one before."""
        published = ImportBatch.objects.filter(kind=self.kind, status=ImportBatch.Status.PUBLISHED)
        return published.filter(quarter__lte=self.quarter).order_by("-quarter", "-decided_at", "-pk").first()

    @cached_property
    def rows_before(self) -> dict[tuple[str, str], ImportRow]:
        if self.before is None:
            return {}
        rows = self.before.rows.exclude(state=ImportRow.State.ABSENT)
        return {(row.code, row.ndc): row for row in rows.iterator()}

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever what the file is compared with changes."""
        stands = sorted((*key, *map(str, price.values)) for key, price in self.revisions.items())
        return hashlib.sha256(repr((self.before and self.before.pk, stands)).encode()).hexdigest()

    def same_quarter(self, row: Row) -> "Stored | None":
        found = self.revisions.get((row.code, row.basis, self.first_day))
        return None if found is None or found.withdrawn else found

    def beside(self, row: Row) -> ImportRow:
        stored = ImportRow(**{name: getattr(row, name) for name in Row.__dataclass_fields__})
        if not BASES[self.kind]:
            stored.change = self.listing_change(row, stored)
            return stored
        price = self.newest.get((row.code, row.basis))
        if price:
            stored.amount_before, stored.coinsurance_before = price.amount, price.coinsurance
        stored.change = self.price_change(row, price)
        return stored

    def price_change(self, row: Row, price: "Stored | None") -> str:
        if row.state != PRICED:
            was = self.rows_before.get(row.key)
            return Change.REMOVED if was and was.state == PRICED else Change.NONE
        if price is None:
            return Change.ADDED
        if price.says(row):
            return Change.UNCHANGED
        if (same := self.same_quarter(row)) and same.is_a_persons:
            return Change.KEPT
        return Change.FAR if abs(row.amount - price.amount) > FAR * price.amount else Change.CHANGED

    def listing_change(self, row: Row, stored: ImportRow) -> str:
        was = self.rows_before.get(row.key)
        if was is None:
            return Change.ADDED
        details = {key: value for key, value in was.details.items() if key != "before"}
        if (was.dosage, details) == (row.dosage, row.details):
            return Change.UNCHANGED
        stored.details = row.details | {"before": details}
        now, then = (Decimal(d["units_in_package"]) for d in (row.details, details))
        return Change.FAR if abs(now - then) > FAR * then else Change.CHANGED

    def gone(self, rows: Iterable[Row], keys: set) -> list[ImportRow]:
        """What the file before had and this one has no row for."""
        wanted = {PRICED} if BASES[self.kind] else {ImportRow.State.LISTED}
        lost = [row for key, row in self.rows_before.items() if key not in keys and row.state in wanted]
        return [
            ImportRow(
                code=row.code,
                ndc=row.ndc,
                basis=row.basis,
                state=ImportRow.State.ABSENT,
                words=row.words,
                dosage=row.dosage,
                change=Change.REMOVED,
                amount_before=row.amount,
                coinsurance_before=row.coinsurance,
            )
            for row in lost
        ]

    def must_confirm(self, counts: Counter) -> list[str]:
        found, fewest = [], KINDS[self.kind].fewest_rows
        if counts["rows"] < fewest:
            found.append(
                f"A whole file has at least {fewest:,} rows; this one has {counts['rows']:,}: is it whole?"
            )
        if self.before:
            then, now = self.before.counts["rows"], counts["rows"]
            if now < then * (1 - FEWER_ROWS):
                fewer = 100 * (then - now) // then
                found.append(
                    f"{now:,} rows, {fewer} % fewer than the {then:,} of {self.before.quarter}: is it whole?"
                )
        compared = counts[Change.FAR] + counts[Change.CHANGED] + counts[Change.UNCHANGED]
        if counts[Change.FAR] > max(4, compared * MANY_FAR):
            found.append(
                f"{counts[Change.FAR]:,} of {compared:,} prices moved by more than 25 %: is it the right file?"
            )
        return found

    def remarks(self) -> dict:
        newer = ImportBatch.objects.filter(
            kind=self.kind, status=ImportBatch.Status.PUBLISHED, quarter__gt=self.quarter
        )
        return {
            "compared_with": self.before.quarter if self.before else "",
            "newer_published": newer.order_by("-quarter").values_list("quarter", flat=True).first() or "",
        }


@dataclass(frozen=True, slots=True)
class Stored:
    """A price in the database; a person's own entry is not overwritten by a file."""

    amount: Decimal
    coinsurance: int | None
    effective_to: object
    revision: int
    withdrawn: bool
    origin: str
    edited_by_person: bool

    @property
    def values(self) -> tuple:
        return self.amount, self.coinsurance, self.revision, self.withdrawn

    @property
    def is_a_persons(self) -> bool:
        return self.edited_by_person or self.origin == Loaded.Origin.PERSON

    def says(self, row: Row) -> bool:
        """The same amount and share; a file that does not tell the share does not contradict it."""
        return self.amount == row.amount and row.coinsurance in (None, self.coinsurance)


def ours(kind: str, rows: dict[str, Row]) -> dict:
    """The codes of our own catalogue that this file does not have, or has without a price: a normal state."""
    wanted = dict(
        Code.objects.filter(system__in=(Code.System.HCPCS, Code.System.CPT)).values_list("code", "drug__name")
    )
    if kind == "addendum_b":
        wanted |= {code: "" for code in AdministrationCode.objects.values_list("code", flat=True)}
    absent = [{"code": code, "drug": wanted[code]} for code in sorted(wanted) if code not in rows]
    unpriced = [
        {"code": code, "drug": wanted[code], "state": str(ImportRow.State(rows[code].state).label)}
        for code in sorted(wanted)
        if code in rows and rows[code].state not in (PRICED, ImportRow.State.LISTED)
    ]
    return {"not_in_file": absent, "without_price": unpriced, "other_units": other_units(rows)}


def other_units(rows: dict[str, Row]) -> list[dict]:
    """Codes whose billing unit in the file is not the one of our catalogue."""
    found = []
    for code, unit_mg in Code.objects.filter(unit_mg__isnull=False).values_list("code", "unit_mg").distinct():
        unit = rows[code].details.get("unit") if code in rows else None
        per_mg = {"mg": Decimal(1), "mcg": Decimal("0.001"), "g": Decimal(1000)}
        if unit and unit["unit"] in per_mg and Decimal(unit["number"]) * per_mg[unit["unit"]] != unit_mg:
            found.append({"code": code, "file": rows[code].dosage, "ours": f"{unit_mg.normalize():f} mg"})
    return found
