"""Amounts met, and what is left of embedded and aggregate limits."""

import numpy as np
import pytest

from estimator.cost.case import Pool
from estimator.cost.limits import Accumulators, EncounterSums
from estimator.cost.money import ARRAYS, INTS, NO_LIMIT


@pytest.mark.parametrize(
    ("description", "pool", "left"),
    [
        ("embedded: the smaller of person and family", Pool(100, 150), 60),
        ("embedded: the family has less", Pool(100, 90), 20),
        ("embedded, no individual limit", Pool(NO_LIMIT, 150), 80),
        ("embedded, no family limit", Pool(100, NO_LIMIT), 60),
        ("aggregate: only the family's", Pool(50, 150, aggregate=True), 80),
        ("aggregate without a family limit: the person's", Pool(100, NO_LIMIT, aggregate=True), 60),
        ("met above the limit", Pool(30, 150), 0),
        ("a limit of nothing", Pool(0, 0), 0),
    ],
)
def test_what_is_left_when_the_member_met_40_and_the_family_70(description, pool, left):
    met = Accumulators({"medical": pool})
    met.credit("medical", 0, 40)
    met.credit("medical", 1, 30)
    assert met.left(INTS, "medical", pool, 0) == left


def test_a_pool_without_limits_is_never_met():
    pool = Pool()
    met = Accumulators({"medical": pool})
    met.credit("medical", 0, 10**11)
    assert met.left(INTS, "medical", pool, 0) > 10**14


def test_amounts_met_at_the_start_are_member_0_s_and_the_family_s():
    met = Accumulators({"medical": Pool(met_individual=40, met_family=70)})
    assert (met.met("medical", 0), met.met("medical", 1), met.met_by_family("medical")) == (40, 0, 70)


def test_a_new_plan_year_forgets_everything():
    met = Accumulators({"medical": Pool(met_individual=40, met_family=70)})
    met.credit("medical", 1, 5)
    met.reset()
    assert (met.met("medical", 0), met.met("medical", 1), met.met_by_family("medical")) == (0, 0, 0)


def test_the_measure_of_the_hsa_rule_takes_all_pools_together():
    met = Accumulators(
        {"a": Pool(met_individual=1, met_family=10), "b": Pool(met_individual=2, met_family=20)}
    )
    met.credit("a", 1, 4)
    assert met.met_in_all_pools(INTS, 0, False) == 3
    assert met.met_in_all_pools(INTS, 1, False) == 4
    assert met.met_in_all_pools(INTS, 1, True) == 34


def test_what_is_left_is_the_same_on_arrays():
    pool = Pool(np.array([100, 30, NO_LIMIT]), np.array([150, 90, NO_LIMIT]), aggregate=True)
    met = Accumulators({"medical": pool})
    met.credit("medical", 0, np.array([40, 40, 40]))
    left = met.left(ARRAYS, "medical", pool, 0).tolist()
    assert left[:2] == [110, 50]
    assert left[2] > 10**14


def test_sums_of_an_encounter_run_by_cap_encounter_and_member():
    sums = EncounterSums()
    sums.add("day", 1, 0, deductible=5, other=7)
    sums.add("day", 1, 0, deductible=1, other=2)
    assert sums.charged(INTS, "day", 1, 0, False) == 9
    assert sums.charged(INTS, "day", 1, 0, True) == 15
    for other in (("fill", 1, 0), ("day", 2, 0), ("day", 1, 1)):
        assert sums.charged(INTS, *other, True) == 0
