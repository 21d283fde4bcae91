"""Which drug, how dosed, when and where: the treatment's part of the form.

Which fields there are follows from the drug and its regimen: a weight only where the dose needs one, weeks of a
cycle only where cycles come by need, a place of care only where something is given there.
"""

from copy import copy
from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError

from drugs.reference import SITES
from drugs.strictfields import MoneyField, WholeNumberField
from estimator.dosesizes import OF_A_SIZE, DoseSize, sizes_of
from estimator.fields import DayField, TimesField, UnitPriceField, WeightField
from estimator.words import listed

SITE_WORDS = {
    "hospital_on_campus": "Hospital outpatient department, on campus",
    "hospital_off_campus_excepted": "Hospital outpatient department, off campus (modifier PO)",
    "hospital_off_campus_nonexcepted": "Hospital outpatient department, off campus (modifier PN)",
    "asc": "Ambulatory surgical center",
    "office": "Physician's office",
    "home": "At home",
}
STARTS = (
    ("first", "First dose on"),
    ("already", "Last dose on"),
)
SWITCH_HINT = "For a switch between doses choose its own regimen: it begins with the next dose."
NOT_FOR = {
    "medical": ("allowed_pharmacy",),
    "pharmacy": (
        "allowed_pharmacy",
        "allowed_administration",
        "allowed_professional",
        "allowed_sedation",
        "allowed_imaging",
    ),
    "both": (),
}
"""Allowed amounts that a drug billed this way does not have; a pharmacy drug's fill is its `allowed_drug`."""


