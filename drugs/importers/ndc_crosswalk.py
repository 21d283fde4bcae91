"""The crosswalk of NDC to HCPCS, quarterly: which packages a code covers and how many units one holds.

NDCs stay text as the file has them (some are device ids). `units_in_package` is what to bill for a whole package;
package sizes are often mL and cannot be compared with the billing unit. One NDC may have several codes.
"""

from drugs.importers import cells, quarters
from drugs.importers.reading import Cells, Kind
from drugs.importers.refusal import WrongCell
from drugs.importers.rows import LISTED, Row
from drugs.importers.table import Column

COLUMNS = (
    Column("code", "_2026_CODE", r"20\d\dcode"),
    Column("words", "Short Description"),
    Column("labeler", "LABELER NAME"),
    Column("ndc", "NDC2", "ndc2?"),
    Column("drug_name", "Drug Name"),
    Column("dosage", "HCPCS dosage"),
    Column("package_size", "PKG SIZE"),
    Column("package_quantity", "PKG QTY"),
    Column("units_in_item", "BILLUNITS"),
    Column("units_in_package", "BILLUNITSPKG"),
)
NUMBERS = ("package_size", "package_quantity", "units_in_item", "units_in_package")


def read_row(line: int, texts: dict[str, str]) -> Row:
    row = Cells(COLUMNS, texts)
    code = row.read("code", cells.code)
    return Row(
        line=line,
        code=code,
        ndc=row.read("ndc", ndc),
        state=LISTED,
        words=row.read("words", cells.description, code),
        dosage=row.read("dosage", cells.words),
        details={key: row.read(key, cells.words) for key in ("labeler", "drug_name")}
        | {key: row.read(key, cells.number) for key in NUMBERS},
    )


def ndc(cell: str) -> str:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    if not 6 <= len(cell) <= 20 or not set(cell) <= allowed or cell.startswith("-"):
        raise WrongCell("an NDC or a device number, as in 64406-0109-01")
    return cell


KIND = Kind(
    name="ndc_crosswalk",
    words="the ASP crosswalk of NDC to HCPCS",
    first_cell=r"20\d\dcode",
    columns=COLUMNS,
    read=read_row,
    said_above="NDC - HCPCS Crosswalk for Medicare Part B Drugs",
    quarter=lambda above, header: quarters.of_span(above),
    never_above="ASP NOC",
    fewest_rows=4_000,
)
