"""Strict form fields of a family's questions: unit prices, multiples, weights and days, read as `drugs.strictfields`.

Unit prices come out as Decimal dollars.
"""

import re
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from drugs.strictfields import MoneyField, NumberField, StrictField

FIRST_DATE, LAST_DATE = date(2015, 1, 1), date(2040, 12, 31)


class UnitPriceField(MoneyField):
    """Dollars with up to four digits after the point, kept exactly as written (Decimal)."""

    what = "A price"
    example = "$1,333.45"
    places = 4
    places_message = "A unit price has at most four digits after the point."

    def within_range(self, number):
        if not number:
            raise ValidationError("A price is above zero. Leave it empty where you do not know it.")
        super().within_range(number)
        return number


class TimesField(NumberField):
    """How many times an amount is allowed, 0.1 to 20, as Decimal: `1.25`."""

    what = "A number"
    example = "1.25"

    def within_range(self, number):
        if not Decimal("0.1") <= number <= 20:
            raise ValidationError("Type a number from 0.1 to 20. Twice Medicare's amounts is 2.")
        return number

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "class": "short"}


class WeightField(NumberField):
    """Kilograms, 0.3 to 300, as Decimal."""

    what = "A weight"
    example = "12.5"
    places = 3
    places_message = "A weight has at most three digits after the point."

    def without_unit(self, text):
        return re.sub(r"\s*kg$", "", text, flags=re.IGNORECASE)

    def refuse_unless_plain(self, text):
        super().refuse_unless_plain(self.without_unit(text))

    def within_range(self, number):
        if not Decimal("0.3") <= number <= 300:
            raise ValidationError(
                "A weight lies between 0.3 and 300 kg. Is this in kilograms? 1 lb is 0.4536 kg."
            )
        return number

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "class": "short"}


class DateWidget(forms.DateInput):
    """The browser's date picker; what is not a date is given back as plain text, so that it is not lost."""

    input_type = "date"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if value and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
            context["widget"]["type"] = "text"
        return context


class DayField(StrictField):
    """A date as the browser's picker sends it (2026-01-05), 2015 to 2040."""

    what = "A date"
    example = "2026-01-05"
    widget = DateWidget

    def read(self, text):
        if re.fullmatch(r"\d{1,2}\D\d{1,2}\D\d{2}", text) or re.fullmatch(r"\d{2}-\d{1,2}-\d{1,2}", text):
            raise ValidationError("Write the year with four digits, for example 2026-01-05.")
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValidationError("Write the date as year-month-day, for example 2026-01-05.")
        return self.real_day(text)

    def real_day(self, text):
        if text < "1000":  # the picker sends 0002, 0020, 0202 while a year is being typed
            raise ValidationError(
                "Write the year with four digits, for example 2026-01-05.", code="unfinished"
            )
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValidationError(
                "There is no such day in the calendar. Check the day and the month."
            ) from None
        if not FIRST_DATE <= day <= LAST_DATE:
            raise ValidationError("Choose a date from 2015 to 2040.")
        return day
