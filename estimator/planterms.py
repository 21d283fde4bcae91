"""A benefit design on a date as form fields: which terms can be changed, their texts, and back to plan keys.

National figures are filled in for the plan year of the date. The paths are those of a case's plan
(`rules.drug.coinsurance`), so that a changed term is written straight into the request.
"""

from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django import forms

from drugs.strictfields import NONE, UNKNOWN, MoneyField, RateField
from estimator.words import money_short, percent
from payers.parameters import figure
from payers.reference import Design, Payers, plain

PROCEDURE_KINDS = ("administration", "professional", "sedation", "imaging", "laboratory", "visit")
SIDES = {"deductible": "deductibles", "maximum": "out_of_pocket_maximums"}
SIDE_WORDS = {"deductible": "deductible", "maximum": "out-of-pocket maximum"}
POLICIES = (
    ("unknown", "We do not know yet"),
    ("counts", "They count toward the plan's limits"),
    ("excluded", "They do not count (accumulator)"),
    ("maximizer", "Maximizer: the plan takes the card's whole value"),
)
UNCAPPED = "uncapped"
DAY_CAPS = (
    (UNKNOWN, "We do not know yet"),
    ("capped", "Yes, at the amount above"),
    (UNCAPPED, "No, it never binds"),
)
KINDS_OF_LIMIT = (
    ("embedded", "Each person also has their own (embedded)"),
    ("aggregate", "Only the family's counts (aggregate)"),
)
DEFAULTS = {"kind": "embedded", "plan_year_start": "01-01", "assistance_policy": "counts"}
HDHP_MINIMUM = {"self": "hdhp/minimum_deductible_self", "family": "hdhp/minimum_deductible_family"}
NONE_OR_UNKNOWN = (NONE, UNKNOWN)


@dataclass(frozen=True)
class Term:
    """One term a person may change: its field's name, its path among the plan keys, its group on the page."""

    name: str
    path: tuple[str, ...]
    field: forms.Field
    group: str


