"""The audit log: who did what to which object, when. Rows are added and never changed.

Each event's SHA-256 covers its own content and the hash of the one before, so an edit, a gap or another order shows
(`manage.py verify_audit`). The head row says how many there are and how the newest ends: it makes the newest ones
missed, and holding it keeps two writers from taking the same number.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

BEGINNING = "0" * 64
"""Stands for the hash before the first event."""


REFUSAL = "The audit log is only added to, by what people do. Nothing in it is changed or removed."


class AppendOnly(models.QuerySet):
    def refused(self, *args, **options):
        raise ValidationError(REFUSAL)

    update = delete = bulk_update = bulk_create = update_or_create = refused


class AuditEvent(models.Model):
    """One act. Names and numbers stay as they were, also when the account or the object goes: no foreign keys.

    `about` names the object (`estimate 2026-000012`, `user 4`), never what a person typed about a family: no label,
    no token, no amount. `details` is canonical JSON.
    """

    class Act(models.TextChoices):
        SIGN_IN = "sign_in", "signed in"
        SIGN_IN_FAILED = "sign_in_failed", "sign-in failed"
        LOCKED_OUT = "locked_out", "locked out"
        SIGN_OUT = "sign_out", "signed out"
        SESSION_ENDED = "session_ended", "session ended"
        PASSWORD = "password", "password changed"
        SECOND_FACTOR = "second_factor", "second factor changed"
        PERMISSION = "permission", "permission changed"
        CREATE = "create", "estimate saved"
        DELETE = "delete", "estimate deleted"
        UNDO = "undo", "deleted estimate brought back"
        EXPORT = "export", "exported"
        SHARE = "share", "share link made"
        REVOKE = "revoke", "share link revoked"
        VIEW_BY_LINK = "view_by_link", "opened by a share link"
        IMPORT = "import", "imported"
        PUBLISH = "publish", "published"
        WITHDRAW = "withdraw", "withdrawn"
        RULE_ADDED = "rule_added", "reference data added"
        RULE_CHANGED = "rule_changed", "reference data changed"
        RULE_DELETED = "rule_deleted", "reference data deleted"
        BATCH_STARTED = "batch_started", "panel started"
        BATCH_CANCELLED = "batch_cancelled", "panel cancelled"
        BATCH_DOWNLOADED = "batch_downloaded", "panel's results downloaded"
        BATCH_DELETED = "batch_deleted", "panel deleted"

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    act = models.CharField(max_length=20, choices=Act)
    who = models.CharField(max_length=150, blank=True)
    who_number = models.BigIntegerField("account number", null=True, blank=True)
    about = models.CharField(max_length=200, blank=True)
    details = models.TextField(default="{}")
    previous = models.CharField("SHA-256 of the one before", max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-number"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["about"], name="estimator_auditevent_about")]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64) & Exact(Length("previous"), 64),
                name="estimator_auditevent_has_its_hashes",
            ),
        ]

    def __str__(self):
        return f"{self.number}: {self.get_act_display()}"

    def save(self, *args, **options):
        if not self._state.adding:
            raise ValidationError(REFUSAL)
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise ValidationError(REFUSAL)


class AuditHead(models.Model):
    """One row: how many events there are, and the hash of the newest."""

    count = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default=BEGINNING)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.count}:{self.sha256}"

    @classmethod
    def held(cls) -> "AuditHead":
        """The row, locked until the transaction ends. Record last: what waits for it should hold little else."""
        held = cls.objects.select_for_update()
        return held.filter(pk=1).first() or held.get(pk=cls.objects.get_or_create(pk=1)[0].pk)
