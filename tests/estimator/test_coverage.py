"""From a benefit design and what the family told us to the plan of a case."""

from dataclasses import replace
from datetime import date

import pytest

from payers.reference import frozen

from .asking import likely, plan, texts, with_design, with_terms

# --- national figures ---


def test_a_typed_deductible_is_not_looked_up(ask):
    # 2020's Part B figures are not in the tables; the family's own stand in their place.
    terms = {
        "deductibles": {"part_b": {"individual": 19800}},
        "caps": {"hospital_outpatient": {"amount": 140800}},
    }
    typed = {"drug": 10_000_000, "administration": 30_000, "professional": 6_000}
    found = ask(coverage=plan("medicare-part-b", **terms), first_dose_on="2020-01-06", years=1, allowed=typed)
    # 198.00 + 6 x 1,408.00 + 6 x 20 % of 60.00.
    assert likely(found) == [19800 + 6 * 140800 + 6 * 1200]
    assert "not known yet" not in texts(found.assumptions)


def test_a_figure_nobody_knows_is_refused_until_typed(refused):
    [(path, message)] = refused(
        first_dose_on="2020-01-06", allowed={"drug": 1, "administration": 1, "professional": 1}
    )
    assert path == "$.coverage.medical.design"
    assert "deductible of 2020 is not known here" in message


def test_a_missing_year_takes_the_last_known_figure_and_says_so(ask):
    found = ask(years=2)
    said = texts(found.assumptions)
    assert "Part B deductible of 2027 is not known yet: the figure of 2026 is used" in said
    assert "inpatient deductible of 2027 is not known yet: the figure of 2026 is used" in said
    assert "by_plan_year" not in found.case["primary"]


def test_each_plan_year_has_its_own_figures(ask):
    # Doses 2025-10-15, 10-29, 11-12, 12-12, then 2026-04-12 and 08-12. Part B: 257.00 and cap 1,676.00 in 2025,
    # 283.00 and 1,736.00 in 2026; the clinician's fee of 60.00 leaves 12.00 a dose.
    found = ask(first_dose_on="2025-10-15", years=1, allowed={"professional": 6000})
    later = found.case["primary"]["by_plan_year"]
    assert set(later) == {"2026"}
    assert later["2026"]["deductibles"]["part_b"]["individual"] == 28300
    assert later["2026"]["caps"]["hospital_outpatient"]["amount"] == 173600
    assert likely(found) == [25700 + 4 * 167600 + 28300 + 2 * 173600 + 6 * 1200]


# --- amounts met ---


MET = {
    "deductibles": {"medical": {"met_individual": 200_000}},
    "out_of_pocket_maximums": {"medical": {"met_individual": 300_000}},
}


def test_amounts_met_count_in_the_plan_year_of_the_first_dose(ask):
    found = ask(coverage=plan(**MET, met_as_of="2026-01-02"), years=1)
    assert likely(found) == [500_000]
    assert "Amounts met" not in texts(found.assumptions) + texts(found.warnings)


def test_amounts_met_in_an_earlier_plan_year_are_gone(ask):
    found = ask(coverage=plan(**MET, met_as_of="2025-12-31"), years=1)
    assert likely(found) == [800_000]
    assert "belong to plan year 2025" in texts(found.assumptions)


def test_amounts_met_in_a_later_plan_year_are_left_out_and_warned_of(ask):
    found = ask(coverage=plan(**MET, met_as_of="2027-01-01"), years=1)
    assert likely(found) == [800_000]
    assert "are of a later plan year" in texts(found.warnings)


def test_a_plan_year_from_july_decides_which_amounts_met_count(ask):
    july = {"plan_year_start": "07-01", **MET}
    # 2025-08-01 and 2026-01-05 are both in the plan year that began on 2025-07-01: 8,000 - 3,000, then from
    # July a new 8,000.
    assert likely(ask(coverage=plan(**july, met_as_of="2025-08-01"), years=1)) == [500_000 + 800_000]
    assert likely(ask(coverage=plan(**july, met_as_of="2025-06-30"), years=1)) == [800_000 + 800_000]


def test_amounts_met_after_the_first_dose_may_hold_it_and_that_is_said(ask):
    found = ask(coverage=plan(**MET, met_as_of="2026-11-21"), years=1)
    assert likely(found) == [500_000]
    assert "counted as met before Jan 5, 2026" in texts(found.warnings)


def test_what_is_met_above_the_limit_is_refused_only_where_it_counts(ask, refused):
    over = {"deductibles": {"medical": {"met_individual": 200_001}}}
    [(path, message)] = refused(coverage=plan(**over, met_as_of="2026-01-02"))
    assert path == "$.coverage.medical.terms.deductibles.medical.met_individual"
    assert "more is met ($2,000.01) than the limit ($2,000.00)" in message
    assert likely(ask(coverage=plan(**over, met_as_of="2025-06-01"), years=1)) == [800_000]


def test_a_deductible_that_falls_next_year_does_not_refuse_what_is_met_this_year(ask):
    terms = {**MET, "by_plan_year": {"2027": {"deductibles": {"medical": {"individual": 100_000}}}}}
    found = ask(coverage=plan(**terms, met_as_of="2026-01-02"), years=2)
    assert likely(found) == [500_000, 800_000]


# --- later plan years ---


def test_typed_terms_of_a_later_year_hold_from_it_on(ask):
    later = {"2027": {"out_of_pocket_maximums": {"medical": {"individual": 900_000}}}}
    assert likely(ask(coverage=plan(by_plan_year=later))) == [800_000, 900_000, 900_000]


def test_terms_that_begin_in_a_later_year_hold_from_it_on(ask, reference):
    design = reference.payers.design("commercial-ppo")
    [first] = design.revisions
    pools = {"medical": {"individual": 900_000}}
    dropped = {key: value for key, value in first.terms.items() if key != "out_of_pocket_maximums"}
    second = replace(
        first,
        effective_from=date(2027, 1, 1),
        terms=frozen({**dropped, "out_of_pocket_maximums": pools}),
    )
    changed = with_design(
        reference, replace(design, revisions=(with_terms(first, hdhp_minimum_deductible=170_000), second))
    )
    found = ask(changed, coverage=plan(assistance_policy="counts"), years=2)
    assert found.case["primary"]["by_plan_year"] == {
        "2027": {"out_of_pocket_maximums": pools, "hdhp_minimum_deductible": None}
    }
    assert likely(found) == [800_000, 900_000]


# --- designs and roles ---


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        (
            {"coverage": plan("nothing-here")},
            "$.coverage.medical.design",
            'no design is called "nothing-here"',
        ),
        ({"coverage": plan("medigap-g")}, "$.coverage.medical.design", "is a secondary coverage"),
        ({"secondary": [{"design": "commercial-ppo"}]}, "$.secondary[0].design", "is a primary coverage"),
        (
            {"coverage": plan(), "secondary": [{"design": "medigap-g"}]},
            "$.secondary[0].design",
            "goes with Original Medicare only",
        ),
        (
            {"coverage": plan("uninsured"), "secondary": [{"design": "medicaid"}]},
            "$.secondary[0].design",
            "make it primary",
        ),
    ],
)
def test_a_design_stands_only_where_it_belongs(refused, changes, path, words):
    [(at, message)] = refused(**changes)
    assert at == path
    assert words in message
