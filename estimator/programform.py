"""One assistance program as form fields: usable or not and why, what was used so far.

Whether a family may use a program is judged by `payers.eligibility`; this form only asks and shows. Usable
programs are on until somebody switches them off.
"""

from datetime import date

from django import forms

from drugs.strictfields import MoneyField
from drugs.words import listed
from estimator.fields import DayField
from estimator.words import money_short
from payers.eligibility import Eligibility
from payers.programrules import LABELS, known_rules, not_found, rule_words

KIND_WORDS = {
    "copay_card": "Manufacturer copay program",
    "grant": "Charity fund",
    "free_drug": "Free drug from the manufacturer's foundation",
}


OFF = "off"
"""Not usable now, and switched off by a person before: it comes back switched off."""


class ProgramForm(forms.Form):
    """`judged` is this family's eligibility; `expected` whether the estimate counts on it unless told otherwise."""

    use = forms.BooleanField(label="Use it", required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    used = MoneyField(label="Used so far", required=False)
    used_as_of = DayField(label="As of", required=False)
    enrolled_on = DayField(label="Enrolled on", required=False)
    annual_maximum = MoneyField(label="Pays at most a year", required=False)
    refused = forms.BooleanField(label="Asked: this family cannot get it", required=False)

    DETAILS = ("annual_maximum", "used", "used_as_of", "enrolled_on")
    PATHS = {name: name for name in DETAILS}

    def __init__(self, posted, *, judged: Eligibility, expected: bool, today: date):
        self.judged, self.program, self.terms = judged, judged.program, judged.terms
        self.expected = expected
        prefix = f"program-{self.program.slug}"
        data = {name: posted.get(f"{prefix}-{name}", "") for name in self.base_fields}
        switched_off = data["shown"] == OFF or (data["shown"] == "yes" and not data["use"])
        if data["shown"] != "yes":
            data["use"] = "on" if expected and not switched_off else ""
        if asked := posted.get(f"{prefix}-asked", ""):
            data |= {"use": "on" if asked == "yes" else "", "refused": "on" if asked == "no" else ""}
        data["shown"] = "yes" if judged.usable else OFF if switched_off else ""
        if not (judged.usable and data["use"]):
            data |= dict.fromkeys(self.DETAILS, "")
        data["used_as_of"] = data["used_as_of"] or today.isoformat()
        super().__init__({f"{prefix}-{name}": value for name, value in data.items()}, prefix=prefix)
        self.fields["use"].label = self.program.name
        if self.is_free:
            for name in ("annual_maximum", "used", "used_as_of"):
                del self.fields[name]
        elif not self.maximum_known:
            self.fields["annual_maximum"].help_text = "Nobody publishes it. If the program told you, type it."

    @property
    def is_free(self):
        return self.program.type == "free_drug"

    @property
    def maximum_known(self):
        return self.terms.annual_known

    @property
    def asks_for_maximum(self):
        """Nobody publishes what it pays in a year, and what it pays decides the answer."""
        return self.is_on and not self.is_free and not self.maximum_known

    @property
    def reason(self):
        return " ".join(self.judged.reasons)

    @property
    def kind_words(self):
        return KIND_WORDS[self.program.type]

    @property
    def is_on(self):
        return self.judged.usable and bool(self.data.get(self.add_prefix("use")))

    def shows(self, name):
        """Whether the page has a control for this field: details only of a program that is used."""
        if name == "refused":
            return bool(self.judged.usable and self.judged.questions and not self.is_on)
        return name == "shown" or (self.judged.usable and (name == "use" or self.is_on))

    @property
    def is_refused(self):
        """The family has asked, and was told no."""
        return not self.is_on and bool(self.data.get(self.add_prefix("refused")))

    @property
    def is_open(self):
        """Whether it takes this family is still to be asked."""
        return self.judged.usable and bool(self.judged.questions) and not self.is_on and not self.is_refused

    @property
    def details(self):
        return [self[name] for name in self.DETAILS if name in self.fields]

    @property
    def is_detailed(self):
        """Whether anything was told about it, or is wrong there. The date alone says nothing."""
        told = [
            name for name in self.DETAILS if name != "used_as_of" and self.data.get(self.add_prefix(name))
        ]
        return bool(told or self.errors)

    @property
    def amounts(self):
        """What it pays, in words; what is not published is said to be so."""
        terms = self.terms
        if self.is_free:
            return ""
        words = []
        if terms.minimum_patient_pay is not None:
            words.append(f"as little as {money_short(terms.minimum_patient_pay)} a dose for the family")
        if terms.per_claim_maximum is not None:
            words.append(f"up to {money_short(terms.per_claim_maximum)} a claim")
        text = "; ".join([*words, self._yearly(terms)])
        return f"{text[0].upper()}{text[1:]}."

    @property
    def rules(self):
        """(label, words, where it is from) of travel help and the days that count."""
        return [(LABELS[rule.topic], rule_words(rule), rule.provenance) for rule in known_rules(self.program)]

    @property
    def not_found(self):
        return listed(not_found(self.program))

    def _yearly(self, terms):
        if terms.annual_maximum is not None:
            return f"up to {money_short(terms.annual_maximum)} a year"
        return "no yearly limit" if terms.annual_known else "nobody publishes the yearly limit"

    def field_at(self, path):
        return self.PATHS.get(path) if self.PATHS.get(path) in self.fields else "use"

    def request(self):
        if self.is_open:
            return {"program": self.program.slug, "open": True}
        request = {"program": self.program.slug}
        for name in self.DETAILS:
            value = self.cleaned_data.get(name)
            if name == "used_as_of" and not self.cleaned_data.get("used"):
                continue
            if value is not None:
                request[name] = value if isinstance(value, int) else value.isoformat()
        return request
