"""A database of its own for these tests: the reference data, a counselor and a session, under no transaction."""

import os
import shutil
import sys
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from estimator.people import make_roles
from tests.estimator.elsewhere import server, switched
from tests.people import person

from .cluster import Cluster, NotHere
from .serving import Server

sys.path.append(str(Path(__file__).parent))  # a process of its own finds its module there by its bare name
ROUNDS = int(os.environ.get("ESTIMATOR_FAULT_ROUNDS", "20"))


@pytest.fixture
def rounds():
    return ROUNDS


@pytest.fixture
def count(record_property):
    """What a test has counted stands at the end of the whole run."""
    return lambda text: record_property("counted", text)


class Database:
    """Where it is, for a server; and how a test looks into it itself."""

    def __init__(self, name: str, port: int | None = None):
        self.name, self.port = name, port

    @property
    def address(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.name}"
        given = connection.settings_dict
        login = f"{quote(given['USER'])}:{quote(given['PASSWORD'] or '')}"
        return f"postgres://{login}@{given['HOST']}:{self.port or given['PORT'] or 5432}/{self.name}"

    def here(self):
        return switched(self.name, PORT=self.port) if self.port else switched(self.name)


@pytest.fixture(scope="session")
def prepared(django_db_setup, django_db_blocker, tmp_path_factory):
    """A copy of the migrated database, filled."""
    with django_db_blocker.unblock():
        database = Database(copy_of_the_database(tmp_path_factory))
        with database.here():
            call_command("load_reference", stdout=StringIO())
            client = Client()
            make_roles()
            client.force_login(person("counselor", "counselor"))
            database.session = client.cookies[settings.SESSION_COOKIE_NAME].value
        yield database
        drop(database.name)


@pytest.fixture
def database(transactional_db, prepared):
    return prepared


def copy_of_the_database(tmp_path_factory) -> str:
    here = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        return str(shutil.copy(here, tmp_path_factory.mktemp("faults") / "faults.sqlite3"))
    name = f"test_faults_{os.getpid()}"
    with server("postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(LET_GO, [here])
        admin.execute(f'CREATE DATABASE {name} TEMPLATE "{here}"')
    return name


# A thread of an earlier test may have left a connection behind; a database that anybody holds cannot be copied.
LET_GO = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND state = 'idle' AND pid <> pg_backend_pid()
"""


def drop(name: str) -> None:
    if connection.vendor == "postgresql":
        with server("postgres") as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def own_server(database, leave_out):
    """A PostgreSQL server for this test alone, with a copy of that database: own_server(small_disk=False)."""
    clusters = []

    def started(**how) -> tuple[Cluster, Database]:
        try:
            clusters.append(Cluster(connection.settings_dict["USER"], **how))
        except NotHere as reason:
            leave_out("postgresql", str(reason))
        clusters[-1].copy("faults", connection.settings_dict | {"NAME": database.name})
        copy = Database("faults", clusters[-1].port)
        copy.session = database.session
        return clusters[-1], copy

    yield started
    for cluster in clusters:
        cluster.remove()


@pytest.fixture
def serve(database):
    """A server on that database: serve(), stopped when the test ends."""
    servers = []

    def started(address: str = "", **more) -> Server:
        servers.append(Server(address or database.address, **more))
        return servers[-1]

    yield started
    for one in servers:
        one.stop()
