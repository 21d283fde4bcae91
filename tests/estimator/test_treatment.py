"""From a drug, a regimen and a place of care to dated, priced claim lines."""

from dataclasses import replace
from decimal import Decimal

import pytest

from .asking import likely, lines, plan, ranges, texts

ON_CAMPUS = "hospital_on_campus"
EXCEPTED = "hospital_off_campus_excepted"
NONEXCEPTED = "hospital_off_campus_nonexcepted"

# Allowed cents of the first encounter, 2026-01-05 (2026Q1, Addendum BB 1,286.15 x 120 = 154,338.00).
FIRST_DOSE = {
    ON_CAMPUS: [
        ("drug", "J2326", "addendum_bb", 15_433_800),
        ("administration", "96450", "opps", 34_493),
        ("professional", "96450", "pfs", 6_647),
    ],
    EXCEPTED: [
        ("drug", "J2326", "addendum_bb", 15_433_800),
        ("administration", "96450", "opps", 34_493),
        ("professional", "96450", "pfs", 6_647),
    ],
    NONEXCEPTED: [
        ("drug", "J2326", "addendum_bb", 15_433_800),
        ("administration", "96450", "opps", 34_493),
        ("professional", "96450", "pfs", 6_647),
    ],
    "asc": [
        ("drug", "J2326", "addendum_bb", 15_433_800),
        ("administration", "62323", "asc", 38_746),
        ("professional", "62323", "pfs", 8_918),
    ],
    "office": [
        ("drug", "J2326", "addendum_bb", 15_433_800),
        ("administration", "96450", "pfs", 16_099),
    ],
}


@pytest.mark.parametrize("site", FIRST_DOSE)
def test_each_place_of_care_has_its_lines_and_their_bases(ask, site):
    found = ask(site_of_care=site)
    notes = [note for note in found.notes if note.dose_number == 1]
    first = found.case["lines"][: len(notes)]
    got = [(n.kind, n.code, n.basis, line["allowed"]) for n, line in zip(notes, first, strict=True)]
    assert got == FIRST_DOSE[site]
    assert {line["encounter"] for line in first} == {0}


def test_nobody_gives_it_at_home(refused):
    [(path, message)] = refused(site_of_care="home")
    assert path == "$.site_of_care"
    assert "no procedure is billable" in message


def test_a_place_nobody_named_is_said(ask):
    assumed, told = ask(site_of_care=...), ask()
    assert assumed.case == told.case
    assert "No place of care was given" in texts(assumed.warnings)
    assert "No place of care was given" not in texts(told.warnings)


def test_the_reduced_rate_off_campus_is_said_and_no_cap_holds(ask):
    found = ask(site_of_care=NONEXCEPTED, years=1)
    assert "reduced rate" in texts(found.warnings)
    assert not found.unknowns
    assert found.case["primary"]["caps"] == {}


# --- doses ---


STANDARD = ["2026-01-05", "2026-01-19", "2026-02-02", "2026-03-04", "2026-07-04", "2026-11-04"]


@pytest.mark.parametrize(
    ("changes", "dates", "units"),
    [
        ({}, STANDARD, [120] * 6),
        ({"regimen": "standard-12mg"}, STANDARD, [120] * 6),
        # Day 63 is 9 March.
        ({"regimen": "ema-12mg"}, [*STANDARD[:3], "2026-03-09", "2026-07-09", "2026-11-09"], [120] * 6),
        # 31 August + 14, 28 and 58 days; four months after 28 October is 28 February, then 28 June.
        (
            {"first_dose_on": "2026-08-31"},
            ["2026-08-31", "2026-09-14", "2026-09-28", "2026-10-28", "2027-02-28", "2027-06-28"],
            [120] * 6,
        ),
        # 31 October + 4 months is 28 February, + 8 is 30 June: counted from one date, not from the clamped one.
        (
            {"first_dose_on": None, "previous_dose_on": "2026-10-31"},
            ["2027-02-28", "2027-06-30", "2027-10-31"],
            [120] * 3,
        ),
    ],
)
def test_doses_fall_on_the_labels_days(ask, changes, dates, units):
    found = ask(coverage=plan(), years=1, **changes)
    assert [line["date"] for line in lines(found, "drug")] == dates
    assert [note.units for note in found.notes if note.kind == "drug"] == units


