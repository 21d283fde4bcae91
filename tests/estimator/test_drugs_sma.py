"""Zolgensma, Itvisma, Evrysdi and Elevidys from request to ledger, units and amounts worked by hand.

The commercial plan: $2,000 deductible, 20 %, $8,000 out-of-pocket maximum, written out here.
"""

from datetime import date

import pytest

from estimator.estimate import estimate
from estimator.request import RequestErrors

RULE = {"deductible": "medical", "coinsurance": 20000, "out_of_pocket_maximum": "medical"}
POOL = {"individual": 200000, "family": 400000, "kind": "embedded"}
MAXIMUM = {"individual": 800000, "family": 1600000, "kind": "embedded"}
TERMS = {
    "deductibles": {"medical": POOL},
    "out_of_pocket_maximums": {"medical": MAXIMUM},
    "rules": {"pharmacy": RULE},
}
COMMERCIAL = {"medical": {"design": "commercial-ppo", "terms": TERMS}}
PART_B = {"medical": {"design": "medicare-part-b"}}
NO_PLAN = {"pharmacy": {"design": "uninsured"}}


@pytest.fixture
def ask(reference):
    def asked(drug, **changes):
        request = {
            "as_of": "2026-11-21",
            "drug": drug,
            "years": 1,
            "first_dose_on": "2026-12-01",
            "site_of_care": "hospital_on_campus",
            "coverage": COMMERCIAL,
            "programs": [],
            **changes,
        }
        return estimate(request, reference, date(2026, 11, 21))

    return asked


@pytest.fixture
def refused(ask):
    def errors(drug, **changes):
        with pytest.raises(RequestErrors) as caught:
            ask(drug, **changes)
        return caught.value.errors

    return errors


def billed(found):
    """(kind, code, units, basis, allowed) of every line."""
    rows = zip(found.notes, found.simulation.rows, strict=True)
    return [(note.kind, note.code, note.units, note.basis, row.allowed) for note, row in rows]


def paid(found):
    return [row.patient for row in found.simulation.rows]


def texts(remarks):
    return " ".join(remark.text for remark in remarks)


# --- Zolgensma ---


def test_zolgensma_in_a_hospital_is_one_unit_at_the_rate_of_its_quarter(ask):
    # 2025Q4, Addendum B: $2,455,110.605 -> $2,455,110.61; 96365 $210.69. 96365 has no clinician's fee in a facility.
    # $2,000.00 + 20 % of the rest, stopped at the maximum of $8,000.00; the infusion is free after that.
    found = ask("zolgensma", as_of="2025-11-03", first_dose_on="2025-11-03")
    assert billed(found) == [
        ("drug", "J3399", 1, "addendum_b", 245_511_061),
        ("administration", "96365", 1, "opps", 21_069),
    ]
    assert paid(found) == [800_000, 0]
    assert found.notes[0].modifier == ""


def test_an_old_price_of_zolgensma_must_be_accepted_and_is_flagged(ask, refused):
    [(path, words)] = refused("zolgensma")
    assert path == "$.accept_stale"
    assert "J3399 ended on Dec 31, 2025" in words
    found = ask("zolgensma", accept_stale=True)
    assert found.simulation.rows[0].allowed == 245_511_061
    assert found.notes[0].stale
    assert "A newer one may exist" in texts(found.warnings)


def test_in_an_office_nobody_publishes_a_price_of_zolgensma_so_it_is_asked_for(ask, refused):
    [(path, words)] = refused("zolgensma", site_of_care="office", accept_stale=True)
    assert path == "$.allowed.drug_unit_price"
    assert "J3399" in words
    # Typed $2,500,000: $8,000.00 by the maximum; 96365 in an office is $67.14.
    found = ask("zolgensma", site_of_care="office", allowed={"drug_unit_price": "2500000"})
    assert billed(found) == [
        ("drug", "J3399", 1, "typed", 250_000_000),
        ("administration", "96365", 1, "pfs", 6_714),
    ]


def test_zolgensma_is_not_given_in_a_surgical_center_nor_twice(refused):
    [(path, _)] = refused("zolgensma", site_of_care="asc", accept_stale=True)
    assert path == "$.site_of_care"
    [(path, words)] = refused(
        "zolgensma", first_dose_on=None, previous_dose_on="2026-11-01", accept_stale=True
    )
    assert path == "$.regimen"
    assert "given once" in words


