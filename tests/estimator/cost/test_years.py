"""Plan, treatment and program years: twelve months from an anchor, named by the year they start in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cost.years import add_months, anchor_in, treatment_years, year_starting, years_starting

DATES = st.dates(date(1901, 1, 1), date(2199, 12, 31))
ANCHORS = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: (day.month, day.day))


@pytest.mark.parametrize(
    ("on", "anchor", "year"),
    [
        ("2026-01-01", (1, 1), 2026),
        ("2026-12-31", (1, 1), 2026),
        ("2026-06-30", (7, 1), 2025),
        ("2026-07-01", (7, 1), 2026),
        ("2027-02-27", (2, 29), 2026),
        ("2027-02-28", (2, 29), 2027),
        ("2028-02-28", (2, 29), 2027),
        ("2028-02-29", (2, 29), 2028),
        ("2026-12-30", (12, 31), 2025),
    ],
)
def test_a_year_is_named_by_where_it_starts(on, anchor, year):
    assert year_starting(date.fromisoformat(on), anchor) == year


@given(DATES, ANCHORS)
def test_a_date_lies_in_its_year_and_in_no_other(on, anchor):
    year = year_starting(on, anchor)
    assert anchor_in(year, anchor) <= on < anchor_in(year + 1, anchor)


@given(st.lists(DATES, max_size=8).map(sorted), ANCHORS)
def test_the_years_of_many_dates_are_those_of_each(dates, anchor):
    assert years_starting(dates, anchor) == tuple(year_starting(on, anchor) for on in dates)


@given(DATES)
def test_treatment_year_1_begins_on_the_first_day_and_ends_a_day_before_it_comes_again(first):
    last = add_months(first, 12) - timedelta(days=1)
    assert treatment_years([first, first, last, last + timedelta(days=1)]) == (1, 1, 1, 2)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-10-31", 4, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-05-05", 0, "2026-05-05"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_clamp_to_the_month_s_last_day(start, months, end):
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)
