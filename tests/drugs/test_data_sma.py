"""The records of Spinraza, Zolgensma, Itvisma, Evrysdi and Elevidys: complete, sourced, and of the right disease."""

import re
from datetime import date
from decimal import Decimal

import pytest

from drugs.reference import CONFIDENCES, FACT_TOPICS

FIVE = ("spinraza", "zolgensma", "itvisma", "evrysdi", "elevidys")
ASKED_FOR = date(2026, 11, 21)


@pytest.fixture
def drugs(reference):
    return reference.drugs


@pytest.fixture
def payers(reference):
    return reference.payers


def facts(drug, topic):
    return {fact.label: fact.value for fact in drug.facts if fact.topic == topic}


@pytest.fixture(params=FIVE)
def drug(request, drugs):
    return drugs.drug(request.param)


# --- every one of the five ---


def test_a_drug_says_who_makes_it_and_has_one_default_regimen(drug):
    assert all((drug.generic, drug.manufacturer, drug.route, drug.indication))
    assert [regimen.is_default for regimen in drug.regimens].count(True) == 1


def test_every_topic_of_a_page_has_a_fact(drug):
    without_procedure = {"sedation"} if drug.slug in ("zolgensma", "evrysdi", "elevidys") else set()
    not_found = {"support"} if drug.slug in ("itvisma", "evrysdi") else set()
    assert {fact.topic for fact in drug.facts} == set(FACT_TOPICS) - without_procedure - not_found


def test_a_fact_without_a_value_was_looked_for_and_not_found(drug):
    for fact in drug.facts:
        assert (fact.value == "") == (fact.topic == "not_found"), fact
        if not fact.value:
            assert fact.provenance.read_on == ASKED_FOR
            assert fact.provenance.confidence == "low"


def test_every_value_has_a_source_a_date_and_a_confidence_and_none_is_verified(drug):
    rows = [drug, *drug.facts, *drug.codes, *drug.presentations, *drug.regimens, *drug.administration_codes]
    for row in rows:
        assert row.provenance.source.title
        assert row.provenance.read_on == ASKED_FOR
        assert row.provenance.confidence in CONFIDENCES
        assert not row.provenance.verified


def test_both_values_and_both_sources_of_a_difference_stand_beside_the_reason(drug):
    assert drug.differences
    for difference in drug.differences:
        assert all((difference.value, difference.used_value, difference.reason)), difference
        assert all((difference.source, difference.used_source)), difference


def test_an_ndc_of_eleven_digits_is_the_one_of_ten_with_a_zero(drug):
    for package in drug.presentations:
        if package.ndc10:
            labeler, product, size = package.ndc10.split("-")
            assert package.ndc11 == f"{labeler}-{product.zfill(4)}-{size}"


# --- codes, units, prices ---


@pytest.mark.parametrize(
    ("slug", "on", "code"),
    [
        ("zolgensma", "2020-06-30", None),
        ("zolgensma", "2020-07-01", "J3399"),
        ("itvisma", "2026-09-30", None),  # approved, without a code of its own
        ("itvisma", "2026-10-01", "J3405"),
        ("elevidys", "2023-12-31", None),
        ("elevidys", "2024-01-01", "J1413"),
        ("evrysdi", "2026-11-21", None),  # pharmacy: its NDC is on the claim
        ("spinraza", "2026-11-21", "J2326"),
    ],
)
def test_a_code_has_its_first_day(drugs, slug, on, code):
    billing = drugs.drug(slug).billing_code(date.fromisoformat(on))
    assert (billing and billing.code) == code
    if slug != "spinraza" and billing:
        assert billing.per_treatment
        assert billing.unit_mg is None


