"""Assistance programs of an estimate: which are used, what they pay, and whether a card counts."""

from dataclasses import replace

import pytest

from estimator.findings import Findings
from estimator.programs import assistance_policy
from estimator.request import read_request
from payers.reference import StateRule

from .asking import TODAY, likely, plan, ranges, spinraza, texts, with_program, with_state_rule

CARD = {"program": "biogen-copay", "annual_maximum": 600_000}
PAN = "pan-sma"


def names(found):
    return [program["name"] for program in found.case["programs"]]


def program(found, name):
    [one] = [one for one in found.case["programs"] if one["name"] == name]
    return one


def question(found, key):
    return next((one.unknown for one in found.unknowns if one.unknown.key == key), None)


# --- who may use what ---


def test_terms_nobody_has_read_for_180_days_are_used_and_said_to_be_old(ask):
    """Read on 2026-11-21: 180 days later is 2027-05-20, one more day is too old."""
    asked = {"coverage": plan(), "programs": [CARD], "accept_stale": True}
    fresh = ask(**asked, as_of="2027-05-20")
    old = ask(**asked, as_of="2027-05-21")
    words = "Spinraza copay program: nobody has read its terms again for more than 180 days."
    assert words not in texts(fresh.warnings)
    assert words in texts(old.warnings)
    assert names(old) == names(fresh) == ["biogen-copay"]


@pytest.mark.parametrize(
    ("primary", "second"),
    [
        ("medicare-part-b", None),
        ("medicaid-child", None),
        ("commercial-ppo", "medicaid"),
        ("uninsured", None),
    ],
)
def test_a_card_is_refused_beside_any_government_coverage_and_for_the_uninsured(ask, primary, second):
    found = ask(
        coverage=plan(primary), secondary=[{"design": second}] if second else [], programs=[CARD], years=1
    )
    assert names(found) == []
    assert "Spinraza copay program is not used." in texts(found.warnings)
    assert found.simulation.totals.assistance == 0
    automatic = ask(coverage=plan(primary), secondary=[{"design": second}] if second else [], programs="auto")
    assert not [q for q in automatic.unknowns if "copay" in q.unknown.key]


def test_a_child_with_commercial_and_medicaid_pays_nothing(ask):
    found = ask(coverage=plan(), secondary=[{"design": "medicaid"}], programs="auto")
    assert ranges(found) == [(0, 0, 0)] * 3
    assert names(found) == []
    assert found.case["primary"]["assistance_policy"] == "counts"


def test_a_closed_fund_is_refused_with_its_reason(ask):
    found = ask(coverage=plan(), programs=["paf-sma-health-equity"])
    assert names(found) == []
    assert "not accepting applications" in texts(found.warnings)


def test_a_fund_named_by_the_family_pays_under_medicare(ask):
    # 283.00 + 1,736.00 - 2,019.00 by the fund, then 1,736.00 each until 6,500.00 are gone. The fund is for the
    # drug only. In an office: the drug's 20 %; 6,500.00 less in each enrolment year.
    without, with_fund = (
        ask(site_of_care="office", years=2),
        ask(site_of_care="office", years=2, programs=[PAN]),
    )
    assert [a - b for a, b in zip(likely(without), likely(with_fund), strict=True)] == [650_000, 650_000]


def test_an_income_above_the_limit_refuses_the_fund(ask):
    # 2026: 15,960.00 for one and 5,680.00 for each further person: 27,320.00 for three; four times is 109,280.00.
    family = {"state": "MN", "size": 3}
    just = ask(coverage=plan(), programs=[PAN], household={**family, "income": 10_928_000})
    over = ask(coverage=plan(), programs=[PAN], household={**family, "income": 10_928_100})
    assert names(just) == [PAN]
    assert names(over) == []
    assert "Income is 401 % of the poverty level; the limit is 400 %." in texts(over.warnings)


def test_an_old_poverty_guideline_is_said(ask):
    family = {"state": "MN", "size": 3, "income": 1_000_000}
    later = ask(coverage=plan(), programs=[PAN], household=family, first_dose_on="2027-01-04")
    now = ask(coverage=plan(), programs=[PAN], household=family)
    assert "poverty guideline of 2027 is not known yet" in texts(later.assumptions)
    assert "poverty guideline" not in texts(now.assumptions)


def test_whether_a_fund_is_open_is_asked_and_likely_no(ask):
    found = ask(site_of_care="office", programs="auto", years=1)
    asked = question(found, "programs.pan-sma")
    assert (asked.whom, asked.likely) == ("program", False)
    assert "open today" in asked.question
    [(low, middle, high)] = ranges(found)
    assert middle == high == low + 650_000