def test_a_next_dose_that_was_due_in_the_past_is_said(ask):
    missed = ask(first_dose_on=None, previous_dose_on="2026-07-20", coverage=plan())
    ahead = ask(first_dose_on=None, previous_dose_on="2026-07-21", coverage=plan())
    assert "next dose was due on 2026-11-20" in texts(missed.warnings)
    assert "next dose was due" not in texts(ahead.warnings)


def test_doses_run_three_a_year_after_the_first_year(ask):
    found = ask(coverage=plan(), years=3)
    years = [row.treatment_year for row in found.simulation.rows if row.kind == "drug"]
    assert [years.count(year) for year in (1, 2, 3)] == [6, 3, 3]
    assert sum(note.units for note in found.notes if note.kind == "drug") == 720 + 360 + 360


@pytest.mark.parametrize(
    ("regimen", "start", "dates", "units"),
    [
        (
            "high-dose-50-28mg",
            {"first_dose_on": "2026-04-06"},
            # 50 mg on days 0 and 14, then 28 mg every 4 months from day 14.
            ["2026-04-06", "2026-04-20", "2026-08-20", "2026-12-20"],
            [500, 500, 280, 280],
        ),
        (
            "switch-12-to-50-28mg",
            {"first_dose_on": None, "previous_dose_on": "2026-07-01"},
            ["2026-11-01", "2027-03-01", "2027-07-01"],
            [500, 280, 280],
        ),
        (
            "high-dose-50-28mg",
            {"first_dose_on": None, "previous_dose_on": "2026-07-01"},
            ["2026-11-01", "2027-03-01", "2027-07-01"],
            [280, 280, 280],
        ),
    ],
)
def test_the_high_dose_is_billed_at_a_typed_unit_price(ask, regimen, start, dates, units):
    found = ask(coverage=plan(), regimen=regimen, years=1, allowed={"drug_unit_price": "1000.005"}, **start)
    drug = [note for note in found.notes if note.kind == "drug"]
    assert [line["date"] for line in lines(found, "drug")] == dates
    assert [note.units for note in drug] == units
    assert {(note.basis, note.unit_price, note.modifier) for note in drug} == {
        ("typed", Decimal("1000.005"), "JZ")
    }
    # 500 x 1,000.005 = 500,002.50; 280 x 1,000.005 = 280,001.40.
    allowed = {500: 50_000_250, 280: 28_000_140}
    assert [line["allowed"] for line in lines(found, "drug")] == [allowed[n] for n in units]


@pytest.mark.parametrize("regimen", ["high-dose-50-28mg", "switch-12-to-50-28mg"])
def test_a_price_nobody_publishes_is_asked_for(refused, regimen):
    [(path, message)] = refused(regimen=regimen)
    assert path == "$.allowed.drug_unit_price"
    assert "nobody publishes a price" in message
    [(path, _)] = refused(regimen=regimen, allowed={"administration": 1, "professional": 1})
    assert path == "$.allowed.drug_unit_price"


def test_one_amount_for_doses_of_different_size_is_warned_of(ask):
    high = ask(coverage=plan(), regimen="high-dose-50-28mg", allowed={"drug": 50_000_000})
    same = ask(coverage=plan(), allowed={"drug": 50_000_000})
    assert {line["allowed"] for line in lines(high, "drug")} == {50_000_000}
    assert "doses differ in size" in texts(high.warnings)
    assert "doses differ in size" not in texts(same.warnings)


def test_a_regimen_the_drug_does_not_have_is_refused_with_those_it_has(refused):
    [(path, message)] = refused(regimen="daily-5mg")
    assert path == "$.regimen"
    assert "standard-12mg, ema-12mg, high-dose-50-28mg, switch-12-to-50-28mg" in message


# --- prices by date ---


def test_each_dose_has_the_price_of_its_quarter(ask):
    found = ask(years=1)
    # Addendum BB: 2026Q1 1,286.15, 2026Q3 1,333.45; Q4 is not there, so Q3 is carried on and flagged.
    assert [line["allowed"] for line in lines(found, "drug")] == [15_433_800] * 4 + [16_001_400] * 2
    drug = [note for note in found.notes if note.kind == "drug"]
    assert [note.unit_price for note in drug] == [Decimal("1286.15")] * 4 + [Decimal("1333.45")] * 2
    assert [note.stale for note in drug] == [False] * 5 + [True]
    assert drug[5].source_key == "cms-addendum-bb@2026-07-01"


