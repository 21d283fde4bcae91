"""The page that compares, filled in step by step as a browser does."""

from django.forms import BooleanField

from estimator.compareform import CompareForm

from .asking import TODAY
from .filling import fill, successful

PPO = {"medical-design": "commercial-ppo", "dose_on": "2026-01-05"}


def opened(reference, *steps: dict, base: dict = PPO) -> CompareForm:
    """The comparison after the given answers, beside an estimate from 5 January 2026; `base` are its answers, in
    one step or several."""
    base = base if isinstance(base, list) else [base, base]
    answers = successful(fill(reference, *base))
    form = CompareForm(answers, reference, TODAY)
    for step in steps:
        form = CompareForm({**answers, **controls(form), **step}, reference, TODAY)
    return form


def controls(form: CompareForm) -> dict[str, str]:
    """What the comparison's own controls send back."""
    asked = {
        field.html_name: str(field.value() or "")
        for part in form.forms
        for field in part
        if not isinstance(field.field, BooleanField) or field.value()
    }
    return form.set_aside | asked
