"""What the comparison asks: the plan or the drug in place of the first one's, each with its own terms."""

from functools import partial

import pytest

from estimator.compare import compared
from estimator.compareform import CompareForm

from .asking import TODAY
from .comparing import PPO
from .comparing import opened as opened_with


@pytest.fixture
def opened(reference):
    return partial(opened_with, reference)


def numbers(form: CompareForm, reference) -> dict[str, dict[int, int]]:
    outcomes = compared(form.ways(), reference, TODAY)
    return {one.way.name: {years: run.together.likely for years, run in one.runs.items()} for one in outcomes}


def test_the_first_way_is_the_estimate_as_entered(opened, reference):
    form = opened()
    [way] = form.ways()
    assert way.name == "Commercial PPO (example)"
    assert way.request == form.base.request()


def test_another_plan_takes_its_own_terms_and_can_differ(opened, reference):
    form = opened({"option1-design": "medicare-part-b"})
    assert numbers(form, reference)["Original Medicare, Part B"][1] == 1_077_874
    form = opened(
        {"option1-design": "commercial-ppo"},
        {"option1-maximum_individual": "5,000", "option1-deductible_individual": "1,000"},
    )
    # Two ways of one name are numbered.
    assert numbers(form, reference)["Commercial PPO (example) (2)"][1] == 500_000


def test_a_second_coverage_and_a_premium_belong_to_the_plan(opened, reference):
    form = opened(
        {"option1-design": "commercial-ppo"},
        {
            "option1-second-design": "medicaid",
            "option1-commercial-ppo-pays-premium": "$100",
            "option0-commercial-ppo-premium": "$250",
        },
    )
    assert [way.premium for way in form.ways()] == [25_000, 10_000]
    second = form.ways()[1].name
    assert second == f"Commercial PPO (example), then {reference.payers.design('medicaid').name}"
    assert numbers(form, reference)[second] == {1: 120_000, 3: 360_000, 5: 600_000}


def test_up_to_four_ways_can_be_added(opened):
    form = opened({"add": "way"}, {"add": "way"}, {"add": "way"})
    assert len(form.options) == 3
    assert not form.can_add


def test_a_wrong_amount_is_an_error_at_its_field_and_not_compared(opened, reference):
    form = opened({"option1-design": "commercial-ppo"}, {"option1-commercial-ppo-pays-premium": "a lot"})
    assert form.options[0].premium.errors
    [_, wrong] = compared(form.ways(), reference, TODAY)
    assert wrong.refused == "Still needed: Correct the marked answer."


def test_another_treatment_is_billed_to_the_same_coverage(opened, reference):
    # Evrysdi is a pharmacy drug; the PPO pays both benefits under one maximum: 8,000.00 a year either way.
    form = opened({"compare-what": "treatments"}, {"option1-drug": "evrysdi"})
    assert form.other_plan is None
    form = opened(
        {"compare-what": "treatments"},
        {"option1-drug": "evrysdi"},
        {"compare-weight_kg": "60", "compare-age_years": "40", "option1-evrysdi-allowed_drug": "28,000"},
    )
    [name] = [name for name in numbers(form, reference) if name.startswith("Evrysdi")]
    assert numbers(form, reference)[name][1] == 800_000


def test_a_pharmacy_drug_under_part_b_asks_for_the_pharmacy_plan(opened, reference):
    base = {"medical-design": "medicare-part-b", "dose_on": "2026-01-05"}
    steps = (
        {"compare-what": "treatments"},
        {"option1-drug": "evrysdi"},
        {"compare-weight_kg": "60", "compare-age_years": "70", "option1-evrysdi-allowed_drug": "28,000"},
    )
    form = opened(*steps, base=base)
    assert form.options[0].missing == ["Choose the plan that pays pharmacy drugs."]
    form = opened(*steps, {"compare-plan-design": "medicare-part-d"}, base=base)
    [name] = [name for name in numbers(form, reference) if name.startswith("Evrysdi")]
    # The Part D threshold of 2026.
    assert numbers(form, reference)[name][1] == 210_000


