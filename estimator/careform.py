"""The family's other care in this time: it counts toward the same limits, and is no part of the drug's bill."""

from django import forms

from drugs.strictfields import MoneyField
from estimator.fields import DayField

MOST_ROWS = 12
WHOSE = (("0", "The patient"), *((str(n), f"Family member {n + 1}") for n in range(1, 7)))


class CareForm(forms.Form):
    """One row: when, whose, and what the plan allows for it."""

    date = DayField(label="Day of care", empty="Choose the date of the care.")
    allowed = MoneyField(label="Allowed amount", empty="Type what the plan allows for it.")
    member = forms.ChoiceField(
        label="Whose care",
        choices=WHOSE,
        error_messages={"invalid_choice": "Choose one of the family."},
    )

    def __init__(self, posted, *, number: int):
        self.number = number
        prefix = f"care{number}"
        data = {f"{prefix}-{name}": posted.get(f"{prefix}-{name}", "") for name in self.base_fields}
        data[f"{prefix}-member"] = data[f"{prefix}-member"] or "0"
        super().__init__(data, prefix=prefix, empty_permitted=True, use_required_attribute=False)

    @property
    def is_given(self) -> bool:
        return any(self.data[self.add_prefix(name)].strip() for name in ("date", "allowed"))

    @property
    def heading(self) -> str:
        return f"Care {self.number + 1}"

    def has_changed(self) -> bool:
        """An empty row is not asked to be complete."""
        return self.is_given

    def field_at(self, path: str) -> str:
        return path if path in self.fields else "date"

    def request(self) -> dict:
        given = self.cleaned_data
        return {
            "date": given["date"].isoformat(),
            "allowed": given["allowed"],
            "member": int(given["member"]),
        }


def care_rows(posted) -> list[CareForm]:
    """The rows given, in order, and an empty one after them."""
    numbers = [n for n in range(MOST_ROWS) if CareForm(posted, number=n).is_given]
    renumbered = {
        f"care{new}-{name}": posted.get(f"care{old}-{name}", "")
        for new, old in enumerate(numbers)
        for name in CareForm.base_fields
    }
    return [CareForm(renumbered, number=n) for n in range(min(len(numbers) + 1, MOST_ROWS))]
