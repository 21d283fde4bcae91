"""Giving the drug: which procedure code is billed at this place, its amounts, and what is left out."""

from collections.abc import Iterator
from dataclasses import replace

from drugs.reference import AdministrationCode

from .claimlines import BASIS_WORDS, BilledLine, LineNote, dose_label
from .cost.doses import Dose
from .cost.money import allowed_amount
from .findings import refuse
from .pricing import HOSPITAL_SITES, Pricer
from .words import day

FACILITY_BASES = {**dict.fromkeys(HOSPITAL_SITES, "opps"), "asc": "asc"}
FURTHER_HOURS = {"96365": "96366", "96413": "96415"}
"""The code of each further hour by the code of an infusion's first hour."""


class ProcedureBiller(Pricer):
    """Bills the procedure of each dose. In a facility it has two amounts: the facility's and the clinician's."""

    def administration_code(self) -> AdministrationCode | None:
        """The code asked for, checked; else the usual one that can be billed at this place."""
        request, known = self.request, self.drug.administration_codes
        if request.administration_code is None:
            usable = [c for c in known if c.use != "never" and self.billable_here(c)]
            usable.sort(key=lambda c: (c.use != "usual", c.order))
            if not usable and any(c.use != "never" for c in known):
                refuse(
                    "$.site_of_care",
                    f"{self.drug.name} cannot be given at this place: no procedure is billable",
                )
            self.remark_on_payers_choice(usable)
            return usable[0] if usable else None
        code = next((c for c in known if c.code == request.administration_code), None)
        if code is None:
            offered = ", ".join(c.code for c in known if c.use != "never") or "none"
            refuse("$.administration_code", f"codes known for {self.drug.name}: {offered}")
        if code.use == "never":
            refuse("$.administration_code", f"{code.code} is never billed for {self.drug.name}: {code.note}")
        if not self.billable_here(code):
            others = ", ".join(c.code for c in known if c.use != "never" and self.billable_here(c)) or "none"
            refuse(
                "$.administration_code", f"{code.code} cannot be billed at this place of care; here: {others}"
            )
        return code

    def remark_on_payers_choice(self, usable: list[AdministrationCode]):
        """No code is the usual one: say which one stands in, and which others the payer may want."""
        if len(usable) > 1 and usable[0].use != "usual":
            others = " or ".join(code.code for code in usable[1:])
            self.findings.assume(
                f"Which procedure code is billed is the payer's choice: {usable[0].code} here, else {others}."
            )

    def billable_here(self, code: AdministrationCode) -> bool:
        return not code.sites or self.request.site_of_care in code.sites

    def procedure_lines(
        self, encounter: int, dose: Dose, code: AdministrationCode | None
    ) -> Iterator[BilledLine]:
        request, typed = self.request, self.request.allowed
        facility = FACILITY_BASES.get(request.site_of_care)
        if code is not None or typed.administration is not None:
            basis, place = (facility, "") if facility else ("pfs", "nonfacility")
            yield self.procedure(encounter, dose, "administration", code, basis, place, typed.administration)
        if facility and (line := self.professional(encounter, dose, code)):
            yield line
        for kind in ("sedation", "imaging"):
            if getattr(typed, kind) is not None:
                yield self.procedure(encounter, dose, kind, None, "typed", "", getattr(typed, kind))

    def professional(self, encounter: int, dose: Dose, code: AdministrationCode | None) -> BilledLine | None:
        """The clinician's own fee in a facility; some procedures have none there, on any date."""
        typed = self.request.allowed.professional
        if typed is not None or (code and self.has_clinicians_fee(code)):
            return self.procedure(encounter, dose, "professional", code, "pfs", "facility", typed)
        if code is not None:
            self.findings.assume(f"Medicare pays no separate clinician's fee for {code.code} in a facility.")
        return None

    def has_clinicians_fee(self, code: AdministrationCode) -> bool:
        return any(p.basis == "pfs" and p.place == "facility" for p in self.drugs.prices_of(code.code))

    def procedure(self, encounter, dose: Dose, kind: str, code, basis: str, place: str, typed: int | None):
        number, words = (code.code, code.words) if code else (None, kind.capitalize())
        note = LineNote(
            dose_label(dose),
            encounter + 1,
            dose.phase,
            kind,
            number,
            words,
            1,
            None,
            "typed",
            source_key=None,
        )
        if typed is not None:
            return BilledLine(dose.date, kind, typed, encounter, note)
        chosen = self.price(number, place, dose.date, (basis,)) or refuse(
            f"$.allowed.{kind}",
            f"no {BASIS_WORDS[basis]} is known for {number} on {day(dose.date)}: type the allowed amount",
        )
        note = replace(
            note,
            unit_price=chosen.price.amount,
            basis=basis,
            carried=chosen.carried,
            source_key=self.findings.cite(chosen.price.provenance, f"amount for {number} ({kind})"),
            about=self.is_inferred(number, chosen.price),
        )
        return BilledLine(dose.date, kind, allowed_amount(1, chosen.price.amount), encounter, note)

    def remark_on_what_is_left_out(self, code: AdministrationCode | None):
        typed, findings = self.request.allowed, self.findings
        if self.request.site_is_assumed:
            findings.warn(
                "No place of care was given: a hospital's outpatient department on its campus is assumed. Elsewhere "
                "other amounts hold, and no limit per visit."
            )
        if code is not None:
            findings.cite(code.provenance, f"administration code {code.code}")
            if further := FURTHER_HOURS.get(code.code):
                findings.assume(
                    f"{code.code} is the first hour of an infusion. Further hours ({further}) are not included."
                )
        elif typed.administration is None:
            findings.warn(
                f"No administration code is known for {self.drug.name}: giving the drug is not in this estimate "
                "until you type what is allowed for it."
            )
        if typed.professional is not None and self.request.site_of_care not in FACILITY_BASES:
            findings.warn(
                "Outside a facility the procedure has one amount, and the clinician's fee is in it: the typed "
                "clinician's fee is left out. Type the whole amount as that of the procedure."
            )
        if typed.sedation is None:
            findings.assume(
                "Sedation or anaesthesia is not included; type its allowed amount if it is planned."
            )
        if typed.imaging is None and not (code and code.includes_imaging):
            findings.assume("Imaging is not included; type its allowed amount if it is planned.")
        if typed.imaging is not None and code is not None and code.includes_imaging:
            findings.warn(
                f"{code.code} already includes imaging: a separate imaging line (77003) is denied beside it."
            )
        if self.request.site_of_care == "hospital_off_campus_nonexcepted":
            findings.warn(
                "In this kind of off-campus department Medicare pays the procedure at a reduced rate that is not "
                "published here. The full hospital amount stands in for it; the real share is lower."
            )
