"""The records of the infused and injected drugs: codes, prices, packages, and that nothing is claimed unread."""

from datetime import date
from decimal import Decimal

import pytest

from drugs.prices import OTHER_DRUG_BASES, price_for
from drugs.reference import FACT_TOPICS, Interval

SLUGS = [
    "ocrevus",
    "tysabri",
    "entyvio",
    "leqembi",
    "kisunla",
    "ultomiris",
    "soliris",
    "vyvgart",
    "amvuttra",
    "qalsody",
    "vyondys-53",
    "exondys-51",
    "keytruda",
    "opdivo",
    "stelara",
    "remicade",
]


@pytest.fixture
def drugs(reference):
    return reference.drugs


@pytest.mark.parametrize("slug", SLUGS)
def test_each_drug_has_a_default_regimen_a_code_a_procedure_and_a_source_for_all_of_it(drugs, slug):
    drug = drugs.drug(slug)
    assert drug.regimen() is not None
    assert drug.billing_code(date(2026, 11, 21)).unit_mg
    assert any(code.use != "never" for code in drug.administration_codes)
    parts = (*drug.regimens, *drug.codes, *drug.presentations, *drug.administration_codes, *drug.facts, drug)
    assert all(part.provenance.source.title and part.provenance.read_on for part in parts)
    assert not any(part.provenance.verified for part in parts)


@pytest.mark.parametrize("slug", SLUGS)
def test_label_knowledge_is_marked_and_what_was_not_found_is_empty(drugs, slug):
    drug = drugs.drug(slug)
    marked = [p for p in (*drug.regimens, *drug.facts) if p.provenance.source.key == "infused-labels"]
    assert all(part.provenance.confidence == "label_knowledge" for part in marked)
    assert {fact.topic for fact in drug.facts} <= set(FACT_TOPICS)
    assert all((fact.value == "") == (fact.topic == "not_found") for fact in drug.facts)


def test_soliris_changes_its_code_and_unit_on_the_first_of_april_2025(drugs):
    soliris = drugs.drug("soliris")
    before, after = soliris.billing_code(date(2025, 3, 31)), soliris.billing_code(date(2025, 4, 1))
    assert (before.code, before.unit_mg) == ("J1300", Decimal(10))
    assert (after.code, after.unit_mg) == ("J1299", Decimal(2))


@pytest.mark.parametrize("code", ["J2351", "J9334", "Q5134"])
def test_other_forms_and_a_biosimilar_have_prices_and_no_regimen(drugs, code):
    assert drugs.prices_of(code)
    assert not any(c.unit_mg for drug in drugs.drugs for c in drug.codes if c.code == code)


@pytest.mark.parametrize(
    ("code", "on", "basis", "amount", "coinsurance"),
    [
        ("J1304", date(2025, 1, 1), "asp", "155.338", 19_983),
        ("J1304", date(2025, 12, 31), "asp", "159.401", 19_861),
        ("J1304", date(2026, 3, 31), "asp", "160.009", 19_924),
        ("J1304", date(2026, 4, 1), "addendum_bb", "160.01", 19_993),  # 31.99 / 160.01
        ("J1304", date(2026, 9, 30), "addendum_bb", "164.816", 19_476),  # 32.10 / 164.816
        ("J1304", date(2026, 10, 1), "asp", "164.812", 19_941),
        ("J2351", date(2026, 7, 1), "addendum_bb", "48.06", 19_372),  # 9.31 / 48.06
        ("J2351", date(2026, 10, 1), "asp", "47.287", 20_000),
        ("J0174", date(2026, 10, 1), "asp", "1.361", 20_000),
    ],
)
def test_the_share_of_a_code_is_kept_with_its_quarter(drugs, code, on, basis, amount, coinsurance):
    chosen = price_for(drugs.prices_of(code), code, "", on, OTHER_DRUG_BASES)
    assert not chosen.carried
    assert (chosen.price.basis, str(chosen.price.amount)) == (basis, amount)
    assert chosen.price.coinsurance == coinsurance


def test_a_state_of_a_code_is_not_a_price(drugs):
    def quarters(code):
        return {p.effective_from for p in drugs.prices_of(code)}

    assert max(quarters("J1429")) == date(2024, 10, 1)  # packaged in 2025, waits for a price in 2026
    assert min(quarters("J1428")) == date(2025, 10, 1)  # waited for a price until then
    assert max(quarters("J1300")) == date(2025, 1, 1)  # ended
    assert min(quarters("Q5134")) == date(2026, 1, 1)


def test_vial_sizes_stand_only_where_the_crosswalk_gives_them(drugs):
    sized = {slug: [str(p.mg) for p in drugs.drug(slug).presentations] for slug in SLUGS}
    assert sized["leqembi"] == ["200", "500"]
    assert sized["ultomiris"] == ["300", "1100"]
    assert sized["opdivo"] == ["40", "100", "120", "240"]
    assert sized["vyondys-53"] == sized["exondys-51"] == []


def test_the_later_doses_of_stelara_are_the_pharmacys(drugs):
    induction, maintenance = drugs.drug("stelara").regimen().phases
    assert induction.benefit is None
    assert maintenance.benefit == "pharmacy"
    assert maintenance.every == Interval(8, "weeks")


def test_a_light_child_has_ultomiris_every_four_weeks(drugs):
    maintenance = drugs.drug("ultomiris").regimen().phases[-1]
    intervals = {band.weight_from_kg: band.every for band in maintenance.bands}
    assert intervals[Decimal(10)] == Interval(4, "weeks")
    assert intervals[Decimal(20)] is None


def test_a_program_without_a_published_maximum_is_not_unlimited(reference):
    programs = {p.slug: p.terms[0] for p in reference.payers.programs}
    for slug in ("tysabri-copay", "entyvio-copay", "leqembi-copay", "kisunla-copay", "alexion-onesource"):
        assert (programs[slug].annual_maximum, programs[slug].annual_known) == (None, False)
    assert programs["ocrevus-copay"].annual_maximum == 2_000_000
    assert programs["tysabri-copay-infusion"].excluded_states == ("MA", "MI", "MN", "RI")
    assert programs["keytruda-free-drug"].income_limit_percent == 500


def test_two_maximums_of_the_stelara_program_are_both_kept(reference):
    [difference] = [d for d in reference.drugs.differences if d.subject == "program:stelara-copay"]
    assert (difference.value, difference.used_value) == ("$20,000", "$9,450")


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("J1300", "soliris"), ("J2351", "ocrevus"), ("64406-0109-01", "qalsody"), ("zunovo", "ocrevus")],
)
def test_a_drug_is_found_by_an_old_code_another_form_or_its_package(drugs, typed, slug):
    assert [drug.slug for drug in drugs.find(typed)] == [slug]
