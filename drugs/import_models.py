"""Official files as they were read: one batch a file, its rows, and how they differ from what was in force.

A batch is staged, then published or set aside by a person; what was refused is kept with the reasons. The prices
that a batch published are those with its source.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from drugs.importers import rows
from drugs.provenance import between

RATE = 100_000


class ImportBatch(models.Model):
    class Kind(models.TextChoices):
        ASP = "asp", "Medicare Part B payment limits (ASP)"
        ADDENDUM_B = "addendum_b", "OPPS Addendum B"
        ADDENDUM_BB = "addendum_bb", "ASC Addendum BB"
        NDC_CROSSWALK = "ndc_crosswalk", "ASP crosswalk of NDC to HCPCS"

    class Status(models.TextChoices):
        STAGED = "staged", "waiting to be published"
        PUBLISHED = "published", "published"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "withdrawn"

    kind = models.CharField(max_length=15, choices=Kind)
    quarter = models.CharField(max_length=6, blank=True, help_text="As the file says: 2026Q1.")
    file_name = models.CharField(max_length=255)
    member = models.CharField("file read", max_length=255, blank=True)
    sha256 = models.CharField("SHA-256 of the file read", max_length=64, blank=True)
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.STAGED)
    counts = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    compared_with = models.CharField(max_length=64, blank=True, editable=False)
    source = models.ForeignKey("drugs.Source", on_delete=models.PROTECT, null=True, blank=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("published or withdrawn", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = "imported file"
        permissions = [("publish_importbatch", "Can publish or withdraw an imported file")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sha256"],
                condition=Q(status__in=["staged", "published"]),
                name="drugs_importbatch_file_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(decided_at__isnull=False, source__isnull=False),
                name="drugs_importbatch_published_has_source",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.quarter or self.file_name}"


class ImportRow(models.Model):
    """One row of a file (or, without a line, a code the file no longer has) beside what was in force."""

    class State(models.TextChoices):
        PRICED = rows.PRICED, "priced"
        CONTRACTOR = rows.CONTRACTOR, "priced by the contractor"
        AWAITING = rows.AWAITING, "not paid until it has a price"
        PACKAGED = rows.PACKAGED, "packaged into another payment"
        ENDED = rows.ENDED, "ended"
        ELSEWHERE = rows.ELSEWHERE, "paid in another way"
        NOT_PAID = rows.NOT_PAID, "not paid here"
        LISTED = rows.LISTED, "listed"
        ABSENT = "absent", "not in this file"

    class Change(models.TextChoices):
        NONE = "", "no price before or now"
        ADDED = "added", "added"
        REMOVED = "removed", "removed"
        CHANGED = "changed", "changed"
        FAR = "far", "changed by more than 25 %"
        UNCHANGED = "unchanged", "unchanged"
        KEPT = "kept", "differs, a person's entry is kept"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(null=True, blank=True)
    code = models.CharField(max_length=5)
    ndc = models.CharField(max_length=20, blank=True)
    basis = models.CharField(max_length=12, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    coinsurance = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State)
    indicator = models.CharField(max_length=2, blank=True)
    words = models.CharField(max_length=300, blank=True)
    dosage = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=400, blank=True)
    details = models.JSONField(default=dict, blank=True)
    change = models.CharField(max_length=9, choices=Change, blank=True)
    amount_before = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    coinsurance_before = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "code", "ndc"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "code", "ndc"], name="drugs_importrow_once"),
            models.CheckConstraint(
                condition=Q(state="priced", amount__gt=0) | (~Q(state="priced") & Q(amount__isnull=True)),
                name="drugs_importrow_price_or_state",
            ),
            between("drugs_importrow_coinsurance_in_range", "coinsurance", 0, RATE),
        ]
        indexes = [
            models.Index(fields=["code", "batch"], name="drugs_importrow_code"),
            models.Index(fields=["ndc", "batch"], name="drugs_importrow_ndc"),
        ]

    def __str__(self):
        return f"{self.code} {self.ndc}".strip()
