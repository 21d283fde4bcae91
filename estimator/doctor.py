"""What a person who runs this installation should know: each part looked at, in words of their trade.

Every check gives findings; what a check cannot find out is said, never passed over. `good` needs nothing done,
`look` should be seen to soon, `bad` means that the service does not do its work or is not safe.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from drugs.models import Drug
from estimator import audit, sheet_pdf
from estimator.backup_restore import damaged_estimates
from estimator.health import known_migrations
from payers.freshness import freshness_report

GOOD, LOOK, BAD = "good", "look", "bad"
MB = 1024**2
LITTLE_ROOM, NO_ROOM = 2048 * MB, 200 * MB
OLDEST_POSTGRESQL = 140000


@dataclass(frozen=True)
class Finding:
    part: str
    state: str
    words: str


def findings() -> list[Finding]:
    return [Finding(part, state, words) for part, check in CHECKS.items() for state, words in looked(check)]


def looked(check: Callable[[], Iterator[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """A check that breaks is itself a finding."""
    try:
        yield from check()
    except Error as error:
        yield BAD, f"could not be looked at, the database refused: {first_line(error)}"
    except OSError as error:
        yield BAD, f"could not be looked at: {error}"


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


# Settings and secrets


def mode() -> Iterator[tuple[str, str]]:
    if not settings.PRODUCTION:
        yield LOOK, "local mode: for this machine alone. For anything else set ESTIMATOR_MODE=production"
        return
    yield GOOD, f"production mode, answering to {', '.join(settings.ALLOWED_HOSTS)}"
    for message in checks.run_checks(include_deployment_checks=True):
        if message.level >= checks.WARNING:
            yield BAD, f"{message.id}: {message.msg}"
    if not hasattr(settings, "SECURE_PROXY_SSL_HEADER"):
        yield LOOK, "PROXY_SSL_HEADER is not set: behind a proxy every page would redirect to itself for ever"
    if not settings.PROXY_ADDRESS_HEADER:
        yield LOOK, "PROXY_ADDRESS_HEADER is not set: behind a proxy all visitors count as one address"


def secrets() -> Iterator[tuple[str, str]]:
    files = [settings.STATE_DIR / "secret_key", settings.STATE_DIR]
    if connection.vendor == "sqlite":
        files += [Path(f"{connection.settings_dict['NAME']}{end}") for end in ("", "-wal")]
    open_files = [file for file in files if file.exists() and file.stat().st_mode & stat.S_IRWXO]
    for file in open_files:
        yield BAD if settings.PRODUCTION else LOOK, f"other accounts can open {file}: chmod o-rwx {file}"
    if not open_files:
        yield GOOD, "no file with a secret or with estimates is open to other accounts"


# The database


def database() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        yield from {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor](cursor)
    applied = set(MigrationRecorder(connection).applied_migrations())
    if missing := known_migrations() - applied:
        yield BAD, f"{len(missing)} migrations are missing: run manage.py migrate"
    elif newer := applied - known_migrations():
        yield BAD, f"it belongs to a newer version ({len(newer)} unknown migrations): install that version"
    else:
        yield GOOD, "every migration of this version is applied"


def sqlite(cursor) -> Iterator[tuple[str, str]]:
    cursor.execute("PRAGMA integrity_check(3)")
    trouble = [words for (words,) in cursor.fetchall() if words != "ok"]
    for words in trouble:
        yield BAD, f"the file is damaged: {words}. Restore the last backup"
    if not trouble:
        yield GOOD, f"SQLite {connection.Database.sqlite_version}: the file is whole"
    cursor.execute("PRAGMA journal_mode")
    if (journal := cursor.fetchone()[0]) != "wal":
        yield BAD, f"its journal is {journal!r}, not 'wal': readers and writers would block each other"
    if not os.access(connection.settings_dict["NAME"], os.W_OK):
        yield BAD, "this account may not write into the file: chown it to the account of the service"


def postgresql(cursor) -> Iterator[tuple[str, str]]:
    cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_encoding')")
    version, encoding = cursor.fetchone()
    is_old = version < OLDEST_POSTGRESQL
    yield (
        LOOK if is_old else GOOD,
        f"PostgreSQL {version // 10_000}" + (": tested from 14 on" if is_old else ""),
    )
    if encoding != "UTF8":
        yield (
            BAD,
            f"its encoding is {encoding}, not UTF8: names may be refused. Make it anew with ENCODING 'UTF8'",
        )
    cursor.execute("SELECT current_setting('transaction_read_only'), pg_is_in_recovery()")
    if cursor.fetchone() != ("off", False):
        yield BAD, "it takes no writes (a standby, or default_transaction_read_only is on)"


# What it holds


def estimates() -> Iterator[tuple[str, str]]:
    damaged = damaged_estimates()
    for number in damaged[:5]:
        yield BAD, f"estimate {number} does not match its own hash: somebody or something changed it"
    if not damaged:
        yield GOOD, "every saved estimate matches its own hash"


def audit_log() -> Iterator[tuple[str, str]]:
    wrong = audit.findings(*audit.anchor_now())
    for words in wrong[:5]:
        yield BAD, words
    if not wrong:
        yield GOOD, "whole: nothing was changed, removed or moved"


def reference() -> Iterator[tuple[str, str]]:
    if not Drug.objects.exists():
        yield BAD, "no drugs are loaded, so nothing can be estimated: run manage.py load_reference"
        return
    waiting = [part for part in freshness_report(timezone.localdate()).parts if part.lines]
    for part in waiting:
        yield LOOK, f"{part.title.lower()}: {len(part.lines)}. The page /freshness/ names them"
    if not waiting:
        yield GOOD, "nothing is past its date"


# The machine


def disk() -> Iterator[tuple[str, str]]:
    places = {Path(tempfile.gettempdir()), settings.STATE_DIR}
    if connection.vendor == "sqlite":
        places.add(Path(connection.settings_dict["NAME"]).resolve().parent)
    for place in sorted(place for place in places if place.exists()):
        free = shutil.disk_usage(place).free
        state = BAD if free < NO_ROOM else LOOK if free < LITTLE_ROOM else GOOD
        yield state, f"{free // MB:,} MB free at {place}"


def static_files() -> Iterator[tuple[str, str]]:
    collect = "run manage.py collectstatic"
    stored = getattr(staticfiles_storage, "hashed_files", None)
    if stored is None:
        yield GOOD, "read straight from their folders"
        return
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    missing = [name for name in names if not is_collected(name, stored)]
    if missing:
        yield BAD, f"{len(missing)} of {len(names)} are not collected (such as {missing[0]}): {collect}"
    else:
        yield GOOD, f"all {len(names)} are collected in {settings.STATIC_ROOT}"


def is_collected(name: str, stored: dict[str, str]) -> bool:
    hashed = stored.get(name.replace("\\", "/"))
    return bool(hashed) and (Path(settings.STATIC_ROOT) / hashed).exists()


def pdf() -> Iterator[tuple[str, str]]:
    if sheet_pdf.is_possible():
        yield GOOD, "the family's sheet can be made into a PDF"
    else:
        yield LOOK, "no PDFs, since Pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0"


def queue() -> Iterator[tuple[str, str]]:
    if not settings.QUEUE:
        yield GOOD, "none is set: panels are estimated by processes of this machine"
        return
    from estimator import batch_celery  # Celery is for those alone who have set a queue

    place = urlsplit(settings.QUEUE).hostname
    try:
        listening = batch_celery.workers()
    except batch_celery.OperationalError as error:
        yield BAD, f"{place} does not answer ({first_line(error)}): panels wait, estimates go on"
        return
    if listening:
        yield GOOD, f"{place} answers, and {listening} worker{'s' if listening > 1 else ''} to it"
    else:
        yield (
            LOOK,
            f"{place} answers, but no worker listens: panels wait. docs/batch.md says how to start one",
        )


CHECKS = {
    "settings": mode,
    "secrets": secrets,
    "database": database,
    "saved estimates": estimates,
    "audit log": audit_log,
    "reference data": reference,
    "disk": disk,
    "static files": static_files,
    "PDF": pdf,
    "queue": queue,
}
