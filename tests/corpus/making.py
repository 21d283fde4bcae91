"""The broken files of upload.toml, by their names."""

import io
import tomllib
import zipfile
from pathlib import Path

from tests.drugs.importers import files

PRICE = files.asp_price


def bytes_of(name: str) -> bytes:
    return MADE[name]()


def packed(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def long_rows(amount: str) -> list[str]:
    return [*files.ASP_ROWS[:-1], PRICE("J9332", amount)]


MADE = {
    "nothing": lambda: b"",
    "zeros": lambda: bytes(5000),
    "binary": lambda: bytes(range(256)) * 40,
    "html": lambda: b"<html><script>alert(1)</script></html>\r\n" * 30,
    "no header": lambda: files.asp(header="A,B,C"),
    "a price of 1e3": lambda: files.asp(rows=long_rows("1e3")),
    "a negative price": lambda: files.asp(rows=long_rows("-5.000")),
    "a price that is no number": lambda: files.asp(rows=long_rows("=1+1")),
    "one code twice": lambda: files.asp(rows=[*files.ASP_ROWS, PRICE("J9332", "1.000")]),
    "one field too many": lambda: files.asp(rows=[*files.ASP_ROWS[:-1], PRICE("J9332", "1.000") + ",,,more"]),
    "another quarter inside": lambda: files.asp("2026Q1").replace(
        b"2026 through March 31, 2026", b"2026 through June 30, 2027"
    ),
    "a zip that is cut short": lambda: packed(("a.csv", files.asp()))[:-30],
    "a zip of ten thousand to one": lambda: packed(("a.csv", bytes(30_000_000))),
    "a zip that climbs out": lambda: packed(("../../etc/a.csv", files.asp()[:200])),
    "a zip of many members": lambda: packed(*((f"{number}.csv", b"x") for number in range(200))),
    "a workbook": lambda: packed(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")),
    "an unclosed quote": lambda: files.asp() + b'J9999,"never closed,1 MG,1.000\r\n',
}


def corpus(kind: str) -> list[dict]:
    return tomllib.loads((Path(__file__).parent / f"{kind}.toml").read_text())["entries"]
