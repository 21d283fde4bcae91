"""A request and the reference data become a case that anybody can run again."""

import json
from dataclasses import replace
from datetime import date

import pytest

from drugs.models import DataRevision
from estimator.assemble import Reference
from estimator.cost import read_case, simulate
from estimator.estimate import estimate

from .asking import likely, plan, ranges, with_design, with_terms

SECTION_9 = {
    "case": {"lines", "primary", "secondary", "programs"},
    "line": {"date", "kind", "allowed", "encounter", "member", "coinsurance"},
    "plan": {
        "plan_year_start",
        "deductibles",
        "out_of_pocket_maximums",
        "caps",
        "rules",
        "assistance_policy",
        "maximizer_kinds",
        "maximizer_spread",
        "hdhp_minimum_deductible",
        "hdhp_coverage",
        "by_plan_year",
    },
    "medigap": {
        "method",
        "covers_part_b_deductible",
        "coinsurance_covered",
        "high_deductible",
        "annual_limit",
        "by_plan_year",
    },
    "medicaid": {"method", "copay"},
    "program": {
        "name",
        "type",
        "kinds",
        "minimum_patient_pay",
        "per_claim_maximum",
        "annual_maximum",
        "year",
        "used",
        "enrolled_on",
        "ends_on",
    },
}
REQUESTS = {
    "medicare": {},
    "medicare, then medigap and medicaid": {"secondary": [{"design": "medigap-g"}, {"design": "medicaid"}]},
    "an office, the fund": {"site_of_care": "office", "programs": "auto"},
    "a surgical center": {"site_of_care": "asc"},
    "commercial, every program": {"coverage": plan(), "programs": "auto"},
    "commercial and medicaid": {"coverage": plan(), "secondary": [{"design": "medicaid"}]},
    "a plan year from July": {"coverage": plan(plan_year_start="07-01"), "first_dose_on": "2026-06-01"},
    "medicaid": {"coverage": plan("medicaid-child"), "programs": "auto"},
    "uninsured": {"coverage": plan("uninsured"), "programs": "auto"},
    "high dose, typed": {
        "coverage": plan(),
        "regimen": "high-dose-50-28mg",
        "allowed": {"drug_unit_price": "1333.45", "imaging": 10_000, "sedation": 20_000},
    },
    "unknown terms": {
        "coverage": plan(
            deductibles={"medical": {"individual": "unknown"}}, rules={"drug": {"coinsurance": "unknown"}}
        )
    },
    "on treatment, other care": {
        "first_dose_on": None,
        "previous_dose_on": "2026-09-01",
        "coverage": plan(),
        "other_care": [
            {"date": "2026-10-01", "allowed": 50_000, "member": 1},
            {"date": "2027-01-01", "allowed": 70_000},
        ],
    },
    "a pharmacy benefit beside": {
        "coverage": {**plan(), "pharmacy": {"design": "medicaid-child"}},
    },
}


@pytest.fixture(params=REQUESTS.values(), ids=REQUESTS)
def found(request, ask):
    return ask(**request.param)


def test_the_case_run_again_gives_the_result(found):
    case = json.loads(json.dumps(found.as_json()["case"]))
    assert simulate(read_case(case)).as_json() == found.as_json()["result"]


def test_the_case_has_keys_of_section_9_alone(found):
    case = found.case
    assert set(case) == SECTION_9["case"]
    assert all(set(line) <= SECTION_9["line"] for line in case["lines"])
    assert set(case["primary"] or {}) <= SECTION_9["plan"]
    for payer in case["secondary"]:
        assert set(payer) <= SECTION_9.get(payer["method"], SECTION_9["plan"] | {"method"})
    assert all(set(program) == SECTION_9["program"] for program in case["programs"])


def test_every_line_has_a_note_with_a_basis_and_a_source_that_is_listed(found):
    keys = {source.key for source in found.sources}
    assert len(found.notes) == len(found.case["lines"]) == len(found.simulation.rows)
    for note, line in zip(found.notes, found.case["lines"], strict=True):
        assert note.kind == line["kind"]
        assert note.basis_words
        assert (note.source_key is None) == (note.basis == "typed")
        assert note.source_key is None or note.source_key in keys
    assert {r.source for r in (*found.assumptions, *found.warnings)} <= {None, *keys}
    assert all(source.used_for for source in found.sources)


