"""The page for what went wrong on our side: a storage that does not answer (503), or a mistake of ours (500).

A database that is gone, full, locked or read-only is nobody's wrong answer. Whoever meets it is told so, and that
the same button may be pressed again: saving and sharing carry a key, so nothing is done twice.
"""

import errno
import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
)
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

RETRY_AFTER = 30
OUR_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


@requires_csrf_token
def went_wrong(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled. It asks nothing of the database, not even who is signed in."""
    if not is_out_of_service(sys.exc_info()[1]):
        return defaults.server_error(request)
    return out_of_service()


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django says the same of a session that was ended elsewhere and of one that the storage did not take."""
    if isinstance(exception, SessionInterrupted) and is_refused_by_storage(exception):
        return out_of_service()
    return defaults.bad_request(request, exception)


def out_of_service() -> HttpResponse:
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def is_refused_by_storage(interrupted: SessionInterrupted) -> bool:
    """What stands behind it: an error of the database, or a row that is no longer there (a bare `DatabaseError`)."""
    update = interrupted.__context__
    cause = update.__context__ if update else None
    return type(cause) is not DatabaseError and is_out_of_service(cause)


def is_out_of_service(error: BaseException | None) -> bool:
    """Whether the storage refused to work, rather than our question being a wrong one."""
    if isinstance(error, DatabaseError | InterfaceError):
        return not isinstance(error, OUR_MISTAKES)
    return isinstance(error, OSError) and error.errno in NO_ROOM
