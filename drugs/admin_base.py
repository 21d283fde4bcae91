"""What every admin page of reference data shares, in `drugs` and `payers`.

Descriptive rows are edited in place with their history; revisions are only added. An edited row is marked, so
that the project's files leave it alone, and the data revision moves with every change.
"""

from datetime import timedelta
from typing import ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from drugs import admin_history
from drugs.acts import acted, named
from drugs.models import DataRevision
from drugs.provenance import Loaded, Sourced
from drugs.reference import NEVER_VERIFIED

REVIEW_AFTER = timedelta(days=180)
PROVENANCE = (
    "source",
    "confidence",
    ("effective_from", "effective_to"),
    "read_on",
    "source_note",
    "verification",
)


class Verified(admin.SimpleListFilter):
    title = "verified by a person"
    parameter_name = "verified"

    def lookups(self, request, model_admin):
        return [("yes", "yes"), ("no", "not yet")]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(verified_on__isnull=self.value() == "no")
        return queryset


class DueForReview(admin.SimpleListFilter):
    """Read, or else verified, more than 180 days ago."""

    title = "due for review"
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("yes", "due"), ("no", "not due")]

    def queryset(self, request, queryset):
        since = timezone.localdate() - REVIEW_AFTER
        seen = Q(read_on__gt=since) | Q(verified_on__gt=since)
        if self.value() == "no":
            return queryset.filter(seen)
        return queryset.exclude(pk__in=queryset.filter(seen).values("pk")) if self.value() else queryset


@admin.action(description="Mark as verified (I have read the source)", permissions=["change"])
def mark_verified(model_admin, request, queryset):
    weak = queryset.filter(confidence__in=NEVER_VERIFIED).count()
    with transaction.atomic():
        rows = list(queryset.exclude(confidence__in=NEVER_VERIFIED))
        for row in rows:
            row.verified_on, row.verified_by = timezone.localdate(), request.user
            row.save(update_fields=["verified_on", "verified_by"])
        if rows:
            DataRevision.bump()
            acted("rule_changed", label_of(queryset), by=request.user, verified=[row.pk for row in rows])
    if rows:
        messages.success(request, f"{len(rows)} marked as verified by you today.")
    if weak:
        messages.warning(
            request,
            f"{weak} not marked: their confidence is low or label knowledge. Read a better source, "
            "enter it with its confidence, then verify.",
        )


class ReferenceAdmin(admin.ModelAdmin):
    """Lists say where a row is from and whether somebody verified it."""

    date_hierarchy = None
    list_per_page = 50
    save_on_top = True

    def is_sourced(self) -> bool:
        return issubclass(self.model, Sourced)

    def get_list_display(self, request):
        shown = tuple(super().get_list_display(request))
        return (*shown, "source", "confidence", "read_on", "verification") if self.is_sourced() else shown

    def get_list_filter(self, request):
        own = tuple(super().get_list_filter(request))
        if not self.is_sourced():
            return (*own, "origin")
        by_source = ("source", admin.RelatedOnlyFieldListFilter)
        return (*own, DueForReview, Verified, "confidence", "origin", by_source)

    def get_list_select_related(self, request):
        own = tuple(self.list_select_related or ())
        return (*own, "source", "verified_by") if self.is_sourced() else own or False

    def get_actions(self, request):
        actions = super().get_actions(request)
        if not self.is_sourced():
            actions.pop("mark_verified", None)
        return actions

    actions = (mark_verified,)

    @admin.display(description="verified", ordering="verified_on")
    def verification(self, row):
        if row.confidence in NEVER_VERIFIED:
            return "cannot be: weak source"
        return f"{row.verified_on} by {row.verified_by}" if row.verified_on else "not yet"

    def delete_model(self, request, obj):
        about = named(obj)
        super().delete_model(request, obj)
        DataRevision.bump()
        acted("rule_deleted", about, by=request.user)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        rows = sorted(queryset.values_list("pk", flat=True))
        super().delete_queryset(request, queryset)
        DataRevision.bump()
        acted("rule_deleted", label_of(queryset), by=request.user, rows=rows)

    def log_addition(self, request, obj, message):
        acted("rule_added", named(obj), by=request.user)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        acted("rule_changed", named(obj), by=request.user, fields=fields_of(message))
        return super().log_change(request, obj, message)

    def has_delete_permission(self, request, obj=None):
        """What the project's files brought would come back with them; correct it instead."""
        made_here = obj is None or getattr(obj, "origin", Loaded.Origin.PERSON) == Loaded.Origin.PERSON
        return made_here and super().has_delete_permission(request, obj)


