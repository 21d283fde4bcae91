"""Share links: make one, revoke it, open it, and refuse whoever only guesses.

A link is a password in an address. Its token has 256 random bits and is stored as SHA-256 alone. Unknown, expired,
revoked and malformed tokens take the same path to the same answer, and so does a link to a deleted estimate.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import segno
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from estimator import visitor
from estimator.audit import Act, record
from estimator.models import Estimate, ShareLink, ShareMisses

TOKEN_BYTES = 32
MISSES_ALLOWED = 20
MISSES_COUNT_FOR = timedelta(hours=1)


# Making and revoking


def make(saved: Estimate, *, by, language: str, key: UUID) -> tuple[ShareLink, str] | None:
    """The link and its token, which nobody sees again; None where this key has made its link before."""
    token, now = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    try:
        with transaction.atomic():
            link = ShareLink.objects.create(
                estimate=saved,
                token_sha256=hash_of(token),
                key=key,
                language=language,
                created_at=now,
                created_by=by,
                created_by_name=by.get_username(),
                expires_at=now + timedelta(days=settings.SHARE_DAYS),
            )
            record(Act.SHARE, about(link, saved), by=by, language=language)
    except IntegrityError:
        return None
    return link, token


@transaction.atomic
def revoke(link: ShareLink, by) -> None:
    """From this commit on nobody reads by it. Who revoked it first stays written down."""
    working = ShareLink.objects.filter(pk=link.pk, revoked_at__isnull=True)
    if working.update(revoked_at=timezone.now(), revoked_by=by, revoked_by_name=by.get_username()):
        record(Act.REVOKE, about(link, link.estimate), by=by)


def about(link: ShareLink, saved: Estimate) -> str:
    """Which link, in the audit log: its number, never its token."""
    return f"link {link.pk} to estimate {saved.number}"


def hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def qr_code(address: str) -> str:
    """The address as a picture for `<img src>`: SVG in a data: address, black on white, with its quiet zone."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=4, dark="#000", light="#fff")


# Opening


def working() -> QuerySet:
    return ShareLink.objects.filter(
        revoked_at__isnull=True, expires_at__gt=timezone.now(), estimate__deleted_at__isnull=True
    )


def found(token: str) -> ShareLink | None:
    """One query whatever the token looks like: what is malformed is looked up as well."""
    return working().filter(token_sha256=hash_of(token)).select_related("estimate").first()


def still_works(link: ShareLink, *, counts: bool) -> bool:
    """The last question before a page is sent. Counting asks it in the same statement, so a revocation that is
    committed first leaves nothing to read."""
    same = working().filter(pk=link.pk)
    if not counts:
        return same.exists()
    with transaction.atomic():
        works = bool(same.update(views=F("views") + 1, last_seen_at=timezone.now()))
        if works:
            record(Act.VIEW_BY_LINK, about(link, link.estimate))
    return works


# Guessing


def address_of(request: HttpRequest) -> str:
    """Whom misses are counted for, as a keyed hash."""
    seen = visitor.address_of(request) or "unreadable"
    return salted_hmac("estimator.share.address", seen, algorithm="sha256").hexdigest()


def is_throttled(address: str) -> bool:
    return lately(address).filter(misses__gte=MISSES_ALLOWED).exists()


def count_miss(address: str) -> None:
    """Counted in the database, so that every worker knows. The hour begins with the first miss."""
    if lately(address).update(misses=F("misses") + 1):
        return
    now = timezone.now()
    over = ShareMisses.objects.filter(address=address, since__lte=now - MISSES_COUNT_FOR)
    if over.update(since=now, misses=1):
        return
    try:
        with transaction.atomic():
            ShareMisses.objects.create(address=address, since=now)
    except IntegrityError:  # another worker was first
        lately(address).update(misses=F("misses") + 1)


def lately(address: str) -> QuerySet:
    return ShareMisses.objects.filter(address=address, since__gt=timezone.now() - MISSES_COUNT_FOR)


def forget_misses(now: datetime) -> None:
    ShareMisses.objects.filter(since__lte=now - MISSES_COUNT_FOR).delete()
