"""Panels in the browser's place: what is wrong in a file, every step of a run, its results, and who sees what.

The steps are done by `batch.work`, as in a worker, but at once: `tests/browser/test_batch.py` has the real engine.
"""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from estimator import batch, batch_views
from estimator.assemble import Reference
from estimator.batch_columns import COLUMNS
from estimator.batch_models import BatchRun
from estimator.engines import EngineDown
from estimator.models import AuditEvent
from tests.pages import Page
from tests.people import person

from .filling import TODAY

pytestmark = pytest.mark.django_db
HEADER = "reference,drug,first_dose,coverage,assistance,weight_kg,age_months"
ROWS = (
    "P-1,spinraza,2027-01-11,commercial-ppo,auto,,",
    "P-2,spinraza,2027-02-01,commercial-ppo,none,,",
    "P-3,spinraza,2027-03-01,medicare-part-b,auto,,",
    "P-4,evrysdi,2027-01-11,commercial-ppo,none,20,30",  # nobody publishes a price for it
    "P-5,spinraza,2027-01-11,uninsured,none,,",  # nobody covers it
)


@pytest.fixture
def site(reference, monkeypatch):
    """The reference data, and the day of the tests."""
    monkeypatch.setattr(Reference, "current", lambda: reference)
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)


@pytest.fixture
def worked(monkeypatch):
    """A panel that is set to work is estimated at once."""
    monkeypatch.setattr(batch_views, "launch", lambda run: batch.work(run.pk))


@pytest.fixture
def idle(monkeypatch):
    """Nobody works on a panel."""
    monkeypatch.setattr(batch_views, "launch", lambda run: None)


@pytest.fixture
def owner():
    return person("maria", "counselor")


@pytest.fixture
def client(site, owner):
    return signed_in(owner)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def uploaded(client, *rows, header=HEADER, name="january.csv"):
    text = "\r\n".join((header, *rows))
    return client.post("/panels/", {"file": SimpleUploadedFile(name, text.encode(), "text/csv")})


def panel_of(client, *rows) -> BatchRun:
    answer = uploaded(client, *(rows or ROWS))
    run = BatchRun.objects.first()
    assert answer.status_code == 302
    assert answer.headers["Location"] == at(run)
    return run


def at(run, page=""):
    return f"/panels/{run.public_id}/{page}"


def step(client, run, name):
    """The page after the step."""
    return Page(client.post(at(run, f"{name}/"), follow=True))


def state_of(run) -> str:
    return BatchRun.objects.get(pk=run.pk).state


# Before it starts


