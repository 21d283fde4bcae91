"""A request written as the JSON that `manage.py estimate` reads: read back, it is the same request."""

import json
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from payers.reference import plain

from .request import Allowed, Coverage, Household, OtherCare, ProgramUse, Request


def request_json(request: Request) -> dict:
    """Plain values only. What is not given is left out, so that its default holds again."""
    coverage = {"medical": request.medical, "pharmacy": request.pharmacy}
    data = {
        "as_of": request.as_of.isoformat(),
        "drug": request.drug,
        "regimen": request.regimen,
        "first_dose_on": iso(request.first_dose_on),
        "previous_dose_on": iso(request.previous_dose_on),
        "years": request.years,
        "weight_kg": text(request.weight_kg),
        "age_months": text(request.age_months),
        "cycle_weeks": request.cycle_weeks,
        "site_of_care": None if request.site_is_assumed else request.site_of_care,
        "administration_code": request.administration_code,
        "allowed": allowed_json(request.allowed),
        "coverage": {benefit: coverage_json(one) for benefit, one in coverage.items() if one},
        "secondary": [coverage_json(one) for one in request.secondary],
        "programs": "auto" if request.programs is None else [program_json(use) for use in request.programs],
        "household": household_json(request.household),
        "other_care": [other_care_json(care) for care in request.other_care],
        "accept_stale": request.accept_stale,
        "insurer": request.insurer,
        "concurrent_therapy": request.concurrent_therapy,
        "procedure_on_another_day": request.procedure_on_another_day,
    }
    return given(data)


def canonical_request(request: Request) -> str:
    """One text for the same answers, whatever day they are given on."""
    today = request.as_of.isoformat()
    answers = {key: value for key, value in request_json(request).items() if key != "as_of"}
    for coverage in (*answers["coverage"].values(), *answers["secondary"]):
        if coverage["met_as_of"] == today:
            del coverage["met_as_of"]
    for use in answers["programs"] if answers["programs"] != "auto" else ():
        if use["used_as_of"] == today:
            del use["used_as_of"]
    return json.dumps(answers, sort_keys=True)


def allowed_json(allowed: Allowed) -> dict:
    amounts = {field.name: getattr(allowed, field.name) for field in fields(allowed)}
    amounts["drug_by_phase"] = dict(allowed.drug_by_phase) or None
    return given({key: text(value) for key, value in amounts.items()})


def coverage_json(coverage: Coverage) -> dict:
    return {
        "design": coverage.design,
        "terms": plain(coverage.terms),
        "met_as_of": coverage.met_as_of.isoformat(),
        "funding": coverage.funding,
    }


def program_json(use: ProgramUse) -> dict:
    return given(
        {
            "program": use.program,
            "used": use.used,
            "used_as_of": iso(use.used_as_of),
            "enrolled_on": iso(use.enrolled_on),
            "annual_maximum": use.annual_maximum,
            "open": use.open or None,
        }
    )


def household_json(household: Household | None) -> dict | None:
    if household is None:
        return None
    return given({"state": household.state, "size": household.size, "income": household.income})


def other_care_json(care: OtherCare) -> dict:
    return {"date": care.date.isoformat(), "allowed": care.allowed, "member": care.member}


def given(data: Mapping[str, Any]) -> dict:
    return {key: value for key, value in data.items() if value is not None}


def iso(on) -> str | None:
    return on.isoformat() if on else None


def text(value):
    """An exact decimal as its digits; everything else as it is."""
    return str(value) if isinstance(value, Decimal) else value
