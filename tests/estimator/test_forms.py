"""The page's one form: what it asks, what it makes of the answers, and where it says what is wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from drugs.reference import DoseBand
from estimator.estimate import estimate
from estimator.forms import EstimateForm

from .filling import TODAY, fill, messages, successful

START = {"dose_on": "2026-01-05"}
COMMERCIAL = {**START, "medical-design": "commercial-ppo"}
MEDICARE = {**START, "medical-design": "medicare-part-b"}


def labels(fields):
    return [field.label for field in fields]


# What is asked


def test_the_first_page_has_a_start_value_for_everything_but_the_plan(reference):
    form = fill(reference)
    assert form.missing == ["Plan"]
    assert form.errors == []
    assert successful(form)["dose_on"] == TODAY.isoformat()
    assert successful(form)["regimen"] == "standard-12mg"


def test_every_choice_comes_from_the_reference_data(reference):
    form = fill(reference, COMMERCIAL)
    regimens = [slug for slug, _ in form.treatment.fields["regimen"].choices]
    assert regimens == [
        r.slug for r in sorted(reference.drugs.drug("spinraza").regimens, key=lambda r: r.order)
    ]
    designs = {d.slug for d in reference.payers.designs if d.role == "primary" and d.benefit != "pharmacy"}
    assert {
        slug
        for _, group in form.main.fields["design"].choices
        if isinstance(group, list)
        for slug, _ in group
    } == designs


def test_codes_that_are_never_billed_are_not_offered_and_the_usual_one_is_first(reference):
    form = fill(reference, COMMERCIAL)
    offered = [code for code, _ in form.treatment.fields["administration_code"].choices]
    uses = {c.code: c.use for c in reference.drugs.drug("spinraza").administration_codes}
    assert offered[0] == "96450"
    assert "never" not in {uses[code] for code in offered}
    assert "never" in uses.values()


def test_a_place_that_cannot_bill_the_usual_code_gets_one_it_can(reference):
    form = fill(reference, {**MEDICARE, "site": "asc"})
    assert "96450" not in [code for code, _ in form.treatment.fields["administration_code"].choices]
    assert form.errors == []
    assert form.request()["administration_code"] != "96450"


def test_weight_and_age_are_asked_only_where_the_regimen_needs_them(reference):
    assert "weight_kg" not in fill(reference, COMMERCIAL).treatment.fields
    form = fill(by_weight(reference), COMMERCIAL)
    assert messages(form) == {
        "weight_kg": "Type the weight: this regimen is dosed by weight.",
        "age_years": "Type the age: the dose depends on it.",
    }
    form = fill(
        by_weight(reference), {**COMMERCIAL, "weight_kg": "12.5", "age_years": "2", "age_months": "3"}
    )
    assert form.request()["weight_kg"] == Decimal("12.5")
    assert form.request()["age_months"] == 27


def by_weight(reference):
    """The reference data with Spinraza's standard regimen dosed by weight and age."""
    drug = reference.drugs.drug("spinraza")
    band = DoseBand(mg_per_kg=Decimal(1), age_from_months=Decimal(2))
    regimens = tuple(
        replace(r, phases=tuple(replace(phase, bands=(band,)) for phase in r.phases)) for r in drug.regimens
    )
    return replace(reference, drugs=replace(reference.drugs, drugs=(replace(drug, regimens=regimens),)))


def test_a_regimen_without_a_published_price_unfolds_the_amounts_and_asks_there(reference):
    form = fill(reference, {**COMMERCIAL, "regimen": "high-dose-50-28mg"})
    assert form.treatment.open_amounts
    form.add_request_errors([("$.allowed.drug_unit_price", "nobody publishes a price: type it")])
    assert messages(form) == {"drug_unit_price": "Nobody publishes a price: type it."}


# The plan's terms


def test_choosing_a_plan_fills_in_its_terms(reference):
    sent = successful(fill(reference, COMMERCIAL))
    assert sent["medical-deductible_individual"] == "$2,000"
    assert sent["medical-maximum_family"] == "$16,000"
    assert sent["medical-drug_coinsurance"] == "20 %"
    assert sent["medical-assistance_policy"] == "unknown"


def test_terms_nobody_changed_stay_out_of_the_request(reference):
    form = fill(reference, COMMERCIAL, {})
    assert form.errors == []
    assert form.request()["coverage"]["medical"] == {
        "design": "commercial-ppo",
        "terms": {},
        "funding": "unknown",
    }


