"""Columns at hand: the call that docs/benchmarks.md shows, and family limits that fall away and change no cent."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from estimator.cost import read_case, simulate
from estimator.cost.grid import stack, sums_of_stacked, totals_of, without_idle_family_limits
from estimator.cost.money import NO_LIMIT
from estimator.cost.result import COLUMNS

DOCUMENTATION = Path(__file__).resolve().parents[3] / "docs" / "benchmarks.md"


def a_case(pool, members=(0, 0, 0), kinds=("drug",)):
    lines = [
        {
            "date": f"202{6 + n // 2}-0{1 + n}-05",
            "kind": kinds[n % len(kinds)],
            "allowed": 700 + n,
            "member": member,
        }
        for n, member in enumerate(members)
    ]
    rule = {"deductible": "m", "coinsurance": 20_000, "out_of_pocket_maximum": "m"}
    plan = {
        "deductibles": {"m": pool},
        "out_of_pocket_maximums": {"m": {**pool, "individual": 900}},
        "rules": dict.fromkeys(kinds, rule),
    }
    return read_case({"lines": lines, "primary": plan})


def test_the_documented_call_gives_the_documented_amounts():
    [code] = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
    exec(compile(code, str(DOCUMENTATION), "exec"), {})


def test_only_the_sums_asked_for_are_given():
    case = a_case({"individual": 500})
    found = sums_of_stacked(case, by=("by_month", "totals"))
    ledger = simulate(case).as_json(lines=False)
    assert set(found) == {"by_month", "totals"}
    assert dict(zip(COLUMNS, found["totals"][""], strict=True)) == ledger["totals"]
    for month, amounts in found["by_month"].items():
        assert dict(zip(COLUMNS, amounts, strict=True)) == ledger["by_month"][month]


@pytest.mark.parametrize(
    ("description", "pool", "members", "falls_away"),
    [
        ("twice the person's", {"individual": 500, "family": 1000}, (0, 0, 0), True),
        ("the same as the person's", {"individual": 500, "family": 500}, (0, 0, 0), True),
        ("less than the person's", {"individual": 500, "family": 499}, (0, 0, 0), False),
        ("the family has met more", {"individual": 500, "family": 1000, "met_family": 501}, (0, 0, 0), False),
        (
            "the family has met as much more",
            {"individual": 500, "family": 1000, "met_family": 500},
            (0, 0, 0),
            True,
        ),
        (
            "the patient has met, another is treated",
            {"individual": 500, "family": 900, "met_individual": 450, "met_family": 450},
            (1, 1, 1),
            False,
        ),
        ("no limit for a person", {"family": 1000}, (0, 0, 0), False),
        ("aggregate", {"individual": 500, "family": 1000, "kind": "aggregate"}, (0, 0, 0), False),
        ("two persons", {"individual": 500, "family": 1000}, (0, 1, 0), False),
    ],
)
def test_a_family_limit_falls_away_only_where_it_can_never_bind(description, pool, members, falls_away):
    case = a_case(pool, members)
    without = without_idle_family_limits(case).primary.terms.deductibles["m"]
    assert (without.family == NO_LIMIT) == falls_away, description
    assert totals_of([case]) == [simulate(case).as_json(lines=False)]


def test_a_family_limit_that_binds_in_one_case_of_a_group_stays_for_all():
    cases = [a_case({"individual": 500, "family": family}) for family in (1000, 400)]
    stacked = stack(cases)
    kept = without_idle_family_limits(stacked).primary.terms.deductibles["m"].family
    assert np.array_equal(kept, [1000, 400])
    sums = sums_of_stacked(stacked, by=("totals",))["totals"][""]
    assert np.array_equal(sums[-1], [simulate(case).totals.patient for case in cases])


def test_what_is_given_is_not_written_to():
    allowed = np.array([1_000, 2_000])
    case = a_case({"individual": 500, "family": 1000})
    stacked = replace(case, lines=tuple(replace(line, allowed=allowed) for line in case.lines))
    sums_of_stacked(stacked)
    assert allowed.tolist() == [1_000, 2_000]
