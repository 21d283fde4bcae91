"""What people ask about any code, answered from its rows: what it is, how it is given, when used, what it costs."""

from datetime import date

from drugs.citations import Citations
from drugs.diseases import diseases
from drugs.pricehistory import per_unit
from drugs.prices import ChosenPrice
from drugs.reference import AdministrationCode, Code, Drug, Drugs
from drugs.topics import Item
from drugs.words import BASIS_NAMES, USE_WORDS, listed, number, period, with_days


def questions_about(
    code: str, drugs: Drugs, chosen: ChosenPrice | None, today: date, cited: Citations
) -> tuple[Item, ...]:
    billed = [(d, c) for d in drugs.drugs for c in d.codes if c.code == code and c.system == "hcpcs"]
    given = [(d, row) for d in drugs.drugs for row in d.administration_codes if row.code == code]
    if billed:
        return _of_a_drug(code, *billed[0], chosen, today, cited)
    return _of_a_procedure(code, given, cited) if given else ()


def _of_a_drug(
    code: str, drug: Drug, row: Code, chosen: ChosenPrice | None, today: date, cited: Citations
) -> tuple[Item, ...]:
    own = cited.source(drug.provenance.source)
    items = [
        Item(f"What is {code}?", _what(drug, row, today), cited.source(row.provenance.source)),
        Item(f"How is what {code} stands for given?", _how(drug), own),
        Item(f"When is {code} used?", f"{drug.name}, for: {drug.indication}.", own),
    ]
    if chosen:
        price = chosen.price
        when = period(price.effective_from, price.effective_to)
        words = f"{per_unit(price)} a unit in {when} ({BASIS_NAMES[price.basis]}). The table has the others."
        items.append(Item(f"What does a unit of {code} cost?", words, cited.source(price.provenance.source)))
    return tuple(items)


def _what(drug: Drug, row: Code, today: date) -> str:
    unit = "One unit is one treatment." if row.per_treatment else ""
    if row.unit_mg:
        unit = f"One unit is {number(row.unit_mg)} mg."
    when = period(row.effective_from, row.effective_to)
    dates = f"In force {when}." if when else ""
    ended = "It has ended: bill the code that followed." if not row.in_force(today) else ""
    words = with_days(f"{row.words[:1].upper()}{row.words[1:]}.")
    return " ".join(part for part in (words, unit, dates, ended) if part)


def _how(drug: Drug) -> str:
    fact = next((f for f in drug.facts if f.topic == "identity" and f.label == "How it is given"), None)
    words = f"{drug.route[:1].upper()}{drug.route[1:]}."
    return f"{words} {fact.value}" if fact and fact.value else words


def _of_a_procedure(
    code: str, given: list[tuple[Drug, AdministrationCode]], cited: Citations
) -> tuple[Item, ...]:
    first = given[0][1]
    source = cited.source(first.provenance.source)
    parts = []
    for use in ("usual", "payer_choice", "never"):
        names = [drug.name for drug, row in given if row.use == use]
        if names:
            parts.append(f"{USE_WORDS[use]} for {listed(names)}")
    where = dict.fromkeys(name for drug, row in given if row.use != "never" for name in diseases(drug))
    when = ". ".join(parts) + "." + (f" In {listed(tuple(where))}." if where else "")
    words = f"{first.words[:1].upper()}{first.words[1:]}."
    imaging = " Imaging is part of it." if first.includes_imaging else ""
    return (
        Item(f"What is {code}?", words + imaging, source),
        Item(f"When is {code} used?", when, source),
    )
