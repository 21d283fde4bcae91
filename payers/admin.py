from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from drugs.admin_base import PROVENANCE, DescriptiveAdmin, RevisionAdmin
from drugs.admin_transfer import TransferAdmin
from drugs.transfer import resource_for
from drugs.words import cents
from payers import models
from payers.admin_terms import DesignTermsForm, effect_of, in_words, values_of_terms
from payers.figureform import FigureForm
from payers.parameters import amount_words
from payers.termfields import DollarsField


def dollars(amount: int | None) -> str:
    return "" if amount is None else cents(amount)


@admin.register(models.Parameter)
class ParameterAdmin(TransferAdmin, RevisionAdmin):
    resource_classes = [resource_for(models.Parameter)]
    list_display = ("path", "year", "amount")
    search_fields = ("programme", "key", "source_note")
    list_filter = ("programme", "year")
    form = FigureForm
    told_as = {"value": "amount"}
    fieldsets = (
        (None, {"fields": (("programme", "key", "year"), ("value", "unit"), "withdrawn")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )

    @admin.display(description="amount", ordering="value")
    def amount(self, row):
        return amount_words(row.value, row.unit)


@admin.register(models.Payer)
class PayerAdmin(TransferAdmin, DescriptiveAdmin):
    resource_classes = [resource_for(models.Payer, "slug")]
    list_display = ("name", "kind", "slug")
    search_fields = ("name", "slug")
    list_filter = ("kind",)


class RevisionInline(admin.TabularInline):
    """The revisions of a row, to be read; a new one is added on a page of its own."""

    extra = 0
    can_delete = False
    show_change_link = True
    fields = ("effective_from", "revision", "withdrawn", "confidence", "source", "source_note")
    readonly_fields = fields

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class DesignTermsInline(RevisionInline):
    model = models.DesignTerms


class ProgramTermsInline(RevisionInline):
    model = models.ProgramTerms


class ProgramRuleInline(RevisionInline):
    model = models.ProgramRule
    fields = ("topic", "applies", "days", "revision", "withdrawn", "confidence", "source", "source_note")
    readonly_fields = fields


class OwnerOfTermsAdmin(DescriptiveAdmin):
    """A row whose terms are revisions: a link adds the next, filled with the newest."""

    terms_name = "terms"

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), "new_terms")

    @admin.display(description="terms")
    def new_terms(self, row):
        if row.pk is None:
            return "Save first; then its terms can be added."
        manager = getattr(row, self.terms_name)
        newest = manager.order_by("-effective_from", "-revision").first()
        url = reverse(f"admin:payers_{manager.model._meta.model_name}_add")
        start = f"revise={newest.pk}" if newest else f"{manager.field.name}={row.pk}"
        return format_html('<a href="{}?{}">add terms</a>', url, start)


@admin.register(models.BenefitDesign)
class BenefitDesignAdmin(TransferAdmin, OwnerOfTermsAdmin):
    resource_classes = [resource_for(models.BenefitDesign, "slug")]
    list_display = ("name", "payer", "role", "method", "benefit", "illustrative")
    list_select_related = ("payer",)
    search_fields = ("name", "slug", "payer__name", "note")
    list_filter = ("role", "benefit", "payer__kind", "illustrative")
    inlines = (DesignTermsInline,)
    terms_name = "revisions"


@admin.register(models.DesignTerms)
class DesignTermsAdmin(TransferAdmin, RevisionAdmin):
    resource_classes = [resource_for(models.DesignTerms)]
    list_display = ("design", "effective_from")
    list_select_related = ("design",)
    search_fields = ("design__name", "design__slug")
    list_filter = ("design",)
    form = DesignTermsForm
    history_of = ("design",)
    values_of = staticmethod(values_of_terms)
    fieldsets = (
        (None, {"fields": ("design", "withdrawn")}),
        ("Terms", {"fields": ("terms",)}),
        ("Where this is from", {"fields": PROVENANCE}),
    )

    def get_fieldsets(self, request, obj=None):
        """Stored terms are read in words; new ones are filled in."""
        shown = super().get_fieldsets(request, obj)
        return [
            (name, {"fields": ("in_words",)}) if obj and name == "Terms" else (name, rest)
            for name, rest in shown
        ]

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), "in_words")

    @admin.display(description="in words")
    def in_words(self, row):
        terms = ((term.label, term.text) for term in in_words(row.terms))
        return format_html_join("", "<p><strong>{}:</strong> {}</p>", terms)

    def render_change_form(self, request, context, *args, **kwargs):
        form = context["adminform"].form
        if request.method == "POST" and form.is_preview and not form.errors:
            context["effects"] = effect_of(form)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(models.AssistanceProgram)
