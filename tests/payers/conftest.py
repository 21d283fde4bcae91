"""The reference data about payers as a frozen snapshot."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from payers import catalogue
from payers.reference import Payers
from tests.smallreference import folders, small_data  # noqa: F401 (fixtures)


def pytest_itemcollected(item):
    """Whoever asks for the snapshot needs a test database to read the files into."""
    if "known" in item.fixturenames:
        item.add_marker("django_db")


@pytest.fixture(scope="session")
def known(django_db_setup, django_db_blocker) -> Payers:
    """What `manage.py load_reference` knows about payers, read once; the database itself stays as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", stdout=StringIO())
        payers = catalogue.load()
        transaction.set_rollback(True)
    return payers
