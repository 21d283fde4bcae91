"""What a family is told, recomputed by hand: the claims adjudicator's side of `manage.py estimate`."""

from itertools import product

import pytest

from .asking import likely, lines, patient_pays, plan, ranges, texts

CARD = {"program": "biogen-copay", "annual_maximum": 600_000}
# The six doses of 2026 and what Medicare allows for each drug line: 120 x 1,286.15 and 120 x 1,333.45.
DOSES = {
    "2026-01-05": 15_433_800,
    "2026-01-19": 15_433_800,
    "2026-02-02": 15_433_800,
    "2026-03-04": 15_433_800,
    "2026-07-04": 16_001_400,
    "2026-11-04": 16_001_400,
}
FACILITY, CLINICIAN = 34_493, 6_647  # 96450: 344.93 and 66.47


def case_of(primary, secondary=(), programs=(), multiple=1, **changes):
    """A case written by hand: the six doses of 2026 on campus."""
    kinds = {"drug": None, "administration": FACILITY, "professional": CLINICIAN}
    return {
        "lines": [
            {"date": on, "kind": kind, "allowed": multiple * (amount or drug), "encounter": number}
            for number, (on, drug) in enumerate(DOSES.items())
            for kind, amount in kinds.items()
        ],
        "primary": primary,
        "secondary": list(secondary),
        "programs": list(programs),
        **changes,
    }


def ppo(policy="counts", deductible=200_000, maximum=800_000, rate=20_000):
    rule = {"deductible": "d", "coinsurance": 20_000, "out_of_pocket_maximum": "m"}
    return {
        "deductibles": {"d": {"individual": deductible, "family": 400_000}},
        "out_of_pocket_maximums": {"m": {"individual": maximum, "family": 1_600_000}},
        "rules": {"drug": {**rule, "coinsurance": rate}, "administration": rule, "professional": rule},
        "assistance_policy": policy,
    }


def part_b(capped=True):
    day = {"deductible": "b", "coinsurance": 20_000, "cap": "day" if capped else None}
    return {
        "deductibles": {"b": {"individual": 28_300}},
        "caps": {"day": {"amount": 173_600}},
        "rules": {
            "drug": day,
            "administration": day,
            "professional": {"deductible": "b", "coinsurance": 20_000},
        },
    }


def card(annual):
    return {"name": "card", "type": "copay_card", "kinds": ["drug"], "annual_maximum": annual}


def grant():
    return {
        "name": "fund",
        "type": "grant",
        "kinds": ["drug"],
        "annual_maximum": 650_000,
        "year": "enrolment",
    }


# --- the issue's own examples ---


def test_part_b_on_campus_capped_and_uncapped(ask):
    found = ask(years=2)
    (low, middle, high), (_, second, _) = ranges(found)
    # The cap of 1,736.00 holds the drug and the procedure of a day together: 283.00 + 6 x 1,736.00 = 10,699.00;
    # six clinician's fees of 66.47 leave 20 %, 13.29 each: 79.74.
    facility = [
        row for row in found.simulation.rows if row.kind != "professional" and row.treatment_year == 1
    ]
    assert sum(row.patient for row in facility) == 1_069_900
    assert middle == low == 1_077_874
    # Uncapped: the first drug line 283.00 + 20 % of 154,055.00 = 31,094.00, three of 30,867.60, two of 32,002.80;
    # six facility amounts of 344.93 leave 68.99 each.
    assert high == 3_109_400 + 3 * 3_086_760 + 2 * 3_200_280 + 6 * (6_899 + 1_329)
    # Treatment year 2: three doses in 2027, with 2026's figures.
    assert second == 28_300 + 3 * (173_600 + 1_329)
    assert found.unknowns[0].unknown.key == "hospital_day_cap"
    assert found.unknowns[0].unknown.whom == "hospital"
    assert "disputed for drugs billed in many units" in texts(found.warnings)


