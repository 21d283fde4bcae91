"""What every request passes: headers that neither Django nor django-csp sets, a limit on its size, and the rights
of its person."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.views.defaults import permission_denied

from estimator import people, secondfactor

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


def isolation_headers(get_response):
    """Keep the page to itself: no foreign embedding, no device features, no copy in a shared cache.

    Static files carry their own Cache-Control, which stays.
    """

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def size_limit(get_response):
    """Refuse what is too large before it is read: a stranger sends forms, only people we know send files.

    The JSON API keeps its own limit, the stranger's, and answers in its own form.
    """

    def middleware(request):
        said = request.META.get("CONTENT_LENGTH") or "0"
        size = int(said) if said.isdecimal() else 0
        is_api = request.path.startswith("/api/")
        if not is_api and size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and size > largest(request):
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware


def readable_address(get_response):
    """The administration asks the database for what its address says, and PostgreSQL has no NUL."""

    def middleware(request):
        if request.path.startswith("/admin/") and "%00" in request.META["QUERY_STRING"]:
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware


def largest(request):
    return settings.LARGEST_REQUEST if request.user.is_authenticated else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class Rights:
    """Who is signed in sees what their role needs. Who is not is sent to sign in by the view itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        page = request.resolver_match
        if not people.is_restricted(page) or not request.user.is_authenticated:
            return None
        if not people.is_let_in(request.user, page):
            return permission_denied(request, PermissionDenied(NO_ROLE))
        if secondfactor.is_missing(request.user):
            return redirect("second_factor")
        return None


NO_ROLE = (
    "Your account does not have the role for this page. An administrator can give it to you. "
    "Nothing was changed; what you typed is still there when you go back."
)
