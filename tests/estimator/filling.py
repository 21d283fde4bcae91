"""Fill in the page's form the way a browser does: what the server showed, with some answers changed."""

from datetime import date

from django.forms import CheckboxInput

from estimator.forms import EstimateForm

TODAY = date(2026, 11, 21)


def successful(form: EstimateForm) -> dict[str, str]:
    """What a browser would send back: every control of the form as it stands, unticked boxes left out."""
    sent = {}
    for part in form.parts:
        for field in part:
            value = field.value()
            if not isinstance(field.field.widget, CheckboxInput) or value:
                sent[field.html_name] = "" if value is None else str(value)
    return sent


def fill(reference, *steps: dict, today=TODAY, asked=True) -> EstimateForm:
    """The form after each step's answers have been sent, one step after the other."""
    form = EstimateForm({"drug": "spinraza"}, reference, today, asked=False)
    for number, step in enumerate(steps, 1):
        sent = {name: value for name, value in {**successful(form), **step}.items() if value is not None}
        form = EstimateForm(sent, reference, today, asked=asked and number == len(steps))
    return form


def messages(form: EstimateForm) -> dict[str, str]:
    """The errors by the name of their field."""
    found = {}
    for part in form.parts:
        for name, errors in part.errors.items():
            found[part.add_prefix(name)] = " ".join(errors)
    return found
