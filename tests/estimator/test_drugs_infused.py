"""The infused and injected drugs, each from a request to its ledger: dates, units and amounts worked by hand.

A dose from 2026-01-05 in an office under Part B. Amounts are units x the price in force, in cents; in parentheses
its basis and quarter. 2026Q4 has a payment limit for some codes; the others carry 2026Q3 on.
"""

from datetime import date

import pytest

from .asking import lines, plan, texts

OFFICE = {"site_of_care": "office", "years": 1}


@pytest.fixture
def doses(ask):
    """(date, units, allowed) of every drug line, and the estimate itself."""

    def asked(drug, **changes):
        found = ask(drug=drug, **{**OFFICE, **changes})
        rows = zip(found.simulation.rows, found.notes, strict=True)
        return [(r.date.isoformat(), n.units, r.allowed) for r, n in rows if n.kind == "drug"], found

    return asked


def test_ocrevus_is_two_half_doses_and_one_whole_six_months_later(doses):
    # 300 x 59.324 (asp Q1) = 17,797.20; 600 x 60.970 (asp Q3) = 36,582.00. 2026-01-19 + 6 months = 07-19.
    rows, found = doses("ocrevus")
    assert rows == [
        ("2026-01-05", 300, 1_779_720),
        ("2026-01-19", 300, 1_779_720),
        ("2026-07-19", 600, 3_658_200),
    ]
    # Part B: the deductible of 283.00, then 20 % of 17,514.20 = 3,502.84.
    assert found.simulation.rows[0].patient == 28_300 + 350_284
    # 96413 in an office: 133.27 a dose.
    assert [line["allowed"] for line in lines(found, "administration")] == [13_327] * 3


def test_tysabri_comes_every_four_weeks_without_loading(doses):
    # 300 x 24.512 (asp Q1) = 7,353.60, x 24.32 (bb Q2) = 7,296.00, x 24.406 (bb Q3) = 7,321.80,
    # x 23.927 (asp Q4) = 7,178.10. Days 0 to 364: 14 doses, the last carries Q4 on to 2027-01-04.
    rows, _ = doses("tysabri")
    amounts = [735_360] * 4 + [729_600] * 3 + [732_180] * 3 + [717_810] * 4
    assert [allowed for _, _, allowed in rows] == amounts
    assert {units for _, units, _ in rows} == {300}
    assert [on for on, _, _ in rows[:2]] + [rows[-1][0]] == ["2026-01-05", "2026-02-02", "2027-01-04"]


def test_entyvio_has_eight_doses_in_the_first_year(doses):
    # Weeks 0, 2, 6, then every 8. 300 x 21.371 (asp Q1) = 6,411.30, x 20.98 (bb Q2) = 6,294.00,
    # x 21.622 (bb Q3, carried on to Q4) = 6,486.60.
    rows, _ = doses("entyvio")
    assert rows == [
        ("2026-01-05", 300, 641_130),
        ("2026-01-19", 300, 641_130),
        ("2026-02-16", 300, 641_130),
        ("2026-04-13", 300, 629_400),
        ("2026-06-08", 300, 629_400),
        ("2026-08-03", 300, 648_660),
        ("2026-09-28", 300, 648_660),
        ("2026-11-23", 300, 648_660),
    ]


def test_leqembi_is_drawn_from_whole_vials_and_the_rest_is_billed_as_waste(doses):
    # 75 kg: 750 mg from 200 and 500 mg vials: 4 x 200 = 800 mg, 50 wasted. 800 x 1.330 (asp Q1) = 1,064.00.
    rows, found = doses("leqembi", weight_kg=75)
    assert rows[:2] == [("2026-01-05", 800, 106_400), ("2026-01-19", 800, 106_400)]
    assert len(rows) == 27  # days 0 to 364
    first = found.notes[0]
    assert (first.waste_units, first.modifier) == (50, "JW")


def test_leqembi_may_go_to_every_four_weeks_after_eighteen_months(doses):
    # 39 doses two weeks apart end in week 76, 2027-06-21; then every 4 weeks.
    # 70 kg: 700 mg is one vial of 500 and one of 200: nothing wasted.
    rows, found = doses("leqembi", regimen="every-4-weeks-after-18-months", weight_kg=70, years=2)
    assert [on for on, _, _ in rows[38:41]] == ["2027-06-21", "2027-07-19", "2027-08-16"]
    assert found.notes[0].units == 700
    assert found.notes[0].modifier == "JZ"


