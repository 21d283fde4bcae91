"""What edited terms would change for sample families, worked out without saving anything."""

from dataclasses import replace
from datetime import date

import pytest

from estimator import designpreview
from estimator.estimate import Range
from payers.effect import EffectRow
from payers.reference import plain

START = date(2026, 1, 1)


@pytest.fixture
def preview(reference, monkeypatch):
    """The effects of changed terms of a design on a fixed day, against the data of the files."""
    monkeypatch.setattr(designpreview.Reference, "current", lambda: reference)
    monkeypatch.setattr(designpreview.timezone, "localdate", lambda: date(2026, 11, 21))

    def effects(slug, on=START, **changes):
        terms = plain(reference.payers.design(slug).revisions[-1].terms)
        return designpreview.effect_of(slug, on, {**terms, **changes})

    return effects


def pool(individual, family=1_600_000):
    return {"medical": {"individual": individual, "family": family, "kind": "embedded"}}


def test_a_lower_maximum_is_shown_for_both_benefits_with_its_difference(preview):
    # Spinraza's doses reach the maximum in each plan year: four loading doses in 2026 and 2027, then 2028.
    medical, pharmacy = preview("commercial-ppo", out_of_pocket_maximums=pool(500_000))
    assert "Spinraza" in medical.title
    assert medical.rows == (
        EffectRow("in treatment year 1", "$16,000.00", "$10,000.00", "−$6,000.00"),
        EffectRow("in treatment year 2", "$8,000.00", "$5,000.00", "−$3,000.00"),
    )
    assert "Evrysdi" in pharmacy.title
    # Two fills of $10,000 in 2026: 2,000 + 30 % of 8,000, then 3,000: 7,400 of a maximum of 8,000, now 5,000.
    assert pharmacy.rows[0] == EffectRow("in treatment year 1", "$15,400.00", "$10,000.00", "−$5,400.00")


def test_terms_that_begin_later_are_tried_on_a_treatment_that_begins_then(preview):
    medical, _ = preview("commercial-ppo", date(2027, 3, 1), out_of_pocket_maximums=pool(500_000))
    assert "First dose on Mar 1, 2027." in medical.notes[0]
    assert medical.rows[0].difference.startswith("−$")


def test_an_unknown_term_is_a_range_and_not_zero(preview):
    # At least the deductible of $2,000 in each plan year, at most what the law allows.
    medical, _ = preview("commercial-ppo", out_of_pocket_maximums=pool("unknown"))
    assert medical.rows[0].now.startswith("$4,000.00 to $")


def test_a_secondary_coverage_stands_behind_the_plan_it_follows(preview):
    plan_g, plan_n = preview("medigap-g"), preview("medigap-g", coinsurance_covered=50_000)
    assert plan_g[0].rows[0].difference == "none"
    assert plan_n[0].rows[0].difference.startswith("+$")
    assert len(preview("medicaid", copay=400)) == 2
    assert preview("commercial-second")[0].rows[0].before.startswith("$")


def test_why_there_is_no_figure_is_said(preview):
    (medical, _) = preview("commercial-ppo", deductibles=pool({"parameter": "medicare/not_there"}))
    assert medical.rows[0].now == medical.rows[0].difference == "not known"
    assert medical.notes[-1].startswith("No figure: the not there of 2026 is not known here")


def test_terms_that_pay_neither_drug_have_no_sample(preview):
    (none,) = preview("commercial-ppo", rules={"visit": {"copay": 0}})
    assert (none.title, none.rows) == ("No sample", ())


def test_a_design_without_terms_has_nothing_to_compare_with(reference, preview, monkeypatch):
    bare = replace(reference.payers.design("commercial-ppo"), revisions=(), slug="bare")
    payers = replace(reference.payers, designs=(*reference.payers.designs, bare))
    monkeypatch.setattr(designpreview.Reference, "current", lambda: replace(reference, payers=payers))
    terms = plain(reference.payers.design("commercial-ppo").revisions[-1].terms)
    medical, _ = designpreview.effect_of("bare", START, terms)
    assert (medical.rows[0].before, medical.rows[0].now) == ("not known", "$16,000.00")


def test_a_range_that_moves_alone_is_said():
    old, new = Range(1, 5, 9), Range(1, 5, 10)
    assert designpreview.moved(old, new) == "none in the likely figure; the range moves"
    assert designpreview.moved(None, new) == "not known"
