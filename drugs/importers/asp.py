"""Medicare Part B payment limits (ASP), quarterly: dollars a billing unit, the add-on already inside.

A limit `N/A` is not a price: the contractor sets it. That a code is not in the file at all is a normal state;
it does not say whether Medicare covers the drug. Source: CMS, ASP pricing files.
"""

from dataclasses import asdict

from drugs.importers import cells, dosage, quarters
from drugs.importers.reading import Cells, Kind
from drugs.importers.rows import CONTRACTOR, PRICED, Row
from drugs.importers.table import Column

COLUMNS = (
    Column("code", "HCPCS Code"),
    Column("words", "Short Description"),
    Column("dosage", "HCPCS Code Dosage"),
    Column("amount", "Payment Limit"),
    Column("coinsurance", "Co-insurance Percentage"),
    Column("clotting_factor", "Clotting Factor", required=False),
    Column("note", "Notes"),
)


def read_row(line: int, texts: dict[str, str]) -> Row:
    row = Cells(COLUMNS, texts)
    code = row.read("code", cells.code)
    priced = texts["amount"].upper() != "N/A"
    amount = row.read("amount", cells.amount) if priced else None
    if priced and not amount:
        raise row.wrong("amount", "an amount above zero, or N/A")
    words = row.read("dosage", cells.words)
    return Row(
        line=line,
        code=code,
        basis="asp",
        amount=amount,
        coinsurance=row.read("coinsurance", cells.percent),
        state=PRICED if priced else CONTRACTOR,
        words=row.read("words", cells.description, code),
        dosage=words,
        note=row.read("note", cells.words),
        details=unit_of(words) | ({"clotting_factor": True} if texts.get("clotting_factor") == "1" else {}),
    )


def unit_of(words: str) -> dict:
    """The billing unit where its words can be read; else it is the one a person entered for the code."""
    unit = dosage.read(words)
    return {"unit": asdict(unit) | {"number": str(unit.number)}} if unit else {}


KIND = Kind(
    name="asp",
    words="Medicare Part B payment limits (ASP)",
    first_cell="hcpcs?code",
    columns=COLUMNS,
    read=read_row,
    said_above="Payment Allowance Limits for Medicare Part B Drugs",
    quarter=lambda above, header: quarters.of_span(above),
    fewest_rows=600,
)
