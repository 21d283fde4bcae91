"""The sheet's first words: what the family may pay, how far that may move, and what it hangs on."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from estimator import sheetwords
from estimator.sheetfacts import Facts, Reach
from estimator.sheetwords import day
from estimator.words import money_short

MOST_NAMED = 2
"""Open questions named beside the first amount; `What could change this` tells of more."""


@dataclass(frozen=True)
class Year:
    label: str
    period: str
    likely: str
    low: str
    high: str
    may_be_lower: bool
    may_be_higher: bool


def lead(facts: Facts) -> tuple[str, str]:
    """The first words of the sheet, and what stands after them."""
    if facts.state == "no_plan":
        return _("Right now there is no health plan that pays for this medicine."), _(
            "Before the first dose, work through the steps below with your clinic, so that the cost "
            "does not fall on you alone."
        )
    if not facts.covered:
        return _("Your health plan may not pay for this medicine."), _(
            "Without the plan we cannot give you a fair number yet, but the steps below may change its answer."
        )
    likely = facts.years[0].likely
    if not likely:
        first = _("We expect your family to pay nothing in the first year of treatment.")
    else:
        first = _("Your family may pay about %(amount)s in the first year of treatment.") % {
            "amount": money_short(likely)
        }
    reach = in_range(facts.years[0])
    return first, f"{reach} {open_questions(facts)}".strip() if reach else ""


def in_range(reach: Reach) -> str:
    """How far it may move from the likely amount. Where that is not proven, nobody shall read a bound into it."""
    if not reach.is_range:
        return ""
    amounts = {"low": money_short(reach.low), "high": money_short(reach.high)}
    if reach.likely == reach.high:
        words = _("It could be as low as %(low)s.") % amounts
    elif reach.likely == reach.low:
        words = _("It could be as high as %(high)s.") % amounts
    else:
        words = _("It could be as low as %(low)s or as high as %(high)s.") % amounts
    return f"{words} {further(reach)}".strip()


def further(reach: Reach) -> str:
    if not reach.may_go_further:
        return ""
    if not reach.low:
        return _("It may even be higher.")
    return _("It may even lie outside of that.")


def open_questions(facts: Facts) -> str:
    """Names what nobody has told us: first what moves this year by itself."""
    asked = sorted(facts.questions, key=lambda one: one.low == one.high)
    said = list(dict.fromkeys(sheetwords.unknown(one.key, one.whom, facts.program_names) for one in asked))
    if not said:
        return ""
    words = _("We do not know yet %(what)s.") % {"what": _(" and ").join(said[:MOST_NAMED])}
    return words if len(said) <= MOST_NAMED else f"{words} {more_below()}"


def more_below() -> str:
    return _("You find more open questions under “What could change this”.")


def years(facts: Facts) -> Iterator[Year]:
    for number, reach in enumerate(facts.years, 1):
        begins, ends = facts.period(number)
        period = _("%(begins)s to %(ends)s") % {"begins": day(begins), "ends": day(ends)}
        amounts = (money_short(cents) for cents in (reach.likely, reach.low, reach.high))
        is_open = reach.is_range and reach.may_go_further
        yield Year(sheetwords.year(number), period, *amounts, is_open and bool(reach.low), is_open)