def test_addendum_b_comes_before_addendum_bb_in_a_hospital_where_it_is_in_force(ask):
    typed = {"administration": 1, "professional": 1}
    hospital = ask(coverage=plan(), first_dose_on="2025-10-15", years=1, allowed=typed)
    office = ask(coverage=plan(), first_dose_on="2025-10-15", years=1, allowed=typed, site_of_care="office")
    # 2025Q4: Addendum B 1,280.251 x 120 = 153,630.12, Addendum BB 1,280.25 x 120 = 153,630.00.
    assert lines(hospital, "drug")[0]["allowed"] == 15_363_012
    assert lines(office, "drug")[0]["allowed"] == 15_363_000
    assert [note.basis for note in hospital.notes if note.kind == "drug"][:5] == ["addendum_b"] * 4 + [
        "addendum_bb"
    ]


def test_medicares_own_percentage_of_the_quarter_is_charged_by_medicare_alone(ask):
    typed = {"administration": 1, "professional": 1}
    medicare = ask(first_dose_on="2025-10-15", years=1, allowed=typed)
    commercial = ask(coverage=plan(), first_dose_on="2025-10-15", years=1, allowed=typed)
    assert [line["coinsurance"] for line in lines(medicare, "drug")] == [20_000] * 4 + [None] * 2
    assert {line["coinsurance"] for line in lines(commercial, "drug")} == {None}


def test_a_price_more_than_a_quarter_old_must_be_accepted(ask, refused):
    # The newest price ended on Sep 30, 2026: one quarter behind in 2026Q4, two in 2027Q1.
    assert "newest known price of J2326 ended on Sep 30, 2026" in texts(ask(as_of="2026-12-31").warnings)
    [(path, message)] = refused(as_of="2027-01-01")
    assert path == "$.accept_stale"
    assert "more than a quarter before Jan 1, 2027" in message
    accepted = ask(as_of="2027-01-01", accept_stale=True)
    assert "newest known price of J2326 ended" in texts(accepted.warnings)
    assert "newest known" not in texts(ask(as_of="2026-09-30").warnings)


def test_a_code_that_has_left_the_published_files_is_said_with_its_last_quarter(ask, reference):
    gone = {"gone_in": "2026Q4", "gone_words": "not in this file"}
    newest = max(reference.drugs.prices_of("J2326"), key=lambda price: price.effective_from)
    prices = tuple(replace(p, **gone) if p is newest else p for p in reference.drugs.prices)
    warnings = texts(ask(replace(reference, drugs=replace(reference.drugs, prices=prices))).warnings)
    assert (
        "J2326 has had no price there since 2026Q4 (not in this file); its last quarter was 2026Q3."
        in warnings
    )
    assert "A newer one may exist" not in warnings


def test_a_price_carried_into_later_years_is_said_with_its_source(ask):
    found = ask(as_of="2026-09-30", years=2)
    said = {remark.text: remark.source for remark in found.assumptions if "last known price" in remark.text}
    assert said == {
        "J2326: dates after Sep 30, 2026 use the last known price (Medicare surgery-center rate (ASC Addendum BB), "
        "Jul 1, 2026 to Sep 30, 2026).": "cms-addendum-bb@2026-07-01",
        "96450: dates after Dec 31, 2026 use the last known price (Medicare hospital outpatient amount, Jan 1, 2026 "
        "to Dec 31, 2026).": "hospital-price-files-2026@2026-01-01",
        "96450: dates after Dec 31, 2026 use the last known price (Medicare physician fee schedule, Jan 1, 2026 "
        "to Dec 31, 2026).": "cms-rvu26c@2026-01-01",
    }
    assert found.warnings == tuple(w for w in found.warnings if "newest known" not in w.text)


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        # The hospital amounts of procedures are known from 2025-10-01, the clinician's fees from 2026.
        ({"first_dose_on": "2025-04-10"}, "$.allowed.administration", "96450 on Apr 10, 2025"),
        ({"first_dose_on": "2025-10-15"}, "$.allowed.professional", "96450 on Oct 15, 2025"),
        ({"first_dose_on": "2025-10-15", "site_of_care": "office"}, "$.allowed.administration", "96450"),
        ({"first_dose_on": "2025-09-01", "site_of_care": "asc"}, "$.allowed.administration", "62323"),
        ({"first_dose_on": "2016-12-01"}, "$.allowed.drug", "no billing code of its own on Dec 1, 2016"),
        ({"first_dose_on": "2018-02-01"}, "$.accept_stale", "ended on Jan 31, 2017"),
    ],
)
def test_a_missing_price_asks_for_the_amount_and_is_never_zero(refused, changes, path, words):
    [(at, message)] = refused(**changes)
    assert at == path
    assert words in message


