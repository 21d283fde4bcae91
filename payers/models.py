"""Who pays: national figures by year, payers, benefit designs, assistance programs, state rules.

Money is integer cents, rates thousandths of a percent. Figures, terms and rules are insert-only revisions.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from drugs.fields import WordList
from drugs.models import Drug
from drugs.provenance import LARGEST_AMOUNT_CENTS, Loaded, Revision, between, same_keys_once
from drugs.reference import LINE_KINDS
from payers.reference import PAYER_KINDS, TOPICS_IN_DAYS
from payers.terms import errors_in_terms

STATES = tuple(
    state
    for line in (
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT",
        "NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY",
    )
    for state in line.split()
)


class Parameter(Revision):
    """A national figure of one year. A year without a row is not known: never extrapolated, never guessed."""

    KEY = ("programme", "key", "year")

    class Unit(models.TextChoices):
        CENTS = "cents", "cents"
        THOUSANDTHS = "thousandths", "thousandths of a percent"
        PERCENT_FPL = "percent_fpl", "% of the poverty level"

    programme = models.SlugField(max_length=30)
    key = models.SlugField(max_length=60)
    year = models.PositiveSmallIntegerField()
    value = models.BigIntegerField()
    unit = models.CharField(max_length=12, choices=Unit, default=Unit.CENTS)

    class Meta(Revision.Meta):
        ordering = ["programme", "key", "-year", "-revision"]
        constraints = [
            *Revision.Meta.constraints,
            same_keys_once("payers_parameter", "programme", "key", "year", "revision"),
            between("payers_parameter_value_in_range", "value", 0, LARGEST_AMOUNT_CENTS),
            between("payers_parameter_year_in_range", "year", 2000, 2100),
        ]

    def __str__(self):
        return f"{self.path} {self.year}"

    @property
    def path(self) -> str:
        return f"{self.programme}/{self.key}"


class Payer(Loaded):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in PAYER_KINDS])
    note = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class BenefitDesign(Loaded):
    """A plan's cost-sharing rules; the rules themselves are its dated `DesignTerms`."""

    class Role(models.TextChoices):
        PRIMARY = "primary"
        SECONDARY = "secondary"

    class Benefit(models.TextChoices):
        MEDICAL = "medical"
        PHARMACY = "pharmacy"
        BOTH = "both"

    class Method(models.TextChoices):
        STANDARD = "standard", "standard coordination"
        CARVE_OUT = "carve_out", "carve-out (non-duplication)"
        MAINTENANCE = "maintenance", "maintenance of benefits"
        MEDIGAP = "medigap", "Medigap"
        MEDICAID = "medicaid", "Medicaid as the last payer"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=150)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="designs")
    role = models.CharField(max_length=10, choices=Role, default=Role.PRIMARY)
    benefit = models.CharField(max_length=10, choices=Benefit, default=Benefit.MEDICAL)
    method = models.CharField(max_length=12, choices=Method, blank=True)
    illustrative = models.BooleanField(
        default=False, help_text="An example plan, not a real one; pages say so."
    )
    hsa_qualified = models.BooleanField(default=False)
    federal = models.BooleanField(default=False, help_text="A federal programme, so copay cards are refused.")
    order = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="primary", method="") | (Q(role="secondary") & ~Q(method="")),
                name="payers_benefitdesign_secondary_has_a_method",
            )
        ]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if (self.role == self.Role.SECONDARY) != bool(self.method):
            raise ValidationError({"method": "A secondary coverage needs a method; a primary one has none."})