def test_the_first_bill_is_the_first_day_with_something_to_pay(ask):
    found = ask()
    # 283.00 + 1,736.00 + 13.29; uncapped 31,094.00 + 68.99 + 13.29.
    assert found.first_bill_on.isoformat() == "2026-01-05"
    assert (found.first_bill.low, found.first_bill.likely, found.first_bill.high) == (
        203_229,
        203_229,
        3_117_628,
    )


def test_the_first_bill_comes_later_where_everything_is_met(ask):
    # The maximum of 2026 is met: the first bill is that of the first dose of 2027, on 4 March.
    met = {"out_of_pocket_maximums": {"medical": {"met_individual": 800_000}}}
    found = ask(coverage=plan(**met, met_as_of="2026-01-01"), years=2)
    assert found.first_bill_on.isoformat() == "2027-03-04"
    assert found.first_bill.likely == 800_000
    nothing = ask(coverage=plan("medicaid-child"))
    assert (nothing.first_bill_on.isoformat(), nothing.first_bill.high) == ("2026-01-05", 0)


@pytest.mark.parametrize("site", ["office", "asc", "hospital_off_campus_nonexcepted"])
def test_no_cap_holds_outside_the_hospital(ask, site):
    # The procedure: 160.99 in an office; 387.46 + 89.18 in a surgical center; 344.93 + 66.47 off campus.
    fees = {
        "office": 3_220,
        "asc": 7_749 + 1_784,
        "hospital_off_campus_nonexcepted": 6_899 + 1_329,
    }
    owed = 3_109_400 + 3 * 3_086_760 + 2 * 3_200_280 + 6 * fees[site]
    found = ask(site_of_care=site, years=1)
    assert ranges(found) == [(owed, owed, owed)]
    assert "No limit per visit at this place of care" in texts(found.assumptions)


def test_an_excepted_department_is_capped_like_the_campus(ask):
    assert ranges(ask(site_of_care="hospital_off_campus_excepted")) == ranges(ask())


def test_plan_g_leaves_the_deductible(ask):
    found = ask(secondary=[{"design": "medigap-g"}])
    assert ranges(found) == [(28_300, 28_300, 28_300)] * 3


@pytest.mark.parametrize(("policy", "pays"), [("counts", 200_000), ("excluded", 800_000)])
def test_a_card_of_6_000_a_year(ask, policy, pays):
    # It pays 6,000.00 of the first dose's 8,000.00. If that counts, 2,000.00 are the year; else the next doses
    # bring the patient to 8,000.00.
    found = ask(coverage=plan(assistance_policy=policy), programs=[CARD])
    assert likely(found) == [pays] * 3


def test_a_first_dose_in_july_costs_two_plan_years(ask):
    found = ask(coverage=plan(), first_dose_on="2026-07-01")
    # 1, 15, 29 July, 28 August, 28 December 2026 and 28 April 2027: 8,000.00 in each of the two plan years.
    # Treatment year 2: 28 August and 28 December 2027 are met; 28 April 2028 is a new 8,000.00.
    assert likely(found) == [1_600_000, 800_000, 800_000]
    assert [row.plan_year for row in found.simulation.rows if row.kind == "drug"][:6] == [2026] * 5 + [2027]


# --- the range, by brute force on cases written apart ---


def test_commercial_with_a_card_of_unknown_size_and_policy(ask):
    found = ask(coverage=plan(), programs=["biogen-copay"], years=1)
    totals = [
        patient_pays(case_of(ppo(policy), programs=[card(annual)], multiple=multiple))
        for policy, annual, multiple in product(("counts", "excluded"), (0, None), (1, 2))
    ]
    assert ranges(found) == [(min(totals), patient_pays(case_of(ppo())), max(totals))]
    assert {q.unknown.key for q in found.unknowns} == {
        "assistance_policy",
        "contracted_rate",
        "programs.biogen-copay.annual_maximum",
    }


def test_medicare_with_a_fund_that_may_be_open(ask):
    found = ask(programs="auto", years=1)
    totals = [
        patient_pays(case_of(part_b(capped), programs=[grant()] if is_open else []))
        for capped, is_open in product((True, False), repeat=2)
    ]
    assert ranges(found) == [(min(totals), 1_077_874, max(totals))]
    # Open and capped: 6,500.00 of 10,778.74.
    assert min(totals) == 1_077_874 - 650_000


