"""A model field for a short list of words (sites of care, payer kinds, other names), stored as JSON."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


class WordList(models.JSONField):
    """A list of distinct, non-empty strings; with `allowed` only those. Edited as boxes, or one a line."""

    def __init__(self, *args, allowed=(), **kwargs):
        self.allowed = tuple(allowed)
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise ValidationError("Expected a list of words.")
        if len(set(value)) != len(value):
            raise ValidationError("A word stands here twice.")
        if self.allowed and (wrong := [word for word in value if word not in self.allowed]):
            raise ValidationError(f"{wrong[0]!r} is not one of {', '.join(self.allowed)}.")

    def formfield(self, **kwargs):
        if self.allowed:
            choices = [(word, word.replace("_", " ")) for word in self.allowed]
            options = {"form_class": Boxes, "choices": choices}
        else:
            options = {"form_class": Lines}
        label = kwargs.get("label", self.verbose_name.capitalize())
        form_class = options.pop("form_class")
        return form_class(label=label, required=not self.blank, help_text=self.help_text, **options)


class Boxes(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class Lines(forms.Field):
    """One word or phrase a line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 40})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)