def test_before_its_own_code_the_amount_a_dose_is_taken_as_typed(ask):
    typed = {"drug": 12_500_000, "administration": 30_000, "professional": 6_000}
    found = ask(coverage=plan(), first_dose_on="2016-12-28", years=1, allowed=typed)
    drug = [note for note in found.notes if note.kind == "drug"]
    assert [(note.code, note.units) for note in drug[:2]] == [(None, 1), (None, 1)]
    assert likely(found)[0] == 800_000 + 800_000


# --- typed amounts ---


@pytest.mark.parametrize("site", [ON_CAMPUS, "asc", "office"])
def test_every_typed_amount_is_billed_as_typed(ask, site):
    typed = {"drug": 101, "administration": 102, "professional": 103, "sedation": 104, "imaging": 105}
    found = ask(site_of_care=site, coverage=plan(), allowed=typed, years=1)
    first = {line["kind"]: line["allowed"] for line in found.case["lines"] if line["encounter"] == 0}
    expected = typed if site != "office" else {k: v for k, v in typed.items() if k != "professional"}
    assert first == expected
    assert list(first) == [kind for kind in typed if kind in expected]
    assert {note.basis for note in found.notes} == {"typed"}
    # Nothing stands in for anything, so nobody is asked about rates.
    assert not found.unknowns


def test_a_clinicians_fee_typed_outside_a_facility_is_warned_of(ask):
    assert "fee is left out" in texts(ask(site_of_care="office", allowed={"professional": 100}).warnings)
    assert "fee is left out" not in texts(ask(allowed={"professional": 100}).warnings)


def test_a_typed_unit_price_is_multiplied_by_units_and_rounded_once(ask):
    found = ask(coverage=plan(), allowed={"drug_unit_price": "0.0042"}, years=1)
    # 120 x 0.0042 = 0.504, half a cent and more up: 0.50.
    assert {line["allowed"] for line in lines(found, "drug")} == {50}
    # 120 x 0.0005 = 0.06.
    found = ask(coverage=plan(), allowed={"drug_unit_price": "0.0005"}, years=1)
    assert {line["allowed"] for line in lines(found, "drug")} == {6}


def test_sedation_and_imaging_are_never_under_the_hospitals_cap(ask):
    plain = ask(years=1)
    more = ask(years=1, allowed={"sedation": 10_000, "imaging": 5_000})
    # 20 % of 100.00 and of 50.00 on each of six dates.
    assert likely(more)[0] - likely(plain)[0] == 6 * (2_000 + 1_000)
    for found, words in ((plain, True), (more, False)):
        assert ("Sedation or anaesthesia is not included" in texts(found.assumptions)) == words
        assert ("Imaging is not included" in texts(found.assumptions)) == words


def test_imaging_beside_a_code_that_includes_it_is_warned_of(ask):
    with_imaging = ask(administration_code="62323", allowed={"imaging": 5_000})
    assert "62323 already includes imaging" in texts(with_imaging.warnings)
    assert "Imaging is not included" not in texts(ask(administration_code="62323").assumptions)


def test_an_amount_too_large_to_be_meant_is_refused(refused):
    [(path, message)] = refused(allowed={"drug_unit_price": "999999999"})
    assert path == "$.allowed.drug_unit_price"
    assert "more than $1,000,000,000" in message


# --- the code of the procedure ---


