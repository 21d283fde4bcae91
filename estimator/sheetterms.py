"""The few words a family will hear, each with this family's own number from the terms the estimate ran on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from estimator.sheetfacts import Facts
from estimator.sheetwords import share
from estimator.words import money_short


@dataclass(frozen=True)
class Term:
    """`english` is the word as the plan's letters print it."""

    english: str
    word: str
    meaning: str
    yours: str


def terms(facts: Facts) -> tuple[Term, ...]:
    if not facts.primary:
        return ()
    rule = facts.primary["rules"].get("pharmacy" if facts.is_pharmacy else "drug", {})
    return tuple(found(facts, rule))


def terms_note(facts: Facts) -> str:
    """With a second plan the words below are the first plan's rules, not what the family pays in the end."""
    if "second" not in facts.who or not facts.primary:
        return ""
    lines = facts.of_year(1)
    second = sum(line.second for line in lines)
    return _(
        "The numbers here are the rules of your first plan. They leave %(left)s open in your first year, "
        "and your second plan pays %(second)s of it for you."
    ) % {
        "left": money_short(second + sum(line.left for line in lines)),
        "second": money_short(second),
    }


def found(facts: Facts, rule: Mapping) -> Iterator[Term]:
    where = _("In your first plan") if "second" in facts.who else _("In your plan")
    deductible = facts.primary.get("deductibles", {}).get(rule.get("deductible"), {})
    yield Term(
        "Deductible",
        _("Deductible"),
        _("The amount you pay each year before your plan starts to pay."),
        limit(where, deductible) or _("You have none for this medicine."),
    )
    if rate := rule.get("coinsurance"):
        yield Term(
            "Coinsurance",
            _("Coinsurance"),
            _("Your share of every bill after the deductible is paid."),
            share_of(where, rate),
        )
    if copay := rule.get("copay"):
        yield Term(
            "Copay",
            _("Copay"),
            _("A set amount that you pay for one visit or one refill."),
            amount_of(where, copay),
        )
    if cap := facts.primary.get("caps", {}).get(rule.get("cap")):
        yield Term(
            "Limit for one day",
            _("Limit for one day"),
            _("The most your plan asks you to pay for this medicine on one day of treatment."),
            amount_of(where, cap["amount"]),
        )
    maximum = facts.primary.get("out_of_pocket_maximums", {}).get(rule.get("out_of_pocket_maximum"), {})
    yield Term(
        "Out-of-pocket maximum",
        _("Out-of-pocket maximum"),
        _("The most you pay in one plan year for covered care. After that, the plan pays all of it."),
        limit(where, maximum) or _("%(where)s there is no such limit for this medicine.") % {"where": where},
    )
    doses = len({line.on for line in facts.of_year(1)})
    yield Term(
        "Explanation of benefits",
        _("Explanation of benefits"),
        _("A letter from your plan that shows what it paid and what is left for you. It is not a bill."),
        _("You may receive about %s of them in your first year.") % doses,
    )


def limit(where: str, pool: Mapping) -> str:
    """A limit for one person, for the family, or both."""
    one, family = pool.get("individual"), pool.get("family")
    if one is not None and family is not None and one != family:
        return _("%(where)s it is %(one)s for one person and %(family)s for the family.") % {
            "where": where,
            "one": money_short(one),
            "family": money_short(family),
        }
    either = one if one is not None else family
    return amount_of(where, either) if either is not None else ""


def amount_of(where: str, cents: int) -> str:
    return _("%(where)s it is %(amount)s.") % {"where": where, "amount": money_short(cents)}


def share_of(where: str, rate: int) -> str:
    return _("%(where)s it is %(share)s, which means %(part)s of every $100.") % {
        "where": where,
        "share": share(rate),
        "part": money_short(rate // 10),
    }
