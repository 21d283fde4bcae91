"""Who estimates a panel's chunks: processes of this machine, or Celery workers of any number of machines.

Both do the same (`batch.work`), so their results are the same byte for byte. ESTIMATOR_QUEUE decides.
"""

import subprocess
import sys
from threading import Thread

from django.conf import settings

from .batch import pause
from .batch_models import BatchRun


class EngineDown(Exception):
    """Nobody takes the work now, in words for the person. The run stays as it is and can be resumed."""


def launch(run: BatchRun):
    """Have a running panel worked on, and return at once. Raises EngineDown; the panel is then paused."""
    try:
        (send if settings.QUEUE else detach)(run)
    except EngineDown:
        pause(run)
        raise


def send(run: BatchRun):
    from .batch_celery import send  # Celery is for those alone who have set a queue

    send(run)


def detach(run: BatchRun):
    """A process of its own goes on when the request, or the server, that began it ends."""
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    try:
        begun = subprocess.Popen(
            [*manage, "batch", "--resume", str(run.public_id), "--while-running"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineDown(
            f"No process could be started on this machine ({error.strerror}). Try again."
        ) from None
    Thread(target=begun.wait, daemon=True).start()  # so that no ended process is left in the system's list
