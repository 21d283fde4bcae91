"""Compare plans for a treatment, or treatments under a coverage. Answers are posted, and kept only when saved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from estimator import views
from estimator.assemble import Reference
from estimator.compare import compared
from estimator.compareform import CompareForm
from estimator.present_compare import present_comparison
from estimator.saved_list import revising


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest) -> HttpResponse:
    """The ways beside each other; where the estimate itself is not complete, its own page says why."""
    if request.method != "POST":
        return render(request, "estimator/compare/empty.html")
    reference, today = Reference.current(), timezone.localdate()
    form = CompareForm(request.POST.dict(), reference, today)
    if not form.base.is_complete:
        return views.page(request, form.base, revising(request.user, request.POST.get("revises")))
    ways = form.ways()
    shown = None
    if len(ways) > 1:
        shown = present_comparison(compared(ways, reference, today), form.choice.horizon)
    template = "estimator/compare/_compare.html" if request.htmx else "estimator/compare/compare.html"
    context = {"form": form, "shown": shown, "answers": form.answers, "announcement": announcement(shown)}
    context["revises"] = revising(request.user, request.POST.get("revises"))
    return render(request, template, context)


def announcement(shown) -> str:
    return " ".join(shown.sentences) if shown else ""
