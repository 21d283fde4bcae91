"""Every coverage of the catalogue works in the form, and what a claim is denied for is said."""

import pytest
from django.test import Client

from estimator.assemble import Reference
from estimator.estimate import estimate
from estimator.present import present

from .crawling import Crawler
from .filling import TODAY, fill, messages, successful

START = {"dose_on": "2026-01-05"}
PPO = {**START, "medical-design": "commercial-ppo"}
PRIMARIES = [
    "commercial-ppo",
    "commercial-hdhp",
    "commercial-hdhp-family",
    "commercial-accumulator",
    "commercial-maximizer",
    "marketplace-silver",
    "medicare-part-b",
    "medicare-advantage",
    "medicaid-child",
    "medicaid-adult",
    "chip",
    "tricare-prime",
    "tricare-select",
    "va",
    "uninsured",
]
PHARMACIES = [
    "commercial-ppo",
    "commercial-pharmacy",
    "medicare-part-d",
    "medicaid-child",
    "tricare-select",
    "uninsured",
]
BEHIND_PART_B = "abcdfgklmn"


def estimated(form, reference):
    assert form.errors == []
    assert form.missing == []
    return estimate(form.request(), reference, TODAY)


@pytest.mark.parametrize("design", PRIMARIES)
def test_every_primary_coverage_gives_an_answer(reference, design):
    form = fill(reference, {**START, "medical-design": design})
    assert estimated(form, reference).treatment_years


def test_no_primary_coverage_of_the_catalogue_is_left_out(reference):
    medical = {d.slug for d in reference.payers.designs if d.role == "primary" and d.benefit != "pharmacy"}
    assert medical == set(PRIMARIES)


@pytest.mark.parametrize("design", PHARMACIES)
def test_a_pharmacy_drug_asks_for_the_pharmacy_coverage(reference, design):
    start = {"drug": "evrysdi", **START}
    form = fill(
        reference,
        start,
        {"pharmacy-design": design, "age_years": "40", "weight_kg": "70", "allowed_drug": "29,000"},
    )
    assert list(form.coverage) == ["pharmacy"]
    assert estimated(form, reference).treatment_years


@pytest.mark.parametrize("letter", BEHIND_PART_B)
def test_every_medigap_plan_follows_part_b(reference, letter):
    form = fill(
        reference, {**START, "medical-design": "medicare-part-b"}, {"second0-design": f"medigap-{letter}"}
    )
    assert estimated(form, reference).treatment_years


@pytest.mark.parametrize("design", ["medicaid", "commercial-second", "tricare-secondary", "medicare-second"])
def test_every_other_second_coverage_follows_an_employer_plan(reference, design):
    form = fill(reference, PPO, {"second0-design": design})
    assert estimated(form, reference).treatment_years


def test_medigap_is_not_offered_beside_medicare_advantage(reference):
    form = fill(reference, {**START, "medical-design": "medicare-advantage"})
    offered = [slug for _, group in form.secondaries[0].fields["design"].choices[1:] for slug, _ in group]
    assert not [slug for slug in offered if slug.startswith("medigap")]


@pytest.mark.parametrize("medical", ["medicare-part-b", "medicare-advantage"])
def test_medicare_has_a_medical_and_a_pharmacy_part(reference, medical):
    """Stelara begins in a vein under the medical part and goes on under the skin from the pharmacy."""
    form = fill(
        reference,
        {"drug": "stelara", **START, "site": "office", "medical-design": medical},
        {
            "pharmacy-design": "medicare-part-d",
            "weight_kg": "70",
            "allowed_drug": "5,000",
            "allowed_pharmacy": "25,000",
        },
    )
    found = estimated(form, reference)
    assert {line["kind"] for line in found.case["lines"]} >= {"drug", "pharmacy"}


@pytest.mark.parametrize("pharmacy", ["", "commercial-pharmacy"], ids=["joint", "separate"])
def test_an_employer_plan_has_joint_or_separate_pharmacy_limits(reference, pharmacy):
    form = fill(
        reference,
        {"drug": "stelara", **START, "site": "office", "medical-design": "commercial-ppo"},
        {
            "pharmacy-design": pharmacy,
            "weight_kg": "70",
            "allowed_drug": "5,000",
            "allowed_pharmacy": "25,000",
        },
    )
    pools = estimated(form, reference).case["primary"]["deductibles"]
    assert any(name.startswith("pharmacy ") for name in pools) == bool(pharmacy)


# Already treated


