"""Strict form fields for benefit terms, with the words the pages use, and the texts of stored values.

Money is integer cents, rates thousandths of a percent, a national figure {"parameter": path}.
"""

import re
from calendar import month_name
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from drugs.strictfields import NONE, UNKNOWN, MoneyField, RateField, StrictField
from drugs.words import cents, percent
from payers.termwords import parameter_words, pool_words

FIGURES_LIST = "national-figures"
"""The id of the page's list of national figures, which amounts suggest."""


class Figures:
    """The national figures in dollars, by the words a person picks them by."""

    def __init__(self, paths: Iterable[str]):
        self.words = {path: parameter_words(path) for path in sorted(paths)}
        said = list(self.words.values())
        self.words = {p: w if said.count(w) == 1 else f"{w} ({p})" for p, w in self.words.items()}
        self.paths = {words.lower(): path for path, words in self.words.items()}

    def text(self, value: Any) -> str:
        """An amount as the form writes it; null is no limit."""
        if isinstance(value, Mapping):
            return self.words.get(value["parameter"], value["parameter"])
        return NONE if value is None else value if value == UNKNOWN else cents(value)


class Labelled:
    """A field in a table's cell: its label is read out, not shown."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs["aria-label"] = self.label


class AmountField(Labelled, MoneyField):
    """Dollars, a national figure by its words, or one of the field's own words ("none", "unknown")."""

    def __init__(self, *, figures: Figures, **kwargs):
        self.figures = figures
        super().__init__(max_length=120, **kwargs)

    def read(self, text):
        if path := self.figures.paths.get(text.lower()):
            return {"parameter": path}
        if text.lower() == NONE:
            raise ValidationError("Type 0 where nothing is owed.")
        if re.search(r"[a-z]{3}", text, re.IGNORECASE):
            allowed = "".join(f', "{word}"' for word in self.words)
            raise ValidationError(
                f"Type an amount like $1,234.56{allowed}, or a national figure of the list."
            )
        return super().read(text)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "list": FIGURES_LIST}


class DollarsField(MoneyField):
    """Whole cents, written and read as dollars; empty where there is no amount."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value):
        return cents(value) if isinstance(value, int) else value


class ShareField(Labelled, RateField):
    """A percentage, or "unknown"."""

    def __init__(self, **kwargs):
        super().__init__(required=False, words=(UNKNOWN,), **kwargs)


class NameField(Labelled, StrictField):
    """The name of a deductible, maximum or cap: `Part B` is kept as part_b."""

    what = "A name"
    example = "medical"

    def read(self, text):
        name = re.sub(r"\s+", "_", text.lower())
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValidationError("A name has letters, digits and spaces, and begins with a letter.")
        return name


class Choice(Labelled, forms.ChoiceField):
    """One of the words, or nothing said."""

    def __init__(self, words: Mapping[str, str], empty: str = "not said", **kwargs):
        super().__init__(choices=[("", empty), *words.items()], required=False, **kwargs)


class Tick(Labelled, forms.BooleanField):
    """Yes where it is ticked."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)


class YesNo(Choice):
    """True, False, or None where nothing is said."""

    VALUES = {"yes": True, "no": False, "": None}

    def __init__(self, **kwargs):
        super().__init__({"yes": "yes", "no": "no"}, **kwargs)

    def clean(self, value):
        return self.VALUES[super().clean(value)]

    @staticmethod
    def text(value: bool | None) -> str:
        return "" if value is None else "yes" if value else "no"


def share_text(rate: int | str | None) -> str:
    return "" if rate is None else rate if rate == UNKNOWN else percent(rate)


def starts(stored: str) -> dict[str, str]:
    """The days a plan year begins on: the first of a month, and the one that is stored."""
    days = {f"{month:02}-01": f"{month_name[month]} 1" for month in range(1, 13)}
    if re.fullmatch(r"\d\d-\d\d", stored or "") and 1 <= int(stored[:2]) <= 12:
        days.setdefault(stored, f"{month_name[int(stored[:2])]} {int(stored[3:])}")
    return days


def names(found: Iterable[str]) -> dict[str, str]:
    return {name: pool_words(name) for name in found}
