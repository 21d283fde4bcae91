"""A panel of patients, estimated row by row: from its file to its results.

    run = create(file, "panel.csv", reference, today, owner=user)   PanelRefused (`batch_panel`): nothing starts
    start(run, by=user)             then engines.launch(run): hands the chunks to the engine that is set
    pause(run); resume(run)         honoured between two chunks; after resume: engines.launch(run)
    cancel(run, by=user)            for good
    restart(run, by=user)           of a stopped run: all of it again, with the reference data of now
    progress(run) -> Progress       how far, how fast, what was refused; `is_idle`: nobody works on it
    download(run, by=user)          an iterator over the lines of the results' csv; of a run that is done
    summary(run) -> dict            see `batch_results.summary_of`; of a run that is done
    delete(run, by=user)            with its input and results; purge(now): those past the retention

A wrong move (resume what is done, download what is not) raises WrongState, in words for the person.
`work(run)` is what a worker of any engine does: take chunks, estimate, write, until none is left.
"""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from drugs.models import DataRevision

from . import batch_leases as leases
from . import batch_results, batch_rows
from .assemble import Reference
from .audit import Act, record
from .batch_models import BatchChunk, BatchRun
from .batch_panel import read_panel
from .version import ENGINE

logger = logging.getLogger(__name__)

CHUNK_ROWS = 1_000
FEWEST_CHUNKS = 40
"""A small panel is cut finer, so that its bar moves."""

State, OfChunk = BatchRun.State, BatchChunk.State


class WrongState(Exception):
    """What was asked does not fit the state of the run, in words for the person."""


# --- from a file to a run ---


def create(
    file: BinaryIO,
    file_name: str,
    reference: Reference,
    today: date,
    *,
    owner=None,
    chunk_rows: int | None = None,
) -> BatchRun:
    """The run of a panel, ready to start. Raises PanelRefused with every bad row by line and column."""
    data = data_now()
    panel = read_panel(file, reference, today)
    try:
        return store(panel, file_name, today, data, owner, chunk_rows)
    finally:
        panel.rows.close()