def test_the_template_has_every_column_and_is_taken_as_it_is(client):
    answer = client.get("/panels/template.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="panel.csv"'
    header, example = csv.reader(io.StringIO(answer.text))
    assert header == [column.name for column in COLUMNS]
    file = SimpleUploadedFile("panel.csv", answer.content)
    assert client.post("/panels/", {"file": file}).status_code == 302
    assert BatchRun.objects.get().rows == 1


def test_every_column_is_explained_where_the_template_is_offered(client):
    text = Page(client.get("/panels/")).text
    assert all(column.name in text for column in COLUMNS)
    assert "No names, no birth dates" in text


def test_every_bad_cell_is_listed_with_what_belongs_there_and_nothing_is_kept(client):
    answer = uploaded(
        client,
        "P-1,spinrza,2027-01-11,commercial-ppo,auto,,",
        "P-2,spinraza,11/31/2027,commercial-ppo,auto,,",
        "P-2,spinraza,2027-01-11,<b>gold</b>,auto,,",
    )
    text = Page(answer).text
    assert "january.csv: 4 to mend" in text
    assert 'perhaps "spinraza"' in text
    assert "Each reference once; it stands on line 3 already" in text
    assert "<b>gold</b>" not in answer.text
    assert "&lt;b&gt;gold&lt;/b&gt;" in answer.text
    assert not BatchRun.objects.exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04 and so on", "A csv file: in the spreadsheet choose Save as"),
        (b"\xff\xfea\x00", "UTF-8: in the spreadsheet"),
        (HEADER.encode(), "Rows below the header"),
        (b"name,born\nJ. Doe,2020-01-01", "Only columns of the template"),
    ],
    ids=["empty", "workbook", "UTF-16", "header alone", "other columns"],
)
def test_what_is_no_panel_is_refused_by_name(client, content, expected):
    answer = client.post("/panels/", {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 200
    assert expected in Page(answer).text
    assert not BatchRun.objects.exists()


def test_without_a_file_the_field_says_so(client):
    answer = client.post("/panels/")
    assert "Choose a file first." in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_file_beyond_the_limit_is_refused(client, monkeypatch):
    monkeypatch.setattr(batch_views, "LARGEST_FILE", 10)
    assert "Send it in parts." in uploaded(client, *ROWS).text
    assert not BatchRun.objects.exists()


def test_the_very_same_file_is_noticed(client):
    first, second = panel_of(client), panel_of(client)
    answer = client.get(at(second))
    assert "The very same file is here already" in answer.text
    assert at(first) in answer.text
    assert "The very same file" not in client.get(at(first)).text


# While it runs


def test_a_panel_starts_pauses_goes_on_and_is_done(client, owner, idle, monkeypatch):
    run = panel_of(client)
    assert "Nothing is estimated until you start it." in Page(client.get(at(run))).text
    page = step(client, run, "start")
    assert "0 of 5 rows done (0 %)" in page.text
    step(client, run, "pause")
    assert state_of(run) == "paused"
    monkeypatch.setattr(batch_views, "launch", lambda run: batch.work(run.pk))
    page = step(client, run, "resume")
    assert state_of(run) == "done"
    assert "Download the results" in page.text
    assert [event.act for event in AuditEvent.objects.filter(who="maria", act__startswith="batch")] == [
        "batch_started"
    ]


def test_the_running_page_asks_again_and_stops_asking_when_it_is_done(client, idle):
    run = panel_of(client)
    step(client, run, "start")
    part = client.get(at(run), headers={"HX-Request": "true", "X-Poll": "true"})
    assert part.status_code == 200
    assert part.text.lstrip().startswith('<div id="panel"')
    assert "every 2s" in part.text
    batch.work(run.pk)
    part = client.get(at(run), headers={"HX-Request": "true", "X-Poll": "true"})
    assert part.status_code == 286
    assert "every 2s" not in part.text
    assert "Done" in part.text


def test_a_panel_on_which_nobody_works_is_set_to_work_with_one_click(client, worked):
    run = panel_of(client)
    batch.start(run)
    BatchRun.objects.update(started_at=timezone.now() - timezone.timedelta(minutes=5))
    page = Page(client.get(at(run)))
    assert "Press Resume to go on." in page.text
    step(client, run, "resume")
    assert state_of(run) == "done"


def test_an_engine_that_does_not_answer_is_said_and_the_panel_waits(client, monkeypatch):
    run = panel_of(client)

    def down(run):
        batch.pause(run)
        raise EngineDown("The queue does not answer.")

    monkeypatch.setattr(batch_views, "launch", down)
    assert "The queue does not answer." in step(client, run, "start").text
    assert state_of(run) == "paused"


def test_a_cancelled_panel_gives_no_results(client, idle):
    run = panel_of(client)
    step(client, run, "start")
    assert "gives no results" in step(client, run, "cancel").text
    answer = client.get(at(run, "results.csv"), follow=True)
    assert "This panel is cancelled" in Page(answer).text
    assert AuditEvent.objects.filter(act="batch_cancelled", who="maria").exists()


def test_a_stopped_panel_says_why_and_starts_again(client, worked):
    run = panel_of(client)
    batch.start(run)
    batch.stop(run, batch.OTHER_DATA)
    assert batch.OTHER_DATA in Page(client.get(at(run))).text
    step(client, run, "again")
    assert state_of(run) == "done"


def test_a_step_that_does_not_fit_says_so_and_an_unknown_one_is_not_there(client):
    run = panel_of(client)
    assert "This panel is ready to start: that is not possible now." in step(client, run, "pause").text
    assert client.post(at(run, "explode/")).status_code == 404
    assert client.get(at(run, "start/")).status_code == 405


# When it is done


@pytest.fixture
def done(client, worked):
    run = panel_of(client)
    step(client, run, "start")
    return run


def test_the_summary_counts_every_row_once_and_says_what_it_is_not(client, done):
    page = Page(client.get(at(done)))
    assert "3 of 5 rows are estimated" in page.text
    assert "No bill, no offer" in page.text
    assert "reference data revision" in page.text
    assert "Nobody publishes a price for the doses of this regimen" in page.text_in("refusals")
    assert "$.allowed" not in page.text_in("refusals")
    rows = [int(cells.split()[0]) for cells in histogram(client.get(at(done)).text)]
    assert sum(rows) == 3


def histogram(html: str) -> list[str]:
    """The first amount of every row of the table of costs."""
    table = html[html.index('id="costs-table"') :]
    table = table[table.index("<tbody>") : table.index("</tbody>")]
    return [row.split('data-label="Patients">')[1].split("</td>")[0] for row in table.split("<tr>")[1:]]


def test_the_results_are_the_owners_in_order_and_written_down(client, done):
    answer = client.get(at(done, "results.csv"))
    assert answer.headers["Cache-Control"].count("no-store")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["reference"] for row in rows] == ["P-1", "P-2", "P-3", "P-4", "P-5"]
    assert [row["status"] for row in rows] == ["estimated"] * 3 + ["refused"] * 2
    assert [row["year_1_likely"] for row in rows[3:]] == ["", ""]
    assert "Without coverage nobody else pays for Spinraza. No honest amount" in rows[4]["refusal"]
    assert AuditEvent.objects.filter(act="batch_downloaded", who="maria").count() == 1


def test_a_deleted_panel_leaves_a_line_in_the_audit_log_and_nothing_else(client, done):
    answer = client.post(at(done, "delete/"), follow=True)
    assert "is deleted, with its rows and results" in answer.text
    assert not BatchRun.objects.exists()
    event = AuditEvent.objects.get(act="batch_deleted")
    assert "january" not in event.about + event.details
    assert client.get(at(done)).status_code == 404


def test_a_running_panel_is_not_deleted(client, idle):
    run = panel_of(client)
    step(client, run, "start")
    assert "Pause or cancel it first" in client.post(at(run, "delete/"), follow=True).text
    assert BatchRun.objects.exists()


# Who sees what


def test_another_counselor_finds_nothing(client, done):
    other = signed_in(person("omar", "counselor"))
    assert "january.csv" not in other.get("/panels/").text
    assert [other.get(at(done, page)).status_code for page in ("", "results.csv")] == [404, 404]
    assert [other.post(at(done, page)).status_code for page in ("delete/", "pause/")] == [404, 404]


def test_an_administrator_sees_how_far_it_is_and_no_result(client, done):
    office = signed_in(person("boss", "administrator"))
    assert "by maria" in Page(office.get("/panels/")).text
    page = Page(office.get(at(done)))
    assert "its results are not shown to you" in page.text
    assert not page.text_in("costs-table")
    assert office.get(at(done, "results.csv")).status_code == 403
    assert uploaded(office, *ROWS).status_code == 403
    office.post(at(done, "delete/"))
    assert not BatchRun.objects.exists()
    assert AuditEvent.objects.filter(act="batch_deleted", who="boss").exists()


def test_an_administrator_stops_a_panel_and_starts_none(client, idle):
    run = panel_of(client)
    office = signed_in(person("boss", "administrator"))
    assert office.post(at(run, "start/")).status_code == 403
    step(client, run, "start")
    step(office, run, "cancel")
    assert state_of(run) == "cancelled"
