"""Plan years, treatment years, program years: twelve months from an anchor, named by where they start."""

from calendar import isleap, monthrange
from datetime import date

CALENDAR_YEAR = (1, 1)


def year_starting(on: date, anchor: tuple[int, int]) -> int:
    """The calendar year in which the 12 months around `on` began; years begin on `anchor` (month, day).

    An anchor on 29 February falls on 28 February in other years.
    """
    return on.year if (on.month, on.day) >= _day_in(on.year, anchor) else on.year - 1


def years_starting(dates, anchor: tuple[int, int]) -> tuple[int, ...]:
    """`year_starting` of each of some dates, which are in order."""
    years, year, ends = [], 0, date.min
    for on in dates:
        if on >= ends:
            year = year_starting(on, anchor)
            ends = anchor_in(year + 1, anchor)
        years.append(year)
    return tuple(years)


def anchor_in(year: int, anchor: tuple[int, int]) -> date:
    return date(year, *_day_in(year, anchor))


def _day_in(year: int, anchor: tuple[int, int]) -> tuple[int, int]:
    return (2, 28) if anchor == (2, 29) and not isleap(year) else anchor


def treatment_years(dates) -> tuple[int, ...]:
    """Of dates in order: 1 for the 12 months from the first, then 2, 3, ..."""
    first = dates[0]
    return tuple(year - first.year + 1 for year in years_starting(dates, (first.month, first.day)))


def add_months(start: date, months: int) -> date:
    """`months` later, clamped to the month's last day: 31 January + 1 month is 28 or 29 February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
