"""Signing in and out goes through code that is not ours (the password check, the lockout), so it is heard by signals.
They only write down; nothing of what happens depends on them."""

from axes.handlers.proxy import AxesProxyHandler
from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from estimator.audit import Act, record
from estimator.models import AuditEvent


def listen() -> None:
    user_logged_in.connect(signed_in, dispatch_uid="estimator.audit")
    user_logged_out.connect(signed_out, dispatch_uid="estimator.audit")
    user_login_failed.connect(failed, dispatch_uid="estimator.audit")
    user_locked_out.connect(locked_out, dispatch_uid="estimator.audit")


def signed_in(sender, request, user, **kwargs):
    record(Act.SIGN_IN, f"user {user.pk}", by=user)


def signed_out(sender, request, user, **kwargs):
    if user is not None:
        record(Act.SIGN_OUT, f"user {user.pk}", by=user)


def failed(sender, credentials, request=None, **kwargs):
    """A name that is nobody's is not written down: it may be a password in the wrong box. What a locked name goes on
    trying is not either: the log is not for a machine to fill."""
    if request is not None and (
        getattr(request, "axes_locked_out", False) or not AxesProxyHandler.is_allowed(request, credentials)
    ):
        return
    record(Act.SIGN_IN_FAILED, about(credentials.get("username")), step="password")


def locked_out(sender, username=None, **kwargs):
    """Heard at every further try; written down once, until something else happens to this name."""
    name = about(username)
    before = AuditEvent.objects.filter(about=name, act__in=(Act.SIGN_IN, Act.SIGN_IN_FAILED, Act.LOCKED_OUT))
    if before.values_list("act", flat=True).first() != Act.LOCKED_OUT:
        record(Act.LOCKED_OUT, name)


def about(name: str | None) -> str:
    user = get_user_model().objects.filter(username=name or "").first()
    return f"user {user.pk}" if user else "an unknown name"