def test_a_changed_term_goes_into_the_request_and_shows_the_difference(reference):
    form = fill(
        reference, COMMERCIAL, {"medical-deductible_individual": "1,500", "medical-drug_coinsurance": "30"}
    )
    terms = form.request()["coverage"]["medical"]["terms"]
    assert terms == {
        "deductibles": {"medical": {"individual": 150000}},
        "rules": {"drug": {"coinsurance": 30000}},
    }
    assert "$2,000" in form.main["deductible_individual"].help_text
    assert form.main.opens_terms


def test_the_same_amount_written_differently_is_no_change(reference):
    form = fill(reference, COMMERCIAL, {"medical-deductible_individual": "2000.00"})
    assert form.main.changed == []


def test_another_plan_refills_the_terms_but_keeps_what_the_family_has_met(reference):
    form = fill(
        reference,
        COMMERCIAL,
        {"medical-deductible_individual": "500", "medical-deductible_met_individual": "100"},
        {"medical-design": "medicare-part-b"},
    )
    assert form.main.changed == []
    assert form.request()["coverage"]["medical"]["terms"] == {
        "deductibles": {"part_b": {"met_individual": 10000}}
    }


def test_another_date_refills_the_figures_of_its_year_and_keeps_what_was_changed(reference):
    """Part B's deductible: $257 in 2025, $283 in 2026 (CMS fact sheets of November 2024 and 2025)."""
    form = fill(
        reference,
        {**MEDICARE, "dose_on": "2025-03-03"},
        {"medical-drug_coinsurance": "15"},
        {"dose_on": "2026-03-02"},
    )
    assert successful(form)["medical-deductible_individual"] == "$283"
    assert form.main.changed == ["drug_coinsurance"]


def test_a_procedures_share_holds_for_every_line_that_had_the_same_rule(reference):
    form = fill(reference, COMMERCIAL, {"medical-administration_copay": "$50"})
    rules = form.request()["coverage"]["medical"]["terms"]["rules"]
    assert rules["administration"] == rules["professional"] == rules["sedation"] == {"copay": 5000}
    assert "drug" not in rules


def test_amounts_met_carry_their_date(reference):
    form = fill(reference, COMMERCIAL, {"medical-deductible_met_individual": "$700"})
    medical = form.request()["coverage"]["medical"]
    assert medical["terms"] == {"deductibles": {"medical": {"met_individual": 70000}}}
    assert medical["met_as_of"] == TODAY.isoformat()


def test_an_hsa_plan_takes_the_minimum_deductible_of_its_year(reference):
    """$1,700 for one person in 2026 (Rev. Proc. 2025-19)."""
    form = fill(reference, COMMERCIAL, {"medical-hsa": "on"})
    assert form.request()["coverage"]["medical"]["terms"] == {"hdhp_minimum_deductible": 170000}


@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        (
            {"medical-maximum_individual": "1,000"},
            "medical-maximum_individual",
            "below the deductible ($2,000)",
        ),
        (
            {"medical-deductible_individual": "5,000"},
            "medical-deductible_individual",
            "more than the family's deductible ($4,000)",
        ),
        (
            {"medical-deductible_met_individual": "2,001"},
            "medical-deductible_met_individual",
            "more than the whole deductible ($2,000)",
        ),
        (
            {"medical-maximum_met_family": "16,000.01"},
            "medical-maximum_met_family",
            "more than the whole out-of-pocket maximum",
        ),
        (
            {"medical-deductible_individual": ""},
            "medical-deductible_individual",
            "Type the deductible, or 0 if there is none.",
        ),
        (
            {"medical-maximum_individual": ""},
            "medical-maximum_individual",
            "Type the out-of-pocket maximum, or none",
        ),
        ({"medical-drug_coinsurance": "120"}, "medical-drug_coinsurance", "between 0 and 100"),
        ({"medical-deductible_individual": "1e3"}, "medical-deductible_individual", "in full"),
    ],
)
def test_a_plan_that_cannot_be_is_told_at_its_field(reference, answers, field, message):
    form = fill(reference, COMMERCIAL, answers)
    assert message in messages(form)[field]
    assert form.main.opens_terms or form.main.opens_met
    assert successful(form).get(field, "") == next(iter(answers.values()))


def test_no_limit_and_unknown_are_answers(reference):
    form = fill(
        reference,
        COMMERCIAL,
        {
            "medical-maximum_individual": "none",
            "medical-maximum_family": "none",
            "medical-deductible_individual": "unknown",
        },
    )
    assert form.errors == []
    assert form.request()["coverage"]["medical"]["terms"] == {
        "deductibles": {"medical": {"individual": "unknown"}},
        "out_of_pocket_maximums": {"medical": {"individual": None, "family": None}},
    }


