"""Cycles that are repeated by need: the phase before again, every so many weeks, or a question."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from estimator.cost.doses import Band, MissingAnswer, Patient, Phase, schedule

TEN_PER_KG = (Band(mg_per_kg=Decimal(10)),)
FIRST = Phase(name="first cycle", kind="loading", bands=TEN_PER_KG, offsets=(0, 7, 14, 21))
FURTHER = Phase(name="further cycles", kind="maintenance", bands=TEN_PER_KG)
START = date(2026, 1, 5)


def days_of(doses, since=START):
    return [(dose.date - since).days for dose in doses]


def patient(cycle_weeks):
    return Patient(weight_kg=Decimal(70), cycle_weeks=cycle_weeks)


def test_each_further_cycle_keeps_the_days_of_the_first():
    doses = schedule((FIRST, FURTHER), patient(26), 1, first=START)
    # Day 182 is 26 weeks after day 0; day 364 is 52 weeks, still inside the year of 365 days.
    assert days_of(doses) == [0, 7, 14, 21, 182, 189, 196, 203, 364]
    assert [dose.phase for dose in doses[3:5]] == ["first cycle", "further cycles"]
    assert {dose.mg for dose in doses} == {Decimal(700)}


def test_a_previous_dose_is_the_last_of_its_cycle():
    previous = START + timedelta(days=21)
    doses = schedule((FIRST, FURTHER), patient(8), 1, previous=previous)
    assert days_of(doses)[:5] == [56, 63, 70, 77, 112]


@pytest.mark.parametrize("cycle_weeks", [None, 1, 3])
def test_without_a_cadence_or_with_one_inside_the_cycle_the_weeks_are_asked_for(cycle_weeks):
    with pytest.raises(MissingAnswer) as asked:
        schedule((FIRST, FURTHER), patient(cycle_weeks), 1, first=START)
    assert asked.value.field == "cycle_weeks"


def test_a_phase_paid_by_the_pharmacy_says_so_at_each_dose():
    at_home = Phase(
        name="at home", kind="maintenance", bands=TEN_PER_KG, offsets=(56,), benefit="pharmacy", code=None
    )
    doses = schedule((FIRST, at_home), patient(None), 1, first=START)
    assert [dose.benefit for dose in doses] == [None] * 4 + ["pharmacy"]
