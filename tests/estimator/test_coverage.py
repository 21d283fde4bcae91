"""From a benefit design and what the family told us to the plan of a case."""

from dataclasses import replace
from datetime import date

import pytest

from payers.reference import frozen

from .asking import likely, plan, ranges, texts, with_design, with_terms

# --- the shape of typed terms ---


@pytest.mark.parametrize(
    ("terms", "path", "words"),
    [
        ({"deductible": {}}, ".deductible", "expected one of the keys"),
        ({"deductibles": 5}, ".deductibles", "object of names"),
        ({"deductibles": None}, ".deductibles", "object of names"),
        ({"rules": {"drug": 5}}, ".rules.drug", "expected an object"),
        ({"rules": {"drug": {"deductible": []}}}, ".rules.drug.deductible", "expected a name, got a list"),
        ({"rules": {"drug": {"cap": {}}}}, ".rules.drug.cap", "expected a name, got an object"),
        ({"rules": {"drug": {"cap": "none"}}}, ".rules.drug.cap", "expected a name defined in caps"),
        ({"by_plan_year": 5}, ".by_plan_year", "object of plan years"),
        ({"by_plan_year": {"27": {}}}, ".by_plan_year.27", 'a plan year like "2027"'),
        ({"by_plan_year": {"２０２７": {}}}, ".by_plan_year.２０２７", 'a plan year like "2027"'),
        ({"by_plan_year": {"2027": 5}}, ".by_plan_year.2027", 'a plan year like "2027"'),
    ],
)
def test_a_term_of_the_wrong_shape_is_refused(refused, terms, path, words):
    [(at, message)] = refused(coverage=plan(**terms))
    assert at == f"$.coverage.medical.terms{path}"
    assert words in message


@pytest.mark.parametrize("year", ["2027", "2035"])
@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"deductible": {}}, ".deductible", "expected one of the keys"),
        ({"plan_year_start": "07-01"}, ".plan_year_start", "expected one of the keys"),
        ({"deductibles": 5}, ".deductibles", "object of names"),
        ({"deductibles": None}, ".deductibles", "object of names"),
        ({"caps": {"c": 5}}, ".caps.c", "expected an object"),
        ({"rules": {"drug": {"cap": []}}}, ".rules.drug.cap", "expected a name, got a list"),
        (
            {"deductibles": {"medical": {"individual": 5, "met_individual": 5}}},
            ".deductibles.medical",
            "starts at zero",
        ),
    ],
)
def test_a_later_year_is_read_as_strictly_even_beyond_the_horizon(refused, year, changes, path, words):
    [(at, message)] = refused(coverage=plan(by_plan_year={year: changes}))
    assert at == f"$.coverage.medical.terms.by_plan_year.{year}{path}"
    assert words in message


def test_a_rule_that_names_no_text_is_refused_where_caps_do_not_hold(refused):
    terms = {"rules": {"drug": {"cap": []}}}
    [(at, _)] = refused(coverage=plan("medicare-part-b", **terms), site_of_care="office")
    assert at == "$.coverage.medical.terms.rules.drug.cap"


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


# --- what nobody knows ---


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


# --- limits no plan has ---


@pytest.mark.parametrize(
    ("terms", "path", "words"),
    [
        (
            {"out_of_pocket_maximums": {"medical": {"individual": 199_999}}},
            "out_of_pocket_maximums.medical.individual",
            "($1,999.99) is below the deductible ($2,000.00)",
        ),
        (
            {"out_of_pocket_maximums": {"medical": {"family": 100_000, "individual": None}}},
            "out_of_pocket_maximums.medical.family",
            "is below the deductible ($4,000.00)",
        ),
        (
            {"deductibles": {"medical": {"family": 100_000}}},
            "deductibles.medical.individual",
            "one person's limit ($2,000.00) is above the family's",
        ),
        (
            {"out_of_pocket_maximums": {"medical": {"met_family": 1_600_001}}},
            "out_of_pocket_maximums.medical.met_family",
            "more is met",
        ),
    ],
)
def test_limits_that_no_plan_has_are_refused(refused, terms, path, words):
    [(at, message)] = refused(coverage=plan(**terms, met_as_of="2026-01-01"))
    assert at == f"$.coverage.medical.terms.{path}"
    assert words in message


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
