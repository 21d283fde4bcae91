"""Many cases at once: the same rule, on int64 arrays with one element a case.

Cases that share a calendar and a shape (dates, kinds, encounters, pools and programs by name, flags) are
stacked: every amount, rate and limit becomes an array. An amount that is the same in all stays an int.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import cache
from operator import attrgetter

import numpy as np

from .case import Case, Line, OtherPlan, Plan, Pool, Terms
from .money import ARRAYS, NO_LIMIT, less, plus
from .result import COLUMNS
from .simulate import Outcome, adjudicate, in_date_order

CHUNK = 8_192
"""Cases run together: their arrays stay in the processor's cache."""

AMOUNTS = frozenset(
    {
        "allowed",
        "coinsurance",
        "individual",
        "family",
        "met_individual",
        "met_family",
        "amount",
        "copay",
        "hdhp_minimum_deductible",
        "coinsurance_covered",
        "high_deductible",
        "annual_limit",
        "minimum_patient_pay",
        "per_claim_maximum",
        "annual_maximum",
        "used",
    }
)
"""The fields of a case that may differ within a group; everything else is its shape."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A case with the allowed amounts of its lines apart, so that many cases can share all the rest.

    `lines` are in the given order; their own `allowed` is not looked at.
    """

    lines: tuple[Line, ...]
    allowed: Sequence[int]
    primary: Plan | None = None
    secondary: tuple = ()
    programs: tuple = ()

    @classmethod
    def of(cls, case: Case) -> "Sheet":
        return cls(
            case.lines, [line.allowed for line in case.lines], case.primary, case.secondary, case.programs
        )


def totals_of(cases: Sequence[Case]) -> list[dict]:
    """For each case the totals object of `manage.py simulate --totals`, in the order given."""
    return totals_of_sheets([Sheet.of(case) for case in cases])


def totals_of_sheets(sheets: Sequence[Sheet]) -> list[dict]:
    results: list[dict | None] = [None] * len(sheets)
    for members in groups_of(sheets).values():
        for start in range(0, len(members), CHUNK):
            chunk = members[start : start + CHUNK]
            group = stack_sheets([sheets[index] for index in chunk])
            for index, result in zip(chunk, totals_of_stacked(group, len(chunk)), strict=True):
                results[index] = result
    return results


def stack_sheets(sheets: Sequence[Sheet]) -> Case:
    """Sheets of one shape as one case in date order, whose numbers are arrays."""
    first = sheets[0]
    amounts = np.array([sheet.allowed for sheet in sheets], dtype=np.int64).reshape(len(sheets), -1)
    columns = np.ascontiguousarray(amounts.T)
    rates = _rates(sheets)
    lines = tuple(
        replace(line, allowed=_column(column), coinsurance=rate)
        for line, column, rate in zip(first.lines, columns, rates, strict=True)
    )
    rest = (
        stack([getattr(sheet, name) for sheet in sheets]) for name in ("primary", "secondary", "programs")
    )
    return in_date_order(Case(lines, *rest))


def _column(values: np.ndarray):
    """An amount that is the same in all cases stays an int."""
    first = int(values[0])
    return first if (values == first).all() else values


def _rates(sheets: Sequence[Sheet]) -> list:
    if all(sheet.lines is sheets[0].lines for sheet in sheets):
        return [line.coinsurance for line in sheets[0].lines]
    return [
        stack([line.coinsurance for line in lines]) for lines in zip(*(s.lines for s in sheets), strict=True)
    ]


def outcomes_of(cases: Sequence[Case]) -> Iterable[Outcome]:
    """The outcomes, line by line, of cases of one shape in date order: numbers are arrays over the cases."""
    return adjudicate(ARRAYS, without_idle_family_limits(stack(cases)))


LEAVES = frozenset({str, int, bool, type(None), date, frozenset})


def shape_of(value, known: dict | None = None):
    """What must be equal for cases to be stacked: everything but the numbers.

    `known` remembers the shapes of values that many cases share (by identity, while they are alive).
    """
    known = {} if known is None else known
    kind = type(value)
    if kind in LEAVES:
        return value
    if kind is tuple:
        return tuple([shape_of(item, known) for item in value])
    shape = known.get(id(value))
    if shape is None and kind is dict:
        shape = known[id(value)] = tuple([(key, shape_of(item, known)) for key, item in value.items()])
    elif shape is None:
        parts = _structure(kind)(value)
        shape = (kind, *[item if type(item) in LEAVES else shape_of(item, known) for item in parts])
        # A line with a rate of its own is not stacked with one that has none.
        shape = known[id(value)] = (*shape, value.coinsurance is None) if kind is Line else shape
    return shape


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _structure(kind: type):
    """Reads the fields of a class that are not amounts, as a tuple."""
    names = [name for name in _names(kind) if name not in AMOUNTS]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def stack(values: Sequence):
    """One value of the same shape, whose numbers are arrays over `values` (or an int where all agree)."""
    first = values[0]
    if all(value is first for value in values):
        return first
    if type(first) is int:
        return first if all(value == first for value in values) else np.array(values, dtype=np.int64)
    if is_dataclass(first):
        names = _names(type(first))
        return type(first)(**{name: stack([getattr(value, name) for value in values]) for name in names})
    if isinstance(first, tuple):
        return tuple(stack(items) for items in zip(*values, strict=True))
    if isinstance(first, dict):
        return {key: stack([value[key] for value in values]) for key in first}
    return first


