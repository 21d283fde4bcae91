"""What a monitor is told."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

pytestmark = pytest.mark.django_db


def test_whether_the_process_answers_is_told_without_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"alive": True})
    assert response.headers["Cache-Control"] == "no-store"


def test_a_migrated_database_is_ready_and_asked_little(client, django_assert_max_num_queries):
    client.get("/health/ready/")
    with django_assert_max_num_queries(3):
        response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (200, {"ready": True})


def test_a_missing_migration_is_not_ready(client):
    MigrationRecorder(connection).record_unapplied("estimator", "0002_share_links")
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (503, {"ready": False, "reason": "migrations"})


def test_a_database_that_is_gone_is_not_ready_and_nothing_of_it_is_told(client, monkeypatch):
    def gone(self):
        raise OperationalError('connection to server at "10.0.0.7", user "estimator" failed: password')

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", gone)
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (503, {"ready": False, "reason": "database"})


def test_a_monitor_beside_the_process_is_not_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/"]
    assert client.get("/health/").status_code == 200
    assert client.get("/").status_code == 301


@pytest.mark.parametrize("address", ["/health/", "/health/ready/"])
def test_nothing_can_be_sent_there(client, address):
    assert client.post(address).status_code == 405
