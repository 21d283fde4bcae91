"""Share links: the counselor's page that makes and revokes them, and the page a family opens by one.

Opening changes nothing but the count. HEAD is answered without being counted; previews by messaging apps and mail
scanners are GETs like a person's, so they count, and the counselor's page says so.
"""

from functools import wraps
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from estimator import share
from estimator.models import Estimate, ShareLink
from estimator.saved import is_intact
from estimator.saved_forms import key_or_new
from estimator.saved_views import kept_or_404, tampered
from estimator.sheet import family_sheet
from estimator.sheetwords import day

PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}
LANGUAGES = dict(ShareLink.LANGUAGES)


def private(view):
    """Nothing of this page goes on: not to a cache, an index or the next site, whatever its status."""

    @wraps(view)
    def with_headers(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        return response

    return with_headers


# The counselor's page (its own address holds no token; without a referrer its forms could not be posted)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, public_id) -> HttpResponse:
    """The links of a saved estimate; a POST makes one and shows it this once, with its QR code on the sheet."""
    saved = kept_or_404(public_id)
    if not is_intact(saved):
        return tampered(request)
    made = make_posted(request, saved) if request.method == "POST" else {}
    if made.get("qr"):
        return sheet_page(request, made["made"], "estimator/share/made_sheet.html", made | {"saved": saved})
    context = {"saved": saved, "links": saved.share_links.all(), "key": uuid4(), "languages": LANGUAGES}
    return render(request, "estimator/share/links.html", context | made)


def make_posted(request: HttpRequest, saved: Estimate) -> dict:
    """The new link as the page shows it; nothing of its token is kept for a second time."""
    language = request.POST.get("language", "")
    made = share.make(
        saved,
        by=request.user,
        language=language if language in LANGUAGES else "en",
        key=key_or_new(request.POST.get("key")),
    )
    if made is None:
        return {"is_made_before": True}
    link, token = made
    address = request.build_absolute_uri(reverse("shared", args=[token]))
    qr = share.qr_code(address) if "qr" in request.POST else ""
    return {"made": link, "address": address, "qr": qr}


@never_cache
@login_required
@require_POST
def revoke(request: HttpRequest, public_id, number: int) -> HttpResponse:
    saved = kept_or_404(public_id)
    share.revoke(get_object_or_404(saved.share_links, pk=number), request.user)
    return redirect("share_links", saved.public_id)


# The family's page


@private
@csrf_exempt  # without a session and without a cookie; what is not GET or HEAD gets 405
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The sheet for whoever holds the token. Everybody else gets one and the same answer."""
    address = share.address_of(request)
    if share.is_throttled(address):
        return throttled(request)
    link = share.found(token)
    page = shared_page(request, link) if link and is_intact(link.estimate) else None
    if page is None or not share.still_works(link, counts=request.method == "GET"):
        share.count_miss(address)
        return both_languages(request, "refused", 404)
    return page


def throttled(request: HttpRequest) -> HttpResponse:
    page = both_languages(request, "throttled", 429)
    page.headers["Retry-After"] = str(int(share.MISSES_COUNT_FOR.total_seconds()))
    return page


def both_languages(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """Nobody knows who opens a link that does not work, so the page speaks every language of the sheet."""
    others = [code for code in LANGUAGES if code != "en"]
    with translation.override("en"):
        return render(request, f"estimator/share/{name}.html", {"others": others}, status=status)


def shared_page(request: HttpRequest, link: ShareLink) -> HttpResponse:
    return sheet_page(request, link, "estimator/share/shared.html", {})


def sheet_page(request: HttpRequest, link: ShareLink, template: str, more: dict) -> HttpResponse:
    """The sheet from the snapshot alone, in the language of the link unless the address asks for the other."""
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else link.language
    with translation.override(language):
        ends_on = day(timezone.localtime(link.expires_at).date())
        return render(request, template, family_sheet(link.estimate, language) | {"ends_on": ends_on} | more)
