"""What can stand beside the estimate in a comparison: another plan, or another treatment.

`page` is the comparison that asks (`compareform.CompareForm`): what it knows of the household is not asked again.
"""

from django import forms

from drugs.reference import Drug
from drugs.strictfields import MoneyField
from estimator.compare import Way
from estimator.planform import PlanForm
from estimator.treatmentform import TreatmentForm

WRONG_AMOUNT = "Correct the marked answer."


class PremiumForm(forms.Form):
    """What a family pays each month to have this coverage."""

    premium = MoneyField(label="Monthly premium", required=False)


class SecondForm(forms.Form):
    """The coverage behind another plan."""

    def __init__(self, *args, designs, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "None"), *((design.slug, design.name) for design in designs)]
        self.fields["design"] = forms.ChoiceField(label="Second coverage", choices=choices, required=False)


class OtherDrugForm(forms.Form):
    """Another drug."""

    def __init__(self, data, *, prefix, drugs):
        super().__init__(data, prefix=prefix)
        named = [(d.slug, f"{d.name} ({d.generic})" if d.generic else d.name) for d in drugs]
        self.fields["drug"] = forms.ChoiceField(label="Drug", choices=[("", "Choose a drug"), *named])
        self.fields["drug"].required = False


class OtherTermsForm(forms.Form):
    """Its regimen, and its allowed amounts where somebody knows them. Named after the drug: an amount typed for
    one is never another's, and comes back with its drug."""

    def __init__(self, data, *, prefix, treatment: TreatmentForm):
        super().__init__(data, prefix=prefix)
        choices = [(regimen.slug, regimen.name) for regimen in treatment.regimens]
        self.fields["regimen"] = forms.ChoiceField(label="Regimen", choices=choices, required=False)
        hint = "" if treatment.needs_price else "Leave it empty where a price is published."
        for name in treatment.drug_amounts:
            label = str(treatment.fields[name].label)
            self.fields[name] = MoneyField(label=label, required=False, help_text=hint)
        self.fields["accept_stale"] = forms.BooleanField(
            label="Use a price older than two quarters where there is no newer one", required=False
        )


class CoverageOption:
    """Another coverage for the same treatment: a plan with its terms, what is second, the premium."""

    def __init__(self, page, number: int):
        self.page, self.number, self.title = page, number, f"Plan {number + 1}"
        base, payers = page.base, page.reference.payers
        benefit = base.treatment.main_benefit
        designs = [d for d in payers.designs if d.role == "primary" and d.benefit in (benefit, "both")]
        prefix = f"option{number}"
        self.plan = PlanForm(
            page.own(prefix),
            prefix=prefix,
            benefit=benefit,
            designs=sorted(designs, key=lambda design: design.order),
            payers=payers,
            on=base.treatment.day,
            today=page.today,
            label="Plan",
            empty="Choose a plan to compare",
        )
        self.plan.fields["design"].required = False
        seconds = sorted((d for d in payers.designs if d.role == "secondary"), key=lambda d: d.order)
        own = page.own(prefix)
        self.second = SecondForm(own, prefix=f"{prefix}-second", designs=seconds)
        self.premium = PremiumForm(own, prefix=f"{prefix}-pays")

    patient_fields = ()

    @property
    def forms(self):
        return (self.plan, self.second, self.premium)

    @property
    def is_begun(self) -> bool:
        return self.plan.chosen is not None

    def way(self) -> Way:
        if not all(form.is_valid() for form in self.forms):
            return Way(self.plan.chosen.name, {}, missing=(WRONG_AMOUNT,))
        second = self.second.cleaned_data["design"]
        payers = self.page.reference.payers
        names = [self.plan.chosen.name, *([payers.design(second).name] if second else [])]
        request = {
            **{key: value for key, value in self.page.base_request.items() if key != "insurer"},
            "coverage": self.coverage(),
            "secondary": [{"design": second}] if second else [],
        }
        return Way(", then ".join(names), request, self.premium.cleaned_data["premium"] or 0)

    def coverage(self) -> dict:
        """This plan; beside it the household's plan for the other benefit, if the treatment needs one."""
        coverage = {self.plan.benefit: self.plan.request()}
        if self.page.base.treatment.billing == "both" and self.plan.chosen.benefit != "both":
            coverage = {**self.page.base_request["coverage"], **coverage}
        return coverage


