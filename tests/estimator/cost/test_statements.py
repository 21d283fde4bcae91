"""Section 7 of the cost model, the statements: what always holds, with its preconditions, and what can happen."""

import copy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estimator.cost import read_case, simulate

from .strategies import ByHypothesis, a_case, cases

often = settings(max_examples=2 * settings.default.max_examples)

# One member whose covered kinds all name the same out-of-pocket maximum: the precondition of two statements.
# Encounters lie in one day, as they do in life (an encounter cap across two plan years: shown below).
ONE_MEMBER = {
    "members": 1,
    "one_maximum": True,
    "may_be_uninsured": False,
    "payers": (),
    "encounters_of_a_day": True,
}
NO_FREE_DRUG = ("copay_card", "grant")


def run(data):
    return simulate(read_case(data))


def without_programs(data):
    return {**data, "programs": []}


def patients(data):
    return [row.patient for row in run(data).rows]


def by_plan_year(data, column="patient"):
    return [getattr(totals, column) for totals in run(data).by_plan_year.values()]


def never_above(one, other):
    return all(a <= b for a, b in zip(one, other, strict=True))


# --- always true ---


@often
@given(cases(policies=("counts",), hdhp=False, programs=NO_FREE_DRUG))
def test_assistance_that_counts_never_raises_any_line(data):
    assert never_above(patients(data), patients(without_programs(data)))


@given(cases(policies=("counts",), hdhp=False, programs=NO_FREE_DRUG))
def test_assistance_that_counts_changes_nobody_else_s_share(data):
    alone = run(without_programs(data)).rows
    assert [(r.primary, r.secondary) for r in run(data).rows] == [(r.primary, r.secondary) for r in alone]


@often
@given(cases(policies=("excluded",), programs=NO_FREE_DRUG, **ONE_MEMBER))
def test_accumulator_adjustment_never_raises_a_plan_year_above_the_one_without_a_card(data):
    assert never_above(by_plan_year(data), by_plan_year(without_programs(data)))


def test_an_accumulator_costs_what_the_card_that_counts_saves():
    # Deductible 100, a card of 60 a year. Counts: 100 - 60 = 40. Excluded: the second line owes the 60 again:
    # 100.
    case = {"lines": lines(100, 100), "programs": [card(annual_maximum=60)]}
    assert patients({**case, "primary": plan(100)}) == [40, 0]
    assert patients({**case, "primary": plan(100, assistance_policy="excluded")}) == [40, 60]


def with_policy(data, policy):
    data = copy.deepcopy(data)
    for terms in (data["primary"], *data["primary"].get("by_plan_year", {}).values()):
        if "assistance_policy" in terms:
            terms["assistance_policy"] = policy
    return data


@st.composite
def higher(draw, side, **wishes):
    """A case of one member and one maximum, and the same with a higher limit somewhere on one side."""
    chooser = ByHypothesis(draw)
    data = a_case(chooser, programs=(), **{**ONE_MEMBER, **wishes})
    raised = copy.deepcopy(data)
    for terms in (raised["primary"], *raised["primary"].get("by_plan_year", {}).values()):
        for pool in terms.get(side, {}).values():
            for limit in ("individual", "family"):
                if pool[limit] is not None:
                    pool[limit] += chooser.integer(0, 60)
    return data, raised


@often
@given(higher("deductibles", policies=("counts", "excluded")))
def test_a_higher_deductible_never_lowers_the_gross_plan_year_total(pair):
    lower, raised = pair
    assert never_above(by_plan_year(lower), by_plan_year(raised))


@given(higher("out_of_pocket_maximums", policies=("counts", "excluded")))
def test_a_higher_maximum_never_lowers_the_gross_plan_year_total(pair):
    lower, raised = pair
    assert never_above(by_plan_year(lower), by_plan_year(raised))


