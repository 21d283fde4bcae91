"""A panel from its file to its results: in its order, whatever the chunks, and never of two kinds of data."""

import csv
import io
import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from drugs.models import DataRevision
from estimator import batch, batch_rows
from estimator import batch_leases as leases
from estimator.assemble import Reference
from estimator.batch_models import BatchChunk, BatchRun
from estimator.batch_results import COLUMNS, as_line
from estimator.models import AuditEvent
from tests.people import person

from .panels import HEADER, MIXED, results_of, run_of

pytestmark = pytest.mark.django_db
State = BatchRun.State
ROWS = (
    "P-1,spinraza,2027-02-01,commercial-ppo",
    "P-2,evrysdi,2027-01-11,commercial-ppo",
    "P-3,spinraza,2027-01-11,medicare-part-b",
)


@pytest.fixture(autouse=True)
def _site(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)


@pytest.fixture
def run(reference):
    return run_of(reference, HEADER, *ROWS)


def table(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_results_stand_in_the_order_of_the_panel_and_what_is_not_known_is_empty(run):
    rows = table(results_of(run))
    assert [row["reference"] for row in rows] == ["P-1", "P-2", "P-3"]
    assert [row["status"] for row in rows] == ["estimated", "refused", "estimated"]
    refused = rows[1]
    assert "price" in refused["refusal"]
    told = ("reference", "status", "drug", "coverage", "refusal", "as_of", "reference_data", "rules")
    assert not any(text for name, text in refused.items() if name not in told)
    assert rows[0]["year_1_high"] == "8000.00"
    assert list(rows[0]) == [name for name, _ in COLUMNS]


def test_the_size_of_the_chunks_never_changes_the_file(reference):
    files = {results_of(run_of(reference, *MIXED, chunk_rows=size)) for size in (1, 4, 1000)}
    assert len(files) == 1


def test_the_summary_counts_each_row_once(run):
    results_of(run)
    found = batch.summary(run)
    assert (found["rows"], found["estimated"], found["refused"]) == (3, 2, 1)
    assert sum(bar["rows"] for bar in found["distribution"]) == 2
    assert [(row["coverage"], row["rows"], row["refused"]) for row in found["coverages"]] == [
        ("commercial-ppo", 2, 1),
        ("medicare-part-b", 1, 0),
    ]
    assert [(row["drug"], row["rows"]) for row in found["refusals"]] == [("evrysdi", 1)]
    likely = [
        int(row["year_1_likely"].replace(".", ""))
        for row in table("".join(batch.download(run)))
        if row["year_1_likely"]
    ]
    assert found["patient_cents"] == sum(likely)


def test_programs_that_help_are_counted_with_what_they_pay(reference):
    header = f"{HEADER},assistance"
    run = run_of(reference, header, "P-1,ocrevus,2027-02-01,commercial-ppo,ocrevus-copay")
    [row] = table(results_of(run))
    [program] = batch.summary(run)["programs"]
    assert program["program"] == "ocrevus-copay"
    assert row["programs"] == f"ocrevus-copay {program['cents'] // 100}.{program['cents'] % 100:02}"


def test_a_run_is_paused_between_chunks_and_goes_on(reference):
    run = run_of(reference, HEADER, *ROWS, chunk_rows=1)
    batch.start(run)
    steps = iter((True, False))
    batch.work(run.pk, goes_on=lambda: next(steps))
    batch.pause(run)
    assert (batch.progress(run).done, batch.work(run.pk)) == (1, False)
    batch.resume(run)
    batch.work(run.pk)
    assert batch.progress(run).state == State.DONE


def test_a_moved_reference_stops_the_run_and_nothing_is_mixed(reference, run):
    batch.start(run)
    batch.work(run.pk, 0)
    DataRevision.bump()
    batch.work(run.pk)
    run.refresh_from_db()
    assert run.state == State.STOPPED
    assert "reference data" in run.reason
    with pytest.raises(batch.WrongState):
        batch.download(run)
    batch.restart(run)
    assert batch.progress(run).done == 0
    batch.work(run.pk)
    assert batch.progress(run).state == State.DONE
    assert {row["reference_data"] for row in table("".join(batch.download(run)))} == {"1"}


def test_a_poison_chunk_is_set_aside_with_its_rows_refused_and_the_others_go_on(
    reference, monkeypatch, caplog
):
    run = run_of(reference, HEADER, *ROWS, chunk_rows=1)
    whole = batch_rows.estimated

    def poisoned(rows, *rest):
        if rows[0][1]["drug"] == "evrysdi":
            raise ValueError(f"something about {rows[0][1]['reference']}")
        return whole(rows, *rest)

    monkeypatch.setattr(batch_rows, "estimated", poisoned)
    with caplog.at_level(logging.ERROR):
        rows = table(results_of(run))
    assert [row["status"] for row in rows] == ["estimated", "refused", "estimated"]
    assert rows[1]["refusal"].startswith("Set aside after 3 tries: ValueError in poisoned")
    assert batch.progress(run).set_aside == 1
    assert "P-2" not in caplog.text + rows[1]["refusal"]


def test_a_worker_that_has_lost_its_chunk_writes_nothing(reference, run, monkeypatch):
    batch.start(run)
    monkeypatch.setattr(leases, "renew", lambda chunk: False)
    monkeypatch.setattr(leases, "LEASE", timedelta(0))
    chunk = leases.take(run.pk)
    batch.estimate_chunk(chunk)
    assert BatchChunk.objects.get(pk=chunk.pk).result == ""


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (State.DONE, (batch.start, batch.pause, batch.resume, batch.cancel, batch.restart)),
        (State.READY, (batch.pause, batch.resume, batch.restart, batch.download, batch.summary)),
        (State.CANCELLED, (batch.start, batch.pause, batch.resume, batch.restart, batch.download)),
    ],
    ids=["done", "ready", "cancelled"],
)
def test_a_move_that_does_not_fit_is_refused_in_words(run, state, moves):
    BatchRun.objects.filter(pk=run.pk).update(state=state, finished_at=timezone.now())
    run.refresh_from_db()
    for move in moves:
        with pytest.raises(batch.WrongState, match="This panel is"):
            move(run)