def test_kisunla_climbs_to_1400_mg_in_four_doses(doses):
    # Units of 2 mg: 175, 350, 525, 700. x 4.166 (asp Q1): 729.05, 1,458.10, 2,187.15, 2,916.20; 700 x 4.14 (bb Q2).
    rows, _ = doses("kisunla")
    assert rows[:5] == [
        ("2026-01-05", 175, 72_905),
        ("2026-02-02", 350, 145_810),
        ("2026-03-02", 525, 218_715),
        ("2026-03-30", 700, 291_620),
        ("2026-04-27", 700, 289_800),
    ]
    assert len(rows) == 14


def test_ultomiris_loads_by_weight_and_goes_on_every_eight_weeks(doses):
    # 70 kg: 2700 mg = 270 units, then 3300 mg = 330. x 224.804 (asp Q1) = 60,697.08 and 74,185.32,
    # x 223.68 (bb Q2) = 73,814.40, x 226.92 (bb Q3) = 74,883.60, x 226.454 (asp Q4) = 74,729.82.
    rows, _ = doses("ultomiris", weight_kg=70)
    assert rows == [
        ("2026-01-05", 270, 6_069_708),
        ("2026-01-19", 330, 7_418_532),
        ("2026-03-16", 330, 7_418_532),
        ("2026-05-11", 330, 7_381_440),
        ("2026-07-06", 330, 7_488_360),
        ("2026-08-31", 330, 7_488_360),
        ("2026-10-26", 330, 7_472_982),
        ("2026-12-21", 330, 7_472_982),
    ]


@pytest.mark.parametrize(
    ("weight", "units", "next_on"),
    [
        (7, [60, 30, 30], "2026-02-16"),
        (15, [60, 60, 60], "2026-02-16"),
        (20, [90, 210, 210], "2026-03-16"),
        (35, [120, 270, 270], "2026-03-16"),
        (59, [240, 300, 300], "2026-03-16"),
        (100, [300, 360, 360], "2026-03-16"),
    ],
)
def test_ultomiris_below_20_kg_comes_every_four_weeks(doses, weight, units, next_on):
    # Units of 10 mg, all whole vials of 300 and 1100 mg. After 01-19: 4 weeks 02-16, 8 weeks 03-16.
    rows, _ = doses("ultomiris", weight_kg=weight)
    assert [n for _, n, _ in rows[:3]] == units
    assert rows[2][0] == next_on


def test_ultomiris_has_no_dose_below_five_kilograms(refused):
    [(path, _)] = refused(drug="ultomiris", weight_kg=4, **OFFICE)
    assert path == "$.regimen"


def test_soliris_loads_weekly_and_goes_on_every_two_weeks(doses):
    # 900 mg = 450 units of 2 mg x 45.028 (asp Q1) = 20,262.60; 1200 mg = 600 x 45.028 = 27,016.80.
    rows, _ = doses("soliris")
    assert rows[:6] == [
        ("2026-01-05", 450, 2_026_260),
        ("2026-01-12", 450, 2_026_260),
        ("2026-01-19", 450, 2_026_260),
        ("2026-01-26", 450, 2_026_260),
        ("2026-02-02", 600, 2_701_680),
        ("2026-02-16", 600, 2_701_680),
    ]
    # PNH: 600 mg = 300 x 45.028 = 13,508.40, then 900 mg.
    pnh, _ = doses("soliris", regimen="pnh")
    assert [(n, allowed) for _, n, allowed in pnh[3:6]] == [
        (300, 1_350_840),
        (450, 2_026_260),
        (450, 2_026_260),
    ]


def test_soliris_is_j1300_on_the_last_of_march_2025_and_j1299_the_day_after(doses):
    # 900 mg: 90 units of 10 mg x 224.159 (asp 2025Q1) = 20,174.31; 450 units of 2 mg x 44.81 (bb 2025Q2) = 20,164.50.
    typed = {"allowed": {"administration": 10_000}}
    rows, found = doses("soliris", first_dose_on="2025-03-31", **typed)
    assert rows[:2] == [("2025-03-31", 90, 2_017_431), ("2025-04-07", 450, 2_016_450)]
    assert [note.code for note in found.notes if note.kind == "drug"][:2] == ["J1300", "J1299"]
    rows, found = doses("soliris", first_dose_on="2025-04-01", **typed)
    assert rows[0] == ("2025-04-01", 450, 2_016_450)
    assert found.notes[0].code == "J1299"


