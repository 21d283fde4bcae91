"""Rows that the project's files no longer hold, after an upgrade: taken out of use, and told.

A descriptive row is deleted (its history stays), a revision is followed by one that is withdrawn. What a person made,
edited or verified stays and becomes the administrator's own, with a Difference that asks what to do with it. A row
that others hang on stays too: its terms are withdrawn. Sources stay, because the history of values names them.
"""

from typing import Any

from drugs.loading import PROJECT_FILES, SET_HERE, Loading, touched_by_a_person
from drugs.models import Difference, Source
from drugs.provenance import Loaded, Revision

WHERE = "no longer in the project's files"


def retire_missing(loading: Loading) -> None:
    """After all files are read. The rows of a table come before those they belong to."""
    for model, stored in reversed(loading.stored_by_model()):
        for key, row in stored.items():
            if loading.was_seen(model, key) or not is_in_use(row):
                continue
            if touched_by_a_person(row) or has_a_person_in_its_history(row):
                keep(loading, row)
            elif isinstance(row, Revision):
                loading.revise(row, values_of(row) | {"withdrawn": True}, WHERE, "withdrawn")
                loading.tell("withdrawn", row)
            else:
                remove(loading, row)
    loading.save_new_rows()


def is_in_use(row: Loaded) -> bool:
    """Whether the files brought it and it counts. A difference to review is settled elsewhere."""
    if isinstance(row, Source):
        return False
    if row.origin != Loaded.Origin.FILE or getattr(row, "withdrawn", False):
        return False
    return not isinstance(row, Difference) or row.status != Difference.Status.TO_REVIEW


def has_a_person_in_its_history(row: Loaded) -> bool:
    return hasattr(row, "history") and row.history.filter(history_user__isnull=False).exists()


def values_of(row: Revision) -> dict[str, Any]:
    names = [field.name for field in row._meta.concrete_fields if field.name not in SET_HERE]
    return {name: getattr(row, name) for name in names}


def remove(loading: Loading, row: Loaded) -> None:
    """Deletes a row that nothing else of the reference data belongs to."""
    if any(has_rows(relation, row) for relation in row._meta.related_objects):
        return
    row._change_reason = WHERE
    row.delete()
    loading.counts["removed"] += 1
    loading.tell("removed", row)


def has_rows(relation: Any, row: Loaded) -> bool:
    model = relation.related_model
    return issubclass(model, Loaded) and model.objects.filter(**{relation.field.name: row}).exists()


def keep(loading: Loading, row: Loaded) -> None:
    """A person's row stays in use and is theirs from now on: they may delete it."""
    _, is_new = Difference.objects.get_or_create(
        subject=subject_of(row),
        field="the row itself",
        source=loading.source(PROJECT_FILES, "drugs/data/sources.toml"),
        defaults={
            "value": WHERE,
            "used_value": "kept as it is",
            "reason": "A person edited or verified this row, and the files no longer hold it. If another row has "
            "taken its place, delete or withdraw this one.",
            "status": Difference.Status.TO_REVIEW,
            "drug": getattr(row, "drug", None),
        },
    )
    if not is_new:
        return
    if not isinstance(row, Revision):
        row.origin, row.edited_by_person = Loaded.Origin.PERSON, True
        row._change_reason = WHERE
        row.save()
    loading.counts["kept"] += 1
    loading.tell("kept", row)


def subject_of(row: Loaded) -> str:
    return f"{row._meta.label_lower}: {row}"[:200]
