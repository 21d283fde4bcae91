"""The two questions to ask the payers first: what moves the answer most, else what the answer rests on.

Where nothing a payer can say would move the amounts as entered, they still hold only if each coverage is in force,
pays in its place, and has agreed to the drug. Those questions are asked for every family; no amount stands on them.
"""

from collections.abc import Iterable, Iterator

from estimator.assemble import ORIGINAL_MEDICARE
from estimator.authorization import is_insured
from estimator.presented import OpenQuestion, PayerQuestion
from payers.reference import Design

MOST = 2
OF_PAYERS = ("payer", "hospital")
RESTS = "It changes no amount as entered; the answer rests on it."


def ask_first(
    asked: Iterable[OpenQuestion], designs: list[Design], on: str, subject: str
) -> tuple[PayerQuestion, ...]:
    """`designs` in paying order, `on` the first dose's day in words, `subject` the treatment in codes."""
    moving = [one for one in asked if one.call in OF_PAYERS]
    of_amounts = [
        PayerQuestion(whom(one, designs), one.question, f"The answer {one.effect}.") for one in moving
    ]
    return tuple([*of_amounts, *rests_on(designs, on, subject)][:MOST])


def whom(one: OpenQuestion, designs: list[Design]) -> str:
    return "The hospital's billing office" if one.call == "hospital" else designs[0].name


def rests_on(designs: list[Design], on: str, subject: str) -> Iterator[PayerQuestion]:
    """The coverages behind the first one before it: what they leave is what the family pays."""
    first, *seconds = designs
    for design in seconds:
        yield PayerQuestion(called(design), in_force(design, first, on), RESTS)
    yield PayerQuestion(first.name, agreed(first, on, subject), RESTS)
    yield PayerQuestion(first.name, in_network(first, on), RESTS)


def in_force(design: Design, first: Design, on: str) -> str:
    if design.method == "medigap":
        return f"Is {design.name} in force on {on}, and is there a waiting period for this illness?"
    return f"Is {called(design)} active on {on}, and does it pay second, on what {first.name} leaves?"


def called(design: Design) -> str:
    return design.payer.name if design.payer.kind == "medicaid" else design.name


def agreed(first: Design, on: str, subject: str) -> str:
    if first.payer.slug == ORIGINAL_MEDICARE:
        return (
            f"Is {first.name} active on {on}, and does it pay first: is there no employer's plan before it?"
        )
    return f"Is {subject} authorized for {on}? If not: what is needed, and how long does it take?"


def in_network(first: Design, on: str) -> str:
    """Cost sharing here is that of the plan's own network."""
    if is_insured(first):
        return (
            f"Are the place of care and the clinician in the network of {first.name} on {on}, and may they buy the "
            "drug, or must a pharmacy of the plan send it?"
        )
    return f"Do the place of care and the clinician take {first.name} on {on}?"
