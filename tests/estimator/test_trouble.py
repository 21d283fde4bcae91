"""A storage that does not answer gets a page in plain words; a mistake of ours stays a 500.

No test here asks for a database, so pytest-django refuses every query: these pages make none.
"""

import errno

import pytest
from django import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import Client
from django.urls import include, path

pytestmark = pytest.mark.django_db

OUT_OF_SERVICE = [
    db.OperationalError("the connection is lost"),
    db.InterfaceError("connection already closed"),
    db.InternalError("cannot execute INSERT in a read-only transaction"),
    db.DatabaseError("database disk image is malformed"),
    OSError(errno.ENOSPC, "No space left on device"),
]
MISTAKES = [
    db.DataError("value too long"),
    db.IntegrityError("UNIQUE constraint failed"),
    db.ProgrammingError("syntax error"),
    KeyError("drug"),
    FileNotFoundError(errno.ENOENT, "No such file"),
]
NEXT: list[Exception] = []


def broken(request):
    raise NEXT[0]


def with_a_session_not_written(request):
    """As Django's session store and its middleware raise it."""
    try:
        try:
            raise NEXT[0]
        except db.DatabaseError:
            raise UpdateError  # noqa: B904 as Django does, whose context is what tells
    except UpdateError:
        raise SessionInterrupted("The session was deleted before the request completed.")  # noqa: B904


urlpatterns = [
    path("broken/", broken),
    path("session/", with_a_session_not_written),
    path("", include("estimator.urls")),
]
handler400 = "estimator.trouble.bad_request"
handler500 = "estimator.trouble.went_wrong"


@pytest.fixture
def answer_to():
    def answered(error, method="get", address="/broken/"):
        NEXT[:] = [error]
        return getattr(Client(raise_request_exception=False), method)(address, {"label": "Ann Smith"})

    return answered


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("error", OUT_OF_SERVICE, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_storage_that_does_not_work_is_said_in_plain_words(answer_to, error, method):
    response = answer_to(error, method)
    assert response.status_code == 503
    assert "The service is out of order just now" in response.text
    assert "nothing is saved twice" in response.text
    assert response.headers["Retry-After"] == "30"
    assert response.headers["Cache-Control"] == "no-store"
    for told in (str(error), "Traceback", "Ann Smith"):
        assert told not in response.text


@pytest.mark.urls(__name__)
def test_a_session_that_a_full_disk_did_not_take_is_the_storage_s_trouble(answer_to):
    assert answer_to(db.OperationalError("database or disk is full"), address="/session/").status_code == 503


@pytest.mark.urls(__name__)
def test_a_session_that_was_ended_elsewhere_is_no_trouble_of_the_storage(answer_to):
    gone = db.DatabaseError("Forced update did not affect any rows.")
    assert answer_to(gone, address="/session/").status_code == 400


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: type(error).__name__)
def test_a_mistake_of_ours_is_not_blamed_on_the_database(answer_to, error):
    response = answer_to(error)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
