"""`manage.py import_asp FILE` and its three sisters."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from drugs.import_models import ImportBatch
from drugs.importers import command, difference
from drugs.importers.kinds import KINDS
from drugs.models import Code, DataRevision, Drug, Price, Source
from tests.drugs.importers import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path, monkeypatch, in_this_process, small_files_are_whole):
    monkeypatch.setattr(command, "read_limited", lambda *args: command.staging.read_limited(*args))

    def run_command(name, data, *options):
        path = tmp_path / "file.csv"
        path.write_bytes(data)
        said = StringIO()
        call_command(name, str(path), *options, stdout=said)
        return said.getvalue()

    return run_command


@pytest.mark.parametrize(
    ("name", "data", "options", "prices"),
    [
        ("import_asp", files.asp(), (), 7),
        ("import_addendum_b", files.addendum_b(), ("--quarter", "2025Q4"), 6),
        ("import_addendum_bb", files.addendum_bb(), (), 4),
        ("import_ndc_crosswalk", files.crosswalk(), (), 0),
    ],
)
def test_each_command_publishes_its_kind(run, name, data, options, prices):
    said = run(name, data, "--publish", *options)
    assert f"Published as number {ImportBatch.objects.get().pk}: {prices} new prices, 0 withdrawn." in said
    assert Price.objects.count() == prices


def test_without_publish_the_file_waits(run):
    assert "It waits as number" in run("import_asp", files.asp())
    assert not Price.objects.exists()


def test_with_publish_a_waiting_file_is_put_in_force(run):
    run("import_asp", files.asp())
    assert "Published" in run("import_asp", files.asp(), "--publish")
    assert ImportBatch.objects.get().status == "published"


def test_the_same_file_again_is_already_imported(run):
    run("import_asp", files.asp(), "--publish")
    assert "Already imported" in run("import_asp", files.asp(), "--publish")
    assert Price.objects.count() == 7


def test_a_dry_run_shows_the_difference_and_writes_nothing(run):
    said = run("import_asp", files.asp(), "--dry-run", "--publish")
    assert "2026Q1: 8 rows, 7 with a price." in said
    assert "7 added, 0 removed" in said
    assert not ImportBatch.objects.exists()
    assert not DataRevision.objects.exists()


def test_a_code_of_ours_that_is_not_in_the_file_is_named(run):
    source = Source.objects.create(key="label", title="Label")
    drug = Drug.objects.create(slug="spinraza", name="Spinraza", source=source)
    Code.objects.create(drug=drug, system="hcpcs", code="J2326", words="w", source=source)
    assert "J2326 Spinraza: not in this file\n" in run("import_asp", files.asp(), "--publish")


def test_a_refused_file_names_the_line_and_what_was_expected(run):
    data = files.asp(J2350=files.asp_price("J2350", "1e3"))
    for options in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match="line 16, Payment Limit: expected an amount") as error:
            run("import_asp", data, *options)
        assert str(error.value).startswith("Refused, nothing was changed:")


def test_what_must_be_confirmed_waits_for_a_yes(run):
    run("import_asp", files.asp("2025Q4"), "--publish")
    few = files.asp("2026Q1", rows=files.ASP_ROWS[:4])
    with pytest.raises(CommandError, match="4 rows, 50 % fewer than the 8 of 2025Q4.*add --confirm"):
        run("import_asp", few, "--publish")
    assert "Published" in run("import_asp", few, "--publish", "--confirm")


def test_a_file_too_short_to_be_whole_waits_for_a_yes(run, monkeypatch):
    monkeypatch.setattr(difference, "KINDS", KINDS)
    words = "A whole file has at least 600 rows; this one has 8: is it whole.*add --confirm"
    with pytest.raises(CommandError, match=words):
        run("import_asp", files.asp(), "--publish")
    assert not Price.objects.exists()
    assert "Published" in run("import_asp", files.asp(), "--publish", "--confirm")


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(CommandError, match="no-such-file.csv: No such file"):
        call_command("import_asp", "no-such-file.csv")
