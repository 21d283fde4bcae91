"""The open questions as calls to make; a filled box answers the form's own field, and is not asked again."""

import pytest

from estimator.callscript import answered, beside_words, boxes, effect_words, options_of, with_boxes
from estimator.estimate import estimate
from estimator.present import present
from estimator.whatif import Answered, Bill, effect_of
from estimator.words import money

from .asking import plan, spinraza
from .filling import TODAY, fill, successful

COMMERCIAL = {"medical-design": "commercial-ppo", "dose_on": "2026-01-05"}
PART_B = {"medical-design": "medicare-part-b", "dose_on": "2026-01-05"}


@pytest.fixture
def calls(reference):
    """(form, its calls with boxes) after the given answers."""

    def of(*steps):
        form = fill(reference, *steps)
        shown = present(estimate(form.request(), reference, TODAY), reference)
        return form, with_boxes(shown.calls, form)

    return of


def open_keys(reference, form) -> set[str]:
    return {q.unknown.key for q in estimate(form.request(), reference, TODAY).unknowns}


def test_questions_stand_under_whom_to_call_and_the_most_useful_call_comes_first(calls):
    _, found = calls(COMMERCIAL, {})
    ranks = [[question.rank for question in call.questions] for call in found]
    assert sorted(rank for group in ranks for rank in group) == list(range(1, sum(map(len, ranks)) + 1))
    assert all(group == sorted(group) for group in ranks)
    assert [group[0] for group in ranks] == sorted(group[0] for group in ranks)


def test_a_program_is_called_by_its_name_and_number(calls, reference):
    _, found = calls(COMMERCIAL, {})
    card = next(call for call in found if call.questions[0].key == "programs.biogen-copay.annual_maximum")
    program = reference.payers.program("biogen-copay")
    assert (card.heading, card.phone) == (program.name, program.phone)
    assert card.phone


def test_questions_name_the_drug_and_its_codes(calls):
    _, found = calls(PART_B, {})
    [call] = [call for call in found if call.heading == "The hospital's billing office"]
    [question] = call.questions
    assert "Spinraza (J2326) and 96450" in question.question


def test_an_accumulator_is_asked_about_by_name(calls):
    _, found = calls(
        COMMERCIAL, {"program-biogen-copay-annual_maximum": "20000", "medical-funding": "self_funded"}
    )
    questions = [question.question for call in found for question in call.questions]
    assert any(
        q.startswith("Do you apply a copay accumulator or maximizer to Spinraza (J2326)?") for q in questions
    )


@pytest.mark.parametrize(
    ("plan", "key", "answer"),
    [
        (PART_B, "hospital_day_cap", {"ask:medical-day_cap": "capped"}),
        (COMMERCIAL, "programs.pan-sma", {"ask:program-pan-sma-asked": "no"}),
        (COMMERCIAL, "programs.pan-sma", {"ask:program-pan-sma-asked": "yes"}),
        (
            COMMERCIAL,
            "programs.biogen-copay.annual_maximum",
            {"ask:program-biogen-copay-annual_maximum": "$12,000"},
        ),
        (COMMERCIAL, "contracted_rate", {"ask:of_medicare": "1.5"}),
        (COMMERCIAL, "assistance_policy", {"ask:medical-assistance_policy": "excluded"}),
        (
            COMMERCIAL | {"medical-maximum_individual": "unknown"},
            "coverage.medical.out_of_pocket_maximums.medical.individual",
            {"ask:medical-maximum_individual": "5000"},
        ),
    ],
)
def test_a_filled_box_settles_its_question_and_no_other(reference, plan, key, answer):
    before = fill(reference, plan, plan)
    assert key in open_keys(reference, before)
    [name] = answer
    assert name in {box.name for box in boxes(key, before)}
    after = fill(reference, plan, answered({**plan, **answer}) | {"program-pan-sma-shown": "yes"})
    assert key not in open_keys(reference, after)
    settled = open_keys(reference, before) - open_keys(reference, after)
    assert settled <= {key, "assistance_policy"} if key.startswith("programs.biogen") else settled == {key}


def test_an_answer_stands_in_its_own_field_from_then_on(reference):
    form = fill(reference, COMMERCIAL, answered({"ask:of_medicare": "1.5", "ask:allowed_drug": ""}))
    assert successful(form)["of_medicare"] == "1.5"
    assert successful(form)["allowed_drug"] == ""


def test_what_cannot_be_read_is_an_error_at_its_field(reference):
    form = fill(reference, COMMERCIAL, answered({"ask:of_medicare": "a lot"}))
    assert "of_medicare" in form.treatment.errors


def test_a_no_is_remembered_and_can_be_taken_back(reference):
    form = fill(reference, COMMERCIAL, {"program-pan-sma-asked": "no"})
    assert "programs.pan-sma" not in open_keys(reference, form)
    assert successful(form)["program-pan-sma-refused"] == "True"
    again = fill(reference, COMMERCIAL, {"program-pan-sma-asked": "no"}, {"program-pan-sma-refused": None})
    assert "programs.pan-sma" in open_keys(reference, again)


# What an answer moves


def asked(reference, **changes):
    found = estimate(spinraza(**changes), reference, TODAY)
    return {one.unknown.key: (one, effect_words(one, found.unknowns)) for one in found.unknowns}


def test_a_typed_price_of_the_drug_leaves_no_box_for_it(reference):
    form = fill(reference, COMMERCIAL, {"allowed_drug": "100,000"})
    names = {box.name for box in boxes("contracted_rate", form)}
    assert names == {"ask:allowed_administration", "ask:of_medicare"}


def test_an_effect_in_one_year_alone_names_that_year(reference):
    question, words = asked(reference, years=1)["hospital_day_cap"]
    # 188,196.08 uncapped less 10,778.74.
    assert words == "moves treatment year 1 by up to $177,417.34"
    assert [option.later for option in options_of(question)] == ["", ""]


def test_answers_that_look_equal_in_year_1_show_the_years_they_move(reference):
    # 8,000.00 a plan year: the first dose on 1 July puts both years' maximums into treatment year 1.
    fund = asked(reference, coverage=plan(), programs="auto", years=3)["programs.pan-sma"][0]
    for option, cents in zip(options_of(fund), fund.by_year, strict=True):
        assert f", {money(cents[1])} in year 2" in option.later
        assert f", {money(cents[2])} in year 3" in option.later


def test_an_effect_that_takes_another_answer_says_which(reference):
    found = asked(reference, coverage=plan(), programs="auto", years=3)
    policy, words = found["assistance_policy"]
    # While no card is counted on, counting or not is the same; it takes the card to pay.
    assert len(set(policy.by_year)) == 1
    assert policy.spread
    assert "if “" in words
    assert "is answered “$5,000”" in words


def test_an_amount_between_the_options_is_named_in_words(reference):
    found = estimate(spinraza(coverage=plan(), years=1), reference, TODAY)
    assert {one.choices["contracted_rate"] for one in found.runs.done.values()} == {
        1,
        2,
        "1.25",
        "1.5",
        "1.75",
    }
    words = beside_words({"contracted_rate": "1.5"}, found.unknowns)
    assert words.endswith("is answered “1.5 times what Medicare allows”")


def test_a_move_between_years_that_leaves_the_sum_is_an_effect():
    def run(choice, *years):
        return Answered({"a": choice, "b": 0}, Bill(years, {}))

    effect = effect_of("a", [run(0, 500, 300), run(1, 300, 500)], {"a": 0, "b": 0})
    assert (effect.spread, effect.years, dict(effect.beside)) == (200, (1, 2), {})
