"""Two to four ways side by side: coverages for one treatment, or treatments under one coverage.

Each way is a request of its own, and its figures for 1, 3 and 5 years are those `manage.py estimate` gives for
that many years, in cents: the likely one, and the range over everything nobody has told us. Premiums are the
family's own cost beside the care and stand apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from estimator.assemble import Assembled, Reference
from estimator.cost.result import Row
from estimator.differences import Facts, names_of
from estimator.estimate import Estimate, OpenQuestion, Range, estimate_of
from estimator.request import RequestErrors, read_request

HORIZONS = (1, 3, 5)
DRUG_KINDS = ("drug", "pharmacy")


@dataclass(frozen=True)
class Way:
    """One thing to compare: its name, its request (JSON values), its monthly premium in cents.

    `missing` says what has to be answered before it can be estimated, `notes` which help it counts on.
    """

    name: str
    request: Mapping
    premium: int = 0
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A way over so many years."""

    years: int
    care: Range
    premiums: int
    facts: Facts
    questions: tuple[OpenQuestion, ...]

    @property
    def together(self) -> Range:
        care, more = self.care, self.premiums
        return replace(care, low=care.low + more, likely=care.likely + more, high=care.high + more)


@dataclass(frozen=True)
class Outcome:
    """What a way costs over each horizon; `refused` says why there is no number."""

    way: Way
    runs: Mapping[int, Run]
    refused: str = ""

    @property
    def has_numbers(self) -> bool:
        return not self.refused


def compared(ways: list[Way], reference: Reference, today: date) -> list[Outcome]:
    return [outcome(way, reference, today) for way in ways]


def outcome(way: Way, reference: Reference, today: date) -> Outcome:
    if way.missing:
        return Outcome(way, {}, f"Still needed: {' '.join(way.missing)}")
    runs, memory = {}, {}
    try:
        for years in HORIZONS:
            found = estimate_of(read_request({**way.request, "years": years}, today), reference, memory)
            rows = [row for row in found.simulation.rows if row.kind != "other_care"]
            if reason := not_covered(found.assembled, rows):
                return Outcome(way, {}, reason)
            runs[years] = run(way, found, rows, years, reference)
    except RequestErrors as refused:
        return Outcome(way, {}, " ".join(said(message) for _, message in refused.errors))
    return Outcome(way, runs)


def run(way: Way, found: Estimate, rows: list[Row], years: int, reference: Reference) -> Run:
    names = names_of(found.assembled, found.request, reference.payers)
    moving = tuple(question for question in found.unknowns if question.spread)
    facts = Facts.of(rows, found.assembled.case, names)
    return Run(years, found.total, way.premium * 12 * years, facts, moving)


def not_covered(assembled: Assembled, rows: list[Row]) -> str:
    """Without cover there is no honest number: what would be owed depends on what others agree to."""
    billed = [row for row in rows if row.kind in DRUG_KINDS and row.free_drug_value is None]
    name = assembled.drug.name
    if assembled.case.primary is None and billed:
        return f"Without coverage nobody else pays for {name}."
    if any(not row.covered and row.allowed for row in billed):
        return (
            f"Not covered: {assembled.design.name} does not cover {name}. Ask for its written policy, for an "
            "exception, and how to appeal."
        )
    return ""


def said(message: str) -> str:
    """A refusal as a sentence."""
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"
