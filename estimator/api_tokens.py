"""Tokens of the JSON API: make one, revoke it, find it again by what a program sends, and count its requests.

A token has 256 random bits and begins with `ect_`, so that scanners of source code know it for a secret.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from estimator import audit
from estimator.api_models import RIGHTS, SCOPES
from estimator.models import ApiToken

PREFIX = "ect_"
TOKEN_BYTES = 32


def make(owner, *, name: str, scopes: Iterable[str], days: int, key: UUID) -> tuple[ApiToken, str] | None:
    """The row and its token, which nobody sees again; None where this key has made its token before."""
    token, now = PREFIX + secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    try:
        with transaction.atomic():
            made = ApiToken.objects.create(
                owner=owner,
                name=name,
                token_sha256=hash_of(token),
                key=key,
                scopes=" ".join(scopes),
                created_at=now,
                expires_at=now + timedelta(days=days),
            )
            audit.record(audit.Act.PERMISSION, str(made), by=owner, token="made", scopes=made.scopes)
    except IntegrityError:
        return None
    return made, token


@transaction.atomic
def revoke(token: ApiToken, by) -> None:
    """From this commit on nobody is let in by it."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        audit.record(audit.Act.PERMISSION, str(token), by=by, token="revoked")


def found(token: str) -> ApiToken | None:
    """The working token of an account that may sign in: one query, whatever the text looks like."""
    working = ApiToken.objects.filter(
        revoked_at__isnull=True, expires_at__gt=timezone.now(), owner__is_active=True
    )
    return working.filter(token_sha256=hash_of(token)).select_related("owner").first()


def open_to(owner) -> tuple[str, ...]:
    """The scopes that this account can give: a token may never more than its owner."""
    return tuple(scope for scope in SCOPES if scope not in RIGHTS or owner.has_perm(RIGHTS[scope]))


def hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def counted(token: ApiToken, now: datetime) -> int:
    """Which request of this minute this one is. Counted in the database: exact over all processes."""
    minute = now.replace(second=0, microsecond=0)
    row = ApiToken.objects.filter(pk=token.pk)
    with transaction.atomic():
        row.update(
            used=Case(When(minute=minute, then=F("used") + 1), default=Value(1)),
            minute=minute,
            last_used_at=now,
        )
        return row.values_list("used", flat=True).get()
