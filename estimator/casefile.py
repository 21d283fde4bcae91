"""Cases as JSON Lines, many at a time: read, run, answered one result a line.

Everything is accepted and refused as `cost.contract` says. What many lines share (a calendar, a plan, a list of
programs) is read once; a line that is in any way unusual is read again, slowly, for the exact reason.
"""

from collections.abc import Callable, Iterator
from datetime import date

import orjson

from .cost import Case, CaseError, read_case, simulate
from .cost.case import Line
from .cost.contract import (
    GROUPS,
    AlreadyRead,
    load_json,
    read_lines,
    read_primary,
    read_programs,
    read_secondary,
)
from .cost.grid import Sheet, totals_of_sheets
from .cost.money import LARGEST_AMOUNT

MOST_REMEMBERED = 50_000
"""Parts remembered by their text; a file with more of them starts again, so that memory stays bounded."""

dumps = orjson.dumps


def full_ledgers(texts: list[bytes]) -> Iterator[dict]:
    for text in texts:
        case = read_line(text)
        yield {"error": str(case)} if isinstance(case, CaseError) else simulate(case).as_json()


def read_line(text: bytes) -> Case | CaseError:
    """The case in a line, or the reason why there is none."""
    try:
        return read_case(load_json(text))
    except CaseError as error:
        return error


class TotalsReader:
    """Totals of many cases on the array path, remembering parts that lines of the file have in common."""

    def __init__(self):
        self.parts: dict[tuple, object] = {}

    def totals(self, texts: list[bytes]) -> Iterator[dict]:
        """One result a text, in order; a text that is no case yields its error."""
        if len(self.parts) > MOST_REMEMBERED:
            self.parts.clear()
        sheets = [self.sheet(text) for text in texts]
        results = iter(totals_of_sheets([sheet for sheet in sheets if isinstance(sheet, Sheet)]))
        for sheet in sheets:
            yield next(results) if isinstance(sheet, Sheet) else {"error": str(sheet)}

    def sheet(self, text: bytes) -> Sheet | CaseError:
        quick = self.quick(text)
        if quick is not None:
            return quick
        case = read_line(text)
        return case if isinstance(case, CaseError) else Sheet.of(case)

    def quick(self, text: bytes) -> Sheet | None:
        """The case, if nothing about it is unusual; None asks for the slow reading, which knows the reason."""
        try:
            data = orjson.loads(text)
            keys = len(data)
            lines, first, allowed, keys_of_lines = self.lines(data.pop("lines", None))
            parts = [self.part(name, data.pop(name, None), first) for name in READ]
        except (orjson.JSONDecodeError, CaseError, AttributeError, TypeError, KeyError, RecursionError):
            return None
        keys += keys_of_lines + sum(keys_of_part for _, keys_of_part in parts)
        # As many keys as colons after a quote: no key stands twice, and no text looks like one.
        if data or keys != text.count(b'":'):
            return None
        return Sheet(lines, allowed, *(part for part, _ in parts))

    def lines(self, data) -> tuple[tuple[Line, ...], date | None, list[int], int]:
        """The calendar of a case and its first date, read once for all that share it; its allowed amounts; how
        many keys it has."""
        data = data or []
        keys = sum(map(len, data))
        allowed = [line.pop("allowed") for line in data]
        if not all([type(amount) is int and 0 <= amount <= LARGEST_AMOUNT for amount in allowed]):
            raise TypeError("an amount the slow reading has to judge")
        key = ("lines", dumps(data), None)
        if key not in self.parts:
            lines = read_lines([{**line, "allowed": 0} for line in data])
            self.parts[key] = lines, min((line.date for line in lines), default=None)
        return *self.parts[key], allowed, keys

    def part(self, name: str, data, first: date | None) -> tuple:
        """One part of a case as read, and how many keys it has; read once for all lines that have the same."""
        text = dumps(data)
        # The first date matters only where later plan years are named.
        key = (name, text, first if b"by_plan_year" in text else None)
        found = self.parts.get(key)
        if found is None:
            keys = keys_in(data)
            found = self.parts[key] = (READ[name](self.with_groups(data), first), keys)
        return found

    def with_groups(self, data):
        """A plan's JSON in which groups of terms that stood in an earlier line are not read again."""
        if type(data) is not dict:
            return data
        return {name: self.group(name, value) if name in GROUPS else value for name, value in data.items()}

    def group(self, name: str, data) -> AlreadyRead:
        key = (name, dumps(data), None)
        if key not in self.parts:
            self.parts[key] = AlreadyRead(GROUPS[name](data))
        return self.parts[key]


READ: dict[str, Callable] = {
    "primary": read_primary,
    "secondary": read_secondary,
    "programs": lambda data, _: read_programs(data),
}
"""The parts of a case beside its lines, each with its reading."""


def keys_in(data) -> int:
    """How many keys there are in all objects of a JSON value."""
    if type(data) is dict:
        return len(data) + sum([keys_in(value) for value in data.values() if type(value) in (dict, list)])
    return sum([keys_in(value) for value in data]) if type(data) is list else 0
