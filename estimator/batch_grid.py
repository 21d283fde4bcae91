"""Rows that differ in amounts met alone, under every answer to their open questions, as arrays.

What `estimate` finds by running one case after another is found here for thousands at once, by the same rule on
arrays (`cost.grid`): cases of one shape are stacked, those of one group repeated for its members with their own
amounts met. Numbers are integer cents.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from .assemble import Assembled, Assembler
from .batch_columns import MET
from .cost import Case
from .cost.grid import CHUNK, Sheet, groups_of, stack_sheets, without_idle_family_limits
from .cost.money import ARRAYS, NO_LIMIT
from .cost.simulate import adjudicate
from .estimate import is_of_limits
from .whatif import Runs

STAND_IN = 1
"""Cents that stand in a group's case for every amount met above nothing."""


class Group:
    """Requests that differ in amounts met alone; `met` has them by column, an array over the members."""

    def __init__(self, assembler: Assembler, assembled: Assembled, met: Mapping[str, np.ndarray], count: int):
        self.assembled, self.met, self.count = assembled, met, count
        self.years = assembler.request.years
        self.unknowns = assembled.findings.unknowns
        self.choices = Answers(assembler).over(self.unknowns) if self.unknowns else []
        self.cases = [assembled.case, *(assembler.assemble(answers).case for answers in self.choices)]
        self.by_year = np.zeros((self.years, count, len(self.cases)), dtype=np.int64)
        self.by_date: np.ndarray | None = None
        self.likely: Likely | None = None

    @property
    def width(self) -> int:
        return self.count * len(self.cases)

    def exceeds(self) -> np.ndarray:
        """Members with more met than a limit: whether that is refused is not decided here."""
        over = np.zeros(self.count, dtype=bool)
        for case in self.cases:
            for pool, amounts in self.pools_met(case):
                over |= (amounts.get("met_individual", 0) > pool.individual) | (
                    amounts.get("met_family", 0) > pool.family
                )
        return over

    def pools_met(self, case: Case) -> Iterator[tuple]:
        """(pool, {amount: its values over the members}) where amounts met count."""
        for side in ("deductibles", "out_of_pocket_maximums"):
            for pool in getattr(case.primary.terms, side).values() if case.primary else ():
                if amounts := self.amounts_of(side, pool):
                    yield pool, amounts

    def amounts_of(self, side: str, pool) -> dict[str, np.ndarray]:
        return {
            amount: self.met[column]
            for column, (of_side, amount) in MET.items()
            if of_side == side and column in self.met and getattr(pool, amount) == STAND_IN
        }

    def moved_by(self) -> dict[str, np.ndarray]:
        """By question: the members whose bill it moves in any year (as `whatif.effect_of`)."""
        beside = neighbours(tuple(tuple(answers.items()) for answers in self.choices))
        moved = {key: np.zeros(self.count, dtype=bool) for key in self.unknowns}
        for key, tables in beside.items():
            for runs in tables:
                amounts = self.by_year[:, :, runs]
                moved[key] |= (amounts.max(axis=3) != amounts.min(axis=3)).any(axis=(0, 2))
        return moved

    @property
    def has_open_amount(self) -> bool:
        """Whether a range may go further than its runs: then what may be owed at most is asked for."""
        return any(unknown.is_amount for unknown in self.unknowns.values())

    def limits_are_known(self) -> bool:
        return not any(is_of_limits(key) for key in self.unknowns)


class Answers(Runs):
    """Which answers `whatif` runs, without running them."""

    def under(self, choices: Mapping[str, Hashable]) -> Mapping[str, Hashable]:
        return choices


@lru_cache(maxsize=1_000)
def neighbours(choices: tuple[tuple[tuple[str, Hashable], ...], ...]) -> dict[str, list[np.ndarray]]:
    """By question: runs that differ in its answer alone, as tables of run numbers (one line a set of runs)."""
    found: dict[str, list[np.ndarray]] = {}
    for key, _ in choices[0] if choices else ():
        sets = defaultdict(list)
        for run, answers in enumerate(choices, 1):
            sets[tuple(sorted((name, str(value)) for name, value in answers if name != key))].append(run)
        by_size = defaultdict(list)
        for runs in sets.values():
            by_size[len(runs)].append(runs)
        found[key] = [np.array(table) for size, table in by_size.items() if size > 1]
    return found


@dataclass
class Likely:
    """Of the likely run: of treatment year 1 the allowed amount and who pays it, and what may be owed at most.

    `paid` has four rows: allowed, insurance, secondary, programs. `most_in_year` and `most_on` are as
    `bounds.most_owed`: NO_LIMIT where nothing limits it.
    """

    dates: list[date]
    paid: np.ndarray
    programs: dict[str, np.ndarray]
    most_in_year: np.ndarray
    most_on: np.ndarray


def run_all(groups: Sequence[Group], alive: Callable[[], None]):
    """Fills `by_year`, `by_date` and `likely` of each group; `alive` is called between the steps."""
    sheets, places = [], []
    for group in groups:
        for run, case in enumerate(group.cases):
            sheets.append(Sheet.of(case))
            places.append((group, run))
    for members in groups_of(sheets).values():
        for part in cut(members, places):
            alive()
            run_stacked([sheets[index] for index in part], [places[index] for index in part])


def cut(members: Sequence[int], places: Sequence[tuple[Group, int]]) -> Iterator[list[int]]:
    """Parts whose arrays stay in the processor's cache."""
    part, width = [], 0
    for index in members:
        count = places[index][0].count
        if part and width + count > CHUNK:
            yield part
            part, width = [], 0
        part.append(index)
        width += count
    if part:
        yield part