@given(cases(programs=(), policies=("counts",), may_change=False, **ONE_MEMBER), st.integers(0, 60))
def test_more_already_met_never_raises_the_gross_total(data, more):
    richer = copy.deepcopy(data)
    for side in ("deductibles", "out_of_pocket_maximums"):
        for pool in richer["primary"][side].values():
            for key in ("met_individual", "met_family"):
                pool[key] = pool.get(key, 0) + more
    assert run(richer).totals.patient <= run(data).totals.patient


@given(cases(programs=(), policies=("counts",), may_change=False, **ONE_MEMBER), st.data())
def test_one_more_line_never_lowers_the_gross_plan_year_total(data, choose):
    dropped = choose.draw(st.integers(0, len(data["lines"]) - 1))
    fewer = {**data, "lines": [line for n, line in enumerate(data["lines"]) if n != dropped]}
    assume(earliest(fewer) == earliest(data))  # what is met belongs to the plan year of the first line
    less = run(fewer).by_plan_year
    more = run(data).by_plan_year
    assert all(totals.patient <= more[year].patient for year, totals in less.items())


def earliest(data):
    return min((line["date"] for line in data["lines"]), default=None)


@given(cases(programs=(), hdhp=False), st.integers(2, 1000))
def test_all_money_times_k_is_the_result_times_k_within_rounding(data, k):
    """Exact but for the half cent each coinsurance rounds: whole percentages of amounts times 100,000."""
    factor = 100_000
    assert patients(times(data, factor * k)) == [k * amount for amount in patients(times(data, factor))]


def times(data, k):
    amounts = {
        "allowed", "individual", "family", "met_individual", "met_family", "amount", "copay",
        "high_deductible", "annual_limit", "hdhp_minimum_deductible",
    }  # fmt: skip
    if isinstance(data, list):
        return [times(item, k) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        key: value * k if key in amounts and value is not None else times(value, k)
        for key, value in data.items()
    }


@given(cases(programs=("copay_card",), policies=("counts",), hdhp=False, payers=()))
def test_a_larger_card_that_counts_never_raises_a_total(data):
    larger = copy.deepcopy(data)
    for program in larger["programs"]:
        program["minimum_patient_pay"] = 0
        program["annual_maximum"] = None
    assert run(larger).totals.patient <= run(data).totals.patient


@pytest.mark.parametrize("payer", [{"method": "medigap"}, {"method": "medicaid"}, None])
@given(data=cases(programs=("copay_card",), payers=()))
def test_a_card_is_as_if_absent_where_a_federal_programme_pays_or_nobody_does(payer, data):
    if payer is None:
        data.pop("primary", None)
    else:
        data["secondary"] = [payer]
    helped, alone = run(data).rows, run(without_programs(data)).rows
    assert all(row.assistance == 0 for row in helped)
    assert [(r.patient, r.credited) for r in helped] == [(r.patient, r.credited) for r in alone]


@given(cases(programs=(), policies=("maximizer",), payers=()))
def test_a_maximizer_without_a_card_owes_the_ordinary_share_of_the_first_line(data):
    assume("primary" in data)
    counts = run(with_policy(data, "counts")).rows[0]
    assert run(data).rows[0].responsibility == counts.responsibility


# --- what can happen: shown, not assumed ---


def lines(*amounts, kinds=None, members=None):
    return [
        {
            "date": f"2026-{month:02}-01",
            "kind": kinds[month - 1] if kinds else "drug",
            "allowed": allowed,
            "member": members[month - 1] if members else 0,
        }
        for month, allowed in enumerate(amounts, start=1)
    ]


def plan(deductible, maximum=None, coinsurance=0, **more):
    return {
        "deductibles": {"d": {"individual": deductible}},
        "out_of_pocket_maximums": {"m": {"individual": maximum}},
        "rules": {"drug": {"deductible": "d", "coinsurance": coinsurance, "out_of_pocket_maximum": "m"}},
        **more,
    }


def card(**more):
    return {"type": "copay_card", "kinds": ["drug", "visit"], **more}


