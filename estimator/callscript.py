"""What nobody knows yet, as telephone calls: whom to call, what to ask with the code, boxes for the answers.

A box's answer goes into the form's own field, so that nothing is asked twice: `ask:medical-maximum_individual`
is the answer to what that field asks (`answered`).
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace

from django import forms

from estimator.estimate import OpenQuestion as Weighed
from estimator.findings import Unknown
from estimator.forms import EstimateForm
from estimator.planform import PlanForm
from estimator.presented import Box, Call, OpenQuestion, Option
from estimator.treatmentform import TreatmentForm
from estimator.words import listed, money
from payers.reference import Payers

ASKED = "ask:"
DO_NOT_KNOW = ("", "Not asked yet")


def answered(posted: Mapping[str, str]) -> dict[str, str]:
    """The posted form with the answers from the call script in their own fields."""
    told = {name.removeprefix(ASKED): text for name, text in posted.items() if name.startswith(ASKED)}
    kept = {name: text for name, text in posted.items() if not name.startswith(ASKED)}
    return {**kept, **{name: text for name, text in told.items() if text.strip()}}


# --- the words ---


def in_plain_words(unknown: Unknown, drug: str, procedure: str) -> str:
    """The question as it is read out, with the codes the other side looks it up by."""
    given = f", given with {procedure}" if procedure else ""
    if unknown.key == "assistance_policy":
        return f"Do you apply a copay accumulator or maximizer to {drug}? {unknown.question}"
    if unknown.key == "contracted_rate":
        return f"{unknown.question} The drug is {drug}{given}."
    if unknown.key == "hospital_day_cap":
        together = f"{drug}{' and ' + procedure if procedure else ''}"
        return f"Is the Medicare copayment of one day, for {together} together, capped at the inpatient deductible?"
    if ".rules." in unknown.key:
        return f"{unknown.question} The drug is {drug}{given}."
    return unknown.question


def calls(questions: tuple[OpenQuestion, ...], payers: Payers, plan: str, subject: str) -> tuple[Call, ...]:
    """The questions by whom they are for; whoever can settle most is called first."""
    groups: dict[str, list[OpenQuestion]] = {}
    for question in questions:
        groups.setdefault(whom_to_call(question), []).append(question)
    return tuple(
        Call(*opening(whom, payers, plan, subject), tuple(asked)) for whom, asked in sorted_by_rank(groups)
    )


def sorted_by_rank(groups: dict[str, list[OpenQuestion]]) -> list[tuple[str, list[OpenQuestion]]]:
    return sorted(groups.items(), key=lambda group: min(question.rank for question in group[1]))


def whom_to_call(question: OpenQuestion) -> str:
    """`payer`, `hospital`, `family`, or a program by its name."""
    if question.call != "program":
        return question.call
    return question.key.removeprefix("programs.").removesuffix(".annual_maximum")


def opening(whom: str, payers: Payers, plan: str, subject: str) -> tuple[str, str, str]:
    """(whom to call, what to have ready, telephone)."""
    if program := payers.program(whom):
        return program.name, program.how_to_apply, program.phone
    headings = {
        "payer": (
            "The plan",
            f"The number is on the insurance card. Say that you ask about {plan}: {subject}.",
        ),
        "hospital": ("The hospital's billing office", f"Say that you ask about {subject}."),
        "family": ("The family", ""),
    }
    return (*headings[whom], "")


# --- what an answer moves ---


def options_of(question: Weighed) -> tuple[Option, ...]:
    """Each answer with what it makes of treatment year 1, and of the later years that it moves by itself."""
    years = list(zip(*question.by_year, strict=True))
    later = [n for n, amounts in enumerate(years, 1) if n > 1 and min(amounts) < max(amounts)]
    return tuple(
        Option(
            option.words,
            money(cents[0]),
            option.value == question.unknown.likely,
            "".join(f", {money(cents[n - 1])} in year {n}" for n in later),
        )
        for option, cents in zip(question.unknown.options, question.by_year, strict=True)
    )


def effect_words(question: Weighed, asked: Iterable[Weighed]) -> str:
    """`moves treatment years 2 and 3 by up to $4,000.00, if ... is answered ...`: where the effect is."""
    effect, all_years = question.effect, len(question.by_year[0])
    many = len(effect.years) > 1
    years = f"treatment year{'s' if many else ''} {listed([str(year) for year in effect.years])}"
    if many and len(effect.years) == all_years:
        years = f"all {all_years} years"
    together = " together" if many else ""
    return f"moves {years} by up to {money(effect.spread)}{together}{beside_words(effect.beside, asked)}"


def beside_words(beside: Mapping[str, Hashable], asked: Iterable[Weighed]) -> str:
    """The other answers under which it does, where they are not the likely ones."""
    known = {one.unknown.key: one.unknown for one in asked}
    parts = [
        f"“{known[key].question}” is answered “{known[key].words_for(value)}”"
        for key, value in beside.items()
    ]
    return f", if {listed(parts)}" if parts else ""


# --- the boxes ---


def with_boxes(found: tuple[Call, ...], form: EstimateForm) -> tuple[Call, ...]:
    """The calls with boxes for the answers this form has fields for."""
    return tuple(
        replace(
            call,
            questions=tuple(replace(asked, boxes=tuple(boxes(asked.key, form))) for asked in call.questions),
        )
        for call in found
    )


def boxes(key: str, form: EstimateForm) -> Iterator[Box]:
    if key == "contracted_rate":
        yield from (field_box(form.treatment, name) for name in open_amounts(form.treatment))
    elif key.startswith("programs."):
        yield from program_boxes(key.removeprefix("programs."), form)
    elif key in ("assistance_policy", "hospital_day_cap"):
        name = "assistance_policy" if key == "assistance_policy" else "day_cap"
        yield from (field_box(form.main, name) for _ in range(name in form.main.fields))
    else:
        yield from term_boxes(key, form)


def open_amounts(part: TreatmentForm) -> Iterator[str]:
    """The fields of amounts that nobody has typed yet; what is typed is not asked for again."""
    for name in (*part.drug_amounts, "allowed_administration", "of_medicare"):
        if name in part.fields and not part[name].value():
            yield name


def program_boxes(name: str, form: EstimateForm) -> Iterator[Box]:
    slug = name.removesuffix(".annual_maximum")
    for part in form.programs:
        if part.program.slug == slug and name == slug:
            choices = (DO_NOT_KNOW, ("yes", "Yes"), ("no", "No"))
            yield Box(f"{ASKED}{part.prefix}-asked", f"ask-{part.prefix}", "The answer", "", choices)
        elif part.program.slug == slug and "annual_maximum" in part.fields:
            yield field_box(part, "annual_maximum")


def term_boxes(key: str, form: EstimateForm) -> Iterator[Box]:
    """The field of a plan's term: `coverage.medical.deductibles.medical.individual`."""
    for place, part in places(form):
        path = tuple(key.removeprefix(f"{place}.").split("."))
        if key.startswith(f"{place}."):
            yield from (field_box(part, term.name) for term in part.terms if term.path == path)


def places(form: EstimateForm) -> Iterator[tuple[str, PlanForm]]:
    yield from ((f"coverage.{benefit}", plan) for benefit, plan in form.coverage.items())
    chosen = [plan for plan in form.secondaries if plan.chosen]
    yield from ((f"secondary[{n}]", plan) for n, plan in enumerate(chosen))


def field_box(part: forms.Form, name: str) -> Box:
    field = part.fields[name]
    html_name = part.add_prefix(name)
    choices = tuple(choice for choice in getattr(field, "choices", ()) if choice[0] != "unknown")
    return Box(
        name=f"{ASKED}{html_name}",
        id=f"ask-{html_name}",
        label=str(field.label),
        hint="" if choices else getattr(field, "example", ""),
        choices=(DO_NOT_KNOW, *choices) if choices else (),
    )
