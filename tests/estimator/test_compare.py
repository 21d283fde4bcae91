"""Plans side by side, and treatments: every figure is that of an estimate of its own."""

import pytest

from estimator.compare import HORIZONS, Way, compared
from estimator.estimate import estimate
from estimator.present_compare import present_comparison
from estimator.verdict import difference, is_least

from .asking import TODAY, plan, spinraza

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