def test_free_drug_is_offered_where_the_plan_does_not_cover_the_drug(ask):
    key = "programs.biogen-foundation"
    assert question(ask(coverage=plan("uninsured"), programs="auto"), key)
    assert question(ask(coverage=plan(rules={"drug": {"covered": False}}), programs="auto"), key)
    assert not question(ask(coverage=plan(), programs="auto"), key)


def test_free_drug_named_by_a_family_leaves_the_drug_unbilled(ask):
    found = ask(coverage=plan(), programs=["biogen-foundation"], years=1)
    rows = [row for row in found.simulation.rows if row.kind == "drug"]
    assert {row.allowed for row in rows} == {0}
    assert [row.free_drug_value for row in rows[:1]] == [15_433_800]


# --- how much ---


def test_a_maximum_nobody_publishes_pays_nothing_or_everything(ask):
    found = ask(coverage=plan(assistance_policy="counts"), programs=["biogen-copay"], years=1)
    asked = question(found, "programs.biogen-copay.annual_maximum")
    assert asked.likely == "nothing"
    assert names(found) == []
    # All the drug's share is paid, and it fills the maximum: the procedures after the first dose cost nothing.
    # The first dose's drug is 2,000.00 + 20 % of 152,338.00, so the maximum is full at once.
    assert ranges(found) == [(0, 800_000, 800_000)]


def test_what_is_not_published_of_a_program_in_use_is_said(ask):
    found = ask(
        coverage=plan(),
        programs=[CARD, {"program": "biogen-copay-procedure", "annual_maximum": 1}],
    )
    said = texts(found.assumptions)
    assert "Spinraza copay program: what it pays at most for one dose is not published" in said
    assert "help with the injection itself: what the patient pays at least is not published" in said


def test_a_question_behind_a_question_is_open_in_every_run(ask, reference):
    # A fund that may be open and whose size nobody publishes: at best it pays all of the 1,736.00 + 283.00 ...
    fund = reference.payers.program(PAN)
    [terms] = fund.terms
    silent = replace(terms, annual_known=False, annual_maximum=None)
    found = ask(
        with_program(reference, replace(fund, terms=(silent,))),
        coverage=plan(assistance_policy="counts"),
        programs="auto",
        years=1,
    )
    assert question(found, "programs.pan-sma.annual_maximum")
    [(low, middle, _)] = ranges(found)
    assert (low, middle) == (0, 800_000)


# --- help used so far ---


def office(ask, **use):
    return ask(site_of_care="office", first_dose_on="2026-12-05", years=1, programs=[{"program": PAN, **use}])


def test_help_used_belongs_to_the_year_since_enrolment(ask):
    same = office(ask, used=400_000, used_as_of="2026-11-21", enrolled_on="2026-03-01")
    # The grant has 2,500.00 left from December to February, then 6,500.00 again.
    before = office(ask, used=400_000, used_as_of="2025-11-21", enrolled_on="2025-03-01")
    assert program(same, PAN)["used"] == 400_000
    assert program(before, PAN)["used"] == 0
    assert "belongs to another program year" in texts(before.assumptions)
    assert likely(before)[0] == likely(same)[0] - 400_000


def test_help_used_shortly_before_the_first_dose_stays_used_where_the_day_of_enrolment_is_not_known(ask):
    recent = office(ask, used=400_000, used_as_of="2026-11-21")
    assert program(recent, PAN)["used"] == 400_000
    assert "day of enrolment is not known" in texts(recent.assumptions)
    assert program(office(ask, used=400_000, used_as_of="2025-12-05"), PAN)["used"] == 0


def test_help_used_of_a_card_renews_with_the_calendar_year(ask):
    def used(on):
        card = {**CARD, "used": 500_000, "used_as_of": on}
        return program(ask(coverage=plan(), programs=[card], first_dose_on="2027-01-04"), "biogen-copay")[
            "used"
        ]

    assert used("2026-12-31") == 0
    assert used("2027-01-01") == 500_000


def test_help_used_after_the_first_dose_may_hold_it_and_that_is_said(ask):
    card = {**CARD, "used": 100_000, "used_as_of": "2026-06-01"}
    found = ask(coverage=plan(assistance_policy="counts"), programs=[card], years=1)
    assert "counted as used before Jan 5, 2026" in texts(found.warnings)
    assert likely(found) == [300_000]


def test_a_card_pays_from_the_day_of_enrolment(ask):
    # Enrolled on 20 January 2026: the first two doses fill the maximum without the card; it pays in 2027.
    card = {**CARD, "enrolled_on": "2026-01-20"}
    found = ask(coverage=plan(assistance_policy="counts"), programs=[card], years=2)
    assert likely(found) == [800_000, 200_000]


