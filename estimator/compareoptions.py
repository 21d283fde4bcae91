"""What can stand beside the estimate in a comparison: another plan, or another treatment.

`page` is the comparison that asks (`compareform.CompareForm`): what it knows of the household is not asked again.
"""

from copy import copy

from django import forms

from drugs.reference import Drug
from drugs.strictfields import MoneyField
from estimator.compare import Way
from estimator.planform import PlanForm
from estimator.treatmentform import TreatmentForm

WRONG_AMOUNT = "Correct the marked answer."
AS_ENTERED = "as-entered"


class PremiumForm(forms.Form):
    """What a family pays each month to have this coverage."""

    premium = MoneyField(label="Monthly premium", required=False)


class SecondForm(forms.Form):
    """The coverage behind another plan. As entered, it keeps the terms that were typed for it."""

    def __init__(self, data, *, prefix, designs, entered):
        names, same = ", then ".join(design.name for design in entered), {AS_ENTERED}
        if len(entered) == 1:
            same.add(entered[0].slug)
        others = [(design.slug, design.name) for design in designs if design.slug not in same]
        as_entered = [(AS_ENTERED, f"As entered: {names}")] if entered else []
        given = data.get(f"{prefix}-design", "")
        given = given if given not in same else AS_ENTERED if entered else ""
        super().__init__({f"{prefix}-design": given}, prefix=prefix)
        choices = [("", "None"), *as_entered, *others]
        self.fields["design"] = forms.ChoiceField(label="Second coverage", choices=choices, required=False)


class PlanAmountsForm(forms.Form):
    """What this plan allows, where somebody typed it for the first one. Another plan's amount is never taken."""

    def __init__(self, data, *, prefix, treatment: TreatmentForm, first: str):
        super().__init__(data, prefix=prefix)
        for name in treatment.amount_names:
            if typed := treatment.data.get(name):
                self.fields[name] = copy(treatment.fields[name])
                unit = f"{treatment.unit_words()} " if name == "drug_unit_price" else ""
                self.fields[
                    name
                ].help_text = f"{unit}Typed for {first}: {typed}. Empty: not known for this plan."


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
        hint = "Leave it empty where a price is published."
        if treatment.needs_price:
            hint = "Nobody publishes a price: ask the plan or the billing office."
        self.amounts = treatment.drug_amounts
        for name in self.amounts:
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
        self.second = SecondForm(own, prefix=f"{prefix}-second", designs=seconds, entered=page.second_designs)
        slug = self.plan.chosen.slug if self.plan.chosen else ""
        self.premium = PremiumForm(own, prefix=f"{prefix}-{slug}-pays")
        self.amounts = PlanAmountsForm(
            own, prefix=f"{prefix}-{slug}", treatment=base.treatment, first=page.main_name
        )

    patient_fields = ()

    @property
    def forms(self):
        return (self.plan, self.second, self.premium, self.amounts)

    @property
    def is_begun(self) -> bool:
        return self.plan.chosen is not None

    def way(self) -> Way:
        if not all(form.is_valid() for form in self.forms):
            return Way(self.plan.chosen.name, {}, missing=(WRONG_AMOUNT,))
        names = [self.plan.chosen.name, *(design.name for design in self.seconds)]
        programs = self.page.programs(self.page.base.drug, self.plans, self.seconds)
        request = {
            **{key: value for key, value in self.page.base_request.items() if key != "insurer"},
            "coverage": self.coverage(),
            "secondary": self.secondary(),
            "allowed": self.page.base.treatment.allowed(self.amounts.cleaned_data),
        }
        premium = self.premium.cleaned_data["premium"] or 0
        return self.page.with_programs(Way(", then ".join(names), request, premium), programs)

    @property
    def is_as_entered(self) -> bool:
        return self.second.cleaned_data["design"] == AS_ENTERED

    @property
    def seconds(self) -> list:
        """The designs behind this plan, in paying order."""
        slug = self.second.cleaned_data["design"]
        if self.is_as_entered:
            return self.page.second_designs
        return [self.page.reference.payers.design(slug)] if slug else []

    def secondary(self) -> list[dict]:
        if self.is_as_entered:
            return self.page.base_request["secondary"]
        return [{"design": design.slug} for design in self.seconds]

    @property
    def plans(self) -> list[PlanForm]:
        """This plan, and the household's for the other benefit where the treatment needs one."""
        return [self.plan, *(form for benefit, form in self.others.items() if benefit != self.plan.benefit)]

    @property
    def others(self) -> dict[str, PlanForm]:
        is_alone = self.page.base.treatment.billing != "both" or self.plan.chosen.benefit == "both"
        return {} if is_alone else {n: form for n, form in self.page.base.coverage.items() if form.chosen}

    def coverage(self) -> dict:
        return {form.benefit: form.request() for form in reversed(self.plans)}


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
        if self.treatment.needs_price and not any(self.treatment.data.get(n) for n in self.terms.amounts):
            needed.append("Nobody publishes a price for this regimen: type its allowed amount.")
        other = self.page.other_plan
        if not self.page.pays(self.treatment.main_benefit) and not (other is not None and other.chosen):
            needed.append(f"Choose the plan that pays {self.treatment.main_benefit} drugs.")
        return needed

    def way(self) -> Way:
        regimen = self.treatment.regimen
        name = f"{self.treatment.chosen.name}{f', {regimen.name}' if regimen else ''}"
        if self.missing:
            return Way(name, {}, missing=tuple(self.missing))
        kept = ("insurer", "secondary", "household", "other_care", "age_months")
        base = {key: value for key, value in self.page.base_request.items() if key in kept}
        request = {**base, **self.treatment.request(), "coverage": self.page.coverage()}
        programs = self.page.programs(self.treatment.chosen, self.page.all_plans, self.page.second_designs)
        return self.page.with_programs(Way(name, request), programs)
