"""The history of rows that are only added: every revision with what it changed, who entered it, and when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from drugs.provenance import Revision

TOLD_APART = {
    "id",
    "revision",
    "created_by",
    "created_at",
    "verified_by",
    "verified_on",
    "edited_by_person",
    "origin",
}
NOTHING = "nothing"


@dataclass(frozen=True)
class Change:
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Entered:
    """One revision. The first of its key changes nothing: it says everything."""

    row: Revision
    title: str
    when: datetime
    who: str
    verified: str
    changes: tuple[Change, ...]


def values_of(row: Revision, told: Mapping[str, Callable] = MappingProxyType({})) -> dict[str, str]:
    """What a revision says, field by field in words; an empty field is left out. `told` are displays of the admin
    that say a field better than its stored value does."""
    values = {}
    for field in row._meta.concrete_fields:
        if display := told.get(field.name):
            values[display.short_description] = display(row)
        elif field.name not in TOLD_APART:
            values[str(field.verbose_name)] = in_words(row, field)
    return {what: text for what, text in values.items() if text}


def in_words(row: Revision, field: Any) -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def entered(rows: Iterable[Revision], values: Callable = values_of) -> list[Entered]:
    """The revisions, oldest first as given, newest first as told."""
    told, before = [], {}
    for row in rows:
        after = values(row)
        told.append(
            Entered(
                row=row,
                title=f"{row}, revision {row.revision}{' (withdrawn)' if row.withdrawn else ''}",
                when=row.created_at,
                who=str(row.created_by or row.get_origin_display()),
                verified=f"{row.verified_on} by {row.verified_by}" if row.verified_on else "",
                changes=tuple(changes(before, after)),
            )
        )
        before = after
    return told[::-1]


def changes(before: dict[str, str], after: dict[str, str]) -> Iterable[Change]:
    for what in {**before, **after}:
        old, new = before.get(what, NOTHING), after.get(what, NOTHING)
        if old != new:
            yield Change(what, old, new)
