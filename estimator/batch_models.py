"""Batches: a panel of patients, cut into chunks that any worker of any machine may take, for a while.

A chunk is leased: who does not finish it in time loses it to the next. Its result is written once, whoever computed
it (`estimator.batch_leases`). Neither row holds a name: `reference` is the panel's own.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class BatchRun(models.Model):
    """One panel on its way. `as_of`, `data` and `engine` are those of every row of it, or the run stops."""

    class State(models.TextChoices):
        READY = "ready", "ready to start"
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        STOPPED = "stopped", "stopped"
        CANCELLED = "cancelled", "cancelled"
        DONE = "done", "done"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="batch_runs"
    )
    owner_name = models.CharField("uploaded by", max_length=150, blank=True)
    file_name = models.CharField("file", max_length=200)
    sha256 = models.CharField("SHA-256 of the panel", max_length=64)
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    reason = models.TextField("why it stopped", blank=True)
    as_of = models.DateField()
    data = models.CharField(
        "reference data", max_length=60, help_text="Number and token of the data revision."
    )
    engine = models.CharField("version of the rules", max_length=20)
    created_at = models.DateTimeField("uploaded at")
    started_at = models.DateTimeField("last started at", null=True, blank=True)
    finished_at = models.DateTimeField("done at", null=True, blank=True)
    summary = models.TextField(blank=True)

    class Meta:
        verbose_name = "panel"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("sha256"), 64), name="estimator_batchrun_has_its_hash"
            ),
            models.CheckConstraint(condition=Q(rows__gt=0), name="estimator_batchrun_has_rows"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False),
                name="estimator_batchrun_done_has_its_time",
            ),
        ]

    def __str__(self):
        return f"panel {self.pk}"

    @property
    def data_number(self) -> str:
        """The data revision as people call it."""
        return self.data.partition(":")[0]


class BatchChunk(models.Model):
    """Rows of a panel that are estimated together. `panel` and `result` are JSON; a result is written once."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        LEASED = "leased", "being estimated"
        DONE = "done", "done"
        SET_ASIDE = "set_aside", "set aside"

    run = models.ForeignKey(BatchRun, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    panel = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    lease = models.UUIDField(null=True, blank=True, help_text="Of whoever estimates it now.")
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField("why it was set aside", max_length=200, blank=True)
    result = models.TextField(blank=True)
    refused = models.PositiveIntegerField("rows without an estimate", default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="estimator_batchchunk_once"),
            models.CheckConstraint(
                condition=~Q(state="leased") | Q(lease__isnull=False, leased_until__isnull=False),
                name="estimator_batchchunk_lease_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""), name="estimator_batchchunk_done_has_its_result"
            ),
            models.CheckConstraint(
                condition=Q(refused__lte=F("rows")), name="estimator_batchchunk_refused_within_rows"
            ),
        ]

    def __str__(self):
        return f"chunk {self.number} of panel {self.run_id}"
