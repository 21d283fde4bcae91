"""State laws on copay accumulators: which states, how sure, and since when."""

from datetime import date

import pytest

TO_2023 = str.split("AZ AR CO CT DE GA IL KY LA ME NM NY NC OK TN TX VA WA WV")
SINCE = str.split("IN ND OR VT NV DC PR")
LIKELY = str.split("MD IA")
NOT_CONFIRMED = str.split("CA MA MI MO NH WI")
TODAY = date(2026, 11, 21)


def test_there_is_one_rule_a_state_and_none_for_states_not_confirmed(known):
    states = [rule.state for rule in known.state_rules]
    assert sorted(states) == sorted([*TO_2023, *SINCE, *LIKELY])
    assert all(known.state_rule(state, TODAY) is None for state in NOT_CONFIRMED)


@pytest.mark.parametrize("state", [*TO_2023, *SINCE])
def test_a_law_that_was_read_about_counts_cards_for_insured_plans_alone(known, state):
    rule = known.state_rule(state, TODAY)
    assert (rule.counts, rule.applies_to, rule.provenance.confidence) == (True, "insured", "high")
    assert rule.citation
    assert rule.provenance.note


@pytest.mark.parametrize("state", LIKELY)
def test_a_law_that_is_only_likely_is_marked(known, state):
    assert known.state_rule(state, TODAY).provenance.confidence == "label_knowledge"


DATED = [
    ("AZ", date(2020, 1, 1)),
    ("TX", date(2024, 1, 1)),
    ("CO", date(2025, 1, 1)),
    ("OR", date(2025, 1, 1)),
    ("NV", date(2025, 1, 1)),
    ("DC", date(2025, 1, 1)),
    ("IN", date(2026, 1, 1)),
    ("ND", date(2026, 1, 1)),
]


@pytest.mark.parametrize(("state", "begins"), DATED)
def test_a_dated_law_holds_from_its_date_on(known, state, begins):
    assert known.state_rule(state, begins).effective_from == begins
    assert known.state_rule(state, date(begins.year - 1, 12, 31)) is None


def test_an_undated_law_counts_as_begun_and_says_its_date_was_not_read(known):
    undated = [rule for rule in known.state_rules if rule.effective_from is None]
    confirmed = [rule for rule in undated if rule.state not in LIKELY]
    assert all("not read" in rule.provenance.note for rule in confirmed)
    assert known.state_rule("VA", date(2024, 1, 1)).state == "VA"


def test_no_known_law_leaves_out_hsa_plans_altogether(known):
    """Indiana, North Dakota and Oregon spare them below the statutory minimum only: the HSA rule does the same."""
    carved = {rule.state: rule.hdhp_carve_out for rule in known.state_rules}
    assert {state for state, value in carved.items() if value is False} == {"IN", "ND", "OR"}
    assert True not in carved.values()


def test_the_count_of_states_stands_beside_what_could_be_confirmed(known):
    (found,) = [one for one in known.differences if one.subject == "state_rules"]
    assert "at least 25" in found.value
    assert "CA, MA, MI, MO, NH and WI" in found.used_value
