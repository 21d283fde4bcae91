"""Plans side by side, and treatments: every figure is that of an estimate of its own."""

import pytest
from django.forms import BooleanField
from django.test import Client

from estimator.assemble import Reference
from estimator.compare import HORIZONS, Way, compared
from estimator.compareform import CompareForm
from estimator.estimate import estimate
from estimator.present_compare import present_comparison
from estimator.verdict import difference, is_least

from .asking import TODAY, plan, spinraza
from .filling import fill, successful
from .test_views import sent, text_of

PPO = {"medical-design": "commercial-ppo", "dose_on": "2026-01-05"}


@pytest.fixture
def opened(reference):
    """The comparison after the given answers, beside the estimate of a commercial plan from 5 January 2026."""

    def open_(*steps, base=PPO) -> CompareForm:
        answers = successful(fill(reference, base, base))
        form = CompareForm(answers, reference, TODAY)
        for step in steps:
            sent_back = {**answers, **controls(form), **step}
            form = CompareForm(sent_back, reference, TODAY)
        return form

    return open_


def controls(form: CompareForm) -> dict[str, str]:
    """What the comparison's own controls send back."""
    asked = {
        field.html_name: str(field.value() or "")
        for part in form.forms
        for field in part
        if not isinstance(field.field, BooleanField) or field.value()
    }
    return form.set_aside | asked


def numbers(form: CompareForm, reference) -> dict[str, dict[int, int]]:
    outcomes = compared(form.ways(), reference, TODAY)
    return {one.way.name: {years: run.together.likely for years, run in one.runs.items()} for one in outcomes}


# Figures


@pytest.mark.parametrize("years", HORIZONS)
def test_each_figure_is_what_its_own_estimate_says(reference, years):
    ways = [
        Way("A", spinraza()),
        Way("B", spinraza(coverage=plan())),
        Way("C", spinraza(coverage=plan(), secondary=[{"design": "medicaid"}])),
        Way("D", spinraza(coverage=plan("commercial-hdhp"), programs="auto")),
    ]
    for one in compared(ways, reference, TODAY):
        alone = estimate({**one.way.request, "years": years}, reference, TODAY)
        care = one.runs[years].care
        assert care == alone.total
        assert care.likely == sum(year.likely for year in alone.treatment_years)
        totals = [run.bill.total for run in alone.runs.done.values()] or [care.likely]
        assert (care.low, care.high) == (min(totals), max(totals))


def test_premiums_are_twelve_a_year_and_stand_apart(reference):
    [one] = compared([Way("A", spinraza(coverage=plan()), premium=45_050)], reference, TODAY)
    assert [run.premiums for run in one.runs.values()] == [540_600, 1_621_800, 2_703_000]
    assert [run.care.likely for run in one.runs.values()] == [800_000, 2_400_000, 4_000_000]
    assert [run.together.likely for run in one.runs.values()] == [1_340_600, 4_021_800, 6_703_000]


def test_what_is_not_covered_has_no_number_but_a_next_step(reference):
    rules = {"drug": {"covered": False}}
    [none, uncovered] = compared(
        [Way("A", spinraza(coverage=plan("uninsured"))), Way("B", spinraza(coverage=plan(rules=rules)))],
        reference,
        TODAY,
    )
    assert none.refused == "Without coverage nobody else pays for Spinraza."
    assert uncovered.refused.startswith("Not covered: Commercial PPO (example) does not cover Spinraza.")
    assert not none.runs
    assert not uncovered.runs


def test_a_coverage_that_does_not_fit_says_so(reference):
    [one] = compared([Way("A", spinraza(secondary=[{"design": "chip"}]))], reference, TODAY)
    assert one.refused
    assert one.refused.endswith(".")


# Sentences


