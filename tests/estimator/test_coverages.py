"""Every coverage of the catalogue from request to estimate, each figure worked by hand.

A medical dose here is always $125,000 of drug, $900 for the procedure and $100 for the clinician, six doses in
treatment year 1; a fill is $25,000 unless said otherwise, thirteen in treatment year 1 (days 0, 30, ... 360).
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from drugs.reference import DoseBand, Drug, Interval, Phase, Presentation, Regimen
from estimator.estimate import estimate
from estimator.request import RequestErrors

from .asking import likely, spinraza, texts, with_state_rule

TODAY = date(2026, 11, 21)
ALLOWED = {"drug": 12_500_000, "administration": 90_000, "professional": 10_000}
CARD = {"program": "biogen-copay", "annual_maximum": 600_000}


@pytest.fixture
def found(reference):
    """The estimate of six typed doses under a design, from 5 January of a year."""

    def estimated(design, year=2026, **changes):
        request = spinraza(
            first_dose_on=f"{year}-01-05",
            allowed=ALLOWED,
            years=1,
            coverage={"medical": {"design": design, **changes.pop("medical", {})}},
        )
        return estimate({**request, **changes}, reference, TODAY)

    return estimated


@pytest.fixture(scope="module")
def tablets(reference):
    """The reference data with a drug of one tablet a day, thirty in a bottle, on the pharmacy benefit."""
    spinraza_ = reference.drugs.drug("spinraza")
    where = spinraza_.provenance
    every_day = Phase(
        name="daily", kind="daily", bands=(DoseBand(mg=Decimal(5)),), every=Interval(number=1, unit="days")
    )
    drug = Drug(
        slug="tablets",
        name="Tablets",
        generic="",
        manufacturer="",
        route="oral",
        benefit="pharmacy",
        regimens=(
            Regimen(slug="daily", name="Daily", phases=(every_day,), provenance=where, is_default=True),
        ),
        presentations=(Presentation(mg=Decimal(150), form="bottle of 30", provenance=where),),
        provenance=where,
    )
    programs = tuple(
        replace(p, drugs=(*p.drugs, "tablets"), terms=tuple(replace(t, kinds=("pharmacy",)) for t in p.terms))
        if p.slug == "biogen-copay"
        else p
        for p in reference.payers.programs
    )
    return replace(
        reference,
        drugs=replace(reference.drugs, drugs=(*reference.drugs.drugs, drug)),
        payers=replace(reference.payers, programs=programs),
    )


@pytest.fixture
def filled(tablets):
    """The estimate of monthly fills under a pharmacy design."""

    def estimated(design, year=2026, fill=2_500_000, medical=None, reference=tablets, **changes):
        request = {
            "as_of": "2026-11-21",
            "drug": "tablets",
            "first_dose_on": f"{year}-01-05",
            "years": 1,
            "allowed": {"drug": fill},
            "coverage": {"pharmacy": {"design": design, **changes.pop("pharmacy", {})}, "medical": medical},
            "programs": [],
        }
        return estimate({**request, **changes}, reference, TODAY)

    return estimated


def patient(estimate_, kind=None):
    return [row.patient for row in estimate_.simulation.rows if kind in (None, row.kind)]


def warned(estimate_):
    return texts(estimate_.warnings)


# --- primary coverages, medical ---

MEDICAL = [
    # 2,000 + 20 % of 123,000 = 26,600: the maximum of 8,000 is reached by the first drug line
    ("commercial-ppo", 800_000),
    ("commercial-accumulator", 800_000),
    # 3,500 + 20 % of 121,500 = 27,800: 7,000
    ("commercial-hdhp", 700_000),
    # 7,000 of the family's deductible + 20 % of 118,000: one person's maximum of 8,000
    ("commercial-hdhp-family", 800_000),
    # 5,000 + 40 % of 120,000 = 53,000: the year's legal maximum
    ("marketplace-silver", 1_060_000),
    # 20 % of 125,000 = 25,000: the year's in-network maximum
    ("medicare-advantage", 925_000),
    # Six visits of 4; the drug, the procedure and the clinician are one visit
    ("medicaid-adult", 2_400),
    ("medicaid-child", 0),
    # Six visits of 5
    ("chip", 3_000),
    ("tricare-prime", 0),
    # 20 % of 125,000: the family's catastrophic cap of group B
    ("tricare-select", 132_400),
    # Six specialty visits of 50
    ("va", 30_000),
    # Part B on campus: 283 + 6 x 1,736 (drug and procedure under the day's cap) + 6 x 20 for the clinician
    ("medicare-part-b", 1_081_900),
    # 6 x 126,000
    ("uninsured", 75_600_000),
]


@pytest.mark.parametrize(("design", "year_1"), MEDICAL)
def test_six_doses_in_2026_cost_the_family(found, design, year_1):
    assert likely(found(design)) == [year_1]


BY_YEAR = [
    ("marketplace-silver", {2024: 945_000, 2025: 920_000, 2026: 1_060_000, 2027: 1_200_000, 2028: 1_200_000}),
    ("medicare-advantage", {2024: 885_000, 2025: 935_000, 2026: 925_000, 2027: 925_000, 2028: 925_000}),
    ("tricare-select", {2024: 125_600, 2025: 128_800, 2026: 132_400, 2027: 132_400, 2028: 132_400}),
    # 240 + 6 x 1,632 + 120; 257 + 6 x 1,676 + 120; 283 + 6 x 1,736 + 120
    (
        "medicare-part-b",
        {2024: 1_015_200, 2025: 1_043_300, 2026: 1_081_900, 2027: 1_081_900, 2028: 1_081_900},
    ),
]


@pytest.mark.parametrize(
    ("design", "year", "cost"), [(slug, year, cost) for slug, row in BY_YEAR for year, cost in row.items()]
)
def test_each_year_has_its_own_figures_and_a_missing_one_is_said_to_be_stood_in_for(
    found, design, year, cost
):
    result = found(design, year)
    assert likely(result) == [cost]
    last_known = 2027 if design == "marketplace-silver" else 2026
    assert ("is not known yet" in texts(result.assumptions)) == (year > last_known)


@pytest.mark.parametrize("year", range(2024, 2029))
@pytest.mark.parametrize("design", [design for design, _ in MEDICAL])
def test_every_medical_design_gives_a_valid_case_in_every_year(found, design, year):
    """`estimate` reads the case back with the rules of `simulate`, so a case at all is a valid one."""
    result = found(design, year)
    assert [row.kind for row in result.simulation.rows] == ["drug", "administration", "professional"] * 6


def test_terms_from_before_a_design_is_known_are_said_to_stand_in(found):
    assert "known from 2024-01-01 on" in texts(found("commercial-ppo", 2022).assumptions)
    assert "they stand in" not in texts(found("commercial-ppo", 2024).assumptions)


# --- primary coverages, pharmacy ---

PHARMACY = [
    # 615 + 25 % of 24,385 = 6,711.25: the threshold, in the first month
    ("medicare-part-d", [210_000]),
    # 250 + 30 % of 24,750, at most 500 a fill; then 500 a fill until 3,000: 750 + 4 x 500 + 250
    ("commercial-pharmacy", [75_000, 50_000, 50_000, 50_000, 50_000, 25_000]),
    # 2,000 + 30 % of 23,000 = 8,900: 8,000
    ("commercial-ppo", [800_000]),
    ("commercial-accumulator", [800_000]),
    # 3,500 + 20 % of 21,500 = 7,800: 7,000
    ("commercial-hdhp", [700_000]),
    # 7,000 + 20 % of 18,000 = 10,600: one person's 8,000
    ("commercial-hdhp-family", [800_000]),
    # 5,000 + 40 % of 20,000 = 13,000: 10,600
    ("marketplace-silver", [1_060_000]),
    ("medicaid-child", []),
    ("medicaid-adult", [800] * 13),
    ("chip", [500] * 13),
    ("tricare-prime", [4_800] * 13),
    ("tricare-select", [4_800] * 13),
    ("va", [1_100] * 13),
]


@pytest.mark.parametrize(("design", "fills"), PHARMACY)
def test_thirteen_fills_in_2026_cost_the_family(filled, design, fills):
    assert patient(filled(design)) == fills + [0] * (13 - len(fills))


@pytest.mark.parametrize("year", range(2024, 2029))
@pytest.mark.parametrize("design", [design for design, _ in PHARMACY])
def test_every_pharmacy_design_gives_a_valid_case_in_every_year(filled, design, year):
    assert len(filled(design, year).simulation.rows) == 13


# 2024, the older benefit: 545 + 25 % of (5,030 - 545) = 1,666.25; of the 6,333.75 counted costs left to 8,000 the
# patient pays 25 in 95: 1,666.78. Together 3,333.03.
@pytest.mark.parametrize(
    ("year", "cost"), [(2024, 333_303), (2025, 200_000), (2026, 210_000), (2027, 240_000), (2028, 240_000)]
)
def test_part_d_ends_at_the_threshold_of_the_year(filled, year, cost):
    assert likely(filled("medicare-part-d", year)) == [cost]


def test_part_d_goes_through_its_phases_and_starts_over_in_january(filled):
    """$1,000 a fill from 5 January 2026, two years.

    2026: 615 + 25 % of 385 = 711.25; five fills of 250 = 1,961.25; 138.75 to the threshold of 2,100; nothing.
    2027 (from the fill of 30 January): 700 + 25 % of 300 = 775; six of 250 = 2,275; 125 to 2,400; nothing.
    """
    fills = patient(filled("medicare-part-d", fill=100_000, years=2))
    assert fills[:13] == [71_125, *[25_000] * 5, 13_875, *[0] * 6]
    assert fills[13:22] == [77_500, *[25_000] * 6, 12_500, 0]
    assert sum(fills) == 210_000 + 240_000


def test_the_va_copay_stops_at_the_yearly_cap(filled):
    """Two packages a month would not matter: 13 x 11 = 143. With the cap typed as $100: nine fills and 1 dollar."""
    capped = {"terms": {"out_of_pocket_maximums": {"medication": {"individual": 10_000}}}}
    assert patient(filled("va", pharmacy=capped)) == [*[1_100] * 9, 100, 0, 0, 0]


# --- the assistance policy: funding, state, HSA, benefit ---

# (state, funding, design, benefit) -> the policy of the case, and whether it stays a question
POLICIES = [
    ("AZ", "insured", "commercial-ppo", "medical", "counts", False),
    ("AZ", "unknown", "commercial-ppo", "medical", "counts", True),
    ("AZ", "self_funded", "commercial-ppo", "medical", "counts", True),
    ("AZ", "insured", "commercial-ppo", "pharmacy", "counts", False),
    ("AZ", "unknown", "commercial-ppo", "pharmacy", "counts", True),
    ("AZ", "self_funded", "commercial-ppo", "pharmacy", "excluded", True),
    ("WI", "insured", "commercial-ppo", "medical", "counts", True),
    ("WI", "insured", "commercial-ppo", "pharmacy", "excluded", True),
    ("WI", "self_funded", "commercial-ppo", "pharmacy", "excluded", True),
    (None, "insured", "commercial-ppo", "medical", "counts", True),
    (None, "insured", "commercial-ppo", "pharmacy", "excluded", True),
    ("MD", "insured", "commercial-ppo", "pharmacy", "counts", True),
    ("IN", "insured", "commercial-hdhp", "medical", "counts", False),
    ("IN", "insured", "commercial-hdhp", "pharmacy", "counts", False),
    ("IN", "self_funded", "commercial-hdhp", "pharmacy", "excluded", True),
    ("AZ", "insured", "commercial-accumulator", "medical", "excluded", False),
    ("AZ", "self_funded", "commercial-maximizer", "medical", "maximizer", False),
    ("WI", "insured", "marketplace-silver", "pharmacy", "excluded", True),
]


@pytest.mark.parametrize(("state", "funding", "design", "benefit", "policy", "asked"), POLICIES)
def test_funding_state_and_hsa_decide_the_policy(
    found, filled, state, funding, design, benefit, policy, asked
):
    household = {"state": state} if state else None
    if benefit == "medical":
        result = found(design, medical={"funding": funding}, household=household, programs=[CARD])
    else:
        result = filled(design, pharmacy={"funding": funding}, household=household, programs=[CARD])
    assert result.case["primary"]["assistance_policy"] == policy
    assert any(question.unknown.key == "assistance_policy" for question in result.unknowns) == asked


def test_a_law_is_cited_where_it_settles_the_policy_and_not_where_it_does_not_bind(found):
    settled = found(
        "commercial-ppo", medical={"funding": "insured"}, household={"state": "AZ"}, programs=[CARD]
    )
    assert "Arizona HB 2166" in texts(settled.assumptions)
    assert any("law of AZ" in use for source in settled.sources for use in source.used_for)
    own = found(
        "commercial-ppo", medical={"funding": "self_funded"}, household={"state": "AZ"}, programs=[CARD]
    )
    assert "does not bind a self-funded plan" in texts(own.assumptions)
    assert not any("law of AZ" in use for source in own.sources for use in source.used_for)


def test_a_plan_that_does_what_its_state_forbids_is_warned_of(found):
    insured = {"medical": {"funding": "insured"}, "household": {"state": "AZ"}, "programs": [CARD]}
    assert "Arizona HB 2166" in warned(found("commercial-accumulator", **insured))
    insured["medical"] = {"funding": "self_funded"}
    assert "Arizona" not in warned(found("commercial-accumulator", **insured))


def test_a_law_that_leaves_out_hsa_plans_leaves_the_question_open(reference):
    rule = replace(reference.payers.state_rule("AZ", TODAY), hdhp_carve_out=True)
    request = spinraza(
        allowed=ALLOWED,
        coverage={"medical": {"design": "commercial-hdhp", "funding": "insured"}},
        household={"state": "AZ"},
        programs=[CARD],
    )
    result = estimate(request, with_state_rule(reference, rule), TODAY)
    assert "leaves out plans with a health savings account" in texts(result.assumptions)
    assert any(question.unknown.key == "assistance_policy" for question in result.unknowns)


def test_a_card_fills_the_limits_of_an_ordinary_plan_and_not_of_an_accumulator(found):
    """8,000 owed: the card pays 6,000. Counted, the family owes 2,000; not counted, 8,000 of its own."""
    insured = {"medical": {"funding": "insured"}, "household": {"state": "AZ"}, "programs": [CARD]}
    assert likely(found("commercial-ppo", **insured)) == [200_000]
    assert likely(found("commercial-accumulator", programs=[CARD])) == [800_000]


def test_in_an_hsa_plan_a_card_does_not_count_below_the_statutory_minimum(found):
    """Indiana makes insured plans count; the HSA rule comes first. $3,500, 20 %, $7,000; minimum $1,700 in 2026.

    Dose 1, drug: 7,000 owed, card 6,000, patient 1,000, credited 1,000 (below the minimum). Procedure: 900 of the
    deductible. Clinician: 100. Credited 2,000. Dose 2, drug: 1,500 + 20 % of 123,500, at most 5,000 left.
    """
    result = found(
        "commercial-hdhp", medical={"funding": "insured"}, household={"state": "IN"}, programs=[CARD]
    )
    assert patient(result)[:5] == [100_000, 90_000, 10_000, 500_000, 0]
    assert likely(result) == [700_000]


def test_a_family_hsa_plan_is_judged_by_the_family_minimum(found):
    terms = found("commercial-hdhp-family").case["primary"]
    assert (terms["hdhp_minimum_deductible"], terms["hdhp_coverage"]) == (340_000, "family")
    terms = found("commercial-hdhp", 2027).case["primary"]
    assert (terms["hdhp_minimum_deductible"], terms["hdhp_coverage"]) == (175_000, "self")


def test_a_maximizer_spreads_the_card_over_the_drug_lines_and_nothing_of_it_counts(found):
    """6,000 / 6 doses = 1,000 a dose, paid by the card. Procedure and clinician, 1,000 a dose: two doses fill the
    deductible (2,000), four owe 20 % of 1,000 each: 2,000 + 4 x 200 = 2,800."""
    result = found("commercial-maximizer", programs=[CARD])
    drug = [row for row in result.simulation.rows if row.kind == "drug"]
    assert [(row.responsibility, row.patient, row.credited) for row in drug] == [(100_000, 0, 0)] * 6
    assert likely(result) == [280_000]
    assert "no copay card pays" not in warned(result)


def test_a_maximizer_without_a_card_warns_loudly(found):
    assert "no copay card pays here" in warned(found("commercial-maximizer"))
    assert "no copay card pays here" not in warned(found("commercial-ppo"))


def test_a_maximizer_on_the_pharmacy_side_spreads_over_the_fills(filled):
    """6,000 over the 13 fills of 2026: 461.53 each, the last one takes the remainder, 461.64; the card pays all."""
    result = filled("commercial-maximizer", programs=[CARD])
    assert [row.responsibility for row in result.simulation.rows] == [*[46_153] * 12, 46_164]
    assert likely(result) == [0]


# --- copay cards and the government ---

FEDERAL = ["medicare-part-b", "medicare-advantage", "medicaid-child", "medicaid-adult", "chip"]
FEDERAL += ["tricare-prime", "tricare-select", "va"]


@pytest.mark.parametrize("design", FEDERAL)
def test_a_card_is_refused_where_a_government_programme_pays(found, design):
    result = found(design, programs=[CARD])
    assert result.case["programs"] == []
    assert "Spinraza copay program is not used" in warned(result)


@pytest.mark.parametrize("second", ["medicaid", "tricare-secondary", "medicare-second"])
def test_a_card_is_refused_where_a_government_programme_is_second(found, second):
    result = found("commercial-ppo", secondary=[{"design": second}], programs=[CARD])
    assert result.case["programs"] == []
    assert "not even as a second coverage" in warned(result)


def test_a_card_is_refused_where_a_government_programme_pays_the_other_benefit(filled):
    beside = filled("commercial-pharmacy", medical={"design": "medicare-part-b"}, programs=[CARD])
    assert beside.case["programs"] == []
    alone = filled("commercial-pharmacy", medical={"design": "commercial-ppo"}, programs=[CARD])
    assert [program["name"] for program in alone.case["programs"]] == ["biogen-copay"]


@pytest.mark.parametrize("second", ["commercial-second"])
def test_a_second_commercial_plan_does_not_stop_a_card(found, second):
    result = found("commercial-ppo", secondary=[{"design": second}], programs=[CARD])
    assert [program["name"] for program in result.case["programs"]] == ["biogen-copay"]


# --- secondary coverages ---

# Part B on campus: 283.00 of deductible; drug and procedure 1,736 a day, clinician 20: 6 x 1,756 = 10,536.00.
MEDIGAP = [
    *((f"medigap-{letter}", 28_300) for letter in "abdgmn"),
    ("medigap-c", 0),
    ("medigap-f", 0),
    ("medigap-high-deductible-g", 295_000),
    # 283 + half of 10,536; 283 + a quarter of it
    ("medigap-k", 28_300 + 526_800),
    ("medigap-l", 28_300 + 263_400),
]


@pytest.mark.parametrize(("letter", "cost"), MEDIGAP)
def test_medigap_leaves_what_its_chart_leaves(found, letter, cost):
    assert likely(found("medicare-part-b", secondary=[{"design": letter}])) == [cost]


# In an office nothing caps the 20 %: 24,943.40 for the first drug line alone. The yearly limits end it.
@pytest.mark.parametrize(
    ("letter", "year", "limit"),
    [
        ("medigap-k", 2024, 706_000),
        ("medigap-k", 2025, 722_000),
        ("medigap-k", 2026, 800_000),
        ("medigap-l", 2024, 353_000),
        ("medigap-l", 2026, 400_000),
        ("medigap-high-deductible-g", 2025, 287_000),
        ("medigap-high-deductible-g", 2028, 295_000),
    ],
)
def test_plans_k_and_l_end_at_the_limit_of_the_year(found, letter, year, limit):
    result = found("medicare-part-b", year, secondary=[{"design": letter}], site_of_care="office")
    assert likely(result) == [limit]


def test_a_second_commercial_plan_pays_what_the_first_leaves(found):
    """First: 8,000 of the first drug line. Second on 125,000: own share 8,000, would pay 117,000: pays the 8,000."""
    result = found("commercial-ppo", secondary=[{"design": "commercial-second"}])
    assert result.simulation.rows[0].secondary == 800_000
    assert likely(result) == [0]


def test_tricare_behind_a_commercial_plan_leaves_nothing_of_a_dose(found):
    """Own share of 125,000: 20 %, at most 1,324; would pay 123,676, more than the 8,000 left."""
    assert likely(found("commercial-ppo", secondary=[{"design": "tricare-secondary"}])) == [0]


# Medicare behind an employer plan, 42 CFR 411.33(a), allowed amount = Medicare's fee.
# A $1,000 drug, employer deductible met: it pays 800. Medicare alone would pay 80 % of 717 = 573.60: it pays 200.
# A $300 drug, employer deductible not met: it pays 0. Medicare alone would pay 80 % of 17 = 13.60: 286.40 are left.
MSP = [(100_000, 200_000, 80_000, 20_000, 0), (30_000, 0, 0, 1_360, 28_640)]


@pytest.mark.parametrize(("drug", "met", "employer", "medicare", "family"), MSP)
def test_medicare_pays_second_up_to_what_it_would_pay_first(found, drug, met, employer, medicare, family):
    result = found(
        "commercial-ppo",
        medical={
            "terms": {"deductibles": {"medical": {"met_individual": met}}},
            "met_as_of": "2026-01-05",
        },
        allowed={"drug": drug, "administration": 0},
        site_of_care="office",
        secondary=[{"design": "medicare-second"}],
    )
    first = result.simulation.rows[0]
    assert (first.primary, first.secondary, first.patient) == (employer, medicare, family)


def test_two_parents_plans_and_medicaid_pay_in_their_order(found):
    secondary = [{"design": "commercial-second"}, {"design": "medicaid"}]
    result = found("commercial-ppo", secondary=secondary)
    assert likely(result) == [0]
    assert result.simulation.rows[0].secondary_by_payer == (800_000, 0)


ORDERS = [
    ("commercial-ppo", "chip", "CHIP is never second"),
    ("commercial-ppo", "va", "VA does not coordinate"),
    ("chip", "commercial-second", "without other insurance"),
    ("chip", "medicaid", "without other insurance"),
    ("va", "medicare-second", "VA does not coordinate"),
    ("medicaid-adult", "commercial-second", "Medicaid pays last"),
    ("tricare-prime", "commercial-second", "TRICARE pays after every coverage but Medicaid"),
    ("medicare-advantage", "medigap-g", "Original Medicare only, not Medicare Advantage"),
    ("commercial-ppo", "medigap-g", "Original Medicare only"),
    ("medicare-part-b", "medicare-second", "is first already"),
    ("tricare-select", "tricare-secondary", "is first already"),
    ("uninsured", "medicaid", "make it primary"),
]


@pytest.mark.parametrize(("first", "second", "words"), ORDERS)
def test_a_coverage_that_cannot_follow_is_refused_at_its_place(found, first, second, words):
    with pytest.raises(RequestErrors) as caught:
        found(first, secondary=[{"design": second}])
    ((path, message),) = caught.value.errors
    assert path == "$.secondary[0].design"
    assert words in message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tricare-prime", "medicaid"),
        ("medicare-part-b", "tricare-secondary"),
        ("medicare-part-b", "commercial-second"),
        ("medicare-part-b", "medicaid"),
        ("medicare-advantage", "medicaid"),
        ("commercial-ppo", "medicare-second"),
    ],
)
def test_a_coverage_that_can_follow_is_taken(found, first, second):
    assert found(first, secondary=[{"design": second}]).case["secondary"]


def test_medigap_is_refused_beside_an_advantage_plan_for_a_pharmacy_drug_too(filled):
    part_d_and = {"medical": {"design": "medicare-advantage"}, "secondary": [{"design": "medigap-g"}]}
    with pytest.raises(RequestErrors, match="Original Medicare only, not Medicare Advantage"):
        filled("medicare-part-d", **part_d_and)
    part_d_and["medical"] = {"design": "medicare-part-b"}
    assert likely(filled("medicare-part-d", **part_d_and)) == [210_000]


# --- medical and pharmacy side by side ---

VISITS = [{"date": "2026-02-01", "allowed": 100_000, "member": 0}, {"date": "2027-02-01", "allowed": 100_000}]


def test_part_b_and_part_d_keep_their_own_limits_in_every_plan_year(filled):
    """A drug of Part D and a $1,000 visit a year under Part B: 283 + 20 % of 717 = 426.40 each year."""
    result = filled("medicare-part-d", medical={"design": "medicare-part-b"}, years=2, other_care=VISITS)
    assert patient(result, "other_care") == [42_640, 42_640]
    assert sum(patient(result, "pharmacy")) == 210_000 + 240_000
    later = result.case["primary"]["by_plan_year"]["2027"]
    assert {pool["individual"] for pool in later["deductibles"].values()} == {70_000, 28_300}


def test_figures_of_the_other_side_change_with_the_plan_year_too(found, filled):
    """Spinraza under Part B with Part D beside it: Part D's deductible of 2027 is in the case from 2027 on."""
    both = {"medical": {"design": "medicare-part-b"}, "pharmacy": {"design": "medicare-part-d"}}
    result = found("medicare-part-b", coverage=both, years=3)
    assert likely(result) == likely(found("medicare-part-b", years=3))
    years = result.case["primary"]["by_plan_year"]
    deductibles = {
        year: terms["deductibles"]["pharmacy part_d"]["individual"] for year, terms in years.items()
    }
    assert deductibles == {"2027": 70_000}


