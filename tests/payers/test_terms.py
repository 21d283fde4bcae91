"""Benefit terms are checked key by key; each error names the path where it stands."""

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payers.datafiles import FOLDER
from payers.terms import errors_in_terms

PARAMETERS = {"medicare/part_b_deductible", "medicare/inpatient_deductible"}


def plan(**changes):
    """A whole plan, with some keys as the test wants them."""
    return {
        "plan_year_start": "01-01",
        "deductibles": {"medical": {"individual": 200_000, "family": 400_000, "kind": "embedded"}},
        "out_of_pocket_maximums": {"medical": {"individual": 800_000, "family": None}},
        "caps": {"hospital_outpatient": {"amount": {"parameter": "medicare/inpatient_deductible"}}},
        "rules": {"drug": {"deductible": "medical", "coinsurance": 20_000, "cap": "hospital_outpatient"}},
        "assistance_policy": "unknown",
        "maximizer_kinds": ["drug"],
        "maximizer_spread": "even",
        "hdhp_minimum_deductible": None,
        "hdhp_coverage": "self",
        "cap_sites": {"hospital_outpatient": ["hospital_on_campus"]},
        "disputed_caps": ["hospital_outpatient"],
        "by_plan_year": {"2027": {"deductibles": {"medical": {"individual": 210_000}}}},
    } | changes


def pool(**values):
    return plan(deductibles={"medical": values})


def rule(kind="drug", **values):
    return plan(rules={kind: values})


BAD = [
    ("not an object", "", [], "$", "expected an object"),
    ("nothing at all", "", None, "$", "expected an object"),
    ("an unknown key", "", plan(copay=5), "$.copay", "unknown key"),
    (
        "what a family has met",
        "",
        plan(met_individual=5),
        "$.met_individual",
        "belongs to a family's estimate",
    ),
    (
        "met inside a pool",
        "",
        pool(met_family=5),
        "$.deductibles.medical.met_family",
        "belongs to a family's",
    ),
    ("dollars as a fraction", "", pool(individual=20.5), "$.deductibles.medical.individual", "whole cents"),
    ("dollars as text", "", pool(individual="2000"), "$.deductibles.medical.individual", "whole cents"),
    ("a flag as money", "", pool(individual=True), "$.deductibles.medical.individual", "whole cents"),
    ("negative money", "", pool(individual=-1), "$.deductibles.medical.individual", "from 0 to"),
    ("too much money", "", pool(family=10**11 + 1), "$.deductibles.medical.family", "from 0 to 100000000000"),
    ("an unknown kind of pool", "", pool(kind="shared"), "$.deductibles.medical.kind", "embedded, aggregate"),
    ("pools as a list", "", plan(deductibles=[], rules={}), "$.deductibles", "expected an object"),
    (
        "an unknown parameter",
        "",
        pool(individual={"parameter": "medicare/part_c"}),
        "$.deductibles.medical.individual",
        "no parameter 'medicare/part_c'",
    ),
    (
        "a parameter with more",
        "",
        pool(individual={"parameter": "medicare/part_b_deductible", "year": 2026}),
        "$.deductibles.medical.individual",
        '{"parameter": "programme/key"}',
    ),
    (
        "a cap without an amount",
        "",
        plan(caps={"hospital_outpatient": {}}),
        "$.caps.hospital_outpatient.amount",
        "missing",
    ),
    ("a rate above 100 %", "", rule(coinsurance=100_001), "$.rules.drug.coinsurance", "from 0 to 100000"),
    (
        "a rate as a fraction",
        "",
        rule(coinsurance=0.2),
        "$.rules.drug.coinsurance",
        "thousandths of a percent",
    ),
    ("an unknown kind of line", "", rule("surgery"), "$.rules.surgery", "expected one of drug"),
    ("a deductible nobody defined", "", rule(deductible="dental"), "$.rules.drug.deductible", "'dental'"),
    ("a cap nobody defined", "", rule(cap="daily"), "$.rules.drug.cap", "'daily'"),
    (
        "a maximum nobody defined",
        "",
        rule(out_of_pocket_maximum="x"),
        "$.rules.drug.out_of_pocket_maximum",
        "'x'",
    ),
    ("a name that is a number", "", rule(deductible=1), "$.rules.drug.deductible", "named 1"),
    ("a name that is a list", "", rule(deductible=["medical"]), "$.rules.drug.deductible", "named"),
    ("covered as text", "", rule(covered="yes"), "$.rules.drug.covered", "true or false"),
    ("an unknown policy", "", plan(assistance_policy="sometimes"), "$.assistance_policy", "counts, excluded"),
    ("a policy that is a list", "", plan(assistance_policy=[]), "$.assistance_policy", "counts, excluded"),
    (
        "an unknown maximizer kind",
        "",
        plan(maximizer_kinds=["drug", "x"]),
        "$.maximizer_kinds[1]",
        "expected one of",
    ),
    ("a month of 13", "", plan(plan_year_start="13-01"), "$.plan_year_start", "month and day"),
    ("31 April", "", plan(plan_year_start="04-31"), "$.plan_year_start", "month and day"),
    ("a date with a year", "", plan(plan_year_start="2026-01-01"), "$.plan_year_start", "month and day"),
    (
        "a site unknown",
        "",
        plan(cap_sites={"hospital_outpatient": ["moon"]}),
        "$.cap_sites.hospital_outpatient[0]",
        "expected one of",
    ),
    ("sites of an unknown cap", "", plan(cap_sites={"x": []}), "$.cap_sites.x", "named 'x'"),
    ("a dispute about nothing", "", plan(disputed_caps=["x"]), "$.disputed_caps[0]", "named 'x'"),
    ("a year in words", "", plan(by_plan_year={"next": {}}), "$.by_plan_year.next", "as in 2027"),
    (
        "a key that no year may change",
        "",
        plan(by_plan_year={"2027": {"plan_year_start": "01-01"}}),
        "$.by_plan_year.2027.plan_year_start",
        "unknown key",
    ),
    (
        "a year that takes away what its rules name",
        "",
        plan(by_plan_year={"2027": {"caps": {}}}),
        "$.by_plan_year.2027.rules.drug.cap",
        "named 'hospital_outpatient'",
    ),
    ("no plan and yet a rule", "", plan(no_plan=True), "$.no_plan", "stands alone"),
    ("no plan: 1", "", {"no_plan": 1}, "$.no_plan", "stands alone and is true"),
    (
        "a family limit below one person's",
        "",
        plan(deductibles={"medical": {"individual": 2, "family": 1}}),
        "$.deductibles.medical.family",
        "below the individual",
    ),
    (
        "a maximum below the deductible",
        "",
        plan(
            out_of_pocket_maximums={"medical": {"individual": 199_999}},
            rules={"drug": {"deductible": "medical", "out_of_pocket_maximum": "medical"}},
            by_plan_year={},
            caps={"hospital_outpatient": {"amount": None}},
        ),
        "$.out_of_pocket_maximums.medical.individual",
        "below the deductible",
    ),
    ("no plan: false", "", {"no_plan": False}, "$.no_plan", "stands alone and is true"),
    ("a plan behind another has no no_plan", "standard", {"no_plan": True}, "$.no_plan", "unknown key"),
    ("Medigap with rules", "medigap", {"rules": {}}, "$.rules", "unknown key"),
    ("Medigap over 100 %", "medigap", {"coinsurance_covered": 100_001}, "$.coinsurance_covered", "from 0 to"),
    (
        "Medigap by year",
        "medigap",
        {"by_plan_year": {"2027": {"copay": 1}}},
        "$.by_plan_year.2027.copay",
        "unknown",
    ),
    ("Medicaid with a null copay", "medicaid", {"copay": None}, "$.copay", "whole cents"),
    ("Medicaid with a deductible", "medicaid", {"deductibles": {}}, "$.deductibles", "unknown key"),
]


