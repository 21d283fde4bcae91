"""Payers' policies, read from the facts about a drug."""

import pytest

from drugs.policies import Length, payer_name, policies_of


@pytest.fixture
def policies(reference):
    return lambda slug: {policy.slug: policy for policy in policies_of(reference.drugs.drug(slug))}


def test_a_policy_is_a_list_of_what_it_asks(policies):
    found = policies("spinraza")["unitedhealthcare"]
    assert found.requirements[0] == "Neurologist"
    assert "No Evrysdi" in found.requirements
    assert "SMN2 copies not required" in found.requirements
    assert found.renewals == (
        "First: the loading doses (4 of 12 mg, or 2 high)",
        "Renewal: up to 3 doses, 12 months",
    )
    assert found.length == Length(first=None, then=12, loading=True)


def test_two_facts_about_one_payer_are_one_policy(policies):
    found = policies("spinraza")["medicare"]
    assert found.kind == "medicare"
    assert "96450 the same day" in " ".join(found.requirements)
    assert found.requirements[-1].startswith("Contractors' articles") or len(found.requirements) > 2


def test_a_state_program_belongs_to_its_state(policies):
    assert {p.state for p in policies("spinraza").values() if p.kind == "medicaid"} == {"MA", "CA"}
    assert policies("elevidys")["texas-medicaid"].state == "TX"


def test_a_payer_that_does_not_cover_a_drug_says_why(policies):
    found = policies("elevidys")["independence-blue-cross"]
    assert found.refused == "experimental (08.02.13)."
    assert found.requirements == ()
    assert policies("elevidys")["aetna"].refused == ""


def test_a_treatment_given_once_is_authorized_once_by_every_payer(policies):
    assert all(policy.length == Length(once=True) for policy in policies("zolgensma").values())


def test_every_length_can_be_read_and_belongs_to_a_policy(reference):
    for drug in reference.drugs.drugs:
        named = {policy.payer for policy in policies_of(drug)}
        for fact in drug.facts:
            if fact.topic == "authorization":
                assert Length.read(fact.value)
                assert payer_name(fact.label) in {*named, "Any payer"}


@pytest.mark.parametrize("text", ["", "about a year", "6", "6 months then 4 months", "once, then 2 months"])
def test_a_length_that_is_not_plain_is_refused(text):
    with pytest.raises(ValueError, match="is not written like this"):
        Length.read(text)
