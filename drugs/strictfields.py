"""Strict form fields: one way to write an amount, a percentage or a whole number, for families and administrators.

Django's own fields also read `1e3`, `1_000`, full-width digits and two-digit years. Near money a guess is
worse than a question, so these fields refuse what is not plainly written and say how to write it.
Amounts come out as integer cents, rates as thousandths of a percent.
"""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from drugs.words import percent

LARGEST_CENTS = 10**11
NONE, UNKNOWN = "none", "unknown"

_NOT_PLAIN = (
    (r"[^\x00-\x7f]", "Use the plain digits 0 to 9, without special characters."),
    (r"^\W*-", "{what} cannot be negative. Leave out the minus sign."),
    (r"^[\d.,$\s]+e[+-]?\d+$", "Write {what_small} out in full: 1000, not 1e3."),
    (r"\d_\d", "Leave out the underscore: write 1,000 or 1000."),
    (r"[^\d.,$%\s]", "Use digits only, for example {example}."),
)


class StrictField(forms.CharField):
    """A text field that reads its text into one exact value, or says what to write instead.

    `words` are taken as they are where the field allows them: "none" for no limit (which is not zero),
    "unknown" for what nobody has told us.
    """

    what = "A number"
    example = "12"

    def __init__(self, *, empty="", words=(), **kwargs):
        kwargs.setdefault("max_length", 40)
        self.words = words
        super().__init__(**kwargs)
        self.error_messages["required"] = (
            empty or f"Type {lower_first(self.what)}, for example {self.example}."
        )
        self.error_messages["max_length"] = "That is too long. " + self.hint_for_rewrite()

    def clean(self, value):
        text = super().clean(value)
        if text.lower() in self.words:
            return text.lower()
        return None if text == "" else self.read(text)

    def read(self, text):
        raise NotImplementedError

    def hint_for_rewrite(self):
        return f"Write it like {self.example}."

    def refuse_unless_plain(self, text):
        for pattern, message in _NOT_PLAIN:
            if re.search(pattern, text, re.IGNORECASE):
                words = {"what": self.what, "what_small": lower_first(self.what), "example": self.example}
                raise ValidationError(message.format(**words))

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "autocomplete": "off"}


class NumberField(StrictField):
    """A decimal number with grouped thousands allowed; a subclass says its unit, places and range."""

    places = 2
    places_message = "Use at most two digits after the point."
    unit = ""

    def read(self, text):
        self.refuse_unless_plain(text)
        digits = self.without_unit(text)
        if "," in digits and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", digits):
            raise ValidationError("Check the commas: they group thousands, for example 1,234.56.")
        digits = digits.replace(",", "")
        if not re.fullmatch(r"\d+(\.\d+)?|\.\d+", digits):
            raise ValidationError(f"We cannot read this. {self.hint_for_rewrite()}")
        if len(digits.partition(".")[2]) > self.places:
            raise ValidationError(self.places_message)
        return self.within_range(Decimal(digits))

    def without_unit(self, text):
        return text

    def within_range(self, number):
        return number

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), **({} if self.words else {"inputmode": "decimal"})}


class MoneyField(NumberField):
    """Dollars and cents -> integer cents. `$1,234.56`, `1234.56` and `1,234` are all fine."""

    what = "An amount"
    example = "$1,234.56"
    places_message = "An amount has at most two digits after the point (cents)."

    def without_unit(self, text):
        return re.sub(r"^\$\s*", "", text)

    def within_range(self, number):
        cents = int(number * 100)
        if cents > LARGEST_CENTS:
            raise ValidationError("That is more than $1,000,000,000.00, the largest amount we accept.")
        return cents

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "class": "money"}


class RateField(NumberField):
    """A percentage -> thousandths of a percent: `20` or `20 %` is 20000, `19.941` is 19941."""

    what = "A percentage"
    example = "20"
    places = 3
    places_message = "A percentage has at most three digits after the point."

    def without_unit(self, text):
        return re.sub(r"\s*%$", "", text)

    def within_range(self, number):
        if number > 100:
            raise ValidationError("A percentage lies between 0 and 100.")
        return int(number * 1000)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "class": "rate"}


class PercentField(RateField):
    """A percentage that may be empty; a stored one is written as it is read."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value):
        return percent(value) if isinstance(value, int) else value


class WholeNumberField(StrictField):
    """A whole number from `least` to `most`; `unit` completes the message ("years")."""

    what = "A whole number"
    example = "3"

    def __init__(self, *, least, most, unit="", **kwargs):
        super().__init__(**kwargs)
        self.least, self.most, self.unit = least, most, unit

    def read(self, text):
        self.refuse_unless_plain(text)
        if not re.fullmatch(r"\d+", text):
            raise ValidationError(f"Type a whole number, for example {self.example}.")
        if not self.least <= int(text) <= self.most:
            raise ValidationError(
                f"Type a number from {self.least} to {self.most:,}{self.unit and ' ' + self.unit}."
            )
        return int(text)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "numeric", "class": "short"}


def lower_first(text):
    return text[:1].lower() + text[1:]
