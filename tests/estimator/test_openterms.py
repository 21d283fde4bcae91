"""Terms that nobody knows: what each may be at least, likely and at most."""

import pytest

from .asking import plan, ranges


def test_an_unknown_term_of_a_design_is_likely_the_designs_own(ask):
    found = ask(coverage=plan(deductibles={"medical": {"individual": "unknown"}}), years=1)
    [asked] = [q for q in found.unknowns if q.unknown.key.endswith("individual")]
    assert [option.value for option in asked.unknown.options] == ["lowest", "of_design", "highest"]
    assert asked.unknown.likely == "of_design"
    assert found.case["primary"]["deductibles"]["medical"]["individual"] == 200_000


@pytest.mark.parametrize(
    ("term", "value", "options", "answer"),
    [
        ("covered", True, ["lowest", "highest"], "lowest"),
        ("copay", 0, ["lowest", "highest"], "lowest"),
        ("coinsurance", 20_000, ["lowest", "of_design", "highest"], "of_design"),
    ],
)
def test_what_a_rule_does_not_say_is_likely_its_default(ask, term, value, options, answer):
    found = ask(coverage=plan(rules={"drug": {term: "unknown"}}), years=1)
    [asked] = [q for q in found.unknowns if q.unknown.key == f"coverage.medical.rules.drug.{term}"]
    assert [option.value for option in asked.unknown.options] == options
    assert asked.unknown.likely == answer
    assert found.case["primary"]["rules"]["drug"][term] == value


@pytest.mark.parametrize(
    ("side", "who", "low", "high"),
    [
        # At most the law's of 2026 (10,600.00; family 21,200.00), the maximum, the family's limit; a maximum is not
        # below the deductible of 2,000.00 (4,000.00), nor a family's limit below one person's.
        ("deductibles", "individual", "$0.00", "$4,000.00"),
        ("deductibles", "family", "$2,000.00", "$16,000.00"),
        ("out_of_pocket_maximums", "individual", "$2,000.00", "$10,600.00"),
        ("out_of_pocket_maximums", "family", "$8,000.00", "$21,200.00"),
    ],
)
def test_an_unknown_limit_lies_between_what_law_and_the_plan_allow(ask, side, who, low, high):
    found = ask(coverage=plan(**{side: {"medical": {who: "unknown"}}}), years=1)
    [asked] = [q.unknown for q in found.unknowns if q.unknown.key.endswith(who)]
    assert [asked.words_for(value) for value in ("lowest", "highest")] == [low, high]


def test_an_unknown_family_maximum_does_not_move_one_person_below_the_own_one(ask):
    unknown = {"medical": {"family": "unknown"}}
    assert ranges(ask(coverage=plan(out_of_pocket_maximums=unknown), years=1)) == [(800_000,) * 3]


@pytest.mark.parametrize(("who", "minimum"), [("self", "$1,700.00"), ("family", "$3,400.00")])
def test_an_unknown_hsa_plan_has_the_minimum_of_its_coverage(ask, who, minimum):
    found = ask(coverage=plan(hdhp_minimum_deductible="unknown", hdhp_coverage=who), years=1)
    [asked] = [q.unknown for q in found.unknowns if q.unknown.key.endswith("hdhp_minimum_deductible")]
    assert asked.words_for("highest") == minimum


def test_a_drug_that_may_not_be_covered_is_the_high_end(ask):
    found = ask(coverage=plan(rules={"drug": {"covered": "unknown"}}), years=1, allowed={"drug": 15_000_000})
    # Six doses of 150,000.00, not covered, and the procedure beside it: 8,000.00 are the likely figure.
    [(low, middle, high)] = ranges(found)
    assert (low, middle) == (800_000, 800_000)
    assert high >= 6 * 15_000_000


def test_unknown_amounts_met_reach_the_limit_also_where_that_is_unknown(ask):
    pools = {"medical": {"individual": "unknown", "met_individual": "unknown"}}
    found = ask(coverage=plan(out_of_pocket_maximums=pools, met_as_of="2026-01-01"), years=1)
    # The whole maximum may be met (0.00); at most it is the legal one of 2026, 10,600.00, with nothing met.
    assert ranges(found) == [(0, 800_000, 1_060_000)]


def test_unknown_amounts_met_in_another_year_are_not_asked_about(ask):
    pools = {"medical": {"met_individual": "unknown"}}
    found = ask(coverage=plan(deductibles=pools, met_as_of="2025-06-01"), years=1)
    assert not [q for q in found.unknowns if "met" in q.unknown.key]


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"plan_year_start": "unknown"}, "plan_year_start"),
        ({"rules": {"drug": {"deductible": "unknown"}}}, "rules.drug.deductible"),
        ({"maximizer_spread": "unknown"}, "maximizer_spread"),
    ],
)
def test_a_term_without_bounds_cannot_be_unknown(refused, terms, path):
    [(at, _)] = refused(coverage=plan(**terms))
    assert at == f"$.coverage.medical.terms.{path}"