def test_vyvgart_repeats_its_cycle_by_the_weeks_that_were_told(doses):
    # 70 kg: 700 mg from two vials of 400 = 400 units of 2 mg, 50 wasted. x 32.223 (asp Q1) = 12,889.20.
    rows, found = doses("vyvgart", weight_kg=70, cycle_weeks=8)
    assert rows[:5] == [
        (on, 400, 1_288_920) for on in ("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-03-02")
    ]
    assert found.notes[0].waste_units == 50
    # Cycles from day 0, 56, 112, ... 336: seven of four, the last one until day 357.
    assert len(rows) == 28


def test_vyvgart_from_120_kg_is_1200_mg(doses):
    # Three vials of 400 mg: 600 units x 32.223 = 19,333.80.
    for weight in (120, 130):
        rows, _ = doses("vyvgart", regimen="one-cycle", weight_kg=weight)
        assert rows[0] == ("2026-01-05", 600, 1_933_380)


def test_one_cycle_of_vyvgart_says_that_it_is_only_one(doses):
    rows, found = doses("vyvgart", regimen="one-cycle", weight_kg=70)
    assert len(rows) == 4
    assert "Further cycles by need are not in this estimate." in texts(found.assumptions)


def test_vyvgart_without_a_cadence_asks_for_it(refused):
    [(path, message)] = refused(drug="vyvgart", weight_kg=70, **OFFICE)
    assert path == "$.cycle_weeks"
    assert "from the start of one to the start of the next" in message


def test_amvuttra_is_25_units_every_three_months(doses):
    # 25 x 5,009.558 (asp Q1) = 125,238.95, x 5,019.27 (bb Q2) = 125,481.75, x 5,012.599 (asp Q3) = 125,314.975
    # and x 5,008.939 (asp Q4) = 125,223.475, both rounded half up.
    rows, found = doses("amvuttra")
    assert rows == [
        ("2026-01-05", 25, 12_523_895),
        ("2026-04-05", 25, 12_548_175),
        ("2026-07-05", 25, 12_531_498),
        ("2026-10-05", 25, 12_522_348),
    ]
    # An injection under the skin: 96372, 15.36 in an office.
    assert {line["allowed"] for line in lines(found, "administration")} == {1_536}


def test_qalsody_loads_on_days_0_14_28_and_goes_on_every_28(doses):
    # 100 x 160.009 (asp Q1) = 16,000.90, x 160.01 (bb Q2) = 16,001.00, x 164.816 (bb Q3) = 16,481.60,
    # x 164.812 (asp Q4) = 16,481.20.
    rows, found = doses("qalsody")
    assert [on for on, _, _ in rows[:5]] == [
        "2026-01-05",
        "2026-01-19",
        "2026-02-02",
        "2026-03-02",
        "2026-03-30",
    ]
    amounts = [1_600_090] * 5 + [1_600_100] * 3 + [1_648_160] * 3 + [1_648_120] * 4
    assert [allowed for _, _, allowed in rows] == amounts
    # Into the spinal fluid: 96450, 160.99 in an office.
    assert found.notes[1].code == "96450"
    assert found.case["lines"][1]["allowed"] == 16_099


def test_qalsody_is_charged_19_941_percent_by_part_b_from_october_2026(doses):
    # The deductible is met by the first dose. 09-14: 19.476 % of 16,481.60 = 3,209.956 = 3,209.96 (32.10 a unit);
    # 10-12: 19.941 % of 16,481.20 = 3,286.516 = 3,286.52.
    _, found = doses("qalsody")
    by_date = {row.date: row for row in found.simulation.rows if row.kind == "drug"}
    assert by_date[date(2026, 9, 14)].patient == 320_996
    assert by_date[date(2026, 10, 12)].patient == 328_652
    assert by_date[date(2026, 10, 12)].rate == 19_941


