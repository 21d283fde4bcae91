"""Two addresses for a monitor: does the process answer, and is it ready to serve? Neither says more than that."""

from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks the database nothing: a restart of the web server does not mend a database."""
    return JsonResponse({"alive": True})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and has every migration of this version. One small query, so it needs no throttle."""
    reason = not_ready()
    return JsonResponse(
        {"ready": not reason} | ({"reason": reason} if reason else {}), status=503 if reason else 200
    )


def not_ready() -> str:
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except Error:
        return "database"
    return "" if known_migrations() <= applied else "migrations"


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of this version's code."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
