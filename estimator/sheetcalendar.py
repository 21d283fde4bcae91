"""When bills may come: how a bill travels, and the months with treatment and what is left of each to pay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from estimator import sheetwords
from estimator.sheetfacts import Facts, Line
from estimator.sheetwords import day, month
from estimator.sheetyears import in_range
from estimator.words import money, money_short

MOST_YEARS = 3
"""Years told by month; all of them stand in the table of years."""
MOST_ROWS = 12
"""The paper has two pages: a later year that does not fit is told by its largest bill."""


@dataclass(frozen=True)
class Month:
    """`left` is what the plans leave, before help; `you` what stays with the family after it."""

    label: str
    care: tuple[str, ...]
    left: str
    help: str
    you: str
    mark: str


@dataclass(frozen=True)
class CalendarYear:
    """Without a label only the month of its largest bill is told, and that says so itself."""

    label: str
    months: tuple[Month, ...]


def first_bill(facts: Facts) -> str:
    likely = facts.first_bill.likely
    if not facts.needs_help:
        return _("We do not expect any bill for your family, because others pay all of it.")
    if not facts.may_owe:
        return _("If the help below pays as planned, nothing is left for your family to pay.")
    if not likely:
        words = _("We do not expect a bill for the first treatment on %(day)s.") % {
            "day": day(facts.first_bill_on)
        }
    else:
        words = _(
            "Your first bill may be about %(amount)s for the treatment on %(day)s, and it may arrive "
            "several weeks later."
        ) % {"amount": money_short(likely), "day": day(facts.first_bill_on)}
    return " ".join(part for part in (words, in_range(facts.first_bill)) if part)


def bill_steps(facts: Facts) -> Iterator[str]:
    """How a bill travels: who gets it first, and when help pays."""
    if facts.is_pharmacy:
        yield _(
            "The pharmacy bills your health plan first and asks you for your share when you pick up the medicine."
        )
    else:
        yield _("The clinic sends the bill to your health plan first, before it sends anything to you.")
    if "second" in facts.who:
        yield _("What the first plan leaves open then goes to your second plan.")
    if facts.needs_help:
        yield from help_pays_when(facts)
    if facts.may_owe:
        yield _("The rest is yours to pay, and you can ask the clinic to let you pay it in monthly parts.")


def help_pays_when(facts: Facts) -> Iterator[str]:
    types = {one.type for one in facts.helps}
    if "copay_card" in types and facts.is_pharmacy:
        yield _("If you show your copay card at the pharmacy, the program pays its part right away.")
    elif "copay_card" in types:
        yield _(
            "Your plan sends you a letter that shows your share. The copay program pays only after it "
            "gets a copy of that letter, so a bill may reach you first. Do not pay it yet, and call your "
            "clinic first."
        )
    if "grant" in types:
        yield _("A fund usually pays after you send it the bill or the letter from your plan.")


# The calendar


def calendar(facts: Facts) -> tuple[CalendarYear, ...]:
    """The first year whole; later years whole as long as they fit, else the month of their largest bill."""
    found, rows = [], 0
    for number in range(1, min(len(facts.years), MOST_YEARS) + 1):
        months = months_of(number, facts.of_year(number))
        rows += len(months)
        is_whole = number == 1 or rows <= MOST_ROWS
        if not is_whole:
            months = tuple(one for one in months if one.mark)
        if months:
            found.append(CalendarYear(sheetwords.year(number) if is_whole else "", months))
    return tuple(found)


def months_of(year: int, lines: list[Line]) -> tuple[Month, ...]:
    groups: dict[date, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.on.replace(day=1), []).append(line)
    owed = {begins: sum(line.family for line in group) for begins, group in groups.items()}
    largest = max(owed, key=lambda begins: owed[begins], default=None)
    mark = _("largest bill of year %(number)s") % {"number": year} if largest and owed[largest] else ""
    return tuple(
        month_of(begins, group, mark if begins == largest else "") for begins, group in groups.items()
    )


def month_of(begins: date, lines: list[Line], mark: str) -> Month:
    left, help_, you = (sum(getattr(line, part) for line in lines) for part in ("left", "help", "family"))
    return Month(month(begins), tuple(care_of(lines)), money(left), money(help_), money(you), mark)


def care_of(lines: list[Line]) -> Iterator[str]:
    """`January 2, 16: starting dose 3, 4`: doses of a kind stand together, each with its day."""
    kinds: dict[str, dict[str, date]] = {}
    for line in lines:
        kind, number = sheetwords.dose_of(line.dose)
        kinds.setdefault(kind, {}).setdefault(number, line.on)
    for kind, days in kinds.items():
        yield _("%(days)s: %(dose)s") % {
            "days": sheetwords.days(list(days.values())),
            "dose": sheetwords.dose(kind, ", ".join(days)),
        }
