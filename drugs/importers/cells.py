"""One cell of an official file: its text cleaned, then read as a code, an amount, a percentage or words.

Files are written in cp1252 with no-break spaces (0xA0), stray 0xFF bytes and replacement characters: all count
as blanks. Amounts are Decimal dollars with at most four places. Nothing is guessed: what does not match is wrong.
"""

import re
from decimal import Decimal

from drugs.importers.refusal import WrongCell

LARGEST_AMOUNT = Decimal(100_000_000)
"""Dollars a billing unit. The dearest code of 2026 costs 3.3 million; more than this is a misread file."""

FULL_RATE = 20_000
"""Medicare's plain share: 20 % in thousandths of a percent."""

BLANKS = re.compile(r"[\s\u00a0\u00ff\ufffd\u200b\ufeff]+")
CODE = re.compile(r"[A-Z][0-9]{4}|[0-9]{4}[0-9A-Z]")
AMOUNT = re.compile(r"\$? ?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,4})?|\.[0-9]{1,4})")
PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%?")
NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?|\.[0-9]{1,6}")
FORMULA = re.compile(r"[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""A spreadsheet runs what begins so. No such cell stands in a file of CMS."""


def clean(cell: str) -> str:
    if cell.isascii() and cell.isprintable() and "  " not in cell:  # nearly every cell, quickly
        return cell.strip()
    return BLANKS.sub(" ", cell).strip()


def code(cell: str) -> str:
    if not CODE.fullmatch(cell):
        raise WrongCell("a code of five characters, as in J2326 or 62323")
    return cell


def amount(cell: str) -> Decimal:
    """$1,280.251 or 1280.251, in dollars."""
    match = AMOUNT.fullmatch(cell)
    if not match:
        raise WrongCell("an amount in dollars, as in 1280.251 or $1,280.251")
    dollars = Decimal(match[1].replace(",", ""))
    if dollars > LARGEST_AMOUNT:
        raise WrongCell(f"an amount of at most ${LARGEST_AMOUNT:,}")
    return dollars


def optional_amount(cell: str) -> Decimal | None:
    """An amount; blank or a lone period means none."""
    return None if cell in ("", ".") else amount(cell)


def percent(cell: str) -> int:
    """19.941 or 19.941%, as thousandths of a percent."""
    match = PERCENT.fullmatch(cell)
    thousandths = int(Decimal(match[1]) * 1000) if match else -1
    if not 0 <= thousandths <= 100_000:
        raise WrongCell("a percentage from 0 to 100 with at most three decimals, as in 19.941")
    return thousandths


def number(cell: str) -> str:
    """A count or a size, kept as it is written."""
    if not NUMBER.fullmatch(cell.replace(",", "")):
        raise WrongCell("a number, as in 120 or 0.5")
    return cell.replace(",", "")


def words(cell: str, most: int = 300) -> str:
    if FORMULA.match(cell):
        raise WrongCell("words, not the beginning of a formula")
    if len(cell) > most:
        raise WrongCell(f"at most {most} characters")
    return cell


def description(of_code: str, cell: str) -> str:
    """The short description of a Level II code. That of CPT (a digit first) and dental codes is not ours to keep."""
    cell = words(cell)
    return "" if of_code[0].isdigit() or of_code[0] == "D" else cell


def rate_of(copayment: Decimal, payment: Decimal) -> int:
    """Copayment over payment in thousandths of a percent; a cent of rounding away from 20 % is 20 %."""
    if abs(copayment - payment / 5) <= Decimal("0.011"):
        return FULL_RATE
    return min(100_000, int((copayment * 100_000 / payment).to_integral_value()))
