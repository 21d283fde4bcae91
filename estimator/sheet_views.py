"""The family's sheet as a page and as a PDF. Answers are posted, never put into an address; nothing is kept."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from estimator import sheet_pdf, views
from estimator.answers import answers_of
from estimator.assemble import Reference
from estimator.estimate import Estimate
from estimator.forms import EstimateForm
from estimator.saved import is_intact
from estimator.saved_views import exported, kept_or_404, tampered
from estimator.sheet import family_sheet

OWN = ("lang", "format", "paper", "csrfmiddlewaretoken")


@never_cache
@require_POST
def sheet(request: HttpRequest) -> HttpResponse:
    """The sheet of the answers in the form; where they make no estimate, the form says why."""
    answers = {name: value for name, value in request.POST.dict().items() if name not in OWN}
    form = EstimateForm(answers, Reference.current(), timezone.localdate(), asked=True)
    found: Estimate | None = views.answer(form, form.reference, form.today)
    if found is None:
        return views.page(request, form)
    context = family_sheet(found, request.POST.get("lang", ""), form.reference)
    address = reverse("estimate_sheet")
    actions = {
        "method": "post",
        "sheet": address,
        "pdf": address,
        "estimate": reverse("estimate"),
        "answers": answers_of(form),
    }
    if request.POST.get("format") == "pdf":
        return pdf(request, context, actions, f"{form.drug.slug}-sheet.pdf")
    return page(request, context, actions)


@never_cache
@login_required
@require_GET
def saved_sheet(request: HttpRequest, public_id) -> HttpResponse:
    """The sheet of a saved estimate, from its snapshot alone."""
    return of_saved(request, public_id, as_pdf=False)


@never_cache
@login_required
@require_GET
def saved_pdf(request: HttpRequest, public_id) -> HttpResponse:
    return of_saved(request, public_id, as_pdf=True)


def of_saved(request: HttpRequest, public_id, *, as_pdf: bool) -> HttpResponse:
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    context = family_sheet(saved, request.GET.get("lang", ""))
    actions = {
        "method": "get",
        "sheet": reverse("saved_sheet", args=[public_id]),
        "pdf": reverse("saved_sheet_pdf", args=[public_id]),
        "back": reverse("saved", args=[public_id]),
    }
    if as_pdf:
        exported(request, saved, "pdf")
        return pdf(request, context, actions, f"estimate-{saved.number}.pdf")
    return page(request, context, actions)


def page(request: HttpRequest, context: dict, actions: dict, status: int = 200) -> HttpResponse:
    actions = {**actions, "no_pdf": not sheet_pdf.is_possible()}
    return render(request, "estimator/sheet.html", {**context, "actions": actions}, status=status)


def pdf(request: HttpRequest, context: dict, actions: dict, name: str) -> HttpResponse:
    """The PDF; where none can be made now, the sheet itself, which says so and can be printed."""
    if not sheet_pdf.is_possible():
        return page(request, context, actions)
    asked = request.POST if request.method == "POST" else request.GET
    try:
        made = sheet_pdf.sheet_pdf(context, "a4" if asked.get("paper") == "a4" else "letter")
    except sheet_pdf.NotMade:
        answer = page(request, context, {**actions, "not_made": True}, status=503)
        answer.headers["Retry-After"] = str(sheet_pdf.SECONDS)
        return answer
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)
