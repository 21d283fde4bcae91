"""The designs and national figures of the project's files: complete, dated, sourced, and honest about examples."""

import pytest

from drugs.reference import LINE_KINDS
from payers.parameters import figure, referred
from payers.reference import GOVERNMENT_KINDS, plain
from payers.terms import errors_in_terms

PRIMARY = {
    "commercial-ppo",
    "commercial-hdhp",
    "commercial-hdhp-family",
    "commercial-accumulator",
    "commercial-maximizer",
    "commercial-pharmacy",
    "marketplace-silver",
    "medicare-part-b",
    "medicare-advantage",
    "medicare-part-d",
    "medicaid-child",
    "medicaid-adult",
    "chip",
    "tricare-prime",
    "tricare-select",
    "va",
    "uninsured",
}
SECONDARY = {
    *(f"medigap-{letter}" for letter in "abcdfgklmn"),
    "medigap-high-deductible-g",
    "medicaid",
    "commercial-second",
    "tricare-secondary",
    "medicare-second",
}


def test_every_coverage_of_the_catalogue_is_there(known):
    assert {d.slug for d in known.designs if d.role == "primary"} >= PRIMARY
    assert {d.slug for d in known.designs if d.role == "secondary"} >= SECONDARY


def test_the_terms_of_every_design_are_valid_and_sourced(known):
    paths = {parameter.path for parameter in known.parameters}
    for design in known.designs:
        assert design.revisions, design.slug
        assert design.note, design.slug
        for revision in design.revisions:
            assert errors_in_terms(plain(revision.terms), design.method or "", paths) == [], design.slug
            assert revision.provenance.source.title


def test_an_example_says_so_in_its_name_or_note_and_nothing_else_rests_on_an_illustration(known):
    for design in known.designs:
        says_so = "example" in f"{design.name} {design.note}".lower()
        assert says_so == design.illustrative, design.slug
        sources = {revision.provenance.source.key for revision in design.revisions}
        assert design.illustrative or "illustration" not in sources, design.slug


def test_every_medical_design_names_every_medical_kind_and_every_pharmacy_design_the_fill(known):
    medical = set(LINE_KINDS) - {"pharmacy", "facility"}  # the facility's amount is kind administration
    for design in known.designs:
        if design.method in ("medigap", "medicaid") or design.slug == "uninsured":
            continue
        wanted = {"medical": medical, "pharmacy": {"pharmacy"}, "both": medical | {"pharmacy"}}
        for revision in design.revisions:
            assert set(revision.terms["rules"]) == wanted[design.benefit], design.slug


def test_every_government_design_is_federal_and_no_other(known):
    for design in known.designs:
        assert design.federal == (design.payer.kind in GOVERNMENT_KINDS), design.slug


@pytest.mark.parametrize("year", range(2024, 2029))
def test_every_figure_a_design_refers_to_is_known_or_has_an_earlier_one_to_stand_in(known, year):
    for design in known.designs:
        for revision in design.revisions:
            for path in referred(plain(revision.terms)):
                assert figure(known, path, year) is not None, (design.slug, path)


# Benefits on the Part B line by letter, from the chart of medicare.gov: (deductible, share of the coinsurance).
CHART = {
    "a": (False, 100_000),
    "b": (False, 100_000),
    "c": (True, 100_000),
    "d": (False, 100_000),
    "f": (True, 100_000),
    "g": (False, 100_000),
    "k": (False, 50_000),
    "l": (False, 75_000),
    "m": (False, 100_000),
    "n": (False, 100_000),
}


@pytest.mark.parametrize(("letter", "row"), CHART.items())
def test_a_medigap_letter_pays_what_the_chart_says(known, letter, row):
    terms = known.design(f"medigap-{letter}").in_force(known.parameters[0].provenance.read_on).terms
    assert (terms["covers_part_b_deductible"], terms["coinsurance_covered"]) == row
    assert ("annual_limit" in terms) == (letter in "kl")


