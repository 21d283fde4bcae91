"""A request as JSON and back: the same request, so the same estimate."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from estimator.request import Request, read_request
from estimator.requestjson import request_json

from .asking import TODAY, plan, spinraza

FULL = {
    **spinraza(
        previous_dose_on="2026-01-05",
        first_dose_on=...,
        regimen="standard-12mg",
        years=2,
        weight_kg="12.5",
        age_months=30,
        cycle_weeks=8,
        administration_code="96450",
        site_of_care="office",
        coverage=plan(deductibles={"medical": {"individual": "unknown"}}, funding="insured")
        | {"pharmacy": {"design": "medicare-part-d", "met_as_of": "2026-02-03"}},
        secondary=[{"design": "medicaid", "terms": {"copay": 300}}],
        programs=["biogen-copay", {"program": "pan-sma", "used": 5, "used_as_of": "2026-02-02"}],
        household={"state": "MN", "size": 4, "income": 9_000_000},
        other_care=[{"date": "2026-02-01", "allowed": 100, "member": 2}],
        accept_stale=True,
        insurer="unitedhealthcare",
        concurrent_therapy=True,
        procedure_on_another_day=True,
        allowed={"drug_unit_price": "1333.45", "administration": 5, "of_medicare": "1.25"},
    )
}


@pytest.mark.parametrize("data", [FULL, spinraza(), spinraza(site_of_care=..., programs="auto")])
def test_what_is_written_reads_back_the_same(data):
    request = read_request(data, TODAY)
    assert read_request(request_json(request), date(2030, 1, 1)) == request


def test_every_part_of_a_request_is_written():
    """A key that is added to the request must be added to its JSON: this one has them all."""
    written = request_json(read_request(FULL, TODAY))
    beside = {"medical", "pharmacy", "first_dose_on", "site_is_assumed"}
    assert {field.name for field in fields(Request)} - beside <= set(written)


def test_a_changed_request_is_written_as_changed():
    request = read_request(spinraza(), TODAY)
    allowed = replace(request.allowed, of_medicare=Decimal("1.50"))
    assert request_json(replace(request, allowed=allowed))["allowed"] == {"of_medicare": "1.50"}
