"""What every page sends along in production: the Observatory's score, cookies, and nothing to keep in a cache."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests import observatory
from tests.people import person

from .test_settings import PRODUCTION, settings_with  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
HOST = {"host": "estimator.example.org"}
AT_LEAST = 130

PAGES = {
    "front page": ("/", 200),
    "form": ("/estimate/?drug=spinraza", 404),
    "drugs": ("/drugs/", 200),
    "payers": ("/payers/", 200),
    "sign-in": ("/sign-in/", 200),
    "sign-in of the administration": ("/admin/login/", 200),
    "a page to sign in for": ("/estimates/", 302),
    "share link that does not work": ("/share/wrong", 404),
    "nothing there": ("/no-such-page/", 404),
    "the clock of a session": ("/session/left/", 200),
}
SIGNED_IN = {
    "saved estimates": ("/estimates/", 200),
    "an estimate that is not there": (f"/estimates/{uuid4()}/", 404),
    "account": ("/account/", 200),
    "second factor": ("/account/second-factor/", 200),
    "password": ("/account/password/", 200),
    "freshness": ("/freshness/", 200),
    "administration": ("/admin/", 200),
    "people": ("/admin/auth/user/add/", 200),
    "audit log": ("/admin/estimator/auditevent/", 200),
    "upload": ("/admin/drugs/importbatch/add/", 200),
}
NAMES = ("SECURE_", "SESSION_COOKIE", "CSRF_COOKIE", "ALLOWED_HOSTS")


@pytest.fixture
def production(settings_with, settings):  # noqa: F811 (the fixture)
    for name, value in settings_with(**PRODUCTION).items():
        if name.startswith(NAMES):
            setattr(settings, name, value)


@pytest.fixture
def chief(production):
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


def checked(client, address, status):
    answer = client.get(address, secure=True, headers=HOST)
    assert answer.status_code == status
    score, modifiers = observatory.score(answer, client.get(address, headers=HOST))
    assert score >= AT_LEAST, modifiers
    assert "no-store" in answer.headers["Cache-Control"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "Server" not in answer.headers
    return modifiers


def test_every_page_reaches_the_observatory_s_130_in_production(production):
    for address, status in PAGES.values():
        modifiers = checked(Client(), address, status)
        assert min(modifiers.values()) >= 0


def test_so_does_every_page_behind_the_sign_in(chief):
    for address, status in SIGNED_IN.values():
        checked(chief, address, status)


def test_with_its_cookies_the_sign_in_page_reaches_135(production):
    answer = Client().get("/sign-in/", secure=True, headers=HOST)
    score, _ = observatory.score(answer, Client().get("/sign-in/", headers=HOST))
    assert score == 135


def test_a_weaker_answer_would_be_found(production):
    """The scale itself: without these headers the score falls as published."""
    plain = Client().get("/", headers=HOST)
    for header, falls in {
        "Content-Security-Policy": -25,
        "Strict-Transport-Security": -20,
        "Referrer-Policy": 0,
        "Cross-Origin-Resource-Policy": 0,
        "X-Content-Type-Options": -5,
    }.items():
        answer = Client().get("/sign-in/", secure=True, headers=HOST)
        del answer.headers[header]
        score, modifiers = observatory.score(answer, plain)
        assert score < 135
        assert min(modifiers.values()) == falls
    answer.cookies["__Host-sessionid"] = "x"
    assert observatory.cookies(answer) == -40


def test_cookies_belong_to_this_host_alone(production):
    person("maria", "counselor")
    client = Client()
    answer = client.post(
        "/sign-in/", {"username": "maria", "password": "horse-battery"}, secure=True, headers=HOST
    )
    assert answer.status_code == 302
    assert {name[:7] for name in answer.cookies} == {"__Host-"}
    for cookie in answer.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
        assert cookie["max-age"] == "" or "csrf" in cookie.key


# Size limits


@pytest.mark.parametrize("address", ["/", "/estimate/", "/sign-in/", "/share/x", "/no-such-page/"])
def test_a_stranger_sends_no_more_than_a_form(client, address):
    answer = client.generic("POST", address, b"x" * (1024 * 1024 + 1), "application/octet-stream")
    assert answer.status_code == 413
    assert "Nothing of it was read" in " ".join(answer.text.split())


def test_somebody_signed_in_may_send_a_file_but_no_larger_one(client):
    client.force_login(person("ed", "editor"))
    one = {"content_type": "multipart/form-data; boundary=x"}
    assert client.post("/admin/drugs/importbatch/add/", b"x" * (2 * 1024 * 1024), **one).status_code in (
        200,
        400,
    )
    client.post("/", CONTENT_LENGTH=str(22 * 1024 * 1024))
    assert client.post("/", CONTENT_LENGTH=str(22 * 1024 * 1024)).status_code == 413


def test_a_length_that_is_no_number_is_not_ours_to_read(client):
    assert client.get("/sign-in/", CONTENT_LENGTH="many").status_code == 200