def test_a_switch_begins_with_the_doses_of_the_switch(reference):
    """From 12 mg to 50/28 mg: one dose of 50 mg in place of the next 12 mg. Nobody publishes the price."""
    switch = {**PPO, "start": "already", "regimen": "switch-12-to-50-28mg"}
    form = fill(reference, switch, {"drug_unit_price": "400"})
    found = estimated(form, reference)
    units = [note.units for note in found.notes if note.kind == "drug"]
    assert units[:2] == [500, 280]
    assert "its own regimen" in form.treatment.fields["start"].help_text


# Other care of the family


def test_other_care_is_added_row_by_row(reference):
    first = {"care0-date": "2026-01-02", "care0-allowed": "1,500", "care0-member": "1"}
    form = fill(reference, PPO, first, {"care1-date": "2026-02-02", "care1-allowed": "200"})
    assert [row.is_given for row in form.care] == [True, True, False]
    assert form.request()["other_care"] == [
        {"date": "2026-01-02", "allowed": 150_000, "member": 1},
        {"date": "2026-02-02", "allowed": 20_000, "member": 0},
    ]
    assert estimated(form, reference).treatment_years


def test_a_row_that_is_half_typed_is_asked_for_and_an_empty_one_goes_away(reference):
    form = fill(reference, PPO, {"care0-date": "2026-01-02"})
    assert messages(form) == {"care0-allowed": "Type what the plan allows for it."}
    rows = {
        "care0-date": "2026-01-02",
        "care0-allowed": "5",
        "care1-date": "2026-01-03",
        "care1-allowed": "6",
    }
    form = fill(reference, PPO, rows, {"care0-date": "", "care0-allowed": ""})
    assert [row["allowed"] for row in form.request()["other_care"]] == [600]


# What a claim is denied for


def warnings(form, reference):
    return " ".join(remark.text for remark in estimated(form, reference).warnings)


def test_another_treatment_at_the_same_time_is_warned_of_with_the_payers_words(reference):
    form = fill(reference, {**PPO, "concurrent_therapy": "on"})
    assert "With Evrysdi: Not paid together by any policy read." in warnings(form, reference)
    assert "Another treatment" not in warnings(fill(reference, PPO), reference)


def test_drug_and_procedure_on_different_dates_are_warned_of(reference):
    form = fill(reference, {**PPO, "procedure_on_another_day": "on"})
    assert "Drug and procedure on different dates" in warnings(form, reference)


def test_imaging_beside_a_code_that_includes_it_is_warned_of(reference):
    form = fill(reference, {**PPO, "administration_code": "62323", "allowed_imaging": "300"})
    assert "77003" in warnings(form, reference)


def test_infusion_codes_are_shown_as_never_billed_for_a_drug_into_the_spinal_fluid(reference):
    form = fill(reference, PPO)
    assert {"62320", "62321"} <= {code.code for code in form.treatment.never_codes}


# Not covered


def test_an_insurer_that_refuses_the_drug_leaves_a_next_step_and_no_bar(reference):
    form = fill(
        reference,
        {
            "drug": "elevidys",
            **START,
            "medical-design": "commercial-ppo",
            "age_years": "5",
            "weight_kg": "20",
        },
        {"insurer": "independence-blue-cross", "accept_stale": "on", "allowed_administration": "500"},
    )
    shown = present(estimated(form, reference), reference)
    assert shown.answer.state == "not_covered"
    assert shown.answer.title == "Independence Blue Cross does not cover Elevidys"
    assert shown.next_steps
    assert shown.chart is None


def test_a_plan_without_a_rule_for_the_benefit_is_refused_at_its_field(reference):
    form = fill(reference, {**START, "medical-design": "medicare-part-d"})
    assert messages(form) == {"medical-design": "Choose one of the plans in the list."}


# Provenance, on the whole page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answers",
    [
        PPO,
        {**START, "medical-design": "medicare-part-b", "second0-design": "medigap-n"},
        {**PPO, "second0-design": "commercial-second", "second1-design": "medicaid"},
        {**START, "medical-design": "commercial-hdhp", "medical-deductible_individual": "$3,000"},
    ],
)
def test_every_amount_of_the_whole_page_leads_somewhere(reference, monkeypatch, answers):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    sent = successful(fill(reference, answers))
    crawler = Crawler(Client().post("/estimate/", {**sent, "show": "yes"}).content.decode())
    ids = set(crawler.ids)
    assert len(ids) == len(crawler.ids)
    for amount in crawler.found:
        assert amount.sources, amount
        assert amount.rows or amount.in_form, amount
        assert {*amount.sources, *(amount.rows or ())} <= ids, amount
