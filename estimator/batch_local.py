"""The engine that needs nothing installed: processes of this machine, each taking chunks until none is left."""

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from django.db import connection

from . import batch, batch_worker
from . import batch_leases as leases
from .batch_models import BatchRun

LOOK_EVERY = 0.2
"""Seconds between two looks at the processes."""


def run_here(
    run: BatchRun,
    processes: int | None = None,
    watch: Callable[[batch.Progress], None] = lambda progress: None,
):
    """Work on a running panel until it is done, paused, stopped or cancelled. A process that dies is replaced."""
    most = processes or len(os.sched_getaffinity(0))
    workers: list[BaseProcess] = []
    try:
        while (now := batch.progress(run)).state == BatchRun.State.RUNNING:
            watch(now)
            workers = [worker for worker in workers if worker.is_alive()]
            wanted = min(most - len(workers), leases.free(run.pk).count())
            workers += [begun(run) for _ in range(wanted)]
            if not workers:
                batch.finish(run.pk)
            time.sleep(LOOK_EVERY)
        for worker in workers:
            worker.join()
        watch(batch.progress(run))
    finally:
        for worker in workers:
            worker.terminate()


def begun(run: BatchRun) -> BaseProcess:
    """A fresh process: nothing of this one's connections or memory is shared."""
    arguments = run.pk, str(connection.settings_dict["NAME"])
    worker = multiprocessing.get_context("spawn").Process(
        target=batch_worker.main, args=arguments, daemon=True
    )
    worker.start()
    return worker
