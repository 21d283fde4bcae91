"""A regimen worked out for a reference page: doses by treatment year, billing units, vials. No plan, no claim.

Doses are mg, units whole billing units rounded up. `offsets` are days from the first dose; `every` counts from
the dose before. The estimate has its own arithmetic for a patient's dates and packages; this is the label's.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from drugs.reference import Code, DoseBand, Drug, Interval, Phase, Presentation, Regimen

MOST_DOSES = 5000


@dataclass(frozen=True)
class Example:
    """The patient of a worked example, where the dose depends on weight or age."""

    kg: Decimal
    months: Decimal

    @property
    def words(self) -> str:
        return f"{self.kg} kg"


ADULT = Example(Decimal(70), Decimal(480))
CHILD = Example(Decimal(15), Decimal(36))


@dataclass(frozen=True)
class Dose:
    """`mg` None: a whole treatment."""

    on: date
    phase: Phase
    mg: Decimal | None


def examples(regimen: Regimen) -> tuple[Example | None, ...]:
    """Nobody where every dose is the same; an adult; a child too where the label has bands for children."""
    bands = [band for phase in regimen.phases for band in phase.bands]
    if not any(_depends(band) for band in bands):
        return (None,)
    young = any((band.weight_below_kg or 99) <= 40 or (band.age_below_months or 999) <= 24 for band in bands)
    return (ADULT, CHILD) if young else (ADULT,)


def doses(regimen: Regimen, first: date, years: int, who: Example | None) -> list[Dose] | None:
    """Every dose of the first years; None where the regimen does not say when (cycles by clinical need)."""
    end = add_months(first, 12 * years)
    given: list[Dose] = []
    for phase in regimen.phases:
        band = band_for(phase, who)
        if band is None:
            return None
        days = _days(phase, band.every or phase.every, first, given[-1].on if given else None, end)
        if days is None:
            return None
        given += [Dose(on, phase, mg_of(band, who)) for on in days]
    return given


def _days(
    phase: Phase, every: Interval | None, first: date, last: date | None, end: date
) -> list[date] | None:
    if phase.offsets is not None:
        return [first + timedelta(days=offset) for offset in phase.offsets]
    if every is None:
        return None
    return list(_repeated(every, first, last, end, phase.count))


def _repeated(
    every: Interval, first: date, last: date | None, end: date, count: int | None
) -> Iterator[date]:
    """Dates from the last dose on, or from the first day where there was none before."""
    for turn in range(min(count or MOST_DOSES, MOST_DOSES)):
        on = later(last, every, turn + 1) if last else later(first, every, turn)
        if on >= end and count is None:
            return
        yield on


def later(start: date, every: Interval, times: int) -> date:
    number = every.number * times
    if every.unit == "months":
        return add_months(start, number)
    return start + timedelta(days=number * (7 if every.unit == "weeks" else 1))


def add_months(start: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def band_for(phase: Phase, who: Example | None) -> DoseBand | None:
    held = (b for b in phase.bands if b.holds(who and who.kg, who and who.months))
    return next(held, None)


def mg_of(band: DoseBand, who: Example | None) -> Decimal | None:
    if band.mg_per_kg is None or who is None:
        return band.mg
    mg = band.mg_per_kg * who.kg
    return min(mg, band.maximum_mg) if band.maximum_mg else mg


def units_of(mg: Decimal | None, phase: Phase, code: Code | None) -> int | None:
    """Billing units of one dose; None where the code does not bill this phase, or no unit is known."""
    if code is None or phase.benefit == "pharmacy" or (phase.code and phase.code != code.code):
        return None
    if code.per_treatment:
        return 1
    if mg is None or not code.unit_mg:
        return None
    return int((mg / code.unit_mg).to_integral_value(ROUND_CEILING))


def package_for(drug: Drug, band: DoseBand) -> Presentation | None:
    """The package a band names; else the drug's only one; else it depends on the clinic's choice."""
    sized = [p for p in drug.presentations if p.mg]
    if band.presentation:
        return next((p for p in sized if p.form == band.presentation), None)
    return sized[0] if len(sized) == 1 else None


def packages_of(mg: Decimal, package: Presentation) -> tuple[int, Decimal]:
    """(packages opened for a dose, mg left over)."""
    opened = int((mg / package.mg).to_integral_value(ROUND_CEILING))
    return opened, opened * package.mg - mg


def in_year(given: list[Dose], first: date, year: int) -> list[Dose]:
    """The doses of treatment year 1, 2, ...: 12 months from the first dose each."""
    start, end = add_months(first, 12 * (year - 1)), add_months(first, 12 * year)
    return [dose for dose in given if start <= dose.on < end]


def _depends(band: DoseBand) -> bool:
    bounds = (band.weight_from_kg, band.weight_below_kg, band.age_from_months, band.age_below_months)
    return band.mg_per_kg is not None or any(bound is not None for bound in bounds)
