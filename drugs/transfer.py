"""How reference rows are written into a table and read back: strictly, by names instead of numbers, all or nothing.

Descriptive rows are changed in place, as an edit in the admin would. Rows that are only added get a new revision
where a value differs, and nothing where none does. What a person verified is told in the table, never read from it.
"""

import re
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models as fields_of
from django.utils.html import format_html, format_html_join
from import_export import resources, widgets
from import_export.fields import Field

from drugs import models
from drugs.admin_base import edited
from drugs.fields import WordList
from drugs.provenance import Loaded, Revision

NATURAL_KEYS = ("key", "slug")
NEVER_READ = (
    "id",
    "origin",
    "edited_by_person",
    "revision",
    "created_at",
    "created_by",
    "verified_by",
    "verified_on",
)
BETWEEN_WORDS = " | "


class Strict(widgets.Widget):
    """One way to write a value: what does not match is refused with what was expected."""

    pattern, expected = r"", ""

    def clean(self, value, row=None, **kwargs):
        text = "" if value is None else str(value).strip()
        if text == "":
            return None
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError(f"expected {self.expected}, found {text!r}")
        return self.read(text)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else self.write(value)

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> str:
        return str(value)


class Whole(Strict):
    pattern, expected = r"\d{1,19}", "a whole number like 12"

    def read(self, text):
        return int(text)


class Exact(Strict):
    pattern, expected = r"\d{1,14}(\.\d{1,4})?", "a number like 1333.45, at most four places"

    def read(self, text):
        return Decimal(text)

    def write(self, value):
        return f"{value:f}"


class Day(Strict):
    pattern, expected = r"\d{4}-\d{2}-\d{2}", "a date like 2026-01-05"

    def read(self, text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"there is no day {text}") from None


class YesNo(Strict):
    pattern, expected = r"yes|no", "yes or no"

    def read(self, text):
        return text == "yes"

    def write(self, value):
        return "yes" if value else "no"


class Words(widgets.Widget):
    """A list of words in one cell."""

    def clean(self, value, row=None, **kwargs):
        return [word.strip() for word in str(value or "").split(BETWEEN_WORDS.strip()) if word.strip()]

    def render(self, value, obj=None, **kwargs):
        return BETWEEN_WORDS.join(value or [])


class Text(widgets.Widget):
    def clean(self, value, row=None, **kwargs):
        return "" if value is None else str(value)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class Named(widgets.ForeignKeyWidget):
    """A row of another table by its key or slug."""

    def clean(self, value, row=None, **kwargs):
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist:
            what = self.model._meta.verbose_name
            raise ValueError(f"no {what} here has the {self.field} {value!r}") from None


class NamedMany(widgets.ManyToManyWidget):
    """Rows of another table by their keys or slugs, in one cell."""

    def __init__(self, model, field):
        super().__init__(model, separator=BETWEEN_WORDS, field=field)

    def clean(self, value, row=None, **kwargs):
        wanted = Words().clean(value)
        found = self.model.objects.filter(**{f"{self.field}__in": wanted})
        if unknown := sorted(set(wanted) - {getattr(one, self.field) for one in found}):
            what = self.model._meta.verbose_name
            raise ValueError(f"no {what} here has the {self.field} {unknown[0]!r}")
        return found

    def render(self, value, obj=None, **kwargs):
        return BETWEEN_WORDS.join(sorted(getattr(one, self.field) for one in value.all()))


WIDGETS = (
    (WordList, Words),
    (fields_of.JSONField, widgets.JSONWidget),
    (fields_of.BooleanField, YesNo),
    (fields_of.DecimalField, Exact),
    (fields_of.IntegerField, Whole),
    (fields_of.DateField, Day),
)


def widget_for(field: fields_of.Field) -> widgets.Widget:
    if field.is_relation:
        target = field.related_model
        widget = NamedMany if field.many_to_many else Named
        return widget(target, field=next(name for name in NATURAL_KEYS if hasattr(target, name)))
    return next((widget() for kind, widget in WIDGETS if isinstance(field, kind)), Text())


