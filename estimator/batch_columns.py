"""The columns of a panel: one table for the template, the checks, the documentation and the request of each row.

A row is a request of `manage.py estimate` written in cells. An empty cell leaves the request's default.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from drugs.reference import SITES
from drugs.safecsv import quoted
from drugs.strictfields import UNKNOWN, MoneyField, StrictField, WholeNumberField

from .fields import DayField, TimesField, UnitPriceField, WeightField
from .request import FUNDING, LARGEST_AGE, LARGEST_HOUSEHOLD, STATES

YEARS = 2
"""Years of therapy where the row does not say: as many as the results show."""
LONGEST_CELL = 200


class WordField(StrictField):
    """A text of one shape, taken as it is."""

    def __init__(self, shape: str, message: str, **options):
        super().__init__(max_length=LONGEST_CELL, **options)
        self.shape, self.message = re.compile(shape, re.ASCII), message

    def read(self, text: str) -> str:
        if not self.shape.fullmatch(text):
            raise ValidationError(self.message)
        return text


class OneOfField(StrictField):
    def __init__(self, choices: Iterable[str], message: str = ""):
        super().__init__(max_length=LONGEST_CELL)
        self.choices = tuple(choices)
        self.message = message or f"Write one of: {', '.join(self.choices)}."

    def read(self, text: str) -> str:
        if text not in self.choices:
            raise ValidationError(self.message)
        return text


class MonthsField(WeightField):
    """An age in months at the first dose, as Decimal."""

    what = "An age"
    example = "18"
    places_message = "An age in months has at most three digits after the point."

    def without_unit(self, text: str) -> str:
        return text

    def within_range(self, number: Decimal) -> Decimal:
        if number > LARGEST_AGE:
            raise ValidationError(f"Write the age in months, from 0 to {LARGEST_AGE:,}.")
        return number


SLUG = r"[a-z0-9][a-z0-9-]{0,99}"
NAME = "Write the short name as the catalogue has it: small letters, digits and hyphens, like {}."


def name_field(example: str) -> WordField:
    return WordField(SLUG, NAME.format(example))


def names_field(example: str) -> WordField:
    return WordField(
        rf"{SLUG}( {SLUG})*", f"{NAME.format(example)} Several stand with one blank between them."
    )


class AmountField(MoneyField):
    """Dollars and cents -> integer cents; `1234.50` is read without asking everything a form asks."""

    plain = re.compile(r"(\d{1,8})\.(\d\d)", re.ASCII)

    def clean(self, value: str):
        if found := self.plain.fullmatch(value):
            return int(found[1] + found[2])
        return super().clean(value)


def money(*words: str) -> AmountField:
    return AmountField(words=words, max_length=LONGEST_CELL)


@dataclass(frozen=True)
class Column:
    """`words` say what stands in it, in plain words; `field` reads a cell that is not empty."""

    name: str
    words: str
    field: forms.Field
    example: str = ""
    required: bool = False

    def read(self, text: str) -> Any:
        """A cell as the request's JSON has it: cents, or exact text. ValidationError says what to write."""
        value = self.field.clean(text)
        if isinstance(value, str | int | None):
            return value
        return value.isoformat() if hasattr(value, "isoformat") else str(value)


