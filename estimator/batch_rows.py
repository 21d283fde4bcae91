"""Rows of a panel, estimated: each to the cent what `manage.py estimate` gives for its request.

Rows that differ in amounts met alone are put together once and run as arrays (`batch_grid`). What does not go that
way (very many open questions, more met than a limit) is estimated one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import numpy as np

from .assemble import Assembled, Assembler, Reference
from .batch_columns import MET, value_of
from .batch_grid import Group, run_all
from .batch_requests import NoSuchLimit, request_of
from .batch_results import YEARS_SHOWN, refused, told
from .compare import DRUG_KINDS, not_covered
from .cost import simulate
from .cost.grid import CHUNK
from .estimate import Estimate, Range, estimate_of
from .request import Request, RequestErrors, read_request
from .treatment import Treatment
from .whatif import MOST_RUNS, runs_all

TOGETHER = 2 * CHUNK
"""Cases held at once: groups are run when they have as many."""
OF_OTHERS = (
    "reference",
    "coverage",
    "pharmacy_coverage",
    "plan_year_month",
    "funding",
    "met_as_of",
    "secondary",
    "assistance",
    "state",
    "household_size",
    "household_income",
    "insurer",
    *MET,
)
"""Columns on which no claim line depends."""
NO_HONEST_AMOUNT = "No honest amount can stand here: what would be owed depends on what others agree to."


def nobody() -> None:
    """Nobody waits for a sign of life."""


def estimated(
    rows: list, as_of: date, reference: Reference, alive: Callable[[], None] = nobody
) -> Iterator[dict]:
    """The result of each [number, cells], in any order. `alive` is called again and again, every second or so."""
    panel = Panel(as_of, reference, alive)
    waiting, width = [], 0
    for alike in panel.groups(rows):
        for members in cut(alike, TOGETHER // (MOST_RUNS + 1)):
            group = panel.group(members)
            if group is None:
                yield from (panel.one_by_one(number, cells) for number, cells in members)
                continue
            if isinstance(group, dict):
                yield from ({"number": number, **told(cells), **group} for number, cells in members)
                continue
            waiting.append((members, group))
            width += group.width
            if width >= TOGETHER:
                yield from panel.together(waiting)
                waiting, width = [], 0
    yield from panel.together(waiting)


def cut(members: list, most: int) -> Iterator[list]:
    return (members[start : start + most] for start in range(0, len(members), most))


def shared(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells that a group shares: a stand-in for every amount met above nothing, and no reference."""
    return {
        name: "0.01" if name in MET and is_above_nothing(text) else text
        for name, text in cells.items()
        if name != "reference"
    }


def is_above_nothing(text: str) -> bool:
    return any(digit in text for digit in "123456789")


class Panel:
    """The rows of a chunk: what several of them share is worked out once."""

    def __init__(self, as_of: date, reference: Reference, alive: Callable[[], None] = nobody):
        self.as_of, self.reference, self.alive = as_of, reference, alive
        self.memory: dict = {}
        self.treatments: dict[tuple, Treatment | None] = {}
        self.alike: dict[tuple, Treatment] = {}

    def request(self, cells: Mapping[str, str]) -> Request:
        return read_request(request_of(cells, self.as_of, self.reference), self.as_of)

    def groups(self, rows: list) -> Iterator[list]:
        """Rows that differ in amounts met alone, and in a weight that comes to the same claim lines."""
        groups = defaultdict(list)
        for number, cells in rows:
            treatment = self.treatment(cells)
            beside = tuple((name, text) for name, text in shared(cells).items() if name != "weight_kg")
            groups[id(treatment), beside].append((number, cells))
        yield from groups.values()

    def treatment(self, cells: Mapping[str, str]) -> Treatment | None:
        """That of the row, or one that is alike; None where there is none."""
        of_lines = tuple((name, text) for name, text in cells.items() if name not in OF_OTHERS)
        if of_lines not in self.treatments:
            self.alive()
            try:
                found = Treatment.of(self.request(cells), self.reference.drugs, self.memory)
                self.treatments[of_lines] = self.alike.setdefault(likeness(found), found)
            except (NoSuchLimit, RequestErrors):
                self.treatments[of_lines] = None
        return self.treatments[of_lines]

    def group(self, members: list) -> Group | dict | None:
        """None where the members are to be estimated one by one; what all are refused with where nothing covers."""
        self.alive()
        cells = shared(members[0][1])
        treatment = self.treatment(cells)
        if treatment is None:
            return None
        try:
            assembler = Assembler(self.request(cells), self.reference, treatment, self.memory)
            assembled = assembler.assemble()
            met = met_of(members)
            if may_lack_cover(assembled) and (
                found := without_cover(assembled, simulate(assembled.case).rows)
            ):
                return None if met else found
            if not runs_all(assembled.findings.unknowns):
                return None
            group = Group(assembler, assembled, met, len(members))
        except RequestErrors:
            return None
        return None if group.exceeds().any() else group

    def together(self, waiting: list[tuple[list, Group]]) -> Iterator[dict]:
        run_all([group for _, group in waiting], self.alive)
        for members, group in waiting:
            found = results_of(group)
            for (number, cells), result in zip(members, found, strict=True):
                yield {"number": number, **told(cells), **result}

    def one_by_one(self, number: int, cells: dict) -> dict:
        self.alive()
        try:
            found = estimate_of(self.request(cells), self.reference, self.memory)
        except NoSuchLimit as error:
            return refused(number, cells, error.column, str(error))
        except RequestErrors as errors:
            return refused(number, cells, errors.errors[0][0], str(errors))
        return {"number": number, **told(cells), **result_of(found)}


