"""Panels in real processes: of this machine, and Celery workers at a real Redis. Some are killed in mid-chunk."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from estimator import batch, engines
from estimator.assemble import Reference
from estimator.batch_celery import RECOVERED_WITHIN, app
from estimator.batch_local import run_here
from estimator.batch_models import BatchChunk, BatchRun

from .panels import many, results_of, run_of

REDIS = os.environ.get("ESTIMATOR_TEST_QUEUE", "redis://127.0.0.1:6379/13")
ROWS = many(48)
LEASED = {"state": BatchChunk.State.LEASED}


@pytest.fixture
def run(transactional_db, reference_data) -> BatchRun:
    return run_of(Reference.current(), *ROWS, chunk_rows=12)


@pytest.fixture
def expected(run) -> str:
    """The results as one process finds them, in chunks of another size."""
    return results_of(run_of(Reference.current(), *ROWS, chunk_rows=20))


def test_a_killed_process_is_replaced_and_the_results_are_the_same(run, expected):
    killed = []

    def kill_one(progress):
        if not killed and run.chunks.filter(**LEASED).exists():
            killed.append(multiprocessing.active_children()[0])
            for child in multiprocessing.active_children():
                os.kill(child.pid, signal.SIGKILL)
                child.join()
            run.chunks.filter(**LEASED).update(leased_until=run.created_at)  # time goes by

    batch.start(run)
    run_here(run, 2, kill_one)
    run.refresh_from_db()
    assert killed
    assert max(run.chunks.values_list("tries", flat=True)) == 2
    assert "".join(batch.download(run)) == expected


def test_a_worker_killed_in_mid_chunk_is_recovered_within_half_a_minute(run, expected, queue):
    assert RECOVERED_WITHIN <= 30
    with worker("a") as first, worker("b"):
        batch.start(run)
        engines.launch(run)
        wait_for(lambda: run.chunks.filter(**LEASED).count() == 2, 60)
        first.kill()
        wait_for(lambda: batch.progress(run).state == BatchRun.State.DONE, 30)
    assert max(run.chunks.values_list("tries", flat=True)) > 1
    assert "".join(batch.download(run)) == expected


def test_a_queue_that_is_down_leaves_the_panel_paused_to_be_resumed(run, settings):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.QUEUE = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
    batch.start(run)
    with pytest.raises(engines.EngineDown, match="does not answer"):
        engines.launch(run)
    assert batch.progress(run).state == BatchRun.State.PAUSED
    batch.resume(run)


@pytest.fixture
def queue(settings, leave_out, monkeypatch) -> str:
    """A queue that no other run of the tests shares."""
    place = urlsplit(REDIS)
    try:
        socket.create_connection((place.hostname, place.port), timeout=2).close()
    except OSError:
        leave_out("redis", f"no Redis at {place.hostname}:{place.port}")
    settings.QUEUE, settings.QUEUE_NAME = REDIS, f"test-{os.getpid()}-{time.time_ns()}"
    monkeypatch.setitem(app.conf.broker_transport_options, "global_keyprefix", f"{settings.QUEUE_NAME}:")
    return settings.QUEUE_NAME


@contextmanager
def worker(name: str):
    """A Celery worker in a process of its own, on the database of the tests."""
    command = [sys.executable, "-m", "celery", "-A", "estimator.batch_celery", "worker"]
    process = subprocess.Popen(
        [
            *command,
            "--pool",
            "solo",
            "--without-mingle",
            "--without-gossip",
            "-n",
            f"{name}@test",
            "-l",
            "ERROR",
        ],
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "ESTIMATOR_QUEUE": settings.QUEUE,
            "ESTIMATOR_QUEUE_NAME": settings.QUEUE_NAME,
        },
        cwd=settings.BASE_DIR,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def wait_for(condition, seconds: float):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.02)
