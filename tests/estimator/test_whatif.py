"""Every answer to the open questions: the range is the extremes over all of them."""

from dataclasses import replace
from datetime import date

import pytest

from estimator import whatif
from estimator.cost import read_case
from estimator.whatif import Bill

from .asking import likely, plan, ranges


def test_treatment_years_count_from_the_first_dose_not_from_other_care(ask):
    # Six doses from 1 July 2026: four in 2026 and two in 2027, each plan year up to its maximum of 8,000.00.
    # Other care of 10.00 on 5 January meets 10.00 of 2026's: 7,990.00 + 8,000.00 in treatment year 1.
    care = [{"date": "2026-01-05", "allowed": 1000}]
    found = ask(coverage=plan(), first_dose_on="2026-07-01", years=1, other_care=care)
    assert likely(found) == [799000 + 800000]


def test_a_bill_is_of_the_treatment_alone():
    lines = [
        {"date": "2026-01-01", "kind": "other_care", "allowed": 500, "member": 2},
        {"date": "2026-07-01", "kind": "drug", "allowed": 100},
        {"date": "2027-06-30", "kind": "drug", "allowed": 20},
        {"date": "2027-07-01", "kind": "drug", "allowed": 3},
    ]
    bill = Bill.of(read_case({"lines": lines}), years=2)
    assert bill.by_year == (120, 3)
    assert bill.by_date == {date(2026, 7, 1): 100, date(2027, 6, 30): 20, date(2027, 7, 1): 3}
    assert bill.total == 123


UNKNOWN = {
    "deductibles": {"medical": {"individual": "unknown", "met_individual": "unknown"}},
    "out_of_pocket_maximums": {"medical": {"individual": "unknown"}},
}


@pytest.mark.parametrize(
    "changes",
    [
        {"programs": "auto"},
        {"coverage": plan(), "programs": "auto"},
        {"coverage": plan(**UNKNOWN, met_as_of="2026-01-01"), "programs": ["biogen-copay"]},
        {"coverage": plan(rules={"drug": {"covered": "unknown", "coinsurance": "unknown"}})},
    ],
)
def test_the_search_of_many_answers_finds_the_extremes_of_all(ask, monkeypatch, changes):
    every = ask(years=2, **changes)
    monkeypatch.setattr(whatif, "MOST_RUNS", 1)
    searched = ask(years=2, **changes)
    assert ranges(searched) == ranges(every)
    # A search proves nothing, so only the amounts are the same.
    assert replace(searched.first_bill, is_proven=True) == replace(every.first_bill, is_proven=True)


def test_many_open_questions_stay_quick_and_ordered(ask):
    kinds = ("drug", "administration", "professional")
    rules = {kind: {"coinsurance": "unknown", "copay": "unknown"} for kind in kinds}
    found = ask(coverage=plan(**UNKNOWN, rules=rules, met_as_of="2026-01-01"), programs="auto", years=1)
    assert len(found.unknowns) >= 12
    # At best nothing is owed; at most the law's maximum of 2026, 10,600.00.
    [(low, middle, high)] = ranges(found)
    assert (low, middle, high) == (0, 800_000, 1_060_000)


def test_an_amount_between_is_run_with_every_answer_to_the_questions_it_matters_beside(ask):
    found = ask(
        coverage=plan(assistance_policy="unknown", funding="self_funded"),
        programs=["biogen-copay"],
        allowed={"drug": 16_000_000, "administration": 100_000, "professional": 10_000},
        years=1,
    )
    size, policy = "programs.biogen-copay.annual_maximum", "assistance_policy"
    some = {
        c[policy]: one.bill.total for one in found.runs.done.values() if (c := one.choices)[size] == 500_000
    }
    # The maximum is 8,000.00. Counted, the card pays 5,000.00 of it; not counted, the family pays all of it after.
    assert some == {"counts": 300_000, "excluded": 800_000}
    asked = {one.unknown.key: one for one in found.unknowns}
    assert asked[policy].spread == 500_000
    assert dict(asked[policy].effect.beside) == {size: 500_000}