# --- whether a card counts ---


LAW = dict(state="MN", counts=True, citation="a law")


@pytest.fixture
def with_law(reference):
    origin = reference.payers.design("commercial-ppo").revisions[0].provenance
    return lambda **rule: with_state_rule(reference, StateRule(provenance=origin, **{**LAW, **rule}))


def policy_of(found):
    return found.case["primary"]["assistance_policy"]


def test_an_unknown_policy_of_a_medical_plan_likely_counts_and_is_asked(ask):
    found = ask(coverage=plan(), programs=[CARD])
    assert policy_of(found) == "counts"
    assert question(found, "assistance_policy").likely == "counts"
    assert ranges(found)[0] == (200_000, 200_000, 800_000)


def test_an_unknown_policy_of_a_pharmacy_plan_is_likely_an_accumulator(reference, with_law):
    def likely_policy(law, funding):
        findings = Findings()
        request = read_request(spinraza(household={"state": "MN"}), TODAY)
        design = law.payers.design("commercial-ppo")
        return assistance_policy(findings, law.payers, design, {}, request, funding, medical=False), findings

    assert likely_policy(reference, "insured")[0] == "excluded"
    assert likely_policy(with_law(), "unknown")[0] == "counts"
    required, findings = likely_policy(with_law(), "insured")
    assert required == "counts"
    assert not findings.unknowns
    # The law binds insurers, never a self-funded employer.
    free, findings = likely_policy(with_law(), "self_funded")
    assert free == "excluded"
    assert findings.unknowns
    assert not findings.sources


def test_state_law_settles_the_policy_of_an_insured_plan(ask, with_law):
    family = {"state": "MN", "size": 3, "income": 5_000_000}
    insured = ask(with_law(), coverage=plan(funding="insured"), programs=[CARD], household=family, years=1)
    assert ranges(insured) == [(200_000, 200_000, 200_000)]
    assert "MN law makes insured plans count copay cards (a law)" in texts(insured.assumptions)
    for funding in ("self_funded", "unknown"):
        found = ask(with_law(), coverage=plan(funding=funding), programs=[CARD], household=family, years=1)
        assert ranges(found) == [(200_000, 200_000, 800_000)]


def test_a_law_that_leaves_out_hsa_plans_settles_nothing_for_them(ask, with_law):
    terms = {"hdhp_minimum_deductible": 170_000, "funding": "insured"}
    family = {"state": "MN"}
    out = ask(with_law(hdhp_carve_out=True), coverage=plan(**terms), programs=[CARD], household=family)
    kept = ask(with_law(), coverage=plan(**terms), programs=[CARD], household=family)
    assert question(out, "assistance_policy")
    assert not question(kept, "assistance_policy")


def test_an_unknown_policy_of_a_later_year_is_the_same_question(ask):
    later = {"2027": {"assistance_policy": "unknown"}}
    found = ask(coverage=plan(assistance_policy="excluded", by_plan_year=later), programs=[CARD], years=2)
    assert found.case["primary"]["by_plan_year"]["2027"]["assistance_policy"] == "counts"
    assert ranges(found) == [(800_000, 800_000, 800_000), (200_000, 200_000, 800_000)]
    without = ask(coverage=plan(assistance_policy="excluded", by_plan_year=later), years=2)
    assert not question(without, "assistance_policy")


def test_a_family_that_knows_the_policy_is_not_asked(ask):
    for policy, pays in (("counts", 200_000), ("excluded", 800_000)):
        found = ask(coverage=plan(assistance_policy=policy), programs=[CARD], years=1)
        assert ranges(found) == [(pays, pays, pays)]


def test_a_maximizer_takes_the_whole_card(ask):
    # The card's 6,000.00 are spread over the six drug lines of 2026: 1,000.00 each, all paid by the card. The
    # procedures meet the deductible of 2,000.00: 6 x (344.93 + 66.47) = 2,468.40, so 2,000.00 + 20 % of 468.40.
    # By line: 4 x 411.40 = 1,645.60; of the fifth 344.93 + 9.47, then 20 % of 57.00 = 11.40; the sixth 20 % of
    # 344.93 = 68.99 and of 66.47 = 13.29. Together 2,000.00 + 93.68.
    terms = {"assistance_policy": "maximizer", "maximizer_kinds": ["drug"]}
    found = ask(coverage=plan(**terms), programs=[CARD], years=1)
    assert likely(found) == [209_368]
