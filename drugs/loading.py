"""Reading the project's own reference files into the database, as `manage.py load_reference` does.

A file is TOML: who wrote and reviewed it at its head, then tables whose keys are the fields of a model.
A row in the database that no person has edited or verified follows its file. Any other stays, and the file's
differing value is kept beside it as a Difference to review. Insert-only rows get a new revision instead.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from drugs.models import Difference, Source
from drugs.provenance import Loaded, Revision

HEAD = {"author", "reviewed", "next_review", "defaults"}
SET_HERE = {
    "id",
    "revision",
    "created_at",
    "created_by",
    "verified_on",
    "verified_by",
    "origin",
    "edited_by_person",
}
PROJECT_FILES = "project-files"
"""The key of the source that stands for these files themselves."""


class BadFile(Exception):
    """Something in a data file that its author must mend. The message names the file and the key."""


class DataFile:
    """One TOML file: its head checked, its tables by name, every row merged with its table's defaults."""

    def __init__(self, path: Path, tables: Iterable[str]):
        self.name = f"{path.parent.parent.name}/data/{path.name}"
        try:
            with path.open("rb") as file:
                self.content = tomllib.load(file, parse_float=Decimal)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadFile(f"{self.name}: not readable as TOML: {error}") from error
        self._check_head(sorted(tables))

    def _check_head(self, tables: list[str]) -> None:
        if not isinstance(self.content.get("author"), str) or not self.content["author"]:
            raise BadFile(f"{self.name}: author: say who wrote this file")
        for key in ("reviewed", "next_review"):
            if type(self.content.get(key)) is not date:
                raise BadFile(f"{self.name}: {key}: expected a date, as in 2026-11-21")
        if unknown := sorted(set(self.content) - HEAD - set(tables)):
            raise BadFile(f"{self.name}: {unknown[0]}: unknown table; expected one of {', '.join(tables)}")

    def rows(self, table: str) -> list[tuple[str, dict]]:
        """(where, row) for every row of a table; `where` names file, table and number."""
        rows = self.content.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadFile(f"{self.name}: {table}: expected [[{table}]] tables")
        defaults = self.content.get("defaults", {}).get(table, {})
        return [(f"{self.name}: {table}[{number}]", defaults | row) for number, row in enumerate(rows, 1)]


def read_files(folder: Path, tables: dict[str, Callable]) -> list[DataFile]:
    return [DataFile(path, tables) for path in sorted(folder.glob("*.toml"))]


def load_files(loading: "Loading", files: list[DataFile], tables: dict[str, Callable]) -> None:
    """Table by table in the given order, so that what is referred to is there first."""
    for table, put_row in tables.items():
        for file in files:
            for where, row in file.rows(table):
                put_row(loading, row, where)
        loading.save_new_rows()


