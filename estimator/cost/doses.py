"""From a regimen to dated doses, from a dose to whole vials and billing units, from a daily drug to fills.

Doses are exact decimals in mg. Dates come from the label's schedule: day offsets from the first dose, or
intervals counted from the last dose of the phase before, always from that one base date so that they do not
drift (31 January + 1 month is the end of February, + 2 months is 31 March).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from math import gcd

from .years import add_months

FILL_DAYS = 30
"""A pharmacy fill every 30 days."""


class MissingAnswer(ValueError):
    """A dose depends on something nobody has told: `field` is weight_kg, age_months or cycle_weeks."""

    def __init__(self, field: str, reason: str):
        self.field = field
        super().__init__(reason)


class NoDose(ValueError):
    """The regimen has no dose for this patient, or no way to start as asked."""


@dataclass(frozen=True, slots=True)
class Interval:
    """N days, weeks or months."""

    number: int
    unit: str

    def after(self, start: date, times: int) -> date:
        if self.unit == "months":
            return add_months(start, self.number * times)
        days = self.number * (7 if self.unit == "weeks" else 1)
        return start + timedelta(days=days * times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The dose for an age and a weight (from inclusive, below exclusive): mg, or mg per kg up to a maximum.

    `every` replaces the phase's interval for patients of this band. Neither mg nor mg_per_kg: one treatment.
    """

    mg: Decimal | None = None
    mg_per_kg: Decimal | None = None
    maximum_mg: Decimal | None = None
    age_from_months: Decimal | None = None
    age_below_months: Decimal | None = None
    weight_from_kg: Decimal | None = None
    weight_below_kg: Decimal | None = None
    presentation: str | None = None
    every: Interval | None = None

    @property
    def needs_weight(self) -> bool:
        return any(v is not None for v in (self.mg_per_kg, self.weight_from_kg, self.weight_below_kg))

    @property
    def needs_age(self) -> bool:
        return self.age_from_months is not None or self.age_below_months is not None

    def holds(self, patient: "Patient", on: date) -> bool:
        return _within(self.age_from_months, patient.age_on(on), self.age_below_months) and _within(
            self.weight_from_kg, patient.weight_kg, self.weight_below_kg
        )

    def amount(self, patient: "Patient") -> Decimal | None:
        """mg of one dose; None where a dose is one whole treatment."""
        mg = self.mg if self.mg_per_kg is None else self.mg_per_kg * patient.weight_kg
        return mg if mg is None or self.maximum_mg is None else min(mg, self.maximum_mg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the schedule: day `offsets` from the first dose, or `every` interval, `count` times.

    Without `count` an interval runs to the horizon. A later phase with neither offsets nor interval repeats the
    phase before it as a cycle, by need: the patient's `cycle_weeks` say how often. `on_switch` phases come first,
    and only, for a patient who is on treatment already and switches to this regimen. `benefit` is set where it
    is not the drug's own.
    """

    name: str
    kind: str
    bands: tuple[Band, ...]
    offsets: tuple[int, ...] | None = None
    every: Interval | None = None
    count: int | None = None
    on_switch: bool = False
    code: str | None = None
    benefit: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """Age moves with the date (completed months since `age_as_of`); weight stays as given.

    `cycle_weeks` are the weeks from the start of one cycle to the start of the next, where cycles come by need.
    """

    weight_kg: Decimal | None = None
    age_months: Decimal | None = None
    age_as_of: date | None = None
    cycle_weeks: int | None = None

    def age_on(self, on: date) -> Decimal | None:
        if self.age_months is None or self.age_as_of is None:
            return self.age_months
        start = self.age_as_of
        months = (on.year - start.year) * 12 + on.month - start.month
        return self.age_months + months - (add_months(start, months) > on)


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose: `number` counts within its phase from 1. `mg` None is one whole treatment."""

    date: date
    phase: str
    kind: str
    number: int
    mg: Decimal | None
    code: str | None = None
    presentation: str | None = None
    benefit: str | None = None


def schedule(
    phases: Sequence[Phase],
    patient: Patient,
    years: int,
    first: date | None = None,
    previous: date | None = None,
) -> tuple[Dose, ...]:
    """The dated doses of `years` years from the first one.

    `first` is the date of the first dose of all. `previous` is the last dose of a patient already on
    treatment: then only switch and maintenance phases follow, counted from it.
    """
    doses: list[Dose] = []
    ends, of_phase = None, None
    for phase, on, number in _dates(phases, patient, first, previous):
        ends = ends or add_months(on, 12 * years)
        if on >= ends:
            break
        if phase is not of_phase or any(band.needs_age for band in phase.bands):
            band, of_phase = band_for(phase, patient, on), phase
        doses.append(_dose(phase, band, patient, on, number))
    return tuple(doses)


def _dose(phase: Phase, band: Band, patient: Patient, on: date, number: int) -> Dose:
    mg = band.amount(patient)
    return Dose(on, phase.name, phase.kind, number, mg, phase.code, band.presentation, phase.benefit)


def phases_ahead(phases: Sequence[Phase], on_treatment: bool) -> tuple[Phase, ...]:
    """The phases still to come: all but the switch for a new patient, the later ones for one on treatment."""
    switching = any(phase.on_switch for phase in phases)
    if on_treatment:
        return tuple(phase for phase in phases if phase.on_switch or phase.kind in ("maintenance", "daily"))
    loading = [
        phase for phase in phases if not phase.on_switch and phase.kind not in ("maintenance", "daily")
    ]
    # A regimen that only exists as a switch begins with its switch dose.
    return tuple(phase for phase in phases if not phase.on_switch or (switching and not loading))


def band_for(phase: Phase, patient: Patient, on: date) -> Band:
    """The one band that holds for the patient on a date."""
    if patient.weight_kg is None and any(band.needs_weight for band in phase.bands):
        raise MissingAnswer("weight_kg", "the dose depends on the patient's weight")
    if patient.age_months is None and any(band.needs_age for band in phase.bands):
        raise MissingAnswer("age_months", "the dose depends on the patient's age")
    for band in phase.bands:
        if band.holds(patient, on):
            return band
    raise NoDose(f"the label has no {phase.name.lower()} dose for this age and weight")


def _dates(phases, patient: Patient, first: date | None, previous: date | None):
    """(phase, date, number in the phase) in order, without end where a phase has none."""
    ahead = phases_ahead(phases, on_treatment=previous is not None)
    if not ahead:
        raise NoDose("this treatment is given once: nothing follows a previous dose")
    base = previous
    for phase in ahead:
        cycle = phases[phases.index(phase) - 1].offsets
        for number, on in enumerate(_dates_of(phase, patient, first, base, cycle), start=1):
            yield phase, on, number
            last = on
        base = last


def _dates_of(
    phase: Phase, patient: Patient, first: date | None, base: date | None, cycle: tuple[int, ...] | None
) -> Iterator[date]:
    if base is None:
        base = first
        offsets = phase.offsets or (0,)
        yield from (first + timedelta(days=day) for day in offsets)
        if phase.offsets or phase.every is None:
            return
        started = 1
    elif phase.offsets is not None:
        yield from (_offset_from(phase, first, base, day) for day in phase.offsets)
        return
    else:
        started = 0
    interval = band_for(phase, patient, base).every or phase.every
    if interval is None:
        yield from _cycles(patient, base, cycle or (0,))
        return
    step = 0
    while phase.count is None or step + started < phase.count:
        step += 1
        yield interval.after(base, step)


def _cycles(patient: Patient, base: date, cycle: tuple[int, ...]) -> Iterator[date]:
    """Further cycles after the one whose last dose was on `base`, each on the same days as the one before."""
    if patient.cycle_weeks is None:
        raise MissingAnswer(
            "cycle_weeks",
            "further cycles come by need: the weeks from the start of one to the start of the next",
        )
    every = timedelta(weeks=patient.cycle_weeks)
    if every <= timedelta(days=cycle[-1]):
        raise MissingAnswer("cycle_weeks", f"a cycle lasts until day {cycle[-1]}: the next begins after it")
    start = base - timedelta(days=cycle[-1])
    while True:
        start += every
        yield from (start + timedelta(days=day) for day in cycle)


def _offset_from(phase: Phase, first: date | None, base: date, day: int) -> date:
    """Offsets are days from the first dose; for a patient on treatment, days from the previous one."""
    return (first or base) + timedelta(days=day)


def _within(start: Decimal | None, value: Decimal | None, below: Decimal | None) -> bool:
    return (start is None or value >= start) and (below is None or value < below)


# --- vials and billing units ---


def whole_vials(mg: Decimal, sizes: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The vials to open for a dose of `mg`: least waste, then fewest vials. Largest first."""
    if not sizes:
        raise NoDose("no vial size is known")
    step = _common_measure(sizes)
    steps = sorted({int(size / step) for size in sizes}, reverse=True)
    need = int((mg / step).to_integral_value(rounding=ROUND_CEILING))
    fewest: dict[int, tuple[int, ...]] = {0: ()}
    for content in range(1, need + steps[-1] + 1):
        options = [fewest[content - vial] + (vial,) for vial in steps if content - vial in fewest]
        if options:
            fewest[content] = min(options, key=len)
            if content >= need:
                return tuple(vial * step for vial in sorted(fewest[content], reverse=True))
    raise NoDose(f"no vials hold {mg} mg")


def _common_measure(sizes: Sequence[Decimal]) -> Decimal:
    """The largest amount of which every vial holds a whole number."""
    scale = Decimal(10) ** max(0, *(-Decimal(size).normalize().as_tuple().exponent for size in sizes))
    return Decimal(gcd(*(int(size * scale) for size in sizes))) / scale


def billing_units(mg: Decimal, unit_mg: Decimal) -> int:
    """HCPCS units of a content in mg, rounded up to a whole unit: 12 mg of 0.1 mg is 120."""
    return int((mg / unit_mg).to_integral_value(rounding=ROUND_CEILING))


# --- pharmacy fills ---


@dataclass(frozen=True, slots=True)
class Package:
    """A bottle or box: mg in it, and how many days it keeps once opened."""

    mg: Decimal
    discard_days: int | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """A pharmacy fill of whole packages, for the 30 days from its date."""

    date: date
    number: int
    packages: int
    mg_needed: Decimal


def fills(
    phase: Phase,
    patient: Patient,
    package: Package,
    years: int,
    first: date | None = None,
    previous: date | None = None,
) -> tuple[Fill, ...]:
    """A fill every 30 days while the horizon lasts: the packages opened by its end, less those before.

    Needed by day: the band of that day's age. A package is thrown away `discard_days` after it was opened.
    A month that lives on what was filled before has no fill, because nothing is claimed.
    """
    start = first or previous + timedelta(days=FILL_DAYS)
    days = (add_months(start, 12 * years) - start).days
    taken = tuple(_daily_doses(phase, patient, start, days + -days % FILL_DAYS))
    return tuple(
        Fill(start + timedelta(days=day), number, packages, needed)
        for number, (day, packages, needed) in enumerate(_opened(taken, package, days), start=1)
    )


def _daily_doses(phase: Phase, patient: Patient, start: date, days: int) -> Iterator[tuple[int, Decimal]]:
    """(day from the start, mg a day from then on): the dose changes only with a completed month of age."""
    before = None
    for day in _days_of_age(patient, start, days):
        dose = band_for(phase, patient, start + timedelta(days=day)).amount(patient)
        if dose != before:
            yield day, dose
        before = dose


def _days_of_age(patient: Patient, start: date, days: int) -> Iterator[int]:
    """The first day, and each day on which the patient is a month older."""
    yield 0
    if patient.age_months is None or patient.age_as_of is None:
        return
    months = (start.year - patient.age_as_of.year) * 12 + start.month - patient.age_as_of.month
    while (day := (add_months(patient.age_as_of, months) - start).days) < days:
        if day > 0:
            yield day
        months += 1


@lru_cache(maxsize=256)
def _opened(
    taken: tuple[tuple[int, Decimal], ...], package: Package, days: int
) -> tuple[tuple[int, int, Decimal], ...]:
    """(day, packages, mg needed) of each fill, for what is `taken` daily in `days` days."""
    opened, left, since, dose = 0, Decimal(0), 0, Decimal(0)
    changes, result = dict(taken), []
    for fill in range(0, days, FILL_DAYS):
        before, needed = opened, Decimal(0)
        for day in range(fill, fill + FILL_DAYS):
            dose = changes.get(day, dose)
            needed += dose
            if package.discard_days is not None and day - since >= package.discard_days:
                left = Decimal(0)
            while left < dose:
                opened, left, since = opened + 1, left + package.mg, day
            left -= dose
        if opened > before:
            result.append((fill, opened - before, needed))
    return tuple(result)
