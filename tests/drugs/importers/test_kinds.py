"""Every kind of file as CMS writes it: what is read from its rows, and from where its quarter comes."""

from decimal import Decimal

import pytest

from drugs.importers.kinds import KINDS
from drugs.importers.reading import read
from drugs.importers.refusal import Refused
from tests.drugs.importers import files


def rows(kind, data, quarter=""):
    reading = read(KINDS[kind], "any name.csv", data, quarter)
    return {row.ndc or row.code: row for row in reading.rows}, reading


# Medicare Part B payment limits


def test_the_quarter_of_the_payment_limits_stands_in_the_file_not_in_its_name():
    data = files.asp("2026Q1")
    assert read(KINDS["asp"], "October 2031 ASP.csv", data).quarter == "2026Q1"


def test_a_payment_limit_is_exact_and_the_share_is_that_of_the_code():
    found, _ = rows("asp", files.asp())
    assert (found["J1304"].amount, found["J1304"].coinsurance) == (Decimal("160.009"), 19924)


def test_a_limit_that_is_not_available_is_a_state_and_not_a_price():
    found, _ = rows("asp", files.asp())
    assert (found["A9606"].state, found["A9606"].amount) == ("contractor", None)
    assert "$169" not in found["A9606"].note
    assert found["A9606"].line == 11
    assert found["J0121"].line == 13  # a cell of A9606 has two lines


def test_the_words_of_a_numeric_code_are_not_kept():
    for kind, data, quarter in (
        ("asp", files.asp(), ""),
        ("addendum_b", files.addendum_b(), "2025Q4"),
        ("addendum_bb", files.addendum_bb(), ""),
        ("ndc_crosswalk", files.crosswalk(), ""),
    ):
        reading = read(KINDS[kind], "x.csv", data, quarter)
        assert any(row.code[0].isdigit() for row in reading.rows)
        assert not [row for row in reading.rows if "somebody else" in repr(row)], kind


def test_blanks_of_other_kinds_are_blanks():
    found, _ = rows("asp", files.asp())
    assert found["J9332"].dosage == "2 MG"
    found, _ = rows("addendum_b", files.addendum_b(), "2025Q4")
    assert found["A4341"].state == "packaged"
    assert found["J2326"].indicator == "K"


def test_utf_8_with_a_mark_and_bare_line_feeds_reads_the_same():
    plain, _ = rows("asp", files.asp())
    data = "\ufeff".encode() + files.asp().decode("cp1252").replace("\r\n", "\n").encode()
    assert rows("asp", data)[0] == plain


def test_a_file_without_its_lines_above_needs_a_stated_quarter():
    data = files.lines(files.ASP_HEADER, *files.ASP_ROWS)
    with pytest.raises(Refused, match="a quarter: state it"):
        read(KINDS["asp"], "x.csv", data)
    assert read(KINDS["asp"], "x.csv", data, "2026Q4").quarter == "2026Q4"


def test_columns_are_found_by_name_in_any_order_and_misspelt():
    header = files.ASP_HEADER.replace(
        "Payment Limit,Co-insurance Percentage", "Paymnet Limit,Coinsurance  percentage"
    )
    found, reading = rows("asp", files.asp(header=header))
    assert found["J1304"].amount == Decimal("160.009")
    assert reading.warnings[0] == "The column 'Paymnet Limit' was read as 'Payment Limit'."
    swapped = files.asp(
        header="HCPCS Code,Payment Limit,Short Description,HCPCS Code Dosage,Co-insurance Percentage,Notes",
        rows=["J2350,59.324,Ocrelizumab,1 MG,20.000,"],
    )
    assert rows("asp", swapped)[0]["J2350"].amount == Decimal("59.324")


# OPPS Addendum B


def test_addendum_b_names_the_year_alone_so_a_person_states_the_quarter():
    with pytest.raises(Refused, match="a quarter: state it.*the calendar year 2025 alone"):
        read(KINDS["addendum_b"], "October 2025.csv", files.addendum_b())
    with pytest.raises(Refused, match="a quarter of 2025"):
        read(KINDS["addendum_b"], "x.csv", files.addendum_b(), "2026Q1")
    assert rows("addendum_b", files.addendum_b(), "2025Q4")[1].quarter == "2025Q4"


@pytest.mark.parametrize(
    ("code", "basis", "amount", "share", "state"),
    [
        ("J2326", "addendum_b", "1280.251", 20000, "priced"),  # 256.06 / 1280.251 = 20 %, to the cent
        ("J1304", "addendum_b", "159.401", 19861, "priced"),  # the percentage stands there
        ("J1413", "addendum_b", "3316462.588", 20000, "priced"),  # the cap is not a percentage
        ("J9174", "addendum_b", "52.470", 18868, "priced"),  # 9.90 / 52.470 = 18.868 %
        ("62323", "opps", "692.520", 20000, "priced"),
        ("G0101", "opps", "90.000", 0, "priced"),
        ("A4341", "opps", None, None, "packaged"),
        ("D0150", "opps", None, None, "not_paid"),
        ("G0102", "opps", None, None, "not_paid"),  # an indicator we do not know brings no price
    ],
)
def test_addendum_b_rows(code, basis, amount, share, state):
    row = rows("addendum_b", files.addendum_b(), "2025Q4")[0][code]
    assert (row.basis, row.amount and str(row.amount), row.coinsurance, row.state) == (
        basis,
        amount,
        share,
        state,
    )


