"""The forms of one's own account."""

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm

from estimator import secondfactor


class CodeForm(forms.Form):
    """Six digits of the app, or a recovery code. Which of both was wrong is not told."""

    one_time_code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Type the six digits that your app shows now."},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_one_time_code(self) -> str:
        typed = self.cleaned_data["one_time_code"]
        if not secondfactor.accepts(self.user, typed):
            raise forms.ValidationError(self.refusal())
        return typed

    def refusal(self) -> str:
        wait = secondfactor.seconds_to_wait(self.user)
        words = "This code is not right, or was used already. Wait for the next digits, then type those."
        return f"{words} After {told(wait)} another try counts." if wait > 1 else words


class NewAppForm(forms.Form):
    """The first digits of an app that is being set up."""

    one_time_code = forms.CharField(
        label="The six digits it shows now",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": "Type the six digits that your app shows now."},
    )


class PasswordForm(forms.Form):
    """The password of who is signed in, once more. A wrong one counts like one at the sign-in."""

    password_again = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password."},
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password_again(self) -> str:
        typed = self.cleaned_data["password_again"]
        if not is_password_of(self.request, typed):
            raise forms.ValidationError("This is not your password. Nothing has been done yet.")
        return typed


class NewPasswordForm(PasswordChangeForm):
    """Django's, where a wrong old password counts like one at the sign-in: a stolen session must not guess on."""

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        typed = self.cleaned_data["old_password"]
        if not is_password_of(self.request, typed):
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return typed


def is_password_of(request, typed: str) -> bool:
    return authenticate(request, username=request.user.get_username(), password=typed) == request.user


def told(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
