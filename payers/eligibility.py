"""Which assistance programs a family can use, and why not, in words. Pure functions on the snapshot."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from drugs.cadence import REREAD_AFTER_DAYS
from payers.reference import Payers, Program, ProgramRule, ProgramTerms

STALE_AFTER_DAYS = REREAD_AFTER_DAYS
WORDS = {
    "commercial": "commercial insurance",
    "medicare": "Medicare",
    "medicaid": "Medicaid",
    "chip": "CHIP",
    "tricare": "TRICARE",
    "va": "VA coverage",
    "uninsured": "no insurance",
    "federal": "coverage by a federal programme",
}


@dataclass(frozen=True, kw_only=True)
class Household:
    """What is known of a family; None is not known. `income_percent` is in % of the poverty level."""

    payer_kinds: frozenset[str]
    federal: bool = False
    state: str | None = None
    income_percent: Fraction | None = None
    age_months: int | None = None
    diagnosis: str | None = None


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """`usable` False says why in `reasons`. A usable program may still have `questions` to be asked first."""

    program: Program
    terms: ProgramTerms
    usable: bool
    reasons: tuple[str, ...]
    questions: tuple[str, ...]
    stale: bool


def programs_for(payers: Payers, drug: str, family: Household, on_date: date) -> tuple[Eligibility, ...]:
    """Every program for the drug, usable or not, in the order pages show them."""
    offers = sorted(payers.programs_for(drug), key=lambda program: program.order)
    return tuple(e for e in (eligibility(program, family, on_date) for program in offers) if e)


def eligibility(program: Program, family: Household, on_date: date) -> Eligibility | None:
    """One program for one family on a date; None for a program without any terms."""
    terms = program.in_force(on_date)
    if terms is None:
        return None
    reasons = (
        *_coverage(program, terms, family),
        *_fund(terms),
        *_income(terms, family),
        *_person(terms, family),
    )
    questions = (*_fund_questions(terms), *_income_questions(program, terms, family))
    return Eligibility(
        program=program,
        terms=terms,
        usable=not reasons,
        reasons=reasons,
        questions=questions if not reasons else (),
        stale=is_stale(terms, on_date),
    )


def _coverage(program: Program, terms: ProgramTerms, family: Household) -> tuple[str, ...]:
    excluded = [kind for kind in terms.excludes_kinds_of_payer if kind in family.payer_kinds]
    if family.federal and program.type == "copay_card" and not excluded:
        excluded = ["federal"]
    if excluded == ["uninsured"]:
        return ("Only for people with insurance that covers the drug.",)
    if excluded:
        words = " or ".join(WORDS[kind] for kind in excluded)
        return (f"Not for people with {words}, not even as a second coverage.",)
    required = terms.requires_kinds_of_payer
    if required and not family.payer_kinds & set(required):
        return (f"Only for people with {' or '.join(WORDS[kind] for kind in required)}.",)
    return ()


def _fund(terms: ProgramTerms) -> tuple[str, ...]:
    if terms.fund_status != "closed":
        return ()
    seen = f" (seen {terms.fund_seen_on})" if terms.fund_seen_on else ""
    return (f"The fund is not accepting applications{seen}.",)


def _fund_questions(terms: ProgramTerms) -> tuple[str, ...]:
    return ("Is the fund open today?",) if terms.fund_status == "unknown" else ()


def _income(terms: ProgramTerms, family: Household) -> tuple[str, ...]:
    limit, percent = terms.income_limit_percent, family.income_percent
    if limit is None or percent is None or percent <= limit:
        return ()
    return (f"Income is {_whole(percent)} % of the poverty level; the limit is {limit} %.",)


def _income_questions(program: Program, terms: ProgramTerms, family: Household) -> tuple[str, ...]:
    if terms.income_limit_percent is not None and family.income_percent is None:
        return (f"Is the income at most {terms.income_limit_percent} % of the poverty level?",)
    if not terms.income_known and program.type != "copay_card":
        return ("Is there an income limit, and does the family meet it?",)
    return ()


def _person(terms: ProgramTerms, family: Household) -> tuple[str, ...]:
    reasons = []
    if family.state and family.state in terms.excluded_states:
        reasons.append(f"Not offered in {family.state}.")
    if terms.diagnoses and family.diagnosis and family.diagnosis not in terms.diagnoses:
        reasons.append(f"Only for the diagnoses {', '.join(terms.diagnoses)}.")
    if family.age_months is not None and not _age_fits(terms, family.age_months):
        reasons.append("The patient's age is outside the program's limits.")
    return tuple(reasons)


def _age_fits(terms: ProgramTerms, months: int) -> bool:
    least, most = terms.minimum_age_months, terms.maximum_age_months
    return (least is None or months >= least) and (most is None or months <= most)


def _whole(percent: Fraction) -> int:
    """Rounded up, so that a family just over a limit is not shown the limit itself."""
    return -(-percent.numerator // percent.denominator)


def is_stale(terms: ProgramTerms | ProgramRule, on_date: date) -> bool:
    """Whether nobody has read or verified them again for so long that they may have changed."""
    seen = max((day for day in (terms.provenance.read_on, terms.provenance.verified_on) if day), default=None)
    return seen is None or (on_date - seen).days > STALE_AFTER_DAYS
