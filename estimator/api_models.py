"""Tokens of the JSON API: who may ask what, until when, and how often within the minute."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

SCOPES = {
    "estimate:run": "run estimates and simulations",
    "estimates:read": "read saved estimates",
    "estimates:write": "save estimates",
    "reference:read": "read drugs, plans and programs",
}


RIGHTS = {"estimates:read": "estimator.view_estimate", "estimates:write": "estimator.add_estimate"}
"""What an account needs for itself before a token of it may; the other scopes are every visitor's."""


class ApiToken(models.Model):
    """A key of one account for programs. The token itself is shown once and kept nowhere: only its SHA-256 is here.

    `used` counts the requests of the minute `minute`, over all processes of the server. A row stays when the token
    has ended, so that what it was can be told later.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField("what it is for", max_length=60)
    token_sha256 = models.CharField("SHA-256 of the token", max_length=64, unique=True)
    key = models.UUIDField(unique=True, help_text="Of the page it was made from: a double click makes one.")
    scopes = models.CharField("may", max_length=200)
    created_at = models.DateTimeField("made at")
    expires_at = models.DateTimeField("works until")
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True)
    used = models.PositiveIntegerField("requests in that minute", default=0)

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("token_sha256"), 64), name="estimator_apitoken_has_its_hash"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="estimator_apitoken_expires_after_it_was_made",
            ),
        ]

    def __str__(self):
        return f"API token {self.pk}"

    @property
    def may(self) -> tuple[str, ...]:
        return tuple(self.scopes.split())

    @property
    def may_in_words(self) -> tuple[str, ...]:
        return tuple(SCOPES.get(scope, scope) for scope in self.may)

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        return "ended" if self.expires_at <= timezone.now() else "working"