@pytest.mark.parametrize(
    ("code", "basis", "amounts"),
    [
        ("J3399", "addendum_b", ["2302784.672", "2403458.75", "2452115.597", "2455110.605"]),
        ("J1413", "addendum_b", ["3296000.00", "3321781.51", "3324571.90", "3316462.588"]),
        ("J3405", "asp", ["2729937.922"]),
    ],
)
def test_medicares_amounts_keep_the_digits_of_their_files(drugs, code, basis, amounts):
    found = sorted((p for p in drugs.prices_of(code) if p.basis == basis), key=lambda p: p.effective_from)
    assert [str(price.amount) for price in found] == amounts
    assert {price.coinsurance for price in found} == {20000}


def test_only_a_list_price_still_said_to_hold_is_in_force(drugs):
    """Zolgensma's launch price is a fact of 2019; carried into an estimate it would be wrong by $330,000."""
    lists = {
        code: [
            (p.amount, p.effective_from, p.effective_to) for p in drugs.prices_of(code) if p.basis == "wac"
        ]
        for code in ("J3405", "J1413", "J3399")
    }
    assert lists == {
        "J3405": [(Decimal("2590000.00"), date(2025, 11, 24), None)],
        "J1413": [(Decimal("3200000.00"), date(2023, 6, 22), None)],
        "J3399": [],
    }
    assert "2,125,000" in facts(drugs.drug("zolgensma"), "price_note")["Launch list price"]


def test_evrysdi_has_no_price_in_force_and_its_launch_price_is_a_weak_fact(drugs):
    evrysdi = drugs.drug("evrysdi")
    assert evrysdi.benefit == "pharmacy"
    assert not any(regimen.published_price for regimen in evrysdi.regimens)
    assert not any(drugs.prices_of(package.ndc11) for package in evrysdi.presentations)
    (launch,) = (fact for fact in evrysdi.facts if fact.label == "Launch price, 2020")
    assert "$186.30 a mg" in launch.value
    assert launch.provenance.confidence == "low"


@pytest.mark.parametrize(
    ("age", "weight", "mg_per_kg", "mg"),
    [
        ("0", "3", "0.15", None),
        ("1.9", "5", "0.15", None),
        ("2", "5", "0.2", None),
        ("23.9", "12", "0.2", None),
        ("24", "12", "0.25", None),
        ("24", "19.99", "0.25", None),
        ("24", "20", None, "5"),
        ("600", "70", None, "5"),
    ],
)
def test_evrysdis_dose_follows_age_and_weight(drugs, age, weight, mg_per_kg, mg):
    (phase,) = drugs.drug("evrysdi").regimen().phases
    (band,) = (b for b in phase.bands if b.holds(Decimal(weight), Decimal(age)))
    assert (band.mg_per_kg, band.mg) == (mg_per_kg and Decimal(mg_per_kg), mg and Decimal(mg))


def test_the_tablet_is_from_two_years_and_twenty_kilograms(drugs):
    (phase,) = drugs.drug("evrysdi").regimen("tablet").phases
    (band,) = phase.bands
    assert (band.age_from_months, band.weight_from_kg, band.mg) == (24, 20, 5)


@pytest.mark.parametrize(
    ("slug", "least", "most"),
    [("zolgensma", 0, 23), ("itvisma", 24, None), ("evrysdi", 0, None), ("elevidys", 48, None)],
)
def test_ages_of_the_label(drugs, slug, least, most):
    drug = drugs.drug(slug)
    assert (drug.minimum_age_months, drug.maximum_age_months) == (least, most)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("J1413", "elevidys"),
        ("j3405", "itvisma"),
        ("J3399", "zolgensma"),
        ("risdiplam", "evrysdi"),
        ("delandistrogene", "elevidys"),
        ("50242-202-01", "evrysdi"),
        ("50242017507", "evrysdi"),
        ("71894-0141-09", "zolgensma"),
        ("60923 529 38", "elevidys"),
    ],
)
def test_a_drug_is_found_by_name_code_and_ndc(drugs, text, slug):
    assert [drug.slug for drug in drugs.find(text)] == [slug]


# --- Elevidys is for Duchenne ---


