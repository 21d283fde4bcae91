"""Official files in the administration: upload, look at the difference, publish by a second deliberate action."""

from decimal import ROUND_HALF_UP, Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse

from drugs.import_models import ImportBatch, ImportRow
from drugs.importers import staging
from drugs.importers.members import LARGEST_FILE, MEGABYTE
from drugs.importers.quarters import QUARTER

ROWS_PER_PAGE = 100
SHOWN_FIRST = ("kept", "far", "removed", "added", "changed", "unchanged", "none")


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="Which file", choices=ImportBatch.Kind.choices)
    file = forms.FileField(
        label="The csv, or the zip as CMS ships it",
        help_text=f"At most {LARGEST_FILE // MEGABYTE} MB. Nothing changes before you publish it.",
    )
    quarter = forms.RegexField(
        QUARTER,
        label="Quarter",
        required=False,
        help_text="Only where the file does not say its own (Addendum B names the year alone), as in 2026Q1.",
        error_messages={"invalid": "Write a quarter as 2026Q1."},
    )


@admin.register(ImportBatch)
class ImportBatchAdmin(admin.ModelAdmin):
    """A batch is never edited or deleted here: it is published, withdrawn, or left as it is."""

    list_display = ("kind", "quarter", "status", "rows_read", "file_name", "uploaded_at", "decided_at")
    list_filter = ("status", "kind", "quarter")
    search_fields = ("file_name", "sha256", "quarter", "=rows__code", "=rows__ndc")
    list_per_page = 50
    actions = None
    actions_on_top = True

    @admin.display(description="rows")
    def rows_read(self, batch):
        return batch.counts.get("rows", "-")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/publish/", decide, {"act": "publish"}, name="drugs_importbatch_publish"),
            path("<int:pk>/withdraw/", decide, {"act": "withdraw"}, name="drugs_importbatch_withdraw"),
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            return self.take(request, form.cleaned_data)
        context = self.page(request, "Upload an official file") | {"form": form}
        return render(request, "admin/drugs/importbatch/upload.html", context)

    def take(self, request, asked):
        file = asked["file"]
        try:
            data = file.read(LARGEST_FILE + 1)
            batch = staging.stage(asked["kind"], file.name, data, request.user, asked["quarter"])
        except staging.AlreadyImported as already:
            messages.warning(request, f"A{str(already)[1:]}. Nothing was changed.")
            return redirect("admin:drugs_importbatch_change", already.batch.pk)
        self.log_addition(request, batch, f"Uploaded: {batch.get_status_display()}")
        return redirect("admin:drugs_importbatch_change", batch.pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        batch = self.get_object(request, object_id)
        if batch is None:
            raise Http404
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        context = self.page(request, str(batch)) | self.difference(request, batch)
        return render(request, "admin/drugs/importbatch/difference.html", context)

    def difference(self, request, batch: ImportBatch) -> dict:
        groups = groups_of(batch)
        asked = request.GET.get("change") or next((g["name"] for g in groups), "none")
        code = request.GET.get("code", "").strip().upper().replace("\0", "")
        rows = batch.rows.filter(code=code) if code else batch.rows.filter(change=named(asked))
        page = Paginator(rows.order_by("code", "ndc"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
        return {
            "batch": batch,
            "groups": groups,
            "asked": asked,
            "code": code,
            "page": page,
            "rows": [shown(row) for row in page],
            "is_listing": batch.kind == ImportBatch.Kind.NDC_CROSSWALK,
            "may_decide": request.user.has_perm("drugs.publish_importbatch"),
            "can_publish": batch.status == ImportBatch.Status.STAGED,
            "can_withdraw": batch.status in (ImportBatch.Status.STAGED, ImportBatch.Status.PUBLISHED),
        }

    def decide(self, request, pk, act):
        """The second action: its own POST, by somebody who may."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("drugs.publish_importbatch"):
            raise PermissionDenied
        batch = self.get_object(request, str(pk))
        if batch is None:
            raise Http404
        try:
            self.act(request, batch, act)
        except staging.NotPublished as reason:
            messages.error(request, f"{str(reason)[:1].upper()}{str(reason)[1:]}")
        return redirect("admin:drugs_importbatch_change", pk)

    def act(self, request, batch, act):
        if act == "withdraw":
            staging.withdraw(batch, request.user)
            self.log_change(request, batch, "Withdrawn")
            messages.success(request, f"{batch} is withdrawn. What stood before it stands again.")
            return
        published = staging.publish(batch, request.user, confirmed=request.POST.get("confirm") == "on")
        self.log_change(request, batch, "Published")
        new = published.counts.get("new_prices", published.counts["rows"])
        messages.success(request, f"{batch} is published: {new:,} new.")

    def page(self, request, title: str) -> dict:
        return self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "list_address": reverse("admin:drugs_importbatch_changelist"),
        }


def named(change: str) -> str:
    return "" if change == "none" else change


def groups_of(batch: ImportBatch) -> list[dict]:
    """The kinds of change of this file with their counts, what needs a look first."""
    labels = {str(value): label for value, label in ImportRow.Change.choices}
    counts = {name: batch.counts.get(name, 0) for name in SHOWN_FIRST}
    told = sum(counts.values())
    counts["none"] = batch.counts.get("rows", 0) + absent(batch) - told if batch.counts else 0
    return [
        {"name": name, "label": labels.get(named(name)), "count": counts[name]}
        for name in SHOWN_FIRST
        if counts[name] > 0
    ]


def absent(batch: ImportBatch) -> int:
    return batch.rows.filter(state=ImportRow.State.ABSENT).count()


def shown(row: ImportRow) -> dict:
    """One row of the difference as text."""
    return {
        "row": row,
        "before": dollars(row.amount_before),
        "now": dollars(row.amount),
        "moved": moved(row.amount_before, row.amount),
        "share_before": percent(row.coinsurance_before),
        "share": percent(row.coinsurance),
        "state": row.get_state_display(),
        "was": row.details.get("before", {}),
    }


def dollars(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    places = 2 if amount == amount.quantize(Decimal("0.01")) else 4
    text = f"{amount:,.{places}f}"
    return f"${text.rstrip('0') if places == 4 else text}"


def percent(thousandths: int | None) -> str:
    return "" if thousandths is None else f"{thousandths // 1000}.{thousandths % 1000:03} %"


def moved(before: Decimal | None, now: Decimal | None) -> str:
    if not before or now is None or before == now:
        return ""
    change = ((now - before) * 100 / before).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{change:+,} %"