class DesignTerms(Revision):
    """Plan keys of a `simulate` case as JSON, in force from a date on. See `payers/terms.py`."""

    KEY = ("design", "effective_from")

    design = models.ForeignKey(BenefitDesign, on_delete=models.PROTECT, related_name="revisions")
    effective_from = models.DateField()
    terms = models.JSONField()

    class Meta(Revision.Meta):
        verbose_name_plural = "design terms"
        ordering = ["design", "-effective_from", "-revision"]
        constraints = [
            *Revision.Meta.constraints,
            same_keys_once("payers_designterms", "design", "effective_from", "revision"),
        ]

    def __str__(self):
        return f"{self.design_id and self.design.slug} from {self.effective_from}"

    def clean(self):
        super().clean()
        if self.design_id is None or self.terms is None:
            return
        known = Parameter.objects.values_list("programme", "key").distinct()
        paths = {f"{programme}/{key}" for programme, key in known}
        if errors := errors_in_terms(self.terms, self.design.method, paths):
            raise ValidationError({"terms": [f"{path}: {message}" for path, message in errors]})


class AssistanceProgram(Loaded):
    class Type(models.TextChoices):
        COPAY_CARD = "copay_card", "manufacturer copay program"
        GRANT = "grant", "charity fund"
        FREE_DRUG = "free_drug", "free drug from the manufacturer's foundation"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=150)
    sponsor = models.CharField(max_length=150, blank=True)
    type = models.CharField(max_length=12, choices=Type)
    drugs = models.ManyToManyField(Drug, blank=True, related_name="programs")
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField("web address", max_length=300, blank=True)
    how_to_apply = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords(m2m_fields=[drugs])

    class Meta:
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def clean(self):
        """It becomes a link on public pages: a script must not stand in it."""
        super().clean()
        if self.address and not self.address.startswith(("https://", "http://")):
            raise ValidationError({"address": "Begin the web address with https://"})


class ProgramTerms(Revision):
    """What a program pays and for whom. An empty maximum is unlimited only where it is known."""

    KEY = ("program", "effective_from")

    class Year(models.TextChoices):
        CALENDAR = "calendar"
        PLAN = "plan"
        ENROLMENT = "enrolment"

    class FundStatus(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        UNKNOWN = "unknown"
        NOT_A_FUND = "not_a_fund", "not a fund"

    program = models.ForeignKey(AssistanceProgram, on_delete=models.PROTECT, related_name="terms")
    effective_from = models.DateField()
    kinds = WordList(allowed=LINE_KINDS, blank=False, help_text="Kinds of claim line it pays.")
    minimum_patient_pay = models.PositiveBigIntegerField(
        "patient pays at least (cents)", null=True, blank=True
    )
    per_claim_maximum = models.PositiveBigIntegerField("maximum a claim (cents)", null=True, blank=True)
    per_claim_known = models.BooleanField(default=False, help_text="Published; empty then means no maximum.")
    annual_maximum = models.PositiveBigIntegerField("maximum a year (cents)", null=True, blank=True)
    annual_known = models.BooleanField(default=False, help_text="Published; empty then means no maximum.")
    year = models.CharField(max_length=10, choices=Year, default=Year.CALENDAR)
    income_limit_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="In % of the federal poverty level."
    )
    income_known = models.BooleanField(
        default=False, help_text="Published; empty then means no income limit."
    )
    excludes_kinds_of_payer = WordList(allowed=PAYER_KINDS)
    requires_kinds_of_payer = WordList(allowed=PAYER_KINDS, help_text="Usable only with one of these.")
    excluded_states = WordList(allowed=STATES)
    fund_status = models.CharField(max_length=10, choices=FundStatus, default=FundStatus.NOT_A_FUND)
    fund_seen_on = models.DateField(null=True, blank=True, help_text="When the fund's status was seen.")
    minimum_age_months = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age_months = models.PositiveSmallIntegerField(null=True, blank=True)
    diagnoses = WordList(help_text="ICD-10-CM codes it is for, one a line.")

    class Meta(Revision.Meta):
        verbose_name_plural = "program terms"
        ordering = ["program", "-effective_from", "-revision"]
        constraints = [
            *Revision.Meta.constraints,
            same_keys_once("payers_programterms", "program", "effective_from", "revision"),
            between("payers_programterms_minimum", "minimum_patient_pay", 0, LARGEST_AMOUNT_CENTS),
            between("payers_programterms_per_claim", "per_claim_maximum", 0, LARGEST_AMOUNT_CENTS),
            between("payers_programterms_annual", "annual_maximum", 0, LARGEST_AMOUNT_CENTS),
        ]

    def __str__(self):
        return f"{self.program_id and self.program.slug} from {self.effective_from}"

    def clean(self):
        super().clean()
        for amount, known in (("per_claim_maximum", "per_claim_known"), ("annual_maximum", "annual_known")):
            if getattr(self, amount) is not None and not getattr(self, known):
                raise ValidationError({known: "A maximum is given here, so it is known."})
        if self.income_limit_percent is not None and not self.income_known:
            raise ValidationError({"income_known": "An income limit is given here, so it is known."})


