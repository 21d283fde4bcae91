"""The page for what went wrong on our side: a storage that does not answer (503), or a mistake of ours (500).

A database that is gone, full, locked or read-only is nobody's wrong answer. Whoever meets it is told so, and that
the same button may be pressed again: saving and sharing carry a key, so nothing is done twice.
"""

import errno
import sys

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
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error

RETRY_AFTER = 30
OUR_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


@requires_csrf_token
def went_wrong(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled. It asks nothing of the database, not even who is signed in."""
    if not is_out_of_service(sys.exc_info()[1]):
        return server_error(request)
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def is_out_of_service(error: BaseException | None) -> bool:
    """Whether the storage refused to work, rather than our question being a wrong one."""
    if isinstance(error, DatabaseError | InterfaceError):
        return not isinstance(error, OUR_MISTAKES)
    return isinstance(error, OSError) and error.errno in NO_ROOM
