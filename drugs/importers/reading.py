"""A file's bytes into checked rows: every row is right, or the whole file is refused with its problems by line.

A `Kind` says what a file of CMS looks like: how its header begins, its columns, how a row is read and which
quarter it is for. The four kinds stand in asp.py, addendum_b.py, addendum_bb.py and ndc_crosswalk.py.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from drugs.importers import members, quarters, table
from drugs.importers.refusal import Problem, Refused, WrongCell, shown
from drugs.importers.rows import Reading, Row


@dataclass(frozen=True)
class Kind:
    """What a file of one kind looks like.

    `quarter` reads (text above the header, header) as 2026Q1, or None where the file does not say its quarter;
    `year` then checks the quarter that a person states. `said_above` must stand above the header where anything
    does, `never_above` names tables that look alike.
    """

    name: str
    words: str
    first_cell: str
    columns: tuple[table.Column, ...]
    read: Callable[[int, dict[str, str]], Row]
    said_above: str
    quarter: Callable[[str, tuple[str, ...]], str | None]
    never_above: str = "not otherwise classified"
    fewest_rows: int = 0


def read(kind: Kind, file_name: str, data: bytes, stated_quarter: str = "") -> Reading:
    """Raises Refused, with every problem found (the first fifty in full)."""
    member = members.choose(file_name, data, lambda beginning: looks_like(kind, beginning))
    try:
        sheet = table.read(member.data, kind.first_cell, kind.columns)
    except Refused as refused:
        raise told_apart(kind, member.data, refused) from refused
    check_title(kind, sheet.above)
    quarter = settled_quarter(kind, sheet, stated_quarter)
    rows, warnings = checked_rows(kind, sheet)
    return Reading(
        quarter=quarter,
        title=sheet.above[:200],
        member=member.name,
        skipped=list(member.skipped),
        sha256=hashlib.sha256(member.data).hexdigest(),
        rows=rows,
        warnings=[*sheet.warnings, *warnings],
    )


def looks_like(kind: Kind, beginning: bytes) -> bool:
    """Whether a member of a zip is of this kind: its header and the words above it."""
    rows = beginning.rpartition(b"\n")[0] or beginning
    try:
        outline = table.Outline(rows, kind.first_cell)
        table.placed(kind.columns, outline.header, outline.header_line)
        check_title(kind, " ".join(cell for row in outline.above for cell in row))
    except Refused:
        return False
    return True


def check_title(kind: Kind, above: str) -> None:
    said = table.letters(above)
    if not said:
        return
    if table.letters(kind.said_above) not in said or table.letters(kind.never_above) in said:
        raise Refused.whole_file(f"{kind.words} ({kind.said_above!r} above the header)", shown(above, 100))


OTHERS = {
    "Payment Allowance Limits for Medicare Part B Not Otherwise Classified": "the NOC payment limits",
    "NOC NDC": "the NOC crosswalk of NDC to HCPCS",
    "Payment Allowance Limits for Medicare Part B Drugs": "Medicare Part B payment limits (import_asp)",
    "NDC - HCPCS Crosswalk": "the crosswalk of NDC to HCPCS (import_ndc_crosswalk)",
    "OPPS Payment by HCPCS Code": "OPPS Addendum B (import_addendum_b)",
    "ASC Covered Ancillary Services": "ASC Addendum BB (import_addendum_bb)",
    "ASC Covered Surgical Procedures": "ASC Addendum AA, which holds procedures",
}


def told_apart(kind: Kind, data: bytes, refused: Refused) -> Refused:
    """A file of another kind is called by its name."""
    beginning = table.letters(data[: members.BEGINNING].decode("latin-1"))
    for words, name in OTHERS.items():
        if table.letters(words) in beginning and table.letters(kind.said_above) not in table.letters(words):
            return Refused(Problem(kind.words, name), *refused.problems)
    return refused


def settled_quarter(kind: Kind, sheet: table.Table, stated: str) -> str:
    """The file's own quarter; where it does not say one, the one a person states."""
    found = kind.quarter(sheet.above, sheet.header)
    year = quarters.calendar_year(sheet.above)
    if found and year and found[:4] != year:
        raise Refused.whole_file(f"one year throughout, {year} as in the title", found)
    if found and stated and found != stated:
        raise Refused.whole_file(f"{stated}, the quarter stated", f"{found} in the file itself")
    if found:
        return found
    if not stated:
        which = f"the calendar year {year} alone" if year else "no quarter in the file"
        raise Refused.whole_file("a quarter: state it, as in 2026Q1 (--quarter)", which)
    if not quarters.QUARTER.fullmatch(stated):
        raise Refused.whole_file("a quarter written as 2026Q1", shown(stated))
    if year and stated[:4] != year:
        raise Refused.whole_file(f"a quarter of {year}, the year in the file", stated)
    return stated


def checked_rows(kind: Kind, sheet: table.Table) -> tuple[list[Row], list[str]]:
    rows: dict[tuple[str, str], Row] = {}
    problems: list[Problem] = []
    counts: Counter[str] = Counter()
    for line, cells in sheet.records():
        if is_footer(cells):
            continue
        try:
            row = kind.read(line, cells)
        except CellProblem as problem:
            problems.append(problem.at(line))
            continue
        first = rows.setdefault(row.key, row)
        if first is not row:
            twice = " ".join(filter(None, row.key))
            if not first.says_the_same(row):
                problems.append(
                    Problem("every code once", f"{twice} as on line {first.line}, but other", line)
                )
            counts[f"{twice} stands there twice, with the same values; it is taken once."] += 1
        if warning := odd(row):
            counts[warning] += 1
    if problems:
        raise Refused(*problems)
    if not rows:
        raise Refused.whole_file("rows with codes", "none")
    return list(rows.values()), [w if n == 1 else f"{w} ({n} times)" for w, n in counts.items()]


def odd(row: Row) -> str:
    """What a person should know of a row whose amount is not taken."""
    if row.details.get("unknown"):
        return f"The indicator {row.indicator!r} is not known here; no price is taken for it."
    printed = row.details.get("printed")
    if printed is None:
        return ""
    if not Decimal(printed):
        return f"{row.code} is printed as $0.00 (under half a cent); that is not taken as a price."
    return f"Rows marked {row.indicator} print an amount; it is not a price and not taken."


def is_footer(cells: dict[str, str]) -> bool:
    """An empty row, or a note below the table: words in the first cell and nothing else."""
    first, *others = cells.values()
    return not any(others) and (not first or " " in first or first.startswith("*"))


class CellProblem(Exception):
    def __init__(self, column: str, expected: str, found: str):
        super().__init__(expected)
        self.column, self.expected, self.found = column, expected, found

    def at(self, line: int) -> Problem:
        return Problem(self.expected, self.found, line, self.column)


class Cells:
    """The cells of one row by column; what is wrong with one is told with the column's own words."""

    def __init__(self, columns: tuple[table.Column, ...], cells: dict[str, str]):
        self.words = {column.key: column.words for column in columns}
        self.cells = cells

    def read(self, key: str, how: Callable, *args):
        text = self.cells.get(key, "")
        try:
            return how(*args, text)
        except WrongCell as wrong:
            raise CellProblem(self.words[key], str(wrong), shown(text) if text else "an empty cell") from None

    def wrong(self, key: str, expected: str) -> CellProblem:
        return CellProblem(self.words[key], expected, shown(self.cells.get(key, "")))
