"""The same rule on arrays: to the cent what the ints give, case by case and line by line."""

import random

import numpy as np
import pytest
from hypothesis import given

from estimator.cost import read_case, simulate
from estimator.cost.grid import columns_of, outcomes_of, shape_of, stack, totals_of
from estimator.cost.result import COLUMNS
from estimator.cost.simulate import in_date_order

from .strategies import BySeed, a_case, cases, with_other_numbers

SHAPES, MEMBERS = 200, 50


@pytest.fixture(scope="module")
def ten_thousand():
    """10,000 random cases: 200 shapes, 50 times other numbers; amounts up to the largest accepted."""
    groups = []
    for shape in range(SHAPES):
        chooser = BySeed(f"array proof {shape}")
        case = a_case(chooser, members=3, most_lines=9)
        groups.append(
            [
                read_case(with_other_numbers(chooser, case, chooser.pick((60, 2_000, 10**6, 10**11))))
                for _ in range(MEMBERS)
            ]
        )
    return groups


@pytest.fixture(scope="module")
def ledgers(ten_thousand):
    return [[simulate(case) for case in group] for group in ten_thousand]


def test_the_groups_are_groups(ten_thousand):
    for group in ten_thousand:
        assert len({shape_of(in_date_order(case)) for case in group[::10]}) == 1


def test_sums_of_10_000_random_cases_agree_to_the_cent(ten_thousand, ledgers):
    pairs = [pair for group in zip(ten_thousand, ledgers, strict=True) for pair in zip(*group, strict=True)]
    random.Random(7).shuffle(pairs)
    by_arrays = totals_of([case for case, _ in pairs])
    differing = [
        (case, ours, theirs)
        for (case, ledger), theirs in zip(pairs, by_arrays, strict=True)
        if (ours := ledger.as_json(lines=False)) != theirs
    ]
    assert len(pairs) == 10_000
    assert differing == []


def test_every_line_of_10_000_random_cases_agrees_to_the_cent(ten_thousand, ledgers):
    cells = 0
    for group, simulations in zip(ten_thousand, ledgers, strict=True):
        outcomes = list(outcomes_of([in_date_order(case) for case in group]))
        for position, outcome in enumerate(outcomes):
            rows = [simulation.rows[position] for simulation in simulations]
            by_arrays = np.array([as_column(column) for column in cells_of_outcome(outcome)])
            by_ints = np.array([cells_of_row(row) for row in rows], dtype=np.int64).T
            assert np.array_equal(by_arrays, by_ints)
            cells += by_ints.size
    assert cells > 500_000


def cells_of_outcome(outcome):
    return (
        *columns_of(outcome),
        outcome.credited,
        outcome.outside_limits,
        *outcome.secondary,
        *outcome.assistance,
    )


def cells_of_row(row):
    columns = [getattr(row, column) for column in COLUMNS]
    by_program = row.assistance_by_program.values()
    return [*columns, row.credited, row.outside_limits, *row.secondary_by_payer, *by_program]


def as_column(value):
    return np.broadcast_to(np.asarray(value, dtype=np.int64), (MEMBERS,))


@given(cases())
def test_one_case_on_arrays_gives_what_it_gives_on_ints(data):
    case = read_case(data)
    assert totals_of([case]) == [simulate(case).as_json(lines=False)]


@given(cases(), cases())
def test_cases_of_different_shapes_come_back_in_the_order_given(one, other):
    one, other = read_case(one), read_case(other)
    expected = [simulate(case).as_json(lines=False) for case in (one, other, one)]
    assert totals_of([one, other, one]) == expected


def test_no_cases_give_no_results():
    assert totals_of([]) == []


def test_a_case_without_lines_is_all_zeros():
    case = read_case({})
    assert totals_of([case]) == [simulate(case).as_json(lines=False)]
    assert set(totals_of([case])[0]["totals"].values()) == {0}


def test_results_are_plain_ints():
    [result] = totals_of([read_case({"lines": [{"date": "2026-01-05", "kind": "drug", "allowed": 5}]})])
    assert {type(value) for value in result["totals"].values()} == {int}


def test_an_amount_that_all_cases_share_stays_an_int():
    shared, differs = (read_case({"lines": [line]}) for line in lines_that_differ())
    stacked = stack([shared, differs])
    assert stacked.lines[0].member == 0
    assert stacked.lines[0].allowed.tolist() == [5, 6]
    assert stack([shared, shared]) == shared


def lines_that_differ():
    return [{"date": "2026-01-05", "kind": "drug", "allowed": allowed} for allowed in (5, 6)]


@pytest.mark.parametrize(
    ("description", "change"),
    [
        ("another date", {"date": "2026-01-06"}),
        ("another kind", {"kind": "visit"}),
        ("another encounter", {"encounter": 1}),
        ("another member", {"member": 1}),
        ("a coinsurance of its own", {"coinsurance": 0}),
    ],
)
def test_what_is_not_a_number_is_the_shape(description, change):
    line = {"date": "2026-01-05", "kind": "drug", "allowed": 5}
    assert shape_of(read_case({"lines": [line]})) != shape_of(read_case({"lines": [{**line, **change}]}))


def test_a_limit_and_no_limit_have_one_shape():
    def case(limit):
        return read_case({"programs": [{"type": "grant", "kinds": [], "annual_maximum": limit}]})

    assert shape_of(case(None)) == shape_of(case(0))


def test_more_cases_than_a_chunk_run_in_chunks(monkeypatch):
    monkeypatch.setattr("estimator.cost.grid.CHUNK", 3)
    cases_ = [read_case({"lines": [{"date": "2026-01-05", "kind": "drug", "allowed": n}]}) for n in range(10)]
    assert [result["totals"]["patient"] for result in totals_of(cases_)] == list(range(10))