def met_of(members: list) -> dict[str, np.ndarray]:
    """By column the amounts met above nothing, over the members of a group."""
    return {
        column: np.array([value_of(column, cells[column]) for _, cells in members], dtype=np.int64)
        for column in MET
        if is_above_nothing(members[0][1].get(column, ""))
    }


def likeness(treatment: Treatment) -> tuple:
    """Equal for treatments whose estimates are equal, whoever pays (the results tell nothing else of them)."""
    lines = (
        (line.date, line.kind, line.allowed, line.encounter, line.coinsurance, line.like.basis == "typed")
        for line in treatment.lines
    )
    findings = treatment.findings
    asked = tuple(findings.unknowns.values())
    return *lines, treatment.most_units, treatment.policies, asked, tuple(findings.warnings)


# --- one row ---


def may_lack_cover(assembled: Assembled) -> bool:
    """Whether the drug may be on a line that no plan covers: then the ledger is asked."""
    primary = assembled.case.primary
    if primary is None:
        return True
    kinds = {line.kind for line in assembled.case.lines if line.kind in DRUG_KINDS}
    every = (primary.terms, *(terms for _, terms in primary.later_terms))
    return not all(terms.rule_for(kind).covered for terms in every for kind in kinds)


def without_cover(assembled: Assembled, rows) -> dict | None:
    """The refusal of a row without cover, as on the page of an estimate. Amounts met change nothing in it."""
    words = not_covered(assembled, rows)
    return {"refusal": f"{words} {NO_HONEST_AMOUNT}", "path": "$.coverage"} if words else None


def result_of(found: Estimate) -> dict:
    """What the results say of an estimate. `paid`: of treatment year 1 what is allowed, and who pays it, likely."""
    if refusal := without_cover(found.assembled, found.simulation.rows):
        return refusal
    year = found.simulation.by_treatment_year["1"]
    programs: dict[str, int] = {}
    for row in found.simulation.rows:
        if row.treatment_year == 1:
            for name, cents in row.assistance_by_program.items():
                programs[name] = programs.get(name, 0) + cents
    moving = {asked.unknown.key for asked in found.unknowns if asked.spread}
    return {
        "years": [figures(amounts) for amounts in found.treatment_years[:YEARS_SHOWN]],
        "first_bill_on": found.first_bill_on.isoformat(),
        "first_bill": figures(found.first_bill),
        "paid": [year.allowed, year.primary, year.secondary, year.assistance],
        "programs": {name: cents for name, cents in programs.items() if cents},
        "questions": [
            asked.question for key, asked in found.assembled.findings.unknowns.items() if key in moving
        ],
        "warnings": [remark.text for remark in found.warnings],
    }


def figures(amounts: Range) -> list:
    return [amounts.low, amounts.likely, amounts.high, amounts.is_proven]


# --- the rows of a group ---


def results_of(group: Group) -> Iterator[dict]:
    """As `result_of`, for each member."""
    likely = group.likely
    moved = group.moved_by() if group.unknowns else {}
    warnings = [remark.text for remark in group.assembled.findings.warnings.values()]
    years = group.by_year[:YEARS_SHOWN]
    first = first_bill(group.by_date)
    bill = group.by_date[first, np.arange(group.count)]
    bounds = [
        *zip(years, likely.most_in_year, strict=False),
        (bill, likely.most_on[first, np.arange(group.count)]),
    ]
    shown = [ranges(amounts, most, group, moved) for amounts, most in bounds]
    paid = likely.paid.T.tolist()
    programs = {name: amounts.tolist() for name, amounts in likely.programs.items() if amounts.any()}
    for member in range(group.count):
        *in_years, of_bill = (column[member] for column in shown)
        yield {
            "years": in_years,
            "first_bill_on": likely.dates[first[member]].isoformat(),
            "first_bill": of_bill,
            "paid": paid[member],
            "programs": {name: cents[member] for name, cents in programs.items() if cents[member]},
            "questions": [asked.question for key, asked in group.unknowns.items() if moved[key][member]],
            "warnings": warnings,
        }


def first_bill(by_date: np.ndarray) -> np.ndarray:
    """For each member the place of the date of the first bill (as `estimate.first_bill_date`)."""
    in_likely, in_any = by_date[:, :, 0] != 0, by_date.max(axis=2) != 0
    return np.where(in_likely.any(axis=0), in_likely.argmax(axis=0), in_any.argmax(axis=0))


def ranges(
    amounts: np.ndarray, most: np.ndarray, group: Group, moved: Mapping[str, np.ndarray]
) -> list[list]:
    """[low, likely, high, is proven] of each member, from amounts (member, run); as `estimate.with_proof`."""
    low, likely, high = amounts.min(axis=1), amounts[:, 0], amounts.max(axis=1)
    by_amounts = np.zeros(group.count, dtype=bool)
    for key, unknown in group.unknowns.items():
        if unknown.is_amount:
            by_amounts |= moved[key]
    bounded = (low == 0) & (high >= most) if group.limits_are_known() else np.zeros(group.count, dtype=bool)
    proven = ~by_amounts | bounded
    return [
        list(row) for row in zip(*(column.tolist() for column in (low, likely, high, proven)), strict=True)
    ]
