"""Payers' policies on a drug's page: what each asks, what a renewal asks, how long an authorization holds."""

from dataclasses import dataclass

from django.utils.text import slugify

from drugs.citations import Proof
from drugs.policies import LATER, NO_PAYER, REFUSED, payer_name, sentences_of
from drugs.reference import Fact
from drugs.topics import Item, Topics
from drugs.words import with_days


@dataclass(frozen=True)
class PolicyItem:
    """One payer's policy: what it asks, what renewals ask, how long an authorization holds; or why it refuses."""

    label: str
    link: str
    refused: str
    asks: tuple[str, ...]
    renewals: tuple[str, ...]
    proof: Proof
    holds: Item | None


def policy_payer(label: str) -> tuple[str, str] | None:
    """(slug, name) of the payer a policy fact is about; None where it is about no single payer."""
    name = payer_name(label)
    return None if name in NO_PAYER or not name else (slugify(name), name)


def policies(topics: Topics) -> tuple[PolicyItem, ...]:
    return tuple(policy_item(fact, topics) for fact in topics.of("policy"))


def policy_item(fact: Fact, topics: Topics) -> PolicyItem:
    """One payer's policy as a list; how long its authorization holds is a fact of its own, with its own proof."""
    named = policy_payer(fact.label)
    value = with_days(fact.value)
    sentences = () if value.startswith(REFUSED) else sentences_of(value)
    lengths = [f for f in topics.of("authorization") if payer_name(f.label) == payer_name(fact.label)]
    return PolicyItem(
        label=fact.label,
        link=named[0] if named else "",
        refused=value if value.startswith(REFUSED) else "",
        asks=tuple(s for s in sentences if not LATER.match(s)),
        renewals=tuple(s for s in sentences if LATER.match(s)),
        proof=topics.item(fact).proof,
        holds=topics.item(lengths[0]) if lengths else None,
    )


def lengths_for_anybody(topics: Topics) -> tuple[Item, ...]:
    """How long an authorization holds where no single payer is named, or none whose policy we hold."""
    named = {payer_name(fact.label) for fact in topics.of("policy")}
    return tuple(topics.item(f) for f in topics.of("authorization") if payer_name(f.label) not in named)