def test_an_unknown_indicator_is_reported():
    _, reading = rows("addendum_b", files.addendum_b(), "2025Q4")
    assert "The indicator 'Z9' is not known here; no price is taken for it." in reading.warnings


def test_the_cap_stays_a_note():
    row = rows("addendum_b", files.addendum_b(), "2025Q4")[0]["J1413"]
    assert row.note == files.CAPPED
    assert row.details == {"apc": "0714", "adjusted_copayment": "1676.00"}


# ASC Addendum BB


@pytest.mark.parametrize(
    ("code", "basis", "amount", "share", "state"),
    [
        ("J2326", "addendum_bb", "1280.25", None, "priced"),
        ("J1304", "addendum_bb", "159.40", 19862, "priced"),  # 31.66 / 159.40 = 19.862 %
        ("0331T", "asc", "736.50", None, "priced"),
        ("76977", "asc", "4.99", None, "priced"),
        ("J0121", "addendum_bb", None, None, "packaged"),
        ("J1300", "addendum_bb", None, None, "ended"),
        ("J1428", "addendum_bb", None, None, "awaiting"),
        ("J2002", "addendum_bb", None, None, "elsewhere"),  # printed as $0.00
        ("Q4100", "addendum_bb", None, None, "packaged"),  # N1 with an amount beside it
    ],
)
def test_addendum_bb_rows(code, basis, amount, share, state):
    row = rows("addendum_bb", files.addendum_bb())[0][code]
    assert (row.basis, row.amount and str(row.amount), row.coinsurance, row.state) == (
        basis,
        amount,
        share,
        state,
    )


def test_amounts_beside_a_state_are_reported_and_not_taken():
    _, reading = rows("addendum_bb", files.addendum_bb())
    assert reading.warnings[:2] == [
        "J2002 is printed as $0.00 (under half a cent); that is not taken as a price.",
        "Rows marked N1 print an amount; it is not a price and not taken.",
    ]


def test_the_quarter_of_addendum_bb_stands_in_its_column_names():
    assert rows("addendum_bb", files.addendum_bb("2026Q3"))[1].quarter == "2026Q3"
    short = files.addendum_bb("2022Q1", header=files.ADDENDUM_BB_HEADER.format(when="Jan 2022"))
    assert rows("addendum_bb", short)[1].quarter == "2022Q1"
    final = files.addendum_bb("2021Q1", header=files.ADDENDUM_BB_HEADER.format(when="Final CY 2021"))
    with pytest.raises(Refused, match="the calendar year 2021 alone"):
        rows("addendum_bb", final)
    assert rows("addendum_bb", final, "2021Q1")[1].quarter == "2021Q1"


def test_addendum_bb_also_comes_with_tabs_and_with_its_row_ends_cut_off():
    plain, _ = rows("addendum_bb", files.addendum_bb())
    tabs = (
        files.addendum_bb()
        .decode("cp1252")
        .replace('"$736.50"', "$736.50")
        .replace('"$1,280.25"', "$1;280.25")
    )
    tabs = tabs.replace(",", "\t").replace(";", ",")
    assert rows("addendum_bb", tabs.encode("cp1252"))[0] == plain
    cut = "\r\n".join(line.rstrip(",") for line in files.addendum_bb().decode("cp1252").split("\r\n"))
    assert rows("addendum_bb", cut.encode())[0] == plain


def test_the_same_row_twice_is_taken_once_and_reported():
    data = files.addendum_bb(rows=[*files.ADDENDUM_BB_ROWS, 'J2326,,Nusinersen,,K2,,"$1,280.25",'])
    found, reading = rows("addendum_bb", data)
    assert found["J2326"].amount == Decimal("1280.25")
    assert "J2326 stands there twice, with the same values; it is taken once." in reading.warnings


# The crosswalk of NDC to HCPCS


def test_the_crosswalk_keeps_its_numbers_as_text_and_drops_hundreds_of_empty_columns():
    found, reading = rows("ndc_crosswalk", files.crosswalk())
    assert reading.quarter == "2026Q1"  # though its header says _2025_CODE
    assert found["64406-0109-01"].details == {
        "labeler": "Biogen, Inc",
        "drug_name": "Qalsody",
        "package_size": "15",
        "package_quantity": "1",
        "units_in_item": "100",
        "units_in_package": "100",
    }
    assert found["AA1234"].details["units_in_item"] == ".5"


# The zip as CMS ships it


def test_the_member_of_the_zip_is_chosen_by_what_it_is_and_the_others_are_named():
    noc = files.lines(
        "Payment Allowance Limits for Not Otherwise Classified,,,", "Drug Generic Name,Dosage,,"
    )
    data = files.zipped(
        **{
            "Jan 2026 ASP.xlsx": b"PK not opened",
            "Jan 2026 NOC Pricing.csv": noc,
            "Jan 2026 Drugs Not Payable.csv": b"Drug\r\n",
            "readme.txt": b"About this file\r\n",
            "section 508 verision of Jan 2026.csv": files.asp(),
        }
    )
    reading = read(KINDS["asp"], "jan.zip", data)
    assert reading.member == "section 508 verision of Jan 2026.csv"
    assert len(reading.skipped) == 4
    assert reading.sha256 == read(KINDS["asp"], "jan.csv", files.asp()).sha256
