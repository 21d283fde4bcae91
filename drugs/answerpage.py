"""The instant answer of a drug's page: code, dose, procedure, schedule and price, each in one line."""

from dataclasses import dataclass
from datetime import date

from drugs.citations import Citations, Proof
from drugs.dosing import band_for, examples, mg_of, units_of
from drugs.pricehistory import for_units, per_unit
from drugs.prices import HOSPITAL_DRUG_BASES, ChosenPrice, gone_in_words, price_for, quarters_behind
from drugs.reference import AdministrationCode, Code, Drug, Drugs, Price, Regimen
from drugs.regimenpage import dose_examples, when_words
from drugs.words import BASIS_WORDS, dollars, listed, number, percent, period, with_days


@dataclass(frozen=True)
class Answer:
    """One of the things needed to bill: a title, its one big value, and what to know about it."""

    title: str
    value: str
    details: tuple[str, ...]
    proofs: tuple[Proof, ...]
    warning: str = ""


def answers(
    drug: Drug, code: Code | None, chosen: ChosenPrice | None, today: date, cited: Citations
) -> tuple[Answer, ...]:
    return (
        code_answer(drug, code, cited),
        _dose_answer(drug, code, cited),
        administration_answer(drug, cited),
        _schedule_answer(drug, cited),
        *_price_answers(drug, code, chosen, today, cited),
    )


def drug_price(drugs: Drugs, code: Code | None, today: date) -> ChosenPrice | None:
    """The price for the page's own arithmetic, in the hospital's order of bases."""
    return price_for(drugs.prices_of(code.code), code.code, "", today, HOSPITAL_DRUG_BASES) if code else None


def code_answer(drug: Drug, code: Code | None, cited: Citations) -> Answer:
    if code:
        proof = cited.cite(code.provenance, f"code {code.code}", dated=True)
        return Answer("Billing code (HCPCS)", code.code, (unit_words(code), with_days(code.words)), (proof,))
    packages = [p for p in drug.presentations if p.ndc11]
    if not packages:
        return Answer("Billing code (HCPCS)", "None in force", (), ())
    proof = cited.cite(packages[0].provenance, f"NDC {packages[0].ndc11}")
    details = ("No HCPCS code: the pharmacy bills the NDC.", packages[0].form)
    return Answer("Billing code", f"NDC {packages[0].ndc11}", details, (proof,))


def unit_words(code: Code) -> str:
    if code.per_treatment:
        return "1 unit = one treatment"
    return f"1 unit = {number(code.unit_mg)} mg" if code.unit_mg else ""


def _dose_answer(drug: Drug, code: Code | None, cited: Citations) -> Answer:
    regimen = drug.regimen() or next(iter(drug.regimens), None)
    if regimen is None:
        return Answer("Dose and units", "", (), ())
    first, *others = dose_examples(drug, code) or ("not known",)
    proof = cited.cite(regimen.provenance, f"regimen {regimen.name}")
    return Answer("Dose and units", first, tuple(others), (proof,))


def administration_answer(drug: Drug, cited: Citations) -> Answer:
    usual, choice, never = (by_use(drug, use) for use in ("usual", "payer_choice", "never"))
    asked = usual or choice
    if not asked:
        words = "No procedure is billed with it." if drug.benefit == "pharmacy" else ""
        return Answer("Administration code", "None" if words else "", (words,) if words else (), ())
    details = [f"{row.code}: {row.words}" for row in asked]
    if usual and choice:
        details.append(f"Where the payer asks for it: {', '.join(row.code for row in choice)}")
    warning = f"Never {', '.join(row.code for row in never)}" if never else ""
    value = " or ".join(row.code for row in asked[:2]) + ("" if usual else " (payer's choice)")
    proofs = (cited.cite(row.provenance, f"administration code {row.code}") for row in asked[:2])
    return Answer("Administration code", value, tuple(details), tuple(dict.fromkeys(proofs)), warning)


def by_use(drug: Drug, use: str) -> list[AdministrationCode]:
    return sorted((row for row in drug.administration_codes if row.use == use), key=lambda row: row.order)


def _schedule_answer(drug: Drug, cited: Citations) -> Answer:
    regimen = drug.regimen() or next(iter(drug.regimens), None)
    if regimen is None:
        return Answer("Schedule", "", (), ())
    proof = cited.source(regimen.provenance.source)
    return Answer("Schedule", regimen.name, schedule_words(regimen), (proof,))


def schedule_words(regimen: Regimen) -> tuple[str, ...]:
    """`loading: days 0, 14, 28 and 58`; each once, though a phase may stand in several steps."""
    return tuple({f"{p.name}: {when_words(p, p.every)}": None for p in regimen.phases})


def _price_answers(
    drug: Drug, code: Code | None, chosen: ChosenPrice | None, today: date, cited: Citations
) -> tuple[Answer, ...]:
    if code is None or chosen is None:
        return (Answer("Price", "", (), ()),)
    price = chosen.price
    proof = cited.cite(price.provenance, f"price of {price.code}")
    when = f"{period(price.effective_from, price.effective_to)}, {BASIS_WORDS[price.basis]}"
    is_old = chosen.carried and quarters_behind(price, today)
    old = (gone_in_words(price) or "The newest known; its period is over") + "." if is_old else ""
    share = (f"patient's share in Medicare {percent(price.coinsurance)}",) if price.coinsurance else ()
    per_dose = price_of_doses(drug, code, price)
    shown = [Answer("Price of a unit", per_unit(price), (when, *share), (proof,), old)]
    if per_dose:
        shown.append(Answer("Price of a dose", per_dose[0], (*per_dose[1:], when), (proof,), old))
    return tuple(shown)


def price_of_doses(drug: Drug, code: Code, price: Price) -> tuple[str, ...]:
    """`$160,014.00`, then `120 × $1,333.45 = ...` for every different dose of the usual regimen, and for whom."""
    units = sorted(usual_units(drug, code))
    amounts = [dollars(for_units(price, each)) for each in units]
    sums = [
        f"{number(each)} × {per_unit(price)} = {amount}"
        for each, amount in zip(units, amounts, strict=True)
        if each > 1
    ]
    if not amounts:
        return ()
    value = amounts[0] if len(amounts) == 1 else f"{amounts[0]} to {amounts[-1]}"
    people = [who.words for who in examples(drug.regimen()) if who]
    for_whom = (f"worked out at {listed(people)}",) if people else ()
    return (value, *(sums if price.per_units == 1 else ()), *for_whom)


def usual_units(drug: Drug, code: Code) -> list[int]:
    """The billing units of the usual regimen's different doses; none where nobody publishes their price."""
    regimen = drug.regimen()
    if regimen is None or not regimen.published_price:
        return []
    given = (
        units_of(mg_of(band, who), phase, code)
        for who in examples(regimen)
        for phase in regimen.phases
        if (band := band_for(phase, who))
    )
    return list(dict.fromkeys(units for units in given if units))