@pytest.mark.parametrize(
    ("description", "method", "terms", "path", "message"), BAD, ids=[bad[0] for bad in BAD]
)
def test_bad_terms_name_the_path_and_what_was_expected(description, method, terms, path, message):
    errors = errors_in_terms(terms, method, PARAMETERS)
    assert [e[0] for e in errors] == [path]
    assert message in errors[0][1]


GOOD = [
    ("a whole plan", "", plan()),
    ("an empty plan covers nothing", "", {}),
    ("no insurance", "", {"no_plan": True}),
    ("a second plan has plan keys", "standard", plan()),
    ("29 February", "", plan(plan_year_start="02-29")),
    (
        "pools and rules that change together",
        "",
        plan(
            by_plan_year={
                "2027": {
                    "deductibles": {"joint": {"individual": 1}},
                    "rules": {"drug": {"deductible": "joint", "cap": "hospital_outpatient"}},
                },
                "2028": {"caps": {"hospital_outpatient": {"amount": None}}},
            }
        ),
    ),
    (
        "Medigap",
        "medigap",
        {"covers_part_b_deductible": False, "by_plan_year": {"2027": {"annual_limit": 1}}},
    ),
    ("Medicaid", "medicaid", {"copay": 0}),
]


@pytest.mark.parametrize(("description", "method", "terms"), GOOD, ids=[good[0] for good in GOOD])
def test_good_terms_pass(description, method, terms):
    assert errors_in_terms(terms, method, PARAMETERS) == []


WORDS = sorted(
    {
        *plan(),
        "individual",
        "family",
        "medical",
        "drug",
        "amount",
        "cap",
        "deductible",
        "no_plan",
        "2027",
        "parameter",
    }
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(terms=JSON, method=st.sampled_from(["", "standard", "medigap", "medicaid"]))
def test_any_json_is_judged_without_a_crash(terms, method):
    assert all(
        path.startswith("$") and message for path, message in errors_in_terms(terms, method, PARAMETERS)
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(key=st.sampled_from(sorted(plan())), value=JSON)
def test_a_plan_with_any_one_key_replaced_is_judged_without_a_crash(key, value):
    errors_in_terms(plan(**{key: value}), "", PARAMETERS)


def test_all_errors_are_told_at_once():
    terms = plan(rules={"drug": {"cap": "x", "copay": -1}}, copay=1)
    paths = {path for path, _ in errors_in_terms(terms, "", PARAMETERS)}
    assert paths == {"$.rules.drug.cap", "$.rules.drug.copay", "$.copay"}


def test_the_project_s_own_designs_name_what_they_cover():
    """The commercial example covers every kind of a claim; Part B's cap is for the day's procedure alone."""
    designs = {d["slug"]: d for d in tomllib.loads((FOLDER / "designs.toml").read_text())["design"]}
    rules = designs["commercial-ppo"]["terms"][0]["terms"]["rules"]
    assert set(rules) == {
        "drug",
        "pharmacy",
        "administration",
        "professional",
        "sedation",
        "imaging",
        "laboratory",
        "visit",
        "other_care",
    }
    part_b = designs["medicare-part-b"]["terms"][0]["terms"]["rules"]
    assert {kind for kind, terms in part_b.items() if "cap" in terms} == {"drug", "administration"}
