"""Doses of two sizes: an allowed amount is asked for each, and never stands in for the other."""

import pytest

from estimator.dosesizes import sizes_of

from .asking import lines
from .filling import fill, messages

HIGH = {"dose_on": "2026-01-05", "medical-design": "commercial-ppo", "regimen": "high-dose-50-28mg"}
FIELDS = ("allowed_drug_for_loading", "allowed_drug_for_maintenance")


def test_a_regimen_of_two_sizes_asks_an_amount_for_each(reference):
    form = fill(reference, HIGH)
    labels = [form.treatment[name].label for name in FIELDS]
    assert labels == ["Drug, allowed amount for a dose of 50 mg", "Drug, allowed amount for a dose of 28 mg"]
    assert "allowed_drug" not in form.treatment.fields


def test_one_size_asks_one_amount(reference):
    form = fill(reference, {**HIGH, "regimen": "standard-12mg"})
    assert form.treatment.drug_amounts == ["allowed_drug"]


def test_each_dose_has_the_amount_of_its_size(reference, ask):
    """50 mg twice at $500,000, then 28 mg at $280,000; nothing here is an amount per unit."""
    form = fill(reference, HIGH, dict(zip(FIELDS, ("500,000", "280,000"), strict=True)))
    assert form.errors == []
    found = ask(**{**form.request(), "years": 1})
    amounts = [line["allowed"] for line in lines(found, "drug")]
    assert amounts[:2] == [50_000_000, 50_000_000]
    assert set(amounts[2:]) == {28_000_000}
    assert not [remark for remark in found.warnings if "differ in size" in remark.text]


def test_where_nobody_publishes_a_price_the_other_size_is_asked_for_at_its_field(reference, refused):
    form = fill(reference, HIGH, {FIELDS[0]: "500,000"})
    path = "$.allowed.drug_by_phase.maintenance"
    assert [path for path, _ in refused(**form.request())] == [path]
    form.add_request_errors([(path, "type the amount of a dose of this size too")])
    assert set(messages(form)) == {FIELDS[1]}


def test_an_amount_a_unit_and_amounts_a_dose_are_one_too_many(reference, refused):
    form = fill(reference, HIGH, {FIELDS[0]: "500,000", FIELDS[1]: "280,000", "drug_unit_price": "1000"})
    assert [path for path, _ in refused(**form.request())] == ["$.allowed.drug_by_phase"]


@pytest.mark.parametrize(
    ("drug", "regimen", "words"),
    [
        ("spinraza", "switch-12-to-50-28mg", ["a dose of 50 mg", "a dose of 28 mg"]),
        ("spinraza", "ema-12mg", []),
    ],
)
def test_sizes_are_named_by_their_amount(reference, drug, regimen, words):
    found = sizes_of(reference.drugs.drug(drug).regimen(regimen), on_treatment=True)
    assert [size.words for size in found] == words


def test_whoever_is_on_treatment_is_not_asked_about_doses_already_given(reference):
    regimen = reference.drugs.drug("spinraza").regimen("high-dose-50-28mg")
    assert len(sizes_of(regimen, on_treatment=False)) == 2
    assert sizes_of(regimen, on_treatment=True) == ()
