"""How far a range is proven: never further than a plan's maximums, and said to be open where it is not."""

import random

import pytest

from estimator.bounds import most_owed
from estimator.estimate import estimate

from .asking import TODAY, plan, spinraza


def test_what_a_plan_year_leaves_is_the_most(ask):
    rows = ask(coverage=plan(), years=1).simulation.rows
    assert most_owed(rows, 1) == 800_000
    # From 1 July the year of treatment lies in two plan years.
    rows = ask(coverage=plan(), first_dose_on="2026-07-01", years=1).simulation.rows
    assert most_owed(rows, 1) == 1_600_000


def test_what_is_met_is_left_out(ask):
    met = {"out_of_pocket_maximums": {"medical": {"met_individual": 300_000}}}
    rows = ask(coverage=plan(**met, met_as_of="2026-01-01"), years=1).simulation.rows
    assert most_owed(rows, 1) == 500_000


def test_without_a_limit_nothing_is_proven(ask):
    assert most_owed(ask(years=1).simulation.rows, 1) is None
    assert most_owed(ask(coverage=plan("uninsured"), years=1).simulation.rows, 1) is None


def test_no_answer_takes_a_bill_above_the_most(reference):
    """Random amounts, cards and accumulators: every run stays under what the likely run's plan leaves."""
    chance, runs = random.Random(7), 0
    for _ in range(12):
        design = chance.choice(["commercial-ppo", "commercial-hdhp"])
        first = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        request = spinraza(
            coverage=plan(design), first_dose_on=first, programs="auto", years=2, accept_stale=True
        )
        found = estimate(request, reference, TODAY)
        for one in found.runs.done.values():
            runs += 1
            for year, cents in enumerate(one.bill.by_year, 1):
                assert cents <= most_owed(found.simulation.rows, year)
    assert runs > 300


def test_from_nothing_to_the_maximum_is_the_whole_range(ask):
    [year] = ask(coverage=plan(), programs="auto", years=1).treatment_years
    assert (year.low, year.high, year.is_proven) == (0, 800_000, True)


def test_a_first_bill_goes_at_most_to_what_its_plan_year_leaves(ask):
    found = ask(coverage=plan(), programs="auto", years=1)
    assert most_owed(found.simulation.rows, on=found.first_bill_on) == 800_000
    assert (found.first_bill.low, found.first_bill.high, found.first_bill.is_proven) == (0, 800_000, True)
    # Without a maximum on its lines an unknown amount may take it anywhere.
    assert most_owed(ask(years=1).simulation.rows, on=found.first_bill_on) is None


def test_answers_of_yes_or_no_are_all_run(ask):
    [year] = ask(years=1).treatment_years
    assert year.low < year.high
    assert year.is_proven


SOLIRIS = {
    "as_of": "2026-11-21",
    "drug": "soliris",
    "first_dose_on": "2026-12-26",
    "weight_kg": "40",
    "age_months": 360,
    "years": 1,
    "coverage": plan(assistance_policy="counts"),
    "programs": [{"program": "alexion-onesource", "annual_maximum": 2_000_000}],
    "accept_stale": True,
}


def test_a_bill_that_rises_and_falls_with_the_amount_is_not_called_proven(reference):
    # Once: 88.84, 1.25 times 115.50 or so, twice: nothing, because the maximum is reached by what the card pays.
    [year] = estimate(SOLIRIS, reference, TODAY).treatment_years
    ends = [of_medicare(reference, times) for times in ("1", "2")]
    assert year.high > max(ends)
    assert year.low == min(ends) == 0
    assert not year.is_proven


def of_medicare(reference, times: str) -> int:
    [year] = estimate(SOLIRIS | {"allowed": {"of_medicare": times}}, reference, TODAY).treatment_years
    return year.likely


@pytest.mark.parametrize("times", ["1.1", "1.3", "1.4", "1.6", "1.9"])
def test_what_is_called_proven_holds_every_amount_between(reference, times):
    for design in ("commercial-ppo", "commercial-hdhp"):
        request = spinraza(coverage=plan(design), programs="auto", years=2)
        proven = estimate(request, reference, TODAY).treatment_years
        between = estimate(request | {"allowed": {"of_medicare": times}}, reference, TODAY).treatment_years
        for whole, part in zip(proven, between, strict=True):
            assert not whole.is_proven or whole.low <= part.low <= part.high <= whole.high
