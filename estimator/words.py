"""Amounts, percentages and dates in words. Money is always written `$1,234.56`."""

from datetime import date
from decimal import Decimal


def money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def money_short(cents: int) -> str:
    """Whole dollars where they are exact: for headlines, form fields and sentences."""
    return money(cents).removesuffix(".00")


def dollars(amount: Decimal) -> str:
    """Every digit of the source's unit price, at least cents: `$1,333.45`, `$164.812`."""
    return f"${amount:,f}" if amount.as_tuple().exponent <= -2 else f"${amount:,.2f}"


def percent(thousandths: int) -> str:
    """20000 -> `20 %`, 19941 -> `19.941 %`."""
    return f"{thousandths // 1000}.{thousandths % 1000:03}".rstrip("0").rstrip(".") + " %"


def day(on: date) -> str:
    return f"{on:%b} {on.day}, {on.year}"


def month(key: str) -> str:
    """`2026-01` -> `Jan 2026`."""
    return f"{date.fromisoformat(key + '-01'):%b %Y}"


def listed(words: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
