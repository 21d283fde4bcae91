"""Who pays the rest: the sheet's one picture, the same in words, and the same as a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from estimator import sheetwords
from estimator.charts import Amounts, stacked_bars
from estimator.sheetfacts import Facts
from estimator.sheetpicture import key, picture
from estimator.words import money

MOST_BARS = 5


@dataclass(frozen=True)
class PaidYear:
    label: str
    amounts: tuple[str, ...]


def drawing(facts: Facts) -> str:
    rows = [Amounts(str(year), "", parts(facts, year)) for year in drawn(facts)]
    if not any(sum(row.parts.values()) for row in rows):
        return ""
    return picture(stacked_bars(rows, who_words(), title="", description=""))


def picture_words(facts: Facts) -> str:
    """The picture in words, for whoever cannot see it."""
    words = who_words()
    said = [
        "{}: {}.".format(
            sheetwords.year(year),
            ", ".join(f"{words[who]} {money(cents)}" for who, cents in parts(facts, year).items()),
        )
        for year in drawn(facts)
    ]
    return " ".join([_("One bar for each year, cut into parts by who pays."), *said])


def payers(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """(the pattern's picture, the pattern in a word, whose part it is)."""
    patterns = {"plan": _("gray"), "second": _("stripes"), "help": _("dots"), "family": _("black")}
    for who in facts.who:
        yield key(who), patterns[who], who_words()[who]


def paid(facts: Facts) -> Iterator[PaidYear]:
    for year in drawn(facts):
        yield PaidYear(sheetwords.year(year), tuple(money(cents) for cents in parts(facts, year).values()))


def drawn(facts: Facts) -> range:
    return range(1, min(len(facts.years), MOST_BARS) + 1)


def parts(facts: Facts, year: int) -> dict[str, int]:
    return {who: sum(getattr(line, who) for line in facts.of_year(year)) for who in facts.who}


def who_words() -> dict[str, str]:
    return {
        "plan": _("Your plan"),
        "second": _("Your second plan"),
        "help": _("Help"),
        "family": _("You"),
    }
