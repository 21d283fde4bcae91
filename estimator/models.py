"""Saved estimates: snapshots that show and print the same for ever, whatever becomes of the reference data."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual
from django.utils import timezone

UNDO_FOR = timedelta(minutes=30)
LONGEST_LABEL = 40


class NumberSeries(models.Model):
    """The last number given in a year. Numbers are never given twice, also after a purge; gaps are fine."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"

    def __str__(self):
        return f"{self.year}: {self.last}"

    @classmethod
    def next(cls, year: int) -> str:
        """`2026-000123`. Call it inside the transaction that uses the number: the row stays locked until then."""
        cls.objects.get_or_create(year=year)
        cls.objects.filter(year=year).update(last=F("last") + 1)
        return f"{year}-{cls.objects.get(year=year).last:06}"


class EstimateQuerySet(models.QuerySet):
    def kept(self):
        """Those that nobody has deleted."""
        return self.filter(deleted_at__isnull=True)

    def update(self, **values):
        refuse_content(values)
        return super().update(**values)


class Estimate(models.Model):
    """One saved estimate. Its content never changes: a correction is a new estimate that `revises` this one.

    `CONTENT` names what the SHA-256 is taken over (see `estimator.saved`). JSON stands as canonical text
    (sorted keys, no spaces), so that every byte of it is the same on each database.
    """

    CONTENT = (
        "public_id",
        "number",
        "owner_name",
        "created_at",
        "label",
        "drug",
        "drug_name",
        "payer",
        "coverage",
        "in_short",
        "as_of",
        "revises_number",
        "engine",
        "drugs_revision",
        "payers_revision",
        "request",
        "answers",
        "case",
        "result",
        "findings",
        "ledger",
        "shown",
        "used",
        "bridge",
    )
    CHANGEABLE = ("deleted_at", "deleted_by", "owner", "revises")
    """Beside the content: the undo window, and links to rows that may go."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=12, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="estimates"
    )
    owner_name = models.CharField("saved by", max_length=150)
    created_at = models.DateTimeField("saved at")
    label = models.CharField(max_length=LONGEST_LABEL, blank=True)
    drug = models.SlugField("drug's short name", max_length=60)
    drug_name = models.CharField("drug", max_length=100)
    payer = models.CharField(max_length=200)
    coverage = models.TextField()
    in_short = models.CharField("treatment year 1", max_length=80)
    as_of = models.DateField()
    revises = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="revisions")
    revises_number = models.CharField("revises", max_length=12, blank=True)
    engine = models.CharField("version of the rules", max_length=20)
    drugs_revision = models.PositiveBigIntegerField()
    payers_revision = models.PositiveBigIntegerField()
    request = models.TextField()
    answers = models.TextField()
    case = models.TextField()
    result = models.TextField()
    findings = models.TextField()
    ledger = models.TextField()
    shown = models.TextField()
    used = models.TextField()
    bridge = models.TextField(blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    key = models.UUIDField(
        editable=False, help_text="Of the page it was saved from: a double click saves one."
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-number"]
        indexes = [
            models.Index(fields=["-created_at"], name="estimator_estimate_newest"),
            models.Index(fields=["drug"], name="estimator_estimate_drug"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="estimator_estimate_saved_once"),
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64), name="estimator_estimate_has_its_hash"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("label"), LONGEST_LABEL),
                name="estimator_estimate_short_label",
            ),
            models.CheckConstraint(
                condition=~Q(number="")
                & ~Q(request="")
                & ~Q(case="")
                & ~Q(result="")
                & ~Q(shown="")
                & ~Q(engine=""),
                name="estimator_estimate_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(revises__isnull=True) | ~Q(revises=F("id")),
                name="estimator_estimate_revises_another",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(deleted_at__gte=F("created_at")),
                name="estimator_estimate_deleted_after_it_was_saved",
            ),
        ]

    def __str__(self):
        return self.number

    def save(self, *args, update_fields=None, **options):
        if not self._state.adding:
            refuse_content(update_fields or self.CONTENT)
        super().save(*args, update_fields=update_fields, **options)

    @property
    def undo_until(self):
        return self.deleted_at + UNDO_FOR

    def may_be_deleted_by(self, user) -> bool:
        """Whoever saved it, and who has the right to delete any."""
        return user.pk == self.owner_id or user.has_perm("estimator.delete_estimate")


def refuse_content(names):
    if not set(names) <= set(Estimate.CHANGEABLE):
        raise ValidationError("A saved estimate is never changed. Revise it: that makes a new one.")


class ShareLink(models.Model):
    """A link to the family's sheet of one saved estimate. Who holds its token may read that sheet, nothing else.

    The token itself is shown once and kept nowhere: only its SHA-256 is here. A row is never deleted before its
    estimate, so that who made and who revoked a link, and when, can be told later.
    """

    LANGUAGES = (("en", "English"), ("es", "Spanish"))

    estimate = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="share_links")
    token_sha256 = models.CharField("SHA-256 of the token", max_length=64, unique=True)
    key = models.UUIDField(unique=True, help_text="Of the page it was made from: a double click makes one.")
    language = models.CharField(max_length=2, choices=LANGUAGES, default="en")
    created_at = models.DateTimeField("made at")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_by_name = models.CharField("made by", max_length=150)
    expires_at = models.DateTimeField("works until")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoked_by_name = models.CharField("revoked by", max_length=150, blank=True)
    views = models.PositiveIntegerField("times opened", default=0)
    last_seen_at = models.DateTimeField("last opened at", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("token_sha256"), 64), name="estimator_sharelink_has_its_hash"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="estimator_sharelink_expires_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("created_at")),
                name="estimator_sharelink_revoked_after_it_was_made",
            ),
        ]

    def __str__(self):
        return f"link {self.pk} to {self.estimate_id}"

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "working"


class ShareMisses(models.Model):
    """How often an address asked for a link that does not work, within an hour from the first such time.

    Addresses stand here as a keyed hash, for that hour alone; `manage.py purge_estimates` removes the rest.
    """

    address = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(db_index=True)
    misses = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "share misses"

    def __str__(self):
        return f"{self.misses} since {self.since:%Y-%m-%d %H:%M}"


from estimator.api_models import ApiToken  # noqa: E402, F401
from estimator.audit_models import AuditEvent, AuditHead  # noqa: E402, F401
from estimator.batch_models import BatchChunk, BatchRun  # noqa: E402, F401
from estimator.secondfactor_models import RecoveryCode  # noqa: E402, F401
