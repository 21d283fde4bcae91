"""The list of drugs and the pages about codes. A drug's own page also names programs: see `payers.views`."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from drugs import catalogue
from drugs.cadence import coding_element, prices_element
from drugs.citations import Citations
from drugs.codepage import canonical, present_code
from drugs.listing import listed_drugs
from drugs.reference import Drugs
from drugs.report import report_for

LONGEST_SEARCH = 100


@require_safe
def drug_list(request: HttpRequest) -> HttpResponse:
    return searched(request, catalogue.load(), request.GET.get("q", ""))


def searched(request: HttpRequest, drugs: Drugs, words: str, unknown: str = "") -> HttpResponse:
    """The drugs found, by disease; `unknown` says what an address asked for in vain."""
    words = words.replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = drugs.find(words) if words else drugs.drugs
    context = {
        "q": words,
        "unknown": unknown,
        "code": canonical(words, drugs) if words else None,
        "count": len(found),
        "groups": listed_drugs(found, drugs, timezone.localdate()),
    }
    return render(request, "drugs/list.html", context, status=404 if unknown else 200)


@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    drugs = catalogue.load()
    known = canonical(code, drugs)
    if known is None:
        return searched(request, drugs, "", unknown=f"code {code[:LONGEST_SEARCH]}")
    if known != code:
        return redirect("code", known)
    cited, today = Citations(), timezone.localdate()
    shown = present_code(code, drugs, today, cited)
    context = {
        "shown": shown,
        "cited": cited,
        "elements": _elements(code, drugs, today),
        "report": report_for(request, code),
    }
    return render(request, "drugs/code.html", context)


def _elements(code: str, drugs: Drugs, today: date) -> tuple:
    rows = [
        row for drug in drugs.drugs for row in (*drug.codes, *drug.administration_codes) if row.code == code
    ]
    rows += [fact for fact in drugs.facts if fact.code == code]
    found = (
        prices_element(drugs.prices_of(code), today),
        coding_element((row.provenance for row in rows), today),
    )
    return tuple(element for element in found if element)
