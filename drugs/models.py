"""What is given, how it is dosed, coded and priced, and where we know it from.

Doses are mg, unit prices dollars with four places, rates thousandths of a percent (20000 = 20 %).
Descriptive rows keep their history; prices are insert-only revisions.
"""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from drugs.fields import WordList
from drugs.provenance import (
    LARGEST_AMOUNT_CENTS,
    Loaded,
    Revision,
    Sourced,
    between,
    same_keys_once,
)
from drugs.reference import SITES

RATE = 100_000


class Unit(models.TextChoices):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Benefit(models.TextChoices):
    MEDICAL = "medical"
    PHARMACY = "pharmacy"


class DataRevision(models.Model):
    """One row: the number of the data in use. Whoever changes data bumps it in the same transaction.

    `token` is new with every bump, so that two data sets that share a number are never taken for one another.
    """

    number = models.PositiveBigIntegerField(default=0)
    token = models.UUIDField(default=uuid.uuid4)

    def __str__(self):
        return f"data revision {self.number}"

    @classmethod
    def current(cls) -> tuple[int, uuid.UUID | None]:
        return cls.objects.values_list("number", "token").first() or (0, None)

    @classmethod
    def bump(cls) -> None:
        if not cls.objects.update(number=F("number") + 1, token=uuid.uuid4()):
            cls.objects.create(number=1)


class Source(Loaded):
    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=500, blank=True, help_text="Web address or document id.")
    read_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["key"]

    def __str__(self):
        return self.title


class Drug(Sourced):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    generic = models.CharField(max_length=100, blank=True)
    manufacturer = models.CharField(max_length=100, blank=True)
    route = models.CharField(max_length=100, blank=True)
    benefit = models.CharField(max_length=10, choices=Benefit, default=Benefit.MEDICAL)
    aliases = WordList(help_text="Other names people type, one a line.")
    indication = models.TextField(blank=True)
    boxed_warning = models.TextField(blank=True)
    minimum_age_months = models.PositiveIntegerField(null=True, blank=True)
    maximum_age_months = models.PositiveIntegerField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta(Sourced.Meta):
        ordering = ["name"]

    def __str__(self):
        return self.name


class Regimen(Sourced):
    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="regimens")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=150)
    is_default = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)
    published_price = models.BooleanField(
        default=True, help_text="Off: nobody publishes a price for these doses, so the estimate asks for one."
    )
    history = HistoricalRecords()

    class Meta(Sourced.Meta):
        ordering = ["drug", "order"]
        constraints = [
            *Sourced.Meta.constraints,
            same_keys_once("drugs_regimen", "drug", "slug"),
            models.UniqueConstraint(
                fields=["drug"], condition=Q(is_default=True), name="drugs_regimen_one_default"
            ),
        ]

    def __str__(self):
        return f"{self.drug_id and self.drug.name}: {self.name}"


class Every(models.Model):
    """An interval of whole days, weeks or months, or none."""

    every_number = models.PositiveSmallIntegerField(null=True, blank=True)
    every_unit = models.CharField(max_length=6, choices=Unit, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(every_number__isnull=True, every_unit="")
                | (Q(every_number__gt=0) & ~Q(every_unit="")),
                name="%(app_label)s_%(class)s_whole_interval",
            )
        ]

    def clean(self):
        super().clean()
        if bool(self.every_number) != bool(self.every_unit):
            raise ValidationError({"every_number": "An interval needs a number above 0 and a unit."})


