"""A csv as a table of text: encoding, delimiter, header and widths found in the file itself.

Two readers look at every file. The first walks it record by record for the header, the width of every row and
its line number; pandas then reads the columns we want, every cell as text (`dtype=str`, no missing values
guessed). A row wider or narrower than the header has shifted cells, and the file is refused.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

import pandas

from drugs.importers.cells import clean
from drugs.importers.refusal import MOST_PROBLEMS, Problem, Refused, shown

MOST_ROWS = 200_000
MOST_COLUMNS = 512
LONGEST_CELL = 20_000
HEADER_WITHIN = 60
"""The header stands in the first so many rows."""

MISSPELT = 88
"""Two column names are the same name misspelt from this likeness on, in percent."""


@dataclass(frozen=True)
class Column:
    """`words` are the file's own; `pattern` matches the name in small letters and digits alone."""

    key: str
    words: str
    pattern: str = ""
    required: bool = True

    def fits(self, name: str) -> bool:
        return bool(re.fullmatch(self.pattern or letters(self.words), letters(name)))

    def is_like(self, name: str) -> bool:
        likeness = SequenceMatcher(None, letters(self.words), letters(name)).ratio()
        return likeness * 100 >= MISSPELT


@dataclass(frozen=True)
class Table:
    """`above` is the text over the header; `records` are (line, cells by column key, the other cells)."""

    above: str
    header: tuple[str, ...]
    columns: dict[str, int]
    lines: list[int]
    frame: pandas.DataFrame
    warnings: tuple[str, ...]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        keys = list(self.columns)
        cells = [self.frame[self.columns[key]].tolist() for key in keys]
        for line, *texts in zip(self.lines, *cells, strict=True):
            yield line, {key: clean(text) for key, text in zip(keys, texts, strict=True)}


def read(data: bytes, first_cell: str, columns: tuple[Column, ...]) -> Table:
    outline = Outline(data, first_cell)
    if problems := outline.width_problems():
        raise Refused(*problems)
    places, warnings = placed(columns, outline.header, outline.header_line)
    if not outline.lines:
        raise Refused.whole_file("rows below the header", "a header alone", outline.header_line)
    frame = outline.frame()
    outline.check_unnamed(frame)
    above = " ".join(clean(cell) for row in outline.above for cell in row if clean(cell))
    return Table(above, outline.header, places, outline.lines, frame, warnings)


