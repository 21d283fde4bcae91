"""Short ways to write a request for the tests, and to read its estimate."""

from dataclasses import replace
from datetime import date

from estimator.assemble import Reference
from estimator.cost import read_case, simulate
from estimator.estimate import Estimate
from payers.reference import Design, DesignTerms, Program, StateRule, frozen, plain

TODAY = date(2026, 11, 21)


def spinraza(**changes) -> dict:
    request = {
        "as_of": "2026-11-21",
        "drug": "spinraza",
        "first_dose_on": "2026-01-05",
        "site_of_care": "hospital_on_campus",
        "coverage": {"medical": {"design": "medicare-part-b"}},
        "programs": [],
        **changes,
    }
    return {key: value for key, value in request.items() if value is not ...}


def plan(design="commercial-ppo", **terms) -> dict:
    """A medical coverage; keys that are no plan keys (met_as_of, funding) stand beside the terms."""
    beside = {key: terms.pop(key) for key in ("met_as_of", "funding") if key in terms}
    return {"medical": {"design": design, "terms": terms, **beside}}


def likely(found: Estimate) -> list[int]:
    return [amounts.likely for amounts in found.treatment_years]


def ranges(found: Estimate) -> list[tuple[int, int, int]]:
    return [(amounts.low, amounts.likely, amounts.high) for amounts in found.treatment_years]


def lines(found: Estimate, kind: str) -> list[dict]:
    return [line for line in found.case["lines"] if line["kind"] == kind]


def patient_pays(case: dict) -> int:
    return simulate(read_case(case)).totals.patient


def texts(remarks) -> str:
    return "\n".join(remark.text for remark in remarks)


# --- the reference data, changed ---


def with_design(reference: Reference, design: Design) -> Reference:
    others = tuple(one for one in reference.payers.designs if one.slug != design.slug)
    return replace(reference, payers=replace(reference.payers, designs=(*others, design)))


def with_terms(revision: DesignTerms, **terms) -> DesignTerms:
    return replace(revision, terms=frozen({**plain(revision.terms), **terms}))


def with_program(reference: Reference, program: Program) -> Reference:
    others = tuple(one for one in reference.payers.programs if one.slug != program.slug)
    return replace(reference, payers=replace(reference.payers, programs=(*others, program)))


def with_state_rule(reference: Reference, rule: StateRule) -> Reference:
    return replace(reference, payers=replace(reference.payers, state_rules=(rule,)))
