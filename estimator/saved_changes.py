"""What changed between an estimate and the one that revises it: the answer, what was asked, the data beneath.

Both are snapshots, so nothing here asks the reference data. Everything comes out as words.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.models import Estimate
from estimator.openterms import in_words
from estimator.words import day, dollars, listed, money, percent

NOTHING = "nothing"
AS_PLAN = "as the plan has it"
TERM_WORDS = {
    "deductibles": "deductible",
    "out_of_pocket_maximums": "out-of-pocket maximum",
    "out_of_pocket_maximum": "out-of-pocket maximum",
    "caps": "cap",
    "individual": "one person",
}


@dataclass(frozen=True)
class Headline:
    """A headline amount with its range and date, where it has them."""

    amount: str
    note: str = ""


@dataclass(frozen=True)
class HeadlineChange:
    label: str
    before: Headline
    after: Headline
    difference: str

    @property
    def sides(self) -> tuple[Headline, Headline]:
        return self.before, self.after


@dataclass(frozen=True)
class AnswerChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    headline: tuple[HeadlineChange, ...]
    causes: tuple[str, ...]
    answers: tuple[AnswerChange, ...]
    data: tuple[str, ...]


def changes(before: Estimate, after: Estimate) -> Changes:
    told = tuple(answer_changes(json.loads(before.answers), json.loads(after.answers)))
    data = tuple(data_changes(json.loads(before.used), json.loads(after.used)))
    if before.engine != after.engine:
        data = (f"The estimator's rules changed from version {before.engine} to {after.engine}.", *data)
    return Changes(tuple(headline_changes(before, after)), tuple(causes(before, after)), told, data)


# The answer


def headline_changes(before: Estimate, after: Estimate) -> Iterator[HeadlineChange]:
    old, new = headline(before), headline(after)
    for label, one, two in paired(old, new):
        yield HeadlineChange(label, spread(one), spread(two), moved(one, two))


def headline(saved: Estimate) -> dict:
    return json.loads(saved.findings)["headline"]


def paired(old: dict, new: dict) -> Iterator[tuple[str, dict | None, dict | None]]:
    """The same treatment year of both; a year that only one looks at stands alone."""
    years = [{year["year"]: year for year in one["treatment_years"]} for one in (old, new)]
    for year in sorted({*years[0], *years[1]}):
        yield f"Treatment year {year}", years[0].get(year), years[1].get(year)
    yield "First bill", old["first_bill"], new["first_bill"]


def spread(amounts: dict | None) -> Headline:
    if amounts is None:
        return Headline("not looked at")
    if "date" in amounts and not amounts["high"]:
        return Headline("none expected")
    notes = [day(date.fromisoformat(amounts["date"]))] if "date" in amounts else []
    if amounts["low"] != amounts["high"]:
        notes.append(f"{money(amounts['low'])} to {money(amounts['high'])}")
    return Headline(money(amounts["likely"]), ", ".join(notes))


def moved(one: dict | None, two: dict | None) -> str:
    return signed(two["likely"] - one["likely"]) if one and two else ""


def signed(cents: int) -> str:
    return f"{money(abs(cents))} {'more' if cents > 0 else 'less'}" if cents else "the same"


def causes(before: Estimate, after: Estimate) -> Iterator[str]:
    """How much of the difference comes from the data and how much from the answers, treatment year by year.

    The earlier answers were run again with the later reference data when the later one was saved.
    """
    if not after.bridge:
        yield (
            "The earlier answers give no estimate with the later reference data, so the difference cannot be "
            "split by its causes."
        )
        return
    between = {year["year"]: year for year in json.loads(after.bridge)["treatment_years"]}
    for label, one, two in paired(headline(before), headline(after)):
        year = two and two.get("year")
        if not one or year not in between or one["likely"] == two["likely"] == between[year]["likely"]:
            continue
        of_data = between[year]["likely"] - one["likely"]
        of_answers = two["likely"] - between[year]["likely"]
        yield f"{label}: {by_cause(of_data, of_answers)}."


def by_cause(of_data: int, of_answers: int) -> str:
    if not of_data:
        return f"{signed(of_answers)}, all of it because of the changed answers"
    if not of_answers:
        return f"{signed(of_data)}, all of it because of the reference data"
    return f"{signed(of_data)} because of the reference data, {signed(of_answers)} because of the changed answers"


# What was asked


def answer_changes(before: list[dict], after: list[dict]) -> Iterator[AnswerChange]:
    """Visible answers that differ, in the order of the form; terms nobody typed stand as the plan has them."""
    old, new = ({answer["name"]: answer for answer in one if answer["label"]} for one in (before, after))
    for name in dict.fromkeys([*new, *old]):
        one, two = (answers.get(name) for answers in (old, new))
        if (one and one["value"]) != (two and two["value"]) and said(one) != said(two):
            yield AnswerChange((two or one)["label"], said(one), said(two))


def said(answer: dict | None) -> str:
    if answer is None:
        return AS_PLAN
    return answer["words"] or NOTHING


# The reference data


def data_changes(before: dict, after: dict) -> Iterator[str]:
    yield from price_changes(before["prices"], after["prices"])
    yield from figure_changes(before["figures"], after["figures"])
    yield from terms_changes(before["terms"], after["terms"], "design", in_words_of_terms)
    yield from terms_changes(before["programs"], after["programs"], "program", in_words_of_program)
    yield from law_changes(before["laws"], after["laws"])


def price_changes(before: list[dict], after: list[dict]) -> Iterator[str]:
    """By code and kind of price: what was corrected, what came or went with a new quarter."""
    for key in dict.fromkeys((p["code"], p["basis"], p["place"]) for p in [*before, *after]):
        old, new = ({p["effective_from"]: p for p in one if key_of(p) == key} for one in (before, after))
        words = next(p["words"] for p in [*after, *before] if key_of(p) == key)
        name = f"The price of {key[0]} ({words})"
        for since in sorted(set(old) & set(new)):
            if differ(old[since], new[since]):
                yield f"{name} changed from {price(old[since])} to {price(new[since])}, in force from {long(since)}."
        gone = [old[since] for since in sorted(set(old) - set(new))]
        come = [new[since] for since in sorted(set(new) - set(old))]
        if len(gone) == len(come) == 1 and not set(old) & set(new):
            yield f"{name} changed from {dated(gone[0])} to {dated(come[0])}."
            continue
        if old and come:
            yield f"{name}: later doses now use {listed([dated(p) for p in come])}."
        if new and gone:
            yield f"{name}: no dose uses {listed([dated(p) for p in gone], 'or')} any more."


def key_of(price_: dict) -> tuple[str, str, str]:
    return price_["code"], price_["basis"], price_["place"]


def differ(one: dict, two: dict) -> bool:
    return {**one, "revision": 0} != {**two, "revision": 0}


def price(one: dict) -> str:
    amount = dollars(Decimal(one["amount"]).normalize())
    return amount if one["per_units"] == 1 else f"{amount} for {one['per_units']} units"


def dated(one: dict) -> str:
    return f"{price(one)} (in force from {long(one['effective_from'])})"


def long(text: str) -> str:
    return day(date.fromisoformat(text))


def figure_changes(before: list[dict], after: list[dict]) -> Iterator[str]:
    old, new = ({(f["path"], f["year"]): f for f in one} for one in (before, after))
    for key in sorted(set(old) & set(new)):
        one, two = old[key], new[key]
        if one["value"] != two["value"]:
            yield f"The {one['words']} of {one['year']} changed from {figure(one)} to {figure(two)}."
    for key in sorted(set(new) - set(old)):
        if any(path == key[0] for path, _ in old):
            yield f"The {new[key]['words']} of {key[1]} is now used: {figure(new[key])}."


def figure(one: dict) -> str:
    units = {"cents": money, "thousandths": percent}
    return units.get(one["unit"], str)(one["value"])


def terms_changes(before: list[dict], after: list[dict], key: str, words) -> Iterator[str]:
    """Terms of the same plan or program that differ, one by one."""
    old, new = ({(t[key], t["effective_from"]): t for t in one} for one in (before, after))
    for place in sorted(set(old) & set(new)):
        yield from differences(old[place], new[place], words)
    for place in sorted(set(new) - set(old)):
        if any(slug == place[0] for slug, _ in old):
            yield f"{new[place]['name']}: the terms in force from {long(place[1])} are now used."


def differences(one: dict, two: dict, words) -> Iterator[str]:
    old, new = flat(one["terms"]), flat(two["terms"])
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            was, now = words(path, old.get(path)), words(path, new.get(path))
            yield f"{two['name']}: the {term_words(path)} changed from {was} to {now}."


def term_words(path: tuple[str, ...]) -> str:
    """`deductible, medical, one person`, `coinsurance for a drug line`."""
    if path[0] == "rules" and len(path) > 2:
        return f"{plain(path[2])} for a {plain(path[1])} line"
    return ", ".join(plain(key) for key in path)


def plain(key: str) -> str:
    return TERM_WORDS.get(key, key.replace("_", " "))


def flat(terms: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(terms, dict) or set(terms) == {"parameter"}:
        return {path: terms}
    found: dict[tuple[str, ...], Any] = {}
    for key, value in terms.items():
        found |= flat(value, (*path, key))
    return found


def in_words_of_terms(path: tuple[str, ...], value: Any) -> str:
    if isinstance(value, dict):
        return f"the national figure ({value['parameter']})"
    if isinstance(value, list):
        return listed([str(item) for item in value]) or NOTHING
    return "none" if value is None else in_words(path, value)


def in_words_of_program(path: tuple[str, ...], value: Any) -> str:
    return "not published" if value is None else money(value)


def law_changes(before: list[dict], after: list[dict]) -> Iterator[str]:
    old, new = ({law["state"]: law for law in one} for one in (before, after))
    for state in sorted(set(old) & set(new)):
        if old[state]["counts"] != new[state]["counts"]:
            yield f"What is known of {state}'s law on copay cards changed."
