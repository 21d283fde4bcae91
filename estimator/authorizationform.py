"""Whose policy decides on the drug. It changes no amount, unless that payer does not cover the drug at all."""

from django import forms

from drugs.policies import policies_of
from drugs.reference import Drug
from estimator.authorization import is_insured
from payers.reference import Design

ANOTHER = "another-insurer"


class AuthorizationForm(forms.Form):
    """Asked only where a plan is an insurer's own and some insurer's policy on the drug is known. An insurer
    chosen for another drug, without a policy on this one, is another one until a drug has its policy again."""

    insurer = forms.ChoiceField(
        label="Insurer",
        required=False,
        help_text="For prior authorization.",
    )

    insurer_set_aside = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    PATHS = {"insurer": "insurer"}

    def __init__(self, posted, *, drug: Drug | None, design: Design | None):
        policies = policies_of(drug) if drug and design and is_insured(design) else ()
        named = [(policy.slug, policy.payer) for policy in policies if policy.kind == "commercial"]
        known = {"", ANOTHER, *(slug for slug, _ in named)}
        given, before = posted.get("insurer", ""), posted.get("insurer_set_aside", "")
        told = before if given == ANOTHER and before else given
        shown, set_aside = (told, "") if told in known else (ANOTHER, told)
        super().__init__({"insurer": shown, "insurer_set_aside": set_aside})
        if not named:
            self.fields.clear()
            return
        choices = [("", "Not told yet"), *named, (ANOTHER, "Another one")]
        self.fields["insurer"].choices = choices

    @property
    def is_asked(self) -> bool:
        return "insurer" in self.fields

    def request(self) -> str | None:
        return self.cleaned_data.get("insurer") or None