class Plan:
    """A design on a date, for a drug billed under its medical or pharmacy benefit."""

    def __init__(self, design: Design, benefit: str, payers: Payers, on: date):
        self.design, self.benefit, self.payers = design, benefit, payers
        revision = design.in_force(on)
        self.given = plain(revision.terms) if revision else {}
        start = self.given.get("plan_year_start", "01-01")
        self.year = on.year if f"{on:%m-%d}" >= start else on.year - 1
        self.keys = self._with_figures(self.given)

    def _with_figures(self, value):
        if isinstance(value, dict) and set(value) == {"parameter"}:
            found = figure(self.payers, value["parameter"], self.year)
            return found.value if found else None
        return {k: self._with_figures(v) for k, v in value.items()} if isinstance(value, dict) else value

    @property
    def is_empty(self) -> bool:
        return bool(self.keys.get("no_plan"))

    @cached_property
    def drug_kind(self) -> str | None:
        """The kind of line the drug is on under this plan."""
        kind = "pharmacy" if self.benefit == "pharmacy" else "drug"
        return kind if kind in self.keys.get("rules", {}) else None

    @property
    def _rule(self) -> dict:
        return self.keys["rules"][self.drug_kind]

    @property
    def _is_first_commercial(self) -> bool:
        return self.design.payer.kind == "commercial" and self.design.role == "primary"

    # Which terms there are

    def terms(self) -> Iterator[Term]:
        """The terms of this design that can be changed, in the order of the page."""
        if self.design.method == "medicaid":
            yield Term("visit_copay", ("copay",), copay_field("one visit"), "shares")
        if not self.drug_kind:
            return
        for side, rule_key in (("deductible", "deductible"), ("maximum", "out_of_pocket_maximum")):
            if pool := self._rule.get(rule_key):
                yield from self._pool(side, pool)
        yield from self._shares()
        yield Term("plan_year_start", ("plan_year_start",), self._start_field(), "calendar")
        if self._is_first_commercial:
            yield Term("assistance_policy", ("assistance_policy",), policy_field(), "policy")
            yield Term("hsa", ("hdhp_minimum_deductible",), hsa_field(), "policy")

    def _pool(self, side: str, pool: str) -> Iterator[Term]:
        key, word = SIDES[side], SIDE_WORDS[side]
        label = word.capitalize()
        given = self.keys[key][pool]
        may_be_none = side == "maximum" or given.get("individual") is None
        has_family = given.get("family") is not None or self._is_first_commercial
        one = amount_field(f"{label}, one person", word, may_be_none)
        yield Term(f"{side}_individual", (key, pool, "individual"), one, "limits")
        if has_family:
            family = amount_field(f"{label}, family", f"family {word}", may_be_none=True)
            yield Term(f"{side}_family", (key, pool, "family"), family, "limits")
            kind = forms.ChoiceField(label=f"How the family {word} works", choices=KINDS_OF_LIMIT)
            yield Term(f"{side}_kind", (key, pool, "kind"), kind, "kinds")
        yield Term(
            f"{side}_met_individual", (key, pool, "met_individual"), met_field(label, "patient"), "met"
        )
        if has_family:
            met = met_field(label, "whole family")
            yield Term(f"{side}_met_family", (key, pool, "met_family"), met, "met")

    def _shares(self) -> Iterator[Term]:
        for kind, words in ((self.drug_kind, "the drug"), ("administration", "the procedure")):
            if kind in self.keys["rules"] and (kind == self.drug_kind or self.benefit == "medical"):
                rate = RateField(label=f"Coinsurance for {words}", empty="Type 0 for none.", words=(UNKNOWN,))
                yield Term(f"{kind}_coinsurance", ("rules", kind, "coinsurance"), rate, "shares")
                yield Term(f"{kind}_copay", ("rules", kind, "copay"), copay_field(words), "shares")
        if cap := self._rule.get("cap"):
            field = amount_field("Most for one treatment day", "most for one day", may_be_none=True)
            yield Term("cap", ("caps", cap, "amount"), field, "shares")
            if cap in self.keys.get("disputed_caps", ()):
                yield Term("day_cap", ("disputed_caps",), day_cap_field(), "shares")

    def _start_field(self) -> forms.Field:
        choices = [(f"{month:02}-01", f"{month_name[month]} 1") for month in range(1, 13)]
        start = self.keys.get("plan_year_start", "01-01")
        if start not in dict(choices):
            choices.append((start, f"{month_name[int(start[:2])]} {int(start[3:])}"))
        return forms.ChoiceField(label="Plan year starts", choices=choices)

    # Values of terms

    def text(self, term: Term) -> str:
        """The design's value as the form writes it."""
        value = self.keys
        for key in term.path:
            value = value.get(key) if isinstance(value, dict) else None
        return "" if term.group == "met" else as_text(term, value)

    def words(self, term: Term) -> str:
        text = self.text(term)
        if isinstance(term.field, forms.BooleanField):
            return "yes" if text else "no"
        return dict(term.field.choices)[text] if isinstance(term.field, forms.ChoiceField) else text

    def write(self, request_terms: dict, term: Term, value):
        """A changed term under its plan key; procedures under the administration's own rule follow it."""
        if term.name == "hsa":
            value = self.hdhp_minimum("self") if value else None
        if term.name == "day_cap":
            if value == UNCAPPED:
                request_terms.setdefault("caps", {}).setdefault(self._rule["cap"], {})["amount"] = None
            value = []
        for path in self._paths(term):
            place = request_terms
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = None if value == NONE else value

    def hdhp_minimum(self, coverage: str) -> int | None:
        found = figure(self.payers, HDHP_MINIMUM[coverage], self.year)
        return found.value if found else None

    def _paths(self, term: Term) -> list[tuple[str, ...]]:
        if term.path[:2] != ("rules", "administration"):
            return [term.path]
        rules = self.keys["rules"]
        alike = [kind for kind in PROCEDURE_KINDS if same_but_cap(rules.get(kind), rules["administration"])]
        return [("rules", kind, term.path[2]) for kind in alike]


def same_but_cap(rule: dict | None, other: dict) -> bool:
    return rule is not None and {**rule, "cap": None} == {**other, "cap": None}


def as_text(term: Term, value) -> str:
    field = term.field
    if term.name == "day_cap":
        return UNKNOWN
    if isinstance(field, forms.BooleanField):
        return "on" if value is not None else ""
    if value == UNKNOWN or (value is None and NONE in getattr(field, "words", ())):
        return UNKNOWN if value == UNKNOWN else NONE
    if isinstance(field, RateField):
        return percent(value or 0)
    return money_short(value or 0) if isinstance(field, MoneyField) else value or DEFAULTS[term.path[-1]]


def amount_field(label: str, word: str, may_be_none: bool) -> MoneyField:
    none = NONE if may_be_none else "0"
    words = NONE_OR_UNKNOWN if may_be_none else (UNKNOWN,)
    return MoneyField(label=label, empty=f"Type the {word}, or {none} if there is none.", words=words)


def met_field(label: str, whom: str) -> MoneyField:
    return MoneyField(label=f"{label} met by the {whom}", required=False, words=(UNKNOWN,))


def copay_field(words: str) -> MoneyField:
    return MoneyField(label=f"Copay for {words}", empty="Type the copay, or 0.", words=(UNKNOWN,))


def day_cap_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Is the day's copayment capped at this hospital",
        choices=DAY_CAPS,
        help_text="Ask the billing office: drug and procedure of one day together, at the inpatient deductible?",
    )


def policy_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Payments by a copay card",
        choices=POLICIES,
        help_text="Ask the plan: do you apply a copay accumulator or maximizer to this drug?",
    )


def hsa_field() -> forms.BooleanField:
    return forms.BooleanField(label="HSA-qualified plan (high deductible)", required=False)
