"""Leases of chunks: one taker at a time, three tries, a result that is written once, whoever comes late."""

from datetime import timedelta

import pytest
from django.utils import timezone

from estimator import batch
from estimator import batch_leases as leases
from estimator.batch_models import BatchChunk, BatchRun

pytestmark = pytest.mark.django_db
State = BatchChunk.State


@pytest.fixture
def run():
    """A running run of two chunks with two rows each."""
    run = BatchRun.objects.create(
        file_name="p.csv",
        sha256="0" * 64,
        rows=4,
        as_of="2026-11-21",
        created_at=timezone.now(),
        engine="1.0",
    )
    for number in range(2):
        BatchChunk.objects.create(run=run, number=number, rows=2, panel="[]")
    batch.start(run)
    return run


def lapse(chunk: BatchChunk):
    """Time goes by, and the lease is over."""
    BatchChunk.objects.filter(pk=chunk.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


def stored(chunk: BatchChunk) -> BatchChunk:
    return BatchChunk.objects.get(pk=chunk.pk)


def test_each_chunk_is_given_to_one_taker(run):
    taken = [leases.take(run.pk) for _ in range(3)]
    assert [chunk and chunk.number for chunk in taken] == [0, 1, None]


def test_a_chunk_is_offered_again_when_its_lease_is_over(run):
    first = leases.take(run.pk, 0)
    assert leases.take(run.pk, 0) is None
    lapse(first)
    assert leases.take(run.pk, 0).lease != first.lease


def test_a_lease_that_is_renewed_is_not_over(run):
    chunk = leases.take(run.pk, 0)
    lapse(chunk)
    assert leases.renew(chunk)
    assert leases.take(run.pk, 0) is None


def test_what_a_late_worker_writes_changes_nothing(run):
    late = leases.take(run.pk, 0)
    lapse(late)
    second = leases.take(run.pk, 0)
    assert not leases.write(late, "[late]", 0)
    assert not leases.renew(late)
    assert leases.write(second, "[second]", 0)
    assert not leases.write(second, "[again]", 0)
    assert (stored(late).result, stored(late).state) == ("[second]", State.DONE)


def test_a_chunk_that_kills_its_workers_is_set_aside_after_three_tries(run):
    for _ in range(leases.MOST_TRIES):
        lapse(leases.take(run.pk, 0))
    assert leases.take(run.pk, 0) is None
    found = run.chunks.get(number=0)
    assert (found.state, found.tries, found.reason) == (State.SET_ASIDE, 3, leases.ENDED)
    assert leases.take(run.pk).number == 1


def test_a_chunk_that_fails_three_times_is_set_aside_with_its_reason(run):
    for _ in range(leases.MOST_TRIES):
        leases.fail(leases.take(run.pk, 0), "ValueError in somewhere")
    found = run.chunks.get(number=0)
    assert (found.state, found.reason) == (State.SET_ASIDE, "ValueError in somewhere")


def test_a_chunk_given_back_has_not_been_tried(run):
    leases.give_back(leases.take(run.pk, 0))
    assert (run.chunks.get(number=0).state, run.chunks.get(number=0).tries) == (State.WAITING, 0)


@pytest.mark.parametrize("move", [batch.pause, batch.cancel], ids=["paused", "cancelled"])
def test_a_run_that_does_not_run_gives_no_chunk(run, move):
    move(run)
    assert leases.take(run.pk) is None