def test_unknown_terms_range_over_what_law_and_the_plan_allow(ask):
    terms = {
        "deductibles": {"medical": {"individual": "unknown"}},
        "out_of_pocket_maximums": {"medical": {"individual": "unknown"}},
        "rules": {"drug": {"coinsurance": "unknown"}},
    }
    found = ask(coverage=plan(**terms), years=1)
    # The deductible: 0 to the family's 4,000.00. The maximum: from nothing to the law's 10,600.00 of 2026. The
    # rate: 0 to 100 %. Each with the design's own in between.
    totals = [
        patient_pays(case_of(ppo("counts", deductible, maximum, rate), multiple=multiple))
        for deductible, maximum, rate, multiple in product(
            (0, 200_000, 400_000), (0, 800_000, 1_060_000), (0, 20_000, 100_000), (1, 2)
        )
    ]
    assert ranges(found) == [(min(totals), 800_000, max(totals))]


def test_each_answer_is_shown_with_what_the_first_year_costs_under_it(ask):
    found = ask(coverage=plan(), programs=[CARD], years=2)
    policy = next(q for q in found.unknowns if q.unknown.key == "assistance_policy")
    assert dict(zip([o.value for o in policy.unknown.options], policy.year_1, strict=True)) == {
        "counts": 200_000,
        "excluded": 800_000,
    }
    assert policy.spread == 2 * 600_000


# --- as a family: where might a figure be confidently wrong? ---


def test_other_care_of_the_family_meets_limits_but_is_not_this_drugs_cost(ask):
    care = [
        {"date": "2026-01-02", "allowed": 150_000},
        {"date": "2026-01-03", "allowed": 500_000, "member": 1},
    ]
    found = ask(coverage=plan(), other_care=care, years=1)
    # The patient's 1,500.00 on 2 January are all deductible: 500.00 of it and 6,500.00 of the maximum are left.
    # Another member's care does not count toward the patient's own limits.
    assert likely(found) == [650_000]
    rows = found.simulation.rows
    assert [(row.kind, row.patient) for row in rows[:2]] == [("other_care", 150_000), ("other_care", 260_000)]
    assert found.first_bill_on.isoformat() == "2026-01-05"


def test_other_care_before_the_treatment_does_not_shift_it(ask):
    care = [{"date": "2025-12-01", "allowed": 150_000}]
    assert likely(ask(coverage=plan(), other_care=care)) == likely(ask(coverage=plan()))


def test_a_patient_on_treatment_counts_from_the_next_dose(ask):
    found = ask(first_dose_on=None, previous_dose_on="2026-09-05", coverage=plan())
    # 5 January, May and September 2027, and so on: three doses and one maximum a year.
    assert [line["date"] for line in lines(found, "drug")][:4] == [
        "2027-01-05",
        "2027-05-05",
        "2027-09-05",
        "2028-01-05",
    ]
    assert likely(found) == [800_000] * 3
    assert found.first_bill_on.isoformat() == "2027-01-05"
    assert {row.treatment_year for row in found.simulation.rows} == {1, 2, 3}


def test_a_plan_year_from_july_splits_the_first_treatment_year(ask):
    # January to March 2026 and from 4 July on: two maximums in treatment year 1, though both are in 2026.
    found = ask(coverage=plan(plan_year_start="07-01"), years=1)
    assert likely(found) == [1_600_000]
    assert [row.plan_year for row in found.simulation.rows if row.kind == "drug"] == [2025] * 4 + [2026] * 2


def test_ten_years_of_therapy(ask):
    found = ask(coverage=plan(), years=10)
    assert likely(found) == [800_000] * 10
    assert len(lines(found, "drug")) == 6 + 9 * 3