def test_a_run_that_nobody_works_on_says_so(run):
    batch.start(run)
    assert not batch.progress(run).is_idle
    BatchRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - 2 * leases.LEASE)
    assert batch.progress(run).is_idle
    leases.take(run.pk)
    assert not batch.progress(run).is_idle


def test_what_people_do_with_a_panel_is_in_the_audit_log_without_a_row_of_it(reference):
    owner = person("maria", "counselor")
    run = run_of(reference, HEADER, *ROWS, owner=owner)
    batch.start(run, by=owner)
    batch.work(run.pk)
    run.refresh_from_db()
    batch.download(run, by=owner)
    batch.delete(run, by=owner)
    events = AuditEvent.objects.filter(act__startswith="batch").values_list("act", "who", "about", "details")
    assert [event[0] for event in events] == ["batch_deleted", "batch_downloaded", "batch_started"]
    assert {event[1] for event in events} == {"maria"}
    assert not any("P-1" in f"{event}" for event in events)


def test_panels_past_the_retention_are_removed(run, settings):
    assert batch.purge(timezone.now() + timedelta(days=999)) == 0
    settings.RETENTION_DAYS = 30
    assert batch.purge(timezone.now() + timedelta(days=29)) == 0
    assert batch.purge(timezone.now() + timedelta(days=31)) == 1
    assert not BatchChunk.objects.exists()


def test_a_cell_that_a_spreadsheet_would_run_is_kept_from_it():
    assert as_line(["=1+1", "P-1"]) == "'=1+1,P-1\r\n"
