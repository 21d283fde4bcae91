"""A panel's file, checked before anything runs: every bad row by line and column, or rows ready to be cut in chunks.

The file is read in pieces and each column's distinct texts are judged once, so that a hundred thousand rows take
seconds and little memory. What has been read waits in a temporary SQLite file, in the order in which it is best
estimated: rows that share a drug, its dates and a plan stand together.
"""

import csv
import difflib
import hashlib
import io
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import BinaryIO

import orjson
import pandas as pd
from django.core.exceptions import ValidationError

from drugs.importers.refusal import Problem, Refused, shown
from drugs.safecsv import unquoted

from .assemble import Reference
from .batch_columns import BY_NAME, COLUMNS, LONGEST_CELL, MET
from .batch_requests import NoSuchLimit, request_of
from .coverage import design_of
from .request import Coverage, RequestErrors, read_request
from .saved_label import looks_like
from .treatment import Treatment

MOST_ROWS = 250_000
MOST_BYTES = 64 * 1024**2
MOST_PROBLEMS = 1_000
"""So many bad cells are listed; the rest are counted."""
PLAIN_REFERENCE = re.compile(r"[A-Za-z]{0,6}-?\d{1,6}", re.ASCII)
"""Too short to be anybody's own number; the others are looked at more closely."""
TOGETHER = 10_000
"""Rows judged at once."""
NEEDED = ("weight_kg", "age_months", "cycle_weeks", "first_dose")
"""What a regimen may need; a patient on treatment may need less."""
FIRST = ("drug", "regimen", "first_dose", "previous_dose", "years", "site_of_care", "weight_kg", "age_months")


class WrongCell(Problem):
    """Something wrong with a cell, in the words of the form's field."""

    def __str__(self):
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.expected}" + (f" (found {self.found})" if self.found else "")


class PanelRefused(Refused):
    """Nothing of this panel runs. `count` are all the problems, of which `problems` are the first thousand."""

    def __init__(self, *problems: Problem, count: int | None = None):
        super().__init__(*problems)
        self.count = len(problems) if count is None else count


@dataclass
class Problems:
    """What is wrong so far: the first in full, the others by number."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, column: str, expected: str, found: str = ""):
        self.count += 1
        if len(self.listed) < MOST_PROBLEMS:
            self.listed.append(WrongCell(expected, shown(found) if found else "", line, column))

    def raise_any(self):
        if self.count:
            in_order = sorted(self.listed, key=lambda problem: (problem.line or 0, problem.column))
            raise PanelRefused(*in_order, count=self.count)


class Panel:
    """A checked panel of `len(panel)` rows, numbered from 1 in the file's order."""

    def __init__(self, rows: sqlite3.Connection, sha256: str):
        self.rows, self.sha256 = rows, sha256
        self.count = rows.execute("SELECT count(*) FROM panel").fetchone()[0]

    def __len__(self) -> int:
        return self.count

    def chunks(self, size: int) -> Iterator[tuple[int, str]]:
        """(how many rows, their JSON: a list of [row number, {column: cell}]), rows that cost alike together."""
        found = self.rows.execute("SELECT number, cells FROM panel ORDER BY sorted_by, number")
        while chunk := found.fetchmany(size):
            yield len(chunk), "[" + ",".join(f"[{number},{cells}]" for number, cells in chunk) + "]"


def read_panel(file: BinaryIO, reference: Reference, as_of: date) -> Panel:
    """Raises PanelRefused. The file is read to its end; close the panel's `rows` when done."""
    sha256, text = decoded(file)
    rows = sqlite3.connect("")
    rows.execute("CREATE TABLE panel (number INTEGER PRIMARY KEY, line, reference, sorted_by, cells)")
    try:
        Checker(rows, reference, as_of).check(text)
    except BaseException:
        rows.close()
        raise
    return Panel(rows, sha256)


# --- the file ---


def refuse_file(expected: str, found: str = "", line: int | None = None):
    raise PanelRefused(Problem(expected, found, line))


def decoded(file: BinaryIO) -> tuple[str, io.TextIOBase]:
    """Its SHA-256, and its text; what is no csv in UTF-8 is refused by name."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        refuse_file(f"a file of at most {MOST_BYTES // 1024**2} MB: send it in parts")
    if not data.strip():
        refuse_file("a header and rows", "an empty file")
    if data[:4] == b"PK\x03\x04":
        refuse_file("a csv file: in the spreadsheet choose Save as, CSV UTF-8", "a workbook or a zip")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        refuse_file("UTF-8: in the spreadsheet choose Save as, CSV UTF-8", "UTF-16")
    if (at := data.find(b"\0")) >= 0:
        refuse_file("text alone", "a NUL byte", data.count(b"\n", 0, at) + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse_file("UTF-8: in the spreadsheet choose Save as, CSV UTF-8", "another encoding", line)
    return hashlib.sha256(data).hexdigest(), io.StringIO(text, newline="")


def records(text: io.TextIOBase) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells) of every row that is not empty, the header first."""
    header = text.readline()
    text.seek(0)
    delimiter = max(",;\t", key=header.count)
    rows, line = csv.reader(text, delimiter=delimiter, strict=True), 1
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield line, row
            line = rows.line_num + 1
    except csv.Error as error:
        refuse_file("whole rows with closed quotes", f"a row that cannot be split into cells ({error})", line)