def label_of(queryset) -> str:
    return queryset.model._meta.label_lower


def fields_of(message) -> list[str]:
    """The names of the fields that changed, also in the rows of inlines; never what they say."""
    changed = [part.get("changed", {}) for part in message] if isinstance(message, list) else []
    return sorted({field for part in changed for field in part.get("fields", ())})


class DescriptiveAdmin(SimpleHistoryAdmin, ReferenceAdmin):
    """Rows edited in place. An edit takes the row out of the files' hands and voids its verification."""

    object_history_list_template = "drugs/_history_list.html"

    def get_readonly_fields(self, request, obj=None):
        own = tuple(super().get_readonly_fields(request, obj))
        return (*own, "verification") if self.is_sourced() else own

    def save_model(self, request, obj, form, change):
        if form.has_changed() or not change:
            edited(obj)
        super().save_model(request, obj, form, change)
        DataRevision.bump()

    def save_formset(self, request, form, formset, change):
        """A row edited inside another one's page is edited too."""
        for row in formset.save(commit=False):
            if isinstance(row, Loaded):
                edited(row)
        super().save_formset(request, form, formset, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and any(formset.has_changed() for formset in formsets):
            edited(form.instance)
            form.instance.save()
        DataRevision.bump()


def edited(row: Loaded) -> None:
    row.edited_by_person = True
    if isinstance(row, Sourced):
        row.verified_on = row.verified_by = None


class RevisionAdmin(ReferenceAdmin):
    """Rows that are only added: a correction is a new revision of the same key, and nothing is deleted."""

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        """A stored row can be read and verified (from the list), never edited."""
        return obj is None and super().has_change_permission(request)

    # What stands in the place of a stored field where it is read: dollars instead of cents.
    told_as: ClassVar[dict[str, str]] = {}

    def get_readonly_fields(self, request, obj=None):
        own = tuple(super().get_readonly_fields(request, obj))
        return (*own, *self.told_as.values(), "verification", "correct", "other_revisions")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        shown = [(title, {**options, "fields": self.told(options["fields"])}) for title, options in fieldsets]
        return (*shown, ("Revisions", {"fields": ("correct", "other_revisions")}))

    def told(self, names):
        return tuple(
            self.told(name) if isinstance(name, tuple) else self.told_as.get(name, name) for name in names
        )

    def get_list_display(self, request):
        return (*super().get_list_display(request), "revision", "withdrawn", "correct")

    def get_list_filter(self, request):
        return (*super().get_list_filter(request), "withdrawn")

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        revised = self.get_object(request, initial.pop("revise", None) or "0")
        if revised is None:
            return initial
        names = [f.name for f in self.model._meta.concrete_fields if f.editable and not f.primary_key]
        return {name: getattr(revised, name) for name in names} | initial

    def save_model(self, request, obj, form, change):
        """The next revision of its key; where two people save at once, each gets a number of their own."""
        obj.created_by, obj.edited_by_person = request.user, True
        for attempt in range(5):
            obj.revision = obj.next_revision()
            try:
                with transaction.atomic():
                    super().save_model(request, obj, form, change)
            except IntegrityError:
                if attempt == 4:
                    raise
            else:
                break
        DataRevision.bump()

    @admin.display(description="")
    def correct(self, row):
        if row.pk is None:
            return "-"
        url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_add")
        return format_html('<a href="{}?revise={}">add a revision</a>', url, row.pk)

    # What the history tells together: the revisions of one key, or of a wider one.
    history_of: tuple[str, ...] = ()

    def values_of(self, row) -> dict[str, str]:
        """What a revision says, field by field in words; an empty field is left out."""
        told = {name: getattr(self, told) for name, told in self.told_as.items()}
        return admin_history.values_of(row, told)

    @admin.display(description="all revisions")
    def other_revisions(self, row):
        if row.pk is None:
            return "-"
        return render_to_string("admin/drugs/_revisions.html", self.history_context(row))

    def history_context(self, row) -> dict:
        names = self.history_of or row.KEY
        rows = self.model.objects.filter(**{name: getattr(row, name) for name in names})
        rows = rows.select_related("created_by", "verified_by").order_by("effective_from", "revision", "pk")
        return {"entered": admin_history.entered(rows, self.values_of), "opts": self.opts}

    def history_view(self, request, object_id, extra_context=None):
        """What each revision changed, instead of the words "Added" and "Changed"."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | self.history_context(row)
        context |= {"title": f"History: {row}", "object": row, "module_name": self.opts.verbose_name_plural}
        return TemplateResponse(request, "admin/drugs/revisions.html", context)
