"""Saved estimates: review and save, list, show, revise, compare with the one before, export, delete and undo.

One clinic shares an installation: every counselor sees every estimate, nobody else sees any.
"""

import time
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from estimator import saved_changes, saved_files, views
from estimator.answers import answers_of, not_in_the_form, only_answers, posted
from estimator.assemble import Reference
from estimator.audit import Act, record
from estimator.compareform import CompareForm, comparison_of
from estimator.forms import EstimateForm
from estimator.models import UNDO_FOR, Estimate
from estimator.saved import Draft, drafted, in_short, is_intact, save, thawed
from estimator.saved_comparison import KeptComparison
from estimator.saved_forms import SaveForm, key_or_new
from estimator.saved_list import Revising, SearchForm, page_of, revising, undoable, with_comparison

WAITING = "estimate to save"
WAITS_FOR = 30 * 60
"""How long answers wait in the session for somebody to sign in (seconds)."""


# Saving


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """What will be saved, and the label. After signing in, the answers come back from the session."""
    data = request.POST.dict() if request.method == "POST" else waiting(request)
    if not data:
        return redirect("home")
    form, draft = draft_of(data)
    if draft is None:
        return form_again(request, form, data)
    if not request.user.is_authenticated:
        return sign_in_first(request, draft, data)
    asked = SaveForm(None, draft.reference)
    return review_page(request, draft, asked, data)


def save_posted(request: HttpRequest) -> HttpResponse:
    """Save what was reviewed; where the numbers have moved meanwhile, it is reviewed again."""
    data = request.POST.dict()
    if found := saved_before(request.user, data):
        return redirect("saved", found.public_id)
    form, draft = draft_of(data)
    if draft is None:
        return form_again(request, form, data)
    if not request.user.is_authenticated:
        return sign_in_first(request, draft, data)
    asked = SaveForm({**data, "key": key_or_new(data.get("key"))}, draft.reference)
    if not asked.is_valid() or asked.cleaned_data["seen"] != draft.fingerprint:
        return review_page(request, draft, asked, data)
    saved = save(
        replace(draft, comparison=None) if asked.cleaned_data["without_comparison"] else draft,
        owner=request.user,
        label=asked.cleaned_data["label"],
        key=asked.cleaned_data["key"],
        revises=revised(data),
    )
    request.session.pop(WAITING, None)
    return redirect("saved", saved.public_id)


def form_again(request: HttpRequest, form: EstimateForm, data: dict[str, str]) -> HttpResponse:
    """The form with what is wrong in it."""
    revises = revising(request.user, data.get("revises"))
    return views.page(request, form, revises, comparison=comparison_of(data))


def form_of(data: dict[str, str]) -> EstimateForm:
    return EstimateForm(
        only_answers(data, SaveForm.OWN), Reference.current(), timezone.localdate(), asked=True
    )


def draft_of(data: dict[str, str]) -> tuple[EstimateForm, Draft | None]:
    """What would be saved, with the comparison in hand; without a draft the form says what is wrong."""
    answers = only_answers(data, SaveForm.OWN)
    form = form_of(answers)
    comparison = None
    if comparison_of(answers):
        comparison = KeptComparison.of(CompareForm(answers, form.reference, form.today))
    return form, drafted(form, form.reference, form.today, comparison)


def saved_before(user, data: dict[str, str]) -> Estimate | None:
    """The estimate this very page has saved already."""
    if not user.is_authenticated or not data.get("key"):
        return None
    return Estimate.objects.filter(owner=user, key=key_or_new(data["key"])).first()


def revised(data: dict[str, str]) -> Estimate | None:
    """The estimate it revises, while it is there and as it was."""
    public_id = key_or_new(data.get("revises"))
    found = Estimate.objects.kept().filter(public_id=public_id).first()
    return found if found and is_intact(found) else None


def label_before(data: dict[str, str]) -> str:
    """The label of the estimate it revises, to be kept or changed."""
    before = revised(data)
    return before.label if before else ""


def review_page(request: HttpRequest, draft: Draft, asked: SaveForm, data: dict[str, str]) -> HttpResponse:
    context = {
        "asked": asked,
        "label": data["label"] if "label" in data else label_before(data),
        "key": key_or_new(data.get("key")),
        "seen": draft.fingerprint,
        "has_moved": data.get("seen", draft.fingerprint) != draft.fingerprint,
        "shown": draft.shown,
        "in_short": in_short(draft.shown),
        "answers": answers_of(draft.form) | comparison_of(data),
        "comparison": draft.comparison,
        "revises": revising(request.user, data.get("revises")),
    }
    return render(request, "estimator/saved/review.html", context)


