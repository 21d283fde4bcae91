"""Plan years run apart, and remembered, come to what the whole run comes to."""

from datetime import date

from hypothesis import given, settings

from estimator.cost import read_case, simulate
from estimator.cost.money import INTS
from estimator.cost.simulate import adjudicate, in_date_order, shares_of
from estimator.yearbills import Bill, Bills, is_apart, without_idle_programs

from .cost.strategies import BySeed, a_case, cases


def patients(case) -> list[int]:
    return [outcome.patient for outcome in adjudicate(INTS, in_date_order(case))]


def expected(case) -> list[tuple]:
    return [shares_of(outcome) for outcome in adjudicate(INTS, in_date_order(case))]


@settings(max_examples=300)
@given(cases())
def test_any_case_year_by_year_comes_to_the_same(data):
    case = read_case(data)
    assert Bills(50).shares(in_date_order(case)) == expected(case)


def test_what_is_remembered_of_other_cases_changes_nothing():
    """Many cases after one another under one memory; some of them in years that were run before."""
    bills, apart = Bills(50), 0
    for seed in range(400):
        case = read_case(a_case(BySeed(seed)))
        apart += is_apart(case)
        assert bills.shares(in_date_order(case)) == expected(case), seed
        assert bills.shares(in_date_order(case)) == expected(case), seed
    assert apart > 50


PLAN = {
    "deductibles": {"all": {"individual": 1000, "met_individual": 400}},
    "out_of_pocket_maximums": {"all": {"individual": 3000, "met_individual": 400}},
    "rules": {"drug": {"deductible": "all", "out_of_pocket_maximum": "all", "coinsurance": 20_000}},
    "by_plan_year": {"2027": {"deductibles": {"all": {"individual": 2000}}}},
}


def doses(*days: str) -> list[dict]:
    return [{"date": on, "kind": "drug", "allowed": 5000, "encounter": n} for n, on in enumerate(days)]


def test_a_year_that_begins_like_one_that_was_run_is_not_run_again(monkeypatch):
    bills = Bills(3)
    long = read_case({"lines": doses("2026-02-01", "2027-02-01", "2027-03-01"), "primary": PLAN})
    short = read_case({"lines": doses("2026-02-09", "2027-02-09"), "primary": PLAN})
    of_short = expected(short)
    assert bills.shares(long) == expected(long)
    monkeypatch.setattr("estimator.yearbills.shares", None)
    assert bills.shares(short) == of_short


def test_what_is_met_belongs_to_the_first_year_alone():
    # 600 of the deductible and 20 % of 4,400; then 2,000 and 20 % of 3,000.
    case = read_case({"lines": doses("2026-02-01", "2027-02-01"), "primary": PLAN})
    assert [line.patient for line in Bills(3).shares(case)] == [600 + 880, 2000 + 600] == patients(case)


def test_treatment_years_count_from_the_first_dose_also_on_a_leap_day():
    case = read_case({"lines": doses("2028-02-29", "2029-02-27", "2029-02-28", "2032-02-28", "2032-02-29")})
    bill = Bill.of(case, 5)
    assert bill.by_year == (10_000, 5000, 0, 5000, 5000)
    assert bill.by_date[date(2032, 2, 29)] == 5000
    assert bill.total == simulate(case).totals.patient


UNLIMITED = {"name": "first", "type": "grant", "kinds": ["drug"]}


def test_a_program_that_another_leaves_nothing_to_is_not_run():
    second = {"name": "second", "type": "copay_card", "kinds": ["drug"], "annual_maximum": 500}
    lines = doses("2026-02-01", "2026-03-01")
    case = read_case({"lines": lines, "primary": PLAN, "programs": [UNLIMITED, second]})
    assert [program.name for program in without_idle_programs(case).programs] == ["first"]
    # Turned around, or with anything left to pay, both pay.
    for programs in ([second, UNLIMITED], [UNLIMITED | {"minimum_patient_pay": 10}, second]):
        both = read_case({"lines": lines, "primary": PLAN, "programs": programs})
        assert without_idle_programs(both) == both


def test_leaving_out_what_pays_nothing_changes_no_bill():
    """Random cases, with an unlimited program put before, between and after theirs."""
    for seed in range(120):
        data = a_case(BySeed(seed))
        for place in range(len(data.get("programs", [])) + 1):
            programs = [*data.get("programs", [])]
            programs.insert(place, UNLIMITED | {"name": "added", "type": ("grant", "copay_card")[seed % 2]})
            case = in_date_order(read_case(data | {"programs": programs}))
            bill, lines = Bills(50).of(case), expected(case)
            assert bill.by_date == sums(case, patients(case)), seed
            ours = [line for line, given in zip(lines, case.lines, strict=True) if given.kind != "other_care"]
            columns = [sum(column) for column in zip(*ours, strict=True)] or [0] * 4
            assert [bill.total, bill.owed, bill.second, bill.help] == columns


def sums(case, paid) -> dict:
    found = {}
    for line, amount in zip(case.lines, paid, strict=True):
        if line.kind != "other_care":
            found[line.date] = found.get(line.date, 0) + amount
    return found
