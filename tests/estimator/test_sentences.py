"""Each claim line says in one sentence what was owed and which rule bound. The amounts are worked in comments."""

import copy

import pytest

from estimator.cost import read_case, simulate
from estimator.sentences import Names, explain

PLAN = {
    "deductibles": {"medical": {"individual": 200000, "family": 400000}},
    "out_of_pocket_maximums": {"medical": {"individual": 800000, "family": 1600000}},
    "rules": {"drug": {"deductible": "medical", "coinsurance": 20000, "out_of_pocket_maximum": "medical"}},
}
CARD = {"name": "card", "type": "copay_card", "kinds": ["drug"], "annual_maximum": 600000}
NAMES = Names(
    secondaries=("Medicaid",), programs={"card": "The card", "grant": "The fund"}, cards=frozenset({"card"})
)


def sentences(*allowed, names=NAMES, primary=PLAN, **case):
    """What is said of drug lines of these amounts, a month apart in 2026."""
    lines = [
        {"date": f"2026-0{n}-05", "kind": "drug", "allowed": cents} for n, cents in enumerate(allowed, 1)
    ]
    rows = simulate(read_case({"lines": lines, "primary": primary, **case})).rows
    return [explain(row, names) for row in rows]


def plan(**changes):
    return {**copy.deepcopy(PLAN), **changes}


def test_the_deductible_then_coinsurance_until_the_maximum_then_nothing():
    # 16,001,400: D 200,000; 20 % of 15,801,400 = 3,160,280, cut to 600,000 by the maximum of 800,000.
    assert sentences(16001400, 16001400) == [
        "$8,000.00: the $2,000 deductible, then 20 % until the $8,000 out-of-pocket maximum was reached.",
        "$0.00: the $8,000 out-of-pocket maximum was already met, so the plan pays everything.",
    ]


def test_a_line_inside_the_deductible_then_the_rest_of_it():
    # 50,000 is all deductible; of 500,000 the rest of 150,000, then 20 % of 350,000 = 70,000.
    assert sentences(50000, 500000) == [
        "$500.00: all of it falls under the $2,000 deductible.",
        "$2,200.00: the rest of the $2,000 deductible, then 20 % of the remaining $3,500.00.",
    ]


def test_coinsurance_alone_and_a_copay():
    rules = {"drug": {"coinsurance": 19941}}
    assert sentences(100000, primary=plan(rules=rules)) == ["$199.41: 19.941 % of $1,000.00."]
    rules = {"drug": {"copay": 5000, "coinsurance": 10000}}
    assert sentences(100000, primary=plan(rules=rules)) == [
        "$145.00: a copay of $50.00, then 10 % of the remaining $950.00."
    ]


def test_a_plan_that_pays_in_full():
    assert sentences(100000, primary=plan(rules={"drug": {}})) == ["$0.00: the plan pays this in full."]


def test_the_cap_for_a_treatment_day():
    """Part B on campus: $283 deductible, then 20 % held to the inpatient deductible of $1,736 (2026)."""
    primary = {
        "deductibles": {"part_b": {"individual": 28300}},
        "caps": {"day": {"amount": 173600}},
        "rules": {"drug": {"deductible": "part_b", "coinsurance": 20000, "cap": "day"}},
    }
    # 16,001,400 - 28,300 = 15,973,100; 20 % = 3,194,620, held to 173,600.
    assert sentences(16001400, primary=primary) == [
        "$2,019.00: the $283 deductible, then 20 % of the remaining $159,731.00, "
        "held to $1,736.00 by the cap for one treatment day."
    ]
    lines = [{"date": "2026-01-05", "kind": "drug", "allowed": 16001400, "encounter": 0}] * 2
    rows = simulate(read_case({"lines": lines, "primary": primary})).rows
    assert explain(rows[1], NAMES) == (
        "$0.00: the most for one treatment day was already reached, so the plan pays everything."
    )


