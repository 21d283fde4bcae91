"""Who estimates which chunk: leases that end by themselves, results that are written once.

A worker that dies, or is too slow, loses its lease; the chunk is offered again, three times at most. What a late
worker writes changes nothing: its lease is not the chunk's any more.
"""

import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from .batch_models import BatchChunk, BatchRun

LEASE = timedelta(seconds=10)
"""Renewed between the rows of a chunk, so it is as long as the slowest few rows may take on a busy machine."""
MOST_TRIES = 3
ENDED = "its worker ended without a word (killed, or out of memory)"

State = BatchChunk.State


def take(run_pk: int, number: int | None = None) -> BatchChunk | None:
    """A free chunk of a running run (or the one of that number), leased to the caller; None where there is none."""
    while True:
        with transaction.atomic():
            if not BatchRun.objects.filter(pk=run_pk, state=BatchRun.State.RUNNING).exists():
                return None
            found = free(run_pk) if number is None else free(run_pk).filter(number=number)
            chunk = locked(found.order_by("number")).first()
            if chunk is None:
                return None
            if chunk.tries < MOST_TRIES:
                return leased(chunk)
            set_aside(chunk, chunk.reason or ENDED)


def free(run_pk: int):
    """Waiting, or leased to somebody whose time is over."""
    over = Q(state=State.LEASED, leased_until__lt=timezone.now())
    return BatchChunk.objects.filter(Q(state=State.WAITING) | over, run=run_pk)


def locked(chunks):
    """Two takers get two chunks. SQLite has one writer at a time anyway."""
    can_skip = connection.features.has_select_for_update_skip_locked
    return chunks.select_for_update(skip_locked=True) if can_skip else chunks


def leased(chunk: BatchChunk) -> BatchChunk:
    chunk.state, chunk.tries = State.LEASED, chunk.tries + 1
    chunk.lease, chunk.leased_until = uuid.uuid4(), timezone.now() + LEASE
    chunk.save(update_fields=["state", "tries", "lease", "leased_until"])
    return chunk


def held(chunk: BatchChunk):
    """The chunk, as long as this lease of it is the last one given."""
    return BatchChunk.objects.filter(pk=chunk.pk, lease=chunk.lease, state=State.LEASED)


def renew(chunk: BatchChunk) -> bool:
    """More time; False where the chunk has gone to another worker."""
    return bool(held(chunk).update(leased_until=timezone.now() + LEASE))


def write(chunk: BatchChunk, result: str, refused: int) -> bool:
    """The result, once: False where another worker has the chunk, or has written it."""
    return bool(
        held(chunk).update(
            state=State.DONE,
            result=result,
            refused=refused,
            done_at=timezone.now(),
            lease=None,
            leased_until=None,
            reason="",
        )
    )


def give_back(chunk: BatchChunk):
    """Nothing was wrong with it: the next taker starts as if nobody had tried."""
    held(chunk).update(state=State.WAITING, lease=None, leased_until=None, tries=F("tries") - 1)


@transaction.atomic
def fail(chunk: BatchChunk, reason: str):
    """It could not be computed: offered again, or set aside after the third time."""
    if chunk.tries >= MOST_TRIES:
        if held(chunk).exists():
            set_aside(chunk, reason)
    else:
        held(chunk).update(state=State.WAITING, lease=None, leased_until=None, reason=reason[:200])


def set_aside(chunk: BatchChunk, reason: str):
    BatchChunk.objects.filter(pk=chunk.pk).update(
        state=State.SET_ASIDE, reason=reason[:200], lease=None, leased_until=None, done_at=timezone.now()
    )
