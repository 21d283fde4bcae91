"""Guessing passwords: counted by the visitor's own address, and nothing of what was typed is kept."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from estimator.models import AuditEvent
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db


def tries(address, name, password="wrong"):
    proxied = Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": f"9.9.9.9, {address}"})
    return proxied.post("/sign-in/", {"username": name, "password": password})


@pytest.fixture(autouse=True)
def behind_a_proxy(settings):
    settings.PROXY_ADDRESS_HEADER = "X-Forwarded-For"


def test_a_stranger_locks_nobody_out_but_themselves(settings):
    person("maria", "counselor")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = tries("198.51.100.7", "maria")
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.text
    assert tries("198.51.100.7", "maria", PASSWORD).status_code == 429
    assert tries("203.0.113.9", "maria", PASSWORD).status_code == 302


def test_one_address_tries_no_more_than_a_hundred_passwords_whatever_the_names(settings):
    settings.FAILURES_OF_AN_ADDRESS = 12
    person("maria", "counselor")
    statuses = [tries("2001:db8:1:2::7", f"name {number}").status_code for number in range(14)]
    assert statuses == [200] * 12 + [429] * 2
    assert tries("2001:db8:1:2:9::1", "maria", PASSWORD).status_code == 429  # the same household
    assert tries("203.0.113.9", "maria", PASSWORD).status_code == 302
    assert AccessAttempt.objects.count() == 12
    assert AuditEvent.objects.filter(act="sign_in_failed").count() == 12


@pytest.mark.parametrize("said", ["nonsense", "", "198.51.100.7:99"])
def test_an_address_nobody_can_read_counts_as_one(settings, said):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = Client(REMOTE_ADDR="unix", headers={"X-Forwarded-For": said}).post(
            "/sign-in/", {"username": "maria", "password": "wrong"}
        )
    assert answer.status_code == 429


def test_nothing_typed_is_kept_with_the_count(client):
    maria = person("maria", "counselor")
    client.force_login(maria)
    client.post("/sign-in/?next=/x-secret/", {"username": "maria", "password": "a-secret"})
    secrets = {"old_password": "b-secret", "new_password1": "c-secret", "new_password2": "c-secret"}
    client.post("/account/password/", secrets)
    client.post("/sign-out/")
    client.post("/sign-in/?next=/x-secret/", {"username": "maria", "password": "a-secret"})
    assert AccessAttempt.objects.exists()
    assert "secret" not in str(list(AccessAttempt.objects.values()))
