"""What changed between two saved estimates, in words: the answer, the answers, the data, and which did what."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from estimator.saved_changes import AnswerChange, Headline, by_cause, changes, data_changes

from .asking import with_design, with_terms
from .saving import PART_B, PPO, saved_estimate

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return get_user_model().objects.create_user("counselor")


def dearer(reference, code="J2326", by=Decimal("10")):
    """The same quarters, each price corrected upwards."""
    prices = tuple(
        replace(p, amount=p.amount + by, revision=p.revision + 1, provenance=replace(p.provenance))
        if p.code == code
        else p
        for p in reference.drugs.prices
    )
    return replace(reference, drugs=replace(reference.drugs, prices=prices))


def test_nothing_changed_where_nothing_changed(reference, owner):
    before = saved_estimate(reference, owner)
    found = changes(before, saved_estimate(reference, owner, revises=before))
    assert (found.answers, found.data, found.causes) == ((), (), ())
    assert {one.difference for one in found.headline} == {"the same"}


def test_a_first_bill_that_is_not_expected_is_no_bill_of_zero(reference, owner):
    """Medicaid behind the plan pays what the family would owe: no bill, so no date and no amount of one."""
    medicaid = {**PPO, "second0-design": "medicaid"}
    before = saved_estimate(reference, owner, PPO)
    after = saved_estimate(reference, owner, PPO, medicaid, revises=before)
    first_bill = changes(before, after).headline[-1]
    assert (first_bill.label, first_bill.after) == ("First bill", Headline("none expected"))
    assert first_bill.before.amount.startswith("$")
    assert first_bill.before.note


def test_a_changed_price_is_named_with_both_amounts(reference, owner):
    """Ten dollars a unit more for each of the codes' quarters used."""
    before = saved_estimate(reference, owner, PPO)
    after = saved_estimate(dearer(reference), owner, PPO, revises=before)
    found = changes(before, after)
    assert found.answers == ()
    assert any(line.startswith("The price of J2326") and " changed from $" in line for line in found.data)
    assert all("J2326" in line for line in found.data)


def test_the_difference_is_split_into_data_and_answers(reference, owner):
    """The plan's maximum was corrected from $8,000 to $7,000; the answers look two years ahead, not three."""
    before = saved_estimate(reference, owner, PPO)
    design = reference.payers.design("commercial-ppo")
    newest = design.revisions[-1]
    maximum = dict(newest.terms["out_of_pocket_maximums"]["medical"]) | {"individual": 700_000}
    corrected = with_terms(newest, out_of_pocket_maximums={"medical": maximum})
    later = with_design(reference, replace(design, revisions=(corrected,)))
    after = saved_estimate(later, owner, {**PPO, "years": "2"}, revises=before)
    found = changes(before, after)
    assert found.data == (
        "Commercial PPO (example): the out-of-pocket maximum, medical, one person changed from $8,000.00 to "
        "$7,000.00.",
    )
    assert found.answers == (AnswerChange("Years to look ahead", "3", "2"),)
    assert found.causes[0] == "Treatment year 1: $1,000.00 less, all of it because of the reference data."
    assert found.headline[0].difference == "$1,000.00 less"
    assert found.headline[2].after.amount == "not looked at"


def test_answers_that_differ_stand_with_their_question(reference, owner):
    before = saved_estimate(reference, owner)
    changed = {**PART_B, "second0-design": "medigap-g", "dose_on": "2026-02-05"}
    after = saved_estimate(reference, owner, changed, revises=before)
    found = changes(before, after)
    assert AnswerChange("Date", "2026-01-05", "2026-02-05") in found.answers
    assert any((one.label, one.before) == ("Second coverage", "None") for one in found.answers)
    assert found.data == () or all("later doses" in line for line in found.data)
    assert "because of the changed answers" in found.causes[0]


def test_a_term_somebody_typed_stands_against_the_plan_s_own(reference, owner):
    before = saved_estimate(reference, owner, PPO)
    after = saved_estimate(reference, owner, PPO, {"medical-drug_coinsurance": "30 %"}, revises=before)
    (one,) = changes(before, after).answers
    assert (one.label, one.before, one.after) == (
        "Plan: coinsurance for the drug",
        "as the plan has it",
        "30 %",
    )


def price(**given):
    return {
        "code": "J2326",
        "basis": "asp",
        "words": "Medicare payment limit",
        "place": "",
        "effective_from": "2026-07-01",
        "amount": "1000.0000",
        "per_units": 1,
        "coinsurance": None,
        "revision": 1,
        **given,
    }


def data(**given):
    return {"prices": [], "figures": [], "terms": [], "programs": [], "laws": [], **given}


def test_a_new_quarter_s_price_is_told_from_a_corrected_one():
    july, october = price(), price(effective_from="2026-10-01", amount="1100.0000")
    (corrected,) = data_changes(data(prices=[july]), data(prices=[price(amount="1010.0000", revision=2)]))
    assert corrected.endswith("changed from $1,000.00 to $1,010.00, in force from Jul 1, 2026.")
    (moved,) = data_changes(data(prices=[july]), data(prices=[october]))
    assert "$1,000.00 (in force from Jul 1, 2026) to $1,100.00 (in force from Oct 1, 2026)" in moved
    (added,) = data_changes(data(prices=[july]), data(prices=[july, october]))
    assert "later doses now use $1,100.00" in added


def test_a_revision_with_the_same_value_is_no_change():
    assert list(data_changes(data(prices=[price()]), data(prices=[price(revision=2)]))) == []


def test_a_changed_national_figure_is_named():
    one = {"path": "medicare/part_b_deductible", "words": "Part B deductible", "year": 2026, "unit": "cents"}
    before, after = ({**one, "value": value, "revision": 1} for value in (28300, 29000))
    assert list(data_changes(data(figures=[before]), data(figures=[after]))) == [
        "The Part B deductible of 2026 changed from $283.00 to $290.00."
    ]


def test_what_a_program_pays_is_compared():
    one = {"program": "card", "name": "The card", "effective_from": "2026-01-01", "revision": 1}
    terms = {"minimum_patient_pay": 0, "per_claim_maximum": None, "annual_maximum": 1_000_000}
    before, after = {**one, "terms": terms}, {**one, "terms": {**terms, "annual_maximum": 900_000}}
    assert list(data_changes(data(programs=[before]), data(programs=[after]))) == [
        "The card: the annual maximum changed from $10,000.00 to $9,000.00."
    ]


def test_a_law_that_is_read_otherwise_is_named():
    before, after = ({"state": "MN", "counts": counts, "revision": 1} for counts in (False, True))
    (line,) = data_changes(data(laws=[before]), data(laws=[after]))
    assert "MN" in line


BY_CAUSE = {
    (500, 0): "$5.00 more, all of it because of the reference data",
    (0, -500): "$5.00 less, all of it because of the changed answers",
    (500, -700): "$5.00 more because of the reference data, $7.00 less because of the changed answers",
}


@pytest.mark.parametrize(("cents", "words"), BY_CAUSE.items(), ids=str)
def test_each_cause_has_its_part_of_the_difference(cents, words):
    assert by_cause(*cents) == words