def test_the_familys_limit_is_named_where_it_is_the_one_that_stops():
    pool = {"individual": 800000, "family": 1000000, "met_individual": 0, "met_family": 950000}
    primary = plan(out_of_pocket_maximums={"medical": pool})
    # 50,000 left of the family's maximum: all goes to the deductible, cut to 50,000.
    assert sentences(16001400, 100000, primary=primary)[1] == (
        "$0.00: the $10,000 family out-of-pocket maximum was already met, so the plan pays everything."
    )


def test_a_second_payer_and_what_stays_with_the_family():
    assert sentences(100000, secondary=[{"method": "medicaid", "copay": 0}]) == [
        "$1,000.00: all of it falls under the $2,000 deductible. Medicaid pays $1,000.00. The family pays $0.00."
    ]
    names = Names(secondaries=("Medigap plan G",))
    assert sentences(100000, names=names, secondary=[{"method": "medigap"}]) == [
        "$1,000.00: all of it falls under the $2,000 deductible. Medigap plan G pays none of it."
    ]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("counts", "The card's payment counts toward the plan's limits."),
        (
            "excluded",
            "The card's $6,000.00 does not count toward the plan's limits (accumulator adjustment).",
        ),
    ],
)
def test_a_card_pays_and_counts_or_does_not(policy, said):
    primary = plan(assistance_policy=policy)
    assert sentences(16001400, primary=primary, programs=[CARD]) == [
        "$8,000.00: the $2,000 deductible, then 20 % until the $8,000 out-of-pocket maximum was reached. "
        f"The card pays $6,000.00. The family pays $2,000.00. {said}"
    ]


def test_below_an_hsa_plans_minimum_the_card_does_not_count():
    primary = plan(hdhp_minimum_deductible=170000)
    assert sentences(100000, primary=primary, programs=[CARD])[0].endswith(
        "The card's $1,000.00 does not count: below the HSA plan's minimum deductible it may not."
    )


def test_a_maximizer_sets_the_share_to_what_the_card_pays():
    primary = plan(assistance_policy="maximizer", maximizer_kinds=["drug"])
    # 600,000 spread over two lines: 300,000 each, all paid by the card.
    assert sentences(16001400, 16001400, primary=primary, programs=[CARD])[0] == (
        "$3,000.00: the plan sets the share to what the copay card can pay (maximizer). The card pays $3,000.00. "
        "The family pays $0.00. None of this line counts toward the plan's limits (maximizer)."
    )


def test_a_maximizer_without_a_card_says_so_loudly():
    primary = plan(assistance_policy="maximizer", maximizer_kinds=["drug"])
    assert sentences(100000, primary=primary) == [
        "$1,000.00: all of it falls under the $2,000 deductible. None of this line counts toward the plan's "
        "limits although no card pays: the plan is a maximizer."
    ]


def test_a_fund_is_the_patients_own_payment_and_says_no_more():
    fund = {"name": "grant", "type": "grant", "kinds": ["drug"], "annual_maximum": 650000}
    assert sentences(100000, programs=[fund]) == [
        "$1,000.00: all of it falls under the $2,000 deductible. The fund pays $1,000.00. The family pays $0.00."
    ]


def test_free_drug_is_not_billed():
    free = {"name": "free", "type": "free_drug", "kinds": ["drug"]}
    assert sentences(16001400, programs=[free]) == [
        "Given free of charge, so nothing is billed (worth $160,014.00)."
    ]


def test_what_is_not_covered_is_never_called_coinsurance():
    assert sentences(100000, primary=plan(rules={"drug": {"covered": False}})) == [
        "$1,000.00: the plan does not cover this, so all of it is owed and none of it counts."
    ]
    assert sentences(100000, names=Names(plan=False), primary=None) == [
        "$1,000.00: without coverage the family answers for the whole amount."
    ]


def test_nothing_billed_is_nothing_owed():
    assert sentences(0) == ["$0.00: nothing is billed for this line."]
