"""A national figure as an administrator types it: dollars, percent, or percent of the poverty level.

It is kept in the unit's own whole number: cents, thousandths of a percent, percent.
"""

from django import forms

from drugs.strictfields import MoneyField, RateField, StrictField, WholeNumberField
from payers.models import Parameter
from payers.parameters import amount_words

UNITS = {"cents": "dollars", "thousandths": "percent", "percent_fpl": "% of the poverty level"}
FIELDS = {
    "cents": MoneyField(),
    "thousandths": RateField(),
    "percent_fpl": WholeNumberField(least=0, most=2000, unit="%"),
}


def as_typed(value: int, unit: str) -> str:
    return str(value) if unit == "percent_fpl" else amount_words(value, unit)


class Typed(StrictField):
    """The amount as it is typed; what it comes to depends on the unit beside it."""

    what = "An amount"
    example = "$283.00"

    def read(self, text):
        return text


class FigureForm(forms.ModelForm):
    value = Typed(
        help_text="As its unit says: $283.00 in dollars, 20 % in percent, 138 of the poverty level."
    )
    unit = forms.ChoiceField(choices=UNITS.items(), initial="cents")

    class Meta:
        model = Parameter
        fields = ("value", "unit")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if isinstance(value := self.get_initial_for_field(self.fields["value"], "value"), int):
            self.initial["value"] = as_typed(value, self.initial.get("unit", "cents"))

    def clean(self):
        """The amount is read by its unit, wherever the two stand on the page."""
        super().clean()
        typed, unit = self.cleaned_data.get("value"), self.cleaned_data.get("unit")
        if typed and unit:
            try:
                self.cleaned_data["value"] = FIELDS[unit].clean(typed)
            except forms.ValidationError as error:
                self.add_error("value", error)
        return self.cleaned_data