@transaction.atomic
def store(panel, file_name: str, today: date, data: str, owner, chunk_rows: int | None) -> BatchRun:
    run = BatchRun.objects.create(
        owner=owner,
        owner_name=owner.get_username() if owner else "",
        file_name=file_name[:200],
        sha256=panel.sha256,
        rows=len(panel),
        as_of=today,
        data=data,
        engine=ENGINE,
        created_at=timezone.now(),
    )
    size = chunk_rows or min(CHUNK_ROWS, max(1, -(-len(panel) // FEWEST_CHUNKS)))
    for number, (rows, text) in enumerate(panel.chunks(size)):
        BatchChunk.objects.create(run=run, number=number, rows=rows, panel=text)
    return run


def data_now() -> str:
    """The reference data in force: equal texts are equal data."""
    return "{}:{}".format(*DataRevision.current())


# --- what a person does with it ---


def start(run: BatchRun, *, by=None):
    with transaction.atomic():
        now = {"data": data_now(), "engine": ENGINE, "started_at": timezone.now()}
        move(run, State.RUNNING, [State.READY], **now)
        record(Act.BATCH_STARTED, str(run), by=by, rows=run.rows)


def pause(run: BatchRun):
    """Chunks that somebody works on are finished; no other is begun."""
    move(run, State.PAUSED, [State.RUNNING])


def resume(run: BatchRun):
    """Also of a run that says it is running while nobody works on it."""
    move(run, State.RUNNING, [State.PAUSED, State.RUNNING], started_at=timezone.now())


def cancel(run: BatchRun, *, by=None):
    with transaction.atomic():
        move(run, State.CANCELLED, [State.READY, State.RUNNING, State.PAUSED, State.STOPPED])
        record(Act.BATCH_CANCELLED, str(run), by=by)


def restart(run: BatchRun, *, by=None):
    """Every row again, with the reference data and rules of now: results of two kinds are never mixed."""
    with transaction.atomic():
        now = {"data": data_now(), "engine": ENGINE, "reason": "", "started_at": timezone.now()}
        move(run, State.RUNNING, [State.STOPPED], **now)
        run.chunks.update(
            state=OfChunk.WAITING,
            lease=None,
            leased_until=None,
            tries=0,
            reason="",
            result="",
            refused=0,
            done_at=None,
        )
        record(Act.BATCH_STARTED, str(run), by=by, rows=run.rows, again=True)


def delete(run: BatchRun, *, by=None):
    with transaction.atomic():
        record(Act.BATCH_DELETED, str(run), by=by)
        run.delete()


def purge(now: datetime) -> int:
    """Remove runs past the retention of saved estimates."""
    if settings.RETENTION_DAYS is None:
        return 0
    with transaction.atomic():
        old = BatchRun.objects.filter(created_at__lt=now - timedelta(days=settings.RETENTION_DAYS))
        names = sorted(map(str, old))
        old.delete()
        if names:
            record(Act.BATCH_DELETED, "panels past the retention", panels=names)
    return len(names)


def move(run: BatchRun, to: str, expected: list[str], **values):
    """From one of the expected states to another, by one person alone."""
    if not BatchRun.objects.filter(pk=run.pk, state__in=expected).update(state=to, **values):
        run.refresh_from_db(fields=["state"])
        raise WrongState(f"This panel is {run.get_state_display()}: that is not possible now.")
    run.refresh_from_db()


# --- how far it is ---


@dataclass(frozen=True)
class Progress:
    """`rows_a_second` and `seconds_left` are None until enough is known; `set_aside` are rows, not chunks."""

    state: str
    rows: int
    done: int
    refused: int
    set_aside: int
    rows_a_second: float | None
    seconds_left: int | None
    is_idle: bool

    @property
    def percent(self) -> int:
        return 100 * self.done // self.rows


def progress(run: BatchRun) -> Progress:
    """How far a run is now. Two queries, whatever its size."""
    run.refresh_from_db()
    settled = Q(state__in=[OfChunk.DONE, OfChunk.SET_ASIDE])
    lately = settled & Q(done_at__gte=run.started_at or timezone.now())
    found = run.chunks.aggregate(
        done=Sum("rows", filter=settled, default=0),
        lately=Sum("rows", filter=lately, default=0),
        refused=Sum("refused", default=0),
        set_aside=Sum("rows", filter=Q(state=OfChunk.SET_ASIDE), default=0),
        at_work=Count("pk", filter=Q(state=OfChunk.LEASED, leased_until__gte=timezone.now())),
        last=Max("done_at"),
    )
    rate = rate_of(run, found.pop("lately"))
    at_work, last = found.pop("at_work"), found.pop("last")
    left = run.rows - found["done"]
    return Progress(
        state=run.state,
        rows=run.rows,
        **found,
        rows_a_second=rate,
        seconds_left=round(left / rate) if rate and run.state == State.RUNNING else None,
        is_idle=not at_work and is_silent(run, last),
    )


def is_silent(run: BatchRun, last: datetime | None) -> bool:
    """Nobody has begun or finished anything for as long as a lease lasts."""
    if run.state != State.RUNNING:
        return False
    return timezone.now() - max(filter(None, (run.started_at, last))) > leases.LEASE


def rate_of(run: BatchRun, rows: int) -> float | None:
    """Rows a second since it was last started."""
    if not rows or run.state not in (State.RUNNING, State.DONE):
        return None
    return rows / max(((run.finished_at or timezone.now()) - run.started_at).total_seconds(), 0.001)


# --- what comes of it ---


def download(run: BatchRun, *, by=None) -> Iterator[str]:
    """The results' csv, line by line, in the panel's order. Raises WrongState before the first line."""
    refuse_unless_done(run)
    record(Act.BATCH_DOWNLOADED, str(run), by=by)
    return batch_results.lines(run)


def summary(run: BatchRun) -> dict:
    """What the results come to (`batch_results.summary_of`). Worked out once, when the run was done."""
    refuse_unless_done(run)
    return json.loads(run.summary)


def refuse_unless_done(run: BatchRun):
    if run.state != State.DONE:
        raise WrongState(f"This panel is {run.get_state_display()}: it has results when every row is done.")


# --- what a worker does ---


def work(run_pk: int, number: int | None = None, goes_on: Callable[[], bool] = lambda: True) -> bool:
    """Estimate free chunks of a run (or the one of that number) until none is left. Whether it did any."""
    worked = False
    while goes_on() and (chunk := leases.take(run_pk, number)):
        worked = True
        estimate_chunk(chunk)
    finish(run_pk)
    return worked


def estimate_chunk(chunk: BatchChunk):
    """Its result is written, or the run stops because it would rest on other data than the rows before."""
    run = chunk.run
    before = data_now()
    reference = Reference.current()
    if not before == run.data == data_now() or run.engine != ENGINE:
        leases.give_back(chunk)
        stop(run, OTHER_DATA if run.engine == ENGINE else OTHER_RULES)
        return
    try:
        found = estimate_rows(chunk, run.as_of, reference)
    except LeaseLost:
        return
    except Exception as error:  # whatever it is, the other chunks go on
        logger.error("A chunk of %s could not be estimated: %s", run, where(error))
        leases.fail(chunk, where(error))
    except BaseException:
        leases.give_back(chunk)
        raise
    else:
        leases.write(chunk, orjson.dumps(found).decode(), sum("refusal" in row for row in found))


OTHER_DATA = (
    "The reference data (prices, plans or programs) was changed while this panel ran. Its rows would not rest on "
    "the same figures, so none are given. Start it again: every row is then estimated with the data of now."
)
OTHER_RULES = (
    "The program was updated while this panel ran. Its rows would not rest on the same rules, so none are given. "
    "Start it again: every row is then estimated with the rules of now."
)


class LeaseLost(Exception):
    """The chunk has gone to another worker: what this one finds is not asked for."""


def estimate_rows(chunk: BatchChunk, as_of: date, reference: Reference) -> list[dict]:
    """The result of each row, renewing the lease as long as the work goes on."""
    renewed = timezone.now()

    def alive():
        nonlocal renewed
        if timezone.now() - renewed > leases.LEASE / 4:
            renewed = timezone.now()
            if not leases.renew(chunk):
                raise LeaseLost

    return list(batch_rows.estimated(orjson.loads(chunk.panel), as_of, reference, alive))


def where(error: Exception) -> str:
    """What kind of error and where in the code; never its words, which may hold what stands in a row."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} ({Path(frame.filename).name}, line {frame.lineno})"


def stop(run: BatchRun, reason: str):
    BatchRun.objects.filter(pk=run.pk, state=State.RUNNING).update(state=State.STOPPED, reason=reason)


def finish(run_pk: int):
    """Done, once every chunk is: whoever comes last works out the summary."""
    run = BatchRun.objects.filter(pk=run_pk, state=State.RUNNING).first()
    if run is None or unsettled(run_pk).exists():
        return
    found = json.dumps(batch_results.summary_of(run))
    BatchRun.objects.filter(pk=run_pk, state=State.RUNNING).update(
        state=State.DONE, finished_at=timezone.now(), summary=found
    )


def unsettled(run_pk: int):
    """Chunks of a running run that are not done and not set aside."""
    open_ = BatchChunk.objects.filter(run=run_pk, run__state=State.RUNNING)
    return open_.exclude(state__in=[OfChunk.DONE, OfChunk.SET_ASIDE]).order_by("number")


def is_unsettled(run_pk: int, number: int) -> bool:
    return unsettled(run_pk).filter(number=number).exists()
