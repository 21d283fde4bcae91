"""The family's sheet as a PDF. WeasyPrint needs Pango from the system: without it there is none.

At most two are made at once on this server, whatever asks for them; one that takes 20 seconds is stopped.
"""

import fcntl
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from time import monotonic, sleep

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

PAPER = {"letter": "@page { size: Letter }", "a4": "@page { size: A4 }"}
AT_ONCE = 2
SECONDS = 20
PATIENCE = 3
"""Seconds to wait for a turn: one PDF takes less."""


class NotMade(Exception):
    """No PDF this time; asking again later may give one."""


@cache
def weasyprint():
    """The library; None where it or Pango is missing."""
    try:
        import weasyprint as library
    except (ImportError, OSError):
        return None
    return library


def is_possible() -> bool:
    return weasyprint() is not None


def sheet_pdf(context: dict, paper: str = "letter") -> bytes:
    """Raises NotMade where two others are being made, or where it takes too long."""
    page = render_to_string("estimator/sheet_pdf.html", context)
    with turn():
        return printed_apart(page, [css(), PAPER[paper]])


# One of two turns


@contextmanager
def turn() -> Iterator[None]:
    """Held by a lock on a file, so that every worker counts, and a worker that dies gives it back."""
    ends = monotonic() + PATIENCE
    while (held := free_turn()) is None:
        if monotonic() > ends:
            raise NotMade
        sleep(0.05)
    try:
        yield
    finally:
        os.close(held)


def free_turn() -> int | None:
    """The open file that holds a turn."""
    for number in range(AT_ONCE):
        file = os.open(
            settings.STATE_DIR / f"pdf-{number}.lock", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            return file
    return None


# A process of its own


def printed_apart(page: str, styles: list[str]) -> bytes:
    from estimator import sheet_printer  # only here: without Pango it cannot be imported

    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = processes().Process(
        target=sheet_printer.answer, args=(theirs, page, styles, SECONDS), daemon=True
    )
    child.start()
    theirs.close()
    try:
        if not ours.poll(SECONDS):
            raise NotMade
        return ours.recv_bytes()
    except EOFError as error:
        raise NotMade from error
    finally:
        child.kill()
        child.join()
        ours.close()


@cache
def processes():
    """Children are forked from one small process that has the library loaded, never from here: we have threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["estimator.sheet_printer"])
    return context


@cache
def css() -> str:
    with open(finders.find("css/sheet.css"), encoding="utf-8") as file:
        return file.read()
