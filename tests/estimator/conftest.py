"""The reference data as a frozen snapshot, and an estimate asked for from it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from estimator.assemble import Reference
from estimator.estimate import Estimate, estimate
from estimator.request import RequestErrors

from .asking import TODAY, spinraza


def pytest_itemcollected(item):
    """Whoever asks for the reference data needs a test database to read it into."""
    if "reference" in item.fixturenames:
        item.add_marker("django_db")


@pytest.fixture(scope="session")
def reference(django_db_setup, django_db_blocker) -> Reference:
    """What `manage.py load_reference` knows, read once; the database itself stays as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", stdout=StringIO())
        current = Reference.current()
        transaction.set_rollback(True)
    return current


@pytest.fixture
def ask(reference):
    """The estimate of a Spinraza request from 2026-01-05, on campus, without programs; `changes` over it."""

    def asked(reference=reference, today=TODAY, **changes) -> Estimate:
        return estimate(spinraza(**changes), reference, today)

    return asked


@pytest.fixture
def refused(ask):
    """The (path, message) of every refusal."""

    def errors(**changes) -> list[tuple[str, str]]:
        with pytest.raises(RequestErrors) as caught:
            ask(**changes)
        return caught.value.errors

    return errors