def test_what_another_dose_depends_on_is_asked_once(opened):
    form = opened({"compare-what": "treatments"}, {"option1-drug": "evrysdi"})
    [option] = form.options
    assert [field.name for field in option.patient_fields] == ["weight_kg", "age_years", "age_months"]
    assert "Type the weight: this regimen is dosed by weight." in option.missing
    form = opened({"compare-what": "treatments", "add": "way"}, {"option1-drug": "evrysdi"})
    form = opened(
        {"compare-what": "treatments", "add": "way"}, {"option1-drug": "evrysdi", "option2-drug": "zolgensma"}
    )
    assert not {field.name for field in form.options[1].patient_fields} & {"weight_kg", "age_years"}


def test_a_treatment_that_lacks_an_answer_says_so_beside_the_numbers(opened, reference):
    form = opened({"compare-what": "treatments"}, {"option1-drug": "evrysdi"})
    [_, evrysdi] = compared(form.ways(), reference, TODAY)
    assert evrysdi.refused.startswith("Still needed: ")
    assert "Type the weight" in evrysdi.refused


def test_an_amount_typed_for_one_drug_is_never_anothers_and_comes_back_with_its_own(opened):
    steps = ({"compare-what": "treatments"}, {"option1-drug": "evrysdi"})
    typed = {"option1-evrysdi-allowed_drug": "28,000", "compare-weight_kg": "60"}
    form = opened(*steps, typed, {"option1-drug": "zolgensma"})
    assert form.options[0].treatment.data["allowed_drug"] == ""
    assert form.set_aside["option1-evrysdi-allowed_drug"] == "28,000"
    form = opened(*steps, typed, {"option1-drug": "zolgensma"}, {"option1-drug": "evrysdi"})
    assert form.options[0].terms["allowed_drug"].value() == "28,000"


def test_what_is_set_aside_comes_back_with_its_question(opened):
    form = opened(
        {"compare-what": "treatments"},
        {"option1-drug": "evrysdi"},
        {"compare-weight_kg": "60"},
        {"compare-what": "coverages"},
        {"option1-design": "medicare-part-b"},
        {"compare-what": "treatments"},
    )
    assert form.options[0].asked["drug"].value() == "evrysdi"
    assert form.patient_answers()["weight_kg"] == "60"
    assert form.set_aside["option1-design"] == "medicare-part-b"


def test_a_treatment_without_a_published_price_asks_for_the_amount_where_it_is_chosen(opened):
    told = {"compare-weight_kg": "60", "compare-age_years": "40"}
    steps = ({"compare-what": "treatments"}, {"option1-drug": "evrysdi"}, told)
    [option] = opened(*steps).options
    assert option.missing == ["Nobody publishes a price for this regimen: type its allowed amount."]
    assert opened(*steps, {"option1-evrysdi-allowed_drug": "28,000"}).options[0].missing == []


# Each plan's own terms


PRICED = [PPO, {**PPO, "allowed_administration": "2,000", "of_medicare": "1.5"}]


def test_an_amount_typed_for_one_plan_is_never_anothers(opened, reference):
    form = opened({"option1-design": "medicare-part-b"}, base=PRICED)
    [option] = form.options
    assert list(option.amounts.fields) == ["allowed_administration", "of_medicare"]
    assert "Typed for Commercial PPO (example): 2,000." in option.amounts["allowed_administration"].help_text
    assert [way.request["allowed"] for way in form.ways()] == [
        {"administration": 200_000, "of_medicare": "1.5"},
        {},
    ]


def test_what_another_plan_allows_is_typed_for_it_alone(opened):
    step = {"option1-medicare-part-b-allowed_administration": "1,234.50"}
    form = opened({"option1-design": "medicare-part-b"}, step, base=PRICED)
    assert form.ways()[1].request["allowed"] == {"administration": 123_450}
    form = opened(
        {"option1-design": "medicare-part-b"}, step, {"option1-design": "commercial-hdhp"}, base=PRICED
    )
    assert form.ways()[1].request["allowed"] == {}
    assert form.set_aside["option1-medicare-part-b-allowed_administration"] == "1,234.50"