def header_of(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Known columns, each once, the required ones among them."""
    line, cells = next(rows)
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    problems = Problems()
    for name in names:
        if name not in BY_NAME:
            close = difflib.get_close_matches(name, BY_NAME, 1)
            meant = f"{close[0]!r} perhaps" if close else f"one of {', '.join(BY_NAME)}"
            problems.add(
                line, "", f"only columns of the template: {meant}", name or "a column without a name"
            )
    for name in sorted({name for name in names if names.count(name) > 1 and name in BY_NAME}):
        problems.add(line, name, "each column once", name)
    for column in COLUMNS:
        if column.required and column.name not in names:
            problems.add(line, column.name, f"a column {column.name!r}: {column.words}")
    problems.raise_any()
    return names


# --- the rows ---


class Checker:
    """Judges a panel piece by piece; every text of a column once."""

    def __init__(self, rows: sqlite3.Connection, reference: Reference, as_of: date):
        self.rows, self.reference, self.as_of = rows, reference, as_of
        self.problems = Problems()
        self.judged: dict[tuple, str | list] = {}
        self.memory: dict = {}
        self.count = 0

    def check(self, text: io.TextIOBase):
        found = records(text)
        names = header_of(found)
        while piece := list(islice(found, TOGETHER)):
            self.count += len(piece)
            if self.count > MOST_ROWS:
                refuse_file(f"at most {MOST_ROWS:,} rows: send it in parts", "more", piece[-1][0])
            self.take(self.whole_rows(piece, len(names)), names)
        if not self.count:
            refuse_file("rows below the header", "a header alone", 1)
        self.references()
        self.problems.raise_any()

    def whole_rows(self, piece: list, width: int) -> list:
        for line, cells in piece:
            if len(cells) != width:
                self.problems.add(line, "", f"{width} cells, as in the header", str(len(cells)))
        return [(line, cells) for line, cells in piece if len(cells) == width]

    def take(self, piece: list, names: list[str]):
        if not piece:
            return
        frame = pd.DataFrame([cells for _, cells in piece], columns=names, dtype=str)
        frame = frame.apply(lambda column: column.map({t: tidied(t) for t in column.unique()}))
        lines = [line for line, _ in piece]
        good = pd.Series(True, index=frame.index)
        for name in names:
            good &= self.judge(frame[name], lines, name, lambda text, name=name: self.wrong_cell(name, text))
        for column in COLUMNS:
            if column.name not in frame:
                frame[column.name] = ""
        self.across(frame[good], lines)
        self.keep(frame, lines, [name for name in BY_NAME if name in names])

    def judge(self, column: pd.Series, lines: list[int], name: str, wrong: Callable[[str], str]) -> pd.Series:
        """Which rows of a column are right. Each distinct text is judged once, whatever piece it stands in."""
        told = {}
        for text in column.unique():
            key = name, text
            if key not in self.judged:
                self.judged[key] = wrong(text)
            told[text] = self.judged[key]
            if name == "reference":
                del self.judged[key]  # each stands once: nothing to remember
        messages = column.map(told)
        for row in messages.index[messages != ""]:
            self.problems.add(lines[row], name, messages[row], column[row])
        return messages == ""

    def wrong_cell(self, name: str, text: str) -> str:
        """What is expected in this column instead of the text; nothing where it is right."""
        column = BY_NAME[name]
        if not text:
            return f"{column.words} (this is required)" if column.required else ""
        if name == "reference" and PLAIN_REFERENCE.fullmatch(text):
            return ""
        if len(text) > LONGEST_CELL or "\n" in text or "\r" in text:
            return f"one line of at most {LONGEST_CELL} characters"
        try:
            column.read(text)
            self.known(name, text)
        except ValidationError as error:
            return " ".join(error.messages)
        except RequestErrors as errors:
            return errors.errors[0][1]
        return ""

    def known(self, name: str, text: str):
        """Names are those of the catalogue. Raises RequestErrors or ValidationError."""
        if name == "drug" and self.reference.drugs.drug(text) is None:
            raise ValidationError(meant(text, (drug.slug for drug in self.reference.drugs.drugs), "drug"))
        if name in ("coverage", "pharmacy_coverage", "secondary"):
            role = "secondary" if name == "secondary" else "primary"
            for design in text.split():
                design_of(self.reference.payers, Coverage(design, "$", {}, self.as_of), role)
        if name == "assistance" and text not in ("auto", "none"):
            known = [program.slug for program in self.reference.payers.programs]
            for program in text.split():
                if program not in known:
                    raise ValidationError(meant(program, known, "program"))
        if name == "reference" and (found := of_a_person(text)):
            raise ValidationError(
                f"This looks like {found}. Write a number of your own list instead, like P-0001."
            )

    def across(self, frame: pd.DataFrame, lines: list[int]):
        """What several cells of a row say together."""
        given = frame != ""
        for row in frame.index[given["first_dose"] == given["previous_dose"]]:
            found = "both" if given["first_dose"][row] else "neither"
            self.problems.add(
                lines[row], "first_dose", "the date of the first dose, or of the previous one", found
            )
        covered = given["coverage"] | given["pharmacy_coverage"]
        for row in frame.index[~covered]:
            self.problems.add(
                lines[row],
                "coverage",
                'the short name of a plan\'s design, or "uninsured" where there is none',
            )
        whole = covered & (given["first_dose"] != given["previous_dose"])
        self.alike(frame[whole], lines, ("drug", "regimen"), NEEDED, self.missing)
        self.alike(frame[whole], lines, ("drug", "coverage", "pharmacy_coverage"), MET, self.without_limit)

    def alike(self, frame: pd.DataFrame, lines: list[int], same: Iterable, given: Iterable, wrong: Callable):
        """Judge one of the rows with the same cells in some columns, and something or nothing in others."""
        columns = [frame[name] for name in same] + [frame[name] != "" for name in given]
        for row, key in zip(frame.index, zip(*columns, strict=True), strict=True):
            key = wrong.__name__, *key
            if key not in self.judged:
                self.judged[key] = wrong({name: text for name, text in frame.loc[row].items() if text})
            for column, expected in self.judged[key]:
                self.problems.add(lines[row], column, expected, frame[column][row])

    def missing(self, cells: dict[str, str]) -> list[tuple[str, str]]:
        """What the regimen needs to know of the patient."""
        drug, regimen = self.reference.drugs.drug(cells["drug"]), cells.get("regimen")
        if regimen and drug.regimen(regimen) is None:
            return [("regimen", f"one of {', '.join(one.slug for one in drug.regimens)} for {drug.name}")]
        of_patient = {name: text for name, text in cells.items() if name not in MET}
        try:
            request = read_request(request_of(of_patient, self.as_of, self.reference), self.as_of)
            Treatment.of(request, self.reference.drugs, self.memory)
        except RequestErrors as errors:
            return [(path[2:], words) for path, words in errors.errors if path[2:] in NEEDED]
        return []

    def without_limit(self, cells: dict[str, str]) -> list[tuple[str, str]]:
        """Amounts met of a limit that the plan does not have."""
        try:
            request_of(cells, self.as_of, self.reference)
        except NoSuchLimit as error:
            return [(error.column, str(error))]
        return []

    def keep(self, frame: pd.DataFrame, lines: list[int], names: list[str]):
        """Rows wait in the temporary file, sorted by what they have in common."""
        order = [*FIRST, *(name for name in names if name not in (*FIRST, "reference"))]
        keys = map("\t".join, zip(*(frame[name].tolist() for name in order), strict=True))
        cells = (
            dict(zip(names, row, strict=True))
            for row in zip(*(frame[n].tolist() for n in names), strict=True)
        )
        self.rows.executemany(
            "INSERT INTO panel (line, reference, sorted_by, cells) VALUES (?, ?, ?, ?)",
            (
                (line, row["reference"], key, as_json(row))
                for line, row, key in zip(lines, cells, keys, strict=True)
            ),
        )

    def references(self):
        """Each once: the results are told apart by them."""
        twice = self.rows.execute(
            "SELECT line, reference, first FROM panel JOIN (SELECT reference AS one, min(line) AS first FROM panel "
            "WHERE reference != '' GROUP BY reference HAVING count(*) > 1) ON reference = one AND line > first"
        )
        for line, reference, first in twice:
            self.problems.add(
                line, "reference", f"each reference once; it stands on line {first} already", reference
            )


def tidied(text: str) -> str:
    return unquoted(text.strip())


def as_json(row: dict[str, str]) -> str:
    return orjson.dumps({name: text for name, text in row.items() if text}).decode()


def meant(text: str, known, what: str) -> str:
    """`no drug is called "spinrza" here; perhaps "spinraza"`."""
    close = difflib.get_close_matches(text, list(known), 1)
    return f'no {what} is called "{text}" here' + (f'; perhaps "{close[0]}"' if close else "")


def of_a_person(reference: str) -> str:
    """What a reference looks like that should not stand in a panel. A long number may be anybody's own."""
    found = [what for what in looks_like(reference) if what != "a member or record number"]
    return found[0] if found else ""
