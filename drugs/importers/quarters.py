"""Which quarter a file says it is for. The file's own text decides, never its name."""

import re

MONTHS = ("january", "april", "july", "october")
LAST_DAYS = ("march 31", "june 30", "september 30", "december 31")
QUARTER = re.compile(r"20[0-9]{2}Q[1-4]")
SPAN = re.compile(
    rf"\b({'|'.join(MONTHS)}) 1, ?(20[0-9]{{2}}) (?:through|to|-) ({'|'.join(LAST_DAYS)}), ?(20[0-9]{{2}})\b"
)
MONTH_AND_YEAR = re.compile(r"\b(jan|apr|jul|oct)[a-z]* (20[0-9]{2})\b")
CALENDAR_YEAR = re.compile(r"\bcy ?(20[0-9]{2})\b")


def of_span(text: str) -> str | None:
    """`Effective January 1, 2026 through March 31, 2026` as 2026Q1."""
    found = set()
    for first, year, last, same_year in SPAN.findall(text.lower()):
        if MONTHS.index(first) == LAST_DAYS.index(last) and year == same_year:
            found.add(f"{year}Q{MONTHS.index(first) + 1}")
    return found.pop() if len(found) == 1 else None


def of_months(text: str) -> str | None:
    """`July 2026 Payment Rate` as 2026Q3, if the text speaks of one such month only."""
    begin = [month[:3] for month in MONTHS]
    found = {f"{year}Q{begin.index(month) + 1}" for month, year in MONTH_AND_YEAR.findall(text.lower())}
    return found.pop() if len(found) == 1 else None


def calendar_year(text: str) -> str | None:
    found = set(CALENDAR_YEAR.findall(text.lower()))
    return found.pop() if len(found) == 1 else None