class Outline:
    """The first look: where the header is, how wide every row is, on which line it begins."""

    def __init__(self, data: bytes, first_cell: str):
        self.data, self.encoding = decoded(data)
        self.is_header = re.compile(first_cell).fullmatch
        self.delimiter = self._delimiter()
        self.above: list[list[str]] = []
        self.header: tuple[str, ...] = ()
        self.header_line = 0
        self.lines: list[int] = []
        self.widths: list[int] = []
        self._walk()

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")

    def _delimiter(self) -> str:
        """The character after the header's first cell."""
        first = ""
        for line in self._text():
            first = first or clean(line)
            for delimiter in ",\t":
                if delimiter in line and self.is_header(letters(line.partition(delimiter)[0])):
                    return delimiter
        raise no_header(first)

    def _walk(self) -> None:
        csv.field_size_limit(LONGEST_CELL)
        rows = csv.reader(self._text(), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for row in rows:
                self._take(row, line)
                line = rows.line_num + 1
        except csv.Error as error:
            found = f"a row that cannot be split into cells ({error})"
            raise Refused.whole_file("whole rows with closed quotes", found, line) from error
        if not self.header:
            raise no_header(self._first())

    def _take(self, row: list[str], line: int) -> None:
        if self.header:
            self.lines.append(line)
            self.widths.append(len(row))
            if len(self.lines) > MOST_ROWS:
                raise Refused.whole_file(f"at most {MOST_ROWS:,} rows", "more", line)
        elif row and self.is_header(letters(row[0])):
            self.header, self.header_line = tuple(clean(cell) for cell in row), line
            if len(row) > MOST_COLUMNS:
                raise Refused.whole_file(f"at most {MOST_COLUMNS} columns", f"{len(row)}", line)
        else:
            self.above.append(row)
            if len(self.above) > HEADER_WITHIN:
                raise no_header(self._first())

    def _first(self) -> str:
        return next((clean(cell) for row in self.above for cell in row if clean(cell)), "")

    @cached_property
    def ragged(self) -> bool:
        """Some programs leave out empty cells at the end of a row. They do so above the header too."""
        return any(row and any(row) and len(row) < len(self.header) for row in self.above)

    def width_problems(self) -> list[Problem]:
        wide = len(self.header)
        wrong = [
            (line, width)
            for line, width in zip(self.lines, self.widths, strict=True)
            if width != wide and width and not (self.ragged and width < wide)
        ]
        expected = f"{wide} cells, as in the header on line {self.header_line}"
        return [Problem(expected, f"{width}", line) for line, width in wrong[:MOST_PROBLEMS]]

    def frame(self) -> pandas.DataFrame:
        """Every cell as text, by pandas. Both readers must see the same rows."""
        try:
            frame = pandas.read_csv(
                self._text(),
                sep=self.delimiter,
                header=None,
                names=range(max(len(self.header), *(len(row) for row in self.above), 1)),
                usecols=range(len(self.header)),
                dtype=str,
                keep_default_na=False,
                na_filter=False,
                index_col=False,
                skip_blank_lines=False,
            )
        except (pandas.errors.ParserError, ValueError) as error:
            raise Refused.whole_file("a csv that pandas can read", shown(str(error), 200)) from error
        below = frame.iloc[len(self.above) + 1 :].fillna("")
        if len(below) != len(self.lines):
            raise Refused.whole_file(f"{len(self.lines)} rows below the header", f"{len(below)}")
        return below

    def check_unnamed(self, frame: pandas.DataFrame) -> None:
        """Columns without a name are empty, or hold the asterisks of footnotes."""
        problems = []
        for place, name in enumerate(self.header):
            if name:
                continue
            column = frame[place]
            for row in column[column != ""].index:
                cell = clean(column[row])
                if cell.strip("*"):
                    line = self.lines[row - len(self.above) - 1]
                    problems.append(Problem("no cell beyond the named columns", shown(cell), line))
        if problems:
            raise Refused(*problems[:MOST_PROBLEMS])


def no_header(first: str) -> Refused:
    found = f"a file that begins {shown(first)}"
    return Refused.whole_file(
        f"a header row within the first {HEADER_WITHIN} rows, with commas or tabs", found
    )


def decoded(data: bytes) -> tuple[bytes, str]:
    """The bytes without their mark, and their encoding: UTF-8 where it fits, else Windows, else Latin 1."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return data, encoding
    return data, "latin-1"


def placed(columns: tuple[Column, ...], header: tuple[str, ...], line: int) -> tuple[dict, tuple[str, ...]]:
    """Where each column stands, by name, and a warning for every name that is misspelt."""
    places, warnings, problems = {}, [], []
    for column in columns:
        found = [place for place, name in enumerate(header) if name and column.fits(name)]
        if len(found) > 1:
            problems.append(Problem(f"one column {column.words!r}", f"{len(found)}", line))
        elif found:
            places[column.key] = found[0]
    for column in columns:
        if column.key in places or problems:
            continue
        free = [place for place, name in enumerate(header) if name and place not in places.values()]
        close = [place for place in free if column.is_like(header[place])]
        if len(close) == 1:
            places[column.key] = close[0]
            warnings.append(f"The column {header[close[0]]!r} was read as {column.words!r}.")
        elif column.required:
            named = ", ".join(name for name in header if name)
            problems.append(Problem(f"a column {column.words!r}", shown(named, 300), line))
    if problems:
        raise Refused(*problems)
    return places, tuple(warnings)


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())
