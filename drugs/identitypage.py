"""Who a drug is, on its page: names, label, warnings, for whom by age and weight, and its packages."""

from dataclasses import dataclass, replace

from drugs.citations import Citations, Proof
from drugs.reference import Drug, Regimen
from drugs.regimenpage import who_words
from drugs.topics import Item, Topics
from drugs.words import age, listed, number, with_days


@dataclass(frozen=True)
class Package:
    form: str
    ndc10: str
    ndc11: str
    holds: str
    proof: Proof


def identity(drug: Drug, topics: Topics, cited: Citations) -> tuple[Item, ...]:
    proof = cited.cite(drug.provenance, drug.name, dated=True)
    own = [
        ("Generic name", drug.generic),
        ("Manufacturer", drug.manufacturer),
        ("Route", drug.route),
        ("Benefit", f"{drug.benefit} benefit"),
        ("Indication", drug.indication),
        ("Other names", ", ".join(drug.aliases)),
    ]
    rest = replace(proof, note="")
    shown = [(label, text) for label, text in own if text or label in ("Generic name", "Indication")]
    items = [Item(label, text, rest if n else proof) for n, (label, text) in enumerate(shown)]
    facts = topics.items("identity", "indication", "approval")
    return (*items, *facts, *([] if topics.of("approval") else [Item("Approval", "")]))


def warnings(drug: Drug, topics: Topics, cited: Citations) -> tuple[Item, ...]:
    """The boxed warning first: its words, "none" with its source, or not found; never silently absent."""
    boxed = topics.items("boxed_warning")
    if drug.boxed_warning:
        boxed = (
            Item(
                "Boxed warning", with_days(drug.boxed_warning), cited.cite(drug.provenance, "boxed warning")
            ),
            *boxed,
        )
    return (*(boxed or (Item("Boxed warning", ""),)), *topics.items("warning"))


def for_whom(drug: Drug, cited: Citations) -> tuple[Item, ...]:
    """What the record says by age and weight: the label's ages, then how the usual dose depends on either."""
    regimen = drug.regimen()
    proof = cited.source(drug.provenance.source)
    items = [Item("Age on the label", ages(drug), proof)]
    if regimen:
        dose = cited.source(regimen.provenance.source)
        items.append(Item("Dose by weight", _by_weight(regimen), dose))
        items.append(Item("Dose by age", _by_age(regimen), dose))
    return tuple(items)


def ages(drug: Drug) -> str:
    """`from 4 years`, `below 2 years`, `every age`; empty where the record does not say."""
    low, high = drug.minimum_age_months, drug.maximum_age_months
    if low is None and high is None:
        return ""
    if high is None:
        return f"from {age(low)}" if low else "every age: the label sets no limit"
    return f"{age(low)} to below {age(high + 1)}" if low else f"below {age(high + 1)}"


def _by_weight(regimen: Regimen) -> str:
    bands = [band for phase in regimen.phases for band in phase.bands]
    weighed = [b for b in bands if b.weight_from_kg is not None or b.weight_below_kg is not None]
    if weighed:
        return f"by weight: {listed(tuple(dict.fromkeys(who_words(band) for band in weighed)))}"
    if any(band.mg_per_kg for band in bands):
        return "by the kilogram"
    if all(phase.per_treatment for phase in regimen.phases):
        return "billed as one treatment, whatever the weight"
    return "the same for every weight" if all(band.mg is not None for band in bands) else ""


def _by_age(regimen: Regimen) -> str:
    bands = [band for phase in regimen.phases for band in phase.bands]
    aged = [b for b in bands if b.age_from_months is not None or b.age_below_months is not None]
    if not aged:
        return "the same for every age"
    return f"by age: {listed(tuple(dict.fromkeys(who_words(band) for band in aged)))}"


def packages(drug: Drug, cited: Citations) -> tuple[Package, ...]:
    return tuple(
        Package(
            form=p.form,
            ndc10=p.ndc10,
            ndc11=p.ndc11,
            holds=f"{number(p.mg)} mg" if p.mg else "a whole treatment",
            proof=cited.cite(p.provenance, p.form),
        )
        for p in drug.presentations
    )