def test_the_difference_is_told_by_what_bound(reference):
    # PPO: 8,000.00 a year. Part B on campus: 283.00 + 6 x 1,736 + 6 x 13.29 in the first year, or without the
    # disputed cap 188,196.08: at least as much as with it.
    ways = [Way("the PPO", spinraza(coverage=plan())), Way("Part B", spinraza())]
    [sentence] = difference(compared(ways, reference, TODAY), 1)
    assert sentence.startswith("Over 1 year the PPO costs the family $2,778.74 less than Part B.")
    assert "With the PPO the out-of-pocket maximum of $8,000 is reached in 1 plan year." in sentence
    assert "With Part B the copayment of a day is capped at $1,736 (likely $10,778.74)." in sentence


def test_a_premium_can_turn_the_order_and_both_parts_are_told(reference):
    ways = [
        Way("the rich plan", spinraza(coverage=plan(), secondary=[{"design": "medicaid"}]), premium=100_000),
        Way("the plain plan", spinraza(coverage=plan())),
    ]
    [sentence] = difference(compared(ways, reference, TODAY), 1)
    # Care 0.00 with premiums of 12,000.00, against care of 8,000.00 without a premium.
    assert sentence.startswith(
        "Over 1 year the plain plan costs the family $4,000.00 less than the rich plan"
    )
    assert "$8,000.00 more care and $12,000.00 less premiums" in sentence
    assert "Medicaid" in sentence


def test_equal_ways_are_said_to_be_equal(reference):
    ways = [Way("A", spinraza(coverage=plan())), Way("B", spinraza(coverage=plan(), site_of_care="asc"))]
    [sentence] = difference(compared(ways, reference, TODAY), 3)
    assert sentence.startswith("Over 3 years A and B cost the family the same.")


def test_the_page_marks_the_least_and_shows_what_has_no_number(reference):
    ways = [
        Way("A", spinraza(coverage=plan())),
        Way("B", spinraza()),
        Way("C", spinraza(coverage=plan("uninsured"))),
    ]
    shown = present_comparison(compared(ways, reference, TODAY), 3)
    first, second, third = shown.columns
    assert third.refused
    assert not third.amounts
    assert len(shown.chart.bars) == 2
    assert not shown.has_premiums
    # One has no number: none of the others is called the least.
    assert not any(amount.is_least for column in shown.columns for amount in column.amounts)
    assert "there is no number yet for C" in shown.sentences[0]
    shown = present_comparison(compared(ways[:2], reference, TODAY), 3)
    first, second = shown.columns
    # 8,000.00 against at least 10,778.74 in one year; 24,000.00 lies between 21,840.48 and Part B's uncapped end.
    assert [amount.is_least for amount in first.amounts] == [True, False, False]
    assert not any(amount.is_least for amount in second.amounts)
    assert [amount.range for amount in first.amounts] == ["no open question moves it"] * 3
    assert second.amounts[0].range == "$10,778.74 to $188,196.08"
    assert shown.sentences[0] == (
        "None of them is called the cheapest over 3 years: the ranges overlap, so what is not known yet may turn "
        "the order."
    )
    assert "Does the hospital cap the day's Medicare copayment" in second.questions[0]


def test_help_of_unknown_size_leaves_no_verdict(reference):
    ways = [
        Way("A", spinraza(coverage=plan(), programs="auto")),
        Way("B", spinraza(coverage=plan(), programs="auto"), premium=900_000_00),
    ]
    [none, *_] = difference(compared(ways, reference, TODAY), 1)
    assert "how much Spinraza copay program pays in a year is not known" in none
    shown = present_comparison(compared(ways, reference, TODAY), 1)
    assert not any(amount.is_least for column in shown.columns for amount in column.amounts)


def test_a_least_way_is_least_whatever_is_answered(reference):
    # 8,000.00 a year against a premium of 1,000,000.00 a month beside nothing at all.
    ways = [
        Way("A", spinraza(coverage=plan())),
        Way("B", spinraza()),
    ]
    outcomes = compared(ways, reference, TODAY)
    assert is_least(outcomes[0], outcomes, 1)
    for choice in ("capped", "uncapped"):
        terms = {"caps": {"day": {"amount": None}}} if choice == "uncapped" else {}
        alone = estimate(
            {**spinraza(coverage=plan("medicare-part-b", **terms)), "years": 1}, reference, TODAY
        )
        assert alone.total.low >= outcomes[0].runs[1].together.high


