"""The sheet's first words: what the family may pay, how far that may move, and what it hangs on."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from estimator import sheetwords
from estimator.sheetfacts import Facts
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
    likely, low, high = facts.years[0]
    if not likely:
        first = _("We expect your family to pay nothing in the first year of treatment.")
    else:
        first = _("Your family may pay about %(amount)s in the first year of treatment.") % {
            "amount": money_short(likely)
        }
    reach = in_range(likely, low, high)
    return first, f"{reach} {open_questions(facts)}".strip() if reach else ""


def in_range(likely: int, low: int, high: int) -> str:
    amounts = {"low": money_short(low), "high": money_short(high)}
    if low == high:
        return ""
    if likely == high:
        return _("It could be as low as %(low)s.") % amounts
    if likely == low:
        return _("It could be as high as %(high)s.") % amounts
    return _("It could be as low as %(low)s or as high as %(high)s.") % amounts


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
    for number, amounts in enumerate(facts.years, 1):
        begins, ends = facts.period(number)
        period = _("%(begins)s to %(ends)s") % {"begins": day(begins), "ends": day(ends)}
        yield Year(sheetwords.year(number), period, *(money_short(cents) for cents in amounts))
