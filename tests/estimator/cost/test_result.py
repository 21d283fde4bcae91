"""The ledger: a row that does not balance is refused, sums follow their keys, why-figures say what bound."""

from dataclasses import replace

import pytest

from estimator.cost import Simulation, Totals, read_case, simulate
from estimator.cost.result import COLUMNS, LedgerError

from .examples import PLANS

CASE = {
    "lines": [
        {"date": "2026-12-05", "kind": "drug", "allowed": 5_000_000},
        {"date": "2027-01-05", "kind": "drug", "allowed": 5_000_000},
    ],
    "primary": {**PLANS["ppo"], "plan_year_start": "07-01"},
}


@pytest.fixture
def simulation():
    return simulate(read_case(CASE))


@pytest.mark.parametrize("column", [*COLUMNS, "deductible"])
def test_a_row_that_is_off_by_a_cent_is_a_defect(simulation, column):
    row = replace(simulation.rows[0], **{column: getattr(simulation.rows[0], column) + 1})
    with pytest.raises(LedgerError):
        Simulation.of((row,))


def test_a_negative_amount_is_a_defect(simulation):
    row = simulation.rows[0]
    with pytest.raises(LedgerError):
        Simulation.of((replace(row, primary=row.primary + row.patient + 1, patient=-1),))


def test_sums_by_plan_year_treatment_year_and_month(simulation):
    assert list(simulation.by_plan_year) == ["2026"]
    assert list(simulation.by_treatment_year) == ["1"]
    assert list(simulation.by_month) == ["2026-12", "2027-01"]
    assert simulation.totals == Totals.of(simulation.rows) == simulation.by_plan_year["2026"]


def test_a_row_says_what_bound_it(simulation):
    # Line 1: 2,000 + 20 % of 48,000 = 9,600: 11,600, cut by 3,600 to the maximum of 8,000.
    first, second = simulation.rows
    assert (first.deductible_pool, first.deductible_left, first.rate) == ("medical", 200_000, 20_000)
    assert (first.maximum_pool, first.maximum_left, first.cut_by_maximum) == ("medical", 800_000, 360_000)
    assert (second.deductible_left, second.maximum_left, second.cut_by_maximum) == (0, 0, 1_000_000)
    pools = {(pool.side, pool.individual_met, pool.individual_limit) for pool in second.pools_after}
    assert pools == {("deductible", 200_000, 200_000), ("maximum", 800_000, 800_000)}


def test_a_limit_that_is_not_there_is_none_in_the_ledger():
    case = {**CASE, "primary": {"deductibles": {"d": {}}, "rules": {"drug": {"deductible": "d"}}}}
    [pool] = simulate(read_case(case)).rows[0].pools_after
    assert (pool.individual_limit, pool.family_limit, pool.individual_met) == (None, None, 5_000_000)


def test_values_are_frozen(simulation):
    with pytest.raises(AttributeError):
        simulation.totals.patient = 0
