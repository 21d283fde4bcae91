"""The same request, varied: every answer to the questions nobody has answered yet."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations as combinations_of
from itertools import product
from math import prod

from .assemble import Assembler
from .findings import Unknown
from .yearbills import Bill, Bills

MOST_RUNS = 256
"""Up to this many combinations of answers are all run; above it the extremes are approached step by step."""


@dataclass(frozen=True)
class Answered:
    """A run with certain answers."""

    choices: Mapping[str, Hashable]
    bill: Bill


class Runs:
    """Runs of one request under different answers, each run once."""

    def __init__(self, assembler: Assembler):
        self.assembler = assembler
        self.bills = Bills(assembler.request.years)
        self.done: dict[tuple, Answered] = {}

    def under(self, choices: Mapping[str, Hashable]) -> Answered:
        key = tuple(sorted(choices.items(), key=lambda item: item[0]))
        if key not in self.done:
            case = self.assembler.assemble(choices).case
            self.done[key] = Answered(choices, self.bills.of(case))
        return self.done[key]

    def over(self, unknowns: Mapping[str, Unknown]) -> list[Answered]:
        """Every combination of answers; above `MOST_RUNS` of them, a search for both extremes."""
        likely = {key: unknown.likely for key, unknown in unknowns.items()}
        if runs_all(unknowns):
            found = [self.under(choices) for choices in combinations(unknowns)]
        else:
            found = [*self.search(unknowns, likely, best=min), *self.search(unknowns, likely, best=max)]
        return [*found, *self.between(unknowns, likely)]

    def between(self, unknowns: Mapping[str, Unknown], likely: dict) -> Iterator[Answered]:
        """Amounts between the options, beside the likely answers: there the bill may rise and fall again."""
        for key, unknown in unknowns.items():
            others = {name: unknowns[name] for name in unknown.beside if name in unknowns}
            for option, answers in product(unknown.between, list(combinations(others))):
                yield self.under({**likely, **answers, key: option.value})

    def search(self, unknowns: Mapping[str, Unknown], start: dict, best) -> list[Answered]:
        """Two questions at a time take the answers that are best for the total, until nothing changes."""
        current, seen = self.under(start), []
        while True:
            before = current.bill.total
            for names in combinations_of(unknowns, 2):
                pair = {name: unknowns[name] for name in names}
                runs = [self.under({**current.choices, **answers}) for answers in combinations(pair)]
                seen += runs
                current = best([current, *runs], key=lambda one: one.bill.total)
            if current.bill.total == before:
                return seen


def runs_all(unknowns: Mapping[str, Unknown]) -> bool:
    return prod(len(unknown.options) for unknown in unknowns.values()) <= MOST_RUNS


def combinations(unknowns: Mapping[str, Unknown]) -> Iterator[dict[str, Hashable]]:
    options = [[option.value for option in unknown.options] for unknown in unknowns.values()]
    for values in product(*options):
        yield dict(zip(unknowns, values, strict=True))


@dataclass(frozen=True)
class Effect:
    """How far the answer to one question moves the bill at most, the other answers staying as they are (cents).

    `years`: the treatment years that it moves (1 is the first). `beside`: the answers to other questions, not
    the likely ones, under which it does.
    """

    spread: int = 0
    years: tuple[int, ...] = ()
    beside: Mapping[str, Hashable] = field(default_factory=dict)


def effect_of(key: str, runs: list[Answered], likely: Mapping[str, Hashable]) -> Effect:
    """The largest effect of a question, where it takes the fewest unlikely answers to the others."""
    groups: dict[tuple, list[Answered]] = {}
    for one in runs:
        others = tuple(sorted((name, str(value)) for name, value in one.choices.items() if name != key))
        groups.setdefault(others, []).append(one)
    effects = [effect_in(key, group, likely) for group in groups.values()]
    return max(effects, key=lambda effect: (effect.spread, -len(effect.beside)))


def effect_in(key: str, group: list[Answered], likely: Mapping[str, Hashable]) -> Effect:
    """A move from one treatment year to another counts, though the total stays the same."""
    by_year = list(zip(*(one.bill.by_year for one in group), strict=True))
    years = tuple(year for year, amounts in enumerate(by_year, 1) if min(amounts) < max(amounts))
    totals = [one.bill.total for one in group]
    spread = max(max(amounts) - min(amounts) for amounts in (totals, *by_year))
    others = group[0].choices.items()
    beside = {name: value for name, value in others if name != key and value != likely[name]}
    return Effect(spread, years, beside)