class ProgramRule(Revision):
    """A day that counts for a program's help, or one thing more it does. Without an answer: looked for, not found."""

    KEY = ("program", "topic")

    class Topic(models.TextChoices):
        TRAVEL = "travel", "helps with travel or lodging (yes or no)"
        APPLY = "apply", "last day to apply (days after a dose that it pays for)"
        CLAIM = "claim", "last day to send the claim (days after the dose)"
        USE = "use", "ends unless it has paid something (days, again and again)"
        RENEWAL = "renewal", "has to be applied for again each year (yes or no)"

    program = models.ForeignKey(AssistanceProgram, on_delete=models.PROTECT, related_name="rules")
    topic = models.CharField(max_length=10, choices=Topic)
    applies = models.BooleanField("yes or no", null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(Revision.Meta):
        ordering = ["program", "topic", "-revision"]
        constraints = [
            *Revision.Meta.constraints,
            same_keys_once("payers_programrule", "program", "topic", "revision"),
            models.CheckConstraint(
                condition=Q(topic__in=TOPICS_IN_DAYS, applies=None)
                | (~Q(topic__in=TOPICS_IN_DAYS) & Q(days=None)),
                name="payers_programrule_days_or_yes_or_no",
                violation_error_message="Some rules are a number of days, the others yes or no.",
            ),
            between("payers_programrule_days", "days", 0, 3650),
        ]

    def __str__(self):
        return f"{self.program_id and self.program.slug}: {self.get_topic_display()}"

    def clean(self):
        super().clean()
        if self.topic in TOPICS_IN_DAYS and self.applies is not None:
            raise ValidationError({"applies": "This rule is a number of days. Leave this as unknown."})
        if self.topic not in TOPICS_IN_DAYS and self.days is not None:
            raise ValidationError({"days": "This rule is yes or no. Leave the days empty."})


class StateRule(Revision):
    """Whether a state's law makes plans count copay cards toward the deductible and maximum."""

    KEY = ("state", "applies_to", "effective_from")

    class AppliesTo(models.TextChoices):
        INSURED = "insured", "insured plans under state law (never self-funded ones)"

    state = models.CharField(max_length=2, choices=[(state, state) for state in STATES])
    counts = models.BooleanField(help_text="Copay cards must count.")
    applies_to = models.CharField(max_length=12, choices=AppliesTo, default=AppliesTo.INSURED)
    hdhp_carve_out = models.BooleanField(null=True, blank=True, help_text="Not for HSA-qualified plans.")
    generic_exception = models.BooleanField(null=True, blank=True, help_text="Not where a generic exists.")
    citation = models.CharField(max_length=200, blank=True)

    class Meta(Revision.Meta):
        ordering = ["state", "-effective_from", "-revision"]
        constraints = [
            *Revision.Meta.constraints,
            same_keys_once("payers_staterule", "state", "applies_to", "effective_from", "revision"),
            models.UniqueConstraint(
                fields=["state", "applies_to", "revision"],
                condition=Q(effective_from__isnull=True),
                name="payers_staterule_undated_once",
            ),
        ]

    def __str__(self):
        return f"{self.state} from {self.effective_from or 'an unknown date'}"
