"""Travel help and the days that count: in words, each with its source; what was not found is never an answer."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from drugs.models import Source
from payers import catalogue
from payers.models import AssistanceProgram, ProgramRule
from payers.programrules import known_rules, not_found, rule_words
from payers.reference import Program
from payers.reference import ProgramRule as Rule

A_PROGRAM = {"slug": "fund", "name": "A fund", "sponsor": "", "type": "grant", "drugs": (), "terms": ()}


@pytest.mark.parametrize(
    ("topic", "answer", "words"),
    [
        ("travel", {"applies": True}, "helps with it: ask what it pays"),
        ("travel", {"applies": False}, "does not help with it"),
        ("apply", {"days": 90}, "90 days after the first dose it is to pay for"),
        ("apply", {"days": 0}, "before the first dose it is to pay for"),
        ("claim", {"days": 545}, "545 days after the dose"),
        ("renewal", {"applies": True}, "apply again each year"),
        ("renewal", {"applies": False}, "goes on without a new application"),
    ],
)
def test_a_rule_is_said_in_words(topic, answer, words):
    assert rule_words(Rule(topic=topic, provenance=None, **answer)) == words


def test_a_rule_that_was_not_found_is_no_rule():
    searched = Rule(topic="travel", provenance=None)
    program = Program(**A_PROGRAM, rules=(searched, Rule(topic="apply", provenance=None, days=0)))
    assert [rule.topic for rule in known_rules(program)] == ["apply"]
    assert "travel and lodging" in not_found(program)
    assert "the last day to apply" not in not_found(program)


def test_the_files_rules_stand_in_the_snapshot_with_their_source(small_data):
    fund = catalogue.load().program("pan-sma")
    assert fund.rule("apply").days == 90
    assert fund.rule("apply").provenance.source.key == "a-page"
    assert fund.rule("travel") is None
    assert [rule.topic for rule in fund.rules] == ["apply", "travel"]


@pytest.mark.parametrize(
    ("topic", "values"), [("apply", {"applies": True}), ("travel", {"days": 3})], ids=["days", "yes or no"]
)
def test_a_rule_is_either_a_number_of_days_or_yes_or_no(small_data, topic, values):
    program = AssistanceProgram.objects.get(slug="biogen-copay")
    rule = ProgramRule(program=program, topic=topic, source=Source.objects.first(), **values)
    with pytest.raises(ValidationError):
        rule.clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()
