"""Signing in and out, one's own account, and the clock of a session."""

import time

from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, RedirectURLMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import FormView

from estimator import people, secondfactor, sessionlimits
from estimator.answers import only_answers
from estimator.audit import Act, record
from estimator.people_forms import CodeForm, NewPasswordForm
from estimator.saved_forms import SaveForm
from estimator.saved_views import waiting

HALFWAY = "password was right"
HALFWAY_FOR = 5 * 60
"""How long the code may take after the password (seconds)."""


# Signing in


class SignIn(LoginView):
    """The site's own sign-in page, for the administration too. What waits to be saved can be taken back from here."""

    template_name = "sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form):
        """With a second factor the right password only opens the door to the next question."""
        user = form.get_user()
        if secondfactor.device_of(user) is None:
            return super().form_valid(form)
        self.request.session.cycle_key()
        halfway = {"user": user.pk, "backend": user.backend, "since": int(time.time())}
        self.request.session[HALFWAY] = halfway
        return redirect(f"{reverse('sign_in_code')}?{urlencode({'next': self.get_redirect_url()})}")

    def get_redirect_url(self):
        """Signing in does not lead to signing in again."""
        page = super().get_redirect_url()
        return "" if page.partition("?")[0] in (reverse("sign_in"), reverse("admin:login")) else page

    def get_context_data(self, **kwargs):
        answers = only_answers(waiting(self.request), SaveForm.OWN)
        ended = self.request.session.get(sessionlimits.ENDED)
        is_kept = sessionlimits.KEPT in self.request.session
        return super().get_context_data(**kwargs, answers=answers, ended=ended, is_kept=is_kept)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignInCode(RedirectURLMixin, FormView):
    """The second question: six digits, or a recovery code. Nobody is signed in before the answer is right."""

    template_name = "sign_in_code.html"
    form_class = CodeForm
    next_page = "home"

    def dispatch(self, request, *args, **kwargs):
        self.person = person_halfway(request)
        if self.person is None:
            return redirect(f"{reverse('sign_in')}?{urlencode({'next': self.get_redirect_url()})}")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.person}

    def form_valid(self, form):
        backend = self.request.session.pop(HALFWAY)["backend"]
        login(self.request, self.person, backend)
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs, next=self.get_redirect_url(), name=self.person.get_username()
        )


def person_halfway(request: HttpRequest):
    halfway = request.session.get(HALFWAY)
    if not halfway or time.time() - halfway["since"] > HALFWAY_FOR:
        request.session.pop(HALFWAY, None)
        return None
    return get_user_model().objects.filter(pk=halfway["user"], is_active=True).first()


class SignOut(LogoutView):
    """Ends the session on the server, so that an old cookie opens nothing, and empties the browser's cache."""

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


# The clock of a session


@never_cache
@require_GET
def session_left(request: HttpRequest) -> JsonResponse:
    """How many seconds are left. The page asks by itself, with `X-Poll`, so asking changes nothing."""
    return clock(request)


@never_cache
@require_POST
def session_stay(request: HttpRequest) -> HttpResponse:
    """`Stay signed in`: a sign of the person. Without JavaScript it is a form on a page, and leads back to it."""
    if request.user.is_authenticated:
        request.session[sessionlimits.SEEN] = int(time.time())
        request.session_limits = sessionlimits.limits_of(request)
    return clock(request) if "json" in request.headers.get("Accept", "") else redirect("account")


def clock(request: HttpRequest) -> JsonResponse:
    limits = getattr(request, "session_limits", None)
    if not request.user.is_authenticated or limits is None:
        return JsonResponse({"left": 0, "warn": 0, "extends": False})
    extends = limits.absolute_left > limits.idle_left
    return JsonResponse({"left": limits.left, "warn": limits.warn, "extends": extends})


@never_cache
@require_POST
def session_over(request: HttpRequest) -> HttpResponse:
    """The page's clock ran out: what was typed is kept for its person, the page is left, the session ends."""
    if request.user.is_authenticated:
        sessionlimits.end(request, "asked")
    page = request.POST.get("session_page", "")
    if not url_has_allowed_host_and_scheme(page, None) or not page.startswith("/"):
        page = "/"
    if sessionlimits.ENDED in request.session and sessionlimits.keep(request, page):
        page = reverse("kept")
    return redirect(sessionlimits.sign_in_for(page))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """What was typed before the session ended, to be sent on or forgotten."""
    found = sessionlimits.kept_for(request)
    if request.method == "POST":
        request.session.pop(sessionlimits.KEPT, None)
        return redirect("home")
    if found is None:
        return redirect("home")
    return render(request, "estimator/people/kept.html", {"kept": found})


# One's own account


@never_cache
@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    roles = [(name, people.ROLES[name]) for name in role_names(request.user)]
    device = secondfactor.device_of(request.user)
    context = {"roles": roles, "device": device, "must_have": secondfactor.is_missing(request.user)}
    return render(request, "estimator/people/account.html", context)


def role_names(user) -> list[str]:
    if user.is_superuser:
        return list(people.ROLES)
    held = set(user.groups.values_list("name", flat=True))
    return [role for role in people.ROLES if role in held]


@never_cache
@login_required
@require_POST
def other_sessions(request: HttpRequest) -> HttpResponse:
    """Signed out everywhere but here."""
    with transaction.atomic():
        count = people.end_sessions(request.user, but=request.session.session_key)
        record(Act.SESSION_ENDED, f"user {request.user.pk}", by=request.user, why="by hand", sessions=count)
    messages.success(request, f"Signed out on {count} other device{'' if count == 1 else 's'}.")
    return redirect("account")


@method_decorator(never_cache, name="dispatch")
class Password(PasswordChangeView):
    """A new password ends every other session of the account."""

    template_name = "estimator/people/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("account")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}

    @transaction.atomic
    def form_valid(self, form):
        response = super().form_valid(form)
        record(Act.PASSWORD, f"user {self.request.user.pk}", by=self.request.user)
        messages.success(self.request, "Your password is changed. Other devices are signed out.")
        return response
