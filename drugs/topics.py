"""A drug's facts by topic as a page shows them: a label, what is said, and its proof."""

from dataclasses import dataclass
from datetime import date

from drugs.citations import Citations, Proof
from drugs.pricewords import with_prices
from drugs.reference import Drugs, Fact
from drugs.words import with_days


@dataclass(frozen=True)
class Item:
    """A label, what is said, and its proof. Without a text it was looked for and not found.

    `more` are the sources of prices that stand inside the text.
    """

    label: str
    text: str
    proof: Proof | None = None
    link: str = ""
    more: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    items: tuple[Item, ...]


class Topics:
    """Facts by topic, cited as they are taken."""

    def __init__(self, facts: tuple[Fact, ...], drugs: Drugs, today: date, cited: Citations):
        self.facts, self.drugs, self.today, self.cited = facts, drugs, today, cited

    def of(self, *topics: str) -> list[Fact]:
        found = [fact for fact in self.facts if fact.topic in topics]
        return sorted(found, key=lambda fact: (topics.index(fact.topic), fact.order))

    def items(self, *topics: str) -> tuple[Item, ...]:
        return tuple(self.item(fact) for fact in self.of(*topics))

    def item(self, fact: Fact, link: str = "") -> Item:
        return fact_item(fact, self.drugs, self.today, self.cited, link)

    def section(self, name: str, title: str, *topics: str) -> Section:
        return Section(name, title, self.items(*topics))


def fact_item(fact: Fact, drugs: Drugs, today: date, cited: Citations, link: str = "") -> Item:
    text, prices = with_prices(fact.value, drugs, today)
    proof = cited.cite(fact.provenance, fact.label, dated=True)
    more = tuple(cited.source(p.source) for p in prices if p.source != fact.provenance.source)
    return Item(with_days(fact.label), text, proof, link, more)
