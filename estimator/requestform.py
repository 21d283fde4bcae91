"""A request back in the form it could have come from, and what of it the form has no place for.

Read again, the filled form gives the same case; where it does not, the keys that differ are told, never dropped.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from drugs.reference import Drug
from estimator.assemble import Reference, assemble
from estimator.dosesizes import sizes_of
from estimator.forms import MOST_SECONDARIES, EstimateForm
from estimator.nestedterms import value_at
from estimator.planterms import UNCAPPED, Plan, Term, as_text
from estimator.request import Coverage, ProgramUse, Request, RequestErrors, read_request
from estimator.saved_files import dollars
from estimator.treatmentform import TreatmentForm

FILLED_BY_THE_FORM = ("regimen", "administration_code")
"""What a request may leave to its default and the form names."""
SEEN_IN_LINES = {
    *(
        "drug",
        "regimen",
        "first_dose_on",
        "previous_dose_on",
        "years",
        "weight_kg",
        "age_months",
        "cycle_weeks",
    ),
    *("site_of_care", "administration_code", "allowed", "other_care", "accept_stale"),
}
SEEN_IN_PAYERS = {"medical", "pharmacy", "secondary", "programs"}
BESIDE_THE_CASE = {"household", "insurer", "concurrent_therapy", "procedure_on_another_day"}
KEYS = {"medical": "coverage", "pharmacy": "coverage"}


def form_of(request: Request, reference: Reference, today: date) -> EstimateForm:
    """The form filled with everything it can hold. Its own errors say what is wrong with that."""
    return EstimateForm(dict(answers(request, reference)), reference, today, asked=True)


def not_held(request: Request, form: EstimateForm, reference: Reference) -> list[str]:
    """Keys of the request's JSON that the form does not give back; what changes nothing in the case is held."""
    again = read_again(form, request.as_of)
    if again is None:
        told = (SEEN_IN_LINES | SEEN_IN_PAYERS) - {"drug"}
        return sorted({KEYS.get(name, name) for name in told if getattr(request, name) is not None})
    names = {name for name in BESIDE_THE_CASE if differs(request, again, name)}
    same_lines, same_payers = same_case(request, again, reference)
    names |= {name for name in SEEN_IN_LINES if not same_lines and differs(request, again, name)}
    names |= {name for name in SEEN_IN_PAYERS if not same_payers and differs(request, again, name)}
    return sorted({KEYS.get(name, name) for name in names})


def read_again(form: EstimateForm, as_of: date) -> Request | None:
    if not form.is_complete:
        return None
    try:
        return read_request({**form.request(), "as_of": as_of.isoformat()}, as_of)
    except RequestErrors:
        return None


def differs(request: Request, again: Request, name: str) -> bool:
    value = getattr(request, name)
    is_default = name in FILLED_BY_THE_FORM and value is None
    return not is_default and value != getattr(again, name)


def same_case(request: Request, again: Request, reference: Reference) -> tuple[bool, bool]:
    """Whether the claim lines are the same, and whether those who pay them are."""
    try:
        one, two = assemble(request, reference), assemble(again, reference)
    except RequestErrors:
        return False, False
    same_questions = one.findings.unknowns.keys() == two.findings.unknowns.keys()
    same_payers = one.payers_of_case == two.payers_of_case and same_questions
    return one.data["lines"] == two.data["lines"], same_payers


# What the form's fields would hold


def answers(request: Request, reference: Reference) -> Iterator[tuple[str, str]]:
    drug, first = reference.drugs.drug(request.drug), request.first_dose_on or request.previous_dose_on
    yield from of_treatment(request, drug, first)
    for benefit, coverage in (("medical", request.medical), ("pharmacy", request.pharmacy)):
        if coverage:
            yield from of_coverage(coverage, benefit, benefit, reference, first)
    for number, coverage in enumerate(request.secondary[:MOST_SECONDARIES]):
        benefit = "pharmacy" if drug.benefit == "pharmacy" else "medical"
        yield from of_coverage(coverage, f"second{number}", benefit, reference, first)
    if request.programs is not None:
        uses = {use.program: use for use in request.programs}
        for program in reference.payers.programs_for(drug.slug):
            yield from of_program(f"program-{program.slug}", uses.get(program.slug))
    for number, care in enumerate(request.other_care):
        amounts = {
            "date": care.date.isoformat(),
            "allowed": dollars(care.allowed),
            "member": str(care.member),
        }
        yield from ((f"care{number}-{name}", text) for name, text in amounts.items())
    if household := request.household:
        told = {"state": household.state, "people": household.size, "income": money(household.income)}
        yield from ((name, str(value)) for name, value in told.items() if value is not None)
    if request.insurer:
        yield "insurer", request.insurer


