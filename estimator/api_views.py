"""The account's page of API tokens: make one, see it once, revoke it, and examples to copy into a terminal."""

from uuid import uuid4

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from estimator import api_tokens as tokens
from estimator import secondfactor
from estimator.api_examples import EXAMPLES
from estimator.api_models import SCOPES

DAYS = {30: "30 days", 90: "90 days", 365: "a year"}


class TokenForm(forms.Form):
    """`key` makes a double click make one token."""

    name = forms.CharField(label="What is it for?", max_length=60, help_text="For example “nightly report”.")
    scopes = forms.MultipleChoiceField(
        label="What may it do?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that it may do."},
    )
    days = forms.TypedChoiceField(label="How long does it work?", choices=list(DAYS.items()), coerce=int)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data, owner):
        super().__init__(data, initial={"key": uuid4(), "days": 90})
        offered = tokens.open_to(owner)
        self.fields["scopes"].choices = [(scope, f"{SCOPES[scope]} ({scope})") for scope in offered]


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The account's tokens; a POST makes one and shows it this once."""
    if secondfactor.is_missing(request.user):
        return redirect("second_factor")
    form = TokenForm(request.POST or None, request.user)
    made = None
    is_made_before = False
    if request.method == "POST" and form.is_valid():
        made = tokens.make(request.user, **form.cleaned_data)
        is_made_before = made is None
        form = TokenForm(None, request.user)
    address = request.build_absolute_uri(reverse("api:api-root"))
    context = {
        "form": form,
        "made": made[0] if made else None,
        "token": made[1] if made else "",
        "is_made_before": is_made_before,
        "tokens": request.user.api_tokens.all(),
        "examples": [(one, one.curl(address)) for one in EXAMPLES],
    }
    return render(request, "estimator/api/tokens.html", context)


@never_cache
@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Only one's own: another's is nothing that is here."""
    tokens.revoke(get_object_or_404(request.user.api_tokens, pk=number), request.user)
    return redirect("api_tokens")
