"""OPPS Addendum B, quarterly: what Medicare pays a hospital outpatient department, nationally.

Status K, G and K1 are drugs paid a billing unit (basis `addendum_b`); other paid statuses are procedures (basis
`opps`). N is packaged into another line. The patient's share is the IRA percentage where one stands there, else
the copayment over the rate. The title has the year alone, so a person states the quarter. Source: CMS.
"""

from decimal import Decimal

from drugs.importers import cells, quarters
from drugs.importers.reading import Cells, Kind
from drugs.importers.rows import ELSEWHERE, ENDED, NOT_PAID, PACKAGED, PRICED, Row
from drugs.importers.table import Column

COLUMNS = (
    Column("code", "HCPCS Code"),
    Column("words", "Short Descriptor"),
    Column("indicator", "SI", "(?:ci)?si|statusindicator"),
    Column("apc", "APC"),
    Column("amount", "Payment Rate"),
    Column("copayment", "National Unadjusted Copayment"),
    Column("minimum_copayment", "Minimum Unadjusted Copayment"),
    Column("ira", "IRA Coinsurance percentage", required=False),
    Column("adjusted", "Adjusted Beneficiary Copayment", required=False),
    Column("note", "Note", "notes?", required=False),
)
DRUGS = {"K", "G", "K1"}
PROCEDURES = {"J1", "J2", "P", "Q1", "Q2", "Q3", "R", "S", "T", "U", "V"}
STATES = {
    **dict.fromkeys(("N", "Q4"), PACKAGED),
    **dict.fromkeys(("A", "C", "F", "H", "H1", "L", "P", "Y"), ELSEWHERE),
    **dict.fromkeys(("B", "E1", "E2", "M"), NOT_PAID),
    "D": ENDED,
}


def read_row(line: int, texts: dict[str, str]) -> Row:
    row = Cells(COLUMNS, texts)
    code = row.read("code", cells.code)
    indicator = texts["indicator"].upper()
    if not indicator.isalnum() or not indicator.isascii() or len(indicator) > 2:
        raise row.wrong("indicator", "a status indicator, as in K or E1")
    rate = row.read("amount", cells.optional_amount)
    paid = indicator in DRUGS | PROCEDURES
    known = paid or indicator in STATES
    priced = bool(rate) and paid
    return Row(
        line=line,
        code=code,
        basis="addendum_b" if indicator in DRUGS else "opps",
        amount=rate if priced else None,
        coinsurance=share(row, rate) if priced else None,
        state=PRICED if priced else STATES.get(indicator, NOT_PAID),
        indicator=indicator,
        words=row.read("words", cells.description, code),
        note=row.read("note", cells.words),
        details=details(row, texts, None if priced else rate) | ({} if known else {"unknown": True}),
    )


def share(row: Cells, rate: Decimal) -> int:
    """The patient's share: the IRA percentage, else copayment over rate, else 20 %."""
    if row.cells.get("ira"):
        return row.read("ira", cells.percent)
    copayment = row.read("copayment", cells.optional_amount)
    if copayment is None:
        copayment = row.read("minimum_copayment", cells.optional_amount)
    if copayment is not None and copayment > rate:
        raise row.wrong("minimum_copayment", "a copayment of at most the payment rate")
    return cells.FULL_RATE if copayment is None else cells.rate_of(copayment, rate)


def details(row: Cells, texts: dict[str, str], printed: Decimal | None) -> dict:
    adjusted = row.read("adjusted", cells.optional_amount)
    found = {"apc": row.read("apc", cells.words), "adjusted_copayment": str(adjusted or "")}
    if printed is not None:
        found["printed"] = str(printed)
    return {key: value for key, value in found.items() if value}


KIND = Kind(
    name="addendum_b",
    words="OPPS Addendum B",
    first_cell="hcpcs?code",
    columns=COLUMNS,
    read=read_row,
    said_above="OPPS Payment by HCPCS Code",
    quarter=lambda above, header: quarters.of_span(above) or quarters.of_months(above),
    fewest_rows=10_000,
)