class TreatmentForm(forms.Form):
    """Drug, regimen, when, where, and what it costs where somebody knows."""

    drug = forms.ChoiceField(label="Drug", error_messages={"invalid_choice": "Choose a drug from the list."})
    drug_filled = forms.CharField(required=False, widget=forms.HiddenInput)
    regimen_filled = forms.CharField(required=False, widget=forms.HiddenInput)
    regimen = forms.ChoiceField(
        label="Regimen", error_messages={"invalid_choice": "Choose one of the regimens in the list."}
    )
    start = forms.ChoiceField(label="Start", choices=STARTS)
    dose_on = DayField(label="Date", empty="Choose the date of the dose.")
    site = forms.ChoiceField(label="Where it is given", error_messages={"invalid_choice": "Choose a place."})
    administration_code = forms.ChoiceField(
        label="Code for giving it",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the codes in the list."},
    )
    years = WholeNumberField(label="Years to look ahead", least=1, most=10, unit="years")
    weight_kg = WeightField(label="Weight in kg", empty="Type the weight: this regimen is dosed by weight.")
    age_years = WholeNumberField(
        label="Age, years", least=0, most=120, unit="years", empty="Type the age: the dose depends on it."
    )
    age_months = WholeNumberField(label="and months", least=0, most=11, unit="months", required=False)
    cycle_weeks = WholeNumberField(
        label="Weeks from the start of one cycle to the next",
        least=1,
        most=104,
        unit="weeks",
        empty="Type the weeks: further cycles come by need.",
    )
    drug_unit_price = UnitPriceField(label="Price of one billing unit", required=False)
    allowed_drug = MoneyField(label="Drug, allowed amount per dose", required=False)
    allowed_pharmacy = MoneyField(label="Pharmacy fill, allowed amount", required=False)
    allowed_administration = MoneyField(
        label="Procedure, allowed amount per dose",
        required=False,
        help_text="In a hospital or surgical center: the facility's amount.",
    )
    allowed_professional = MoneyField(label="Clinician's fee per dose", required=False)
    allowed_sedation = MoneyField(label="Sedation or anesthesia per dose", required=False)
    allowed_imaging = MoneyField(label="Imaging per dose", required=False)
    of_medicare = TimesField(
        label="All else: how many times Medicare's amounts",
        required=False,
        help_text="For a commercial plan: between 1 and 2 is common. Medicare pays its own amounts.",
    )

    concurrent_therapy = forms.BooleanField(
        label="Another treatment for this disease is running", required=False
    )
    procedure_on_another_day = forms.BooleanField(
        label="Drug and procedure will be billed on different dates", required=False
    )
    accept_stale = forms.BooleanField(label="Use the older price all the same", required=False)

    ALLOWED = (
        "allowed_drug",
        "allowed_pharmacy",
        "allowed_administration",
        "allowed_professional",
        "allowed_sedation",
        "allowed_imaging",
    )

    def __init__(self, posted, *, drugs, today: date):
        self.drugs, self.today = drugs, today
        self.chosen = drugs.drug(posted.get("drug", "")) or None
        super().__init__(self._filled(posted))
        self.fields["drug"].choices = [
            (d.slug, f"{d.name} ({d.generic})" if d.generic else d.name) for d in drugs.drugs
        ]
        self.fields["site"].choices = [(site, SITE_WORDS[site]) for site in self.sites]
        self.fields["regimen"].choices = [(r.slug, r.name) for r in self.regimens]
        self.fields["regimen"].help_text = self.regimen.note if self.regimen else ""
        self.fields["administration_code"].choices = [(c.code, f"{c.code}: {c.words}") for c in self.codes]
        if self.data["start"] == "already":
            self.fields["start"].help_text = SWITCH_HINT
        if self.data["dose_on"] == today.isoformat():
            self.fields["dose_on"].help_text = "Today, until you change it."
        self._drop_what_is_not_asked()

    def _filled(self, posted):
        """The posted answers; for a drug chosen just now, its own defaults."""
        data = {name: posted.get(name, "") for name in self.base_fields}
        if self.chosen and data["drug_filled"] != self.chosen.slug:
            data |= {"regimen": "", "administration_code": "", "drug_filled": self.chosen.slug}
            data |= {"dose_on": data["dose_on"] or self.today.isoformat(), "years": data["years"] or "3"}
        data |= {name: text for name, text in posted.items() if name.startswith(OF_A_SIZE)}
        data["start"] = data["start"] or "first"
        default = self.chosen.regimen() if self.chosen else None
        data["regimen"] = data["regimen"] or (default.slug if default else "")
        self.regimen = self.chosen.regimen(data["regimen"]) if self.chosen and data["regimen"] else None
        data["regimen_filled"] = data["regimen"]
        data["site"] = data["site"] or next(iter(self.sites), "")
        self.site = data["site"]
        data["administration_code"] = self._code_at_site(data["administration_code"])
        return data

    def _code_at_site(self, code):
        """The code posted, unless it is one of this drug's that this site cannot bill: then the usual one."""
        known = {c.code for c in self._offered()}
        here = [c.code for c in self.codes]
        return code if code in here or (code and code not in known) else next(iter(here), "")

    def _drop_what_is_not_asked(self):
        if not self.regimens:
            del self.fields["regimen"]
        if not self.codes:
            del self.fields["administration_code"]
        if not self.needs_weight:
            del self.fields["weight_kg"]
        if not self.needs_age:
            self.offer_age(False)
        if not self.needs_cycle:
            del self.fields["cycle_weeks"]
        if self.main_benefit != "medical":
            del self.fields["procedure_on_another_day"]
        for name in self.ALLOWED:
            if name in NOT_FOR[self.billing]:
                del self.fields[name]
        self._say_what_the_amounts_are_for()

    def offer_age(self, matters: bool):
        """The age where no dose depends on it: may be left out, asked only where something else does."""
        for name in ("age_years", "age_months"):
            self.fields.pop(name, None)
            if matters:
                self.fields[name] = copy(self.base_fields[name])
                self.fields[name].required = False
        if matters:
            self.fields["age_years"].label = "Age, years (optional)"
            self.fields[
                "age_years"
            ].help_text = "At the first dose here. The coverage or the help depends on it."

    def _say_what_the_amounts_are_for(self):
        """A price typed for the wrong unit is wrong a hundredfold: the unit stands beside the field."""
        if not self.chosen:
            return
        if self.main_benefit != "medical" and "allowed_drug" in self.fields:
            self.fields["allowed_drug"].label = "Drug, allowed amount per fill of 30 days"
        self.fields["drug_unit_price"].help_text = self.unit_words()
        for size in self.sizes:
            self.fields[size.field] = MoneyField(
                label=f"Drug, allowed amount for {size.words}", required=False
            )
            self.PATHS = {
                **self.PATHS,
                **{f"allowed.drug_by_phase.{phase}": size.field for phase in size.phases},
            }
        if self.sizes and not self.data["allowed_drug"]:
            del self.fields["allowed_drug"]

    def unit_words(self):
        """One billing unit of the chosen drug in words."""
        if self.main_benefit != "medical":
            packages = [p.form for p in self.chosen.presentations if p.mg is not None]
            return f"For one package: {listed(packages, last='or')}." if packages else "For one package."
        code = self.chosen.billing_code(self.today)
        if code is None:
            return ""
        if code.unit_mg is None:
            return f"{code.code}: one unit is one treatment."
        return f"{code.code}: one unit is {code.unit_mg.normalize():f} mg, not a dose or a vial."

    @cached_property
    def sizes(self) -> tuple[DoseSize, ...]:
        """Empty where all doses are alike, or none is billed by the dose."""
        by_dose = self.regimen is not None and self.main_benefit == "medical"
        return sizes_of(self.regimen, self.data["start"] == "already") if by_dose else ()

    # What there is to choose

    @cached_property
    def regimens(self):
        return sorted(self.chosen.regimens, key=lambda r: r.order) if self.chosen else []

    def _offered(self):
        return [c for c in self.chosen.administration_codes if c.use != "never"] if self.chosen else []

    @property
    def sites(self):
        """Where this drug's administration codes can be billed; anywhere if they do not say."""
        at = {site for code in self._offered() for site in code.sites or SITES}
        return [site for site in SITES if site in at] or list(SITES)

    @property
    def codes(self):
        """The payer's usual code first, then the others this site can bill."""
        here = [c for c in self._offered() if not c.sites or self.site in c.sites]
        return sorted(here, key=lambda c: (c.use != "usual", c.order))

    @property
    def never_codes(self):
        """Codes a claim for this drug is denied for, with our note why."""
        known = self.chosen.administration_codes if self.chosen else ()
        return [code for code in known if code.use == "never"]

    @property
    def code_choices(self):
        """Each code's radio button with our note on it."""
        return list(zip(self["administration_code"], (c.note for c in self.codes), strict=False))

    @property
    def _bands(self):
        return [band for phase in self.regimen.phases for band in phase.bands] if self.regimen else []

    @property
    def needs_weight(self):
        return any(b.mg_per_kg or b.weight_from_kg or b.weight_below_kg for b in self._bands)

    @property
    def needs_age(self):
        return any(b.age_from_months or b.age_below_months for b in self._bands)

    @property
    def asks_age(self):
        return "age_years" in self.fields

    @property
    def needs_cycle(self):
        """Whether a later phase has no interval of its own: its cycles come by need."""
        later = self.regimen.phases[1:] if self.regimen else ()
        return any(not (p.offsets or p.every or any(band.every for band in p.bands)) for p in later)

    @property
    def billing(self):
        """Under which benefit the drug is billed: medical, pharmacy, or first the one and then the other."""
        if self.chosen is None or self.chosen.benefit == "medical":
            phases = self.regimen.phases if self.regimen else ()
            return "both" if any(phase.benefit == "pharmacy" for phase in phases) else "medical"
        return "pharmacy"

    @property
    def main_benefit(self):
        return "pharmacy" if self.billing == "pharmacy" else "medical"

    @property
    def needs_price(self):
        return self.regimen is not None and not self.regimen.published_price

    @property
    def drug_amounts(self):
        """Names of the fields for the drug's allowed amount: one, or one for each size of dose."""
        return [
            name for name in ("allowed_drug", *(size.field for size in self.sizes)) if name in self.fields
        ]

    @property
    def amount_names(self):
        others = (*self.ALLOWED[1:], "of_medicare")
        return ["drug_unit_price", *self.drug_amounts, *(name for name in others if name in self.fields)]

    @property
    def amounts(self):
        return [self[name] for name in self.amount_names]

    @property
    def open_amounts(self):
        return self.needs_price or any(
            self.data.get(name) or name in self.errors for name in self.amount_names
        )

    @property
    def opens_codes(self):
        wrong = {"administration_code", "years"} & set(self.errors)
        return bool(wrong or self.data["procedure_on_another_day"]) or self.data["years"] != "3"

    @property
    def asks_for_stale(self):
        return bool(self.data.get("accept_stale")) or "accept_stale" in self.errors

    @property
    def day(self):
        """The date of the dose where it can be read, else today: which year's terms to show."""
        try:
            return self.fields["dose_on"].clean(self.data["dose_on"])
        except ValidationError:
            return self.today

    @property
    def age_in_months(self):
        """None where the age is not asked or cannot be read."""
        given = self.cleaned_data if self.errors is not None else {}
        told = [given.get(name) for name in ("age_years", "age_months")]
        return None if told == [None, None] else (told[0] or 0) * 12 + (told[1] or 0)

    # The request

    def request(self):
        given = self.cleaned_data
        request = {
            "drug": given["drug"],
            "regimen": given.get("regimen") or None,
            "previous_dose_on" if given["start"] == "already" else "first_dose_on": given[
                "dose_on"
            ].isoformat(),
            "years": given["years"],
            "site_of_care": given["site"],
            "allowed": self.allowed(given),
        }
        if given.get("administration_code"):
            request["administration_code"] = given["administration_code"]
        for name in ("accept_stale", "concurrent_therapy", "procedure_on_another_day"):
            if given.get(name):
                request[name] = True
        if self.needs_weight:
            request["weight_kg"] = given["weight_kg"]
        if self.needs_cycle:
            request["cycle_weeks"] = given["cycle_weeks"]
        if self.age_in_months is not None:
            request["age_months"] = self.age_in_months
        return request

    def allowed(self, given):
        """The amounts typed, under the names of the request. `given` are cleaned answers of this form's fields."""
        names = [name for name in self.ALLOWED if given.get(name) is not None]
        allowed = {name.removeprefix("allowed_"): given[name] for name in names}
        by_phase = {
            phase: given[size.field]
            for size in self.sizes
            for phase in size.phases
            if given.get(size.field) is not None
        }
        if by_phase:
            allowed["drug_by_phase"] = by_phase
        for name in ("drug_unit_price", "of_medicare"):
            if given.get(name) is not None:
                allowed[name] = str(given[name])
        return allowed

    PATHS = {
        "drug": "drug",
        "regimen": "regimen",
        "first_dose_on": "dose_on",
        "previous_dose_on": "dose_on",
        "years": "years",
        "weight_kg": "weight_kg",
        "age_months": "age_years",
        "cycle_weeks": "cycle_weeks",
        "site_of_care": "site",
        "administration_code": "administration_code",
        "accept_stale": "accept_stale",
        "concurrent_therapy": "concurrent_therapy",
        "procedure_on_another_day": "procedure_on_another_day",
        "allowed.drug_unit_price": "drug_unit_price",
        "allowed.of_medicare": "of_medicare",
        **{f"allowed.{name.removeprefix('allowed_')}": name for name in ALLOWED},
    }
