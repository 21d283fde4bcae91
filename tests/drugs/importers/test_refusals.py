"""Files that are not as they should be: refused, with where and what was expected, and nothing changes."""

import io
import struct
import zipfile

import pytest

from drugs.import_models import ImportBatch
from drugs.models import DataRevision, Price, Source
from tests.drugs.importers import files

ASP = files.asp()


def asp_row(row: str) -> bytes:
    return files.asp(J2350=row)


def changed(before: bytes, after: bytes) -> bytes:
    assert before in ASP
    return ASP.replace(before, after, 1)


def with_flag(data: bytes, offset: int, value: int) -> bytes:
    """A zip whose central directory says something else of its first member."""
    at = data.index(b"PK\x01\x02") + offset
    return data[:at] + struct.pack("<H", value) + data[at + 2 :]


def damaged(data: bytes) -> bytes:
    at = data.index(b"a.csv") + 100
    return data[:at] + bytes(255 - byte for byte in data[at : at + 20]) + data[at + 20 :]


def linked() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return packed.getvalue()


NULLS = b"\0" * 3_000_000
LYING = files.zipped(**{"a.csv": ASP})
SHIFTED = ASP.replace(b"\r\nJ", b"\r\n,J")
LAST_LINE = files.lines(*files.ASP_ROWS).count(b"\n") + 9

