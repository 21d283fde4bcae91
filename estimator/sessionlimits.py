"""A signed-in session ends after 15 minutes without a sign of its person, and after 12 hours in any case.

What was being sent when it had ended is kept for half an hour for the same person: after signing in again it can be
sent on (`estimator.people_views.kept`). A request that asks for news by itself carries `X-Poll` and is no sign of a
person. A sign-in page never lands in a part of another page: HTMX is told to go there.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_htmx.http import HttpResponseClientRedirect

from estimator import people
from estimator.audit import Act, record

STARTED, SEEN = "signed in at", "last seen at"
ENDED, KEPT = "ended session", "kept until sign-in"
KEPT_FOR = 30 * 60
LARGEST_KEPT = 256 * 1024
POLL = "X-Poll"
KEEPS_ITSELF = {"estimates", "estimate_review"}
"""Saving keeps its answers in a way of its own, for a stranger too."""


@dataclass(frozen=True)
class Limits:
    """Seconds since 1970: when the session began, when its person last did something, and now."""

    started: int
    seen: int
    now: int

    @property
    def idle_left(self) -> int:
        return self.seen + settings.SESSION_IDLE_SECONDS - self.now

    @property
    def absolute_left(self) -> int:
        return self.started + settings.SESSION_ABSOLUTE_SECONDS - self.now

    @property
    def left(self) -> int:
        return max(0, min(self.idle_left, self.absolute_left))

    @property
    def warn(self) -> int:
        """How long before the end the person is asked."""
        return settings.SESSION_WARNING_SECONDS

    @property
    def why(self) -> str:
        return "idle" if self.idle_left <= self.absolute_left else "absolute"


def session_limits(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        # Without the cookie nothing of the session is asked: the answer varies with it only where it matters.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            guard(request)
        response = get_response(request)
        return at_sign_in(request, response) if leads_to_sign_in(response) else response

    return middleware


def guard(request: HttpRequest) -> None:
    limits = limits_of(request)
    if not limits.left:
        return end(request, limits.why)
    request.session_limits = limits
    if not request.headers.get(POLL):
        seen(request, limits)


def limits_of(request: HttpRequest) -> Limits:
    now = int(time.time())
    return Limits(request.session.setdefault(STARTED, now), request.session.setdefault(SEEN, now), now)


def seen(request: HttpRequest, limits: Limits) -> None:
    """Written down every 15 seconds at most: a session is a row in the database."""
    if limits.now - limits.seen > settings.SESSION_IDLE_SECONDS // 60:
        request.session[SEEN] = limits.now
        request.session_limits = Limits(limits.started, limits.now, limits.now)


def end(request: HttpRequest, why: str) -> None:
    """From here on the request is a stranger's. The new session knows whose the ended one was, and nothing else."""
    user = request.user
    record(Act.SESSION_ENDED, f"user {user.pk}", by=user, why=why)
    request.session.flush()
    request.session[ENDED] = {"user": user.pk, "why": why, "since": int(time.time())}
    request.user = AnonymousUser()


# At the sign-in page


def leads_to_sign_in(response: HttpResponse) -> bool:
    address = response.headers.get("Location", "").partition("?")[0]
    return response.status_code == 302 and address in (
        resolve_url(settings.LOGIN_URL),
        reverse("admin:login"),
    )


def at_sign_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if is_to_be_kept(request) and keep(request, request.get_full_path()):
        response.headers["Location"] = sign_in_for(reverse("kept"))
    if request.headers.get("HX-Request"):
        address = response.headers["Location"]
        return HttpResponseClientRedirect(
            address if "kept" in address else sign_in_for(current_page(request))
        )
    return response


def is_to_be_kept(request: HttpRequest) -> bool:
    page = request.resolver_match
    if request.method != "POST" or ENDED not in request.session or page is None:
        return False
    return page.url_name not in people.OPEN | KEEPS_ITSELF


def sign_in_for(page: str) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"


def current_page(request: HttpRequest) -> str:
    """The page that the part belongs to, where it is one of ours."""
    address = request.headers.get("HX-Current-URL", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    return "/" + address.partition("://")[2].partition("/")[2]


def keep(request: HttpRequest, page: str) -> bool:
    """Keep what was posted for the person whose session has ended. Files and passwords are never kept, nor what
    somebody else already left here."""
    fields = typed_in(request.POST)
    if not fields or sum(len(name) + len(value) for name, value in fields) > LARGEST_KEPT:
        return False
    owner = request.session[ENDED]["user"]
    request.session[KEPT] = {"user": owner, "page": page, "fields": fields, "since": int(time.time())}
    return True


def typed_in(posted: QueryDict) -> list[list[str]]:
    """Names and values, without what is never kept."""
    return [[name, value] for name, values in posted.lists() for value in values if is_kept(name)]


def is_kept(name: str) -> bool:
    return name not in ("csrfmiddlewaretoken", "session_page", "one_time_code") and "password" not in name


def kept_for(request: HttpRequest) -> dict | None:
    """What waits for the person who is signed in now; what waits for somebody else is dropped."""
    kept = request.session.get(KEPT)
    if kept and kept["user"] == request.user.pk and time.time() - kept["since"] < KEPT_FOR:
        return kept
    request.session.pop(KEPT, None)
    return None
