"""ASC Addendum BB, quarterly: drugs and other ancillary services in an ambulatory surgical center.

K2 is a drug with a rate (basis `addendum_bb`, as are other products); Z2 and Z3 are radiology (basis `asc`). N1
is packaged, K5 is not paid until it has a price, D5 has ended: states, not prices, whatever the file prints
beside them. A rate printed as $0.00 is not a price. A reduced coinsurance stands there as a copayment in dollars;
blank says nothing about the share. The quarter stands in the column names. Source: CMS.
"""

from decimal import Decimal

from drugs.importers import cells, quarters
from drugs.importers.reading import Cells, Kind
from drugs.importers.rows import AWAITING, CONTRACTOR, ELSEWHERE, ENDED, NOT_PAID, PACKAGED, PRICED, Row
from drugs.importers.table import Column

WHEN = r"(?:final|proposed)?(?:cy20\d\d|[a-z]{3,9}20\d\d)?"
COLUMNS = (
    Column("code", "HCPCS Code"),
    Column("words", "Short Descriptor"),
    Column("indicator", "Payment Indicator", WHEN + "paymentindicator"),
    Column("amount", "Payment Rate", WHEN + "paymentrate"),
    Column("copayment", "IRA-22 Adjusted Copayment", WHEN + r"ira\d*adjustedcopayment\d?", required=False),
)
PRODUCTS = {"K2", "H2", "S2", "L6"}
SERVICES = {"Z2", "Z3"}
STATES = {
    **dict.fromkeys(("N1", "L1"), PACKAGED),
    "K5": AWAITING,
    "D5": ENDED,
    **dict.fromkeys(("K7", "J7", "F4", "L6"), CONTRACTOR),
    **dict.fromkeys(("B5", "D1"), NOT_PAID),
}


def read_row(line: int, texts: dict[str, str]) -> Row:
    row = Cells(COLUMNS, texts)
    code = row.read("code", cells.code)
    indicator = texts["indicator"].upper()
    if len(indicator) != 2 or not indicator.isalnum() or not indicator.isascii():
        raise row.wrong("indicator", "a payment indicator, as in K2 or N1")
    rate = row.read("amount", cells.optional_amount)
    paid = indicator in PRODUCTS | SERVICES
    if paid and rate is None and indicator not in STATES:
        raise row.wrong("amount", f"an amount beside the indicator {indicator}")
    priced = paid and bool(rate)
    copayment = row.read("copayment", cells.optional_amount) if priced else None
    if copayment is not None and copayment > rate:
        raise row.wrong("copayment", "a copayment of at most the payment rate")
    return Row(
        line=line,
        code=code,
        basis="asc" if indicator in SERVICES else "addendum_bb",
        amount=rate if priced else None,
        coinsurance=None if copayment is None else cells.rate_of(copayment, rate),
        state=PRICED if priced else STATES.get(indicator, ELSEWHERE),
        indicator=indicator,
        words=row.read("words", cells.description, code),
        note=f"Coinsurance worked out from a copayment of ${copayment}." if copayment is not None else "",
        details=details(indicator, None if priced else rate),
    )


def details(indicator: str, printed: Decimal | None) -> dict:
    unknown = indicator not in PRODUCTS | SERVICES | set(STATES)
    return ({"printed": str(printed)} if printed is not None else {}) | ({"unknown": True} if unknown else {})


def quarter(above: str, header: tuple[str, ...]) -> str | None:
    """The columns say `July 2026 Payment Rate`; those of the first file of a year may say `Final CY 2021`."""
    return quarters.of_months(" ".join(header))


KIND = Kind(
    name="addendum_bb",
    words="ASC Addendum BB",
    first_cell="hcpcs?code",
    columns=COLUMNS,
    read=read_row,
    said_above="ASC Covered Ancillary Services",
    quarter=quarter,
    fewest_rows=1_500,
)