def test_every_range_holds_its_likely_figure_and_questions_come_by_their_effect(found):
    for amounts in (*found.treatment_years, found.first_bill):
        assert amounts.low <= amounts.likely <= amounts.high
    spreads = [question.spread for question in found.unknowns]
    assert spreads == sorted(spreads, reverse=True)
    for question in found.unknowns:
        values = [option.value for option in question.unknown.options]
        assert question.unknown.likely in values
        assert question.unknown.question.strip().endswith("?")
        assert question.year_1[values.index(question.unknown.likely)] == likely(found)[0]


def test_the_headline_adds_up_to_the_lines_of_the_treatment(found):
    rows = [row for row in found.simulation.rows if row.kind != "other_care"]
    assert sum(likely(found)) == sum(row.patient for row in rows)
    on = found.first_bill_on
    assert found.first_bill.likely == sum(row.patient for row in rows if row.date == on)


def test_the_same_request_gives_the_same_bytes(ask):
    for request in REQUESTS.values():
        one, two = (json.dumps(ask(**request).as_json()) for _ in range(2))
        assert one == two


# --- several payers ---


def test_medigap_and_then_medicaid_pay_in_their_order(ask):
    secondary = [{"design": "medigap-g"}, {"design": "medicaid", "terms": {"copay": 400}}]
    found = ask(secondary=secondary, years=1)
    # Plan G leaves the deductible of 283.00, and Medicaid all but 4.00 of it.
    assert ranges(found) == [(400, 400, 400)]
    assert [payer["method"] for payer in found.case["secondary"]] == ["medigap", "medicaid"]
    first = found.simulation.rows[0]
    assert first.secondary_by_payer == (173_600, 27_900)


def test_medigap_behind_medicaid_is_refused_at_its_design(refused):
    [(path, message)] = refused(secondary=[{"design": "medicaid"}, {"design": "medigap-g"}])
    assert path == "$.secondary[1].design"
    assert "expected medigap to be the first secondary" in message


def test_what_the_case_refuses_stands_at_the_path_of_the_request(refused):
    [(path, _)] = refused(secondary=[{"design": "medigap-g"}, {"design": "medicaid", "terms": {"copay": -1}}])
    assert path == "$.secondary[1].terms.copay"
    [(path, _)] = refused(coverage=plan(rules={"drug": {"coinsurance": 100_001}}))
    assert path == "$.coverage.medical.terms.rules.drug.coinsurance"


def test_nobody_is_asked_about_the_policy_of_a_second_plan(ask, reference):
    design = reference.payers.design("commercial-ppo")
    second = replace(design, slug="second-plan", role="secondary", method="standard")
    found = ask(
        with_design(reference, second),
        coverage=plan(assistance_policy="counts"),
        secondary=[{"design": "second-plan"}],
        years=1,
    )
    assert "assistance_policy" not in found.case["secondary"][0]
    # Both plans leave 2,000.00 + 20 % up to 8,000.00 of the same lines. The second pays A - R2, up to R: all of
    # every line it has no share of, so at the first dose min(8,000.00, 154,338.00 - 8,000.00): the patient owes 0.
    assert likely(found) == [0]


# --- a pharmacy benefit beside the medical one ---


@pytest.fixture
def with_pharmacy_plan(reference):
    design = reference.payers.design("commercial-ppo")
    [terms] = design.revisions
    rules = {"pharmacy": {"deductible": "rx", "coinsurance": 30_000, "out_of_pocket_maximum": "rx"}}
    own = with_terms(
        terms,
        deductibles={"rx": {"individual": 50_000}},
        out_of_pocket_maximums={"rx": {"individual": 210_000}},
        rules=rules,
    )
    pharmacy = replace(design, slug="rx-plan", benefit="pharmacy", revisions=(own,))
    return with_design(reference, pharmacy)