def test_two_that_come_to_the_same_are_both_the_least(reference):
    ways = [Way("A", spinraza(coverage=plan())), Way("B", spinraza(coverage=plan(), site_of_care="asc"))]
    outcomes = compared(ways, reference, TODAY)
    assert [is_least(one, outcomes, 3) for one in outcomes] == [True, True]


def test_one_number_alone_is_no_comparison_and_says_what_lacks_one(reference):
    ways = [Way("A", spinraza(coverage=plan())), Way("B", {}, missing=("Type the weight.",))]
    outcomes = compared(ways, reference, TODAY)
    assert difference(outcomes, 3) == ["There is nothing to compare yet: no number is known for B."]
    assert present_comparison(outcomes, 3).columns[1].refused == "Still needed: Type the weight."


# The form


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
        {"option1-second-design": "medicaid", "option1-pays-premium": "$100", "option0-premium": "$250"},
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
    form = opened({"option1-design": "commercial-ppo"}, {"option1-pays-premium": "a lot"})
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


# The page


@pytest.fixture
def client(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    return Client()


def test_the_comparison_starts_from_the_estimate_in_hand_and_goes_back_to_it(client):
    page = client.get("/estimate/", {"drug": "spinraza"})
    page = client.post("/estimate/", {**sent(page), **PPO, "show": "yes"})
    assert "Compare with another plan" in text_of(page)
    answers = page.context["answers"]
    compared_ = client.post("/compare/", {**answers, "compare-what": "coverages"})
    assert compared_.context["answers"] == answers
    assert "Choose at least one more plan." in text_of(compared_)
    more = client.post("/compare/", {**answers, "compare-ways": "2", "option1-design": "medicare-part-b"})
    assert "None of them is called the cheapest over 3 years" in text_of(more)
    assert "no-store" in more["Cache-Control"]
    back = client.post("/estimate/", {**more.context["answers"], **more.context["form"].told, "show": "yes"})
    assert back.context["answers"] == answers
    # The comparison waits in the estimate's form, and is there again on return.
    assert back.context["comparison"]["option1-design"] == "medicare-part-b"
    again = client.post(
        "/compare/", {**sent(back), **back.context["comparison"], "compare-what": "coverages"}
    )
    assert again.context["form"].options[0].plan.chosen.slug == "medicare-part-b"


def test_nothing_private_is_read_from_an_address(client):
    page = text_of(client.get("/compare/", {"drug": "spinraza", "medical-design": "commercial-ppo"}))
    assert "A comparison starts from an estimate" in page
    assert "commercial-ppo" not in page


def test_an_incomplete_estimate_is_asked_for_first(client):
    page = text_of(client.post("/compare/", {"drug": "spinraza"}))
    assert "thing to correct" in page


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"drug": "\x00"},
        {"drug": "spinraza", **PPO, "compare-what": "\x00", "compare-ways": "99", "compare-years": "x"},
        {"drug": "spinraza", **PPO, "option1-design": "no-such", "option2-design": "\x00"},
        {"drug": "spinraza", **PPO, "compare-what": "treatments", "option1-drug": "no-such"},
        {"drug": "spinraza", **PPO, "compare-what": "treatments", "option1-drug": "spinraza"},
    ],
    ids=str,
)
def test_whatever_is_posted_gets_a_page(client, answers):
    assert client.post("/compare/", answers).status_code == 200


def test_every_drug_beside_spinraza_gets_a_number_or_a_question(client, reference):
    page = client.get("/estimate/", {"drug": "spinraza"})
    answers = {**sent(page), **PPO, "compare-what": "treatments", "compare-weight_kg": "15"}
    answers |= {"compare-age_years": "4", "compare-cycle_weeks": "8"}
    for drug in reference.drugs.drugs:
        page = client.post("/compare/", {**answers, "option1-drug": drug.slug})
        assert page.context["shown"] or page.context["form"].options[0].missing, drug.slug
