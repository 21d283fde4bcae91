"""Every lever is a real run: its figures are those of an estimate of its own request, to the cent."""

import json
from datetime import date

import pytest

from estimator.cost.years import add_months
from estimator.estimate import estimate
from estimator.levers import Levers, levers
from estimator.request import load_request, read_request
from estimator.requestjson import request_json

from .asking import TODAY, plan, spinraza

CARD = {"program": "biogen-copay", "annual_maximum": 2_000_000}
MET = {"deductibles": {"medical": {"met_individual": 150_000}}}
REQUESTS = {
    "Part B": spinraza(years=1),
    "Part B, already treated": spinraza(first_dose_on=..., previous_dose_on="2026-03-10", years=1),
    "a PPO, all that may help": spinraza(coverage=plan(), programs="auto", years=2),
    "amounts met": spinraza(coverage=plan(**MET, met_as_of="2026-02-01"), first_dose_on="2026-03-05"),
    "an HSA plan and its card": spinraza(coverage=plan("commercial-hdhp"), programs=[CARD], years=2),
    "a PPO and its card": spinraza(coverage=plan(), programs=[CARD], years=1),
    "a maximizer": spinraza(coverage=plan("commercial-maximizer"), programs=[CARD], years=1),
    "a child with Medicaid": spinraza(
        coverage=plan(funding="insured"),
        secondary=[{"design": "medicaid"}],
        household={"state": "MN", "size": 3},
        years=1,
    ),
    "other care of the family": spinraza(
        coverage=plan(), other_care=[{"date": "2026-02-01", "allowed": 400_000, "member": 1}], years=1
    ),
    "a daily drug under Part D": {
        "as_of": "2026-11-21",
        "drug": "evrysdi",
        "first_dose_on": "2026-11-25",
        "weight_kg": "60",
        "age_months": 800,
        "years": 1,
        "coverage": {"pharmacy": {"design": "medicare-part-d"}},
        "allowed": {"drug": 2_800_000},
        "programs": [],
    },
    "no insurance": spinraza(coverage=plan("uninsured"), years=1),
    "a policy excluded and a small card": spinraza(
        coverage=plan(assistance_policy="excluded"),
        programs=[{"program": "biogen-copay", "annual_maximum": 300_000}],
        first_dose_on="2026-07-05",
        years=1,
    ),
    "Part B and Plan N": spinraza(secondary=[{"design": "medigap-n"}], years=1),
}


@pytest.fixture(scope="module")
def found(reference):
    """The levers of each request, worked out once."""
    known: dict[str, Levers] = {}

    def levers_of(name) -> Levers:
        if name not in known:
            known[name] = levers(read_request(REQUESTS[name], TODAY), reference)
        return known[name]

    return levers_of


@pytest.fixture
def alone(reference):
    """The likely figures of a request, asked for by itself as `manage.py estimate` does."""

    def likely(request) -> list[int]:
        written = load_request(json.dumps(request_json(request)))
        return [year.likely for year in estimate(written, reference, TODAY).treatment_years]

    return likely


@pytest.mark.parametrize("name", REQUESTS)
def test_every_lever_is_what_its_own_request_costs(found, alone, name):
    levers_ = found(name)
    assert levers_.base.by_year == tuple(alone(read_request(REQUESTS[name], TODAY)))
    for lever in levers_.levers:
        years = alone(lever.request)
        assert (lever.year_1, lever.total) == (years[0], sum(years)), (lever.group, lever.key)
        assert lever.effect == lever.total - levers_.base.total


@pytest.mark.parametrize("name", REQUESTS)
def test_every_start_is_what_its_own_request_costs(found, alone, name):
    for start in found(name).starts:
        years = alone(start.request)
        assert (start.year_1, start.total) == (years[0], sum(years)), (start.policy, start.on)


@pytest.mark.parametrize("name", REQUESTS)
def test_there_are_24_starts_a_month_apart_and_the_first_is_the_chosen_one(found, name):
    starts = found(name).starts
    policies = list(dict.fromkeys(start.policy for start in starts))
    assert bool(starts) == ("already treated" not in name), "a running treatment is not put off for money"
    for policy in policies:
        of_policy = [start for start in starts if start.policy == policy]
        first = of_policy[0].request.first_dose_on
        moved = [start.request.first_dose_on for start in of_policy]
        assert moved == [add_months(first, months) for months in range(24)]
        assert [start.chosen for start in of_policy] == [True] + [False] * 23


