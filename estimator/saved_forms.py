"""The last question before an estimate is saved: the counselor's own label."""

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError

from estimator.assemble import Reference
from estimator.models import LONGEST_LABEL
from estimator.saved_label import looks_like, tidied
from estimator.words import listed


class SaveForm(forms.Form):
    """`key` makes a double click save once; `seen` tells which numbers were agreed to.

    A label that looks like a person is not refused but asked about; the tick is for that very label.
    """

    label = forms.CharField(
        label="Your own label (optional)",
        max_length=LONGEST_LABEL,
        required=False,
        help_text="To find it again, for example “blue folder 7”. No names, birth dates or member numbers.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": f"A label has at most {LONGEST_LABEL} characters."},
    )
    confirmed = forms.CharField(required=False)
    without_comparison = forms.BooleanField(label="Leave the comparison out", required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)

    OWN = (
        *("label", "confirmed", "without_comparison", "key", "seen", "revises"),
        *("csrfmiddlewaretoken", "show", "back"),
    )

    def __init__(self, data, reference: Reference):
        super().__init__(data)
        self.reference = reference
        self.doubts: list[str] = []
        self.label_read = ""

    def clean_label(self) -> str:
        label = tidied(self.cleaned_data["label"])
        if len(label) > LONGEST_LABEL:
            raise ValidationError(f"A label has at most {LONGEST_LABEL} characters.")
        return label

    def clean(self):
        """What a label looks like is asked about once; another label is another question."""
        label = self.label_read = self.cleaned_data.get("label", "")
        self.doubts = looks_like(label, self._known())
        if self.doubts and self.cleaned_data.get("confirmed") != label:
            self.add_error(
                "label", f"This looks like {listed(self.doubts, 'or')}. Change it, or confirm below."
            )
        return self.cleaned_data

    def _known(self):
        drugs, payers = self.reference.drugs, self.reference.payers
        yield from (name for drug in drugs.drugs for name in (drug.name, drug.generic))
        yield from (one.name for one in (*payers.payers, *payers.designs))


def key_or_new(text: str | None) -> str:
    try:
        return str(UUID(text or ""))
    except ValueError:
        return str(uuid4())
