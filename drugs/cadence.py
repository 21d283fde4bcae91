"""How often each part of a page is read again, when it was last, and when it falls due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from drugs.prices import quarters_behind
from drugs.reference import Drug, Price, Provenance
from drugs.words import day, period

REREAD_AFTER_DAYS = 180
A_QUARTER, A_YEAR = 92, 365
POLICIES = ("policy", "authorization", "step_therapy", "response_monitoring")
CODING = ("modifier", "bundling", "sedation", "claim_field", "diagnosis_code", "code_history", "site_of_care")


@dataclass(frozen=True)
class Element:
    """One part of a page: how often it is read again and how, when last, and whether that is overdue."""

    what: str
    often: str
    how: str
    last: str
    due: str
    is_due: bool


def elements_of(drug: Drug, prices: Iterable[Price], programs: Iterable[Provenance], today: date) -> tuple:
    facts = drug.facts
    label = [
        drug,
        *drug.regimens,
        *drug.presentations,
        *(f for f in facts if f.topic not in POLICIES + CODING),
    ]
    coding = [*drug.codes, *drug.administration_codes, *(f for f in facts if f.topic in CODING)]
    policies = [f for f in facts if f.topic in POLICIES]
    rows = (
        prices_element(prices, today),
        coding_element((row.provenance for row in coding), today),
        policies_element((row.provenance for row in policies), today),
        _programs(programs, today),
        _label((row.provenance for row in label), today),
    )
    return tuple(row for row in rows if row)


def prices_element(prices: Iterable[Price], today: date) -> Element | None:
    official = [price for price in prices if price.basis not in ("wac", "contract")]
    newest = max(official, key=lambda p: (p.effective_to or date.max, p.effective_from), default=None)
    if newest is None:
        return None
    behind = quarters_behind(newest, today)
    return Element(
        "Medicare prices",
        "every quarter",
        "The official file is loaded, compared with the quarter before, published by a person. Old quarters stay.",
        period(newest.effective_from, newest.effective_to),
        _due(newest.effective_to + timedelta(days=1)) if newest.effective_to else "",
        behind > 0,
    )


def coding_element(read: Iterable[Provenance], today: date) -> Element | None:
    how = "Read against the official lists; an ended code keeps its dates."
    return _element("Codes, modifiers, bundling", "every quarter", how, read, A_QUARTER, today)


def policies_element(read: Iterable[Provenance], today: date) -> Element | None:
    how = "Read again at the payer; until then flagged as due."
    often = f"after {REREAD_AFTER_DAYS} days at the latest"
    return _element("Payer policies", often, how, read, REREAD_AFTER_DAYS, today)


def _programs(read: Iterable[Provenance], today: date) -> Element | None:
    how = "Called or read again; a fund's state is dated by the day it was seen."
    often = f"after {REREAD_AFTER_DAYS} days at the latest"
    return _element("Assistance programs", often, how, read, REREAD_AFTER_DAYS, today)


def _label(read: Iterable[Provenance], today: date) -> Element | None:
    how = "Read again at the label record."
    often = "when the label changes, else once a year"
    return _element("Label, dosing, packages, NDC, treatments", often, how, read, A_YEAR, today)


def _element(
    what: str, often: str, how: str, read: Iterable[Provenance], days: int, today: date
) -> Element | None:
    """Due counts from the value that was read longest ago."""
    dates = [d for p in read if (d := p.verified_on or p.read_on or p.source.read_on)]
    if not dates:
        return None
    due = min(dates) + timedelta(days=days)
    last = day(max(dates)) if min(dates) == max(dates) else f"{day(min(dates))} to {day(max(dates))}"
    return Element(what, often, how, f"read {last}", _due(due), due < today)


def _due(on: date) -> str:
    return f"due {day(on)}"