class TreatmentOption:
    """Another treatment under the same coverage. It begins when the base estimate's first dose is given."""

    def __init__(self, page, number: int):
        self.page, self.number, self.title = page, number, f"Treatment {number + 1}"
        prefix, drugs = f"option{number}", page.reference.drugs
        self.asked = OtherDrugForm(page.own(prefix), prefix=prefix, drugs=drugs.drugs)
        drug = drugs.drug(self.asked["drug"].value() or "")
        self.terms_prefix = f"{prefix}-{drug.slug}" if drug else prefix
        self.treatment = TreatmentForm(self._posted(drug), drugs=drugs, today=page.today)
        self.terms = self._terms() if drug else None
        self.patient_fields = []

    def _terms(self) -> OtherTermsForm:
        told = self.page.own(self.terms_prefix)
        told[f"{self.terms_prefix}-regimen"] = self.treatment.data["regimen"]
        return OtherTermsForm(told, prefix=self.terms_prefix, treatment=self.treatment)

    def _posted(self, drug: Drug | None) -> dict[str, str]:
        own = self.page.own(self.terms_prefix)
        told = {name.removeprefix(f"{self.terms_prefix}-"): text for name, text in own.items()}
        if drug is None or told.get("regimen") not in {regimen.slug for regimen in drug.regimens}:
            told["regimen"] = drug.regimen().slug if drug and drug.regimen() else ""
        slug, base = drug.slug if drug else "", self.page.base.treatment
        begin = {"drug": slug, "drug_filled": slug, "start": "first", "years": "3"}
        posted = {**told, **begin, **self.page.patient_answers(), "dose_on": base.day.isoformat()}
        probe = TreatmentForm(posted, drugs=self.page.reference.drugs, today=self.page.today)
        return {**posted, "site": base.site if base.site in probe.sites else ""}

    @property
    def forms(self):
        return (self.asked, self.terms) if self.terms else (self.asked,)

    @property
    def is_begun(self) -> bool:
        return self.treatment.chosen is not None

    @property
    def needs(self) -> list[str]:
        """What of the patient the dose depends on."""
        one = self.treatment
        if one.chosen is None:
            return []
        return [
            *(["weight_kg"] if one.needs_weight else []),
            *(["age_years", "age_months"] if one.needs_age else []),
            *(["cycle_weeks"] if one.needs_cycle else []),
        ]

    @property
    def missing(self) -> list[str]:
        """What is still needed before this treatment can be estimated, or wrong."""
        if self.treatment.chosen is None:
            return []
        needed = [message for messages in self.treatment.errors.values() for message in messages]
        if self.terms.errors and not needed:
            needed.append(WRONG_AMOUNT)
        other = self.page.other_plan
        if not self.page.pays(self.treatment.main_benefit) and not (other is not None and other.chosen):
            needed.append(f"Choose the plan that pays {self.treatment.main_benefit} drugs.")
        return needed

    def way(self) -> Way:
        regimen = self.treatment.regimen
        name = f"{self.treatment.chosen.name}{f', {regimen.name}' if regimen else ''}"
        if self.missing:
            return Way(name, {}, missing=tuple(self.missing))
        kept = ("insurer", "secondary", "household", "other_care")
        base = {key: value for key, value in self.page.base_request.items() if key in kept}
        request = {**base, **self.treatment.request(), "programs": "auto", "coverage": self.page.coverage()}
        return Way(name, request)