@pytest.mark.parametrize("code", ["96366", "96450"])
def test_a_second_hour_or_a_spinal_code_is_never_billed_for_zolgensma(refused, code):
    [(path, words)] = refused("zolgensma", accept_stale=True, administration_code=code)
    assert path == "$.administration_code"
    assert "never billed" in words


@pytest.mark.parametrize(
    ("drug", "age", "words"),
    [
        ("zolgensma", 24, "under 24 months"),
        ("itvisma", 23, "from 24 months"),
        ("elevidys", 47, "from 48 months"),
        ("zolgensma", 23, None),
        ("itvisma", 600, None),
        ("elevidys", 48, None),
        ("zolgensma", None, None),
    ],
)
def test_an_age_outside_the_label_is_said(ask, drug, age, words):
    said = texts(ask(drug, age_months=age, accept_stale=True).warnings)
    assert (words in said) if words else ("The label of" not in said)


def test_medicaid_behind_a_commercial_plan_leaves_the_family_nothing(ask):
    found = ask("zolgensma", accept_stale=True, secondary=[{"design": "medicaid"}])
    assert paid(found) == [0, 0]


# --- Itvisma ---


def test_itvisma_in_a_hospital_is_capped_for_the_day(ask):
    # 2026Q4 limit $2,729,937.922 -> $2,729,937.92, 20 %. Part B 2026: deductible $283.00, then at most the inpatient
    # deductible of $1,736.00 for the day: 2,019.00. The 96450 ($344.93) is under the same cap: 0.
    # Clinician $66.47: 20 % = $13.29. Together $2,032.29.
    found = ask("itvisma", coverage=PART_B)
    assert billed(found) == [
        ("drug", "J3405", 1, "asp", 272_993_792),
        ("administration", "96450", 1, "opps", 34_493),
        ("professional", "96450", 1, "pfs", 6_647),
    ]
    assert paid(found) == [201_900, 0, 1_329]


def test_itvisma_in_an_office_has_no_cap(ask):
    # $283.00 + 20 % of ($2,729,937.92 - $283.00) = $283.00 + $545,930.98; 96450 in an office $160.99: $32.20.
    found = ask("itvisma", coverage=PART_B, site_of_care="office")
    assert paid(found) == [28_300 + 54_593_098, 3_220]


def test_itvisma_in_a_surgical_center_takes_a_code_of_its_list(ask):
    found = ask("itvisma", site_of_care="asc")
    assert [line[:2] for line in billed(found)] == [
        ("drug", "J3405"),
        ("administration", "62323"),
        ("professional", "62323"),
    ]


def test_before_its_code_itvisma_asks_for_the_amount(ask, refused):
    [(path, words)] = refused("itvisma", first_dose_on="2026-09-30")
    assert path == "$.allowed.drug"
    assert "no billing code of its own on Sep 30, 2026" in words
    found = ask("itvisma", first_dose_on="2026-09-30", allowed={"drug": 259_000_000})
    assert billed(found)[0] == ("drug", None, 1, "typed", 259_000_000)


def test_after_the_last_quarter_itvisma_takes_the_list_price_in_force(ask):
    """Bases in force come before past ones; the limit of 2026Q4 is past in 2027."""
    found = ask("itvisma", first_dose_on="2027-01-05")
    assert billed(found)[0] == ("drug", "J3405", 1, "wac", 259_000_000)


# --- Elevidys ---


def test_elevidys_is_one_unit_at_its_list_price_or_the_rate_of_its_quarter(ask):
    # 2026-12: only the list price is in force, $3,200,000.00; 96365 $222.12. Family: the maximum, $8,000.00.
    found = ask("elevidys")
    assert billed(found) == [
        ("drug", "J1413", 1, "wac", 320_000_000),
        ("administration", "96365", 1, "opps", 22_212),
    ]
    assert paid(found) == [800_000, 0]
    # 2025Q4, Addendum B: $3,316,462.588 -> $3,316,462.59.
    found = ask("elevidys", as_of="2025-11-03", first_dose_on="2025-11-03")
    assert billed(found)[0] == ("drug", "J1413", 1, "addendum_b", 331_646_259)


def test_a_plan_that_does_not_cover_elevidys_pays_nothing_of_it(ask):
    terms = {**TERMS, "rules": {"drug": {"covered": False}}}
    found = ask("elevidys", coverage={"medical": {"design": "commercial-ppo", "terms": terms}})
    drug, infusion = found.simulation.rows
    # The drug stands outside the limits, $3,200,000.00; of the infusion $222.12 is left to the open deductible.
    assert (drug.covered, drug.primary, drug.patient, drug.outside_limits) == (False, 0, 320_000_000, True)
    assert infusion.patient == 22_212