FIGURES = [
    ("medicare/part_b_deductible", {2024: 24000, 2025: 25700, 2026: 28300}),
    ("medicare/part_b_premium", {2024: 17470, 2025: 18500, 2026: 20290}),
    ("medicare/inpatient_deductible", {2023: 160000, 2024: 163200, 2025: 167600, 2026: 173600}),
    ("medicare/part_d_deductible", {2024: 54500, 2025: 59000, 2026: 61500, 2027: 70000}),
    ("medicare/part_d_threshold", {2024: 800000, 2025: 200000, 2026: 210000, 2027: 240000}),
    ("medicare/part_d_gross_at_threshold", {2025: 623000, 2026: 655500, 2027: 750000}),
    ("medicare/ma_moop_in_network", {2024: 885000, 2025: 935000, 2026: 925000}),
    ("medicare/ma_moop_combined", {2024: 1330000, 2025: 1400000, 2026: 1390000}),
    ("medicare/medigap_high_deductible", {2024: 280000, 2025: 287000, 2026: 295000}),
    ("medicare/medigap_k_limit", {2024: 706000, 2025: 722000, 2026: 800000}),
    ("medicare/medigap_l_limit", {2024: 353000, 2025: 361000, 2026: 400000}),
    ("aca/out_of_pocket_maximum_self", {2024: 945000, 2025: 920000, 2026: 1060000, 2027: 1200000}),
    ("aca/out_of_pocket_maximum_family", {2024: 1890000, 2025: 1840000, 2026: 2120000, 2027: 2400000}),
    ("hdhp/minimum_deductible_self", {2024: 160000, 2025: 165000, 2026: 170000, 2027: 175000}),
    ("hdhp/minimum_deductible_family", {2024: 320000, 2025: 330000, 2026: 340000, 2027: 350000}),
    ("hdhp/out_of_pocket_maximum_self", {2024: 805000, 2025: 830000, 2026: 850000, 2027: 870000}),
    ("hdhp/out_of_pocket_maximum_family", {2024: 1610000, 2025: 1660000, 2026: 1700000, 2027: 1740000}),
    ("fpl/first_person_contiguous", {2024: 1506000, 2025: 1565000, 2026: 1596000}),
    ("fpl/each_additional_contiguous", {2024: 538000, 2025: 550000, 2026: 568000}),
    ("tricare/catastrophic_cap_active_group_a", {2024: 100000, 2025: 100000, 2026: 100000}),
    ("tricare/catastrophic_cap_active_group_b", {2024: 125600, 2025: 128800, 2026: 132400}),
    ("tricare/catastrophic_cap_retired_select_group_a", {2024: 415700, 2025: 426100, 2026: 438100}),
    ("tricare/catastrophic_cap_retired_group_b", {2024: 439900, 2025: 450900, 2026: 463500}),
    ("tricare/pharmacy_retail_brand", {2024: 4300, 2025: 4300, 2026: 4800}),
    ("va/medication_copay_tier_3", {2024: 1100, 2025: 1100, 2026: 1100}),
    ("va/medication_copay_cap", {2024: 70000, 2025: 70000, 2026: 70000}),
]


@pytest.mark.parametrize(("path", "by_year"), FIGURES)
def test_a_national_figure_is_known_for_these_years_and_no_other(known, path, by_year):
    assert {p.year: p.value for p in known.parameters if p.path == path} == by_year


def test_general_knowledge_never_passes_for_something_read(known):
    rows = [*known.parameters, *known.state_rules]
    for row in rows:
        if row.provenance.source.key == "general-knowledge":
            assert row.provenance.confidence == "label_knowledge", row
        assert not row.provenance.verified


def test_a_derived_figure_says_how(known):
    derived = [p for p in known.parameters if p.provenance.source.key == "project-arithmetic"]
    assert derived
    assert all("Derived" in p.provenance.note for p in derived)