def test_what_is_met_on_either_side_counts_in_the_first_plan_year_alone(filled):
    """283 of Part B's deductible and 600 of Part D's are met. 2026: 15 + 25 % of 985 = 261.25; 2027 starts over:
    700 + 25 % of 300 = 775. Visits: 20 % of 1,000 = 200, then 283 + 143.40."""
    met = {"met_as_of": "2026-01-04"}
    result = filled(
        "medicare-part-d",
        fill=100_000,
        pharmacy={"terms": {"deductibles": {"part_d": {"met_individual": 60_000}}}, **met},
        medical={
            "design": "medicare-part-b",
            "terms": {"deductibles": {"part_b": {"met_individual": 28_300}}},
            **met,
        },
        years=2,
        other_care=VISITS,
    )
    fills = patient(result, "pharmacy")
    assert (fills[0], fills[13]) == (26_125, 77_500)
    assert patient(result, "other_care") == [20_000, 42_640]


def test_a_pharmacy_plan_of_its_own_takes_the_fills_from_a_joint_medical_plan(filled):
    """The medical example has pharmacy rules too; with a plan of its own for fills, 3,000 apart from the visit's
    1,000 of deductible."""
    result = filled("commercial-pharmacy", medical={"design": "commercial-ppo"}, other_care=VISITS[:1])
    assert sum(patient(result, "pharmacy")) == 300_000
    assert patient(result, "other_care") == [100_000]