class Phase(Every):
    """Doses at `offsets` (days from the first dose), or every interval after the phase before."""

    class Kind(models.TextChoices):
        LOADING = "loading"
        MAINTENANCE = "maintenance"
        ONE_TIME = "one-time"
        DAILY = "daily"

    regimen = models.ForeignKey(Regimen, on_delete=models.CASCADE, related_name="phases")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind)
    per_treatment = models.BooleanField(default=False)
    offsets = models.JSONField(null=True, blank=True, help_text="Days from the first dose: [0, 14, 28, 58].")
    count = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Doses in this phase.")
    on_switch = models.BooleanField(default=False, help_text="Comes first for a patient who switches.")
    code = models.CharField(max_length=20, blank=True, help_text="Only where it differs from the drug's.")
    route = models.CharField(max_length=100, blank=True)
    benefit = models.CharField(max_length=10, choices=Benefit, blank=True)
    history = HistoricalRecords()

    class Meta(Every.Meta):
        ordering = ["regimen", "order"]
        constraints = [*Every.Meta.constraints, same_keys_once("drugs_phase", "regimen", "order")]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if self.offsets is None:
            return
        whole = isinstance(self.offsets, list) and all(type(day) is int and day >= 0 for day in self.offsets)
        if not whole or not self.offsets or sorted(set(self.offsets)) != self.offsets:
            raise ValidationError({"offsets": "Expected rising whole days from 0 on, as in [0, 14, 28]."})
        if self.every_number:
            raise ValidationError({"offsets": "A phase has either explicit days or an interval."})


