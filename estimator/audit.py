"""Record an act in the transaction of the act itself, and find out later whether the record was touched."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from estimator.audit_models import BEGINNING, AuditEvent, AuditHead

Act = AuditEvent.Act
MOST_FINDINGS = 20


# Recording


@transaction.atomic
def record(act: str, about: str = "", *, by=None, **details: Any) -> AuditEvent:
    """Add an event: either it and the act are kept, or neither is. `by` is an account, or nobody known."""
    head = AuditHead.held()
    event = AuditEvent(
        number=head.count + 1,
        at=timezone.now(),
        act=act,
        who=by.get_username() if by else "",
        who_number=by.pk if by else None,
        about=about[:200],
        details=canonical(details),
        previous=head.sha256,
    )
    event.sha256 = hash_of(event)
    event.save(force_insert=True)
    head.count, head.sha256 = event.number, event.sha256
    head.save(update_fields=["count", "sha256"])
    return event


def hash_of(event: AuditEvent) -> str:
    content = {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "act": str(event.act),
        "who": event.who,
        "who_number": event.who_number,
        "about": event.about,
        "details": event.details,
        "previous": event.previous,
    }
    return sha256(canonical(content).encode()).hexdigest()


def canonical(content: dict) -> str:
    """One text for one content, in ASCII, so that anybody can compute the hashes again."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


# Verifying


@dataclass(frozen=True)
class Anchor:
    """How many events there were at a moment, and the hash of the newest: `1204:9f86d0…`."""

    count: int
    sha256: str

    @classmethod
    def read(cls, text: str) -> "Anchor":
        count, _, digest = text.strip().partition(":")
        if not (
            count.isascii()
            and count.isdigit()
            and len(digest) == 64
            and set(digest) <= set("0123456789abcdef")
        ):
            raise ValueError("write it as it was printed: a number, a colon and 64 hexadecimal digits")
        return cls(int(count), digest)

    def __str__(self):
        return f"{self.count}:{self.sha256}"


def anchor_now() -> tuple[Anchor, int]:
    """The head, and the number of the newest event, at one and the same moment."""
    with transaction.atomic():
        head = AuditHead.held()
        newest = AuditEvent.objects.aggregate(newest=Max("number"))["newest"] or 0
    return Anchor(head.count, head.sha256), newest


def findings(head: Anchor, newest: int, kept: Anchor | None = None) -> list[str]:
    """What is wrong with the log, in plain words; nothing where it is whole. Stops after twenty."""
    found = []
    for finding in _findings(head, newest, kept):
        found.append(finding)
        if len(found) == MOST_FINDINGS:
            return [*found, "and perhaps more: this list stops here."]
    return found


def _findings(head: Anchor, newest: int, kept: Anchor | None) -> Iterator[str]:
    expected, last = 1, AuditEvent(number=0, sha256=BEGINNING)
    for event in (
        AuditEvent.objects.filter(number__lte=max(head.count, newest)).order_by("number").iterator(2000)
    ):
        if event.number != expected:
            yield missing(expected, event.number - 1)
        elif event.previous != last.sha256:
            yield f"Event {event.number} does not follow the one before it: one of the two was replaced."
        if event.sha256 != hash_of(event):
            yield f"Event {event.number} was changed after it was written."
        if kept and event.number == kept.count and event.sha256 != kept.sha256:
            yield f"Event {event.number} is not the one whose hash was kept elsewhere: the log was rewritten."
        expected, last = event.number + 1, event
    yield from end_findings(head, last, kept)


def end_findings(head: Anchor, last: AuditEvent, kept: Anchor | None) -> Iterator[str]:
    if last.number < head.count:
        yield missing(last.number + 1, head.count)
    elif last.number > head.count:
        yield f"The log says it holds {head.count} events, but its newest is number {last.number}."
    elif last.sha256 != head.sha256:
        yield f"The newest event ({last.number}) is not the one that was written last."
    if kept and last.number < kept.count:
        yield f"{kept.count} events were there when the hash was kept; now the newest is number {last.number}."


def missing(first: int, last: int) -> str:
    return f"Event {first} is missing." if first == last else f"Events {first} to {last} are missing."
