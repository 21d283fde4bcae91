"""Assistance programs on a drug's page: what each pays, up to how much, for whom, and when that was last read."""

from dataclasses import dataclass
from datetime import date

from drugs.citations import Citations, Proof
from drugs.differences import ShownDifference, shown_differences
from drugs.reference import Drug, Drugs
from drugs.topics import Item
from drugs.words import age, cents, day, listed
from payers.eligibility import WORDS, is_stale
from payers.parameters import poverty_guideline
from payers.programrules import LABELS, known_rules, not_found, rule_words
from payers.reference import Payers, Program, ProgramTerms
from payers.termwords import KIND_WORDS

TYPE_WORDS = {
    "copay_card": "Manufacturer copay program",
    "grant": "Charity fund",
    "free_drug": "Free drug from the manufacturer's foundation",
}
FUND_WORDS = {
    "open": "open",
    "closed": "not accepting applications",
    "unknown": "not known: ask whether it is open",
}
YEAR_WORDS = {
    "calendar": "a calendar year",
    "plan": "a plan year",
    "enrolment": "12 months from enrolment",
}


@dataclass(frozen=True)
class ShownProgram:
    program: Program
    type: str
    drugs: tuple[Drug, ...]
    facts: tuple[tuple[str, str], ...]
    rules: tuple[Item, ...]
    not_found: str
    status: str
    read: str
    stale: bool
    proof: Proof | None


def assistance(
    drug: Drug, payers: Payers, drugs: Drugs, today: date, cited: Citations
) -> tuple[ShownProgram, ...]:
    """Every program for the drug, with its terms in force."""
    offers = sorted(payers.programs_for(drug.slug), key=lambda program: program.order)
    return tuple(shown_program(program, payers, drugs, today, cited) for program in offers)


def program_differences(
    drug: Drug, payers: Payers, drugs: Drugs, today: date, cited: Citations
) -> tuple[ShownDifference, ...]:
    subjects = {f"program:{program.slug}" for program in payers.programs_for(drug.slug)}
    return shown_differences((d for d in payers.differences if d.subject in subjects), drugs, today, cited)


def drugs_of(program: Program, drugs: Drugs) -> tuple[Drug, ...]:
    return tuple(drug for slug in program.drugs if (drug := drugs.drug(slug)))


def shown_program(
    program: Program, payers: Payers, drugs: Drugs, today: date, cited: Citations
) -> ShownProgram:
    terms = program.in_force(today)
    facts, unsaid = _facts(program, terms, payers, today) if terms else ((), ())
    return ShownProgram(
        program=program,
        type=TYPE_WORDS[program.type],
        drugs=drugs_of(program, drugs),
        facts=facts,
        rules=_rules(program, today, cited),
        not_found=listed(unsaid + not_found(program)),
        status=_fund_status(terms) if terms else "",
        read=_read(terms) if terms else "",
        stale=terms is None or is_stale(terms, today),
        proof=cited.cite(terms.provenance, program.name, dated=True) if terms else None,
    )


def _rules(program: Program, today: date, cited: Citations) -> tuple[Item, ...]:
    """Each has a source of its own: last days and travel seldom stand where the amounts do."""
    return tuple(
        Item(
            LABELS[rule.topic],
            rule_words(rule) + (" (not read for 180 days: ask)" if is_stale(rule, today) else ""),
            cited.cite(rule.provenance, f"{program.name}: {LABELS[rule.topic].lower()}", dated=True),
        )
        for rule in known_rules(program)
    )


def _facts(
    program: Program, terms: ProgramTerms, payers: Payers, today: date
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Every rule of the terms, and what no rule was found on: nothing named is not the same as no limit."""
    money = program.type != "free_drug"
    facts = [("Pays for", listed([KIND_WORDS[kind] for kind in terms.kinds]))]
    if money:
        facts += [
            ("At most a year", _maximum(terms.annual_maximum, terms.annual_known)),
            ("At most a claim", _maximum(terms.per_claim_maximum, terms.per_claim_known)),
            ("The patient pays at least a dose", _minimum(terms)),
            ("Its year", YEAR_WORDS[terms.year]),
        ]
    people = [
        ("Refuses", _refuses(terms), "kinds of coverage it refuses"),
        ("Income", _income(terms, payers, today), ""),
        ("Age", _ages(terms), "age"),
        ("Diagnoses", listed(terms.diagnoses), "diagnoses"),
        ("Not in the states", listed(terms.excluded_states), "states left out"),
    ]
    facts += [(label, words) for label, words, _ in people if words]
    return tuple(facts), tuple(topic for _, words, topic in people if not words)


def _minimum(terms: ProgramTerms) -> str:
    return cents(terms.minimum_patient_pay) if terms.minimum_patient_pay is not None else "not published: ask"


def _maximum(amount: int | None, known: bool) -> str:
    if amount is not None:
        return cents(amount)
    return "no maximum" if known else "nobody publishes it: ask"


def _income(terms: ProgramTerms, payers: Payers, today: date) -> str:
    """The limit in % and in this year's dollars for one person and for four, of the guideline that is known."""
    limit = terms.income_limit_percent
    if limit is None:
        return "no limit" if terms.income_known else "whether there is a limit was not found: ask"
    return f"at most {limit} % of the poverty level{_in_dollars(limit, payers, today)}"


def _in_dollars(limit: int, payers: Payers, today: date) -> str:
    one, four = (poverty_guideline(payers, "", people, today.year) for people in (1, 4))
    if not one or not four:
        return ""
    year = str(today.year) if one[1] else f"the last one known before {today.year}"
    amounts = f"{cents(one[0] * limit // 100)} for one person, {cents(four[0] * limit // 100)} for four"
    return f": {amounts} (guideline of {year}, mainland)"


def _ages(terms: ProgramTerms) -> str:
    least, most = terms.minimum_age_months, terms.maximum_age_months
    words = [f"from {age(least)}"] if least else []
    words += [f"up to {age(most)}"] if most is not None else []
    return " ".join(words)


def _refuses(terms: ProgramTerms) -> str:
    if terms.excludes_kinds_of_payer:
        return listed([WORDS[kind] for kind in terms.excludes_kinds_of_payer], "or")
    if terms.requires_kinds_of_payer:
        return f"everything but {listed([WORDS[k] for k in terms.requires_kinds_of_payer], 'or')}"
    return ""


def _fund_status(terms: ProgramTerms) -> str:
    if terms.fund_status == "not_a_fund":
        return ""
    seen = (
        f", seen {day(terms.fund_seen_on)}"
        if terms.fund_seen_on
        else ", the day it was seen not written down"
    )
    return FUND_WORDS[terms.fund_status] + (seen if terms.fund_status != "unknown" else "")


def _read(terms: ProgramTerms) -> str:
    seen = terms.provenance.verified_on or terms.provenance.read_on
    return f"terms read {day(seen)}" if seen else "nobody wrote down when its terms were read"
