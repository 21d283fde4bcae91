"""A panel's file is checked before anything runs: each bad cell is named by line and column, in plain words."""

from io import BytesIO

import pytest
from django.conf import settings

from estimator.batch_columns import COLUMNS, template
from estimator.batch_models import BatchRun
from estimator.batch_panel import PanelRefused, read_panel
from estimator.batch_results import COLUMNS as RESULTS

from .asking import TODAY
from .panels import HEADER, MIXED, file_of, run_of

pytestmark = pytest.mark.django_db
ROW = "P-1,spinraza,2027-01-11,commercial-ppo"


def problems(reference, data):
    with pytest.raises(PanelRefused) as caught:
        read_panel(file_of(*data) if isinstance(data, tuple) else data, reference, TODAY)
    return [str(problem) for problem in caught.value.problems]


def test_the_template_is_a_panel(reference):
    assert len(read_panel(file_of(*template().splitlines()), reference, TODAY)) == 1


def test_a_panel_with_every_kind_of_row_is_taken(reference):
    assert len(read_panel(file_of(*MIXED), reference, TODAY)) == len(MIXED) - 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "expected a header and rows, found an empty file"),
        (b"PK\x03\x04 and so on", "expected a csv file"),
        ("reference,drug".encode("utf-16"), "expected UTF-8"),
        (f"{HEADER}\nP-1,spinraza\0,2027-01-11,x".encode(), "line 2: expected text alone, found a NUL byte"),
        (f"{HEADER}\nP-é,x,y,z".encode("latin-1"), "line 2: expected UTF-8"),
        (HEADER.encode(), "line 1: expected rows below the header, found a header alone"),
        (f'{HEADER}\n"P-1,x,y,z'.encode(), "line 2: expected whole rows with closed quotes"),
        (f"{HEADER}\n{ROW},more".encode(), "line 2: 4 cells, as in the header (found '5')"),
        (f"{HEADER},copay\n{ROW},1".encode(), "line 1: only columns of the template"),
        (f"{HEADER},drug\n{ROW},1".encode(), "line 1, drug: each column once (found 'drug')"),
        (b"drug,coverage\nspinraza,va", "line 1, reference: a column 'reference'"),
    ],
    ids=["empty", "xlsx", "utf16", "nul", "latin1", "header", "quote", "wide", "unknown", "twice", "missing"],
)
def test_a_file_that_is_no_panel_is_refused_by_name(reference, data, words):
    assert words in problems(reference, BytesIO(data))[0]


def test_a_misspelt_column_is_named_with_the_one_it_may_mean(reference):
    [said] = problems(reference, ("reference,drug,first_dose,coverage,deductable_met", f"{ROW},1"))
    assert said == "line 1: only columns of the template: 'deductible_met' perhaps (found 'deductable_met')"


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("reference", "", "your own number for the row"),
        ("reference", "=1+1", "Write a number of your own list"),
        ("reference", "123-45-6789", "This looks like a Social Security number."),
        ("drug", "spinrza", 'no drug is called "spinrza" here; perhaps "spinraza"'),
        ("first_dose", "1/11/2027", "Write the date as year-month-day, for example 2026-01-05."),
        ("first_dose", "2027-02-30", "There is no such day in the calendar."),
        ("coverage", "ppo", 'no design is called "ppo"; known: '),
        ("coverage", "medigap-g", "Medigap plan G is a secondary coverage; primary ones are: commercial-ppo"),
        ("secondary", "uninsured", "No insurance is a primary coverage; secondary ones are: medigap-a"),
        ("assistance", "biogen", 'no program is called "biogen" here; perhaps "biogen-'),
        ("regimen", "slow", "one of "),
        ("deductible_met", "-250", "An amount cannot be negative."),
        ("deductible_met", "1e3", "Write an amount out in full: 1000, not 1e3."),
        ("weight_kg", "12,5", "Check the commas"),
        ("plan_year_month", "13", "Type a number from 1 to 12."),
        ("state", "Minnesota", "Write the state in two capital letters, like MN."),
        ("accept_stale", "maybe", "Write one of: yes, no."),
        ("site_of_care", "clinic", "Write one of: hospital_on_campus"),
        ("insurer", "x\ny", "one line of at most 200 characters"),
    ],
    ids=lambda value: str(value)[:20].replace("\n", " "),
)
def test_a_bad_cell_is_named_by_line_and_column(reference, column, text, words):
    cells = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: text}
    row = ",".join(f'"{cell}"' for cell in cells.values())
    [said] = problems(reference, (",".join(cells), row))
    assert said.startswith(f"line 2, {column}: {words}")


