"""How a drug is coded, on its page: its codes, the procedure codes with when and never, and Medicare's amounts."""

import re
from dataclasses import dataclass
from datetime import date

from drugs.answerpage import unit_words
from drugs.citations import Citations, Proof
from drugs.prices import price_for
from drugs.reference import AdministrationCode, Code, Drug, Drugs
from drugs.topics import Item
from drugs.words import SYSTEM_WORDS, USE_WORDS, dollars, period, sites_in_words, with_days

PROCEDURE_BASES = (("pfs", "nonfacility"), ("pfs", "facility"), ("opps", ""), ("asc", ""))


@dataclass(frozen=True)
class CodeRow:
    code: str
    system: str
    words: str
    unit: str
    period: str
    ended: bool
    proof: Proof


@dataclass(frozen=True)
class AdministrationRow:
    code: str
    words: str
    use: str
    is_never: bool
    sites: str
    imaging: str
    note: str
    named_by: str
    proof: Proof


@dataclass(frozen=True)
class ProcedurePrice:
    code: str
    words: str
    cells: tuple[Item, ...]


def codes(drug: Drug, systems: tuple[str, ...], today: date, cited: Citations) -> tuple[CodeRow, ...]:
    rows = [code for code in drug.codes if code.system in systems]
    rows.sort(key=lambda c: (not c.in_force(today), c.system, c.code))
    return tuple(code_row(code, today, cited) for code in rows)


def code_row(code: Code, today: date, cited: Citations) -> CodeRow:
    return CodeRow(
        code=code.code,
        system=SYSTEM_WORDS[code.system],
        words=with_days(code.words),
        unit=unit_words(code),
        period=period(code.effective_from, code.effective_to),
        ended=not code.in_force(today),
        proof=cited.cite(code.provenance, f"code {code.code}"),
    )


def administration(drug: Drug, cited: Citations) -> tuple[AdministrationRow, ...]:
    rows = sorted(drug.administration_codes, key=lambda row: (row.use == "never", row.order))
    return tuple(administration_row(row, drug, cited) for row in rows)


def administration_row(row: AdministrationCode, drug: Drug, cited: Citations) -> AdministrationRow:
    return AdministrationRow(
        code=row.code,
        words=row.words,
        use=USE_WORDS[row.use],
        is_never=row.use == "never",
        sites=sites_in_words(row.sites),
        imaging="Imaging is included." if row.includes_imaging and "maging" not in row.note else "",
        note=with_days(row.note),
        named_by=", ".join(payers_naming(drug, row.code)),
        proof=cited.cite(row.provenance, f"administration code {row.code}"),
    )


def payers_naming(drug: Drug, code: str) -> list[str]:
    """The payers whose policy, as we hold it, names the code."""
    return [
        fact.label for fact in drug.facts if fact.topic == "policy" and re.search(rf"\b{code}\b", fact.value)
    ]


def procedure_prices(drug: Drug, drugs: Drugs, today: date, cited: Citations) -> tuple[ProcedurePrice, ...]:
    rows = sorted((r for r in drug.administration_codes if r.use != "never"), key=lambda row: row.order)
    return tuple(
        ProcedurePrice(row.code, row.words, procedure_cells(row.code, drugs, today, cited)) for row in rows
    )


def procedure_cells(code: str, drugs: Drugs, today: date, cited: Citations) -> tuple[Item, ...]:
    """What Medicare allows for a procedure: office, clinician in a facility, hospital, surgery center."""
    cells = []
    for basis, place in PROCEDURE_BASES:
        chosen = price_for(drugs.prices_of(code), code, place, today, (basis,))
        if chosen is None:
            cells.append(Item("", ""))
            continue
        when = period(chosen.price.effective_from, chosen.price.effective_to)
        proof = cited.cite(chosen.price.provenance, f"price of {code}")
        cells.append(Item(when, dollars(chosen.price.amount), proof))
    return tuple(cells)
