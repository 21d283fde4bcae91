"""What a family has to hear about its coverage beside the amounts: a card in an HSA plan, an age a payer asks for."""

from collections.abc import Iterable

from drugs.reference import Drug
from payers.reference import Design, Payers, Program

from .findings import Findings
from .request import Request

ADULT_IN_MEDICAID, ADULT_IN_CHIP = 18 * 12, 19 * 12
CHILDREN_S, ADULTS = "medicaid-child", "medicaid-adult"
KINDS_WITH_AGES = ("medicaid", "chip")


def asks_age(payers: Payers, drug: Drug, designs: Iterable[Design]) -> bool:
    """Whether anything beside the dose depends on the patient's age: a payer, a program, the label."""
    limits = [drug, *(terms for program in payers.programs_for(drug.slug) for terms in program.terms)]
    by_payer = any(design.payer.kind in KINDS_WITH_AGES for design in designs)
    return by_payer or any(one.minimum_age_months or one.maximum_age_months is not None for one in limits)


def warn_of_card_in_hsa_plan(findings: Findings, primary: dict | None, programs: Iterable[Program]):
    """IRS Notice 2004-50, Q&A 9: below the minimum deductible only what the family itself pays may count."""
    is_hsa = (primary or {}).get("hdhp_minimum_deductible") is not None
    if is_hsa and any(program.type == "copay_card" for program in programs):
        findings.warn(
            "This plan is HSA-qualified. If a copay card's payment counts before the family itself has paid the "
            "law's minimum deductible, the family may lose the right to pay into its HSA (IRS Notice 2004-50, "
            "Q&A 9). Ask the plan before the card is used, or use it only after that amount."
        )


def warn_of_payers_age(findings: Findings, request: Request, designs: Iterable[Design]):
    """Medicaid and CHIP have other terms for children: a coverage that does not fit the age is said, not refused."""
    age = request.age_months
    for design in designs:
        if design.payer.kind == "chip" and age is not None and age >= ADULT_IN_CHIP:
            findings.warn(f"{design.name} is for children under 19. At this age ask about Medicaid.")
        elif design.slug == CHILDREN_S and age is not None and age >= ADULT_IN_MEDICAID:
            findings.warn(f"{design.name} is for children under 18. At this age choose Medicaid for adults.")
        elif design.slug == ADULTS and age is not None and age < ADULT_IN_MEDICAID:
            findings.warn(
                f"{design.name} has copays that a child under 18 does not owe. Choose Medicaid for children."
            )
        elif design.method == "medicaid" and (age is None or age >= ADULT_IN_MEDICAID):
            who = "No age is given" if age is None else "The patient is an adult"
            findings.assume(
                f"{who}: {design.name} is taken with the copay in the form. An adult may owe a small one, by state; "
                "a child owes none."
            )
