"""The levers in words: rows by effect, strips of starts with their reasons, the payment plan month by month."""

import pytest

from estimator.estimate import estimate
from estimator.present_levers import PresentedLevers, present_levers

from .asking import TODAY, plan, spinraza

CARD = {"program": "biogen-copay", "annual_maximum": 2_000_000}
EVRYSDI = {
    "as_of": "2026-11-21",
    "drug": "evrysdi",
    "first_dose_on": "2026-01-05",
    "weight_kg": "60",
    "age_months": 800,
    "years": 1,
    "coverage": {"pharmacy": {"design": "medicare-part-d"}},
    "allowed": {"drug": 2_800_000},
    "programs": [],
}


@pytest.fixture
def shown(reference):
    def of(request) -> PresentedLevers:
        return present_levers(estimate(request, reference, TODAY), reference)

    return of


def words(levers: PresentedLevers) -> str:
    return "\n".join(sentence for strip in levers.strips for sentence in strip.sentences)


def test_a_cheaper_start_says_how_much_and_why(shown):
    # PPO from July: 8,000.00 in each of 2026 to 2029; from January 2027 in each of 2027 to 2029.
    levers = shown(spinraza(coverage=plan(), first_dose_on="2026-07-05"))
    assert levers.base_total == "$32,000.00"
    assert (
        "Starting on Jan 5, 2027 instead would cost $8,000.00 less over 3 years, because its bills fall into 3 plan "
        "years instead of 4, and the plan's limits start again with each."
    ) in words(levers)


def test_a_start_that_is_cheapest_already_is_said_to_be(shown):
    levers = shown(spinraza(coverage=plan()))
    assert "No other start costs less over 3 years than the chosen one, Jan 5, 2026." in words(levers)


def test_what_is_met_and_would_be_lost_is_the_reason(shown):
    met = {
        "deductibles": {"medical": {"met_individual": 200_000}},
        "out_of_pocket_maximums": {"medical": {"met_individual": 600_000}},
    }
    levers = shown(spinraza(coverage=plan(**met, met_as_of="2026-01-02"), years=1))
    # 2,000.00 is left of 2026's maximum; a year later all 8,000.00 is owed.
    assert levers.base_total == "$2,000.00"
    assert "more over 1 year, because" in words(levers)


def test_starts_that_all_cost_the_same_are_one_sentence(shown):
    levers = shown(spinraza(coverage=plan(), secondary=[{"design": "medicaid"}], years=1))
    assert words(levers) == "Every start costs the same over 1 year: $0.00."
    assert not any(set(cell.marks) - {"chosen"} for cell in levers.strips[0].cells)


def test_the_chosen_the_cheapest_and_the_dearest_start_are_marked(shown):
    [strip] = shown(spinraza()).strips
    assert strip.cells[0].marks == ("chosen", "least")
    assert {mark for cell in strip.cells for mark in cell.marks} == {"chosen", "least", "most"}
    assert max(int(cell.width.rstrip("%")) for cell in strip.cells) == 100


def test_each_policy_has_a_strip_where_a_card_pays(shown):
    titles = [strip.title for strip in shown(spinraza(coverage=plan(), programs=[CARD], years=1)).strips]
    assert [title.rpartition(", if ")[2] for title in titles] == [
        "copay cards count toward the plan's limits",
        "copay cards do not count (accumulator)",
    ]


def test_second_coverages_that_come_to_the_same_share_a_row(shown):
    rows = [row for row in shown(spinraza()).rows if "second coverage" in row.words]
    [g] = [row for row in rows if "Medigap plan G" in row.words]
    assert g.words.startswith("With Medigap plan A, ")
    assert g.words.endswith(" as the second coverage")
    assert len({row.total for row in rows}) == len(rows)