def test_before_its_code_elevidys_asks_for_the_amount(refused):
    [(path, _)] = refused("elevidys", first_dose_on="2023-10-02")
    assert path == "$.allowed.drug"


# --- Evrysdi: pharmacy fills ---


def evrysdi(**changes):
    return {"coverage": NO_PLAN, "site_of_care": "home", "allowed": {"drug_unit_price": "10000"}, **changes}


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ({"allowed": {}}, "$.allowed.drug_unit_price"),
        ({"weight_kg": None}, "$.weight_kg"),
        ({"age_months": None}, "$.age_months"),
        ({"coverage": {}}, "$.coverage.pharmacy"),
        ({"regimen": "tablet", "weight_kg": 15}, "$.regimen"),  # no tablet under 20 kg
        ({"regimen": "tablet", "age_months": 20}, "$.regimen"),  # nor under 2 years
    ],
)
def test_what_evrysdi_needs_is_asked_for_by_name(refused, missing, path):
    errors = refused("evrysdi", **evrysdi(**{"weight_kg": 25, "age_months": 60, **missing}))
    assert [at for at, _ in errors] == [path]


def test_at_five_milligrams_a_bottle_lasts_twelve_days(ask):
    # 60 mg / 5 mg = 12 days. Bottles begin on days 0, 12, 24 | 36, 48 | 60, 72, 84 | ...: 3 and 2 by turns for
    # 13 fills of 30 days that begin within a year: 7 x 3 + 6 x 2 = 33 bottles x $10,000.
    found = ask("evrysdi", **evrysdi(weight_kg=25, age_months=60))
    assert [line[:3] for line in billed(found)] == [
        ("pharmacy", "50242-0175-07", 2 if fill % 2 else 3) for fill in range(13)
    ]
    assert sum(paid(found)) == 33 * 1_000_000


def test_a_babys_bottle_is_thrown_away_after_sixty_four_days(ask):
    # 4 kg: 0.6 mg a day in the first month, then 0.8 mg: 64 days take at most 51.2 mg of 60. So bottles begin on
    # days 0, 64, 128, 192, 256, 320 and 384, in the fills of days 0, 60, 120, 180, 240, 300 and 360.
    found = ask("evrysdi", **evrysdi(weight_kg=4, age_months=1))
    assert [line[2] for line in billed(found)] == [1] * 7
    days = [(row.date - date(2026, 12, 1)).days for row in found.simulation.rows]
    assert days == [0, 60, 120, 180, 240, 300, 360]


def test_a_bottle_of_tablets_is_one_fill(ask):
    found = ask("evrysdi", **evrysdi(regimen="tablet", weight_kg=25, age_months=60))
    assert billed(found) == [("pharmacy", "50242-0202-01", 1, "typed", 1_000_000)] * 13


def test_a_copay_card_that_does_not_count_runs_out_and_then_the_plan_year_is_paid(ask):
    # Each fill $10,000: $2,000 + 20 % of $8,000 = $3,600, all from the card while it lasts, and nothing counts.
    # 2026 (2 fills): card 7,200. 2027 (11 fills): card 6 x 3,600 = 21,600, then 3,400 of its 25,000 and 200 from
    # the family; then 1,800 + 20 % of 8,200 = 3,440; 2,000; 2,000; and 360 up to the maximum of 8,000.
    terms = {**TERMS, "assistance_policy": "excluded"}
    found = ask(
        "evrysdi",
        **evrysdi(
            regimen="tablet",
            weight_kg=25,
            age_months=60,
            coverage={"pharmacy": {"design": "commercial-ppo", "terms": terms}},
            programs=["evrysdi-copay"],
        ),
    )
    assert paid(found) == [0, 0, 0, 0, 0, 0, 0, 0, 20_000, 344_000, 200_000, 200_000, 36_000]
    assert [row.assistance for row in found.simulation.rows][:9] == [360_000] * 8 + [340_000]


def test_a_child_on_medicaid_owes_nothing_for_evrysdi(ask):
    found = ask(
        "evrysdi",
        **evrysdi(weight_kg=10, age_months=12, coverage={"pharmacy": {"design": "medicaid-child"}}),
    )
    # 10 kg: 2 mg a day, so a bottle is 30 days. The 13th fill begins 5 days before the second birthday, then 0.25
    # mg/kg: 5 x 2 + 25 x 2.5 = 72.5 mg, two bottles.
    assert [line[2] for line in billed(found)] == [1] * 12 + [2]
    assert sum(paid(found)) == 0
