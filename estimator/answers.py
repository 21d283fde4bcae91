"""The answers of the form, to be carried from page to page and kept with a saved estimate.

Terms that a person left as the plan has them are not carried: opened again, the form fills them from the plan
as it is known then, and only what a person typed counts as theirs.
"""

from collections.abc import Iterator, Mapping

from django import forms
from django.forms.boundfield import BoundField

from estimator.forms import EstimateForm
from estimator.planform import PlanForm
from estimator.programform import ProgramForm

REQUEST = "request."
"""How the names begin of what a program asked for beside the form; earlier ones have no name."""


def answers_of(form: EstimateForm) -> dict[str, str]:
    """What a browser would send to bring this form back: names and texts, unticked and empty ones left out; and
    what is kept for another drug or plan."""
    found = {field.html_name: text_of(field) for _, field in carried(form)}
    return {name: text for name, text in {**form.kept, **found}.items() if text}


def told(form: EstimateForm) -> list[dict]:
    """The same answers with their questions and in words, so that they can be read without the form."""
    return [
        {
            "name": field.html_name,
            "value": text_of(field),
            "label": label_of(part, field),
            "words": words(field),
        }
        for part, field in carried(form)
    ]


def beside(key: str, words: str) -> dict:
    """What was asked for and has no place in the form."""
    return {"name": f"{REQUEST}{key}", "value": "", "label": key, "words": words}


def not_in_the_form(answers: list[dict]) -> tuple[str, ...]:
    """What `beside` told: `coverage: {...}`."""
    mine = [one for one in answers if one["name"].startswith(REQUEST) or (one["label"] and not one["name"])]
    return tuple(f"{one['label']}: {one['words']}" for one in mine)


def posted(answers: list[dict]) -> dict[str, str]:
    """Answers that were kept, as the form takes them."""
    return {answer["name"]: answer["value"] for answer in answers if answer["value"]}


def only_answers(data: Mapping[str, str], own: tuple[str, ...]) -> dict[str, str]:
    """What was posted, without the page's own controls."""
    return {name: value for name, value in data.items() if name not in own}


def carried(form: EstimateForm) -> Iterator[tuple[forms.Form, BoundField]]:
    for part in form.parts:
        left_alone = unchanged_terms(part) if isinstance(part, PlanForm) else ()
        for field in part:
            if field.name not in left_alone:
                yield part, field


def unchanged_terms(part: PlanForm) -> set[str]:
    """A tick box stays: left out, it would read as one that was unticked."""
    return {
        term.name
        for term in part.terms
        if term.group != "met"
        and term.name not in part.changed
        and not isinstance(term.field, forms.BooleanField)
    }


def text_of(field: BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return "on" if value else ""
    return "" if value is None else str(value)


def label_of(part: forms.Form, field: BoundField) -> str:
    """The question, with the coverage or program it is about; a hidden field is no question."""
    if field.is_hidden:
        return ""
    if isinstance(part, PlanForm) and field.name != "design":
        return f"{part['design'].label}: {lower_first(field.label)}"
    if isinstance(part, ProgramForm) and field.name != "use":
        return f"{part.program.name}: {lower_first(field.label)}"
    return field.label


def words(field: BoundField) -> str:
    if isinstance(field.field, forms.BooleanField):
        return "yes" if field.value() else "no"
    text = text_of(field)
    return str(dict(flat(getattr(field.field, "choices", ()))).get(text, text))


def flat(choices) -> Iterator[tuple[str, str]]:
    """Choices without their groups."""
    for value, words_ in choices:
        if isinstance(words_, list | tuple):
            yield from flat(words_)
        else:
            yield value, words_


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
