from django.contrib import admin

from drugs import models
from drugs.admin_base import PROVENANCE, DescriptiveAdmin, RevisionAdmin, edited
from drugs.admin_transfer import TransferAdmin
from drugs.strictfields import PercentField
from drugs.transfer import resource_for
from drugs.words import percent


@admin.register(models.Source)
class SourceAdmin(TransferAdmin, DescriptiveAdmin):
    resource_classes = [resource_for(models.Source, "key")]
    list_display = ("title", "publisher", "read_on", "key")
    search_fields = ("title", "publisher", "address", "key")
    list_filter = ("publisher",)


class RegimenInline(admin.TabularInline):
    model = models.Regimen
    fields = ("name", "slug", "is_default", "order", "published_price", "source", "confidence")
    extra = 0
    show_change_link = True
    can_delete = False


class PresentationInline(admin.TabularInline):
    model = models.Presentation
    fields = ("form", "mg", "ndc10", "ndc11", "discard_days", "source", "confidence")
    extra = 0
    show_change_link = True
    can_delete = False


@admin.register(models.Drug)
class DrugAdmin(TransferAdmin, DescriptiveAdmin):
    resource_classes = [resource_for(models.Drug, "slug")]
    list_display = ("name", "generic", "manufacturer", "benefit")
    search_fields = ("name", "generic", "slug", "codes__code")
    list_filter = ("benefit", "manufacturer")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (RegimenInline, PresentationInline)
    fieldsets = (
        (None, {"fields": ("name", "slug", "generic", "manufacturer", "aliases")}),
        ("Treatment", {"fields": ("route", "benefit", "indication", "boxed_warning")}),
        ("Age in months", {"fields": (("minimum_age_months", "maximum_age_months"),)}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


class PhaseInline(admin.TabularInline):
    model = models.Phase
    extra = 0
    show_change_link = True
    fields = ("order", "name", "kind", "offsets", "every_number", "every_unit", "count", "on_switch")


@admin.register(models.Regimen)
class RegimenAdmin(DescriptiveAdmin):
    list_display = ("name", "drug", "is_default", "published_price")
    list_select_related = ("drug",)
    search_fields = ("name", "slug", "drug__name")
    list_filter = ("drug", "published_price")
    inlines = (PhaseInline,)
    fieldsets = (
        (None, {"fields": ("drug", "name", "slug", "is_default", "published_price", "order", "note")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


class DoseBandInline(admin.TabularInline):
    model = models.DoseBand
    extra = 0


@admin.register(models.Phase)
class PhaseAdmin(DescriptiveAdmin):
    """A phase and its doses belong to the regimen: editing them edits it."""

    list_display = ("regimen", "order", "name", "kind", "count")
    list_display_links = ("name",)
    list_select_related = ("regimen__drug",)
    search_fields = ("name", "regimen__name", "regimen__drug__name")
    list_filter = ("kind", "regimen__drug")
    inlines = (DoseBandInline,)

    def get_list_filter(self, request):
        return self.list_filter

    def has_delete_permission(self, request, obj=None):
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            edited(form.instance.regimen)
            form.instance.regimen.save()


@admin.register(models.Presentation)
class PresentationAdmin(DescriptiveAdmin):
    list_display = ("form", "drug", "mg", "ndc11")
    list_select_related = ("drug",)
    search_fields = ("form", "drug__name", "ndc10", "ndc11")
    list_filter = ("drug",)
    fieldsets = (
        (None, {"fields": ("drug", "form", "mg", ("ndc10", "ndc11"), "discard_days")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


@admin.register(models.Code)
class CodeAdmin(TransferAdmin, DescriptiveAdmin):
    resource_classes = [resource_for(models.Code, "drug", "system", "code")]
    list_display = ("code", "system", "drug", "words", "unit_mg")
    list_select_related = ("drug",)
    search_fields = ("code", "words", "drug__name")
    list_filter = ("system", "drug")
    fieldsets = (
        (None, {"fields": ("drug", "system", "code", "words", "unit_mg", "per_treatment")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


@admin.register(models.AdministrationCode)
class AdministrationCodeAdmin(TransferAdmin, DescriptiveAdmin):
    resource_classes = [resource_for(models.AdministrationCode, "drug", "code")]
    list_display = ("code", "words", "drug", "use", "includes_imaging")
    list_select_related = ("drug",)
    search_fields = ("code", "words", "drug__name", "note")
    list_filter = ("use", "drug")
    fieldsets = (
        (None, {"fields": ("drug", "code", "words", "use", "includes_imaging", "sites", "order", "note")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


@admin.register(models.Price)
class PriceAdmin(TransferAdmin, RevisionAdmin):
    resource_classes = [resource_for(models.Price)]
    list_display = ("code", "basis", "place", "amount", "share", "effective_from", "effective_to")
    search_fields = ("code",)
    list_filter = ("basis", "place")
    told_as = {"coinsurance": "share"}
    fieldsets = (
        (None, {"fields": (("code", "basis", "place"), ("amount", "per_units"), "coinsurance", "withdrawn")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """The patient's share is typed in percent; it is kept in thousandths of one."""
        if db_field.name == "coinsurance":
            return PercentField(
                label="Patient's share", help_text="In percent, as in 19.941. Empty: not named."
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="patient's share", ordering="coinsurance")
    def share(self, row):
        return "" if row.coinsurance is None else percent(row.coinsurance)


@admin.register(models.Fact)
class FactAdmin(DescriptiveAdmin):
    list_display = ("label", "topic", "drug", "code")
    list_select_related = ("drug",)
    search_fields = ("label", "value", "topic", "code", "drug__name")
    list_filter = ("topic", "drug")
    fieldsets = (
        (None, {"fields": ("drug", "code", "topic", "label", "value", "order")}),
        ("Where this is from", {"fields": PROVENANCE}),
    )


@admin.register(models.Difference)
class DifferenceAdmin(DescriptiveAdmin):
    list_display = ("subject", "field", "value", "used_value", "status")
    search_fields = ("subject", "field", "value", "used_value", "reason")
    list_filter = ("status", "drug")


@admin.register(models.DataRevision)
class DataRevisionAdmin(admin.ModelAdmin):
    """Only to be looked at: it counts the changes of reference data."""

    list_display = ("number",)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


from drugs import import_admin  # noqa: E402, F401 (registers the official files)
