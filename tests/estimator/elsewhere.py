"""Another database for a while: empty, on the same engine as the test run, gone afterwards."""

import os
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def empty_database(folder):
    """Gives a context manager that switches the default connection over to it, as often as one likes."""
    if connection.vendor == "sqlite":
        yield lambda: switched(str(folder / "elsewhere.sqlite3"))
        return
    name = f"test_elsewhere_{os.getpid()}"
    with server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield lambda: switched(name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def switched(name, **more):
    """`more` are other settings of the connection, such as another server's PORT."""
    there = {"NAME": name, **more}
    here = {key: connection.settings_dict[key] for key in there}
    connection.close()
    connection.settings_dict.update(there)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(here)


def server(name=None):
    """A connection of its own to the server."""
    given = connection.settings_dict
    login = {"user": given["USER"], "password": given["PASSWORD"] or None}
    return psycopg.connect(
        host=given["HOST"], port=given["PORT"] or 5432, dbname=name or given["NAME"], autocommit=True, **login
    )