class Loading:
    """One run: what is in the database, what the files say, and the count of what that changed."""

    def __init__(self):
        self.counts: Counter[str] = Counter()
        self._stored: dict[type, dict[tuple, Any]] = {}
        self._read: dict[str, Any] = {}
        self._new: dict[type, list[Any]] = {}
        self._seen: dict[tuple, str] = {}
        self._reviews: set[int] = set()
        self.told: list[str] = []

    @property
    def changes(self) -> int:
        return sum(number for what, number in self.counts.items() if what != "unchanged")

    def put(self, model: type[Loaded], key: tuple[str, ...], row: dict, where: str, **given: Any) -> Any:
        """Make the database say what the file's row says. `given` are values already resolved (its drug).

        New rows are saved together at the end of their table: `save_new_rows`.
        """
        values = self.values(model, row, where) | given
        wanted = tuple(values[name] for name in key)
        self._once_in_the_files(model, wanted, where)
        stored = self.stored(model, key).get(wanted)
        if stored is None:
            stored = self._add(model, values, where, "added")
        elif differing := {name: value for name, value in values.items() if not same(stored, name, value)}:
            stored = self._follow(stored, values, differing, where)
        else:
            self.counts["unchanged"] += 1
        self.stored(model, key)[wanted] = stored
        return stored

    def put_at_once(self, *args: Any, **given: Any) -> Any:
        """As `put`, for a row that other rows of its own table hang on."""
        row = self.put(*args, **given)
        if row.pk is None:
            self.save_new_rows()
        return row

    def was_seen(self, model: type, key: tuple) -> bool:
        """Whether the files hold the row of that key."""
        return (model, *key) in self._seen

    def stored_by_model(self) -> list[tuple[type, dict[tuple, Any]]]:
        """The rows of every model the files hold rows of, in the order of reading."""
        models_read = dict.fromkeys(model for model, *_ in self._seen)
        return [(model, self._stored[model]) for model in models_read]

    def tell(self, what: str, row: Any) -> None:
        """A line for whoever runs the command."""
        self.told.append(f"{what}: {row._meta.verbose_name} {row}")

    def _once_in_the_files(self, model: type, wanted: tuple, where: str) -> None:
        first = self._seen.setdefault((model, *wanted), where)
        if first != where:
            raise BadFile(f"{where}: the same row stands already in {first}")

    def _follow(self, stored: Any, values: dict, differing: dict, where: str) -> Any:
        if touched_by_a_person(stored):
            self.keep_beside(stored, differing, where)
            return stored
        if isinstance(stored, Revision):
            return self.revise(stored, values, where, "revised")
        for name, value in differing.items():
            setattr(stored, name, value)
        return self.save(stored, where, "changed")

    def revise(self, stored: Revision, values: dict, where: str, what: str) -> Any:
        return self._add(type(stored), values | {"revision": stored.revision + 1}, where, what)

    def _add(self, model: type, values: dict, where: str, what: str) -> Any:
        row = self._checked(model(**values, origin=Loaded.Origin.FILE), where)
        self._new.setdefault(model, []).append(row)
        self.counts[what] += 1
        return row

    def save(self, row: Any, where: str, what: str) -> Any:
        self._checked(row, where)
        try:
            row.save()
        except IntegrityError as error:
            raise BadFile(f"{where}: the database refuses it: {error}") from error
        self.counts[what] += 1
        return row

    def save_new_rows(self) -> None:
        """All rows that are new so far, each model's in one go, with the first line of their history."""
        for model, rows in self._new.items():
            try:
                with transaction.atomic():
                    model.objects.bulk_create(rows)
            except IntegrityError as error:
                raise BadFile(f"{refused(rows)}: the database refuses it: {error}") from error
            if hasattr(model, "history"):
                model.history.bulk_history_create(rows)
        self._new.clear()

    def _checked(self, row: Any, where: str) -> Any:
        row._change_reason = where[:100]
        named = [f for f in row._meta.concrete_fields if f.many_to_one]
        if missing := [f.name for f in named if not f.null and getattr(row, f.attname) is None]:
            raise BadFile(f"{where}: {missing[0]}: is missing")
        try:
            row.clean_fields(exclude=[f.name for f in named])
            row.clean()
        except ValidationError as error:
            raise BadFile(f"{where}: {readable(error)}") from error
        return row

    def stored(self, model: type[Loaded], key: tuple[str, ...]) -> dict[tuple, Any]:
        """The rows in use by key, read once a run; of revisions the newest."""
        if model not in self._stored:
            foreign = [f.name for f in model._meta.fields if f.many_to_one and f.name in ("source", *key)]
            rows = model.objects.order_by("pk").select_related(*foreign)
            rows = rows.order_by("revision") if issubclass(model, Revision) else rows
            self._stored[model] = {tuple(getattr(row, name) for name in key): row for row in rows}
        return self._stored[model]

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """Something read from the database once a run."""
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]

    def values(self, model: type[models.Model], row: dict, where: str) -> dict[str, Any]:
        """Every field of the model: the row's keys checked, the rest as empty as a new row."""
        fields = {f.name: f for f in model._meta.concrete_fields if f.name not in SET_HERE}
        if unknown := sorted(set(row) - set(fields)):
            raise BadFile(f"{where}: {unknown[0]}: unknown key; expected one of {', '.join(sorted(fields))}")
        values = {name: f.get_default() for name, f in fields.items()}
        values |= {name: self._value(fields[name], raw, f"{where}: {name}") for name, raw in row.items()}
        if "read_on" in fields and not values["read_on"] and values.get("source"):
            values["read_on"] = values["source"].read_on
        return values

    def _value(self, field: models.Field, raw: Any, where: str) -> Any:
        if field.related_model is Source:
            return self.source(raw, where)
        for kind, accepted, words in TYPES:
            if isinstance(field, kind) and type(raw) not in accepted:
                raise BadFile(f"{where}: expected {words}, got {raw!r:.80}")
        try:
            return field.clean(as_json(raw) if isinstance(field, models.JSONField) else raw, None)
        except ValidationError as error:
            raise BadFile(f"{where}: {'; '.join(error.messages)} (got {raw!r:.80})") from error

    def source(self, key: str, where: str) -> Source:
        return self.referred(Source, "key", key, where)

    def referred(self, model: type, key: str, value: Any, where: str) -> Any:
        """A row that another row names."""
        found = self.stored(model, (key,)).get((value,))
        if found is None:
            raise BadFile(f"{where}: no {model._meta.verbose_name} has the {key} {value!r}")
        return found

    def keep_beside(self, stored: Any, differing: dict[str, Any], where: str) -> None:
        """A person's value stays in use; the file's is recorded beside it, once."""
        for name, value in differing.items():
            self._put_review(
                subject=f"{stored._meta.label_lower}: {stored}"[:200],
                field=name,
                values={
                    "value": as_text(value),
                    "used_value": as_text(getattr(stored, name)),
                    "used_source": getattr(stored, "source", None),
                    "reason": f"A person edited or verified this row. The file says otherwise: {where}",
                    "drug": getattr(stored, "drug", None),
                },
            )

    def _put_review(self, subject: str, field: str, values: dict) -> None:
        source = self.source(PROJECT_FILES, "drugs/data/sources.toml")
        row = Difference.objects.filter(subject=subject, field=field, source=source).first()
        if row and all(getattr(row, name) == value for name, value in values.items()):
            self.counts["unchanged"] += 1
        else:
            row = row or Difference(subject=subject, field=field, source=source, origin=Loaded.Origin.FILE)
            row.status = Difference.Status.TO_REVIEW
            for name, value in values.items():
                setattr(row, name, value)
            self.save(row, subject, "to review")
        self._reviews.add(row.pk)

    def settle_reviews(self) -> None:
        """What a person has settled since (file and row agree again) no longer waits for review."""
        waiting = Difference.objects.filter(status=Difference.Status.TO_REVIEW, origin=Loaded.Origin.FILE)
        for row in waiting.exclude(pk__in=self._reviews):
            row.delete()
            self.counts["settled"] += 1


