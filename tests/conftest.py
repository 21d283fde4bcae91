"""What every test stands on: a database of its own, plain static files, no network."""

import os
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck, Phase
from hypothesis import settings as properties

from estimator.assemble import Reference

# The same examples in every run; ESTIMATOR_PROPERTIES=long tries many more.
PROPERTIES = {
    "deadline": None,
    "database": None,
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
    "suppress_health_check": list(HealthCheck),
}
properties.register_profile("ci", max_examples=60, derandomize=True, **PROPERTIES)
properties.register_profile("long", max_examples=10_000, **PROPERTIES)
properties.load_profile("long" if os.environ.get("ESTIMATOR_PROPERTIES") == "long" else "ci")


def pytest_addoption(parser):
    parser.addoption("--only-database", action="store_true", help="only what another database could change")


def pytest_configure():
    """Static files come straight from their folders, not from an earlier collectstatic. Hashing is quick."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT = None
    if connection.vendor == "postgresql":  # what a test has written need not outlive a power cut
        connection.settings_dict["OPTIONS"]["options"] = "-c synchronous_commit=off"
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


READS_ONLY = pytest.StashKey[bool]()


def pytest_itemcollected(item):
    """Whoever asks for the snapshot needs a test database to read the files into."""
    if "loaded" in item.fixturenames and not touches_database(item):
        item.add_marker("django_db")
        item.stash[READS_ONLY] = True


def pytest_collection_modifyitems(config, items):
    if config.getoption("--only-database"):
        chosen = [item for item in items if depends_on_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not depends_on_database(item)])
        items[:] = chosen


def depends_on_database(item):
    """Queries and everything around them. A snapshot that is read already is the same on every database (the tests of
    the catalogues hold it), and a browser meets no query that the tests of the views do not meet."""
    reads_only = item.stash.get(READS_ONLY, False) or "live_server" in item.fixturenames
    return touches_database(item) and not reads_only


def touches_database(item):
    return (
        item.get_closest_marker("django_db") is not None
        or not {"db", "transactional_db", "live_server"}.isdisjoint(item.fixturenames)
        or issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    )


def pytest_runtest_setup(item):
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        pytest.skip("holds on PostgreSQL alone: run ./test with a server that answers")
    if item.get_closest_marker("sqlite") and connection.vendor != "sqlite":
        pytest.skip("holds on SQLite alone")


def pytest_terminal_summary(terminalreporter):
    """What tests have counted (`record_property("counted", ...)`), also where several processes ran them."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "counted" and report.when == "call":
                terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory, worker_id):
    """A database no other run shares; on SQLite a file, so that a live server has its own connections."""
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    else:
        name = f"test_estimator_{os.getpid()}"
    connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Between tests every table is emptied. The audit log's guard would refuse that, so it stands down; the tests
    of the log put it up again."""
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        import_module("estimator.migrations.0003_audit_and_second_factor").unguard(None, editor)


@pytest.fixture(scope="session")
def loaded(django_db_setup, django_db_blocker):
    """What `manage.py load_reference` makes of the files, read once: the (model, rows) of every table it fills, and
    the snapshot of them. The database itself stays as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = {model for model, rows in tables() if rows}
        call_command("load_reference", stdout=StringIO())
        filled = [(model, rows) for model, rows in tables() if rows and model not in before]
        current = Reference.current()
        transaction.set_rollback(True)
    return SimpleNamespace(tables=filled, reference=current)


@pytest.fixture(scope="session")
def reference(loaded) -> Reference:
    """What `manage.py load_reference` knows. A test of this alone needs no database of its own."""
    return loaded.reference


@pytest.fixture
def reference_data(db, put_back):
    """The database as `manage.py load_reference` leaves it."""
    put_back()


@pytest.fixture(scope="session")
def put_back(loaded):
    """Fills an empty database with what was loaded before, ten times as fast: `put_back()`."""

    def fill():
        with transaction.atomic(), connection.cursor() as cursor:
            for model, rows in loaded.tables:
                values = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table_of(model)} VALUES ({values})", rows)
            models = [model for model, _ in loaded.tables]
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)

    return fill


def tables():
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {table_of(model)}")
            yield model, cursor.fetchall()


def table_of(model):
    return connection.ops.quote_name(model._meta.db_table)


@pytest.fixture(scope="session")
def leave_out():
    """Skip a test for want of something, or fail it where ESTIMATOR_REQUIRE names that thing."""

    def decide(part, reason):
        if part in os.environ.get("ESTIMATOR_REQUIRE", "").split(","):
            pytest.fail(reason)
        pytest.skip(reason)

    return decide