@pytest.mark.parametrize(
    ("name", "group", "key"),
    [
        ("Part B", "site", "office"),
        ("Part B", "code", "62323"),
        ("Part B", "secondary", "medigap-n"),
        ("Part B and Plan N", "secondary", "none"),
        ("a PPO and its card", "allowed", "1.5"),
        ("a PPO and its card", "policy", "excluded"),
        ("a PPO and its card", "program", "without biogen-copay"),
        ("a PPO, all that may help", "program", "with pan-sma"),
        ("a maximizer", "policy", "counts"),
        ("a child with Medicaid", "secondary", "none"),
    ],
)
def test_every_kind_of_lever_is_there_where_it_applies(found, name, group, key):
    assert (group, key) in {(lever.group, lever.key) for lever in found(name).levers}


def test_policies_differ_in_what_a_small_card_leaves(found):
    starts = found("a policy excluded and a small card").starts
    assert {start.policy for start in starts} == {"counts", "excluded"}
    assert any(one.total != other.total for one, other in zip(starts[:24], starts[24:], strict=True))


def test_both_policies_are_tried_where_a_card_pays(found):
    assert {s.policy for s in found("a PPO and its card").starts} == {"counts", "excluded"}
    assert {s.policy for s in found("a maximizer").starts} == {"counts", "excluded", "maximizer"}
    assert {s.policy for s in found("Part B").starts} == {None}


def test_a_policy_that_changes_nothing_is_one_strip(found):
    """Nobody publishes what the card pays, so nothing is counted on: both policies cost the same."""
    assert {s.policy for s in found("a PPO, all that may help").starts} == {None}


def test_amounts_met_are_gone_where_the_start_moves_past_them(found):
    # 1,500.00 of the 2026 deductible is met, and of it nothing in the maximum of 8,000.00. A start in 2027 owes
    # the whole 2,000.00 first; either way each plan year ends at its maximum: 8,000.00 for 2027, 2028, 2029.
    starts = {start.on: start for start in found("amounts met").starts}
    request = starts[date(2027, 1, 5)].request
    assert request.medical.terms["deductibles"]["medical"]["met_individual"] == 150_000
    assert request.medical.met_as_of == date(2026, 2, 1)
    assert starts[date(2027, 1, 5)].total == 3 * 800_000


def test_the_patient_is_older_at_a_later_start(found):
    starts = found("a daily drug under Part D").starts
    assert [start.request.age_months for start in starts[:3]] == [800, 801, 802]


def test_an_hsa_plan_has_the_card_used_only_after_its_minimum_deductible(found):
    [lever] = [one for one in found("an HSA plan and its card").levers if one.key.startswith("cards from")]
    [use] = lever.request.programs
    assert use.enrolled_on is not None
    assert lever.key == f"cards from {use.enrolled_on}"


def test_a_secondary_that_does_not_fit_is_no_lever(found):
    keys = {lever.key for lever in found("a PPO, all that may help").levers if lever.group == "secondary"}
    assert "medicaid" in keys
    assert not any(key.startswith("medigap") for key in keys)
    assert {lever.key for lever in found("no insurance").levers if lever.group == "secondary"} == set()


def test_a_plans_rate_is_tried_from_once_to_twice_medicares(found):
    rates = [lever for lever in found("no insurance").levers if lever.group == "allowed"]
    assert [lever.key for lever in rates] == ["1", "1.25", "1.5", "1.75", "2"]
    # Each line is rounded by itself: with 18 lines the sum is off by at most 9 cents.
    base = rates[0].total
    assert all(abs(4 * lever.effect - base * n) <= 4 * 9 for n, lever in enumerate(rates))
    assert rates[4].total == 2 * base
    assert not any(lever.group == "allowed" for lever in found("Part B").levers)


def test_a_program_can_be_left_out(found):
    [lever] = [one for one in found("an HSA plan and its card").levers if one.key == "without biogen-copay"]
    assert lever.request.programs == ()


def test_the_largest_effect_comes_first_and_none_is_folded_away(found):
    levers_ = found("Part B")
    effects = [abs(lever.effect) for lever in levers_.that_matter]
    assert effects == sorted(effects, reverse=True)
    assert 0 not in effects
    assert all(lever.effect == 0 and not lever.chosen for lever in levers_.without_effect)
