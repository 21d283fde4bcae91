"""A drug's regimens for its page: each phase with dose, units and vials, each treatment year added up."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from drugs.citations import Citations, Proof
from drugs.dosing import (
    Dose,
    Example,
    band_for,
    doses,
    examples,
    in_year,
    mg_of,
    package_for,
    packages_of,
    units_of,
)
from drugs.pricehistory import for_units, per_unit
from drugs.reference import Code, DoseBand, Drug, Interval, Phase, Price, Regimen
from drugs.words import age, dollars, listed, number, period, span, with_days

YEARS = 3


@dataclass(frozen=True)
class PhaseRow:
    phase: str
    who: str
    when: str
    dose: str
    units: str
    packages: str


@dataclass(frozen=True)
class YearRow:
    year: int
    doses: str
    units: str
    amount: str


@dataclass(frozen=True)
class WorkedExample:
    """`who` is empty where every patient has the same dose; `open_end` says why no year can be added up."""

    who: str
    years: tuple[YearRow, ...]
    open_end: str


@dataclass(frozen=True)
class ShownRegimen:
    slug: str
    name: str
    is_default: bool
    note: str
    rows: tuple[PhaseRow, ...]
    worked: tuple[WorkedExample, ...]
    price_words: str
    first: date
    proof: Proof
    other_proofs: tuple[tuple[str, Proof], ...]


def shown_regimens(
    drug: Drug, code: Code | None, price: Price | None, today: date, cited: Citations
) -> tuple[ShownRegimen, ...]:
    ordered = sorted(drug.regimens, key=lambda regimen: (not regimen.is_default, regimen.order))
    return tuple(_shown(drug, regimen, code, price, today, cited) for regimen in ordered)


def _shown(
    drug: Drug, regimen: Regimen, code: Code | None, price: Price | None, today: date, cited: Citations
) -> ShownRegimen:
    used = price if regimen.published_price else None
    proof = cited.cite(regimen.provenance, f"regimen {regimen.name}")
    others = [("Unit", cited.source(code.provenance.source))] if code else []
    others += [("Price", cited.source(used.provenance.source))] if used else []
    return ShownRegimen(
        slug=regimen.slug,
        name=regimen.name,
        is_default=regimen.is_default,
        note=with_days(regimen.note),
        rows=tuple(phase_row(drug, phase, band, code) for phase in regimen.phases for band in phase.bands),
        worked=tuple(_worked(regimen, who, code, used, today) for who in examples(regimen)),
        price_words=_price_words(regimen, code, used),
        first=today,
        proof=proof,
        other_proofs=tuple(others),
    )


def phase_row(drug: Drug, phase: Phase, band: DoseBand, code: Code | None) -> PhaseRow:
    return PhaseRow(
        phase=phase.name,
        who=who_words(band),
        when=when_words(phase, band.every or phase.every),
        dose=dose_words(band, phase),
        units=_units_words(band, phase, code),
        packages=_package_words(drug, band),
    )


def who_words(band: DoseBand) -> str:
    """`2 months to below 2 years`, `10 to below 20 kg`; empty where it is for everyone."""
    ages = span(_age(band.age_from_months), _age(band.age_below_months))
    weights = span(_kg(band.weight_from_kg), _kg(band.weight_below_kg), "kg")
    return ", ".join(words for words in (ages, weights) if words)


def when_words(phase: Phase, every: Interval | None) -> str:
    if phase.offsets:
        days = [str(offset) for offset in phase.offsets]
        return f"day{'s' if len(days) > 1 else ''} {listed(days)}"
    if every is None:
        return "by clinical need"
    often = every_words(every)
    if phase.count:
        return f"{often}, {phase.count} time{'s' if phase.count > 1 else ''}"
    return often


def every_words(every: Interval) -> str:
    one = every.unit.removesuffix("s")
    return f"every {one}" if every.number == 1 else f"every {every.number} {every.unit}"


def dose_words(band: DoseBand, phase: Phase) -> str:
    if band.mg is not None:
        return f"{number(band.mg)} mg"
    if band.mg_per_kg is None:
        return "one treatment" if phase.per_treatment else "not known"
    most = f", at most {number(band.maximum_mg)} mg" if band.maximum_mg else ""
    return f"{number(band.mg_per_kg)} mg/kg{most}"


def _units_words(band: DoseBand, phase: Phase, code: Code | None) -> str:
    if phase.benefit == "pharmacy":
        return "pharmacy benefit: no HCPCS units"
    if code is None:
        return "no HCPCS unit"
    if code.per_treatment:
        return "1 unit a treatment"
    if band.mg_per_kg is not None and code.unit_mg:
        a_kg = band.mg_per_kg / code.unit_mg
        return f"{_plain(a_kg)} unit{'' if a_kg == 1 else 's'} a kg"
    units = units_of(band.mg, phase, code)
    if units is None:
        return "another code"
    return f"{number(band.mg)} mg ÷ {number(code.unit_mg)} mg = {number(units)} units"


def _package_words(drug: Drug, band: DoseBand) -> str:
    package = package_for(drug, band)
    if package is None:
        return ""
    if band.mg is None:
        return package.form
    if band.mg < package.mg and "vial" not in package.form:
        return package.form
    opened, left = packages_of(band.mg, package)
    rest = f", {number(left)} mg left over" if left else ", nothing left over"
    return f"{opened} × {package.form}{rest}"


def _worked(
    regimen: Regimen, who: Example | None, code: Code | None, price: Price | None, today: date
) -> WorkedExample:
    given = doses(regimen, today, YEARS, who)
    words = who.words if who else ""
    if given is None:
        reason = (
            "The next cycle comes by clinical need, so no year can be added up without the clinic's plan."
        )
        if any(band_for(phase, who) is None for phase in regimen.phases):
            reason = "The label has no dose for this weight and age."
        return WorkedExample(words, (), reason)
    by_year = [(year, in_year(given, today, year)) for year in range(1, YEARS + 1)]
    return WorkedExample(words, tuple(_year(year, some, code, price) for year, some in by_year if some), "")


def _year(year: int, given: list[Dose], code: Code | None, price: Price | None) -> YearRow:
    billed = [units_of(dose.mg, dose.phase, code) for dose in given]
    known = [units for units in billed if units is not None]
    total = sum(known)
    return YearRow(
        year=year,
        doses=_sum_of_doses(given),
        units=_sum_of_units(known) if known else "no HCPCS units",
        amount=dollars(for_units(price, total)) if price and known else "",
    )


def _sum_of_doses(given: list[Dose]) -> str:
    """`6 doses of 12 mg`; `2 doses of 50 mg and 2 of 28 mg`."""
    counted = Counter(dose.mg for dose in given)
    if set(counted) == {None}:
        return f"{len(given)} treatment{'s' if len(given) > 1 else ''}"
    parts = [f"{times} of {_plain(mg)} mg" for mg, times in counted.items()]
    first = next(iter(counted.values()))
    return listed([parts[0].replace(" of", f" dose{'s' if first > 1 else ''} of", 1), *parts[1:]])


def _sum_of_units(known: list[int]) -> str:
    counted = Counter(known)
    terms = " + ".join(f"{times} × {number(units)}" for units, times in counted.items())
    return f"{terms} = {number(sum(known))} units"


def _price_words(regimen: Regimen, code: Code | None, price: Price | None) -> str:
    if not regimen.published_price:
        return "Nobody publishes a price for these doses. Ask for the allowed amount; the estimate asks too."
    if price is None:
        return "No price by the unit is known: the estimate asks for the allowed amount."
    when = period(price.effective_from, price.effective_to)
    each = per_unit(price) + (" a unit" if price.per_units == 1 else "")
    return f"Amounts at {each}, {when}, Medicare or list: not what a plan has agreed to pay."


def dose_examples(drug: Drug, code: Code | None) -> tuple[str, ...]:
    """The usual regimen's doses with their units, for the instant answer: `12 mg = 120 units`."""
    regimen = drug.regimen() or next(iter(drug.regimens), None)
    words: dict[str, None] = {}
    for who in examples(regimen) if regimen else ():
        for phase in regimen.phases:
            if band := band_for(phase, who):
                words[_dose_and_units(band, phase, who, code)] = None
    return tuple(words)


def _dose_and_units(band: DoseBand, phase: Phase, who: Example | None, code: Code | None) -> str:
    mg = mg_of(band, who)
    units = units_of(mg, phase, code)
    dose = dose_words(band, phase) if mg is None or not band.mg_per_kg else f"{_plain(mg)} mg"
    billed = f"{dose} = {number(units)} unit{'' if units == 1 else 's'}" if units is not None else dose
    if who is None:
        return billed
    rate = f"{number(band.mg_per_kg)} mg/kg, " if band.mg_per_kg else ""
    return f"{rate}{'at' if rate else 'At'} {who.words}: {billed}"


def _plain(value: Decimal | None) -> str:
    return "a treatment" if value is None else f"{value.normalize():,f}"


def _age(months: Decimal | None) -> str:
    return age(months) if months else ""


def _kg(weight: Decimal | None) -> str:
    return number(weight) if weight else ""
