"""The treatments of one disease side by side: a column a drug, a row a question, each cell with its source."""

from dataclasses import dataclass
from datetime import date

from drugs.answerpage import administration_answer, by_use, code_answer, drug_price, price_of_doses
from drugs.citations import Citations
from drugs.diseases import by_disease, diseases
from drugs.identitypage import ages
from drugs.pricehistory import per_unit
from drugs.reference import Drug, Drugs
from drugs.topics import Item
from drugs.words import BASIS_WORDS, period, with_days


@dataclass(frozen=True)
class SideBySide:
    disease: str
    drugs: tuple[Drug, ...]
    rows: tuple[tuple[str, tuple[Item, ...]], ...]


def treatments(drug: Drug, drugs: Drugs, today: date, cited: Citations) -> tuple[SideBySide, ...]:
    grouped = by_disease(drugs.drugs)
    tables = []
    for disease in diseases(drug):
        others = tuple(sorted(grouped[disease], key=lambda d: (d.slug != drug.slug, d.name)))
        if len(others) > 1:
            tables.append(SideBySide(disease, others, _rows(others, drugs, today, cited)))
    return tuple(tables)


def _rows(shown: tuple[Drug, ...], drugs: Drugs, today: date, cited: Citations) -> tuple:
    def row(label, cell):
        return label, tuple(cell(drug) for drug in shown)

    def own(drug, text):
        return Item("", text, cited.source(drug.provenance.source))

    return (
        row("What it is", lambda d: _first_fact(d, "identity", cited)),
        row("How it is given", lambda d: own(d, d.route)),
        row("For whom", lambda d: own(d, d.indication)),
        row("Age", lambda d: own(d, ages(d))),
        row("Maker", lambda d: own(d, d.manufacturer)),
        row("Approved", lambda d: _first_fact(d, "approval", cited)),
        row("Schedule", lambda d: _schedule(d, cited)),
        row("Boxed warning", lambda d: _boxed(d, cited)),
        row("Benefit", lambda d: own(d, d.benefit)),
        row("Code and unit", lambda d: _code(d, today, cited)),
        row("Administration code", lambda d: _administration(d, cited)),
        row("Where it is given", lambda d: _first_fact(d, "site_of_care", cited, labelled=True)),
        row("Price", lambda d: _price(d, drugs, today, cited)),
    )


def _first_fact(drug: Drug, topic: str, cited: Citations, labelled: bool = False) -> Item:
    facts = sorted((f for f in drug.facts if f.topic == topic and f.value), key=lambda f: f.order)
    if not facts:
        return Item("", "")
    text = f"{facts[0].label}: {facts[0].value}" if labelled else facts[0].value
    return Item("", with_days(text), cited.source(facts[0].provenance.source))


def _boxed(drug: Drug, cited: Citations) -> Item:
    if drug.boxed_warning:
        return Item("", with_days(drug.boxed_warning), cited.source(drug.provenance.source))
    return _first_fact(drug, "boxed_warning", cited)


def _schedule(drug: Drug, cited: Citations) -> Item:
    regimen = drug.regimen()
    return Item("", regimen.name, cited.source(regimen.provenance.source)) if regimen else Item("", "")


def _code(drug: Drug, today: date, cited: Citations) -> Item:
    code = drug.billing_code(today)
    answer = code_answer(drug, code, Citations())
    text = f"{answer.value}. {answer.details[0]}" if answer.details else answer.value
    return Item("", text, cited.source((code or drug).provenance.source))


def _administration(drug: Drug, cited: Citations) -> Item:
    answer = administration_answer(drug, Citations())
    if not drug.administration_codes:
        return Item("", answer.value and "None: no procedure", cited.source(drug.provenance.source))
    asked = by_use(drug, "usual") or by_use(drug, "payer_choice")
    return Item("", answer.value, cited.source(asked[0].provenance.source)) if asked else Item("", "")


def _price(drug: Drug, drugs: Drugs, today: date, cited: Citations) -> Item:
    code = drug.billing_code(today)
    chosen = drug_price(drugs, code, today)
    if chosen is None:
        return Item("", "")
    price = chosen.price
    per_dose = price_of_doses(drug, code, price)
    each = f"{per_dose[0]} a dose" if per_dose else f"{per_unit(price)} a unit"
    when = period(price.effective_from, price.effective_to)
    return Item("", f"{each}, {when}, {BASIS_WORDS[price.basis]}", cited.source(price.provenance.source))