class Said:
    """What a row changes, cell by cell: before and after as escaped text, without a style of its own."""

    def __init__(self, resource, instance, new):
        self.before = None if new else self.texts(resource, instance)
        self.after: list[str] = []

    def compare_with(self, resource, instance):
        self.after = self.texts(resource, instance) if instance else []

    def texts(self, resource, instance) -> list[str]:
        return [str(resource.export_field(field, instance)) for field in resource.get_import_fields()]

    def as_html(self):
        if self.before is None:
            return [format_html("{}", text) for text in self.after]
        pairs = zip(self.before, self.after, strict=True)
        return [
            format_html("{}", new)
            if old == new
            else format_html_join(" ", "{}", [(old or "nothing",), ("→",), (new or "nothing",)])
            for old, new in pairs
        ]


class ReferenceResource(resources.ModelResource):
    """Shared by both kinds of row. One transaction; every row is judged by its model's own `clean`."""

    class Meta:
        abstract = True

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        """An empty cell is an empty value: no default takes its place."""
        return Field(field_name, field_name, widget_for(django_field), readonly=readonly)

    @classmethod
    def get_diff_class(cls):
        return Said

    def before_import(self, dataset, **kwargs):
        """An unknown column would be passed over in silence: a misspelt one is no change at all."""
        self.seen: set[tuple] = set()
        told = {field.column_name for field in self.fields.values()}
        if unknown := [name for name in dataset.headers if name not in told]:
            raise ValidationError(f"There is no column {unknown[0]!r}. Known: {', '.join(sorted(told))}.")

    def before_import_row(self, row, **kwargs):
        key = tuple(str(row.get(name)) for name in self.get_import_id_fields())
        if key in self.seen:
            raise ValidationError(f"{', '.join(key)} stands in this file twice.")
        self.seen.add(key)

    def after_import(self, dataset, result, **kwargs):
        models.DataRevision.bump()

    def key_of(self, row) -> dict[str, Any]:
        return {name: self.fields[name].clean(row) for name in self.get_import_id_fields()}


class DescriptiveResource(ReferenceResource):
    """Rows edited in place, with their history."""

    def before_save_instance(self, instance, row, **kwargs):
        edited(instance)
        instance._change_reason = f"imported from {kwargs.get('file_name') or 'a table'}"[:100]


class RevisionResource(ReferenceResource):
    """Rows only added: the next revision of a key, and only where something differs from the newest."""

    def get_or_init_instance(self, instance_loader, row):
        key = {k: "" if v is None and k == "place" else v for k, v in self.key_of(row).items()}
        newest = self._meta.model.objects.filter(**key).order_by("-revision").first()
        if newest is None:
            return self.init_instance(row), True
        following = copy(newest)
        following.pk, following._state = None, copy(newest._state)
        following._state.adding = True
        following.revision = newest.revision + 1
        following.verified_on = following.verified_by = None
        following.origin, following.edited_by_person = Loaded.Origin.PERSON, True
        return following, False

    def before_save_instance(self, instance, row, **kwargs):
        instance.created_by, instance.edited_by_person = kwargs.get("user"), True


def resource_for(model: type, *key: str) -> type[ReferenceResource]:
    """The table of a model, its rows known by `key`; what a person verified stands in it to be read alone."""
    parent = RevisionResource if issubclass(model, Revision) else DescriptiveResource
    key = key or model.KEY
    told = (*model._meta.concrete_fields, *model._meta.many_to_many)
    named = [f.name for f in told if f.name not in NEVER_READ]
    meta = {
        "model": model,
        "fields": (*key, *(name for name in named if name not in key)),
        "import_id_fields": key,
        "clean_model_instances": True,
        "use_transactions": True,
        "skip_unchanged": True,
        "report_skipped": True,
    }
    told = {}
    if hasattr(model, "verified_on"):
        told["verified_on"] = Field(
            attribute="verified_on", column_name="verified_on", readonly=True, widget=Day()
        )
        meta["fields"] += ("verified_on",)
    body = {"Meta": type("Meta", (), meta), **told}
    return type(parent)(f"{model.__name__}Resource", (parent,), body)
