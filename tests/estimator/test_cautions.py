"""What a family has to hear beside the amounts, and when the age is asked for it."""

import pytest

from estimator.labels import price_words

from .asking import plan, texts
from .filling import fill

MEDICAID_BEHIND = [{"design": "medicaid"}]
PPO = {"dose_on": "2026-01-05", "medical-design": "commercial-ppo"}


@pytest.mark.parametrize("design", ["commercial-hdhp", "commercial-hdhp-family"])
def test_a_card_in_an_hsa_plan_is_warned_of(ask, design):
    warned = texts(ask(coverage=plan(design), programs="auto").warnings)
    assert "may lose the right to pay into its HSA" in warned


@pytest.mark.parametrize(
    ("coverage", "programs"),
    [(plan("commercial-hdhp"), []), (plan("commercial-ppo"), "auto")],
    ids=["no card", "no HSA"],
)
def test_without_a_card_or_without_an_hsa_nothing_is_warned_of(ask, coverage, programs):
    assert "HSA" not in texts(ask(coverage=coverage, programs=programs).warnings)


@pytest.mark.parametrize(
    ("design", "months", "words"),
    [
        ("chip", 228, "for children under 19"),
        ("medicaid-child", 216, "choose Medicaid for adults"),
        ("medicaid-adult", 215, "Choose Medicaid for children"),
    ],
)
def test_a_coverage_that_does_not_fit_the_age_is_said(ask, design, months, words):
    younger_or_older = months + (1 if design == "medicaid-adult" else -1)
    assert words in texts(ask(coverage=plan(design), age_months=months).warnings)
    assert words not in texts(ask(coverage=plan(design), age_months=younger_or_older).warnings)


def test_medicaid_behind_a_plan_is_certain_for_a_child_and_assumed_for_anybody_else(ask):
    def assumed(**age):
        return texts(ask(coverage=plan(), secondary=MEDICAID_BEHIND, **age).assumptions)

    assert "a child owes none" not in assumed(age_months=24)
    assert "The patient is an adult" in assumed(age_months=480)
    assert "No age is given" in assumed()


def test_a_price_that_was_worked_out_says_about_and_why(ask):
    """The hospital amount of 96450 for 2026 is inferred from two hospitals' files; the drug's price is CMS's own."""
    found = ask(years=1)
    notes = {note.kind: note for note in found.notes}
    assert "about $344.93" in price_words(notes["administration"])
    assert "about" not in price_words(notes["drug"])
    assert "two Florida hospitals" in texts(found.assumptions)


def test_the_age_is_asked_only_where_something_depends_on_it(reference):
    assert not fill(reference, PPO).treatment.asks_age
    form = fill(reference, PPO, {"second0-design": "medicaid"}, {"age_years": "2"})
    assert form.treatment.asks_age
    assert form.request()["age_months"] == 24
    assert fill(reference, PPO, {"second0-design": "medicaid"}).is_complete


def test_months_alone_are_an_infants_age(reference):
    form = fill(reference, PPO, {"second0-design": "medicaid"}, {"age_months": "8"})
    assert form.request()["age_months"] == 8
