"""A drug's change log from the history tables: what was loaded, changed, verified or removed, by whom and when."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from drugs import models
from drugs.catalogue import unchanged
from drugs.words import BASIS_SHORT, listed

PARTS = (
    models.Regimen,
    models.Presentation,
    models.Code,
    models.AdministrationCode,
    models.Fact,
    models.Difference,
)
UNTOLD = ("origin", "edited_by_person")
"""Fields the machinery keeps for itself."""
FILES = "the project's files"
MOST = 40


@dataclass(frozen=True)
class Change:
    at: datetime
    who: str
    what: str
    how: str


@dataclass(frozen=True)
class ChangeLog:
    """Newest first; `earlier` are those left out."""

    changes: tuple[Change, ...]
    earlier: int


def change_log(slug: str) -> ChangeLog:
    return unchanged(f"changes of {slug}", lambda _: _read(slug))


def _read(slug: str) -> ChangeLog:
    drug = models.Drug.objects.get(slug=slug)
    histories = [models.Drug.history.filter(id=drug.pk)]
    histories += [part.history.filter(drug_id=drug.pk) for part in PARTS]
    records = [r for h in histories for r in h.select_related("history_user").order_by("history_id")]
    changes = [*_loaded(records), *_edited(records), *_prices(drug)]
    changes.sort(key=lambda change: change.at, reverse=True)
    return ChangeLog(tuple(changes[:MOST]), max(0, len(changes) - MOST))


def _loaded(records: list[Any]) -> list[Change]:
    """What the files brought on one day is one line: so many of each kind."""
    by_day: dict[Any, list[Any]] = {}
    for record in records:
        if record.history_type == "+" and not record.history_user_id:
            by_day.setdefault(timezone.localdate(record.history_date), []).append(record)
    return [Change(loaded[-1].history_date, FILES, "loaded", _counted(loaded)) for loaded in by_day.values()]


def _counted(records: list[Any]) -> str:
    """`9 codes and 112 facts`."""
    counted = Counter(record.instance_type for record in records)
    return listed([f"{number} {_kind(model, number)}" for model, number in counted.items()])


def _edited(records: list[Any]) -> list[Change]:
    before: dict[tuple, Any] = {}
    changes = []
    for record in records:
        key = (type(record), record.id)
        by_a_person = record.history_type != "+" or record.history_user_id
        if by_a_person and (how := _how(record, before.get(key))):
            changes.append(Change(record.history_date, _who(record), _named(record), how))
        before[key] = record
    return changes


def _how(record: Any, before: Any) -> str:
    """`value: old → new` for every field that changed; empty where nothing a reader sees did."""
    if record.history_type != "~":
        return {"+": "added", "-": "removed"}[record.history_type]
    if before is None:
        return "changed"
    found = record.diff_against(before, excluded_fields=UNTOLD).changes
    return "; ".join(f"{c.field.replace('_', ' ')}: {_shown(c.old)} → {_shown(c.new)}" for c in found)


def _prices(drug: models.Drug) -> list[Change]:
    """Prices are never changed, only added: one line for each basis, day and hand."""
    codes = list(drug.codes.values_list("code", flat=True))
    rows = models.Price.objects.filter(code__in=codes).select_related("created_by").order_by("pk")
    groups: dict[tuple, list[models.Price]] = {}
    for row in rows:
        who = row.created_by.get_username() if row.created_by else FILES
        word = "withdrawn" if row.withdrawn else "corrected" if row.revision > 1 else "added"
        on = timezone.localdate(row.created_at)
        groups.setdefault((on, who, row.code, row.basis, word), []).append(row)
    return [
        Change(prices[-1].created_at, who, f"Prices of {code}, {BASIS_SHORT[basis]}", f"{len(prices)} {word}")
        for (_, who, code, basis, word), prices in groups.items()
    ]


def _who(record: Any) -> str:
    return record.history_user.get_username() if record.history_user else FILES


def _kind(model: type, number: int) -> str:
    return str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural)


def _named(record: Any) -> str:
    """`Policy: UnitedHealthcare`, `Code J2326`."""
    if record.instance_type is models.Fact:
        return f"{record.topic.replace('_', ' ').capitalize()}: {record.label}"
    name = str(record.instance_type._meta.verbose_name).capitalize()
    return f"{name}: {_first(record, ('field', 'code', 'form', 'name'))}"


def _first(record: Any, names: Iterable[str]) -> str:
    return next(str(getattr(record, name)) for name in names if getattr(record, name, ""))


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)
