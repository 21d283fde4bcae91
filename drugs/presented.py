"""What a drug's page shows, in its own order: plain values with their proofs. Templates only loop."""

from dataclasses import dataclass
from datetime import date

from drugs.answerpage import Answer, answers, drug_price, usual_units
from drugs.citations import Citations
from drugs.codingpage import (
    AdministrationRow,
    CodeRow,
    ProcedurePrice,
    administration,
    codes,
    procedure_prices,
)
from drugs.differences import ShownDifference, shown_differences
from drugs.identitypage import Package, for_whom, identity, packages, warnings
from drugs.policypage import PolicyItem, lengths_for_anybody, policies
from drugs.pricehistory import Line, OldPrice, PriceRow, old_price, price_line, price_rows
from drugs.reference import Code, Drug, Drugs
from drugs.regimenpage import ShownRegimen, shown_regimens
from drugs.topics import Item, Section, Topics
from drugs.treatmentspage import SideBySide, treatments


@dataclass(frozen=True, kw_only=True)
class ShownDrug:
    drug: Drug
    old_price: OldPrice | None
    answers: tuple[Answer, ...]
    other_regimens: tuple[str, ...]
    identity: tuple[Item, ...]
    warnings: tuple[Item, ...]
    for_whom: tuple[Item, ...]
    trials: tuple[Item, ...]
    packages: tuple[Package, ...]
    treatments: tuple[SideBySide, ...]
    switching: tuple[Item, ...]
    regimens: tuple[ShownRegimen, ...]
    dosing: tuple[Item, ...]
    codes: tuple[CodeRow, ...]
    code_history: tuple[Item, ...]
    administration: tuple[AdministrationRow, ...]
    procedure_prices: tuple[ProcedurePrice, ...]
    coding: tuple[Section, ...]
    diagnoses: tuple[CodeRow, ...]
    policies: tuple[PolicyItem, ...]
    authorization: tuple[Item, ...]
    requirements: tuple[Section, ...]
    prices: tuple[PriceRow, ...]
    price_line: Line | None
    price_notes: tuple[Item, ...]
    assistance_notes: tuple[Item, ...]
    support: tuple[Item, ...]
    denials: tuple[Item, ...]
    questions: tuple[Item, ...]
    differences: tuple[ShownDifference, ...]
    not_found: tuple[Item, ...]


def present(drug: Drug, drugs: Drugs, today: date, cited: Citations) -> ShownDrug:
    """The page in its own order, so that sources are numbered as a reader meets them."""
    code = drug.billing_code(today)
    chosen = drug_price(drugs, code, today)
    price = chosen.price if chosen else None
    topics = Topics(drug.facts, drugs, today, cited)
    return ShownDrug(
        drug=drug,
        old_price=old_price(chosen, today),
        answers=answers(drug, code, chosen, today, cited),
        other_regimens=tuple(r.name for r in drug.regimens if not r.is_default),
        identity=identity(drug, topics, cited),
        warnings=warnings(drug, topics, cited),
        for_whom=for_whom(drug, cited),
        trials=topics.items("trial"),
        packages=packages(drug, cited),
        treatments=treatments(drug, drugs, today, cited),
        switching=topics.items("concurrent_therapy", "switching"),
        regimens=shown_regimens(drug, code, price, today, cited),
        dosing=topics.items("dosing", "missed_dose"),
        codes=codes(drug, ("hcpcs", "cpt", "ndc"), today, cited),
        code_history=topics.items("code_history"),
        administration=administration(drug, cited),
        procedure_prices=procedure_prices(drug, drugs, today, cited),
        coding=(
            topics.section("modifiers", "Modifiers", "modifier"),
            topics.section("bundling", "Never billed together", "bundling"),
            topics.section("sedation", "Sedation and anesthesia", "sedation"),
            topics.section("sites", "Sites of care", "site_of_care"),
            topics.section("claim", "Claim form fields (CMS-1500 boxes)", "claim_field"),
            topics.section("diagnosis-notes", "Which diagnosis code for whom", "diagnosis_code"),
        ),
        diagnoses=codes(drug, ("icd10",), today, cited),
        policies=policies(topics),
        authorization=lengths_for_anybody(topics),
        requirements=(
            topics.section("step-therapy", "Step therapy", "step_therapy"),
            topics.section("response", "Response monitoring and renewal", "response_monitoring"),
            topics.section("laboratory", "Laboratory tests", "laboratory"),
        ),
        prices=_prices(drug, drugs, code, today, cited),
        price_line=price_line(drugs.prices_of(code.code), code) if code else None,
        price_notes=topics.items("price_note"),
        assistance_notes=topics.items("assistance_note"),
        support=topics.items("support"),
        denials=topics.items("denial"),
        questions=topics.items("question"),
        differences=shown_differences(drug.differences, drugs, today, cited),
        not_found=topics.items("not_found"),
    )


def _prices(
    drug: Drug, drugs: Drugs, code: Code | None, today: date, cited: Citations
) -> tuple[PriceRow, ...]:
    """Every published price of the drug's own codes; a catch-all code has none of its own."""
    own = dict.fromkeys(c.code for c in drug.codes if c.system in ("hcpcs", "ndc"))
    prices = tuple(price for each in own for price in drugs.prices_of(each))
    units = usual_units(drug, code) if code else []
    last_days = {c.code: c.effective_to for c in drug.codes}
    return price_rows(prices, today, cited, last_days, (code.code, units[0]) if len(units) == 1 else None)
