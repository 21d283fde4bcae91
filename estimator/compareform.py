"""The page that compares: the answers of an estimate, and what takes the place of its plan or its drug.

The first way is the estimate as it was entered. Its answers travel with the form, so nothing is typed again; the
page's own controls are called `option1-...`, `compare-...`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

from django import forms

from drugs.reference import Drug
from drugs.strictfields import WholeNumberField
from estimator.answers import answers_of
from estimator.assemble import Reference
from estimator.compare import HORIZONS, Way
from estimator.compareoptions import WRONG_AMOUNT, CoverageOption, PremiumForm, TreatmentOption
from estimator.fields import WeightField
from estimator.forms import EstimateForm
from estimator.planform import PlanForm
from estimator.programchoice import ProgramChoice
from estimator.words import listed
from payers.reference import Design

MOST_WAYS = 4
OWN = ("option", "compare", "csrfmiddlewaretoken", "show", "add")
KEPT = ("option", "compare-")
WHATS = (("coverages", "Plans for this treatment"), ("treatments", "Treatments under this coverage"))


def comparison_of(posted: Mapping[str, str]) -> dict[str, str]:
    """The answers of a comparison among what was posted. They travel with the estimate it began from."""
    return {name: text for name, text in posted.items() if name.startswith(KEPT) and text}


class ChoiceForm(forms.Form):
    """What is compared, and over how many years the pictures look."""

    what = forms.ChoiceField(label="Compare", choices=WHATS)
    years = forms.ChoiceField(
        label="Years in the picture", choices=[(str(n), f"{n} year{'s' * (n > 1)}") for n in HORIZONS]
    )
    ways = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, posted: Mapping[str, str]):
        data = {name: posted.get(f"compare-{name}", "") for name in self.base_fields}
        data["what"] = data["what"] if data["what"] in dict(WHATS) else "coverages"
        data["years"] = data["years"] if data["years"] in {str(n) for n in HORIZONS} else "3"
        count = int(data["ways"]) if data["ways"] in ("2", "3", "4") else 2
        self.count = min(count + (posted.get("add") == "way"), MOST_WAYS)
        data["ways"] = str(self.count)
        super().__init__({f"compare-{name}": value for name, value in data.items()}, prefix="compare")
        self.chosen, self.horizon = data["what"], int(data["years"])


class PatientForm(forms.Form):
    """What another drug's dose depends on and the first one's did not."""

    weight_kg = WeightField(label="Weight in kg", required=False)
    age_years = WholeNumberField(label="Age, years", least=0, most=120, unit="years", required=False)
    age_months = WholeNumberField(label="and months", least=0, most=11, unit="months", required=False)
    cycle_weeks = WholeNumberField(
        label="Weeks from the start of one cycle to the next", least=1, most=104, unit="weeks", required=False
    )


class CompareForm:
    """The base estimate and the ways beside it."""

    def __init__(self, posted: Mapping[str, str], reference: Reference, today: date):
        self.posted, self.reference, self.today = posted, reference, today
        answers = {name: text for name, text in posted.items() if not name.startswith(OWN)}
        self.base = EstimateForm(answers, reference, today, asked=True)
        self.choice = ChoiceForm(posted)
        self.premium = PremiumForm(
            self.own("option0"), prefix=f"option0-{self.base.main.posted.get('design')}"
        )
        others = range(1, self.choice.count)
        if self.compares_coverages:
            self.options = [CoverageOption(self, n) for n in others]
        else:
            self.patient = PatientForm(self.own("compare"), prefix="compare")
            self.options = [TreatmentOption(self, n) for n in others]
            self._share_out_patient_fields()
            self.other_plan = self._other_plan()

    @property
    def compares_coverages(self) -> bool:
        return self.choice.chosen == "coverages"

    @property
    def can_add(self) -> bool:
        return self.choice.count < MOST_WAYS

    def own(self, prefix: str) -> dict[str, str]:
        return {name: text for name, text in self.posted.items() if name.startswith(f"{prefix}-")}

    @cached_property
    def answers(self) -> dict[str, str]:
        """The base estimate's answers, to be carried along."""
        return answers_of(self.base)

    @property
    def forms(self) -> list[forms.Form]:
        """What this page asks by itself."""
        own = [self.choice, *(part for option in self.options for part in option.forms)]
        if self.compares_coverages:
            return [*own, self.premium]
        return [*own, self.patient, *([self.other_plan] if self.other_plan else [])]

    @property
    def set_aside(self) -> dict[str, str]:
        """What was answered here before and is not asked just now; it comes back with its question."""
        shown = [part for part in self.forms if not isinstance(part, PatientForm)]
        asked = {field.html_name for part in shown for field in part}
        asked |= {field.html_name for option in self.options for field in option.patient_fields}
        return {name: text for name, text in self.told.items() if name not in asked}

    @property
    def told(self) -> dict[str, str]:
        """All that was answered on this page, to come back after a visit to the estimate."""
        return {**comparison_of(self.posted), "compare-ways": str(self.choice.count)}

    @cached_property
    def base_request(self) -> dict:
        return self.base.request()

    @property
    def base_name(self) -> str:
        """What the first way is called: its plans, or its drug and regimen."""
        if self.compares_coverages:
            return ", then ".join(design.name for design in self.base.chosen_designs)
        regimen = self.base.treatment.regimen
        return f"{self.base.drug.name}, {regimen.name}" if regimen else self.base.drug.name

    @property
    def main_name(self) -> str:
        return self.base.main.chosen.name if self.base.main.chosen else ""

    @cached_property
    def second_designs(self) -> list[Design]:
        """The coverages behind the household's plan, in paying order."""
        return [form.chosen for form in self.base.secondaries if form.chosen]

    def ways(self) -> list[Way]:
        """The base, and each option that was begun; one that is not filled in says what is missing."""
        premium, missing = 0, ()
        if self.compares_coverages:
            premium = (self.premium.cleaned_data if self.premium.is_valid() else {}).get("premium") or 0
            missing = (WRONG_AMOUNT,) if self.premium.errors else ()
        first = Way(self.base_name, self.base_request, premium, missing, help_words(self.base.help))
        return numbered([first, *(option.way() for option in self.options if option.is_begun)])

    # Help

    def programs(self, drug: Drug, plans: list[PlanForm], seconds: list[Design]) -> ProgramChoice:
        """The household's answers about programs, judged for this drug under these coverages."""
        base, payers = self.base, self.reference.payers
        designs = [*(form.chosen for form in plans), *seconds]
        age = self.base_request.get("age_months")
        return ProgramChoice(
            base.posted,
            payers=payers,
            drug=drug.slug,
            plans=plans,
            family=base.household.family(payers, designs, age, self.today.year),
            on=base.treatment.day,
            today=self.today,
        )

    def with_programs(self, way: Way, programs: ProgramChoice) -> Way:
        """The way with its help in the request and in words."""
        wrong = [form.program.name for form in programs.forms if not form.is_valid()]
        missing = tuple(f"In the estimate, correct what was used of {name}." for name in wrong)
        if missing:
            return replace(way, missing=missing)
        request = {**way.request, "programs": programs.request()}
        return replace(way, request=request, notes=help_words(programs, self.base.help.counted))

    # Treatments

    def _share_out_patient_fields(self):
        """What a dose needs and the base estimate has not told is asked once, at the first drug that needs it."""
        told = self.base.treatment.data
        asked = {name for name in PatientForm.base_fields if told.get(name)}
        asked |= {"age_months"} if told.get("age_years") else set()
        for option in self.options:
            needed = [name for name in option.needs if name not in asked]
            option.patient_fields = [self.patient[name] for name in needed]
            asked |= set(needed)

    def patient_answers(self) -> dict[str, str]:
        """Weight, age and cycle, from the base estimate or from this page."""
        names = PatientForm.base_fields
        told = {name: self.base.treatment.data.get(name, "") for name in names}
        here = {name: self.posted.get(f"compare-{name}", "") for name in names}
        return {name: told[name] or here[name] for name in names}

    def _other_plan(self) -> PlanForm | None:
        """The plan of the other benefit, where a drug is billed there and the household's plan does not pay it."""
        wanted = {option.treatment.main_benefit for option in self.options if option.treatment.chosen}
        missing = [benefit for benefit in sorted(wanted) if not self.pays(benefit)]
        if not missing:
            return None
        benefit = missing[0]
        designs = [
            design
            for design in self.reference.payers.designs
            if design.role == "primary" and design.benefit in (benefit, "both")
        ]
        form = PlanForm(
            self.posted,
            prefix="compare-plan",
            benefit=benefit,
            designs=sorted(designs, key=lambda design: design.order),
            payers=self.reference.payers,
            on=self.base.treatment.day,
            today=self.today,
            label="Plan that pays pharmacy drugs"
            if benefit == "pharmacy"
            else "Plan that pays medical drugs",
        )
        form.fields["design"].required = False
        return form

    def pays(self, benefit: str) -> bool:
        return any(plan.chosen and plan.chosen.benefit in (benefit, "both") for plan in self.base.plans)

    @property
    def all_plans(self) -> list[PlanForm]:
        """The household's plans: the base estimate's, and the other benefit's where it was asked."""
        plans = {benefit: form for benefit, form in self.base.coverage.items() if form.chosen}
        other = self.other_plan
        if other is not None and other.chosen and other.is_valid():
            plans[other.benefit] = other
        return list(plans.values())

    def coverage(self) -> dict:
        return {form.benefit: form.request() for form in self.all_plans}


def help_words(programs: ProgramChoice, entered: Iterable[str] = ()) -> tuple[str, ...]:
    """Which help a way is estimated with, and which of what was `entered` for the estimate does not hold here."""
    counted = programs.counted
    unusable = [
        form for form in programs.forms if not form.judged.usable and form.program.name in set(entered)
    ]
    return tuple(
        filter(
            None,
            (
                f"Help switched on: {listed(counted)}." if counted else "",
                f"Left out, as in the estimate: {listed(programs.left_out)}." if programs.left_out else "",
                *(f"Not here: {form.program.name}. {form.reason}" for form in unusable),
            ),
        )
    )


def numbered(ways: list[Way]) -> list[Way]:
    """Two ways of one name are told apart by a number."""
    names = [way.name for way in ways]
    return [
        replace(way, name=f"{way.name} ({n})") if names.count(way.name) > 1 else way
        for n, way in enumerate(ways, 1)
    ]
