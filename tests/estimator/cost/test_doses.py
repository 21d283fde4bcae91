"""From a regimen to dated doses, from doses to vials, units and pharmacy fills: worked by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cost.doses import (
    Band,
    Interval,
    MissingAnswer,
    NoDose,
    Package,
    Patient,
    Phase,
    billing_units,
    fills,
    schedule,
    whole_vials,
)
from estimator.cost.years import add_months

MG_12 = (Band(mg=Decimal(12)),)
LOADING = Phase(name="loading", kind="loading", bands=MG_12, offsets=(0, 14, 28, 58))
MAINTENANCE = Phase(name="maintenance", kind="maintenance", bands=MG_12, every=Interval(4, "months"))
SPINRAZA = (LOADING, MAINTENANCE)
NOBODY = Patient()


def days(*texts):
    return [date.fromisoformat(text) for text in texts]


def dates(doses):
    return [dose.date for dose in doses]


# --- dates ---


def test_loading_then_maintenance_from_the_last_loading_dose():
    doses = schedule(SPINRAZA, NOBODY, 1, first=date(2026, 1, 5))
    assert dates(doses) == days(
        "2026-01-05", "2026-01-19", "2026-02-02", "2026-03-04", "2026-07-04", "2026-11-04"
    )
    assert [(dose.phase, dose.number) for dose in doses[3:5]] == [("loading", 4), ("maintenance", 1)]
    assert {dose.mg for dose in doses} == {Decimal(12)}


def test_six_doses_in_treatment_year_1_then_three_a_year():
    doses = dates(schedule(SPINRAZA, NOBODY, 3, first=date(2026, 1, 5)))
    assert [sum(on.year == year for on in doses) for year in (2026, 2027, 2028)] == [6, 3, 3]


def test_the_horizon_s_last_day_is_not_in_it():
    # A yearly drug: the second dose falls on the first day after the year.
    yearly = Phase(name="yearly", kind="maintenance", bands=MG_12, every=Interval(12, "months"))
    assert len(schedule((yearly,), NOBODY, 1, first=date(2026, 3, 1))) == 1
    assert len(schedule((yearly,), NOBODY, 2, first=date(2026, 3, 1))) == 2


def test_months_are_counted_from_one_base_and_do_not_drift():
    monthly = Phase(name="monthly", kind="maintenance", bands=MG_12, every=Interval(1, "months"))
    doses = dates(schedule((monthly,), NOBODY, 1, first=date(2026, 1, 31)))
    assert doses[:4] == days("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30")


@pytest.mark.parametrize(("number", "unit", "step"), [(10, "days", 10), (2, "weeks", 14)])
def test_days_and_weeks(number, unit, step):
    phase = Phase(name="maintenance", kind="maintenance", bands=MG_12, every=Interval(number, unit))
    first, second, *_ = dates(schedule((phase,), NOBODY, 1, first=date(2026, 1, 1)))
    assert (second - first).days == step


def test_a_phase_of_so_many_doses():
    # Three doses four weeks apart, then every eight weeks from the third: days 0, 28, 56, 112.
    loading = Phase(name="loading", kind="loading", bands=MG_12, every=Interval(4, "weeks"), count=3)
    later = Phase(name="maintenance", kind="maintenance", bands=MG_12, every=Interval(8, "weeks"))
    doses = dates(schedule((loading, later), NOBODY, 1, first=date(2026, 1, 1)))
    assert [(on - doses[0]).days for on in doses[:4]] == [0, 28, 56, 112]


def test_a_patient_on_treatment_gets_maintenance_alone_from_the_previous_dose():
    doses = schedule(SPINRAZA, NOBODY, 1, previous=date(2025, 12, 31))
    assert dates(doses) == days("2026-04-30", "2026-08-31", "2026-12-31")
    assert {dose.kind for dose in doses} == {"maintenance"}


def test_the_horizon_of_a_patient_on_treatment_runs_from_the_first_dose_to_come():
    doses = dates(schedule(SPINRAZA, NOBODY, 1, previous=date(2026, 1, 1)))
    assert doses[0] == date(2026, 5, 1)
    assert doses[-1] < date(2027, 5, 1)
    assert len(doses) == 3


def test_a_switch_comes_first_in_place_of_the_next_dose():
    # 12 mg to 50/28 mg: one 50 mg, four months after the last 12 mg, then 28 mg every four months.
    switch = Phase(
        name="switch",
        kind="loading",
        bands=(Band(mg=Decimal(50)),),
        every=Interval(4, "months"),
        count=1,
        on_switch=True,
    )
    later = Phase(
        name="maintenance", kind="maintenance", bands=(Band(mg=Decimal(28)),), every=Interval(4, "months")
    )
    doses = schedule((switch, later), NOBODY, 1, previous=date(2026, 1, 15))
    assert [(dose.date.isoformat(), dose.mg) for dose in doses] == [
        ("2026-05-15", 50),
        ("2026-09-15", 28),
        ("2027-01-15", 28),
    ]


def test_a_switch_is_not_for_a_new_patient():
    switch = Phase(name="switch", kind="loading", bands=MG_12, offsets=(0,), on_switch=True)
    assert {dose.phase for dose in schedule((*SPINRAZA, switch), NOBODY, 1, first=date(2026, 1, 5))} == {
        "loading",
        "maintenance",
    }


def test_a_treatment_given_once():
    once = Phase(name="infusion", kind="one-time", bands=(Band(),), offsets=(0,))
    [dose] = schedule((once,), NOBODY, 10, first=date(2026, 1, 5))
    assert (dose.date, dose.mg) == (date(2026, 1, 5), None)
    with pytest.raises(NoDose):
        schedule((once,), NOBODY, 1, previous=date(2026, 1, 5))


@given(st.dates(date(2015, 1, 1), date(2040, 12, 31)), st.integers(1, 10))
def test_doses_rise_and_stay_inside_the_horizon(first, years):
    doses = dates(schedule(SPINRAZA, NOBODY, years, first=first))
    assert doses == sorted(set(doses))
    assert doses[0] == first
    assert doses[-1] < add_months(first, 12 * years)
    assert len(doses) in (6 + 3 * (years - 1), 5 + 3 * (years - 1))


# --- doses by weight and age ---

BANDS = (
    Band(mg_per_kg=Decimal("0.15"), age_below_months=Decimal(2)),
    Band(mg_per_kg=Decimal("0.2"), age_from_months=Decimal(2), age_below_months=Decimal(24)),
    Band(mg_per_kg=Decimal("0.25"), age_from_months=Decimal(24), weight_below_kg=Decimal(20)),
    Band(mg=Decimal(5), age_from_months=Decimal(24), weight_from_kg=Decimal(20)),
)
DAILY = Phase(name="daily", kind="maintenance", bands=BANDS, every=Interval(1, "days"))


@pytest.mark.parametrize(
    ("weight", "age", "mg"),
    [
        ("4", 1, "0.60"),
        ("5", 2, "1.0"),
        ("10", 23, "2.0"),
        ("19.9", 24, "4.975"),
        ("20", 24, "5"),
        ("80", 600, "5"),
    ],
)
def test_a_band_includes_its_start_and_not_its_end(weight, age, mg):
    patient = Patient(Decimal(weight), Decimal(age), date(2026, 1, 1))
    assert schedule((DAILY,), patient, 1, first=date(2026, 1, 1))[0].mg == Decimal(mg)


def test_age_moves_with_the_date_and_weight_does_not():
    patient = Patient(Decimal(10), Decimal(23), date(2026, 1, 31))
    doses = {dose.date: dose.mg for dose in schedule((DAILY,), patient, 1, first=date(2026, 1, 31))}
    assert doses[date(2026, 2, 27)] == Decimal("2.0")
    assert doses[date(2026, 2, 28)] == Decimal("2.50")  # 24 months on the month's last day


def test_a_dose_per_kg_has_its_maximum():
    phase = Phase(name="x", kind="one-time", bands=(Band(mg_per_kg=Decimal(10), maximum_mg=Decimal(300)),))
    for weight, mg in ((29, 290), (30, 300), (31, 300)):
        assert schedule((phase,), Patient(Decimal(weight)), 1, first=date(2026, 1, 1))[0].mg == mg


@pytest.mark.parametrize(
    ("patient", "field"),
    [(Patient(age_months=Decimal(5)), "weight_kg"), (Patient(weight_kg=Decimal(5)), "age_months")],
)
def test_a_dose_that_depends_on_an_answer_asks_for_it(patient, field):
    with pytest.raises(MissingAnswer) as missing:
        schedule((DAILY,), patient, 1, first=date(2026, 1, 1))
    assert missing.value.field == field


def test_no_band_for_the_patient_is_said():
    phase = Phase(name="Loading", kind="loading", bands=(Band(mg=Decimal(1), age_from_months=Decimal(24)),))
    with pytest.raises(NoDose, match="no loading dose"):
        schedule((phase,), Patient(age_months=Decimal(23)), 1, first=date(2026, 1, 1))


# --- vials and units ---


@pytest.mark.parametrize(
    ("description", "mg", "sizes", "vials"),
    [
        ("a vial that fits", "12", ["12"], ["12"]),
        ("least waste before fewest vials: 30 = 20 + 10, not 50", "30", ["50", "20", "10"], ["20", "10"]),
        ("fewest vials among equal waste", "100", ["50", "100"], ["100"]),
        ("waste where nothing fits", "30", ["50"], ["50"]),
        ("40 of 25 and 30: 50 wastes 10, 55 wastes 15, 60 wastes 20", "40", ["25", "30"], ["25", "25"]),
        ("fractions of a mg", "0.75", ["0.5", "0.3"], ["0.5", "0.3"]),
        ("a dose that is no multiple", "12.01", ["12"], ["12", "12"]),
        ("two 28 and a 50 apart", "28", ["12", "28", "50"], ["28"]),
        ("nothing needs nothing", "0.0001", ["10"], ["10"]),
    ],
)
def test_whole_vials_with_least_waste(description, mg, sizes, vials):
    assert whole_vials(Decimal(mg), [Decimal(size) for size in sizes]) == tuple(map(Decimal, vials))


@given(st.integers(1, 120), st.sets(st.integers(1, 40), min_size=1, max_size=3))
def test_vials_hold_the_dose_and_no_other_set_wastes_less(mg, sizes):
    content = sum(whole_vials(Decimal(mg), [Decimal(size) for size in sizes]))
    reachable = {0}
    for total in range(1, mg + max(sizes) + 1):
        if any(total - size in reachable for size in sizes):
            reachable.add(total)
    assert content == min(total for total in reachable if total >= mg)


def test_no_vial_size_is_said():
    with pytest.raises(NoDose):
        whole_vials(Decimal(5), [])


@pytest.mark.parametrize(
    ("mg", "unit", "units"), [("12", "0.1", 120), ("12", "12", 1), ("12.05", "0.1", 121), ("1", "3", 1)]
)
def test_billing_units_are_whole(mg, unit, units):
    assert billing_units(Decimal(mg), Decimal(unit)) == units


# --- pharmacy fills ---

BOTTLE = Package(Decimal(60), discard_days=64)
FIVE_MG = Phase(name="daily", kind="daily", bands=(Band(mg=Decimal(5)),))


def test_bottles_at_a_fill_are_what_is_needed_by_its_end_less_those_before():
    # 5 mg a day: 150 mg a fill. ceil(150 / 60) = 3; ceil(300 / 60) - 3 = 2; ceil(450 / 60) - 5 = 3; then 2.
    months = fills(FIVE_MG, NOBODY, BOTTLE, 1, first=date(2026, 1, 1))
    assert [fill.packages for fill in months[:4]] == [3, 2, 3, 2]
    assert [fill.number for fill in months] == list(range(1, 14))  # day 360 is still inside the year
    assert {fill.mg_needed for fill in months} == {Decimal(150)}


def test_a_fill_every_30_days():
    first = date(2026, 1, 1)
    months = fills(FIVE_MG, NOBODY, BOTTLE, 1, first=first)
    assert [(fill.date - first).days for fill in months] == [30 * n for n in range(13)]


def test_tablets_30_a_bottle():
    months = fills(FIVE_MG, NOBODY, Package(Decimal(150)), 1, first=date(2026, 1, 1))
    assert {fill.packages for fill in months} == {1}


def test_a_bottle_is_thrown_away_at_its_discard_time():
    # 0.75 mg a day: 60 mg would last 80 days, the bottle keeps 64: opened on days 0, 64, 128, 192, in the
    # fills of days 0, 60, 120, 180. In between nothing is claimed.
    infant = Phase(name="daily", kind="daily", bands=(Band(mg=Decimal("0.75")),))
    first = date(2026, 1, 1)
    months = fills(infant, NOBODY, BOTTLE, 1, first=first)
    assert [(fill.date - first).days for fill in months[:4]] == [0, 60, 120, 180]
    assert {fill.packages for fill in months} == {1}


def test_fills_of_a_patient_on_treatment_go_on_30_days_after_the_previous_one():
    months = fills(FIVE_MG, NOBODY, BOTTLE, 1, previous=date(2026, 1, 1))
    assert months[0].date == date(2026, 1, 1) + timedelta(days=30)
