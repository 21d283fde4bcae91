"""What payers ask before they authorize a drug, read from the drug's facts (topics policy and authorization).

A policy fact names its payer in the label; its value is a list of requirements, or "Not covered: why".
"""

import re
from dataclasses import dataclass

from drugs.reference import Drug, Fact, Provenance

STATES = {
    "Minnesota Medicaid": "MN",
    "Texas Medicaid": "TX",
    "MassHealth": "MA",
    "California Children's Services": "CA",
}
"""Public programs of one state, by the name their policies carry."""

TO_HAVE_READY = ("diagnosis_code", "step_therapy", "concurrent_therapy", "response_monitoring")
"""Topics of what a payer wants to see beside the proof of the diagnosis."""

NO_PAYER = ("Renewal", "Any payer")
REFUSED = "Not covered: "
LATER = re.compile(r"(First|Renewals?|Approval)\b|\d+ months$")
"""How a sentence begins that says how long an authorization holds, not what it asks."""


@dataclass(frozen=True)
class Length:
    """How long an authorization holds: the first one, then each renewal (months; None: not known).

    `loading`: the first one is for the loading doses, however long they take. `once`: it is never renewed.
    """

    first: int | None = None
    then: int | None = None
    loading: bool = False
    once: bool = False

    @classmethod
    def read(cls, text: str) -> "Length":
        """`once`, `6 months`, `7 months, then 12 months` or `loading doses, then 12 months`."""
        found = re.fullmatch(
            r"(?:(once)|(?:(loading doses)|(\d+) months?)(?:, then (\d+) months?)?)", text.strip()
        )
        if found is None:
            raise ValueError(f"an authorization's length is not written like this: {text!r}")
        once, loading, first, then = found.groups()
        return cls(first and int(first), then and int(then), bool(loading), bool(once))


@dataclass(frozen=True)
class Policy:
    """One payer's policy on one drug. `refused` says why it does not cover the drug, else it is empty."""

    slug: str
    payer: str
    kind: str  # "commercial" | "medicare" | "medicaid"
    state: str
    requirements: tuple[str, ...]
    renewals: tuple[str, ...]
    refused: str
    length: Length | None
    provenance: Provenance


def policies_of(drug: Drug) -> tuple[Policy, ...]:
    """The policies on a drug, by payer's name; two facts about one payer are one policy."""
    by_payer: dict[str, list[Fact]] = {}
    for fact in sorted(drug.facts, key=lambda fact: fact.order):
        if fact.topic == "policy" and fact.label not in NO_PAYER:
            by_payer.setdefault(payer_name(fact.label), []).append(fact)
    lengths = {payer_name(f.label): Length.read(f.value) for f in drug.facts if f.topic == "authorization"}
    every = lengths.get("Any payer")
    found = (policy(name, facts, lengths.get(name, every)) for name, facts in by_payer.items())
    return tuple(sorted(found, key=lambda one: one.payer.lower()))


def policy(name: str, facts: list[Fact], length: Length | None) -> Policy:
    sentences = [sentence for fact in facts for sentence in sentences_of(fact.value)]
    refused = [fact.value.removeprefix(REFUSED) for fact in facts if fact.value.startswith(REFUSED)]
    return Policy(
        slug=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        payer=name,
        kind="medicaid" if name in STATES else "medicare" if name == "Medicare" else "commercial",
        state=STATES.get(name, ""),
        requirements=tuple(s for s in sentences if not LATER.match(s)) if not refused else (),
        renewals=tuple(s for s in sentences if LATER.match(s)),
        refused=" ".join(refused),
        length=length,
        provenance=facts[-1].provenance,
    )


def payer_name(label: str) -> str:
    """The payer a policy fact is about: its label up to a bracket, comma or slash."""
    return re.split(r"\s*[(,/]", label)[0].strip()


def sentences_of(text: str) -> list[str]:
    """The parts between semicolons, and sentences; each begins with a capital and ends without a stop."""
    parts = (part.strip().rstrip(".") for part in re.split(r";\s+|\.\s+(?=[A-Z])", text))
    return [part[:1].upper() + part[1:] for part in parts if part]


def papers_of(drug: Drug) -> tuple[Fact, ...]:
    """What is sent along with the request for authorization: the proof of the diagnosis first."""
    proof = (fact for fact in facts_of(drug, "indication") if fact.label == "Confirmed by")
    return (*proof, *facts_of(drug, *TO_HAVE_READY))


def tests_of(drug: Drug) -> tuple[Fact, ...]:
    """Laboratory tests before and after a dose."""
    return facts_of(drug, "laboratory")


def facts_of(drug: Drug, *topics: str) -> tuple[Fact, ...]:
    """The facts under these topics that say something, topic by topic."""
    found = (
        sorted((f for f in drug.facts if f.topic == topic and f.value), key=lambda f: f.order)
        for topic in topics
    )
    return tuple(fact for facts in found for fact in facts)
