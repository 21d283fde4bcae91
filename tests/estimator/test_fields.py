"""What may be written in a field, and what each thing that may not is told."""

from datetime import date
from decimal import Decimal

import pytest
from django.forms import ValidationError

from drugs.strictfields import NONE, UNKNOWN, MoneyField, RateField, WholeNumberField
from estimator.fields import DayField, UnitPriceField, WeightField

FULL_WIDTH = "\uff11\uff12\uff13"
ARABIC = "\u0661\u0662\u0663"


def told(field, text):
    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    return " ".join(refused.value.messages)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("$1,234.56", 123456),
        ("1234.56", 123456),
        ("1,234", 123400),
        ("0", 0),
        ("$0.00", 0),
        (".5", 50),
        ("1.5", 150),
        ("  2000  ", 200000),
        ("$ 2,000", 200000),
        ("1,000,000,000", 10**11),
    ],
)
def test_an_amount_is_read_as_cents(text, cents):
    assert MoneyField().clean(text) == cents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Type an amount, for example $1,234.56."),
        ("   ", "Type an amount"),
        ("abc", "Use digits only"),
        ("12 dollars", "Use digits only"),
        ("-5", "cannot be negative"),
        ("$-5", "cannot be negative"),
        ("-0", "cannot be negative"),
        ("1e3", "in full: 1000, not 1e3"),
        ("1E3", "in full: 1000, not 1e3"),
        ("1.5e+3", "in full"),
        (FULL_WIDTH, "plain digits 0 to 9"),
        (ARABIC, "plain digits 0 to 9"),
        ("\u2212" + "5", "plain digits 0 to 9"),
        ("1_000", "underscore"),
        ("12.345", "at most two digits after the point"),
        ("1000000000.01", "the largest amount we accept"),
        ("9" * 30, "the largest amount we accept"),
        ("9" * 41, "too long"),
        ("1,23", "commas"),
        ("1.234,56", "commas"),
        ("1,2345", "commas"),
        ("1.2.3", "cannot read"),
        ("$", "cannot read"),
        ("5$", "cannot read"),
        ("50%", "cannot read"),
        ("NaN", "Use digits only"),
        ("Infinity", "Use digits only"),
        ("1\x00", "Null characters"),
    ],
)
def test_what_is_not_plainly_an_amount_is_told_why(text, message):
    assert message in told(MoneyField(), text)


def test_no_limit_and_zero_are_different_answers():
    field = MoneyField(words=(NONE, UNKNOWN))
    assert field.clean("none") == NONE
    assert field.clean("Unknown") == UNKNOWN
    assert field.clean("0") == 0
    assert "Use digits only" in told(MoneyField(), "none")


@pytest.mark.parametrize(
    ("text", "dollars"), [("1333.45", "1333.45"), ("$164.8120", "164.8120"), ("1,333.4567", "1333.4567")]
)
def test_a_unit_price_keeps_every_digit(text, dollars):
    assert str(UnitPriceField().clean(text)) == dollars


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.23456", "at most four digits"),
        ("0", "above zero"),
        ("0.0000", "above zero"),
        ("1e3", "in full"),
        ("2000000000", "largest"),
    ],
)
def test_a_unit_price_that_cannot_be_is_refused(text, message):
    assert message in told(UnitPriceField(), text)


@pytest.mark.parametrize(
    ("text", "rate"), [("20", 20000), ("20%", 20000), ("19.941 %", 19941), ("0", 0), ("100", 100000)]
)
def test_a_percentage_is_read_as_thousandths(text, rate):
    assert RateField().clean(text) == rate


@pytest.mark.parametrize(
    ("text", "message"),
    [("101", "between 0 and 100"), ("1.2345", "three digits"), ("-1", "negative"), ("x", "digits")],
)
def test_a_percentage_that_cannot_be_is_refused(text, message):
    assert message in told(RateField(), text)


@pytest.mark.parametrize(
    ("text", "kilograms"), [("12.5", "12.5"), ("0.5", "0.5"), ("300", "300"), ("12 kg", "12")]
)
def test_a_weight_is_read_in_kilograms(text, kilograms):
    assert WeightField().clean(text) == Decimal(kilograms)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("400", "between 0.3 and 300 kg"),
        ("0", "between 0.3"),
        ("26 lb", "digits only"),
        ("", "Type a weight"),
    ],
)
def test_a_weight_that_cannot_be_is_refused(text, message):
    assert message in told(WeightField(), text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "from 1 to 10 years"),
        ("11", "from 1 to 10 years"),
        ("2.5", "whole number"),
        ("three", "digits only"),
        ("-1", "negative"),
        ("1e1", "in full"),
        ("", "Type a whole number"),
    ],
)
def test_years_are_a_whole_number_from_one_to_ten(text, message):
    field = WholeNumberField(least=1, most=10, unit="years")
    assert message in told(field, text)
    assert field.clean("10") == 10


@pytest.mark.parametrize("text", ["2026-01-05", "2015-01-01", "2040-12-31", "2028-02-29"])
def test_a_date_is_read_as_the_picker_sends_it(text):
    assert DayField().clean(text) == date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Type a date"),
        ("01/05/26", "four digits"),
        ("26-01-05", "four digits"),
        ("0026-01-05", "four digits"),
        ("2014-12-31", "from 2015 to 2040"),
        ("2041-01-01", "from 2015 to 2040"),
        ("9999-12-31", "from 2015 to 2040"),
        ("2026-02-30", "no such day"),
        ("2026-13-01", "no such day"),
        ("01/05/2026", "year-month-day"),
        ("soon", "year-month-day"),
        ("2026-1-5", "year-month-day"),
        ("\uff12\uff10\uff12\uff16-01-05", "year-month-day"),
    ],
)
def test_what_is_not_plainly_a_date_is_told_why(text, message):
    assert message in told(DayField(), text)


def test_a_text_that_is_no_date_comes_back_in_a_text_field():
    widget = DayField().widget
    assert 'type="text"' in widget.render("on", "01/05/26")
    assert 'value="01/05/26"' in widget.render("on", "01/05/26")
    assert 'type="date"' in widget.render("on", "2026-01-05")
