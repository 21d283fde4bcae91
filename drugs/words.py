"""Reference values in words: dollars, percentages, dates, quarters, sites and bases. Texts only, no rules."""

import re
from datetime import date
from decimal import Decimal

BASIS_WORDS = {
    "asp": "Medicare payment limit (ASP, the 6 % is in it)",
    "addendum_b": "Medicare in a hospital outpatient department (OPPS Addendum B)",
    "addendum_bb": "Medicare in a surgery center (ASC Addendum BB)",
    "wac": "list price (WAC)",
    "pfs": "Medicare physician fee schedule",
    "opps": "Medicare, hospital outpatient procedure",
    "asc": "Medicare, surgery center procedure",
    "contract": "contract rate",
}
BASIS_SHORT = {
    "asp": "ASP limit",
    "addendum_b": "hospital (Addendum B)",
    "addendum_bb": "surgery center (Addendum BB)",
    "wac": "list price (WAC)",
    "pfs": "fee schedule",
    "opps": "hospital",
    "asc": "surgery center",
    "contract": "contract",
}
BASIS_NAMES = {
    "asp": "ASP limit",
    "addendum_b": "OPPS Addendum B",
    "addendum_bb": "ASC Addendum BB",
    "wac": "list price",
    "pfs": "physician fee schedule",
    "opps": "OPPS",
    "asc": "ASC",
    "contract": "contract",
}
"""The short names inside a sentence."""
SITE_WORDS = {
    "hospital_on_campus": "hospital, on campus",
    "hospital_off_campus_excepted": "hospital, off campus (excepted)",
    "hospital_off_campus_nonexcepted": "hospital, off campus (not excepted)",
    "asc": "surgery center",
    "office": "office",
    "home": "home",
}
USE_WORDS = {"usual": "The usual code", "payer_choice": "Where the payer asks for it", "never": "Never"}
CONFIDENCE_WORDS = {
    "high": "high confidence",
    "medium": "medium confidence",
    "low": "low confidence",
    "label_knowledge": "label knowledge, to be read again",
}
SYSTEM_WORDS = {"hcpcs": "HCPCS", "cpt": "CPT", "icd10": "ICD-10-CM", "ndc": "NDC"}


def dollars(amount: Decimal) -> str:
    """`$1,333.45`, with the digits the source has: at least cents."""
    digits = max(2, -amount.as_tuple().exponent)
    return f"${amount:,.{digits}f}"


def cents(amount: int) -> str:
    return f"${amount // 100:,}.{amount % 100:02}"


def percent(thousandths: int) -> str:
    """20000 -> `20 %`, 19941 -> `19.941 %`."""
    return f"{thousandths // 1000}.{thousandths % 1000:03}".rstrip("0").rstrip(".") + " %"


def day(on: date) -> str:
    return f"{on:%b} {on.day}, {on.year}"


WRITTEN_DAY = re.compile(r"(?<![\w-])20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w-])")


def with_days(text: str) -> str:
    """`from 2025-04-01` -> `from Apr 1, 2025`: a day inside a sentence as every other one on the page."""
    return WRITTEN_DAY.sub(lambda found: day(date.fromisoformat(found[0])), text)


def number(value: Decimal | int) -> str:
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def period(start: date | None, end: date | None) -> str:
    """`2026Q3` where it is that quarter, `2026` where it is that year, else the days."""
    if start and end and (start.year, start.day, (end.month, end.day)) == (end.year, 1, last_day(end.month)):
        if end.month - start.month == 2 and start.month % 3 == 1:
            return f"{start.year}Q{end.month // 3}"
        if end.month - start.month == 11:
            return str(start.year)
    if start and end:
        return f"{day(start)} to {day(end)}"
    if start:
        return f"from {day(start)}"
    return f"until {day(end)}" if end else ""


def last_day(month: int) -> tuple[int, int]:
    """Month and last day of a month that ends a quarter; February never does."""
    return month, 30 if month in (4, 6, 9, 11) else 31


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """`a, b and c`."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def age(months: Decimal | int) -> str:
    """24 -> `2 years`, 2 -> `2 months`."""
    if months >= 24 and months % 12 == 0:
        return f"{number(months // 12)} years"
    return f"{number(months)} month{'' if months == 1 else 's'}"


def sites_in_words(sites: tuple[str, ...]) -> str:
    """Every kind of hospital department together is one word."""
    hospitals = [site for site in SITE_WORDS if site.startswith("hospital")]
    words = [SITE_WORDS[site] for site in sites if site not in hospitals]
    if all(site in sites for site in hospitals):
        return listed(["hospital", *words])
    return listed([*(SITE_WORDS[site] for site in hospitals if site in sites), *words])


def span(start: str, below: str, unit: str = "") -> str:
    """`10 to below 20 kg`, `from 20 kg`, `below 20 kg`."""
    unit = f" {unit}" if unit else ""
    if start and below:
        return f"{start} to below {below}{unit}"
    if start:
        return f"from {start}{unit}"
    return f"below {below}{unit}" if below else ""
