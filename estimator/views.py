"""Find the drug, ask, answer. One view renders the whole page or, for HTMX, the part that changes."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from estimator import drafts
from estimator.answers import answers_of
from estimator.assemble import Reference
from estimator.callscript import answered, with_boxes
from estimator.compareform import comparison_of
from estimator.estimate import Estimate
from estimator.estimate import estimate as estimate_of_request
from estimator.forms import EstimateForm
from estimator.labels import found_drug
from estimator.present import present
from estimator.present_levers import PresentedLevers, present_levers
from estimator.presented import Presented
from estimator.request import RequestErrors
from estimator.saved_list import Revising, recent, revising

LONGEST_SEARCH = 100


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Which drug? Brand, generic or code."""
    return search(request, request.GET.get("q", ""))


def search(request: HttpRequest, words: str, status: int = 200) -> HttpResponse:
    words = words.replace("\x00", "").strip()[:LONGEST_SEARCH]
    drugs = Reference.current().drugs
    found = drugs.find(words) if words else drugs.drugs
    template = "_found.html" if request.htmx else "home.html"
    context = {"q": words, "drugs": [found_drug(drug) for drug in found], "recent": recent(request.user)}
    return render(request, template, context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: HttpRequest) -> HttpResponse:
    """The form and its answer. Answers are private: they are posted, never put into an address."""
    reference, today = Reference.current(), timezone.localdate()
    if request.method == "POST":
        form = EstimateForm(answered(request.POST.dict()), reference, today, asked="show" in request.POST)
        name = drafts.keep(request, request.POST.dict()) if form.drug else ""
        return page(request, form, revising(request.user, request.POST.get("revises")), name)
    drug, name = request.GET.get("drug", ""), request.GET.get("draft", "")
    draft = drafts.kept(request, name) if name else None
    form = EstimateForm(answered(draft or {"drug": drug}), reference, today, asked=False)
    if form.drug is None:
        return search(request, drug, status=404 if "drug" in request.GET else 200)
    revises = revising(request.user, draft.get("revises")) if draft else None
    ended, comparison = bool(name) and not draft, comparison_of(draft or {})
    return page(request, form, revises, name if draft else "", ended=ended, comparison=comparison)


def page(
    request: HttpRequest,
    form: EstimateForm,
    revises: Revising | None = None,
    draft: str = "",
    ended: bool = False,
    comparison: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The form beside its answer. `revises` is the saved estimate it started from, `draft` the name under which
    the answers are kept for a reload; `ended` says that they are no longer. `comparison` are the answers of the
    comparison in hand, else those posted."""
    found = answer(form, form.reference, form.today)
    shown = shown_of(found, form) if found else None
    template = "estimator/_estimate.html" if request.htmx else "estimator/estimate.html"
    context = {"form": form, "shown": shown, "announcement": announcement(form, shown), "ended": ended}
    keeping = {"answers": answers_of(form) if shown else {}, "revises": revises, "draft": draft}
    keeping["comparison"] = comparison_of(request.POST) if comparison is None else comparison
    if draft:
        keeping["address"] = drafts.address(form.drug.slug, draft)
    return render(request, template, context | keeping | {"levers": levers_of(found, shown, form)})


def answer(form: EstimateForm, reference: Reference, today) -> Estimate | None:
    """The estimate; None where the form does not say enough, or says something wrong."""
    if not form.is_complete:
        return None
    try:
        return estimate_of_request(form.request(), reference, today)
    except RequestErrors as refused:
        form.add_request_errors(refused.errors)
        return None


def shown_of(found: Estimate, form: EstimateForm) -> Presented:
    """The estimate as the page shows it, with boxes for answers to what is still open."""
    shown = present(found, form.reference)
    return replace(shown, calls=with_boxes(shown.calls, form))


def levers_of(found: Estimate | None, shown: Presented | None, form: EstimateForm) -> PresentedLevers | None:
    """What would change the answer; where the drug is not covered there is no answer to change."""
    return present_levers(found, form.reference) if shown and shown.answer.state == "covered" else None


def announcement(form: EstimateForm, shown) -> str:
    """What a screen reader says after a change."""
    if shown:
        return shown.answer.announcement
    count = len(form.errors)
    return f"{count} answer{'s' if count > 1 else ''} to correct." if count else ""
