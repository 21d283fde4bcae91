"""A request in, an estimate out: what the family may pay, as one number or a range, and what it rests on.

`manage.py estimate` prints it and the page shows it. Money is integer cents.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .assemble import Assembled, Assembler, Reference
from .bounds import most_owed
from .cost import Simulation, simulate
from .findings import Remark, SourceUse, Unknown
from .request import Request, read_request
from .whatif import Answered, Bill, Effect, Runs, effect_of, runs_all


@dataclass(frozen=True)
class Range:
    """The least, the likely and the most over everything that is not known yet (cents)."""

    low: int
    likely: int
    high: int
    is_proven: bool = True
    """Whether no answer can take it further. Else it goes at least this far."""

    @property
    def is_one_number(self) -> bool:
        return self.low == self.high

    def as_json(self) -> dict:
        return {
            "low": self.low,
            "likely": self.likely,
            "high": self.high,
            "may_go_further": not self.is_proven,
        }


@dataclass(frozen=True)
class OpenQuestion:
    """An unknown with its effect: what each treatment year costs under each answer, all others likely.

    `effect` is how far it moves the bill at most; `raises` how much of the highest total is its doing.
    """

    unknown: Unknown
    by_year: tuple[tuple[int, ...], ...]
    effect: Effect
    raises: int = 0

    @property
    def spread(self) -> int:
        return self.effect.spread

    @property
    def year_1(self) -> tuple[int, ...]:
        return tuple(years[0] for years in self.by_year)

    @property
    def assumption(self) -> str:
        return f"Not known yet: {self.unknown.question} The likely figure takes: {self.likely_words}."

    @property
    def likely_words(self) -> str:
        return self.unknown.words_for(self.unknown.likely)

    def as_json(self) -> dict:
        return {
            "key": self.unknown.key,
            "question": self.unknown.question,
            "whom": self.unknown.whom,
            "options": [
                {
                    "value": option.value,
                    "words": option.words,
                    "treatment_year_1": cents[0],
                    "treatment_years": list(cents),
                }
                for option, cents in zip(self.unknown.options, self.by_year, strict=True)
            ],
            "likely": self.unknown.likely,
            "spread": self.spread,
            "moves_years": list(self.effect.years),
            "beside": dict(self.effect.beside),
        }


@dataclass(frozen=True)
class Estimate:
    request: Request
    assembled: Assembled
    simulation: Simulation
    treatment_years: tuple[Range, ...]
    total: Range
    first_bill_on: date
    first_bill: Range
    unknowns: tuple[OpenQuestion, ...]
    runs: Runs

    @property
    def case(self) -> dict:
        return self.assembled.data

    @property
    def notes(self):
        return self.assembled.notes

    @property
    def assumptions(self) -> tuple[Remark, ...]:
        """What was assumed: first the likely answer to every question that moves the result."""
        of_questions = (Remark(one.assumption) for one in self.unknowns if one.spread)
        return (*of_questions, *self.assembled.findings.assumptions.values())

    @property
    def warnings(self) -> tuple[Remark, ...]:
        return tuple(self.assembled.findings.warnings.values())

    @property
    def sources(self) -> tuple[SourceUse, ...]:
        return self.assembled.findings.sources

    @property
    def headline(self) -> dict:
        years = enumerate(self.treatment_years, start=1)
        return {
            "treatment_years": [{"year": year, **amounts.as_json()} for year, amounts in years],
            "first_bill": {"date": self.first_bill_on.isoformat(), **self.first_bill.as_json()},
        }

    def as_json(self) -> dict:
        return {
            "case": self.case,
            "result": self.simulation.as_json(),
            "headline": self.headline,
            "unknowns": [question.as_json() for question in self.unknowns],
            "assumptions": [remark.as_json() for remark in self.assumptions],
            "sources": [source.as_json() for source in self.sources],
            "warnings": [remark.as_json() for remark in self.warnings],
        }


def estimate(data: Any, reference: Reference, today: date) -> Estimate:
    """The estimate of a request (its JSON as Python values). Raises RequestErrors."""
    return estimate_of(read_request(data, today), reference)


def estimate_of(request: Request, reference: Reference, memory: dict | None = None) -> Estimate:
    """`memory` is shared by estimates that have much in common (`Findings.remembered`)."""
    assembler = Assembler(request, reference, memory=memory)
    assembled = assembler.assemble()
    unknowns = assembled.findings.unknowns
    runs = Runs(assembler)
    bill = runs.bills.of(assembled.case)
    answered = runs.over(unknowns) if unknowns else []
    bills = [bill, *(one.bill for one in answered)]
    first, simulation = first_bill_date(bill, bills), simulate(assembled.case)
    asked = ranked(unknowns, answered, runs)
    years = (range_of(list(amounts), amounts[0]) for amounts in zip(*(b.by_year for b in bills), strict=True))
    total = range_of([one.total for one in bills], bill.total)
    return Estimate(
        request,
        assembled,
        simulation,
        treatment_years=tuple(
            with_proof(amounts, asked, most_owed(simulation.rows, year))
            for year, amounts in enumerate(years, 1)
        ),
        total=with_proof(total, asked, most_owed(simulation.rows)),
        first_bill_on=first,
        first_bill=with_proof(bill_on(first, bill, bills), asked, most_owed(simulation.rows, on=first)),
        unknowns=asked,
        runs=runs,
    )


def range_of(amounts: list[int], likely: int) -> Range:
    return Range(min(amounts), likely, max(amounts))


def bill_on(day: date, likely: Bill, bills: list[Bill]) -> Range:
    return range_of([one.by_date.get(day, 0) for one in bills], likely.by_date.get(day, 0))


def with_proof(amounts: Range, asked: tuple[OpenQuestion, ...], most: int | None) -> Range:
    """A range with whether any answer could take it further: under nothing, or over `most` (`bounds`)."""
    if runs_all({one.unknown.key: one.unknown for one in asked}) and not moved_by_amounts(asked):
        return amounts
    limits_are_known = not any(is_of_limits(one.unknown.key) for one in asked)
    is_bounded = limits_are_known and most is not None and amounts.high >= most
    return replace(amounts, is_proven=is_bounded and amounts.low == 0)


def moved_by_amounts(asked: tuple[OpenQuestion, ...]) -> bool:
    return any(one.unknown.is_amount and one.spread for one in asked)


def is_of_limits(key: str) -> bool:
    """Whether the answer may change a maximum, or what comes under it."""
    return "out_of_pocket_maximums" in key or key.endswith(("covered", "kind"))


def first_bill_date(likely: Bill, bills: list[Bill]) -> date:
    """The first date with something to pay: in the likely run, else in any run, else the first dose."""
    for owed in (likely.by_date, {on: max(b.by_date.get(on, 0) for b in bills) for on in likely.by_date}):
        dates = [on for on, amount in owed.items() if amount]
        if dates:
            return min(dates)
    return min(likely.by_date)


def ranked(unknowns: Mapping[str, Unknown], answered: list[Answered], runs: Runs) -> tuple[OpenQuestion, ...]:
    """The open questions, those that move the answer most first."""
    likely = {name: unknown.likely for name, unknown in unknowns.items()}
    found = (
        OpenQuestion(
            unknown,
            tuple(runs.under({**likely, key: option.value}).bill.by_year for option in unknown.options),
            effect_of(key, answered, likely),
            raised_by(key, unknown.likely, answered),
        )
        for key, unknown in unknowns.items()
    )
    return tuple(sorted(found, key=lambda question: -question.spread))


def raised_by(key: str, likely: Hashable, answered: list[Answered]) -> int:
    """How much lower the highest total would be if this question had its likely answer (cents)."""
    highest = max(one.bill.total for one in answered)
    as_likely = (one.bill.total for one in answered if one.choices.get(key) == likely)
    return highest - max(as_likely, default=highest)
