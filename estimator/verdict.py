"""Which of the compared ways costs the family least, where that is certain; else why none is named.

A way is called the least only where nothing that is still unknown could turn the order: every way has a number,
every help its size, and its range ends below where each other one begins.
"""

from collections.abc import Iterator

from estimator.compare import Outcome, Run
from estimator.differences import what_decides
from estimator.words import listed, money, money_short

SIZE = ".annual_maximum"


def is_least(one: Outcome, outcomes: list[Outcome], years: int) -> bool:
    """Whether no other way can cost less over so many years."""
    if not one.has_numbers or why_no_verdict(outcomes, years):
        return False
    most = one.runs[years].together.high
    return all(most <= other.runs[years].together.low for other in outcomes if other is not one)


def difference(outcomes: list[Outcome], years: int) -> list[str]:
    """What each other way costs beside the least, and why; without a verdict the amounts alone, and why none."""
    known = [one for one in outcomes if one.has_numbers]
    without = [one.way.name for one in outcomes if not one.has_numbers]
    if len(known) < 2:
        return (
            [f"There is nothing to compare yet: no number is known for {listed(without)}."] if without else []
        )
    over = f"{years} year{'' if years == 1 else 's'}"
    best, *others = sorted(known, key=lambda one: one.runs[years].together.likely)
    reasons = why_no_verdict(outcomes, years)
    if reasons:
        return [
            f"None of them is called the cheapest over {over}: {'; '.join(reasons)}.",
            *(decided(one, years) for one in known),
        ]
    return [sentence(best, other, over, years) for other in others]


# --- why there is no verdict ---


def why_no_verdict(outcomes: list[Outcome], years: int) -> list[str]:
    without = [one.way.name for one in outcomes if not one.has_numbers]
    reasons = [f"there is no number yet for {listed(without)}"] if without else []
    runs = [one.runs[years] for one in outcomes if one.has_numbers]
    reasons += [f"{words} is not known" for words in dict.fromkeys(sizes(runs))]
    if any(not run.care.is_proven for run in runs):
        reasons.append("an amount that nobody has told us may take a range further than shown")
    if overlap(runs):
        reasons.append("the ranges overlap, so what is not known yet may turn the order")
    return reasons


def sizes(runs: list[Run]) -> Iterator[str]:
    """Each help whose size moves a number and is not published."""
    for run in runs:
        for question in run.questions:
            if question.unknown.key.endswith(SIZE) and question.unknown.key.startswith("programs."):
                yield f"how much {question.unknown.question.partition(':')[0]} pays in a year"


def overlap(runs: list[Run]) -> bool:
    ordered = sorted((run.together for run in runs), key=lambda amounts: (amounts.low, amounts.high))
    return any(before.high > after.low for before, after in zip(ordered, ordered[1:], strict=False))


# --- the difference ---


def sentence(best: Outcome, other: Outcome, over: str, years: int) -> str:
    least, more = best.runs[years], other.runs[years]
    head = f"Over {over} {best.way.name} {costs(least, more, other.way.name)}"
    return f"{head}{premium_words(least, more)}. {decided(best, years)} {decided(other, years)}"


def costs(least: Run, more: Run, other: str) -> str:
    """`costs the family $500.00 less than B`; between ranges also by how much at least."""
    gap = more.together.likely - least.together.likely
    surely = more.together.low - least.together.high
    if not gap and least.care.is_one_number and more.care.is_one_number:
        return f"and {other} cost the family the same"
    at_least = f", at least {money(surely)} less whatever the open questions bring" if surely < gap else ""
    return f"costs the family {money(gap)} less than {other}{at_least}"


def premium_words(least: Run, more: Run) -> str:
    """Where premiums and care pull apart, both are told."""
    if least.premiums == more.premiums:
        return ""
    parts = ((more.care.likely - least.care.likely, "care"), (more.premiums - least.premiums, "premiums"))
    words = [
        f"{money(abs(cents))} {'less' if cents > 0 else 'more'} {what}" for cents, what in parts if cents
    ]
    return f": {listed(words)}" if words else ""


def decided(outcome: Outcome, years: int) -> str:
    run = outcome.runs[years]
    likely = "" if run.care.is_one_number else f" (likely {money_short(run.care.likely)})"
    return f"With {outcome.way.name} {what_decides(run.facts)}{likely}."