def test_medicaid_leaves_a_child_nothing_whatever_is_asked(ask):
    found = ask(
        coverage=plan("medicaid-child"), programs="auto", other_care=[{"date": "2026-05-01", "allowed": 9}]
    )
    assert ranges(found) == [(0, 0, 0)] * 3


def test_an_adults_medicaid_copay_is_for_each_encounter(ask):
    found = ask(coverage=plan(), secondary=[{"design": "medicaid", "terms": {"copay": 400}}], years=1)
    # Only the first dose leaves anything: it fills the maximum.
    assert likely(found) == [400]


def test_a_hsa_plan_credits_no_card_before_its_minimum(ask):
    # Deductible 2,000.00, minimum 1,700.00, card 6,000.00 that counts. The first drug line: R = 8,000.00, the
    # card pays 6,000.00, and 2,000.00 are credited (below the minimum at its start). Then the minimum is met.
    # Same day: 344.93 and 66.47 at 20 %: 68.99 + 13.29; second dose 20 % of 154,338.00, cut to the 8,000.00 -
    # 2,082.28 = 5,917.72 left. Together 8,000.00.
    found = ask(
        coverage=plan(hdhp_minimum_deductible=170_000, assistance_policy="counts"), programs=[CARD], years=1
    )
    assert likely(found) == [800_000]
    first = found.simulation.rows[0]
    assert (first.responsibility, first.assistance, first.credited) == (800_000, 600_000, 200_000)


def test_the_estimate_says_what_it_was_asked_as_json(ask):
    found = ask().as_json()
    assert set(found) == {"case", "result", "headline", "unknowns", "assumptions", "sources", "warnings"}
    assert found["headline"]["treatment_years"][0] == {
        "year": 1,
        "low": 1_077_874,
        "likely": 1_077_874,
        "high": 18_819_608,
        "may_go_further": False,
    }
    assert found["headline"]["first_bill"] == {
        "date": "2026-01-05",
        "low": 203_229,
        "likely": 203_229,
        "high": 3_117_628,
        "may_go_further": False,
    }
    [unknown] = found["unknowns"]
    effect = {"spread", "moves_years", "beside"}
    assert set(unknown) == {"key", "question", "whom", "options", "likely"} | effect
    assert all(
        set(o) == {"value", "words", "treatment_year_1", "treatment_years"} for o in unknown["options"]
    )
    assert all(set(remark) == {"text", "source"} for remark in (*found["assumptions"], *found["warnings"]))
    assert set(found["sources"][0]) == {
        "key",
        "title",
        "publisher",
        "address",
        "read_on",
        "effective_from",
        "effective_to",
        "verified_on",
        "confidence",
        "used_for",
    }


def test_the_likely_answer_to_an_open_question_is_declared_as_an_assumption(ask):
    found = ask(
        coverage=plan(assistance_policy="unknown"),
        programs=[{"program": "biogen-copay", "annual_maximum": 600_000}],
    )
    declared = texts(found.assumptions)
    assert "count toward the deductible" in declared
    assert "The likely figure takes: yes, they count." in declared


def test_what_raises_the_highest_figure_is_told_from_what_lowers_the_lowest(ask):
    # A card of $6,000 that counts leaves 2,000.00; with an accumulator 8,000.00 are paid. The fund only lowers it.
    programs = [{"program": "biogen-copay", "annual_maximum": 600_000}, {"program": "pan-sma", "open": True}]
    found = ask(coverage=plan(assistance_policy="unknown"), programs=programs, years=1)
    raises = {question.unknown.key: question.raises for question in found.unknowns}
    assert raises["assistance_policy"] == 600_000
    assert raises["programs.pan-sma"] == 0


def test_whether_a_drug_is_covered_at_all_is_asked_where_some_payers_refuse_it(ask):
    child = {"drug": "elevidys", "weight_kg": 20, "age_months": 60, "years": 1}
    keys = {question.unknown.key for question in ask(coverage=plan(), **child).unknowns}
    assert "covered" in keys
    typed = plan(rules={"drug": {"covered": True}})
    assert "covered" not in {question.unknown.key for question in ask(coverage=typed, **child).unknowns}
