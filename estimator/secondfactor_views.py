"""One's own second factor: set it up, make new recovery codes, turn it off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from estimator import people, secondfactor
from estimator.people_forms import CodeForm, NewAppForm
from estimator.share import qr_code

WRONG = "These are not the digits of now. Check the clock of your telephone, wait for the next digits and type those."


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set it up: the picture for the app, then its first digits. Who has one sees how it stands."""
    if secondfactor.device_of(request.user):
        return standing(request)
    form = NewAppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if codes := secondfactor.confirm(request.user, form.cleaned_data["one_time_code"]):
            people.end_sessions(request.user, but=request.session.session_key)
            return render(request, "estimator/people/recovery_codes.html", {"codes": codes})
        form.add_error("one_time_code", WRONG)
    device = secondfactor.begun(request.user)
    context = {
        "form": form,
        "picture": qr_code(device.config_url),
        "secret": secondfactor.secret_of(device),
        "must_have": secondfactor.is_missing(request.user),
    }
    return render(request, "estimator/people/second_factor_new.html", context)


def standing(request: HttpRequest, form: CodeForm | None = None) -> HttpResponse:
    context = {
        "form": form or CodeForm(user=request.user),
        "left": request.user.recovery_codes.count(),
        "may_turn_off": not secondfactor.must_have(request.user),
    }
    return render(request, "estimator/people/second_factor.html", context)


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["POST"])
def second_factor_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, for who can show a code of now."""
    form = CodeForm(request.POST, user=request.user)
    if not secondfactor.device_of(request.user):
        return redirect("second_factor")
    if not form.is_valid():
        return standing(request, form)
    codes = secondfactor.replace_codes(request.user)
    return render(request, "estimator/people/recovery_codes.html", {"codes": codes})


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["POST"])
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Turned off, by who can show a code of now and need not have one."""
    form = CodeForm(request.POST, user=request.user)
    if not secondfactor.device_of(request.user) or secondfactor.must_have(request.user):
        return redirect("second_factor")
    if not form.is_valid():
        return standing(request, form)
    secondfactor.remove(request.user, by=request.user)
    messages.success(request, "The second factor is off. Your password alone signs you in.")
    return redirect("account")
