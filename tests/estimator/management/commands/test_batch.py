"""`manage.py batch`: a panel in, its results out, and what it says where something is wrong."""

import csv

import pytest
from django.core.management import CommandError, call_command

from estimator import batch
from estimator.batch_columns import template
from estimator.batch_models import BatchRun

from ...panels import HEADER

ROWS = ("P-1,spinraza,2027-01-11,commercial-ppo", "P-2,evrysdi,2027-01-11,commercial-ppo")


@pytest.fixture
def panel(tmp_path):
    """The path of a panel with these rows."""

    def written(*rows):
        path = tmp_path / "panel.csv"
        path.write_text("\n".join((HEADER, *rows)))
        return str(path)

    return written


def test_the_template_is_printed(capsys):
    call_command("batch", "--template")
    assert capsys.readouterr().out.splitlines() == template().splitlines()


@pytest.mark.parametrize(
    "arguments",
    [[], ["panel.csv"], ["panel.csv", "-o", "x", "--resume", "y"]],
    ids=["nothing", "nowhere", "both"],
)
def test_it_says_what_it_needs(arguments):
    with pytest.raises(CommandError, match="name a PANEL and where its results go") as caught:
        call_command("batch", *arguments)
    assert caught.value.returncode == 2


@pytest.mark.django_db
def test_a_bad_panel_is_told_cell_by_cell_and_starts_nothing(reference_data, panel, capsys):
    with pytest.raises(CommandError, match="2 to mend. Nothing was started.") as caught:
        call_command("batch", panel("P-1,spinrza,soon,commercial-ppo"), "-o", "results.csv")
    assert caught.value.returncode == 2
    assert [line.partition(": ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "line 2, drug",
        "line 2, first_dose",
    ]
    assert not BatchRun.objects.exists()


@pytest.mark.django_db
def test_a_run_that_is_not_here_is_named(db):
    with pytest.raises(CommandError, match="no panel 12 is here"):
        call_command("batch", "--resume", "12")


def test_a_panel_comes_back_with_a_line_for_each_row(transactional_db, reference_data, panel, tmp_path):
    results = tmp_path / "results.csv"
    with pytest.raises(SystemExit) as ended:
        call_command("batch", panel(*ROWS), "-o", str(results), "--engine", "local", "--processes", "1")
    assert ended.value.code == 1  # one row has no estimate, and says why
    rows = list(csv.DictReader(results.read_text().splitlines()))
    assert [(row["reference"], row["status"]) for row in rows] == [("P-1", "estimated"), ("P-2", "refused")]
    run = BatchRun.objects.get()
    assert results.read_bytes().decode() == "".join(batch.download(run))
