"""The list of drugs, by disease: what each is, its code, its usual regimen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from drugs.answerpage import drug_price
from drugs.diseases import by_disease
from drugs.pricehistory import per_unit
from drugs.reference import Drug, Drugs
from drugs.words import period


@dataclass(frozen=True)
class ListedDrug:
    drug: Drug
    codes: str
    regimen: str
    price: str
    differences: int


def listed_drugs(
    found: Iterable[Drug], drugs: Drugs, today: date
) -> tuple[tuple[str, tuple[ListedDrug, ...]], ...]:
    return tuple(
        (disease, tuple(_listed(drug, drugs, today) for drug in some))
        for disease, some in by_disease(found).items()
    )


def _listed(drug: Drug, drugs: Drugs, today: date) -> ListedDrug:
    code = drug.billing_code(today)
    chosen = drug_price(drugs, code, today)
    regimen = drug.regimen()
    when = period(chosen.price.effective_from, chosen.price.effective_to) if chosen else ""
    each = "" if chosen is None or chosen.price.per_units != 1 else "a unit, "
    return ListedDrug(
        drug=drug,
        codes=code.code if code else "no HCPCS code, billed by NDC",
        regimen=regimen.name if regimen else "",
        price=f"{per_unit(chosen.price)} {each}{when}" if chosen else "",
        differences=len(drug.differences),
    )
