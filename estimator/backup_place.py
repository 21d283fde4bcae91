"""Where a restored database grows: beside the one in use, which is untouched until the new one is complete.

The one before is kept: on SQLite as a file beside it, on PostgreSQL as a schema of another name.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from estimator.backup_file import NotDone

IN_USE = "The database is in use ({}): stop the web server and its timers first."
WAIT = 5
"""Seconds we wait for somebody else's work on the file to end."""


def before() -> str:
    return f"before_restore_{timezone.now():%Y%m%d_%H%M%S}"


def new_place(keep: bool):
    """While it lasts, the connection writes into an empty database. At its end that one is put in place, whole.

    Gives a list that says afterwards where the database of before was kept; nothing is kept of an empty one.
    """
    return {"sqlite": new_file, "postgresql": new_schema}[connection.vendor](keep)


@contextmanager
def new_file(keep: bool) -> Iterator[list[str]]:
    """The finished file is copied into the one in use by SQLite itself: whole or, after a crash, not at all."""
    target = Path(connection.settings_dict["NAME"])
    draft, kept = target.with_name(f"{target.name}.restoring"), []
    remove(draft)
    connection.close()
    connection.settings_dict["NAME"] = str(draft)
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
        yield kept
        connection.close()
        if keep:
            kept.append(str(copied(target, target.with_name(f"{target.name}.{before()}"))))
        else:
            remove(target)
        copied(draft, target)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = str(target)
        remove(draft)


def copied(source: Path, target: Path) -> Path:
    if not target.exists():
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(source, timeout=WAIT)) as old,
            closing(sqlite3.connect(target, timeout=WAIT)) as new,
        ):
            old.backup(new, progress=patience())
    except sqlite3.OperationalError as error:
        raise NotDone(IN_USE.format(error)) from None
    return target


def patience():
    """SQLite's own copying would wait for ever on a file that somebody else holds."""
    end = monotonic() + WAIT

    def progress(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > end:
            raise sqlite3.OperationalError("somebody else is writing to it")

    return progress


def opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=WAIT)


def remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


@contextmanager
def new_schema(keep: bool) -> Iterator[list[str]]:
    """One transaction: the schema of before gets another name, the new one takes its place, or nothing happens."""
    kept = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OTHERS)
        if others := cursor.fetchone()[0]:
            raise NotDone(IN_USE.format(f"{others} other connection{'s' if others > 1 else ''}"))
        cursor.execute("SELECT current_schema()")
        name = cursor.fetchone()[0]
        aside = before()
        cursor.execute(f"ALTER SCHEMA {quoted(name)} RENAME TO {quoted(aside)}")
        cursor.execute(f"CREATE SCHEMA {quoted(name)}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be altered
        yield kept
        if keep:
            kept.append(f"the schema {aside}")
        else:
            cursor.execute(f"DROP SCHEMA {quoted(aside)} CASCADE")


OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