def test_an_accumulator_can_raise_a_later_month():
    # Deductible = maximum = 6, fills of 7 and 8, a card of 7 a year. Without it: 6 and 0. With it: the card
    # pays 6 of the first fill, nothing counts; of the second it pays the 1 it has left: 5. The total is 5 and
    # not 6, the second month 5 and not 0.
    case = {"lines": lines(7, 8), "primary": plan(6, 6, assistance_policy="excluded")}
    assert patients(case) == [6, 0]
    helped = run({**case, "programs": [card(annual_maximum=7)]})
    assert [helped.by_month[month].patient for month in ("2026-01", "2026-02")] == [0, 5]


def test_a_higher_deductible_can_lower_the_net_cost_under_pay_as_little_as_10_a_dose():
    # Twelve fills of 2,000.00, 25 %, maximum 6,000.00, a card that leaves 10.00 a fill and counts.
    # Deductible 0: 500.00 a fill, twelve fills below the maximum: 12 x 10.00 = 120.00.
    # Deductible 6,000.00: three fills meet the maximum: 3 x 10.00 = 30.00.
    help_ = [card(minimum_patient_pay=1_000)]
    case = {"lines": lines(*[200_000] * 12), "programs": help_}
    assert run({**case, "primary": plan(0, 600_000, 25_000)}).totals.patient == 12_000
    assert run({**case, "primary": plan(600_000, 600_000, 25_000)}).totals.patient == 3_000


def test_with_two_maximums_on_one_deductible_an_accumulator_can_raise_a_plan_year():
    # Deductible 4. visit: copay 2, own maximum 4. drug: 50 %, maximum 7. Without a card: visit D 4 (copay
    # cut), drug 50 % of 4 = 2, visit 0 (its maximum is met): 6. A card of 2 pays half of the first: D
    # credited 2; drug D 2 + 50 % of 2 = 3; visit: 2 of its maximum is left: 2. Together 2 + 3 + 2 = 7.
    primary = plan(4, 7, 50_000, assistance_policy="excluded")
    primary["out_of_pocket_maximums"]["other"] = {"individual": 4}
    primary["rules"]["visit"] = {"deductible": "d", "copay": 2, "out_of_pocket_maximum": "other"}
    case = {"lines": lines(8, 4, 11, kinds=["visit", "drug", "visit"]), "primary": primary}
    assert patients(case) == [4, 2, 0]
    assert patients({**case, "programs": [card(annual_maximum=2)]}) == [2, 3, 2]


def family_plan(individual):
    """A family deductible of 10; drug 100 % after it, visits in full after it."""
    return {
        "deductibles": {"d": {"individual": individual, "family": 10}},
        "rules": {"drug": {"deductible": "d", "coinsurance": 100_000}, "visit": {"deductible": "d"}},
    }


def test_in_a_family_a_higher_deductible_can_lower_the_gross_plan_year():
    # Individual 4: member 0 owes 4 + 5 = 9 of the drug, member 1 then 4 of the visit (the family has 6 left):
    # 13. Individual 8: member 0 owes 8 + 1 = 9 all the same, and the family has 2 left: 11.
    both = lines(9, 4, kinds=["drug", "visit"], members=[0, 1])
    assert patients({"lines": both, "primary": family_plan(4)}) == [9, 4]
    assert patients({"lines": both, "primary": family_plan(8)}) == [9, 2]


