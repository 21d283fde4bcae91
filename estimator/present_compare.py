"""A comparison as plain values for the page: a table, bars, and the difference in sentences."""

from dataclasses import dataclass

from estimator.callscript import effect_words
from estimator.charts import Amounts, Chart, stacked_bars
from estimator.compare import Outcome, Run
from estimator.estimate import Range
from estimator.verdict import difference, is_least
from estimator.words import listed, money, money_short

WORDS = {"plan": "Premiums", "family": "Care"}
ASK_FIRST = 2


@dataclass(frozen=True)
class Amount:
    """What a way costs over a horizon: the likely amounts, and how far both together may go."""

    over: str
    care: str
    premiums: str
    together: str
    range: str
    may_go_further: bool
    is_least: bool


@dataclass(frozen=True)
class Column:
    """One way: its amounts for each horizon, or why it has none; what to ask first."""

    name: str
    is_base: bool
    amounts: tuple[Amount, ...]
    refused: str
    questions: tuple[str, ...]
    more_questions: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    columns: tuple[Column, ...]
    has_premiums: bool
    chart: Chart | None
    sentences: tuple[str, ...]


def present_comparison(outcomes: list[Outcome], horizon: int) -> Comparison:
    known = [one for one in outcomes if one.has_numbers]
    has_premiums = any(one.way.premium for one in known)
    return Comparison(
        columns=tuple(column(one, outcomes, horizon) for one in outcomes),
        has_premiums=has_premiums,
        chart=chart(known, horizon, has_premiums) if len(known) > 1 else None,
        sentences=tuple(difference(outcomes, horizon)),
    )


def over(years: int) -> str:
    return f"{years} year{'' if years == 1 else 's'}"


def column(one: Outcome, outcomes: list[Outcome], horizon: int) -> Column:
    amounts = tuple(amount(run, is_least(one, outcomes, years)) for years, run in one.runs.items())
    asked = one.runs[horizon].questions if one.has_numbers else ()
    questions = tuple(
        f"{question.unknown.question} The answer {effect_words(question, asked)}."
        for question in asked[:ASK_FIRST]
    )
    return Column(
        name=one.way.name,
        is_base=one is outcomes[0],
        amounts=amounts,
        refused=one.refused,
        questions=questions,
        more_questions=max(0, len(asked) - ASK_FIRST),
        notes=one.way.notes,
    )


def amount(run: Run, least: bool) -> Amount:
    care, both = run.care, run.together
    return Amount(
        over=over(run.years),
        care=money(care.likely),
        premiums=money(run.premiums),
        together=money(both.likely),
        range=range_words(both),
        may_go_further=not (care.is_proven or care.is_one_number),
        is_least=least,
    )


def range_words(amounts: Range) -> str:
    if amounts.is_one_number:
        return "no open question moves it" if amounts.is_proven else ""
    least = "" if amounts.is_proven else "at least "
    return f"{least}{money_short(amounts.low)} to {money_short(amounts.high)}"


def chart(known: list[Outcome], horizon: int, has_premiums: bool) -> Chart:
    """One bar a way: premiums, then likely care."""
    bars = [bar(one.way.name, one.runs[horizon]) for one in known]
    told = listed([f"{one.label} {one.amount}" for one in bars])
    what = "premiums and care" if has_premiums else "care"
    return stacked_bars(
        bars,
        WORDS,
        title=f"What the family likely pays over {over(horizon)}",
        description=f"One bar for each: {what}. {told}. The table has the same numbers.",
    )


def bar(name: str, run: Run) -> Amounts:
    both = run.together
    reach = "" if both.is_one_number else f" ({range_words(both)})"
    return Amounts(name, f"{money(both.likely)}{reach}", {"plan": run.premiums, "family": run.care.likely})