# Second coverages


def test_medicaid_behind_an_employer_plan_is_one_choice_more(reference):
    form = fill(reference, COMMERCIAL, {"second0-design": "medicaid"})
    assert form.request()["secondary"] == [{"design": "medicaid", "terms": {}}]


def test_an_empty_place_follows_the_last_coverage_and_none_takes_one_away(reference):
    form = fill(reference, COMMERCIAL, {"second0-design": "medicaid"})
    assert [plan.prefix for plan in form.secondaries] == ["second0", "second1"]
    assert form.secondaries[1].chosen is None
    form = fill(
        reference,
        COMMERCIAL,
        {"second0-design": "commercial-second"},
        {"second1-design": "medicaid"},
        {"second0-design": ""},
    )
    assert [plan.prefix for plan in form.secondaries] == ["second0", "second1"]
    assert form.secondaries[0].chosen.slug == "medicaid"


def test_two_parents_plans_and_medicaid_are_three_choices(reference):
    steps = (
        {"medical-design": "commercial-ppo"},
        {"second0-design": "commercial-second"},
        {"second1-design": "medicaid"},
    )
    form = fill(reference, *steps)
    assert form.errors == []
    assert [one["design"] for one in form.request()["secondary"]] == ["commercial-second", "medicaid"]
    assert estimate(form.request(), reference, TODAY).treatment_years


def test_medigap_is_offered_beside_medicare_alone(reference):
    def offered(form):
        return {
            slug
            for _, group in form.secondaries[0].fields["design"].choices
            if isinstance(group, list)
            for slug, _ in group
        }

    assert "medigap-g" in offered(fill(reference, MEDICARE))
    assert "medigap-g" not in offered(fill(reference, COMMERCIAL))


# Help


def test_programs_are_auto_until_somebody_says_otherwise(reference):
    form = fill(reference, COMMERCIAL, {})
    assert form.request()["programs"] == "auto"
    form = fill(reference, COMMERCIAL, {"program-biogen-copay-use": None})
    assert form.request()["programs"] == [
        {"program": "biogen-copay-procedure"},
        {"program": "pan-sma", "open": True},
    ]


def test_what_a_program_paid_so_far_goes_with_its_date(reference):
    form = fill(
        reference,
        COMMERCIAL,
        {"program-biogen-copay-used": "$500", "program-biogen-copay-annual_maximum": "6,000"},
    )
    assert form.request()["programs"][0] == {
        "program": "biogen-copay",
        "annual_maximum": 600000,
        "used": 50000,
        "used_as_of": TODAY.isoformat(),
    }


def test_a_card_is_not_usable_beside_medicaid_and_says_why(reference):
    form = fill(reference, COMMERCIAL, {"second0-design": "medicaid"})
    card = next(program for program in form.programs if program.program.slug == "biogen-copay")
    assert not card.judged.usable
    assert "Medicaid" in card.reason
    assert not card.is_on


def test_a_program_that_becomes_usable_is_on(reference):
    form = fill(reference, COMMERCIAL, {"second0-design": "medicaid"}, {"second0-design": ""})
    assert form.request()["programs"] == "auto"
    assert next(p for p in form.programs if p.program.slug == "biogen-copay").is_on


def test_the_household_is_used_for_matching_only_when_given(reference):
    assert fill(reference, COMMERCIAL).request()["household"] is None
    form = fill(reference, {**COMMERCIAL, "state": "MN", "people": "3", "income": "$60,000"})
    assert form.request()["household"] == {"state": "MN", "size": 3, "income": 6000000}


# Errors and what is still missing


def test_while_answering_what_is_missing_is_no_error_yet(reference):
    form = fill(reference, {"dose_on": "", "medical-design": ""}, asked=False)
    assert form.missing == ["Date", "Plan"]
    assert form.errors == []
    form = fill(reference, {"dose_on": "", "medical-design": ""}, asked=True)
    assert messages(form) == {"dose_on": "Choose the date of the dose.", "medical-design": "Choose the plan."}


def test_a_year_that_is_being_typed_is_no_error_yet(reference):
    assert fill(reference, {"dose_on": "0002-01-05"}, asked=False).errors == []
    assert messages(fill(reference, {**COMMERCIAL, "dose_on": "0002-01-05"})) == {
        "dose_on": "Write the year with four digits, for example 2026-01-05."
    }