def test_one_plan_named_for_both_benefits_is_joint(filled, found):
    """The first fill of $25,000 reaches the joint maximum of $8,000: the visit in February is free."""
    result = filled("commercial-ppo", medical={"design": "commercial-ppo"}, other_care=VISITS[:1])
    assert likely(result) == [800_000]
    assert patient(result, "other_care") == [0]
    both = {"medical": {"design": "commercial-ppo"}, "pharmacy": {"design": "commercial-ppo"}}
    assert found("commercial-ppo", coverage=both).case == found("commercial-ppo").case


def test_two_plan_years_side_by_side_are_said_to_be_one(filled):
    july = {"design": "commercial-ppo", "terms": {"plan_year_start": "07-01"}}
    result = filled("commercial-pharmacy", medical=july, years=2, other_care=VISITS)
    assert "has another plan year" in warned(result)
    assert result.case["primary"]["plan_year_start"] == "01-01"
    assert sum(patient(result, "pharmacy")) == 600_000


def test_a_plan_of_the_other_benefit_is_refused_rather_than_read_as_not_covered(found, filled):
    with pytest.raises(RequestErrors, match="pays the pharmacy benefit, not the medical one"):
        found("medicare-part-d")
    with pytest.raises(RequestErrors, match="pays the medical benefit, not the pharmacy one"):
        filled("medicare-part-b")


def test_the_drug_of_one_benefit_alone_needs_no_other_coverage(filled, found):
    assert likely(filled("medicare-part-d")) == [210_000]
    assert likely(found("medicare-advantage")) == [925_000]