CASES = [
    # (what, kind, bytes, line, what the report says)
    ("empty", "asp", b"", None, "a file with rows, found an empty file"),
    ("only blanks", "asp", b" \r\n \r\n", None, "a file with rows"),
    ("only the header", "asp", files.asp(rows=[]), 9, "rows below the header, found a header alone"),
    ("only lines above a header", "asp", b"Payment Allowance Limits,,\r\n" * 3, None, "a header row within"),
    ("an error page", "asp", b"\r\n<!DOCTYPE html><html><body>404</body>", None, "a web page"),
    ("a page after a byte mark", "asp", b"\xef\xbb\xbf<html>", None, "a web page"),
    ("a PDF", "asp", b"%PDF-1.7\n", None, "found a PDF"),
    ("an old workbook", "asp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "an old Excel workbook"),
    ("a workbook", "asp", files.zipped(**{"[Content_Types].xml": b"<x/>"}), None, "an Excel workbook"),
    ("gzip", "asp", b"\x1f\x8b\x08\0", None, "a gzip file"),
    ("a picture", "asp", b"\x89PNG\r\n\x1a\n", None, "a picture"),
    ("UTF-16 with its mark", "asp", ASP.decode("cp1252").encode("utf-16"), None, "UTF-16 text"),
    ("UTF-16 without its mark", "asp", ASP.decode("cp1252").encode("utf-16-le"), 1, "a NUL byte"),
    ("a NUL byte", "asp", changed(b"Ocrelizumab", b"Ocre\0lizumab"), 16, "plain text, found a NUL byte"),
    ("a control character", "asp", changed(b"Ocrelizumab", b"Ocre\x07"), 16, "the control character 0x07"),
    ("too large", "asp", b"x" * (20 * 1024 * 1024 + 1), None, "at most 20 MB"),
    ("a text", "asp", b"Dear colleagues,\r\nplease find\r\n", None, "a file that begins 'Dear colleagues"),
    ("semicolons", "asp", ASP.replace(b",", b";"), None, "a header row within"),
    (
        "the NOC file",
        "asp",
        b"Payment Allowance Limits for Medicare Part B Not Otherwise Classified (NOC) Drugs,\r\n"
        b"Drug Generic Name (Trade Name),Dosage\r\n",
        None,
        "found the NOC payment limits",
    ),
    ("the crosswalk", "asp", files.crosswalk(), None, "(import_ndc_crosswalk)"),
    ("Addendum B", "asp", files.addendum_b(), None, "(import_addendum_b)"),
    ("payment limits", "ndc_crosswalk", ASP, None, "(import_asp)"),
    ("payment limits", "addendum_b", ASP, None, "(import_asp)"),
    (
        "Addendum AA",
        "addendum_bb",
        files.addendum_bb().replace(b"Ancillary Services", b"Surgical Procedures"),
        None,
        "ASC Covered Surgical Procedures for CY",
    ),
    (
        "another table above the same header",
        "asp",
        ASP.replace(b"Medicare Part B", b"Something Else"),
        None,
        "Medicare Part B payment limits (ASP)",
    ),
    ("a column gone", "asp", ASP.replace(b"Payment Limit,", b"Something,"), 9, "a column 'Payment Limit'"),
    (
        "a column twice",
        "asp",
        ASP.replace(b"Vaccine Limit,", b"Payment Limit,"),
        9,
        "one column 'Payment Limit'",
    ),
    (
        "no quarter",
        "asp",
        ASP.replace(b"Effective", b"").replace(b"through", b"and"),
        None,
        "a quarter: state it",
    ),
    (
        "a quarter that ends in another",
        "asp",
        ASP.replace(b"March 31", b"June 30"),
        None,
        "a quarter: state it",
    ),
    ("two years", "addendum_bb", files.addendum_bb("2026Q1", year="2025"), None, "one year throughout, 2025"),
    ("cut in a row", "asp", ASP[:-14], LAST_LINE, "12 cells, as in the header on line 9"),
    ("cut in a quoted cell", "asp", ASP[: ASP.index(b"100%")], 11, "whole rows with closed quotes"),
    ("every row one cell too wide", "asp", SHIFTED, 13, "12 cells, as in the header on line 9, found 13"),
    (
        "a row one cell too wide",
        "asp",
        asp_row("J2350,Ocre,lizumab,1 MG,59.324,20.000,,,,,,,"),
        16,
        "12 cells",
    ),
    ("a row one cell too narrow", "asp", asp_row("J2350,Ocrelizumab,59.324,20.000,,,,,,,"), 16, "12 cells"),
    (
        "cells shifted within the row",
        "asp",
        asp_row(",J2350,Ocrelizumab,1 MG,59.324,20.000,,,,,,"),
        16,
        "HCPCS Code: expected a code",
    ),
    (
        "something beyond the last column",
        "asp",
        asp_row("J2350,Ocrelizumab,1 MG,59.324,20.000,,,,,,,59"),
        16,
        "no cell beyond the named columns, found '59'",
    ),
    (
        "a quote in the middle",
        "asp",
        asp_row('J2350,"Ocre"lizumab,1 MG,59.324,20.000,,,,,,,'),
        16,
        "closed quotes",
    ),
    (
        "a formula",
        "asp",
        asp_row("J2350,=cmd|' /C calc'!A0,1 MG,59.324,20.000,,,,,,,"),
        16,
        "Short Description: expected words, not the beginning of a formula",
    ),
    (
        "a formula in wide letters",
        "asp",
        changed(b"Ocrelizumab", b"@cmd").replace(b"@", "\uff1d".encode()).replace(b"\xa0", b" "),
        16,
        "not the beginning of a formula",
    ),
    (
        "a formula as a note",
        "asp",
        asp_row("J2350,Ocrelizumab,1 MG,59.324,20.000,,,,,,@SUM(A1),"),
        16,
        "Notes: ",
    ),
    ("no code", "asp", asp_row(",Ocrelizumab,1 MG,59.324,20.000,,,,,,,"), 16, "a code of five characters"),
    (
        "a code in small letters",
        "asp",
        asp_row("j2350,Ocrelizumab,1 MG,59.324,20.000,,,,,,,"),
        16,
        "found 'j2350'",
    ),
    (
        "a code that lost its zero",
        "asp",
        asp_row("9284,Ocrelizumab,1 MG,59.324,20.000,,,,,,,"),
        16,
        "five char",
    ),
    (
        "a code in other digits",
        "asp",
        asp_row("J2350,x,1 MG,59.324,20.000,,,,,,,").replace(b"J2350", b"J235\xb2"),
        16,
        "a code of five",
    ),
    (
        "a code twice with other values",
        "asp",
        asp_row(files.asp_price("J0558", "1.000")),
        16,
        "every code once, found J0558 as on line 14, but other",
    ),
    (
        "no amount",
        "asp",
        asp_row("J2350,Ocrelizumab,1 MG,,20.000,,,,,,,"),
        16,
        "Payment Limit: expected an amount",
    ),
    ("a negative amount", "asp", asp_row(files.asp_price("J2350", "-59.324")), 16, "found '-59.324'"),
    (
        "a negative amount in brackets",
        "asp",
        asp_row(files.asp_price("J2350", "(59.324)")),
        16,
        "an amount in",
    ),
    (
        "an amount of zero",
        "asp",
        asp_row(files.asp_price("J2350", "0.000")),
        16,
        "an amount above zero, or N/A",
    ),
    ("an amount as 1e3", "asp", asp_row(files.asp_price("J2350", "1e3")), 16, "found '1e3'"),
    ("an amount as NaN", "asp", asp_row(files.asp_price("J2350", "NaN")), 16, "found 'NaN'"),
    ("an amount as 1_000", "asp", asp_row(files.asp_price("J2350", "1_000")), 16, "found '1_000'"),
    ("a huge amount", "asp", asp_row(files.asp_price("J2350", "999999999.000")), 16, "at most $100,000,000"),
    ("commas out of place", "asp", asp_row(files.asp_price("J2350", '"59,32"')), 16, "found '59,32'"),
    ("too many decimals", "asp", asp_row(files.asp_price("J2350", "59.32412")), 16, "found '59.32412'"),
    ("euros", "asp", asp_row(files.asp_price("J2350", "\u20ac59.32")), 16, "an amount in dollars"),
    ("a share above 100", "asp", asp_row(files.asp_price("J2350", "59.324", "200.00")), 16, "from 0 to 100"),
    ("a share that is missing", "asp", asp_row(files.asp_price("J2350", "59.324", "")), 16, "an empty cell"),
    (
        "a share of many decimals",
        "asp",
        asp_row(files.asp_price("J2350", "59.324", "19.94123")),
        16,
        "three dec",
    ),
    (
        "a very long cell",
        "asp",
        asp_row(f"J2350,{'x' * 30_000},1 MG,59.324,20.000,,,,,,,"),
        16,
        "closed quotes",
    ),
    ("a long cell", "asp", asp_row(f"J2350,{'x' * 3_000},1 MG,59.324,20.000,,,,,,,"), 16, "at most 300 char"),
    ("more columns than any file", "asp", b"HCPCS Code" + b"," * 600 + b"\r\n", 1, "at most 512 columns"),
    (
        "a status that is none",
        "addendum_b",
        files.addendum_b(J2326="J2326,x,K-9,9489,,$1.00,.,$0.20,,$0.20,,,"),
        10,
        "SI: expected a status indicator",
    ),
    (
        "a copayment above the rate",
        "addendum_b",
        files.addendum_b(J2326="J2326,x,K,9489,,$1.00,.,$2.00,,,,,"),
        10,
        "a copayment of at most the payment rate",
    ),
    (
        "a drug without its rate",
        "addendum_bb",
        files.addendum_bb(J2326="J2326,,Nusinersen,,K2,,,"),
        13,
        "an amount beside the indicator K2",
    ),
    (
        "no indicator",
        "addendum_bb",
        files.addendum_bb(J2326="J2326,,Nusinersen,,,,1.00,"),
        13,
        "as in K2 or N1",
    ),
    (
        "an NDC that is none",
        "ndc_crosswalk",
        files.crosswalk(AA1234="J1885,x,y,=1+1,z,15 MG,1,1,1,1"),
        10,
        "an NDC or a device number",
    ),
    (
        "units that are no number",
        "ndc_crosswalk",
        files.crosswalk(AA1234="J1885,x,y,AA1234,z,15 MG,1,1,1,many"),
        10,
        "BILLUNITSPKG: expected a number",
    ),
    ("a zip cut short", "asp", files.zipped(**{"a.csv": ASP})[:-40], None, "a whole zip file"),
    ("a zip with damage", "asp", damaged(LYING), None, "a whole zip file"),
    ("an empty zip", "asp", files.zipped(), None, "an empty zip"),
    ("a zip without a csv", "asp", files.zipped(**{"a.xls": b"x"}), None, "one csv of this kind in the zip"),
    (
        "a zip with two of them",
        "asp",
        files.zipped(**{"a.csv": ASP, "b.csv": ASP}),
        None,
        "one csv of this kind",
    ),
    ("a zip in a zip", "asp", files.zipped(**{"a.zip": LYING}), None, "without another archive"),
    ("a path upwards", "asp", files.zipped(**{"../a.csv": ASP}), None, "without folders or paths"),
    ("an absolute path", "asp", files.zipped(**{"/etc/a.csv": ASP}), None, "without folders or paths"),
    ("a path of Windows", "asp", files.zipped(**{"C:\\a.csv": ASP}), None, "without folders or paths"),
    ("a link", "asp", linked(), None, "is a link"),
    ("a password", "asp", with_flag(LYING, 8, 1), None, "is encrypted"),
    ("a method nobody has", "asp", with_flag(LYING, 10, 99), None, "a whole zip file"),
    ("101 files", "asp", files.zipped(**{f"{n}.csv": b"x" for n in range(101)}), None, "at most 100 files"),
    ("a zip bomb", "asp", files.zipped(**{"a.csv": NULLS}), None, "packed at most 100 to 1"),
    (
        "a bomb beside the file",
        "asp",
        files.zipped(**{"a.csv": ASP, "b.dat": NULLS}),
        None,
        "at most 100 to 1",
    ),
]


@pytest.mark.parametrize(
    ("kind", "data", "line", "said"), [case[1:] for case in CASES], ids=[f"{c[1]}: {c[0]}" for c in CASES]
)
def test_a_file_that_is_not_right_is_refused_with_its_line_and_changes_nothing(
    staged, kind, data, line, said
):
    batch = staged(kind, data, quarter="2025Q4" if kind == "addendum_b" else "")
    problem = batch.report["problems"][0]
    assert (batch.status, problem["line"]) == ("refused", line), problem
    assert said in problem["text"]
    assert not batch.rows.exists()
    assert not Price.objects.exists()
    assert not Source.objects.exists()
    assert not DataRevision.objects.exists()


def test_there_are_enough_of_them():
    assert len(CASES) > 75


def test_all_problems_are_listed_with_their_lines(staged):
    rows = [files.asp_price(f"J{n:04}", "none") for n in range(60)]
    report = staged("asp", files.asp(rows=rows)).report
    assert report["problem_count"] == 60
    assert [problem["line"] for problem in report["problems"]] == list(range(10, 60))


def test_a_refused_file_may_be_tried_again(staged):
    staged("asp", b"x,y\r\n")
    staged("asp", b"x,y\r\n")
    assert ImportBatch.objects.filter(status="refused").count() == 2