def of_treatment(request: Request, drug: Drug, first: date) -> Iterator[tuple[str, str]]:
    regimen = request.regimen or (drug.regimen().slug if drug.regimen() else "")
    months = int(request.age_months) if request.age_months is not None else None
    texts = {
        "drug": drug.slug,
        "drug_filled": drug.slug,
        "regimen": regimen,
        "regimen_filled": regimen,
        "start": "already" if request.previous_dose_on else "first",
        "dose_on": first.isoformat(),
        "years": request.years,
        "site": request.site_of_care,
        "administration_code": request.administration_code,
        "weight_kg": request.weight_kg,
        "age_years": None if months is None else months // 12,
        "age_months": None if months is None else months % 12,
        "cycle_weeks": request.cycle_weeks,
        "drug_unit_price": request.allowed.drug_unit_price,
        "of_medicare": request.allowed.of_medicare,
    }
    for name in TreatmentForm.ALLOWED:
        texts[name] = money(getattr(request.allowed, name.removeprefix("allowed_")))
    texts |= dict(of_sizes(request, drug, regimen))
    yield from ((name, plain(value)) for name, value in texts.items() if value is not None)
    for name in ("accept_stale", "concurrent_therapy", "procedure_on_another_day"):
        if getattr(request, name):
            yield name, "on"


def of_sizes(request: Request, drug: Drug, regimen: str) -> Iterator[tuple[str, str]]:
    """The amounts of doses that differ in size, where all phases of a size have the same."""
    by_phase = dict(request.allowed.drug_by_phase)
    found = drug.regimen(regimen)
    for size in sizes_of(found, request.previous_dose_on is not None) if found and by_phase else ():
        amounts = {by_phase.get(phase) for phase in size.phases}
        if len(amounts) == 1 and None not in amounts:
            yield size.field, dollars(amounts.pop())


def of_coverage(
    coverage: Coverage, prefix: str, benefit: str, reference: Reference, on: date
) -> Iterator[tuple[str, str]]:
    """The plan, and every term that was given, over the plan's own."""
    yield f"{prefix}-design", coverage.design
    design = reference.payers.design(coverage.design)
    if design is None:
        return
    plan = Plan(design, benefit, reference.payers, on)
    yield f"{prefix}-filled_for", f"{design.slug}@{on}"
    yield f"{prefix}-met_as_of", coverage.met_as_of.isoformat()
    yield f"{prefix}-funding", coverage.funding
    for term in plan.terms():
        yield f"{prefix}-{term.name}", term_text(plan, term, coverage.terms)


def term_text(plan: Plan, term: Term, given_terms: Mapping) -> str:
    around = value_at(given_terms, term.path[:-1])
    if not isinstance(around, Mapping) or term.path[-1] not in around:
        return plan.text(term)
    if term.name == "day_cap":
        cap = value_at(given_terms, ("caps", plan.keys["rules"][plan.drug_kind]["cap"]))
        return UNCAPPED if isinstance(cap, Mapping) and cap.get("amount", 0) is None else "capped"
    return as_text(term, around[term.path[-1]])


def of_program(prefix: str, use: ProgramUse | None) -> Iterator[tuple[str, str]]:
    """A program that is not named is switched off; where it would be asked about, it is not open any more."""
    yield f"{prefix}-shown", "yes"
    if use is None:
        yield f"{prefix}-refused", "on"
    elif not use.open:
        told = {"used": money(use.used or None), "annual_maximum": money(use.annual_maximum)}
        told |= {"used_as_of": use.used_as_of.isoformat(), "use": "on"}
        told |= {"enrolled_on": use.enrolled_on.isoformat() if use.enrolled_on else None}
        yield from ((f"{prefix}-{name}", text) for name, text in told.items() if text)


def money(cents: int | None) -> str | None:
    return None if cents is None else dollars(cents)


def plain(value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