def test_each_benefit_keeps_its_own_pools_in_every_plan_year(ask, with_pharmacy_plan):
    medical = {
        "deductibles": {"medical": {"met_individual": 100}},
        "by_plan_year": {"2027": {"deductibles": {"medical": {"individual": 300_000}}}},
    }
    pharmacy = {
        "deductibles": {"rx": {"met_individual": 200}},
        "by_plan_year": {"2028": {"out_of_pocket_maximums": {"rx": {"individual": 220_000}}}},
    }
    found = ask(
        with_pharmacy_plan,
        coverage={
            **plan(**medical, met_as_of="2026-01-01"),
            "pharmacy": {"design": "rx-plan", "terms": pharmacy, "met_as_of": "2026-01-01"},
        },
    )
    primary = found.case["primary"]
    assert primary["rules"]["pharmacy"]["deductible"] == "pharmacy rx"
    assert primary["deductibles"]["medical"]["met_individual"] == 100
    assert primary["deductibles"]["pharmacy rx"] == {"individual": 50_000, "met_individual": 200}
    later = primary["by_plan_year"]
    assert later["2027"]["deductibles"] == {
        "medical": {"individual": 300_000},
        "pharmacy rx": {"individual": 50_000},
    }
    assert later["2028"]["out_of_pocket_maximums"]["pharmacy rx"] == {"individual": 220_000}
    assert "deductibles" not in later["2028"]
    assert likely(found) == [800_000] * 3


def test_rules_of_a_later_year_keep_the_other_benefits_rules(ask, with_pharmacy_plan):
    rule = {"drug": {"copay": 5_000}}
    found = ask(
        with_pharmacy_plan,
        coverage={**plan(by_plan_year={"2027": {"rules": rule}}), "pharmacy": {"design": "rx-plan"}},
    )
    later = found.case["primary"]["by_plan_year"]["2027"]["rules"]
    assert set(later) == {"drug", "pharmacy"}


def test_a_typed_coinsurance_stands_above_the_percentage_of_the_code(reference):
    # 100 mg of J1304 at 164.812 is 16,481.20; 15 % of it, not the quarter's 19.941 %, is 2,472.18.
    typed = {"rules": {"drug": {"coinsurance": 15_000}}}
    coverage = {"medical": {"design": "medicare-part-b", "terms": typed}}
    request = {"drug": "qalsody", "first_dose_on": "2026-12-01", "site_of_care": "office", "programs": []}
    found = estimate({**request, "coverage": coverage, "as_of": "2026-11-21"}, reference, date(2026, 11, 21))
    second_dose = next(row for row in found.simulation.rows if row.encounter == 1 and row.kind == "drug")
    assert second_dose.coinsurance == 247_218


# What all requests at one data revision share


@pytest.mark.parametrize("name", REQUESTS)
def test_what_other_requests_left_in_memory_changes_no_figure(ask, reference, name):
    warm = ask(**REQUESTS[name]).as_json()
    assert warm == ask(reference=replace(reference), **REQUESTS[name]).as_json()


def test_nothing_that_was_typed_is_kept_for_other_requests(ask, reference):
    fresh = replace(reference)
    typed = {
        "coverage": plan(deductibles={"medical": {"individual": 123_456}}),
        "allowed": {"drug": 98_765_432},
        "weight_kg": "31.4",
        "household": {"state": "TX", "size": 7, "income": 7_654_321},
    }
    ask(reference=fresh, **typed)
    kept = repr(
        [(key, [(*run[:1], vars(run[1]), *run[2:]) for run in runs]) for key, runs in fresh.memory.items()]
    )
    assert fresh.memory
    for text in ("123456", "98765432", "1,234.56", "987,654.32", "31.4", "7654321", "'TX'"):
        assert text not in kept, text


def test_a_new_revision_is_seen_at_the_next_request_and_costs_one_query_until_then(
    db, django_assert_num_queries
):
    DataRevision.bump()
    before = Reference.current()
    with django_assert_num_queries(1):
        assert Reference.current() is before
    DataRevision.bump()
    after = Reference.current()
    assert after is not before
    with django_assert_num_queries(1):
        assert Reference.current() is after
