"""Assistance programs of an estimate: which are used, what they pay, and whether a card counts.

"auto" takes every program that is usable for this household; a program named by the family is taken unless it
is refused for them. Help whose size nobody publishes is an open question: nothing likely, everything at best.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from payers.eligibility import STALE_AFTER_DAYS, Eligibility, Household, is_stale, programs_for
from payers.parameters import percent_of_poverty, poverty_guideline
from payers.reference import Design, Payers, StateRule

from .cost.years import CALENDAR_YEAR, add_months, year_starting
from .findings import Findings, Option, Unknown, refuse
from .request import ProgramUse, Request
from .words import day

SOME_OF_IT = Option(500_000, "$5,000")
"""A card that pays neither nothing nor all: only then does it matter whether the plan counts it."""

CONFIRMED = ("high", "medium")
"""Confidence of a law that settles a question; one that is only likely does not."""


@dataclass(frozen=True)
class Circumstances:
    """What programs ask about: who pays, since when the plan year runs, and when the treatment starts."""

    payer_kinds: tuple[str, ...]
    federal: bool
    drug_is_covered: bool
    plan_year_start: tuple[int, int]
    first: date


@dataclass(frozen=True)
class Candidate:
    """A program that may help this family, and what they said of their use of it."""

    eligibility: Eligibility
    use: ProgramUse | None

    @property
    def program(self):
        return self.eligibility.program

    @property
    def terms(self):
        return self.eligibility.terms

    @property
    def is_certain(self) -> bool:
        """Whether nothing but its size is open: a family that names a program has asked."""
        return self.use is not None or not self.eligibility.questions


def candidates(
    findings: Findings, payers: Payers, request: Request, circumstances: Circumstances
) -> tuple[Candidate, ...]:
    """The programs that may help, in paying order. Raises RequestErrors for a name that is not one of them."""
    uses = {use.program: use for use in request.programs or ()}
    known = {program.slug for program in payers.programs_for(request.drug)}
    for use in uses.values():
        if use.program not in known:
            names = ", ".join(sorted(known)) or "none"
            refuse(use.path, f'no program for this drug is called "{use.program}"; known: {names}')
    family = household(findings, payers, request, circumstances)
    judged = programs_for(payers, request.drug, family, circumstances.first)
    return tuple(_candidates(findings, request, circumstances, judged, uses))


def _candidates(findings, request: Request, circumstances, judged, uses) -> Iterator[Candidate]:
    for one in judged:
        named = uses.get(one.program.slug)
        use = None if named is None or named.open else named
        is_offered = named is not None or request.programs is None
        if not is_offered or (use is None and _not_for_the_insured(one, circumstances)):
            continue
        if one.usable:
            _warn_of_age(findings, one, request.as_of)
            yield Candidate(one, use)
        elif use is not None:
            findings.warn(f"{one.program.name} is not used. {' '.join(one.reasons)}")


def _warn_of_age(findings, one: Eligibility, as_of: date) -> None:
    """Funds open and close, maximums change: terms not read for long are used, and said to be old."""
    if is_stale(one.terms, as_of):
        findings.warn(
            f"{one.program.name}: nobody has read its terms again for more than {STALE_AFTER_DAYS} days. "
            "Call it before you count on it."
        )


def _not_for_the_insured(one: Eligibility, circumstances: Circumstances) -> bool:
    """Free drug is for people whose insurance does not cover the drug; a family that was granted it names it."""
    return one.program.type == "free_drug" and circumstances.drug_is_covered


def household(findings, payers: Payers, request: Request, circumstances: Circumstances) -> Household:
    told = request.household
    percent = None
    if told and told.state and told.size and told.income is not None:
        year = circumstances.first.year
        percent = percent_of_poverty(payers, told.state, told.size, told.income, year)
        guideline = poverty_guideline(payers, told.state, told.size, year)
        if guideline and not guideline[1]:
            findings.assume(
                f"The poverty guideline of {year} is not known yet: the last known one is used for income limits."
            )
    return Household(
        payer_kinds=frozenset(circumstances.payer_kinds),
        federal=circumstances.federal,
        state=told.state if told else None,
        income_percent=percent,
        age_months=int(request.age_months) if request.age_months is not None else None,
    )


def case_programs(findings: Findings, candidates_, circumstances: Circumstances) -> list[dict]:
    """The programs of the case, in paying order; those this run answers away are left out."""
    programs = (_case_program(findings, candidate, circumstances) for candidate in candidates_)
    return [program for program in programs if program is not None]


def _offered(findings: Findings, candidate: Candidate) -> bool:
    """Whether a program that may or may not take this family does, in this run."""
    if candidate.is_certain:
        return True
    program = candidate.program
    return findings.choose(
        Unknown(
            f"programs.{program.slug}",
            f"{program.name}: can this family get it? {' '.join(candidate.eligibility.questions)}",
            "program",
            (Option(False, "no"), Option(True, "yes")),
            likely=False,
        )
    )


def _case_program(findings, candidate: Candidate, circumstances) -> dict | None:
    program, terms = candidate.program, candidate.terms
    # Both are asked, whatever the answer to the first: a question that comes up in one run is open in every run.
    offered, annual = _offered(findings, candidate), _annual_maximum(findings, candidate)
    if not offered or annual == "nothing":
        return None
    findings.cite(terms.provenance, f"assistance: {program.name}")
    if not terms.per_claim_known and terms.per_claim_maximum is None and program.type != "free_drug":
        findings.assume(
            f"{program.name}: what it pays at most for one dose is not published; no such limit is assumed."
        )
    if terms.minimum_patient_pay is None:
        findings.assume(
            f"{program.name}: what the patient pays at least is not published; nothing is assumed."
        )
    use = candidate.use
    return {
        "name": program.slug,
        "type": program.type,
        "kinds": list(terms.kinds),
        "minimum_patient_pay": terms.minimum_patient_pay or 0,
        "per_claim_maximum": terms.per_claim_maximum,
        "annual_maximum": annual,
        "year": terms.year,
        "used": _used(findings, candidate, circumstances) if use and use.used else 0,
        "enrolled_on": use.enrolled_on.isoformat() if use and use.enrolled_on else None,
        "ends_on": None,
    }


def _annual_maximum(findings: Findings, candidate: Candidate):
    """Cents, None for no maximum, or "nothing" where its size is unknown and this run takes none of it."""
    program, terms, use = candidate.program, candidate.terms, candidate.use
    if use is not None and use.annual_maximum is not None:
        return use.annual_maximum
    if terms.annual_known or program.type == "free_drug":
        return terms.annual_maximum
    answer = findings.choose(
        Unknown(
            f"programs.{program.slug}.annual_maximum",
            f"{program.name}: what is the most it pays in a year?",
            "program",
            (Option("nothing", "nothing (not published)"), Option("all", "all that is left to pay")),
            likely="nothing",
            is_amount=True,
            between=(SOME_OF_IT,) if program.type == "copay_card" else (),
            beside=("assistance_policy",),
        )
    )
    return None if answer == "all" else answer


def _used(findings: Findings, candidate: Candidate, circumstances: Circumstances) -> int:
    """What was used so far counts only in the program year it was used in."""
    use, first, name = candidate.use, circumstances.first, candidate.program.name
    if _is_renewed(findings, candidate, circumstances):
        findings.assume(
            f"{name}: help used by {day(use.used_as_of)} belongs to another program year than the first dose, "
            "so nothing of it is used up."
        )
        return 0
    if use.used_as_of > first:
        findings.warn(
            f"{name}: help used by {day(use.used_as_of)} is counted as used before {day(first)}. If it paid for "
            "doses of this estimate, it is counted twice: give what was used before the first of them."
        )
    return use.used


def _is_renewed(findings: Findings, candidate: Candidate, circumstances: Circumstances) -> bool:
    """Whether another program year than the one of the help used holds at the first dose."""
    use, first, anchor = candidate.use, circumstances.first, CALENDAR_YEAR
    if candidate.terms.year == "plan":
        anchor = circumstances.plan_year_start
    elif candidate.terms.year == "enrolment" and use.enrolled_on:
        anchor = (use.enrolled_on.month, use.enrolled_on.day)
    elif candidate.terms.year == "enrolment":
        findings.assume(
            f"{candidate.program.name}: the day of enrolment is not known. Help used in the 12 months before the "
            "first dose is taken as used up."
        )
        return first >= add_months(use.used_as_of, 12)
    return year_starting(use.used_as_of, anchor) != year_starting(first, anchor)


def assistance_policy(
    findings: Findings,
    payers: Payers,
    design: Design,
    plan: dict,
    request: Request,
    funding: str,
    medical: bool,
) -> str:
    """How the plan treats copay cards: its own word, else state law for insured plans, else an open question.

    A law that is only likely, or a plan that may be self-funded, leaves the question open. Likely reading of an
    unknown one: `counts` where the benefit is medical (a medical claim seldom shows the card) or state law
    requires it, else `excluded`.
    """
    given = plan.get("assistance_policy")
    if given == "counts" or given in (None, "unknown") and design.payer.kind != "commercial":
        return "counts"
    rule = card_law(findings, payers, design, plan, request, funding)
    binds = rule is not None and funding == "insured" and rule.provenance.confidence in CONFIRMED
    if given not in (None, "unknown"):
        if binds:
            findings.warn(
                f"{rule.state} law makes insured plans count copay cards ({rule.citation}). This plan is entered "
                "as one that does not: ask the payer why."
            )
        return given
    if binds:
        findings.assume(
            f"{rule.state} law makes insured plans count copay cards ({rule.citation}); the plan is taken to be "
            "issued there."
        )
        return "counts"
    return findings.choose(
        Unknown(
            "assistance_policy",
            "Do payments by a copay card count toward the deductible and the out-of-pocket maximum?",
            "payer",
            (Option("counts", "yes, they count"), Option("excluded", "no (a copay accumulator)")),
            likely="counts" if medical or rule else "excluded",
        )
    )


def card_law(
    findings: Findings, payers: Payers, design: Design, plan: dict, request: Request, funding: str
) -> StateRule | None:
    """The law of the household's state that makes copay cards count, where it may bind this commercial plan."""
    state = request.household.state if request.household else None
    if state is None or design.payer.kind != "commercial":
        return None
    rule = payers.state_rule(state, request.as_of)
    if rule is None:
        findings.assume(f"No law of {state} about copay cards is known here.")
    if rule is None or not rule.counts:
        return None
    if funding == "self_funded":
        findings.assume(f"{state} law about copay cards does not bind a self-funded plan.")
        return None
    if rule.hdhp_carve_out and (design.hsa_qualified or plan.get("hdhp_minimum_deductible") is not None):
        findings.assume(f"{state} law about copay cards leaves out plans with a health savings account.")
        return None
    findings.cite(rule.provenance, f"copay accumulator law of {state}")
    return rule
