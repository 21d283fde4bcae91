"""The household's part of the form, and who this family is to an assistance program."""

from collections.abc import Iterable

from django import forms

from drugs.strictfields import MoneyField, WholeNumberField
from payers.eligibility import Household
from payers.models import STATES
from payers.parameters import percent_of_poverty
from payers.reference import Design, Payers


class HouseholdForm(forms.Form):
    """Used only to see which help a family may get."""

    state = forms.ChoiceField(
        label="State", choices=[("", "Not given"), *[(s, s) for s in STATES]], required=False
    )
    people = WholeNumberField(
        label="People in the household", least=1, most=30, unit="people", required=False
    )
    income = MoneyField(label="Yearly income before tax", required=False)

    PATHS = {"household.state": "state", "household.size": "people", "household.income": "income"}

    @property
    def opens(self):
        return any(self.data.get(name) for name in self.fields) or bool(self.errors)

    def family(
        self, payers: Payers, designs: Iterable[Design], age_months: int | None, year: int
    ) -> Household:
        """What eligibility judges by: every coverage, the state, the income, the age."""
        designs = list(designs)
        answers = self.cleaned_data if self.errors is not None else {}
        return Household(
            payer_kinds=frozenset(design.payer.kind for design in designs),
            federal=any(design.federal for design in designs),
            state=answers.get("state") or None,
            income_percent=percent_of_poverty_level(payers, answers, year),
            age_months=age_months,
        )

    def request(self):
        given = self.cleaned_data
        household = {"state": given["state"] or None, "size": given["people"], "income": given["income"]}
        household = {key: value for key, value in household.items() if value is not None}
        return household or None


def percent_of_poverty_level(payers: Payers, answers, year: int):
    """None where the household, its income or that year's guideline is not known."""
    if not answers.get("people") or answers.get("income") is None:
        return None
    return percent_of_poverty(payers, answers.get("state") or "", answers["people"], answers["income"], year)