def test_in_a_family_an_accumulator_can_raise_a_plan_year():
    # Individual 7, family 6, maximum 6 a person. visit: copay 2 after the deductible; drug: 100 % after it.
    # Without a card: member 0's visit: D 6 (copay cut by the maximum of 6). Member 1's visit: D 0, copay 2.
    # Member 0's drug: maximum met: 0. 8. A card of 4, excluded: member 0 pays 2 (D credited 2); member 1: D
    # 4, copay 0: 4; member 0: 4 of the maximum left: 4. 10.
    primary = {
        "deductibles": {"d": {"individual": 7, "family": 6}},
        "out_of_pocket_maximums": {"m": {"individual": 6}},
        "rules": {
            "drug": {"deductible": "d", "coinsurance": 100_000, "out_of_pocket_maximum": "m"},
            "visit": {"deductible": "d", "copay": 2, "out_of_pocket_maximum": "m"},
        },
        "assistance_policy": "excluded",
    }
    case = {
        "lines": lines(9, 4, 9, kinds=["visit", "visit", "drug"], members=[0, 1, 0]),
        "primary": primary,
    }
    assert patients(case) == [6, 2, 0]
    assert patients({**case, "programs": [card(annual_maximum=4)]}) == [2, 4, 4]


def test_with_a_second_plan_a_higher_deductible_can_lower_what_the_patient_pays():
    # The second plan's deductible of 100 is met by its own part, once it is reached. Primary deductible 0:
    # the drug costs nothing, the second plan is not reached; the visit (100 % owed) then costs its whole
    # deductible: 100. Primary deductible 1: the drug leaves 1 to the patient, and the visit nothing.
    def case(deductible):
        primary = plan(deductible)
        primary["rules"]["visit"] = {"coinsurance": 100_000}
        second = plan(100, method="standard")
        second["rules"]["visit"] = second["rules"]["drug"]
        return {"lines": lines(100, 100, kinds=["drug", "visit"]), "primary": primary, "secondary": [second]}

    assert patients(case(0)) == [0, 100]
    assert patients(case(1)) == [1, 0]


def test_a_cap_over_two_plan_years_lets_a_higher_deductible_lower_the_later_one():
    # One encounter over New Year, a cap of 12 with the deductible, 100 % of the second line. Deductible 0: 0,
    # then 10. Deductible 10: 10, and 2 of the cap are left for January.
    def case(deductible):
        primary = plan(deductible, caps={"day": {"amount": 12, "includes_deductible": True}})
        primary["rules"]["drug"]["cap"] = "day"
        both = [{"date": "2026-12-31", "kind": "drug", "allowed": 10, "encounter": 1}]
        both += [{**both[0], "date": "2027-01-01", "coinsurance": 100_000}]
        return {"lines": both, "primary": primary}

    assert by_plan_year(case(0)) == [0, 10]
    assert by_plan_year(case(10)) == [10, 2]


def test_free_drug_can_raise_a_later_line():
    # The line that is not billed meets no deductible.
    case = {"lines": lines(50, 50), "primary": plan(50)}
    foundation = {"type": "free_drug", "kinds": ["drug"], "ends_on": "2026-01-31"}
    assert patients(case) == [50, 0]
    assert patients({**case, "programs": [foundation]}) == [0, 50]


def test_a_maximizer_can_cost_more_than_the_maximum_when_the_card_ends():
    # Maximum 100, 100 % owed. Three lines of 100 without a card: 300.
    case = {"lines": lines(100, 100, 100), "primary": plan(0, 100, 100_000)}
    maximized = {**case["primary"], "assistance_policy": "maximizer", "maximizer_kinds": ["drug"]}
    assert run(case).totals.patient == 100
    assert run({**case, "primary": maximized}).totals.patient == 300


def test_swapping_two_dates_can_change_the_total_where_copays_differ():
    # Deductible 18, maximum 47. A 46 with a copay of 4, then a 3 with a copay of 27: 22 + 3. The other way: 3
    # + (15 + 4).
    def case(*kinds):
        primary = plan(18, 47)
        primary["rules"]["drug"]["copay"] = 4
        primary["rules"]["visit"] = {**primary["rules"]["drug"], "copay": 27}
        amounts = {"drug": 46, "visit": 3}
        return {"lines": lines(*(amounts[kind] for kind in kinds), kinds=kinds), "primary": primary}

    assert patients(case("drug", "visit")) == [22, 3]
    assert patients(case("visit", "drug")) == [3, 19]