def groups_of(sheets: Sequence[Sheet]) -> dict:
    groups: dict = {}
    known: dict = {}
    for index, sheet in enumerate(sheets):
        lines = known.get(id(sheet.lines))
        if lines is None:
            lines = known[id(sheet.lines)] = shape_of(sheet.lines, known)
        rest = (
            shape_of(sheet.primary, known),
            shape_of(sheet.secondary, known),
            shape_of(sheet.programs, known),
        )
        groups.setdefault((lines, *rest), []).append(index)
    return groups


def totals_of_stacked(group: Case, count: int) -> list[dict]:
    """The totals of `count` cases stacked as one, each as plain ints."""
    return _one_by_one(sums_of_stacked(group), count)


GROUPINGS = {
    "by_plan_year": lambda outcome: str(outcome.plan_year),
    "by_treatment_year": lambda outcome: str(outcome.treatment_year),
    "by_month": lambda outcome: f"{outcome.line.date:%Y-%m}",
    "totals": lambda outcome: "",
}
"""What sums are taken over, and the key of a line in each."""


def sums_of_stacked(group: Case, by: Sequence[str] = tuple(GROUPINGS)) -> dict[str, dict[str, tuple]]:
    """Of each grouping in `by`, by key: the nine sums (`COLUMNS`), each an int64 array over the cases or an int.

    This is the call for columns at hand: a Case in date order whose amounts may be int64 arrays of one length.
    """
    finest: dict[tuple, list] = {}
    for outcome in adjudicate(ARRAYS, without_idle_family_limits(group)):
        _add(finest, tuple(GROUPINGS[name](outcome) for name in by), _free_columns(outcome))
        del outcome  # its arrays are free for the next line, still in the cache
    sums: dict[str, dict[str, list]] = {name: {} for name in by}
    for keys, amounts in finest.items():
        for by_key, key in zip(sums.values(), keys, strict=True):
            _add(by_key, key, amounts)
    if "totals" in sums:
        sums["totals"].setdefault("", [0] * 6)
    return {
        name: {key: _all_columns(*amounts) for key, amounts in by_key.items()}
        for name, by_key in sums.items()
    }


def _add(sums: dict, key, amounts: Sequence):
    before = sums.get(key)
    sums[key] = list(map(plus, before, amounts)) if before else list(amounts)


def columns_of(outcome: Outcome) -> tuple:
    """The nine amounts of a line, in the order of `COLUMNS`."""
    return _all_columns(*_free_columns(outcome))


def _free_columns(outcome: Outcome) -> tuple:
    """The six amounts of a line from which the other three follow."""
    share = outcome.share
    paid = plus(*outcome.secondary), plus(*outcome.assistance)
    return outcome.allowed, share.deductible, share.copay, share.coinsurance, *paid


def _all_columns(allowed, deductible, copay, coinsurance, secondary, assistance) -> tuple:
    """The nine columns, by the identities of a line: they hold for sums as they do for lines."""
    responsibility = plus(deductible, copay, coinsurance)
    primary = less(allowed, responsibility)
    patient = less(less(responsibility, secondary), assistance)
    return (
        allowed,
        deductible,
        copay,
        coinsurance,
        responsibility,
        primary,
        secondary,
        assistance,
        patient,
    )


def without_idle_family_limits(case: Case) -> Case:
    """The same case without the family limits that cannot stop the one person whose lines it has.

    What the family has met grows exactly as what the person has, so a family limit that leaves at least as much
    as the person's own at the first line, and after every reset, never binds before it.
    """
    members = {line.member for line in case.lines}
    if len(members) != 1:
        return case
    (member,) = members
    return replace(
        case,
        primary=case.primary and _idle_dropped(case.primary, member),
        secondary=tuple(
            replace(payer, plan=_idle_dropped(payer.plan, member)) if isinstance(payer, OtherPlan) else payer
            for payer in case.secondary
        ),
    )


def _idle_dropped(plan: Plan, member: int) -> Plan:
    later = tuple((year, _terms_without_idle(terms, member)) for year, terms in plan.later_terms)
    return replace(plan, terms=_terms_without_idle(plan.terms, member), later_terms=later)


def _terms_without_idle(terms: Terms, member: int) -> Terms:
    sides = {
        side: {name: _pool_without_idle(pool, member) for name, pool in getattr(terms, side).items()}
        for side in ("deductibles", "out_of_pocket_maximums")
    }
    return replace(terms, **sides)


def _pool_without_idle(pool: Pool, member: int) -> Pool:
    met = pool.met_individual if member == 0 else 0
    ahead = pool.family - pool.individual
    idle = not pool.aggregate and np.all((ahead >= 0) & (ahead >= pool.met_family - met))
    return replace(pool, family=NO_LIMIT) if idle else pool


def _one_by_one(sums: dict, count: int) -> list[dict]:
    """Arrays over the cases, turned into one result a case, of Python ints."""
    tables = {
        name: {key: _table(columns, count) for key, columns in by_key.items()}
        for name, by_key in sums.items()
    }
    results = []
    for index in range(count):
        result = {
            name: {key: dict(zip(COLUMNS, table[index], strict=True)) for key, table in by_key.items()}
            for name, by_key in tables.items()
        }
        result["totals"] = result["totals"][""]
        results.append(result)
    return results


def _table(columns: list, count: int) -> list[list[int]]:
    """The nine columns of each case; a column that is one int stands for all."""
    table = np.empty((count, len(columns)), dtype=np.int64)
    for position, column in enumerate(columns):
        table[:, position] = column
    return table.tolist()