def test_the_adjusted_percentage_begins_with_its_quarter(doses):
    # Deductible 283.00 first. 09-30: 19.476 % of 16,198.60 = 3,154.839; 10-01: 19.941 % of 16,198.20 = 3,230.083.
    for first, coinsurance in (("2026-09-30", 315_484), ("2026-10-01", 323_008)):
        _, found = doses("qalsody", first_dose_on=first)
        assert found.simulation.rows[0].coinsurance == coinsurance


def test_vyondys_had_a_price_in_2024(doses):
    # 30 kg: 900 mg = 90 units of 10 mg x 166.20 (bb 2024Q1) = 14,958.00. No vial size is known: no waste.
    # The last dose of the year, 2025-01-06, has no price in force.
    typed = {"allowed": {"administration": 10_000}, "first_dose_on": "2024-01-08"}
    rows, found = doses("vyondys-53", weight_kg=30, accept_stale=True, **typed)
    assert rows[:2] == [("2024-01-08", 90, 1_495_800), ("2024-01-15", 90, 1_495_800)]
    assert "Vial sizes of Vyondys 53 are not known" in texts(found.assumptions)
    assert found.notes[0].modifier == ""


def test_vyondys_without_a_price_in_2026_asks(refused, doses):
    [(path, message)] = refused(drug="vyondys-53", weight_kg=30, **OFFICE)
    assert path == "$.accept_stale"
    assert "J1429 ended on Dec 31, 2024" in message
    # 90 x 170.00 as the plan said = 15,300.00, weekly: days 0 to 364 are 53 doses.
    rows, _ = doses("vyondys-53", weight_kg=30, allowed={"drug_unit_price": "170.00"})
    assert rows[0] == ("2026-01-05", 90, 1_530_000)
    assert len(rows) == 53


def test_exondys_has_a_price_since_the_end_of_2025(doses, refused):
    # 30 kg: 90 units x 167.36 (bb 2026Q1) = 15,062.40.
    rows, _ = doses("exondys-51", weight_kg=30)
    assert rows[:2] == [("2026-01-05", 90, 1_506_240), ("2026-01-12", 90, 1_506_240)]
    [(path, message)] = refused(drug="exondys-51", weight_kg=30, first_dose_on="2025-09-29", **OFFICE)
    assert path == "$.allowed.drug_unit_price"
    assert "J1428" in message


def test_keytruda_every_three_or_every_six_weeks(doses):
    # 200 x 59.726 (asp Q1) = 11,945.20: 18 doses, days 0 to 357. 400 x 59.726 = 23,890.40: 9 doses, days 0 to 336.
    rows, _ = doses("keytruda")
    assert rows[:2] == [("2026-01-05", 200, 1_194_520), ("2026-01-26", 200, 1_194_520)]
    assert len(rows) == 18
    rows, _ = doses("keytruda", regimen="every-6-weeks")
    assert rows[:2] == [("2026-01-05", 400, 2_389_040), ("2026-02-16", 400, 2_389_040)]
    assert len(rows) == 9


def test_opdivo_every_two_or_every_four_weeks(doses):
    # 240 x 33.573 (asp Q1) = 8,057.52: 27 doses, days 0 to 364. 480 x 33.573 = 16,115.04: 14 doses.
    rows, _ = doses("opdivo")
    assert rows[:2] == [("2026-01-05", 240, 805_752), ("2026-01-19", 240, 805_752)]
    assert len(rows) == 27
    rows, _ = doses("opdivo", regimen="every-4-weeks")
    assert rows[:2] == [("2026-01-05", 480, 1_611_504), ("2026-02-02", 480, 1_611_504)]
    assert len(rows) == 14


def test_remicade_is_drawn_from_vials_of_100_mg(doses):
    # 75 kg: 375 mg from four vials = 40 units of 10 mg; 38 are given, 2 wasted. x 32.423 (asp Q1) = 1,296.92,
    # x 31.04 (bb Q2) = 1,241.60. For arthritis 225 mg from three vials: 30 x 32.423 = 972.69.
    rows, found = doses("remicade", weight_kg=75)
    assert rows[:4] == [
        ("2026-01-05", 40, 129_692),
        ("2026-01-19", 40, 129_692),
        ("2026-02-16", 40, 129_692),
        ("2026-04-13", 40, 124_160),
    ]
    assert found.notes[0].waste_units == 2
    rows, _ = doses("remicade", regimen="arthritis-3mg-kg", weight_kg=75)
    assert rows[0] == ("2026-01-05", 30, 97_269)


