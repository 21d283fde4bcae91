"""The comparison kept with a saved estimate: its page and its file, from the snapshot alone."""

import json
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from estimator.saved import is_intact, thawed
from estimator.saved_comparison import as_csv
from estimator.saved_views import exported, file, kept_or_404, tampered


@never_cache
@login_required
@require_GET
def comparison(request: HttpRequest, public_id) -> HttpResponse:
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    compared = thawed(saved.shown).get("compared")
    if not compared:
        raise Http404
    context = {"saved": saved, "compared": compared, "shown": compared["comparison"]}
    context["first_dose"] = date.fromisoformat(compared["first_dose"])
    return render(request, "estimator/saved/comparison.html", context)


@never_cache
@login_required
@require_GET
def comparison_csv(request: HttpRequest, public_id) -> HttpResponse:
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    compared = json.loads(saved.findings).get("comparison")
    if not compared:
        raise Http404
    exported(request, saved, "comparison csv")
    content = as_csv(saved.number, saved.label, compared).encode("utf-8-sig")
    return file(f"comparison-{saved.number}.csv", "text/csv", content)