def sign_in_first(request: HttpRequest, draft: Draft, data: dict[str, str]) -> HttpResponse:
    """Keep what was typed in the session, not in an address, and come back to the review."""
    kept = {name: data[name] for name in ("label", "revises") if data.get(name)} | comparison_of(data)
    request.session[WAITING] = {"since": int(time.time()), "data": answers_of(draft.form) | kept}
    return redirect_to_login(reverse("estimate_review"))


def waiting(request: HttpRequest) -> dict[str, str]:
    kept = request.session.get(WAITING)
    if not kept or time.time() - kept["since"] > WAITS_FOR:
        request.session.pop(WAITING, None)
        return {}
    return kept["data"]


# Finding


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def estimates(request: HttpRequest) -> HttpResponse:
    """The list; a POST saves a new one."""
    return save_posted(request) if request.method == "POST" else listing(request)


@login_required
def listing(request: HttpRequest) -> HttpResponse:
    form = SearchForm({name: value.replace("\x00", "") for name, value in request.GET.items()})
    page = page_of(form.found(), request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {"form": form, "page": page, "query": kept.urlencode(), "undoable": undoable(request.user)}
    context["compared"] = with_comparison(page)
    return render(request, "estimator/saved/list.html", context)


def kept_or_404(public_id) -> Estimate:
    return get_object_or_404(Estimate.objects.kept(), public_id=public_id)


# One saved estimate


@never_cache
@login_required
@require_GET
def detail(request: HttpRequest, public_id) -> HttpResponse:
    """The page as it was, from the snapshot alone."""
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    shown = thawed(saved.shown)
    context = {
        "saved": saved,
        "shown": shown,
        "levers": shown.get("levers"),
        "used": thawed(saved.used),
        "later": saved.revisions.kept().only("public_id", "number"),
        "may_delete": saved.may_be_deleted_by(request.user),
    }
    return render(request, "estimator/saved/detail.html", context)


def tampered(request: HttpRequest) -> HttpResponse:
    return render(request, "estimator/saved/tampered.html", status=409)


@never_cache
@login_required
@require_GET
def revise(request: HttpRequest, public_id) -> HttpResponse:
    """The form with the saved answers, under the reference data of today."""
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    kept = thawed(saved.answers)
    answers, revises = posted(kept), Revising(saved.public_id, saved.number, not_in_the_form(kept))
    return views.page(request, form_of(answers), revises, comparison=comparison_of(answers))


@never_cache
@login_required
@require_GET
def changes(request: HttpRequest, public_id) -> HttpResponse:
    """What differs from the estimate it revises, and why."""
    saved = kept_or_404(public_id)
    before = saved.revises if saved.revises and not saved.revises.deleted_at else None
    if not is_intact(saved) or (before and not is_intact(before)):
        return tampered(request)
    if not saved.revises_number:
        raise Http404
    found = saved_changes.changes(before, saved) if before else None
    return render(
        request, "estimator/saved/changes.html", {"saved": saved, "before": before, "changes": found}
    )


@never_cache
@login_required
@require_GET
def as_csv(request: HttpRequest, public_id) -> HttpResponse:
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    exported(request, saved, "csv")
    return file(f"estimate-{saved.number}.csv", "text/csv", saved_files.as_csv(saved).encode("utf-8-sig"))


@never_cache
@login_required
@require_GET
def as_json(request: HttpRequest, public_id) -> HttpResponse:
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    exported(request, saved, "json")
    return file(f"estimate-{saved.number}.json", "application/json", saved_files.as_json(saved).encode())


def exported(request: HttpRequest, saved: Estimate, kind: str) -> None:
    """A copy leaves the installation: by whom stays written down."""
    record(Act.EXPORT, f"estimate {saved.number}", by=request.user, kind=kind)


def file(name: str, kind: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)


@never_cache
@login_required
@require_POST
def delete(request: HttpRequest, public_id) -> HttpResponse:
    """Gone from every list at once; for half an hour whoever deleted it can bring it back."""
    saved = kept_or_404(public_id)
    if not saved.may_be_deleted_by(request.user):
        raise PermissionDenied
    with transaction.atomic():
        mine = Estimate.objects.kept().filter(pk=saved.pk)
        if mine.update(deleted_at=timezone.now(), deleted_by=request.user):
            record(Act.DELETE, f"estimate {saved.number}", by=request.user)
    return redirect("estimates")


@never_cache
@login_required
@require_POST
def undo(request: HttpRequest, public_id) -> HttpResponse:
    mine = Estimate.objects.filter(
        public_id=public_id, deleted_by=request.user, deleted_at__gte=timezone.now() - UNDO_FOR
    )
    with transaction.atomic():
        number = mine.values_list("number", flat=True).first()
        if not mine.update(deleted_at=None, deleted_by=None):
            raise Http404
        record(Act.UNDO, f"estimate {number}", by=request.user)
    return redirect("saved", public_id)