def test_a_wrong_amount_of_another_plan_is_an_error_at_its_field(opened, reference):
    step = {"option1-medicare-part-b-allowed_administration": "much"}
    form = opened({"option1-design": "medicare-part-b"}, step, base=PRICED)
    assert form.options[0].amounts.errors["allowed_administration"]
    assert compared(form.ways(), reference, TODAY)[1].refused == "Still needed: Correct the marked answer."


def test_a_premium_is_that_of_its_plan(opened):
    typed = {"option1-commercial-ppo-pays-premium": "$100"}
    form = opened({"option1-design": "commercial-ppo"}, typed, {"option1-design": "commercial-hdhp"})
    assert [way.premium for way in form.ways()] == [0, 0]
    form = opened(
        {"option1-design": "commercial-ppo"},
        typed,
        {"option1-design": "commercial-hdhp"},
        {"option1-design": "commercial-ppo"},
    )
    assert [way.premium for way in form.ways()] == [0, 10_000]


def test_treatments_under_one_coverage_have_no_premium_between_them(opened):
    form = opened(
        {"option0-commercial-ppo-premium": "$250"},
        {"compare-what": "treatments", "option1-drug": "zolgensma"},
    )
    assert [way.premium for way in form.ways()] == [0, 0]
    assert form.set_aside["option0-commercial-ppo-premium"] == "$250"


def test_the_second_coverage_as_entered_keeps_its_typed_terms(opened, reference):
    base = [PPO, {**PPO, "second0-design": "medicaid"}, {"second0-visit_copay": "3"}]
    form = opened({"option1-design": "commercial-hdhp", "option1-second-design": "as-entered"}, base=base)
    entered = form.base.request()["secondary"]
    assert entered == [{"design": "medicaid", "terms": {"copay": 300}}]
    assert form.ways()[1].request["secondary"] == entered
    # Chosen by its own name it is the same coverage.
    again = opened({"option1-design": "commercial-hdhp", "option1-second-design": "medicaid"}, base=base)
    assert again.ways()[1].request["secondary"] == entered


# The household's programs

CARD = "program-biogen-copay"
OFF = {f"{CARD}-use": None, f"{CARD}-shown": "yes"}


def uses(way) -> list[str] | str:
    programs = way.request["programs"]
    return programs if programs == "auto" else [use["program"] for use in programs if not use.get("open")]


def test_a_program_switched_off_in_the_estimate_is_off_for_every_plan(opened):
    form = opened({"option1-design": "commercial-hdhp"}, base=[PPO, OFF])
    first, second = form.ways()
    assert "biogen-copay" not in uses(first)
    assert "biogen-copay" not in uses(second)
    assert "Left out, as in the estimate: Spinraza copay program." in second.notes


def test_what_was_used_of_a_program_goes_along_where_it_fits(opened):
    used = {f"{CARD}-annual_maximum": "6,000", f"{CARD}-used": "1,500"}
    steps = ({"option1-design": "commercial-hdhp", "add": "way"}, {"option2-design": "medicare-part-b"})
    form = opened(*steps, base=[PPO, used])
    _, hdhp, part_b = form.ways()
    [card] = [use for use in hdhp.request["programs"] if use["program"] == "biogen-copay"]
    assert (card["annual_maximum"], card["used"]) == (600_000, 150_000)
    assert any(note.startswith("Help switched on: Spinraza copay program") for note in hdhp.notes)
    assert "biogen-copay" not in uses(part_b)
    assert any(note.startswith("Not here: Spinraza copay program.") for note in part_b.notes)


def test_a_program_of_the_other_plan_alone_is_counted_there_as_in_its_own_estimate(opened):
    base = {"medical-design": "medicare-part-b", "dose_on": "2026-01-05"}
    form = opened({"option1-design": "commercial-ppo"}, base=base)
    assert uses(form.ways()[1]) == "auto"
    assert "Help switched on: Spinraza copay program" in form.ways()[1].notes[0]


def test_program_answers_hold_for_another_treatment_too(opened):
    form = opened({"compare-what": "treatments", "option1-drug": "spinraza"}, base=[PPO, OFF])
    first, second = form.ways()
    assert uses(first) == uses(second)
    assert "biogen-copay" not in uses(second)
