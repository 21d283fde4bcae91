"""The exported files: the page's cents, and no formula for a spreadsheet to run."""

import json
from io import StringIO

import pandas
import pytest
from django.contrib.auth import get_user_model
from hypothesis import given
from hypothesis import strategies as st

from estimator.estimate import estimate
from estimator.saved import thawed
from estimator.saved_files import MONEY, as_csv, as_json, dollars, harmless
from estimator.words import money

from .filling import TODAY
from .saving import PART_B, saved_estimate

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\tx",
    "\rx",
    "\nx",
    "\0x",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    " =1",
    "\u3000＝1",
]


@pytest.fixture
def saved(reference, db):
    owner = get_user_model().objects.create_user("counselor")
    return saved_estimate(reference, owner, {**PART_B, "second0-design": "medigap-g"}, label="=SUM(A1:A9)")


@pytest.fixture
def table(saved):
    return pandas.read_csv(StringIO(as_csv(saved)), dtype=str, keep_default_na=False)


def test_one_row_a_claim_line_of_the_treatment(saved, table):
    assert len(table) == len(json.loads(saved.result)["lines"])
    assert list(table.columns)[:4] == ["estimate", "label", "drug", "coverage"]
    assert set(table["estimate"]) == {saved.number}


def test_amounts_are_plain_numbers_with_two_decimals(table):
    for column in MONEY:
        assert table[column].str.fullmatch(r"-?\d+\.\d\d").all(), column


def test_the_cents_are_those_of_the_page(saved, table):
    shown = thawed(saved.shown)
    words = dict(shown["columns"])
    named = {"plan": "plan", "second": "second_coverage", "help": "help", "family": "family"}
    for (who, _), amount in zip(shown["columns"], shown["total"]["amounts"], strict=True):
        cents = sum(int(text.replace(".", "")) for text in table[named[who]])
        assert money(cents) == amount, words[who]
    assert money(sum(int(text.replace(".", "")) for text in table["allowed"])) == shown["total"]["allowed"]


def test_every_sentence_is_the_page_s(saved, table):
    shown = [line["why"] for dose in thawed(saved.shown)["ledger"] for line in dose["lines"]]
    assert sorted(table["why"]) == sorted(shown)


def test_the_counselor_s_label_is_no_formula(table):
    assert set(table["label"]) == {"'=SUM(A1:A9)"}


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_what_a_spreadsheet_would_run_is_text(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Spinraza", "a=b", "1,333.45", "'quoted", "–"])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


@given(st.text())
def test_no_text_begins_like_a_formula(text):
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@"))


def test_cents_are_written_out():
    assert [dollars(cents) for cents in (0, 5, 123456, -250)] == ["0.00", "0.05", "1234.56", "-2.50"]


def test_the_json_is_the_estimate_with_its_record(reference, saved):
    found = json.loads(as_json(saved))
    again = json.loads(json.dumps(estimate(found["request"], reference, TODAY).as_json()))
    assert {key: found[key] for key in again} == again
    assert (found["number"], found["sha256"], found["engine"]) == (saved.number, saved.sha256, saved.engine)
    assert found["id"] == str(saved.public_id)