def test_a_change_without_effect_says_what_binds_all_the_same(shown):
    idle = {item.words: item.why for item in shown(spinraza(coverage=plan(), programs="auto")).idle}
    assert idle["Place of care: Physician's office"] == (
        "Here as there the out-of-pocket maximum of $8,000 is reached in 3 plan years."
    )
    cards = {why for item, why in idle.items() if item.startswith("With ") and "copay" in item.lower()}
    assert cards == {"What it pays is not published, so nothing is counted on: ask the program."}
    assert idle["If the plan does not count copay cards (accumulator)"] == "No copay card is counted on here."


def idle(levers) -> dict[str, str]:
    return {item.words: item.why for item in levers.idle}


def test_what_a_second_coverage_takes_over_is_the_cause_and_not_the_cap_of_a_day(shown):
    found = idle(shown(spinraza(secondary=[{"design": "medigap-n"}])))
    # Without the hospital's cap the plan leaves hundreds of thousands more. Plan N pays all of it.
    assert found["Place of care: Physician's office"] == (
        "The plan leaves $358,717.92 more and Medigap plan N pays $358,717.92 more: what the family pays stays "
        "$849.00."
    )
    assert not any("capped" in why for why in found.values())


def test_a_card_below_an_hsa_plans_minimum_counts_under_no_policy(shown):
    card = {"program": "biogen-copay", "annual_maximum": 50_000}
    found = idle(shown(spinraza(coverage=plan("commercial-hdhp"), programs=[card])))
    assert found["If the plan does not count copay cards (accumulator)"].startswith(
        "The card pays only below the HSA plan's minimum deductible"
    )
    # 500.00 a year from the card are 500.00 a year that do not count: three years leave 1,500.00 more.
    assert found["Without Spinraza copay program"] == (
        "The plan leaves $1,500.00 less and help pays $1,500.00 less: what the family pays stays $21,000.00."
    )


def test_where_the_runs_show_no_cause_none_is_given(shown):
    found = idle(shown(spinraza()))
    assert found["Place of care: Hospital outpatient department, off campus (modifier PO)"] == (
        "The family pays the same either way: $21,840.48."
    )


def test_a_limit_is_the_cause_only_where_both_runs_come_up_to_it(shown):
    found = idle(shown(spinraza(coverage=plan(), programs=[], years=1)))
    assert found["Place of care: Physician's office"] == (
        "Here as there the out-of-pocket maximum of $8,000 is reached in 1 plan year."
    )
    # Part of it is met by other care between the doses: these bills alone do not come up to it.
    care = [{"date": "2026-01-05", "allowed": 100_000, "member": 0}]
    card = {"program": "biogen-copay", "annual_maximum": 200_000}
    excluded = plan(assistance_policy="excluded")
    found = idle(shown(spinraza(coverage=excluded, programs=[card], other_care=care, years=1)))
    assert not any("is reached" in why for why in found.values())


def test_who_pays_nothing_is_told_so(shown):
    found = idle(shown(spinraza(coverage=plan(), secondary=[{"design": "medicaid"}], years=1)))
    assert set(found.values()) == {"The family pays nothing as it is."}


def test_the_payment_plan_changes_when_and_never_how_much(shown):
    # January: the whole threshold of 2,100.00. With the plan: 2,100 / 12 = 175.00 in each month.
    [year] = [year for year in shown(EVRYSDI).payment_years if year.year == 2026]
    assert year.without == year.with_plan == "$2,100.00"
    assert [month.without for month in year.months] == ["$2,100.00"] + ["$0.00"] * 11
    assert [month.with_plan for month in year.months] == ["$175.00"] * 12


def test_the_payment_plan_is_for_part_d_alone(shown):
    assert not shown(spinraza()).payment_years
    assert not shown(spinraza(coverage=plan())).payment_years


def test_a_start_in_mid_year_joins_the_payment_plan_then(shown):
    # September to December: 2,100 / 4 = 525.00.
    years = shown(EVRYSDI | {"first_dose_on": "2026-09-05", "years": 2}).payment_years
    first, second, *_ = years
    assert [month.with_plan for month in first.months] == ["$525.00"] * 4
    assert len(second.months) == 12
    assert second.without == second.with_plan