def test_nothing_about_j1413_names_the_other_disease(drugs):
    """The reference page on J1413 did: that stands in the differences, and there alone."""
    elevidys = drugs.drug("elevidys")
    words = [elevidys.indication, elevidys.boxed_warning, *elevidys.aliases]
    words += [f"{fact.label} {fact.value}" for fact in elevidys.facts]
    words += [code.words for code in elevidys.codes]
    assert not [text for text in words if re.search(r"\bSMA\b|\bSMN|spinal muscular", text)]
    assert [code.code for code in elevidys.codes if code.system == "icd10"] == ["G71.01"]
    assert "Duchenne" in elevidys.indication


def test_no_program_for_another_disease_is_offered_for_elevidys(payers):
    assert payers.programs_for("elevidys") == ()


def test_some_plans_do_not_cover_elevidys_at_all(drugs):
    policies = facts(drugs.drug("elevidys"), "policy")
    assert {payer for payer, value in policies.items() if value.startswith("Not covered")} == {
        "Independence Blue Cross",
        "BlueCross BlueShield of South Carolina",
        "Cigna / Evernorth (eviCore)",
    }


# --- where the reference pages err ---


@pytest.mark.parametrize(
    ("number", "slug", "field"),
    [
        (1, "elevidys", "disease"),
        (1, "elevidys", "what it does"),
        (2, "elevidys", "age"),
        (3, "spinraza", "what 62321 is"),
        (4, "spinraza", "what 62322 is"),
        (5, "spinraza", "96450"),
        (6, "spinraza", "day of the fourth loading dose"),
        (7, "spinraza", "doses on the market"),
        (8, "spinraza", "FDA application"),
        (9, "spinraza", "price of a dose"),
        (10, "spinraza", "NDC"),
        (11, "spinraza", "diagnosis code of types 3 and 4"),
        (12, "spinraza", "number of SMA treatments"),
        (12, "itvisma", "number of SMA treatments"),
        (13, "evrysdi", "youngest age"),
        (13, "evrysdi", "form"),
        (14, "zolgensma", "price"),
        (15, "spinraza", "UnitedHealthcare renewal"),
        (16, "spinraza", "Aetna policy number"),
        (17, "itvisma", "other drugs given into the spinal fluid"),
        (18, "spinraza", "name of the support program"),
        (19, "spinraza", "maintenance doses in the first year"),
        (20, "spinraza", "sequestration"),
        (21, "zolgensma", "procedure code"),
    ],
)
def test_every_known_error_of_the_reference_pages_is_a_difference(drugs, number, slug, field):
    assert field in {difference.field for difference in drugs.drug(slug).differences}


def test_the_questions_of_the_page_on_j1413_have_the_right_answers(drugs):
    answers = facts(drugs.drug("elevidys"), "question")
    assert "Duchenne" in answers["What is J1413?"]
    assert "into a vein" in answers["How is J1413 administered?"]
    assert "from 4 years on" in answers["When is J1413 used?"]
    assert answers["Does J1413 have a work RVU?"].startswith("No")


def test_the_twelve_questions_of_the_page_on_spinraza_are_answered(drugs):
    assert len(facts(drugs.drug("spinraza"), "question")) == 12


# --- help ---


def test_a_copay_maximum_that_nobody_publishes_is_unknown_and_not_unlimited(payers):
    cards = {p.slug: p.terms[0] for p in payers.programs if p.slug in ("zolgensma-copay", "itvisma-copay")}
    assert [(t.annual_maximum, t.annual_known) for t in cards.values()] == [(None, False)] * 2
    assert payers.program("evrysdi-copay").terms[0].annual_maximum == 2_500_000  # $25,000, low confidence
    assert payers.program("evrysdi-copay").terms[0].provenance.confidence == "low"


def test_a_fund_for_sma_is_offered_for_every_sma_drug(payers):
    for slug in ("spinraza", "zolgensma", "itvisma", "evrysdi"):
        assert {"pan-sma", "paf-sma-health-equity"} <= {p.slug for p in payers.programs_for(slug)}
