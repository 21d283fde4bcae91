"""The worked examples of `tests/cases/`, each figure, on ints and on arrays; and the order of lines."""

import pytest

from estimator.cost import read_case, simulate
from estimator.cost.grid import totals_of

from .examples import examples, found, golden, golden_totals

EVERY = [*examples(), *golden()]


def test_there_are_enough_worked_examples():
    names = [name for name, _, _ in EVERY]
    assert len(set(names)) == len(names) >= 100


@pytest.mark.parametrize(("case", "expected"), [pytest.param(c, e, id=n) for n, c, e in EVERY])
def test_a_worked_example_gives_its_figures(case, expected):
    assert found(simulate(read_case(case)).as_json(), expected) == expected


@pytest.mark.parametrize(("case", "totals"), [pytest.param(c, t, id=n) for n, c, t in golden_totals()])
def test_a_golden_example_gives_its_totals(case, totals):
    assert found(simulate(read_case(case)).as_json(), totals) == totals


@pytest.mark.parametrize("case", [pytest.param(c, id=n) for n, c, _ in EVERY])
def test_a_worked_example_gives_the_same_sums_on_arrays(case):
    case = read_case(case)
    assert totals_of([case, case]) == [simulate(case).as_json(lines=False)] * 2
