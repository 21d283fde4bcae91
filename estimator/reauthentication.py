"""A few acts ask once more who is there: what a session that was left open, or stolen, must not do.

Publishing, people, second factors and API tokens: what reaches further than one estimate, or lets somebody in for
good. Asked where the password or code was given more than 15 minutes ago; the page that asks carries what was typed,
so the right answer does the act too, and nothing is done before it.
"""

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from estimator import people, secondfactor
from estimator.people_forms import CodeForm, PasswordForm
from estimator.sessionlimits import STARTED, typed_in

PROVEN = "proven at"
OPENS = "opens_a_page"
"""Sent along where a page was to be opened: there is nothing to be done yet but to open it."""


class Reauthentication:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not is_asked(request):
            return None
        if not is_fresh(request):
            form = form_for(request)
            if not form.is_valid():
                return ask(request, form)
            request.session[PROVEN] = int(time.time())
            request.POST = without(request.POST, form.fields)
        return redirect(request.get_full_path()) if OPENS in request.POST else None


def is_asked(request: HttpRequest) -> bool:
    """The page first: an answer that depends on nobody's cookie must not say that it does."""
    page = request.resolver_match.view_name
    is_posted = request.method == "POST" and people.is_far_reaching(page)
    if not is_posted and page not in people.TAKES_A_PASSWORD | {"second_factor"}:
        return False
    if not request.user.is_authenticated:
        return False
    return page != "second_factor" or secondfactor.device_of(request.user) is None


def is_fresh(request: HttpRequest) -> bool:
    """Whether password or code were given lately."""
    given = max(request.session.get(name, 0) for name in (STARTED, PROVEN))
    return time.time() - given < settings.REAUTHENTICATE_SECONDS


def form_for(request: HttpRequest) -> CodeForm | PasswordForm:
    """Whoever has a second factor gives a code; the others give their password."""
    if secondfactor.device_of(request.user):
        return CodeForm(request.POST if "one_time_code" in request.POST else None, user=request.user)
    return PasswordForm(request.POST if "password_again" in request.POST else None, request=request)


def ask(request: HttpRequest, form: CodeForm | PasswordForm) -> HttpResponse:
    typed = typed_in(request.POST) if request.method == "POST" else [[OPENS, "yes"]]
    context = {"form": form, "typed": typed, "page": request.get_full_path()}
    return render(request, "estimator/people/again.html", context)


def without(posted: QueryDict, names) -> QueryDict:
    """What was posted, less the answer to our question: the page's own view never sees a password."""
    rest = posted.copy()
    for name in names:
        rest.pop(name, None)
    return rest