@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        ({"years": "0"}, "years", "from 1 to 10 years"),
        ({"years": "\uff13"}, "years", "plain digits"),
        ({"dose_on": "01/05/26"}, "dose_on", "four digits"),
        ({"dose_on": "2041-01-01"}, "dose_on", "2015 to 2040"),
        ({"regimen": "no-such"}, "regimen", "one of the regimens"),
        ({"site": "moon"}, "site", "Choose a place."),
        ({"administration_code": "62320"}, "administration_code", "one of the codes"),
        ({"medical-design": "no-such"}, "medical-design", "one of the plans"),
        ({"second0-design": "no-such"}, "second0-design", "one of the plans"),
        ({"drug_unit_price": "12.34567"}, "drug_unit_price", "four digits"),
        ({"allowed_drug": "-1"}, "allowed_drug", "negative"),
        ({"income": "lots"}, "income", "digits only"),
        ({"people": "0"}, "people", "from 1 to 30 people"),
        ({"state": "ZZ"}, "state", "valid choice"),
        ({"program-biogen-copay-used": "1_000"}, "program-biogen-copay-used", "underscore"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(reference, answers, field, message):
    form = fill(reference, COMMERCIAL, answers)
    assert message in messages(form)[field]
    assert successful(form)[field] == next(iter(answers.values()))
    assert not form.is_complete


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("$.first_dose_on", "dose_on"),
        ("$.site_of_care", "site"),
        ("$.accept_stale", "accept_stale"),
        ("$.allowed.drug", "allowed_drug"),
        ("$.household.size", "people"),
        ("$.coverage.medical.design", "medical-design"),
        ("$.coverage.medical.terms.deductibles.medical.individual", "medical-deductible_individual"),
        ("$.coverage.medical.terms.out_of_pocket_maximums.medical.met_family", "medical-maximum_met_family"),
        ("$.coverage.medical.terms.rules.drug.coinsurance", "medical-drug_coinsurance"),
        ("$.secondary[0].design", "second0-design"),
        ("$.programs[0].used", "program-biogen-copay-used"),
    ],
)
def test_what_the_estimate_refuses_is_told_at_the_field_it_is_about(reference, path, field):
    steps = [COMMERCIAL, {"second0-design": "medicaid"}] if "secondary" in path else [COMMERCIAL]
    form = fill(reference, *steps)
    form.add_request_errors([(path, "not like this")])
    assert messages(form) == {field: "Not like this."}


def test_an_error_that_belongs_to_no_field_stands_in_the_summary(reference):
    form = fill(reference, COMMERCIAL)
    form.add_request_errors([("$.other_care[0].date", "no such day")])
    assert form.errors == [("", "", "No such day.")]


def test_the_request_of_the_form_is_one_the_estimate_takes(reference):
    form = fill(reference, COMMERCIAL, {"second0-design": "medicaid", "state": "MN", "years": "5"})
    found = estimate(form.request(), reference, TODAY)
    assert found.request.years == 5
    assert found.request.first_dose_on == date(2026, 1, 5)
    assert len(found.treatment_years) == 5


def test_a_patient_already_treated_gives_the_last_dose(reference):
    form = fill(reference, {**COMMERCIAL, "start": "already", "dose_on": "2025-11-20"})
    request = form.request()
    assert request["previous_dose_on"] == "2025-11-20"
    assert "first_dose_on" not in request


def test_an_unknown_drug_chooses_nothing(reference):
    assert EstimateForm({"drug": "no-such"}, reference, TODAY, asked=False).drug is None


# What the call script asks for


def test_a_rate_told_by_the_plan_is_typed_in_times_medicares_amounts(reference):
    form = fill(reference, {"medical-design": "commercial-ppo"}, {"of_medicare": "1.25"})
    assert form.request()["allowed"]["of_medicare"] == "1.25"
    form = fill(reference, {"medical-design": "commercial-ppo"}, {"of_medicare": "200"})
    assert messages(form)["of_medicare"] == "Type a number from 0.1 to 20. Twice Medicare's amounts is 2."


@pytest.mark.parametrize(
    ("answer", "terms"),
    [
        ("unknown", {}),
        ("capped", {"disputed_caps": []}),
        ("uncapped", {"disputed_caps": [], "caps": {"hospital_outpatient": {"amount": None}}}),
    ],
)
def test_what_the_hospital_says_of_the_days_cap_settles_the_question(reference, answer, terms):
    form = fill(reference, {"medical-design": "medicare-part-b"}, {"medical-day_cap": answer})
    request = form.request()
    assert request["coverage"]["medical"]["terms"] == terms
    keys = {question.unknown.key for question in estimate(request, reference, TODAY).unknowns}
    assert ("hospital_day_cap" in keys) is (answer == "unknown")