@pytest.mark.parametrize(
    ("code", "site", "words"),
    [
        ("62320", ON_CAMPUS, "is never billed"),
        ("62321", "asc", "is never billed"),
        ("96365", "office", "is never billed"),
        ("96413", ON_CAMPUS, "is never billed"),
        ("96450", "asc", "cannot be billed at this place of care; here: 62323, 62322"),
        ("99213", ON_CAMPUS, "codes known for Spinraza: 96450, 62323, 62322"),
    ],
)
def test_a_code_that_is_not_billed_there_is_refused(refused, code, site, words):
    [(path, message)] = refused(administration_code=code, site_of_care=site)
    assert path == "$.administration_code"
    assert words in message


@pytest.mark.parametrize(
    ("code", "site", "facility", "clinician"),
    [
        ("62322", ON_CAMPUS, 92_364, 7_415),
        ("62323", ON_CAMPUS, 73_714, 8_918),
        ("62322", "asc", 48_551, 7_415),
        ("62322", "office", 14_563, None),
        ("62323", "office", 27_322, None),
    ],
)
def test_the_payers_choice_of_code_has_its_own_amounts(ask, code, site, facility, clinician):
    found = ask(administration_code=code, site_of_care=site, years=1)
    assert {line["allowed"] for line in lines(found, "administration")} == {facility}
    assert {line["allowed"] for line in lines(found, "professional")} == ({clinician} if clinician else set())


# --- what a plan allows ---


@pytest.mark.parametrize(("design", "whom"), [("commercial-ppo", "payer"), ("uninsured", "hospital")])
def test_medicares_amounts_stand_in_once_or_twice(ask, design, whom):
    found = ask(coverage=plan(design), years=1)
    [rate] = [q.unknown for q in found.unknowns if q.unknown.key == "contracted_rate"]
    assert (rate.whom, rate.likely, [o.value for o in rate.options]) == (whom, 1, [1, 2])
    assert "Medicare's amounts" in texts(found.assumptions)


@pytest.mark.parametrize(
    ("design", "allowed", "question"),
    [
        (
            "commercial-ppo",
            {},
            "What amount do you allow for one dose of Spinraza, and for giving it, at this place of care?",
        ),
        (
            "commercial-ppo",
            {"drug": 10_000_000},
            "What amount do you allow for giving Spinraza, at this place of care?",
        ),
        (
            "commercial-ppo",
            {"administration": 50_000, "professional": 20_000},
            "What amount do you allow for one dose of Spinraza, at this place of care?",
        ),
        (
            "uninsured",
            {"drug": 10_000_000},
            "What do you charge a person without insurance for giving Spinraza?",
        ),
    ],
)
def test_only_amounts_nobody_typed_are_asked_for(ask, design, allowed, question):
    found = ask(coverage=plan(design), years=1, allowed=allowed)
    [rate] = [q.unknown for q in found.unknowns if q.unknown.key == "contracted_rate"]
    assert rate.question == question


def test_without_insurance_everything_is_owed_once_or_twice(ask):
    found = ask(coverage=plan("uninsured"), years=1)
    # 4 x 154,338.00 + 2 x 160,014.00 + 6 x (344.93 + 66.47).
    owed = 4 * 15_433_800 + 2 * 16_001_400 + 6 * (34_493 + 6_647)
    assert ranges(found) == [(owed, owed, 2 * owed)]
    assert all(row.outside_limits for row in found.simulation.rows)


def test_typed_amounts_are_never_doubled(ask):
    found = ask(coverage=plan("uninsured"), years=1, allowed={"drug": 10_000_000})
    [(low, middle, high)] = ranges(found)
    assert low == middle == 6 * (10_000_000 + 34_493 + 6_647)
    assert high == middle + 6 * (34_493 + 6_647)


def test_a_unit_price_far_from_the_known_one_is_questioned(ask):
    found = ask(allowed={"drug_unit_price": "160014.00"})
    assert "Is it the price of a dose?" in texts(found.warnings)
    assert "Is it the price" not in texts(ask(allowed={"drug_unit_price": "2500.00"}).warnings)


def test_a_drug_typed_as_free_is_said_to_be_typed(ask):
    assert "typed as allowed at $0.00" in texts(ask(allowed={"drug": 0}).warnings)