def run_stacked(sheets: list[Sheet], places: list[tuple[Group, int]]):
    """Cases of one shape, each for all members of its group."""
    index = np.repeat(np.arange(len(places)), [group.count for group, _ in places])
    case = spread(stack_sheets(sheets), index)
    if case.primary:
        case = replace(case, primary=with_met(case.primary, places, index))
    is_bounded = any(run == 0 and group.has_open_amount for group, run in places)
    tally = Tally(case, len(index), is_bounded)
    start = 0
    for group, run in places:
        part = slice(start, start + group.count)
        tally.give(group, run, part)
        start = part.stop


def spread(value, index: np.ndarray):
    """A stacked value with each case repeated as `index` says."""
    if isinstance(value, np.ndarray):
        return value[index]
    if is_dataclass(value):
        kept = {one.name: getattr(value, one.name) for one in fields(value)}
        new = {name: spread(part, index) for name, part in kept.items()}
        return value if all(new[name] is kept[name] for name in new) else type(value)(**new)
    if isinstance(value, tuple):
        parts = [spread(part, index) for part in value]
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else tuple(parts)
    if isinstance(value, dict):
        parts = {key: spread(part, index) for key, part in value.items()}
        return value if all(parts[key] is value[key] for key in parts) else parts
    return value


def with_met(plan, places: list[tuple[Group, int]], index: np.ndarray):
    """Each member's own amounts met, where the group's case has the stand-in."""
    if not any(group.met for group, _ in places):
        return plan
    sides = {
        side: {
            name: replace(pool, **met_in(side, name, pool, places, index))
            for name, pool in getattr(plan.terms, side).items()
        }
        for side in ("deductibles", "out_of_pocket_maximums")
    }
    return replace(plan, terms=replace(plan.terms, **sides))


def met_in(side: str, name: str, pool, places, index: np.ndarray) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    start = 0
    for group, run in places:
        own = getattr(group.cases[run].primary.terms, side)[name]
        for amount, values in group.amounts_of(side, own).items():
            if amount not in found:
                found[amount] = np.array(np.broadcast_to(getattr(pool, amount), index.shape), dtype=np.int64)
            found[amount][start : start + group.count] = values
        start += group.count
    return found


class Tally:
    """The outcomes of cases of one shape, added up as the results need them."""

    def __init__(self, case: Case, count: int, is_bounded: bool):
        self.case, self.count, self.is_bounded = case, count, is_bounded
        self.by_year: dict[int, np.ndarray] = {}
        self.by_date: dict[date, np.ndarray] = {}
        self.paid = np.zeros((4, count), dtype=np.int64)
        self.programs = {program.name: np.zeros(count, dtype=np.int64) for program in case.programs}
        self.rooms: dict[tuple, np.ndarray] = {}
        self.under: dict[tuple, set] = {}
        self.unlimited: dict[tuple, np.ndarray] = {}
        for outcome in adjudicate(ARRAYS, without_idle_family_limits(case)):
            self.add(outcome)

    def add(self, outcome):
        year, on = outcome.treatment_year, outcome.line.date
        for sums, key in ((self.by_year, year), (self.by_date, on)):
            if key not in sums:
                sums[key] = np.zeros(self.count, dtype=np.int64)
            sums[key] += outcome.patient
        if year == 1:
            whole = (outcome.allowed, outcome.primary, sum(outcome.secondary), sum(outcome.assistance))
            for total, amount in zip(self.paid, whole, strict=True):
                total += amount
            for program, amount in zip(self.case.programs, outcome.assistance, strict=True):
                self.programs[program.name] += amount
        if self.is_bounded:
            self.bound(outcome, (("year", year), ("on", on)))

    def bound(self, outcome, keys):
        """What `bounds.most_owed` asks of a line."""
        charge, line = outcome.charge, outcome.line
        terms = outcome.run.primary.years.at(outcome.position) if outcome.run.primary else None
        pool = terms.rule_for(line.kind).out_of_pocket_maximum if terms else None
        left = charge.room.maximum if charge.room else NO_LIMIT
        room = outcome.plan_year, pool, line.member
        if room not in self.rooms:
            self.rooms[room] = np.array(np.broadcast_to(left, self.count), dtype=np.int64)
        limited = pool is not None and outcome.reset is None and charge.covered
        unlimited = np.broadcast_to(~np.asarray(limited & (left < NO_LIMIT), dtype=bool), self.count)
        for key in keys:
            self.under.setdefault(key, set()).add(room)
            before = self.unlimited.get(key)
            self.unlimited[key] = unlimited if before is None else before | unlimited

    def most(self, key: tuple) -> np.ndarray:
        if key not in self.under:  # no line, or nobody asks
            return np.zeros(self.count, dtype=np.int64)
        total = sum(np.where(self.rooms[room] < NO_LIMIT, self.rooms[room], 0) for room in self.under[key])
        return np.where(self.unlimited[key], NO_LIMIT, total)

    def give(self, group: Group, run: int, part: slice):
        """The part of a group's run."""
        dates = list(self.by_date)
        if group.by_date is None:
            group.by_date = np.zeros((len(dates), group.count, len(group.cases)), dtype=np.int64)
        for place, on in enumerate(dates):
            group.by_date[place, :, run] = self.by_date[on][part]
        for year, amounts in self.by_year.items():
            group.by_year[year - 1, :, run] = amounts[part]
        if run == 0:
            group.likely = Likely(
                dates,
                self.paid[:, part],
                {name: amounts[part] for name, amounts in self.programs.items()},
                np.array([self.most(("year", year))[part] for year in range(1, group.years + 1)]),
                np.array([self.most(("on", on))[part] for on in dates]),
            )
