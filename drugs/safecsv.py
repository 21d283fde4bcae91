"""Reference tables as csv that a spreadsheet opens without running anything in it, and reads back unchanged.

A cell that begins with = + - @, a tab or a return is a formula to a spreadsheet; it gets an apostrophe in front,
which reading takes away again. Everything is text: 09999 stays 09999. Only csv is offered: a workbook adds nothing.
"""

import csv
import io
import re

import tablib
from import_export.formats.base_formats import CSV

MOST_ROWS = 5_000
_NEEDS_QUOTE = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_QUOTED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadTable(ValueError):
    """Why a file is no table of ours, in words for the person who sent it."""


def quoted(cell: str) -> str:
    return f"'{cell}" if _NEEDS_QUOTE.match(cell) else cell


def unquoted(cell: str) -> str:
    return cell[1:] if _QUOTED.match(cell) else cell


class SafeCSV(CSV):
    def export_data(self, dataset, **kwargs):
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(dataset.headers)
        writer.writerows([quoted(str(cell)) for cell in row] for row in dataset)
        return written.getvalue()

    def create_dataset(self, in_stream, **kwargs):
        text = in_stream.decode(self.encoding or "utf-8-sig") if isinstance(in_stream, bytes) else in_stream
        if found := _CONTROL.search(text):
            raise BadTable(f"This is not a csv file: it holds the character {found[0]!r}.")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        if len(rows) > MOST_ROWS + 1:
            raise BadTable(
                f"At most {MOST_ROWS:,} rows at once; this file has {len(rows) - 1:,}. Send it in parts."
            )
        return self.table([row for row in rows if any(row)])

    def table(self, rows: list[list[str]]) -> tablib.Dataset:
        if len(rows) < 2:
            raise BadTable("There is no row below the header.")
        header = [name.strip() for name in rows[0]]
        if twice := {name for name in header if header.count(name) > 1}:
            raise BadTable(f"A column stands here twice: {sorted(twice)[0]!r}.")
        for number, row in enumerate(rows[1:], 1):
            if len(row) != len(header):
                raise BadTable(f"Row {number} has {len(row)} cells, and the header has {len(header)}.")
        return tablib.Dataset(*([unquoted(cell) for cell in row] for row in rows[1:]), headers=header)
