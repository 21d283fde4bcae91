"""Panels of patients: upload and check a file, start it, watch it, stop it, take its results, delete it.

A panel is its owner's alone. Whoever manages panels (administrators) sees of all of them whose they are and how far,
may pause, cancel and delete them, and sees no result.
"""

from collections.abc import Iterator
from itertools import chain
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseStopPolling

from drugs.importers.members import LARGEST_FILE, MEGABYTE
from estimator import batch, batch_columns, batch_results
from estimator.assemble import Reference
from estimator.batch_models import BatchRun
from estimator.batch_panel import MOST_ROWS, PanelRefused
from estimator.engines import EngineDown, launch
from estimator.present_batch import outcome, standing
from estimator.saved_list import page_of

MAY_UPLOAD = "estimator.add_batchrun"
MANAGES = "estimator.change_batchrun"
State = BatchRun.State


class UploadForm(forms.Form):
    file = forms.FileField(
        label="The panel, a .csv file",
        help_text=(
            f"At most {LARGEST_FILE // MEGABYTE} MB and {MOST_ROWS:,} rows. "
            "It is only read and checked: nothing starts before you say so. A very long file takes a minute."
        ),
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty. Choose the .csv file with a row for each patient.",
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                f"This file has more than {LARGEST_FILE // MEGABYTE} MB. Send it in parts."
            )
        return file


# All of them


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def panels(request: HttpRequest) -> HttpResponse:
    """The list, and what a new one needs. A POST keeps a checked file, or lists what is wrong in it."""
    may_upload = request.user.has_perm(MAY_UPLOAD)
    if request.method != "POST":
        return listing(request, UploadForm() if may_upload else None)
    if not may_upload:
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return listing(request, form)
    file = form.cleaned_data["file"]
    try:
        run = batch.create(file, file.name, Reference.current(), timezone.localdate(), owner=request.user)
    except PanelRefused as refused:
        return listing(request, UploadForm(), refused, file.name)
    return redirect("panel", run.public_id)


def listing(
    request: HttpRequest, form: UploadForm | None, refused: PanelRefused | None = None, file_name: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "refused": refused,
        "file_name": file_name,
        "page": page_of(visible_to(request.user).defer("summary"), request.GET.get("page")),
        "manages": request.user.has_perm(MANAGES),
        "columns": batch_columns.COLUMNS,
    }
    return render(request, "estimator/batch/list.html", context)


@never_cache
@login_required
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The csv to fill in."""
    return HttpResponse(batch_columns.template(), headers=as_file("panel.csv"))


def as_file(name: str) -> dict[str, str]:
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }


def visible_to(user) -> QuerySet[BatchRun]:
    return BatchRun.objects.all() if user.has_perm(MANAGES) else BatchRun.objects.filter(owner=user)


# One of them


@never_cache
@login_required
@require_GET
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is; when it is done, what came of it. The page asks for its part anew while it runs."""
    run = get_object_or_404(visible_to(request.user), public_id=public_id)
    progress = batch.progress(run)
    is_own = run.owner_id == request.user.pk
    context = {
        "run": run,
        "progress": progress,
        "standing": standing(run, progress),
        "is_own": is_own,
        "twin": twin_of(run) if is_own and run.state == State.READY else None,
        "retention_days": settings.RETENTION_DAYS,
    }
    if run.state == State.DONE and is_own:
        context["outcome"] = outcome(batch.summary(run), Reference.current())
        context["result_columns"] = batch_results.COLUMNS
    if not request.htmx:
        return render(request, "estimator/batch/panel.html", context)
    part = render(request, "estimator/batch/_panel.html", context)
    return part if run.state == State.RUNNING else HttpResponseStopPolling(part.content)


def twin_of(run: BatchRun) -> BatchRun | None:
    """An earlier panel from the very same file."""
    same = BatchRun.objects.filter(owner=run.owner_id, sha256=run.sha256, created_at__lt=run.created_at)
    return same.first()


STEPS = {
    "start": lambda run, by: batch.start(run, by=by),
    "pause": lambda run, by: batch.pause(run),
    "resume": lambda run, by: batch.resume(run),
    "cancel": lambda run, by: batch.cancel(run, by=by),
    "again": lambda run, by: batch.restart(run, by=by),
}
SETS_TO_WORK = ("start", "resume", "again")


@never_cache
@login_required
@require_POST
def step(request: HttpRequest, public_id: UUID, name: str) -> HttpResponse:
    """Start, pause, resume, cancel, or start again; what does not fit its state says so on its page."""
    run = get_object_or_404(visible_to(request.user), public_id=public_id)
    if name not in STEPS:
        raise Http404
    if name in ("start", "again") and run.owner_id != request.user.pk:
        raise PermissionDenied
    try:
        STEPS[name](run, request.user)
        if name in SETS_TO_WORK:
            launch(run)
    except (batch.WrongState, EngineDown) as trouble:
        messages.warning(request, str(trouble))
    return redirect("panel", public_id)


@never_cache
@login_required
@require_GET
def results(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The results as a csv, its owner's alone."""
    run = get_object_or_404(BatchRun, owner=request.user, public_id=public_id)
    try:
        lines = batch.download(run, by=request.user)
    except batch.WrongState as trouble:
        messages.warning(request, str(trouble))
        return redirect("panel", public_id)
    headers = as_file(f"panel-{run.created_at:%Y-%m-%d}-results.csv")
    return StreamingHttpResponse(for_spreadsheets(lines), headers=headers)


def for_spreadsheets(lines: Iterator[str]) -> Iterator[bytes]:
    """With the mark by which they know UTF-8."""
    return (line.encode() for line in chain(["\ufeff"], lines))


@never_cache
@login_required
@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For good, with its rows and results. What runs is stopped first."""
    run = get_object_or_404(visible_to(request.user), public_id=public_id)
    if run.state == State.RUNNING:
        messages.warning(request, "This panel is running. Pause or cancel it first, then delete it.")
        return redirect("panel", public_id)
    name = run.file_name
    batch.delete(run, by=request.user)
    messages.success(request, f"The panel “{name}” is deleted, with its rows and results.")
    return redirect(reverse("panels"))