# --- Stelara: the infusion on the medical side, the injections on the pharmacy's ---

BOTH = plan("commercial-hdhp")
FILL = {"allowed": {"pharmacy": 2_500_000}}


@pytest.mark.parametrize(("weight", "units"), [(55, 260), (55.01, 390), (85, 390), (86, 520)])
def test_stelara_is_infused_once_by_weight(doses, weight, units):
    # 390 mg is three vials of 130: 390 x 12.490 (asp Q1) = 4,871.10.
    rows, _ = doses("stelara", regimen="induction-only", weight_kg=str(weight))
    assert [(on, n) for on, n, _ in rows] == [("2026-01-05", units)]
    if units == 390:
        assert rows[0][2] == 487_110


def test_stelara_goes_on_with_fills_of_the_pharmacy_that_nobody_administers(doses):
    # Every 8 weeks after the infusion: 03-02, 04-27, 06-22, 08-17, 10-12, 12-07, at the 25,000.00 that were typed.
    rows, found = doses("stelara", weight_kg=70, coverage=BOTH, **FILL)
    assert [on for on, _, _ in rows] == ["2026-01-05"]
    fills = lines(found, "pharmacy")
    assert [(line["date"], line["allowed"]) for line in fills] == [
        (on, 2_500_000)
        for on in ("2026-03-02", "2026-04-27", "2026-06-22", "2026-08-17", "2026-10-12", "2026-12-07")
    ]
    assert len(lines(found, "administration")) == 1
    assert found.notes[-1].basis == "typed"
    assert found.notes[-1].modifier == ""


def test_a_patient_on_stelara_has_fills_alone(ask):
    found = ask(
        drug="stelara", first_dose_on=..., previous_dose_on="2026-01-05", coverage=BOTH, **{**OFFICE, **FILL}
    )
    assert {line["kind"] for line in found.case["lines"]} == {"pharmacy"}
    assert found.case["lines"][0]["date"] == "2026-03-02"


def test_stelara_without_a_price_of_the_injection_asks_for_it(refused):
    [(path, message)] = refused(drug="stelara", weight_kg=70, coverage=BOTH, **OFFICE)
    assert path == "$.allowed.pharmacy"
    assert "type the allowed amount" in message


def test_stelara_without_a_pharmacy_plan_asks_for_one(refused):
    [(path, message)] = refused(drug="stelara", weight_kg=70, **OFFICE, **FILL)
    assert path == "$.coverage.pharmacy"
    assert "taken at home" in message


# --- what is asked, and what is said ---

BY_WEIGHT = ("leqembi", "ultomiris", "vyvgart", "vyondys-53", "exondys-51", "stelara", "remicade")


@pytest.mark.parametrize("drug", BY_WEIGHT)
def test_a_dose_by_weight_asks_for_the_weight(refused, drug):
    [(path, _)] = refused(drug=drug, **OFFICE)
    assert path == "$.weight_kg"


def test_the_codes_of_an_infusion_are_the_payers_choice_and_its_later_hours_are_left_out(doses):
    _, found = doses("entyvio")
    said = texts(found.assumptions)
    assert "Which procedure code is billed is the payer's choice: 96365 here, else 96413." in said
    assert "Further hours (96366) are not included." in said


def test_an_infusion_cannot_be_billed_in_a_surgical_center(refused):
    [(path, _)] = refused(drug="entyvio", site_of_care="asc")
    assert path == "$.site_of_care"


def test_qalsody_in_a_surgical_center_is_billed_as_a_lumbar_injection(ask):
    found = ask(drug="qalsody", site_of_care="asc", years=1)
    assert lines(found, "administration")[0]["allowed"] == 38_746  # 62323 in the surgical center file of 2026
    assert found.notes[1].code == "62323"


def test_an_injection_in_a_hospital_asks_for_the_hospitals_amount(refused):
    # No hospital amount of 96372 was found.
    [(path, _)] = refused(drug="amvuttra", years=1)
    assert path == "$.allowed.administration"
