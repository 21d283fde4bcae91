"""The engine for many machines: Celery workers take numbers of chunks from a Redis, and the rows from the database.

    celery -A estimator.batch_celery worker --concurrency 4

A task is two numbers, so nothing about a patient passes through the queue. The lease of the chunk decides who may
write; the queue only says that there is something to do. So a task that comes twice, or late, does no harm.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "estimator.settings")  # before Celery looks for Django

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

VISIBLE_AGAIN_AFTER = 15
"""Seconds after which a task that nobody has acknowledged is given to another worker; longer than a lease."""
LOOK_EVERY = 3
RECOVERED_WITHIN = VISIBLE_AGAIN_AFTER + 2 * LOOK_EVERY
"""Seconds from the death of a worker to its chunk at work again, where another worker is free."""

app = Celery("estimator", broker=settings.QUEUE or None)
app.conf.update(
    task_default_queue=settings.QUEUE_NAME,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "global_keyprefix": f"{settings.QUEUE_NAME}:",
        "visibility_timeout": VISIBLE_AGAIN_AFTER,
        "unacked_restore_interval": LOOK_EVERY,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 5,
    },
)


@app.task(name="estimator.chunk", bind=True, max_retries=None)
def chunk(self, run_pk: int, number: int):
    """Estimate a chunk; one that another worker holds is looked at again when that lease is over."""
    from .batch import is_unsettled, work
    from .batch_leases import LEASE

    if not work(run_pk, number) and is_unsettled(run_pk, number):
        raise self.retry(countdown=LEASE.total_seconds() + 1)


def send(run):
    """A task for each chunk that is not settled. Raises EngineDown."""
    from .batch import unsettled
    from .engines import EngineDown

    try:
        with app.connection_for_write(settings.QUEUE) as connection:
            for number in unsettled(run.pk).values_list("number", flat=True):
                chunk.apply_async(
                    (run.pk, number), connection=connection, queue=settings.QUEUE_NAME, retry=False
                )
    except OperationalError:
        raise EngineDown(
            "The queue (ESTIMATOR_QUEUE) does not answer, so no worker hears of this panel. What was done is kept: "
            "resume the panel when the queue is back."
        ) from None


def workers() -> int:
    """How many workers listen to the queue. Raises OperationalError where it does not answer."""
    with app.connection_for_write(settings.QUEUE) as connection:
        connection.ensure_connection(max_retries=1, timeout=3)
        return len(app.control.ping(timeout=1, connection=connection))
