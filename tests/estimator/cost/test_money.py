"""Money is rounded in one place: half up, once a line, and again only for coinsurance."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cost.money import ARRAYS, INTS, LARGEST_AMOUNT, NO_LIMIT, WHOLE, allowed_amount, share


@pytest.mark.parametrize(
    ("description", "units", "unit_price", "cents"),
    [
        ("120 units of J2326 at 1,333.45", 120, "1333.45", 16_001_400),
        ("100 mg at the ASP file's 164.812", 100, "164.812", 1_648_120),
        ("a half cent goes up: 1,133.915 x 120 = 136,069.80", 120, "1133.915", 13_606_980),
        ("0.005 is a cent", 1, "0.005", 1),
        ("0.0049 is none", 1, "0.0049", 0),
        ("2.675 is 2.68, which a float gets wrong", 1, "2.675", 268),
        ("rounded once for the line: 3 x 0.335 = 1.005", 3, "0.335", 101),
        ("four places", 7, "0.1235", 86),
        ("no units", 0, "1333.45", 0),
        ("units may be a fraction", Decimal("0.5"), "0.01", 1),
    ],
)
def test_an_allowed_amount_is_rounded_half_up_once(description, units, unit_price, cents):
    assert allowed_amount(units, Decimal(unit_price)) == cents
    assert type(allowed_amount(units, Decimal(unit_price))) is int


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [(0, 20_000, 0), (12, 20_000, 2), (13, 20_000, 3), (13, 50_000, 7), (6_647, 20_000, 1_329)]
    + [(1_648_120, 19_941, 328_652), (5, 100_000, 5), (5, 0, 0), (1, 49_999, 0), (1, 50_000, 1)],
)
def test_a_share_is_rounded_half_up(amount, rate, expected):
    assert share(amount, rate) == expected


@given(st.integers(0, LARGEST_AMOUNT), st.integers(0, WHOLE))
def test_a_share_is_the_nearest_cent_and_never_more_than_the_whole(amount, rate):
    exact = Decimal(amount) * rate / WHOLE
    assert abs(share(amount, rate) - exact) <= Decimal("0.5")
    assert 0 <= share(amount, rate) <= amount


@given(st.lists(st.integers(0, LARGEST_AMOUNT), min_size=1), st.integers(0, WHOLE))
def test_a_share_is_the_same_on_arrays(amounts, rate):
    assert share(np.array(amounts, dtype=np.int64), rate).tolist() == [share(a, rate) for a in amounts]


def test_no_limit_is_above_every_amount_and_far_below_64_bits():
    assert LARGEST_AMOUNT * 10**6 < NO_LIMIT < 2**63 // 8


def test_both_number_types_choose_alike():
    flags, ones, twos = [True, False], np.array([1, 1]), np.array([2, 2])
    assert ARRAYS.where(np.array(flags), ones, twos).tolist() == [INTS.where(f, 1, 2) for f in flags]
    assert ARRAYS.where(True, ones, twos) is ones
    assert ARRAYS.where(False, ones, twos) is twos
