"""The two questions to ask the payers first: every covered family has them, and they say what they move."""

import pytest

from estimator.present import present

from .asking import plan

MEDICAID = [{"design": "medicaid"}]
HSA = {"medical": {"design": "commercial-hdhp", "funding": "self_funded", "terms": {}}}
UNTOLD_CARD = {"assistance_policy": "unknown", "funding": "self_funded"}


@pytest.fixture
def first(ask, reference):
    def asked(**changes):
        return present(ask(**changes), reference).ask_first

    return asked


def test_a_child_who_pays_nothing_still_has_two_questions_to_ask(first):
    medicaid, ppo = first(coverage=plan(), secondary=MEDICAID)
    assert medicaid.whom == "Medicaid"
    assert medicaid.question == (
        "Is Medicaid active on Jan 5, 2026, and does it pay second, on what Commercial PPO (example) leaves?"
    )
    assert ppo.question.startswith("Is Spinraza (J2326), given with code 96450")
    assert "authorized for Jan 5, 2026?" in ppo.question
    assert medicaid.why == ppo.why == "It changes no amount as entered; the answer rests on it."


def test_what_moves_the_amounts_comes_before_what_they_rest_on(first):
    one, two = first(coverage=HSA, programs="auto", first_dose_on="2026-12-01")
    assert one.question.startswith("What amount do you allow for one dose of Spinraza")
    assert one.why.startswith("The answer moves all 3 years by up to $")
    assert "authorized" in two.question


def test_whether_a_card_counts_is_asked_first_where_the_size_of_the_card_is_not_known(first):
    one, _ = first(coverage=plan(**UNTOLD_CARD), programs="auto")
    assert "copay accumulator" in one.question
    assert "is answered “$5,000”" in one.why


def test_medicare_and_medigap_are_asked_whether_they_are_in_force_and_in_what_order(first):
    medigap, part_b = first(secondary=[{"design": "medigap-n"}])
    assert "waiting period" in medigap.question
    assert "is there no employer's plan before it?" in part_b.question


def test_the_hospital_is_asked_what_the_hospital_knows(first):
    hospital, _ = first()
    assert hospital.whom == "The hospital's billing office"


def test_where_the_drug_is_not_covered_the_next_steps_stand_instead(first):
    assert first(coverage=plan("uninsured")) == ()
    assert first(coverage=plan(rules={"drug": {"covered": False}})) == ()


def test_every_plan_that_pays_first_gives_two_questions(first, reference):
    designs = [d for d in reference.payers.designs if d.role == "primary" and d.benefit != "pharmacy"]
    for design in designs:
        if design.slug != "uninsured":
            assert len(first(coverage=plan(design.slug), years=1)) == 2, design.slug
