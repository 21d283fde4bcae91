"""Answers carried from page to page and kept: they bring the same form back."""

import pytest

from estimator.answers import answers_of, only_answers, posted, told
from estimator.forms import EstimateForm

from .asking import with_design, with_terms
from .filling import TODAY, fill
from .saving import PART_B, PPO

CHILD = {**PPO, "second0-design": "medicaid", "state": "MN", "people": "4", "income": "60,000"}
TYPED = {
    **PPO,
    "medical-drug_coinsurance": "30 %",
    "medical-hsa": "on",
    "medical-deductible_met_individual": "500",
}
SECOND = {**PART_B, "second0-design": "medigap-g", "start": "already", "years": "2"}
ASKED = {"Part B": PART_B, "child with Medicaid": CHILD, "typed terms": TYPED, "already treated": SECOND}


@pytest.mark.parametrize("answers", ASKED.values(), ids=ASKED)
def test_the_answers_bring_the_same_request_back(reference, answers):
    form = fill(reference, answers, answers)
    assert form.is_complete, form.errors
    for again in (answers_of(form), posted(told(form))):
        back = EstimateForm(again, reference, TODAY, asked=True)
        assert back.is_complete, back.errors
        assert back.request() == form.request()
        assert answers_of(back) == answers_of(form)


def test_a_program_switched_off_stays_off(reference):
    form = fill(reference, PPO)
    program = next(part for part in form.programs if part.is_on)
    form = fill(reference, PPO, {f"{program.prefix}-use": None})
    assert program.program.slug not in [one["program"] for one in form.request()["programs"]]
    back = EstimateForm(answers_of(form), reference, TODAY, asked=True)
    assert back.request() == form.request()


def test_terms_left_as_the_plan_has_them_follow_the_plan(reference):
    """Typed: 30 % for the drug. Left alone: the deductible of $2,000, which the plan then raises to $3,000."""
    kept = answers_of(fill(reference, PPO, {**PPO, "medical-drug_coinsurance": "30 %"}))
    assert "medical-deductible_individual" not in kept
    design = reference.payers.design("commercial-ppo")
    terms = dict(design.revisions[-1].terms["deductibles"]["medical"]) | {"individual": 300000}
    dearer = with_terms(design.revisions[-1], deductibles={"medical": terms})
    later = with_design(reference, type(design)(**{**vars(design), "revisions": (dearer,)}))
    form = EstimateForm(kept, later, TODAY, asked=True)
    assert form.coverage["medical"].changed == ["drug_coinsurance"]
    assert form.coverage["medical"]["deductible_individual"].value() == "$3,000"


def test_each_answer_is_kept_with_its_question_in_words(reference):
    answers = {answer["label"]: answer["words"] for answer in told(fill(reference, CHILD, CHILD))}
    assert answers["Drug"].startswith("Spinraza")
    assert answers["Plan"] == reference.payers.design("commercial-ppo").name
    assert answers["Second coverage"] == reference.payers.design("medicaid").name
    assert answers["Yearly income before tax"] == "60,000"
    assert answers["Use the older price all the same"] == "no"


def test_what_the_page_asks_itself_is_no_answer():
    assert only_answers({"drug": "spinraza", "label": "x", "key": "y"}, ("label", "key")) == {
        "drug": "spinraza"
    }
