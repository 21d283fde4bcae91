"""A backup back into a database, on SQLite or PostgreSQL, whichever it came from.

An empty database is migrated to just where the backup stood, filled, checked, and only then brought up to this
version: so a backup of an older version can be restored too. What is there already is kept aside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import JSONField

from estimator.backup import AT_ONCE, kept, named
from estimator.backup_file import FORMAT, Backup, Manifest, NotDone
from estimator.backup_place import new_place
from estimator.health import known_migrations
from estimator.models import Estimate
from estimator.saved import is_intact

MADE_BY_MIGRATE = {"contenttypes.contenttype", "auth.permission", "auth.group", "auth.group_permissions"}


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    damaged: list[str]
    """Numbers of saved estimates that do not match their own hash, and did not when the backup was made."""
    kept_aside: list[str]


def checked(path: Path) -> Backup:
    """The backup, if it is whole and this version can take it. Touches nothing."""
    backup = Backup(path)
    if backup.manifest.format != FORMAT:
        raise NotDone(f"{path} was written by a newer version. Install that version first.")
    migrations = {tuple(migration) for migration in backup.manifest.migrations}
    if unknown := migrations - known_migrations():
        raise NotDone(f"{path} comes from a newer version ({named(unknown)}). Install that version first.")
    return backup


def restore(path: Path, replace: bool = False) -> Restored:
    backup = checked(path)
    is_new = is_empty()
    if not is_new and not replace:
        raise NotDone(
            "The database is not empty, so nothing was touched. With --replace it is kept aside and replaced."
        )
    try:
        with new_place(keep=not is_new) as aside:
            fill(backup)
            damaged = damaged_estimates()
    except Error as error:
        raise NotDone(f"The database refused the backup, and stays as it was: {error}") from error
    call_command("migrate", interactive=False, verbosity=0)  # nothing to do but what follows every migration
    return Restored(backup.manifest, damaged, aside)


def is_empty() -> bool:
    """No row but those that migrating makes by itself; a table that is not there is empty too."""
    try:
        with connection.cursor() as cursor:
            there = set(connection.introspection.table_names(cursor))
    except Error as error:
        raise NotDone(f"The database cannot be reached: {error}") from None
    models = [model for model in kept() if model._meta.db_table in there]
    return not any(has_rows(model) for model in models if model._meta.label_lower not in MADE_BY_MIGRATE)


def has_rows(model) -> bool:
    with connection.cursor() as cursor:  # by hand: the columns may be those of another version
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(model._meta.db_table)} LIMIT 1")
        return cursor.fetchone() is not None


def fill(backup: Backup) -> None:
    state = migrate_to(backup.manifest.migrations)
    with transaction.atomic():
        defer_checks()
        models = [state.get_model(label) for label in backup.manifest.rows]
        for model in filter(has_rows, models):
            model._base_manager.all().delete()
        for model in models:
            load(model, backup.table(model._meta.label_lower), backup.manifest.rows[model._meta.label_lower])
        count_on_from(models)
    check_now()
    migrate_to(sorted(known_migrations()))
    ContentType.objects.clear_cache()


def migrate_to(migrations: Iterable[Iterable[str]]):
    """The models as they are after just these migrations."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    wanted = {tuple(migration) for migration in migrations} & set(nodes)
    last = [key for key in sorted(wanted) if not any(child.key in wanted for child in same_app(nodes[key]))]
    return executor.migrate(last).apps


def same_app(node) -> Iterator:
    return (child for child in node.children if child.key[0] == node.key[0])


def load(model, lines: Iterator[list], expected: int) -> None:
    known, names = {field.attname: field for field in model._meta.concrete_fields}, next(lines)
    if set(names) != set(known):
        raise NotDone(f"The backup's table {model._meta.label_lower} has other columns than it should.")
    fields = [known[name] for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"
    count = 0
    with connection.cursor() as cursor:
        while rows := list(islice(lines, AT_ONCE)):
            cursor.executemany(statement, [stored(fields, row) for row in rows])
            count += len(rows)
    if count != expected:
        raise NotDone(f"The backup's table {model._meta.label_lower} has {count} rows instead of {expected}.")


def stored(fields, row: list) -> list:
    """The values of a row as this database wants them."""
    return [
        field.get_db_prep_save(
            value if value is None or isinstance(field, JSONField) else field.to_python(value), connection
        )
        for field, value in zip(fields, row, strict=True)
    ]


def defer_checks() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_now() -> None:
    """Every reference leads somewhere. SQLite has asked that when the rows were committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def count_on_from(models) -> None:
    """New rows get numbers after the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def damaged_estimates() -> list[str]:
    saved = Estimate.objects.order_by("pk").iterator(AT_ONCE)
    return [estimate.number for estimate in saved if not is_intact(estimate)]
