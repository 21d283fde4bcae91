"""Pages about payers, and those about drugs that name programs too. Everything comes from the snapshots."""

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from drugs import catalogue as drug_catalogue
from drugs.cadence import elements_of, policies_element
from drugs.changes import change_log
from drugs.citations import Citations
from drugs.presented import present
from drugs.report import report_for
from drugs.views import searched
from payers import catalogue
from payers.freshness import freshness_report
from payers.presented import policy_payers, present_payer, present_policy_payer
from payers.programpage import assistance, program_differences


@require_safe
def drug(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one drug; an unknown name gets the list, as not found."""
    drugs = drug_catalogue.load()
    found = drugs.drug(slug)
    if found is None:
        return searched(request, drugs, "", unknown=f"drug {slug}")
    payers, today, cited = catalogue.load(), timezone.localdate(), Citations()
    programs = [terms.provenance for p in payers.programs_for(slug) if (terms := p.in_force(today))]
    prices = [price for code in found.codes for price in drugs.prices_of(code.code) if code.in_force(today)]
    context = {
        "shown": present(found, drugs, today, cited),
        "programs": assistance(found, payers, drugs, today, cited),
        "program_differences": program_differences(found, payers, drugs, today, cited),
        "elements": elements_of(found, prices, programs, today),
        "log": change_log(slug),
        "report": report_for(request, found.name),
        "today": today,
        "cited": cited,
    }
    return render(request, "drugs/drug.html", context)


@require_safe
def payer_list(request: HttpRequest) -> HttpResponse:
    return _payer_list(request)


def _payer_list(request: HttpRequest, unknown: str = "") -> HttpResponse:
    payers, named = catalogue.load(), policy_payers(drug_catalogue.load())
    kinds = [(payer, [d for d in payers.designs if d.payer == payer]) for payer in payers.payers]
    slugs = {payer.slug for payer in payers.payers}
    context = {
        "unknown": unknown,
        "kinds": kinds,
        "policies": [(slug, *rest) for slug, rest in named.items() if slug not in slugs],
    }
    return render(request, "payers/list.html", context, status=404 if unknown else 200)


@require_safe
def payer(request: HttpRequest, slug: str) -> HttpResponse:
    payers, drugs = catalogue.load(), drug_catalogue.load()
    cited, today = Citations(), timezone.localdate()
    found = next((p for p in payers.payers if p.slug == slug), None)
    shown = found and present_payer(found, payers, drugs, today, cited)
    shown = shown or present_policy_payer(slug, drugs, today, cited)
    if shown is None:
        return _payer_list(request, unknown=slug)
    element = policies_element((policy.read for policy in shown.policies), today)
    context = {
        "shown": shown,
        "elements": (element,) if element else (),
        "report": report_for(request, shown.name),
        "cited": cited,
        "today": today,
    }
    return render(request, "payers/payer.html", context)


@never_cache
@staff_member_required
@require_safe
def freshness(request: HttpRequest) -> HttpResponse:
    """What is out of date or unverified, and what depends on it."""
    return render(request, "payers/freshness.html", {"report": freshness_report(timezone.localdate())})
