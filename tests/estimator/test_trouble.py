"""A storage that does not answer gets a page in plain words; a mistake of ours stays a 500.

No test here asks for a database, so pytest-django refuses every query: these pages make none.
"""

import errno

import pytest
from django import db
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


urlpatterns = [path("broken/", broken), path("", include("estimator.urls"))]
handler500 = "estimator.trouble.went_wrong"


@pytest.fixture
def answer_to():
    def answered(error, method="get"):
        NEXT[:] = [error]
        return getattr(Client(raise_request_exception=False), method)("/broken/", {"label": "Ann Smith"})

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
@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: type(error).__name__)
def test_a_mistake_of_ours_is_not_blamed_on_the_database(answer_to, error):
    response = answer_to(error)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