COLUMNS = (
    Column(
        "reference",
        "your own number for the row, once in the file; no name, birth date or record number of a person",
        WordField(
            r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}",
            "Write a number of your own list: up to 40 letters, digits, dots, hyphens and slashes, like P-0001.",
        ),
        "P-0001",
        required=True,
    ),
    Column("drug", "short name of the drug", name_field("spinraza"), "spinraza", required=True),
    Column("regimen", "short name of the dosing; empty: the drug's usual one", name_field("new-patient")),
    Column("first_dose", "date of the first dose", DayField(), "2027-01-11"),
    Column(
        "previous_dose", "instead of first_dose, for a patient on treatment: date of the last one", DayField()
    ),
    Column(
        "years",
        f"years of therapy, 1 to 10; empty: {YEARS}",
        WholeNumberField(least=1, most=10, unit="years"),
    ),
    Column("weight_kg", "weight, where the dose depends on it", WeightField()),
    Column("age_months", "age in months at the first dose, where the dose depends on it", MonthsField()),
    Column(
        "cycle_weeks",
        "weeks from one cycle to the next, where cycles come by need",
        WholeNumberField(least=1, most=104, unit="weeks"),
    ),
    Column("site_of_care", f"where it is given: {', '.join(SITES)}", OneOfField(SITES), SITES[0]),
    Column(
        "administration_code",
        "procedure code of giving it; empty: the usual one",
        WordField("[A-Z0-9]{5}", "Write a procedure code: five digits or capital letters."),
    ),
    Column(
        "coverage", "short name of the medical plan's design", name_field("commercial-ppo"), "commercial-ppo"
    ),
    Column(
        "pharmacy_coverage",
        "short name of the pharmacy plan's design, where it is another",
        name_field("medicare-part-d"),
    ),
    Column(
        "plan_year_month",
        "month in which the plan year begins, 1 to 12; empty: as the design",
        WholeNumberField(least=1, most=12),
    ),
    Column("funding", f"who carries the plan's risk: {', '.join(FUNDING)}", OneOfField(FUNDING)),
    Column(
        "deductible_met",
        "dollars the patient has met of the deductible of the plan that pays the drug, or unknown; empty: nothing",
        money(UNKNOWN),
        "250.00",
    ),
    Column(
        "out_of_pocket_met",
        "dollars the patient has met of its out-of-pocket maximum, or unknown; empty: nothing",
        money(UNKNOWN),
        "250.00",
    ),
    Column(
        "family_deductible_met",
        "dollars the whole family has met of its deductible, or unknown; empty: nothing",
        money(UNKNOWN),
    ),
    Column(
        "family_out_of_pocket_met",
        "dollars the whole family has met of its out-of-pocket maximum, or unknown; empty: nothing",
        money(UNKNOWN),
    ),
    Column(
        "met_as_of", "date up to which the amounts met were counted; empty: the day of the upload", DayField()
    ),
    Column(
        "secondary",
        "short names of the coverages behind it, in paying order, with a blank",
        names_field("medigap-g"),
    ),
    Column(
        "assistance",
        "auto (every program that may help), none, or short names of programs with a blank; empty: auto",
        names_field("biogen-copay"),
        "auto",
    ),
    Column(
        "state",
        "state the family lives in, two capital letters",
        OneOfField(sorted(STATES), "Write the state in two capital letters, like MN."),
    ),
    Column(
        "household_size",
        "people in the household",
        WholeNumberField(least=1, most=LARGEST_HOUSEHOLD, unit="people"),
    ),
    Column("household_income", "yearly income in dollars", money()),
    Column(
        "insurer",
        "short name of the payer whose policy decides on the drug",
        name_field("blue-cross"),
    ),
    Column(
        "allowed_unit_price", "dollars allowed for one billing unit of the drug, if told", UnitPriceField()
    ),
    Column("allowed_drug", "instead: dollars allowed for the drug of one dose, if told", money()),
    Column("allowed_administration", "dollars allowed for giving one dose, if told", money()),
    Column("allowed_professional", "dollars allowed for the clinician's fee, if told", money()),
    Column("allowed_sedation", "dollars allowed for sedation, if told", money()),
    Column("allowed_imaging", "dollars allowed for imaging, if told", money()),
    Column("allowed_pharmacy", "dollars allowed for one pharmacy fill, if told", money()),
    Column("allowed_of_medicare", "how many times Medicare's amounts the plan allows, if told", TimesField()),
    Column(
        "accept_stale", "yes: also go by a price that is past its date; empty: no", OneOfField(("yes", "no"))
    ),
)
BY_NAME = {column.name: column for column in COLUMNS}
MET = {
    "deductible_met": ("deductibles", "met_individual"),
    "out_of_pocket_met": ("out_of_pocket_maximums", "met_individual"),
    "family_deductible_met": ("deductibles", "met_family"),
    "family_out_of_pocket_met": ("out_of_pocket_maximums", "met_family"),
}
"""Columns of amounts met: the side of the plan's limits, and the amount of its pool."""
OF_ALLOWED = {
    "allowed_unit_price": "drug_unit_price",
    "allowed_drug": "drug",
    "allowed_administration": "administration",
    "allowed_professional": "professional",
    "allowed_sedation": "sedation",
    "allowed_imaging": "imaging",
    "allowed_pharmacy": "pharmacy",
    "allowed_of_medicare": "of_medicare",
}


def template() -> str:
    """The csv to fill in: every column, and one example row to write over."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(column.name for column in COLUMNS)
    writer.writerow(quoted(column.example) for column in COLUMNS)
    return written.getvalue()


def values_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """The value of every cell that is not empty. The cells have been checked (`estimator.batch_panel`)."""
    return {name: value_of(name, text) for name, text in cells.items() if text}


@lru_cache(maxsize=100_000)
def value_of(name: str, text: str) -> Any:
    """The value of a checked cell. A panel says the same over and over."""
    return BY_NAME[name].read(text)
