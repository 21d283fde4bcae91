"""From a drug, a regimen and a place of care to dated, priced claim lines.

Each dose is an encounter: the drug line first, then the procedure. In a facility the procedure has two amounts,
the facility's (kind `administration`) and the clinician's (`professional`). A pharmacy fill has one line.
"""

from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from drugs import reference as drug_reference
from drugs.prices import OTHER_DRUG_BASES
from drugs.reference import AdministrationCode, Code, Drug, Drugs, Regimen

from .claimlines import BilledLine, LineNote, dose_label
from .cost import doses
from .cost.doses import Dose, MissingAnswer, NoDose
from .costphases import cost_phase
from .findings import Findings, refuse
from .procedures import ProcedureBiller
from .request import Allowed, Request
from .words import day


class Biller(ProcedureBiller):
    """Bills one treatment."""

    def __init__(self, findings: Findings, request: Request, drugs: Drugs, drug: Drug, regimen: Regimen):
        super().__init__(findings, request, drugs, drug)
        self.regimen = regimen
        self.phases = tuple(cost_phase(phase) for phase in regimen.phases)
        first = request.first_dose_on or request.previous_dose_on
        self.patient = doses.Patient(request.weight_kg, request.age_months, first, request.cycle_weeks)

    def lines(self) -> Iterator[BilledLine]:
        if not self.regimen.published_price and not self.has_typed_price:
            refuse(
                "$.allowed.drug_unit_price",
                "nobody publishes a price for the doses of this regimen: ask the plan or the billing office for the "
                "allowed amount, and type it",
            )
        try:
            yield from self.fill_lines() if self.drug.benefit == "pharmacy" else self.dose_lines()
        except MissingAnswer as missing:
            refuse(f"$.{missing.field}", f"{self.drug.name} needs this: {missing}")
        except NoDose as error:
            refuse("$.regimen", str(error))

    @property
    def has_typed_price(self) -> bool:
        typed = self.request.allowed
        return bool(typed.drug_by_phase) or (typed.drug_unit_price or typed.drug) is not None

    # --- medical benefit: doses ---

    def dose_lines(self) -> Iterator[BilledLine]:
        request = self.request
        schedule = doses.schedule(
            self.phases, self.patient, request.years, request.first_dose_on, request.previous_dose_on
        )
        given = any(dose.benefit != "pharmacy" for dose in schedule)
        code = self.administration_code() if given else None
        if given:
            self.remark_on_what_is_left_out(code)
        self.remark_on_doses(schedule)
        billed: dict[tuple, tuple[BilledLine, ...]] = {}
        for encounter, dose in enumerate(schedule):
            key = (dose.phase, dose.mg, dose.code, dose.presentation, dose.benefit, self.stretch(dose.date))
            if key not in billed:
                billed[key] = self.billed_like(key, encounter, dose, code)
            label = dose_label(dose)
            for line in billed[key]:
                yield BilledLine(
                    dose.date, line.kind, line.allowed, encounter, line.like, line.coinsurance, label
                )

    def billed_like(
        self, key: tuple, encounter: int, dose: Dose, code: AdministrationCode | None
    ) -> tuple[BilledLine, ...]:
        """The lines of one dose, standing for all that are billed like it, in other runs too."""
        request = self.request
        shared = (self.regimen.slug, request.site_of_care, code and code.code, request.allowed, request.as_of)
        is_typed = request.allowed != Allowed() or request.weight_kg is not None
        return self.findings.remembered(
            (self.drug.slug, *shared, request.accept_stale, *key),
            lambda found: tuple(self.under(found).lines_of(encounter, dose, code)),
            self.findings.memory if is_typed else self.findings.lasting,
        )

    def under(self, findings: Findings) -> "Biller":
        biller = copy(self)
        biller.findings = findings
        return biller

    def stretch(self, on: date) -> int:
        """Doses alike in the same stretch of days are billed alike: no code and no price changes within it."""
        return bisect_right(self.changes, on)

    @cached_property
    def changes(self) -> list[date]:
        """The days on which a code or a price of this drug begins, or has just ended."""
        return self.findings.remembered(
            ("changes", self.drug.slug),
            lambda _: days_of_change(self.drugs, self.drug),
            self.findings.lasting,
        )

    def lines_of(self, encounter: int, dose: Dose, code: AdministrationCode | None) -> Iterator[BilledLine]:
        if dose.benefit == "pharmacy":
            yield self.pharmacy_line(encounter, dose)
        else:
            yield self.drug_line(encounter, dose)
            yield from self.procedure_lines(encounter, dose, code)

    def remark_on_doses(self, schedule: tuple[Dose, ...]):
        request, findings = self.request, self.findings
        sizes = {dose.mg for dose in schedule if dose.benefit != "pharmacy"}
        if request.allowed.drug is not None and len(sizes) > 1:
            findings.warn(
                "The doses differ in size, and the typed amount per dose is used for each of them. Type the amount "
                "per billing unit instead, if that is how the plan pays."
            )
        if request.previous_dose_on and schedule and schedule[0].date < request.as_of:
            findings.warn(
                f"By the label the next dose was due on {schedule[0].date}, and this estimate begins there. If it "
                "was missed, ask the clinic when treatment goes on, and whether doses are added."
            )

    def drug_line(self, encounter: int, dose: Dose) -> BilledLine:
        billing = self.billing_code(dose)
        sizes = self.vial_sizes(dose)
        units, waste = self.units(dose, billing, sizes)
        note = LineNote(
            dose_label=dose_label(dose),
            dose_number=encounter + 1,
            phase=dose.phase,
            kind="drug",
            code=billing.code if billing else None,
            words=self.drug.name,
            units=units,
            unit_price=None,
            basis="typed",
            source_key=None,
            waste_units=waste,
            modifier="" if dose.mg is None or not sizes else "JW" if waste else "JZ",
        )
        return self.priced(encounter, dose.date, note, self.typed_for(dose), billing)

    def typed_for(self, dose: Dose) -> int | None:
        """What was typed for a dose of this size; where nobody publishes a price, no other may stand in for it."""
        allowed = self.request.allowed
        typed = allowed.drug_in(dose.phase)
        if typed is None and allowed.drug_unit_price is None and not self.regimen.published_price:
            refuse(
                f"$.allowed.drug_by_phase.{dose.phase}",
                "nobody publishes a price for the doses of this regimen: type the amount of a dose of this size too",
            )
        return typed

    def billing_code(self, dose: Dose) -> Code | None:
        if dose.code is not None:
            code = next((c for c in self.drug.codes if c.code == dose.code and c.in_force(dose.date)), None)
        else:
            code = self.drug.billing_code(dose.date)
        if code is None:
            if self.request.allowed.drug_in(dose.phase) is None:
                refuse(
                    "$.allowed.drug",
                    f"{self.drug.name} has no billing code of its own on {day(dose.date)}: type the amount per dose",
                )
            return None
        self.findings.cite(code.provenance, f"billing code {code.code}")
        return code

    def vial_sizes(self, dose: Dose) -> list[Decimal]:
        """Contents (mg) of the vials a dose can be drawn from: its own package where the band names one."""
        known = [p for p in self.drug.presentations if p.mg is not None]
        return [p.mg for p in known if dose.presentation in (None, p.form)]

    def units(self, dose: Dose, billing: Code | None, sizes: list[Decimal]) -> tuple[int, int]:
        """HCPCS units of the whole vials opened for a dose, and how many of them are waste."""
        if dose.mg is None or billing is None or billing.unit_mg is None:
            return 1, 0
        if not sizes:
            self.findings.assume(f"Vial sizes of {self.drug.name} are not known: no waste is counted.")
            return doses.billing_units(dose.mg, billing.unit_mg), 0
        content = sum(doses.whole_vials(dose.mg, sizes))
        units = doses.billing_units(content, billing.unit_mg)
        return units, units - doses.billing_units(dose.mg, billing.unit_mg)

    def pharmacy_line(self, encounter: int, dose: Dose) -> BilledLine:
        """A dose the pharmacy benefit pays and the patient takes at home: one fill, nobody administers it."""
        known = [p for p in self.drug.presentations if dose.presentation == p.form]
        package = known[0] if known else None
        fills = len(doses.whole_vials(dose.mg, [package.mg])) if package and package.mg else 1
        note = LineNote(
            dose_label=dose_label(dose),
            dose_number=encounter + 1,
            phase=dose.phase,
            kind="pharmacy",
            code=package.ndc11 or None if package else None,
            words=f"{self.drug.name} {package.form}" if package else self.drug.name,
            units=fills,
            unit_price=None,
            basis="typed",
            source_key=None,
        )
        if self.request.allowed.pharmacy is not None:
            return BilledLine(dose.date, note.kind, self.request.allowed.pharmacy, encounter, note)
        return self.published(encounter, dose.date, note, OTHER_DRUG_BASES, "$.allowed.pharmacy")

    # --- pharmacy benefit: fills ---

    def fill_lines(self) -> Iterator[BilledLine]:
        request = self.request
        phase = doses.phases_ahead(self.phases, request.previous_dose_on is not None)[-1]
        presentation = self.package(phase)
        package = doses.Package(presentation.mg, presentation.discard_days, presentation.form)
        fills = doses.fills(
            phase, self.patient, package, request.years, request.first_dose_on, request.previous_dose_on
        )
        for encounter, fill in enumerate(fills):
            note = LineNote(
                dose_label=f"Fill {fill.number}",
                dose_number=fill.number,
                phase=phase.name,
                kind="pharmacy",
                code=presentation.ndc11 or None,
                words=f"{self.drug.name} {presentation.form}",
                units=fill.packages,
                unit_price=None,
                basis="typed",
                source_key=None,
            )
            yield self.priced(encounter, fill.date, note, request.allowed.drug, None)

    def package(self, phase: doses.Phase) -> drug_reference.Presentation:
        """The package of the patient's band, or the drug's first one with a known content."""
        start = self.request.first_dose_on or self.request.previous_dose_on
        wanted = doses.band_for(phase, self.patient, start).presentation
        known = [p for p in self.drug.presentations if p.mg is not None and wanted in (None, p.form)]
        if not known:
            refuse("$.drug", f"no package size of {self.drug.name} is known")
        return known[0]


def days_of_change(drugs: Drugs, drug: Drug) -> list[date]:
    numbers = {code.code for code in (*drug.codes, *drug.administration_codes)}
    numbers |= {package.ndc11 for package in drug.presentations}
    dated = [*drug.codes, *(price for number in numbers for price in drugs.prices_of(number))]
    begin = {one.effective_from for one in dated if one.effective_from}
    return sorted(begin | {one.effective_to + timedelta(days=1) for one in dated if one.effective_to})
