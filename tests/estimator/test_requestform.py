"""A request opens the form it could have come from; what the form has no place for is named."""

import pytest

from estimator.assemble import assemble
from estimator.request import read_request
from estimator.requestform import form_of, not_held

from .asking import TODAY, plan, spinraza

HELD = {
    "Part B": {},
    "a plan with typed terms": {
        "coverage": plan(
            deductibles={"medical": {"individual": 123_400, "met_individual": 50_000}},
            out_of_pocket_maximums={"medical": {"individual": "unknown"}},
            rules={"drug": {"coinsurance": 12_500}},
            assistance_policy="excluded",
            plan_year_start="07-01",
            met_as_of="2026-10-01",
            funding="self_funded",
        )
    },
    "an HSA plan": {"coverage": plan("commercial-hdhp", funding="insured")},
    "a plan that is not HSA-qualified after all": {
        "coverage": plan("commercial-hdhp", hdhp_minimum_deductible=None)
    },
    "a cap that never binds": {
        "coverage": plan("medicare-part-b", caps={"hospital_outpatient": {"amount": None}}, disputed_caps=[])
    },
    "two more coverages": {
        "coverage": plan(),
        "secondary": [{"design": "commercial-second"}, {"design": "medicaid", "terms": {"copay": 300}}],
    },
    "treatment under way": {
        "first_dose_on": ...,
        "previous_dose_on": "2026-09-01",
        "regimen": "switch-12-to-50-28mg",
        "allowed": {"drug_by_phase": {"switch": 20_000_000, "maintenance": 9_000_000}},
    },
    "typed amounts": {
        "site_of_care": "asc",
        "allowed": {"drug_unit_price": "1333.4567", "administration": 123_456, "of_medicare": "1.25"},
    },
    "programs": {
        "coverage": plan(),
        "programs": [
            {
                "program": "biogen-copay",
                "annual_maximum": 600_000,
                "used": 10_001,
                "used_as_of": "2026-11-01",
            },
            {"program": "pan-sma", "open": True},
        ],
    },
    "programs as they come": {"coverage": plan(), "programs": "auto"},
    "no programs": {"coverage": plan(), "programs": []},
    "a household with other care": {
        "household": {"state": "TX", "size": 4, "income": 7_500_050},
        "other_care": [{"date": "2026-02-03", "allowed": 12_345, "member": 1}],
        "insurer": "unitedhealthcare",
        "coverage": plan(),
        "years": 5,
        "concurrent_therapy": True,
        "procedure_on_another_day": True,
    },
    "a pharmacy drug by weight and age": {
        "drug": "evrysdi",
        "site_of_care": "home",
        "weight_kg": "12.5",
        "age_months": 25,
        "allowed": {"drug": 2_800_000},
        "coverage": {"pharmacy": {"design": "commercial-ppo"}},
    },
}


def read(**changes):
    return read_request(spinraza(**changes), TODAY)


@pytest.mark.parametrize("changes", HELD.values(), ids=HELD)
def test_the_form_gives_the_same_case_back(reference, changes):
    request = read(**changes)
    form = form_of(request, reference, TODAY)
    assert form.errors == []
    assert not_held(request, form, reference) == []
    again = read_request({**form.request(), "as_of": "2026-11-21"}, TODAY)
    assert assemble(again, reference).data == assemble(request, reference).data


def test_a_term_of_a_later_plan_year_is_named_as_left_out(reference):
    later = {"2027": {"deductibles": {"medical": {"individual": 300_000}}}}
    request = read(coverage=plan(by_plan_year=later))
    form = form_of(request, reference, TODAY)
    assert form.is_complete
    assert not_held(request, form, reference) == ["coverage"]


def test_more_coverages_than_the_form_has_places_for_are_named(reference):
    request = read(
        coverage=plan(), secondary=[{"design": "commercial-second"}] * 4 + [{"design": "medicaid"}]
    )
    assert "secondary" in not_held(request, form_of(request, reference, TODAY), reference)


def test_where_the_form_cannot_be_completed_every_answer_is_named(reference):
    request = read(drug="evrysdi", coverage={"pharmacy": {"design": "commercial-ppo"}})
    form = form_of(request, reference, TODAY)
    assert not form.is_complete
    assert {"coverage", "first_dose_on", "programs", "years"} <= set(not_held(request, form, reference))