def test_every_bad_cell_of_every_row_is_listed_and_nothing_is_kept(reference):
    rows = (HEADER, "P-1,spinrza,2027-01-11,ppo", ROW.replace("P-1", "P-2"), "P-2,spinraza,,uninsured")
    with pytest.raises(PanelRefused) as caught:
        run_of(reference, *rows)
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert places == [(2, "coverage"), (2, "drug"), (4, "first_dose"), (4, "reference")]
    assert not BatchRun.objects.exists()


def test_beyond_a_thousand_bad_cells_are_counted(reference):
    rows = [f"P-{number},spinraza,soon,commercial-ppo" for number in range(1_200)]
    with pytest.raises(PanelRefused) as caught:
        read_panel(file_of(HEADER, *rows), reference, TODAY)
    assert (len(caught.value.problems), caught.value.count) == (1_000, 1_200)


def test_lines_are_counted_as_an_editor_counts_them(reference):
    rows = (
        HEADER,
        "",
        ROW,
        'P-2,"spin\r\nraza",2027-01-11,commercial-ppo',
        "P-3,spinraza,soon,commercial-ppo",
    )
    assert [words.partition(":")[0] for words in problems(reference, rows)] == [
        "line 4, drug",
        "line 6, first_dose",
    ]


@pytest.mark.parametrize("missing", ["weight_kg", "age_months"])
def test_what_the_dosing_needs_is_asked_for_before_the_run(reference, missing):
    cells = {"weight_kg": "20", "age_months": "30", "allowed_unit_price": "100"} | {missing: ""}
    row = ",".join(("P-1,evrysdi,2027-01-11,commercial-ppo", *cells.values()))
    [said] = problems(reference, (f"{HEADER},{','.join(cells)}", row))
    assert said.startswith(f"line 2, {missing}: Evrysdi needs this")


def test_an_amount_met_of_a_limit_that_the_plan_does_not_have_is_a_bad_cell(reference):
    header, row = f"{HEADER},deductible_met", "P-1,spinraza,2027-01-11,medicare-advantage,100"
    [said] = problems(reference, (header, row))
    assert said.startswith("line 2, deductible_met: ")
    assert said.endswith("has no deductible for this drug. Leave this empty. (found '100')")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_what_a_spreadsheet_writes_is_read(reference, delimiter):
    """A mark before the text, other delimiters, and the apostrophe that keeps a cell from being a formula."""
    text = "\ufeff" + f"{HEADER}\r\n{ROW}\r\n".replace(",", delimiter).replace("spinraza", "'=spinraza")
    [said] = problems(reference, BytesIO(text.encode()))
    assert "no drug is called" in said or "Write the short name" in said
    good = BytesIO(text.replace("'=", "").encode())
    assert len(read_panel(good, reference, TODAY)) == 1


def test_every_column_says_what_stands_in_it():
    assert all(column.words and column.words[-1] != "." for column in COLUMNS)


def test_the_documentation_has_every_column_as_it_is():
    page = (settings.BASE_DIR / "docs" / "batch.md").read_text()
    of_panel = [f"| `{c.name}`{' (required)' if c.required else ''} | {c.words} |" for c in COLUMNS]
    of_results = [f"| `{name}` | {words} |" for name, words in RESULTS]
    assert [line for line in page.splitlines() if line.startswith("| `")] == of_panel + of_results
