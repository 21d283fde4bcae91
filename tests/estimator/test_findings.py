"""What an estimate rests on, gathered as it is put together."""

from datetime import date

import pytest

from drugs.reference import Provenance, Source
from estimator.findings import Findings, Option, Unknown, refuse
from estimator.request import RequestErrors

QUESTION = Unknown("key", "Yes?", "payer", (Option(1, "one"), Option(2, "two")), likely=1)
ORIGIN = Provenance(
    Source("file", "A file", "CMS", "somewhere", date(2026, 11, 20)),
    effective_from=date(2026, 1, 1),
    effective_to=date(2026, 3, 31),
    confidence="high",
)


def test_a_question_takes_its_likely_answer_unless_this_run_has_another():
    assert Findings().choose(QUESTION) == 1
    assert Findings({"key": 2}).choose(QUESTION) == 2
    assert QUESTION.words_for(2) == "two"


def test_a_question_is_asked_once_and_the_first_words_stand():
    findings = Findings()
    findings.choose(QUESTION)
    findings.choose(Unknown("key", "Other words?", "hospital", QUESTION.options, likely=2))
    assert list(findings.unknowns.values()) == [QUESTION]


def test_a_remark_is_said_once():
    findings = Findings()
    for _ in range(2):
        findings.assume("So it is taken.", "file")
        findings.warn("Mind this.")
    assert [remark.as_json() for remark in findings.assumptions.values()] == [
        {"text": "So it is taken.", "source": "file"}
    ]
    assert [remark.as_json() for remark in findings.warnings.values()] == [
        {"text": "Mind this.", "source": None}
    ]


def test_a_source_is_listed_once_for_its_dates_with_all_its_uses():
    findings = Findings()
    later = Provenance(ORIGIN.source, effective_from=date(2026, 4, 1))
    assert findings.cite(ORIGIN, "price of A") == "file@2026-01-01"
    assert findings.cite(ORIGIN, "price of B") == "file@2026-01-01"
    assert findings.cite(ORIGIN, "price of A") == "file@2026-01-01"
    assert findings.cite(later, "price of A") == "file@2026-04-01"
    assert findings.cite(Provenance(ORIGIN.source), "a rule") == "file"
    first, *others = findings.sources
    assert first.as_json() == {
        "key": "file@2026-01-01",
        "title": "A file",
        "publisher": "CMS",
        "address": "somewhere",
        "read_on": "2026-11-20",
        "effective_from": "2026-01-01",
        "effective_to": "2026-03-31",
        "verified_on": None,
        "confidence": "high",
        "used_for": ["price of A", "price of B"],
    }
    assert [source.key for source in others] == ["file@2026-04-01", "file"]


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [("high", "2026-11-21"), ("medium", "2026-11-21"), ("low", None), ("label_knowledge", None)],
)
def test_a_weak_source_never_shows_as_verified(confidence, shown):
    findings = Findings()
    findings.cite(
        Provenance(ORIGIN.source, verified_on=date(2026, 11, 21), confidence=confidence), "anything"
    )
    [source] = findings.sources
    assert source.as_json()["verified_on"] == shown


def test_a_pass_that_begins_with_another_leaves_it_alone():
    first = Findings()
    first.choose(QUESTION)
    first.cite(ORIGIN, "one")
    second = first.begun_with({"key": 2})
    second.warn("Only here.")
    second.cite(ORIGIN, "two")
    assert second.answer("key") == 2
    assert not first.warnings
    assert [source.used_for for source in first.sources] == [("one",)]
    assert [source.used_for for source in second.sources] == [("one", "two")]


def test_a_refusal_has_a_path_and_a_message():
    with pytest.raises(RequestErrors) as caught:
        refuse("$.drug", "no such drug")
    assert caught.value.errors == [("$.drug", "no such drug")]
    assert str(caught.value) == "$.drug: no such drug"


# Steps that passes share


def a_step(counted):
    """A step that finds one thing of every kind, and asks a question."""

    def step(findings):
        counted.append(findings)
        findings.cite(ORIGIN, "a step")
        findings.assume("assumed in a step")
        findings.warn("warned in a step")
        return findings.choose(
            Unknown("open", "Open?", "payer", (Option(1, "one"), Option(2, "two")), likely=1)
        )

    return step


def test_a_remembered_step_finds_the_same_as_one_that_runs():
    counted, memory = [], {}
    first, second = Findings(None, memory), Findings(None, memory)
    alone = Findings()
    assert [one.remembered("key", a_step(counted)) for one in (first, second)] == [1, 1]
    assert a_step([])(alone) == 1
    assert len(counted) == 1
    for name, value in vars(alone).items():
        if name != "memory":
            assert getattr(first, name) == getattr(second, name) == value, name


def test_a_remembered_step_runs_again_for_another_answer():
    counted, memory = [], {}
    answers = [
        Findings(choices, memory).remembered("key", a_step(counted)) for choices in (None, {"open": 2})
    ]
    assert answers == [1, 2]
    assert Findings({"open": 1}, memory).remembered("key", a_step(counted)) == 1
    assert len(counted) == 2
