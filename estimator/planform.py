"""One coverage as a form: a benefit design fills the terms, each can be changed, the change is shown.

`filled_for` (design@date) travels with the form and says which terms the fields were filled with: only what a
person has changed since then counts as theirs. Choosing another design or date therefore refills the rest,
with or without JavaScript. Amounts met are always the family's own.
"""

from datetime import date
from functools import cached_property

from django import forms

from estimator.fields import DayField
from estimator.planterms import SIDE_WORDS, Plan, Term
from estimator.words import money_short
from payers.reference import Payers

FUNDING = (
    ("unknown", "We do not know"),
    ("insured", "The insurer (insured)"),
    ("self_funded", "The employer (self-funded)"),
)


class PlanForm(forms.Form):
    """The design of one coverage and, once it is chosen, its terms."""

    filled_for = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        posted,
        *,
        prefix,
        benefit,
        designs,
        payers: Payers,
        on: date,
        today: date,
        label,
        empty="Choose a plan",
    ):
        self.payers, self.benefit, self.on, self.today = payers, benefit, on, today
        own = [key for key in posted if key.startswith(f"{prefix}-")]
        self.posted = {key.removeprefix(f"{prefix}-"): posted[key] for key in own}
        self.chosen = next((d for d in designs if d.slug == self.posted.get("design")), None)
        self.plan = Plan(self.chosen, benefit, payers, on) if self.chosen else None
        super().__init__({f"{prefix}-{name}": value for name, value in self._filled().items()}, prefix=prefix)
        self.fields["design"] = design_field(designs, label, empty)
        for term in self.terms:
            self.fields[term.name] = term.field
            term.field.help_text = self._difference(term) or term.field.help_text
        if self.has_met:
            self.fields["met_as_of"] = DayField(label="These amounts as of", required=False)
        if self.takes_cards:
            self.fields["funding"] = forms.ChoiceField(label="Who carries the plan's risk", choices=FUNDING)

    # What is shown

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        return tuple(self.plan.terms()) if self.plan else ()

    @property
    def provenance(self):
        """Where the terms that fill this form are from."""
        revision = self.chosen.in_force(self.on) if self.chosen else None
        return revision.provenance if revision else None

    @property
    def has_met(self):
        return any(term.group == "met" for term in self.terms)

    @property
    def takes_cards(self):
        """Whether copay cards can be used with this plan at all: a commercial plan that pays first."""
        return any(term.name == "assistance_policy" for term in self.terms)

    @property
    def in_short(self):
        """The terms in a few words, as they stand in the form."""
        kind = self.plan.drug_kind
        words = (
            (f"{kind}_copay", "copay"),
            ("deductible_individual", "deductible"),
            (f"{kind}_coinsurance", ""),
            ("maximum_individual", "maximum"),
        )
        texts = [
            f"{self._text(name)} {word}".strip()
            for name, word in words
            if self._text(name) not in ("", "$0", "0 %")
        ]
        return ", ".join(texts)

    def _group(self, *groups):
        return [self[term.name] for term in self.terms if term.group in groups]

    @property
    def limits(self):
        return self._group("limits")

    @property
    def shares(self):
        return self._group("shares")

    @property
    def others(self):
        return self._group("kinds", "calendar")

    @property
    def met(self):
        return self._group("met")

    @property
    def policy(self):
        return [*self._group("policy"), self["funding"]] if self.takes_cards else []

    @property
    def has_terms(self):
        return bool(self.limits or self.shares)

    @property
    def changed(self):
        """Names of the terms that differ from the design's."""
        return [term.name for term in self.terms if term.group != "met" and self._differs(term)]

    @property
    def opens_terms(self):
        """Whether the terms stand unfolded: one of them was changed or is wrong."""
        return self._touched("limits", "shares", "kinds", "calendar")

    @property
    def opens_met(self):
        return "met_as_of" in self.errors or self._touched("met")

    def _touched(self, *groups):
        names = {term.name for term in self.terms if term.group in groups}
        told = {name for name in names if self._text(name).strip("$0. ")} if groups == ("met",) else set()
        return bool(names & {*self.changed, *self.errors} or told)

    def _text(self, name):
        return self.data.get(self.add_prefix(name), "")

    def _differs(self, term):
        return not means_the_same(term.field, self._text(term.name), self.plan.text(term))

    def _difference(self, term):
        if term.group == "met" or not self._differs(term):
            return ""
        return f"Changed: this plan as we know it has {self.plan.words(term)}."

    # From what was posted to what is shown

    def _filled(self):
        """The posted answers, with every term nobody has changed taken from the design in force now."""
        data = {
            "design": self.posted.get("design", ""),
            "filled_for": f"{self.chosen.slug}@{self.on}" if self.chosen else "",
            "met_as_of": self.posted.get("met_as_of", self.today.isoformat()),
            "funding": self.posted.get("funding", "unknown"),
        }
        before = self._plan_before()
        for term in self.terms:
            kept = self._kept(term, before)
            data[term.name] = self.plan.text(term) if kept is None else kept
        return data

    def _plan_before(self):
        """The plan the posted fields had been filled with; None where it was another design."""
        slug, _, day = self.posted.get("filled_for", "").partition("@")
        try:
            same = self.chosen is not None and slug == self.chosen.slug
            return Plan(self.chosen, self.benefit, self.payers, date.fromisoformat(day)) if same else None
        except ValueError:
            return None

    def _kept(self, term, before):
        """What a person typed for a term; None where they left what the design had filled in."""
        typed = self.posted.get(term.name)
        if term.group == "met":
            return typed
        if before is None:
            return None
        if isinstance(term.field, forms.BooleanField):
            typed = typed or ""
        return None if typed is None or means_the_same(term.field, typed, before.text(term)) else typed

    # Checks that need two fields

    def clean(self):
        for side, word in SIDE_WORDS.items():
            self._not_above(f"{side}_individual", f"{side}_family", f"the family's {word}")
            for who in ("individual", "family"):
                self._not_above(f"{side}_met_{who}", f"{side}_{who}", f"the whole {word}")
        for who in ("individual", "family"):
            deductible, maximum = self._amount(f"deductible_{who}"), self._amount(f"maximum_{who}")
            if deductible is not None and maximum is not None and maximum < deductible:
                self.add_error(f"maximum_{who}", f"This is below the deductible ({money_short(deductible)}).")
        return self.cleaned_data

    def _not_above(self, name, limit_name, words):
        amount, limit = self._amount(name), self._amount(limit_name)
        if amount is not None and limit is not None and amount > limit:
            self.add_error(name, f"This is more than {words} ({money_short(limit)}).")

    def _amount(self, name):
        value = self.cleaned_data.get(name)
        return value if isinstance(value, int) else None

    def field_at(self, path):
        """The field of a path below this coverage (`terms.copay`), else the design's."""
        if path in ("met_as_of", "funding") and path in self.fields:
            return path
        wanted = tuple(path.removeprefix("terms.").split("."))
        fitting = [term.name for term in self.terms if term.path == wanted[: len(term.path)]]
        return fitting[0] if path.startswith("terms.") and fitting else "design"

    # The request

    def request(self):
        """This coverage in the estimate's request: the design, and only the terms that were changed."""
        request = {"design": self.chosen.slug, "terms": {}}
        met = [term for term in self.terms if term.group == "met" and self.cleaned_data.get(term.name)]
        for term in self.terms:
            if term.name in self.changed or term in met:
                self.plan.write(request["terms"], term, self.cleaned_data[term.name])
        if met and self.cleaned_data.get("met_as_of"):
            request["met_as_of"] = self.cleaned_data["met_as_of"].isoformat()
        if self.takes_cards:
            request["funding"] = self.cleaned_data["funding"]
        return request


def design_field(designs, label, empty):
    groups: dict[str, list] = {}
    for design in designs:
        groups.setdefault(design.payer.name, []).append((design.slug, design.name))
    messages = {"required": "Choose the plan.", "invalid_choice": "Choose one of the plans in the list."}
    return forms.ChoiceField(label=label, choices=[("", empty), *groups.items()], error_messages=messages)


def means_the_same(field, typed, text):
    """Whether two texts mean the same to a field; what it cannot read is different."""
    if typed == text:
        return True
    try:
        return field.clean(typed) == field.clean(text)
    except forms.ValidationError:
        return False
