"""Everything the database holds as one file, the same for SQLite and PostgreSQL, taken while people work.

All rows are read in one transaction that sees one state: a deferred one on SQLite (which does not keep writers
waiting, as ours otherwise do), REPEATABLE READ on PostgreSQL. Sessions stay out: they are keys to the site.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import JSONField, Model
from django.utils import timezone

from estimator.backup_file import Manifest, NotDone, Writer
from estimator.health import known_migrations
from estimator.version import ENGINE

AT_ONCE = 500
PLAIN = (bool, int, str, type(None))


def backup(path: Path) -> tuple[Manifest, str]:
    """Write it. Tells what is in it, and its SHA-256."""
    with Writer(path) as writer, one_state():
        migrations = applied()
        rows = {
            model._meta.label_lower: writer.table(model._meta.label_lower, table(model)) for model in kept()
        }
        made_at = timezone.now().isoformat(timespec="seconds")
        manifest = Manifest(made_at, ENGINE, connection.vendor, migrations, rows)
        return manifest, writer.finish(manifest)


@contextmanager
def one_state() -> Iterator[None]:
    """Every question until the end is answered from the same state of the database."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def applied() -> list[list[str]]:
    """The migrations of this database, which must be those of this version: else columns would be left out."""
    found = set(MigrationRecorder(connection).applied_migrations())
    if missing := known_migrations() - found:
        raise NotDone(
            f"The database has not been migrated ({named(missing)}): run `manage.py migrate` first."
        )
    if unknown := found - known_migrations():
        raise NotDone(
            f"The database belongs to a newer version ({named(unknown)}): use that one to back it up."
        )
    return sorted(map(list, found))


def named(migrations: set[tuple[str, str]]) -> str:
    return ", ".join(f"{app}.{name}" for app, name in sorted(migrations)[:3])


def kept() -> list[type[Model]]:
    """Every table of ours and of the libraries, those between many and many included."""
    found = apps.get_models(include_auto_created=True)
    return [
        model for model in found if model._meta.managed and not model._meta.proxy and model is not Session
    ]


def table(model: type[Model]) -> Iterator[list]:
    """The columns of a table, then its rows, as JSON can hold them."""
    fields = model._meta.concrete_fields
    yield [field.attname for field in fields]
    for row in model._base_manager.order_by("pk").iterator(AT_ONCE):
        yield [text_of(field, row) for field in fields]


def text_of(field, row: Model):
    """Times keep every microsecond, decimals every place: the field writes them, and reads them back."""
    value = getattr(row, field.attname)
    return value if isinstance(value, PLAIN) or isinstance(field, JSONField) else field.value_to_string(row)
