"""Whatever is typed or sent: a value that was really meant, or a refusal in words. Never another exception."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import fields
from estimator.request import RequestErrors, load_request, read_request
from tests.estimator.asking import TODAY, spinraza

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "-0", "1e3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "drug",
    "as_of",
    "first_dose_on",
    "years",
    "coverage",
    "programs",
    "household",
    "secondary",
    "other_care",
]
NEARLY_NUMBERS = st.text("0123456789.,-+e_ $%٣３∞\u00a0\0", max_size=12) | st.text(max_size=12)
NEARLY_DATES = st.text("0123456789-/ .٣", max_size=11) | st.dates().map(str)


def answered(read, *given):
    """(value, None), or (None, the words of the refusal)."""
    try:
        return read(*given), None
    except RequestErrors as refused:
        return None, str(refused)
    except ValidationError as refused:
        return None, " ".join(refused.messages)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_a_request_or_refused_in_words(data):
    assert answered(load_request, data)[1] != ""


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), ANY_JSON, max_size=4))
def test_any_json_in_the_place_of_an_answer_is_read_or_refused_in_words(changes):
    data, words = answered(load_request, json.dumps({**spinraza(), **changes}))
    if data is not None:
        request, words = answered(read_request, data, TODAY)
    assert words or request


@pytest.mark.parametrize(
    "field", [fields.MoneyField(), fields.UnitPriceField(), fields.TimesField()], ids=type
)
@settings(max_examples=150, deadline=None)
@given(NEARLY_NUMBERS)
def test_whatever_is_typed_for_an_amount_is_exact_or_refused(field, typed):
    value, words = answered(field.clean, typed)
    assert words or (isinstance(value, int | Decimal) and value >= 0)
    assert words or not set(typed) & set("e_-٣３∞\0")


@settings(max_examples=150, deadline=None)
@given(NEARLY_DATES)
def test_whatever_is_typed_for_a_day_is_a_day_near_ours_or_refused(typed):
    value, words = answered(fields.DayField().clean, typed)
    assert words or (isinstance(value, date) and 2015 <= value.year <= 2040)
