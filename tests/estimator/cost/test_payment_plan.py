"""The Medicare Prescription Payment Plan: when a Part D share is paid, never how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cost.payment_plan import half_up, monthly_bills

THRESHOLD = 210_000  # 2026: 2,100.00
INCURRED = st.integers(1, 12).flatmap(
    lambda month: st.tuples(
        st.just(month), st.lists(st.integers(0, THRESHOLD), min_size=13 - month, max_size=13 - month)
    )
)


def test_a_first_fill_that_meets_the_threshold_is_spread_over_twelve_months():
    # 2,100 / 12 = 175.00 in January; then 1,925 / 11 = 175.00 each month.
    assert monthly_bills([THRESHOLD, *[0] * 11], THRESHOLD) == [17_500] * 12


def test_the_first_bill_is_at_most_what_was_incurred_that_month():
    # 100.00 incurred in January, the maximum would be 175.00.
    assert monthly_bills([10_000, *[0] * 11], THRESHOLD) == [10_000, *[0] * 11]


def test_what_was_paid_before_joining_lowers_the_first_bill():
    # Joins in July: (2,100 - 900) / 6 = 200.00 of 1,200 incurred; then 1,000 / 5 = 200.00.
    assert (
        monthly_bills([120_000, *[0] * 5], THRESHOLD, already_incurred=90_000, first_month=7) == [20_000] * 6
    )


def test_later_bills_spread_what_is_unbilled_and_new_over_the_months_left():
    # January 400: min(175, 400) = 175. February: (225 + 220) / 11 = 40.4545... -> 40.45.
    # March: (404.55 + 0) / 10 = 40.455 -> 40.46, and so on; December takes the residue.
    bills = monthly_bills([40_000, 22_000, *[0] * 10], THRESHOLD)
    assert bills[:3] == [17_500, 4_045, 4_046]
    assert sum(bills) == 62_000


def test_december_takes_the_residue():
    # 100.00 from November on: November min(2,100 / 2, 100) = 100. Joined in December: all of it at once.
    assert monthly_bills([10_000, 0], THRESHOLD, first_month=11) == [10_000, 0]
    assert monthly_bills([10_001], THRESHOLD, first_month=12) == [10_001]


@given(INCURRED, st.integers(0, 2 * THRESHOLD))
def test_the_bills_are_what_was_incurred_and_never_ahead_of_it(incurred, already):
    month, amounts = incurred
    bills = monthly_bills(amounts, THRESHOLD, already, month)
    assert sum(bills) == sum(amounts)
    assert min(bills) >= 0
    assert all(sum(bills[: n + 1]) <= sum(amounts[: n + 1]) for n in range(len(bills)))


@pytest.mark.parametrize(("amounts", "month"), [([], 1), ([1] * 11, 1), ([1] * 12, 2), ([1], 13), ([1], 0)])
def test_one_amount_for_each_month_left(amounts, month):
    with pytest.raises(ValueError, match="months left"):
        monthly_bills(amounts, THRESHOLD, first_month=month)


@pytest.mark.parametrize(
    ("amount", "parts", "expected"), [(5, 2, 3), (4, 3, 1), (5, 3, 2), (0, 12, 0), (1, 2, 1)]
)
def test_half_a_cent_goes_up(amount, parts, expected):
    assert half_up(amount, parts) == expected