class DoseBand(Every):
    """The dose for an age and weight: from inclusive, below exclusive."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="bands")
    order = models.PositiveSmallIntegerField(default=0)
    mg = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    mg_per_kg = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    maximum_mg = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    age_from_months = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    age_below_months = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    weight_from_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    weight_below_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    presentation = models.CharField(max_length=100, blank=True, help_text="The package to use, by its form.")
    history = HistoricalRecords()

    class Meta(Every.Meta):
        ordering = ["phase", "order"]
        constraints = [
            *Every.Meta.constraints,
            same_keys_once("drugs_doseband", "phase", "order"),
            models.CheckConstraint(
                condition=~Q(mg__isnull=False, mg_per_kg__isnull=False), name="drugs_doseband_one_dose"
            ),
        ]

    def __str__(self):
        return f"{self.mg} mg" if self.mg is not None else f"{self.mg_per_kg} mg/kg"


class Presentation(Sourced):
    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="presentations")
    mg = models.DecimalField("mg in the package", max_digits=10, decimal_places=3, null=True, blank=True)
    form = models.CharField(max_length=100, help_text="Our words: 12 mg vial, 60 mg bottle.")
    ndc10 = models.CharField("NDC, 10 digits", max_length=13, blank=True)
    ndc11 = models.CharField("NDC, 11 digits", max_length=13, blank=True)
    discard_days = models.PositiveSmallIntegerField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta(Sourced.Meta):
        ordering = ["drug", "mg"]
        constraints = [*Sourced.Meta.constraints, same_keys_once("drugs_presentation", "drug", "form")]

    def __str__(self):
        return self.form


class Code(Sourced):
    class System(models.TextChoices):
        HCPCS = "hcpcs", "HCPCS"
        CPT = "cpt", "CPT"
        ICD10 = "icd10", "ICD-10-CM"
        NDC = "ndc", "NDC"

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="codes")
    system = models.CharField(max_length=5, choices=System)
    code = models.CharField(max_length=20)
    words = models.CharField(max_length=300, help_text="Our own short words, never a CPT descriptor.")
    unit_mg = models.DecimalField(
        "billing unit in mg", max_digits=10, decimal_places=4, null=True, blank=True
    )
    per_treatment = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta(Sourced.Meta):
        ordering = ["drug", "system", "code"]
        constraints = [*Sourced.Meta.constraints, same_keys_once("drugs_code", "drug", "system", "code")]

    def __str__(self):
        return self.code


class AdministrationCode(Sourced):
    class Use(models.TextChoices):
        USUAL = "usual", "usual"
        PAYER_CHOICE = "payer_choice", "where the payer asks for it"
        NEVER = "never", "never"

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="administration_codes")
    code = models.CharField(max_length=10)
    words = models.CharField(max_length=200, help_text="Our own short words, never a CPT descriptor.")
    use = models.CharField(max_length=12, choices=Use)
    includes_imaging = models.BooleanField(default=False)
    sites = WordList(allowed=SITES, help_text="Where it can be billed.")
    order = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta(Sourced.Meta):
        ordering = ["drug", "order"]
        constraints = [*Sourced.Meta.constraints, same_keys_once("drugs_administrationcode", "drug", "code")]

    def __str__(self):
        return f"{self.code} {self.words}"


class Price(Revision):
    """What one code is paid on a basis from a date on; `amount` dollars cover `per_units` billing units."""

    KEY = ("code", "basis", "place", "effective_from")

    class Basis(models.TextChoices):
        ASP = "asp", "Medicare Part B payment limit"
        ADDENDUM_B = "addendum_b", "hospital outpatient (OPPS Addendum B)"
        ADDENDUM_BB = "addendum_bb", "ambulatory surgical center drugs (ASC Addendum BB)"
        PFS = "pfs", "physician fee schedule"
        OPPS = "opps", "hospital outpatient procedure"
        ASC = "asc", "ambulatory surgical center procedure"
        WAC = "wac", "list price (WAC)"
        CONTRACT = "contract", "contract rate"

    class Place(models.TextChoices):
        FACILITY = "facility"
        NONFACILITY = "nonfacility"

    code = models.CharField(max_length=20)
    basis = models.CharField(max_length=12, choices=Basis)
    place = models.CharField(max_length=11, choices=Place, blank=True)
    amount = models.DecimalField("amount in dollars", max_digits=14, decimal_places=4)
    per_units = models.PositiveIntegerField("for billing units", default=1)
    coinsurance = models.PositiveIntegerField(
        null=True, blank=True, help_text="Patient's share in thousandths of a percent: 19941 = 19.941 %."
    )
    effective_from = models.DateField()

    class Meta(Revision.Meta):
        ordering = ["code", "basis", "place", "-effective_from", "-revision"]
        indexes = [models.Index(fields=["code", "effective_from"], name="drugs_price_code_and_date")]
        constraints = [
            *Revision.Meta.constraints,
            same_keys_once("drugs_price", "code", "basis", "place", "effective_from", "revision"),
            between("drugs_price_amount_in_range", "amount", 0, LARGEST_AMOUNT_CENTS // 100),
            between("drugs_price_coinsurance_in_range", "coinsurance", 0, RATE),
            between("drugs_price_units_in_range", "per_units", 1, 10**9),
        ]

    def __str__(self):
        return f"{self.code} {self.basis} from {self.effective_from}"


class Fact(Sourced):
    """Anything else a reference page says about a drug, or (without a drug) about a code."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, null=True, blank=True, related_name="facts")
    code = models.CharField(max_length=20, blank=True)
    topic = models.CharField(max_length=60)
    label = models.CharField(max_length=150)
    value = models.TextField(blank=True, help_text="Empty: looked for and not found.")
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta(Sourced.Meta):
        ordering = ["drug", "topic", "order"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(
                fields=["drug", "topic", "label"], condition=Q(drug__isnull=False), name="drugs_fact_once"
            ),
            models.UniqueConstraint(
                fields=["code", "topic", "label"], condition=Q(drug__isnull=True), name="drugs_code_fact_once"
            ),
        ]

    def __str__(self):
        return f"{self.topic}: {self.label}"


class Difference(Loaded):
    """Two values that differ: both kept, both shown, with the one we use and why."""

    class Status(models.TextChoices):
        EXPLAINED = "explained", "explained"
        TO_REVIEW = "to_review", "to review"

    drug = models.ForeignKey(
        Drug, on_delete=models.CASCADE, null=True, blank=True, related_name="differences"
    )
    subject = models.CharField(max_length=200, help_text="What it is about: drug:spinraza, program:biogen.")
    field = models.CharField(max_length=100)
    value = models.TextField()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    used_value = models.TextField()
    used_source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.EXPLAINED)
    history = HistoricalRecords()

    class Meta:
        ordering = ["subject", "field"]
        constraints = [same_keys_once("drugs_difference", "subject", "field", "source")]

    def __str__(self):
        return f"{self.subject} {self.field}"


from drugs.import_models import ImportBatch, ImportRow  # noqa: E402, F401 (they name models of this file)
