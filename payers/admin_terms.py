"""The terms of a design in the admin: one field that is a whole form, and a preview of what it would change.

Pressing "Preview" checks everything, saves nothing and shows what a sample family would pay. Who works that out is
named by the setting DESIGN_PREVIEW: `payers` does not know the estimator.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string

from drugs.admin_history import values_of
from drugs.citations import Citations
from payers import catalogue
from payers.models import BenefitDesign, DesignTerms, Parameter
from payers.termfields import Figures
from payers.termsform import TermsForm, terms_form
from payers.termwords import Term, terms_in_words

PREVIEW = "_preview"


class TermsWidget(forms.Widget):
    """Renders the form for the terms; as its value it takes everything that was sent."""

    use_fieldset = True

    def __init__(self):
        super().__init__()
        self.design: BenefitDesign | None = None

    def begin(self, design: BenefitDesign | None) -> None:
        self.design = design

    def form(self, value: Any) -> TermsForm:
        figures = Figures(figure_paths())
        sent = value.data if isinstance(value, Sent) else None
        return terms_form(self.design.method, figures, sent, None if sent else value)

    def render(self, name, value, attrs=None, renderer=None):
        if self.design is None:
            return render_to_string("admin/payers/designterms/_no_design.html")
        form = self.form(value)
        context = {"form": form, "later": in_words(form.later and {"by_plan_year": form.later})}
        return render_to_string("admin/payers/designterms/_terms.html", context)

    def value_from_datadict(self, data, files, name):
        return Sent(data)

    def value_omitted_from_data(self, data, files, name):
        return False

    def id_for_label(self, id_):
        return ""


class Sent:
    """What a browser sent, still to be read."""

    def __init__(self, data: Mapping):
        self.data = data


class TermsField(forms.Field):
    widget = TermsWidget

    def clean(self, value):
        if self.widget.design is None:
            raise forms.ValidationError("Choose the design above; then its terms can be filled in here.")
        form = self.widget.form(value)
        if not form.is_bound or not any(name.startswith("terms-") for name in form.data):
            raise forms.ValidationError("Now fill in the terms of this design.")
        if not form.is_valid():
            raise forms.ValidationError("Please correct what is marked in the terms below.")
        return form.terms

    def has_changed(self, initial, data):
        return True


class DesignTermsForm(forms.ModelForm):
    """Terms for one design. A form that is only previewed is never valid, so it is never saved."""

    terms = TermsField(label="Terms")

    class Meta:
        model = DesignTerms
        fields = ("design", "terms", "withdrawn", "source", "confidence", "effective_from", "effective_to")
        fields += ("read_on", "source_note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["terms"].widget.begin(self.design())

    def design(self) -> BenefitDesign | None:
        """The design that is chosen now, or that the page began with."""
        asked = self.data.get("design") if self.is_bound else self.initial.get("design")
        asked = getattr(asked, "pk", asked)
        known = BenefitDesign.objects.filter(pk=asked) if str(asked or "").isdecimal() else ()
        return next(iter(known), None)

    @property
    def is_preview(self) -> bool:
        return PREVIEW in self.data

    def is_valid(self):
        return super().is_valid() and not self.is_preview


def effect_of(form: DesignTermsForm) -> tuple:
    """What a sample family pays under the terms in force and under those of the form."""
    told = form.cleaned_data
    return import_string(settings.DESIGN_PREVIEW)(told["design"].slug, told["effective_from"], told["terms"])


def values_of_terms(row: DesignTerms) -> dict[str, str]:
    """A revision's values with its terms in words, for its history."""
    values = values_of(row)
    values.pop("terms", None)
    return values | {term.label: term.text for term in in_words(row.terms)}


def figure_paths() -> set[str]:
    """The national figures in dollars, as `payers.terms` names them."""
    known = Parameter.objects.filter(unit=Parameter.Unit.CENTS).values_list("programme", "key").distinct()
    return {f"{programme}/{key}" for programme, key in known.order_by()}


def in_words(terms: Mapping | None) -> tuple[Term, ...]:
    payers, today = catalogue.load(), timezone.localdate()
    return terms_in_words(terms, payers, today.year, Citations()) if terms else ()