TYPES = (
    (models.BooleanField, (bool,), "true or false"),
    (models.IntegerField, (int,), "a whole number"),
    (models.DecimalField, (int, str, Decimal), "a number"),
    (models.DateField, (date,), "a date, as in 2026-11-21"),
    ((models.CharField, models.TextField), (str,), "text"),
)


def refused(rows: list[Any]) -> str:
    """Where in the files the first row stands that the database does not take."""
    for row in rows:
        row.pk = None
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            return row._change_reason
    return "a row"


def same(stored: Any, name: str, value: Any) -> bool:
    """Whether the stored row says so already; rows that it names are compared without reading them."""
    field = stored._meta.get_field(name)
    return getattr(stored, field.attname) == (getattr(value, "pk", value) if field.many_to_one else value)


def as_json(value: Any) -> Any:
    """TOML's dates and decimals as text, so that the check of a JSON value can name where they stand."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return str(value) if isinstance(value, date | Decimal) else value


def touched_by_a_person(row: Any) -> bool:
    """Edited or verified by somebody, or brought by an official file: the project's files do not touch it."""
    return (
        row.origin != Loaded.Origin.FILE
        or row.edited_by_person
        or getattr(row, "verified_on", None) is not None
    )


def readable(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return "; ".join(error.messages)
    return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())


def as_text(value: Any) -> str:
    """A field's value in a difference; an empty one is said to be so."""
    return "nothing" if value in (None, "") else str(value)
