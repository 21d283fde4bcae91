"""What we ask: treatment, coverage, help, household. Validates, computes nothing.

`EstimateForm` holds the parts of the page's one form, turns them into the request of `estimate()` and brings
that request's errors back to their fields. All choices come from the reference data.
"""

from datetime import date
from functools import cached_property

from drugs.reference import Drug
from estimator.assemble import ORIGINAL_MEDICARE
from estimator.authorizationform import AuthorizationForm
from estimator.careform import care_rows
from estimator.cautions import asks_age
from estimator.householdform import HouseholdForm
from estimator.kept import Drawer
from estimator.planform import PlanForm
from estimator.programchoice import ProgramChoice
from estimator.programform import ProgramForm
from estimator.treatmentform import TreatmentForm

MOST_SECONDARIES = 4
QUIET = {"required", "unfinished"}
"""Errors that wait for the button: while somebody is still answering, what is missing is not yet wrong."""


class EstimateForm:
    """The parts of the page's one form, and the way to the request and back.

    `asked` is true when the button was pressed: then everything missing is an error at its field. Before that
    what is missing is listed calmly in `missing`.
    """

    def __init__(self, posted, reference, today: date, *, asked: bool):
        self.drawer = Drawer(posted).switch(f"second{n}" for n in range(MOST_SECONDARIES))
        self.posted = posted = self.drawer.answers
        self.reference, self.today, self.asked = reference, today, asked
        self.treatment = TreatmentForm(posted, drugs=reference.drugs, today=today)
        self._take_the_plan_over()
        self.coverage = self._plans()
        self.secondaries = self._secondaries()
        if self.drug and not self.treatment.needs_age:
            self.treatment.offer_age(asks_age(reference.payers, self.drug, self.chosen_designs))
        self.authorization = AuthorizationForm(posted, drug=self.drug, design=self.main.chosen)
        self.care = care_rows(posted)
        self.household = HouseholdForm(posted)
        self.help = self._program_choice()
        self.programs = self.help.forms
        self.loose_errors: list[str] = []
        self.missing: list[str] = []
        for part in self.parts:
            part.full_clean()
        if not asked:
            self._quieten()

    @property
    def drug(self) -> Drug | None:
        return self.treatment.chosen

    @cached_property
    def kept(self) -> dict[str, str]:
        """What was typed and has no place on the page now, to be carried until it has one again."""
        shown = {field.html_name for part in self.parts for field in part if shows(part, field.name)}
        return {**self.drawer.kept, **self.drawer.left_over(shown)}

    # Parts

    def _take_the_plan_over(self):
        """A drug under the other benefit: a plan that pays both is not asked for again."""
        main = self.treatment.main_benefit
        other = "medical" if main == "pharmacy" else "pharmacy"
        design = self.reference.payers.design(self.posted.get(f"{other}-design", ""))
        if f"{main}-design" in self.posted or design is None or design.benefit != "both":
            return
        for name, text in list(self.posted.items()):
            if name.startswith(f"{other}-"):
                self.posted[name.replace(other, main, 1)] = text

    def _plans(self):
        """The plan for each benefit the drug is billed under; the second one may be left out."""
        if self.treatment.billing != "both":
            return {self.treatment.billing: self._plan(self.treatment.billing)}
        plans = {benefit: self._plan(benefit) for benefit in ("medical", "pharmacy")}
        plans["pharmacy"].fields["design"].required = False
        return plans

    def _plan(self, benefit):
        designs = [
            d for d in self.reference.payers.designs if d.role == "primary" and d.benefit in (benefit, "both")
        ]
        label = "Plan" if benefit == "medical" else "Pharmacy plan"
        empty = "Choose a plan" if benefit == self.treatment.main_benefit else "None, or the same plan"
        return PlanForm(
            self.posted,
            prefix=benefit,
            benefit=benefit,
            designs=sorted(designs, key=lambda d: d.order),
            payers=self.reference.payers,
            on=self.treatment.day,
            today=self.today,
            label=label,
            empty=empty,
        )

    def _secondaries(self):
        """The coverages behind the first that were given, in order, and an empty place after them."""
        given = [n for n in range(MOST_SECONDARIES) if self.posted.get(f"second{n}-design")]
        renumbered = {}
        for new, old in enumerate(given):
            for key, value in self.posted.items():
                if key.startswith(f"second{old}-"):
                    renumbered[key.replace(f"second{old}-", f"second{new}-", 1)] = value
        forms_ = []
        for n in range(min(len(given) + 1, MOST_SECONDARIES)):
            form = PlanForm(
                renumbered,
                prefix=f"second{n}",
                benefit=self.treatment.main_benefit,
                designs=self._second_designs(n),
                payers=self.reference.payers,
                on=self.treatment.day,
                today=self.today,
                label="Second coverage" if n == 0 else f"Coverage {n + 2}",
                empty="None",
            )
            form.fields["design"].required = False
            forms_.append(form)
        return forms_

    def _second_designs(self, place):
        """Medigap pays right after Original Medicare and nowhere else."""
        medicare = self.main.chosen is not None and self.main.chosen.payer.slug == ORIGINAL_MEDICARE
        designs = [d for d in self.reference.payers.designs if d.role == "secondary"]
        designs = [d for d in designs if d.method != "medigap" or (medicare and place == 0)]
        return sorted(designs, key=lambda d: d.order)

    @property
    def plans(self):
        return list(self.coverage.values())

    @property
    def main(self):
        """The plan that pays the drug first."""
        return self.coverage[self.treatment.main_benefit]

    def _program_choice(self):
        return ProgramChoice(
            self.posted,
            payers=self.reference.payers,
            drug=self.drug.slug if self.drug else "",
            plans=self.plans if self.drug and self.main.chosen else (),
            family=self.family,
            on=self.treatment.day,
            today=self.today,
        )

    @property
    def family(self):
        age = self.treatment.age_in_months
        return self.household.family(self.reference.payers, self.chosen_designs, age, self.today.year)

    @property
    def chosen_designs(self):
        return [form.chosen for form in (*self.plans, *self.secondaries) if form.chosen]

    @property
    def parts(self):
        return [
            self.treatment,
            *self.plans,
            self.authorization,
            *self.secondaries,
            *self.care,
            *self.programs,
            self.household,
        ]

    # Errors

    def _quieten(self):
        """Take what is merely missing out of the errors and list it by its label."""
        for part in self.parts:
            for name, errors in list(part.errors.items()):
                if {error.code for error in errors.as_data()} <= QUIET:
                    self.missing.append(part[name].label)
                    del part.errors[name]

    @property
    def is_complete(self):
        return not self.missing and not self.errors

    @property
    def errors(self):
        """Every error with the id of its field, in the order of the page; without a field the id is empty."""
        at_fields = [
            (part[name].id_for_label or part[name].auto_id, part[name].label, message)
            for part in self.parts
            for name, messages in part.errors.items()
            if name != "__all__"
            for message in messages
        ]
        return [*at_fields, *(("", "", message) for message in self.loose_errors)]

    def add_request_errors(self, errors):
        """Bring the estimate's own errors to the fields they are about."""
        for path, text in errors:
            message = f"{text[:1].upper()}{text[1:].removesuffix('.')}."
            part, name = self._field_at(path.removeprefix("$").removeprefix("."))
            if part is None:
                self.loose_errors.append(message)
            elif message not in part.errors.get(name, ()):
                part.add_error(name, message)

    def _field_at(self, path):
        for part in (self.treatment, self.authorization, self.household):
            if path in part.PATHS and part.PATHS[path] in part.fields:
                return part, part.PATHS[path]
        for prefix, part in self._places():
            if path.startswith(prefix):
                return part, part.field_at(path.removeprefix(prefix).removeprefix("."))
        return None, ""

    def _places(self):
        yield from ((f"coverage.{benefit}", plan) for benefit, plan in self.coverage.items())
        yield from ((f"secondary[{n}]", part) for n, part in enumerate(self._chosen_secondaries))
        yield from ((f"other_care[{n}]", row) for n, row in enumerate(self._given_care))
        yield from ((f"programs[{n}]", part) for n, part in enumerate(self.help.named))

    @property
    def _given_care(self):
        return [row for row in self.care if row.is_given]

    @property
    def has_care(self):
        return bool(self._given_care)

    @property
    def _chosen_secondaries(self):
        return [form for form in self.secondaries if form.chosen]

    # The request

    def request(self):
        """The answers as `estimate()` takes them."""
        request = self.treatment.request()
        chosen = {benefit: plan for benefit, plan in self.coverage.items() if plan.chosen}
        request["coverage"] = {benefit: plan.request() for benefit, plan in chosen.items()}
        request["secondary"] = [form.request() for form in self._chosen_secondaries]
        request["programs"] = self.help.request()
        request["other_care"] = [row.request() for row in self._given_care]
        request["household"] = self.household.request()
        request["insurer"] = self.authorization.request()
        return request


def shows(part, name):
    """Whether the page has a control for a field now; what a program pays is asked where it is used."""
    return not isinstance(part, ProgramForm) or part.shows(name)
