"""What every reference row carries: where it is from, when it holds, who read and who verified it.

Abstract models and the vocabulary shared by `drugs` and `payers`.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from drugs.reference import NEVER_VERIFIED

LARGEST_AMOUNT_CENTS = 10**11


class Confidence(models.TextChoices):
    HIGH = "high", "high: official text or two independent sources"
    MEDIUM = "medium", "medium: one source, or inferred from official numbers"
    LOW = "low", "low: weak or third-party source"
    LABEL_KNOWLEDGE = "label_knowledge", "label knowledge: to be read again before it counts as verified"


class Loaded(models.Model):
    """A row that the project's files may write: only while no person has edited it."""

    class Origin(models.TextChoices):
        FILE = "file", "the project's files"
        PERSON = "person", "a person, here"
        IMPORT = "import", "an imported official file"

    origin = models.CharField(max_length=10, choices=Origin, default=Origin.PERSON, editable=False)
    edited_by_person = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True


class Sourced(Loaded):
    """A row with its provenance. `source_note` says what to know about the source's own value."""

    source = models.ForeignKey("drugs.Source", on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    read_on = models.DateField(null=True, blank=True, help_text="When the source was read.")
    confidence = models.CharField(max_length=15, choices=Confidence, default=Confidence.MEDIUM)
    source_note = models.TextField(blank=True)
    verified_on = models.DateField(null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="%(app_label)s_%(class)s_ends_after_it_begins",
                violation_error_message="It ends before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(verified_on__isnull=True) | ~Q(confidence__in=NEVER_VERIFIED),
                name="%(app_label)s_%(class)s_weak_never_verified",
                violation_error_message="What a weak source says is never verified.",
            ),
        ]

    def clean(self):
        super().clean()
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValidationError({"effective_to": "It ends before it begins."})


class Revision(Sourced):
    """An insert-only row: a correction is a new revision, a mistake is a revision that is `withdrawn`.

    `KEY` names the fields that say what the row is about; the highest revision of a key is the one in use.
    """

    KEY: tuple[str, ...] = ()

    revision = models.PositiveIntegerField(default=1, editable=False)
    withdrawn = models.BooleanField(default=False, help_text="This value is a mistake and is not used.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta(Sourced.Meta):
        abstract = True

    def clean(self):
        super().clean()
        if self.pk and self.changed_values():
            raise ValidationError("A stored revision is never changed. Add a new revision instead.")

    def changed_values(self) -> list[str]:
        """Fields whose value differs from the stored row; verification stamps are not values."""
        stored = type(self).objects.get(pk=self.pk)
        names = [f.attname for f in self._meta.concrete_fields if f.name not in STAMPS]
        return [name for name in names if getattr(self, name) != getattr(stored, name)]

    def key_values(self) -> dict:
        return {name: getattr(self, name) for name in self.KEY}

    def next_revision(self) -> int:
        newest = (
            type(self).objects.filter(**self.key_values()).aggregate(newest=models.Max("revision"))["newest"]
        )
        return (newest or 0) + 1


STAMPS = ("verified_on", "verified_by", "created_at")


def same_keys_once(app_class: str, *fields: str, **options) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, name=f"{app_class}_once", **options)


def between(name: str, field: str, least: int, most: int) -> models.CheckConstraint:
    """least <= field <= most, or empty."""
    inside = Q(**{f"{field}__gte": least, f"{field}__lte": most})
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | inside,
        name=name,
        violation_error_message=f"{field.replace('_', ' ')}: expected {least} to {most}.",
    )