class AssistanceProgramAdmin(TransferAdmin, OwnerOfTermsAdmin):
    resource_classes = [resource_for(models.AssistanceProgram, "slug")]
    list_display = ("name", "sponsor", "type", "phone")
    search_fields = ("name", "slug", "sponsor", "drugs__name")
    list_filter = ("type", "drugs")
    filter_horizontal = ("drugs",)
    inlines = (ProgramTermsInline, ProgramRuleInline)


@admin.register(models.ProgramTerms)
class ProgramTermsAdmin(TransferAdmin, RevisionAdmin):
    resource_classes = [resource_for(models.ProgramTerms)]
    list_display = ("program", "effective_from", "most_a_year", "annual_known", "fund_status")
    list_select_related = ("program",)
    search_fields = ("program__name", "program__slug", "source_note")
    list_filter = ("fund_status", "annual_known", "program")
    history_of = ("program",)
    told_as = {
        "minimum_patient_pay": "least",
        "per_claim_maximum": "most_a_claim",
        "annual_maximum": "most_a_year",
    }
    AMOUNTS = {
        "minimum_patient_pay": "Patient pays at least",
        "per_claim_maximum": "Maximum a claim",
        "annual_maximum": "Maximum a year",
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Amounts are typed in dollars; they are kept in cents."""
        if label := self.AMOUNTS.get(db_field.name):
            return DollarsField(label=label)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="patient pays at least")
    def least(self, row):
        return dollars(row.minimum_patient_pay)

    @admin.display(description="maximum a claim")
    def most_a_claim(self, row):
        return dollars(row.per_claim_maximum)

    @admin.display(description="maximum a year", ordering="annual_maximum")
    def most_a_year(self, row):
        return dollars(row.annual_maximum)

    fieldsets = (
        (None, {"fields": ("program", "kinds", "year", "withdrawn")}),
        (
            "Amounts in dollars",
            {
                "fields": (
                    "minimum_patient_pay",
                    ("per_claim_maximum", "per_claim_known"),
                    ("annual_maximum", "annual_known"),
                )
            },
        ),
        (
            "For whom",
            {
                "fields": (
                    ("income_limit_percent", "income_known"),
                    "requires_kinds_of_payer",
                    "excludes_kinds_of_payer",
                    "excluded_states",
                    ("minimum_age_months", "maximum_age_months"),
                    "diagnoses",
                    ("fund_status", "fund_seen_on"),
                )
            },
        ),
        ("Where this is from", {"fields": PROVENANCE}),
    )


@admin.register(models.ProgramRule)
class ProgramRuleAdmin(TransferAdmin, RevisionAdmin):
    """Travel help and the days that count. Neither a number nor yes or no: looked for and not found."""

    resource_classes = [resource_for(models.ProgramRule)]
    list_display = ("program", "topic", "applies", "days")
    list_select_related = ("program",)
    search_fields = ("program__name", "program__slug", "source_note")
    list_filter = ("topic", "program")
    fieldsets = (
        (None, {"fields": ("program", "topic", ("applies", "days"), "withdrawn")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


@admin.register(models.StateRule)
class StateRuleAdmin(RevisionAdmin):
    list_display = ("state", "counts", "applies_to", "effective_from", "citation")
    search_fields = ("state", "citation")
    list_filter = ("state", "counts")
    fieldsets = (
        (None, {"fields": ("state", "counts", "applies_to", "citation", "withdrawn")}),
        ("Exceptions", {"fields": ("hdhp_carve_out", "generic_exception")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )
