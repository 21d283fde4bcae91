"""Words of the family's sheet that do not depend on one estimate: dates, doses, prices, open questions.

Every function gives its text in the language that is active (`django.utils.translation`).
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from estimator.sheetfacts import Help, Plan, Question
from estimator.words import money_short

LANGUAGES = {"en": "English", "es": "Español"}
DATES = {"en": ("F j, Y", "F Y", "F j"), "es": (r"j \d\e F \d\e Y", r"F \d\e Y", r"j \d\e F")}
NUMBERED = re.compile(r"(.*?) (?:dose )?(\d+)$")


def day(on: date) -> str:
    """`January 5, 2026`, `5 de enero de 2026`: never digits alone."""
    return date_format(on, DATES[get_language()][0])


def month(on: date) -> str:
    words = date_format(on, DATES[get_language()][1])
    return words[:1].upper() + words[1:]


def day_of_year(on: date) -> str:
    return date_format(on, DATES[get_language()][2])


def year(number: int) -> str:
    return _("Year %(number)s") % {"number": number}


def share(thousandths: int) -> str:
    """20000 -> `20%`."""
    return f"{thousandths // 1000}.{thousandths % 1000:03}".rstrip("0").rstrip(".") + "%"


def days(dates: list[date]) -> str:
    """Days of one month: `January 2, 16, 30`."""
    numbers = ", ".join(str(on.day) for on in dates)
    return _("%(month)s %(days)s") % {"month": date_format(dates[0], "F"), "days": numbers}


def dose_of(label: str) -> tuple[str, str]:
    """The ledger's `Loading dose 1` as a kind and a number; a one-time dose has neither."""
    found = NUMBERED.match(label)
    return (found[1].lower(), found[2]) if found else ("", "")


def dose(kind: str, numbers: str) -> str:
    if not numbers:
        return _("the one-time dose")
    words = {
        "loading": _("starting dose %(number)s"),
        "maintenance": _("regular dose %(number)s"),
        "fill": _("pharmacy refill %(number)s"),
    }
    return words.get(kind, _("dose %(number)s")) % {"number": numbers}


def prices(basis: str, since: date | None) -> str:
    """Where the price of the drug is from."""
    if basis == "unknown":
        return _("It uses the prices that were known on that day.")
    if basis in ("typed", "contract") or since is None:
        return _("It uses the price for the medicine that your clinic gave us.")
    if basis == "wac":
        return _("It uses the list price of the medicine's maker, as of %(day)s.") % {"day": day(since)}
    return _("It uses the price for the medicine that Medicare published for the time from %(day)s.") % {
        "day": day(since)
    }


# Names


@dataclass(frozen=True)
class Named:
    """A proper name stays as its owner writes it. `kind` says in the sheet's language what it is.

    English names say that themselves, so in English there is no kind.
    """

    kind: str
    name: str


def plan(one: Plan) -> Named:
    kinds = {
        "commercial": _("private health insurance"),
        "medicare": "Medicare",
        "medigap": _("Medicare supplement plan"),
        "medicaid": "Medicaid",
        "chip": _("health insurance for children"),
        "tricare": _("health insurance for military families"),
        "va": _("health care for veterans"),
        "uninsured": _("no health insurance"),
    }
    return named(kinds.get(one.kind, ""), one.name)


def program(one: Help) -> Named:
    kinds = {
        "copay_card": _("Copay program of the medicine's maker"),
        "grant": _("Fund of a charity"),
        "free_drug": _("Free medicine from its maker"),
    }
    return named(kinds.get(one.type, ""), one.name)


def named(kind: str, name: str) -> Named:
    return Named("" if get_language() == "en" else kind, name)


# Open questions


def question(one: Question, programs: dict[str, str], with_amounts: bool) -> str:
    """An open question as a sentence, and what hangs on it in the first year: without cover no number is fair."""
    words = _("We do not know yet %(what)s.") % {"what": unknown(one.key, one.whom, programs)}
    words += " " + advice(one.key, one.whom)
    if with_amounts and one.low < one.high:
        words += " " + _("Your first year could then cost from %(low)s to %(high)s.") % {
            "low": money_short(one.low),
            "high": money_short(one.high),
        }
    return words


def unknown(key: str, whom: str, programs: dict[str, str]) -> str:
    """What nobody has told us, to stand after `We do not know yet`."""
    name = programs.get(key.removeprefix("programs.").removesuffix(".annual_maximum"), "")
    if name and key.endswith(".annual_maximum"):
        return _("how much “%(name)s” pays in a year") % {"name": name}
    if name:
        return _("if “%(name)s” can help your family") % {"name": name}
    known = {
        "assistance_policy": _("if your plan counts the help from a copay program toward your yearly limits"),
        "contracted_rate": _("what price your plan and your clinic agreed on"),
        "hospital_day_cap": _("how your hospital uses the Medicare limit for one day"),
    }
    return known.get(key) or unknown_of_plan(key, whom)


def unknown_of_plan(key: str, whom: str) -> str:
    if "met_" in key:
        return _("how much you have already paid toward your limits this year")
    if "deductible" in key:
        return _("how high the deductible of your plan is")
    if "out_of_pocket" in key:
        return _("how high the out-of-pocket maximum of your plan is")
    if whom == "payer":
        return _("what your plan asks you to pay for this medicine")
    return _("one answer that your clinic can give")


def advice(key: str, whom: str) -> str:
    """Whom to ask."""
    if key.startswith("programs."):
        return _("Call the program and ask.")
    if key == "hospital_day_cap":
        return _("Ask the billing office if it uses one limit for the whole day.")
    return _("Ask your plan.") if whom == "payer" else _("Ask your clinic.")


BASES = {
    "asp": "ASP (CMS Part B)",
    "addendum_b": "OPPS Addendum B",
    "addendum_bb": "ASC Addendum BB",
    "wac": "WAC",
    "pfs": "PFS",
    "opps": "OPPS",
    "asc": "ASC",
}
"""Names of price lists for the clinic: the same in every language."""


def basis(key: str) -> str:
    return BASES.get(key) or {"typed": gettext("typed by the clinic")}.get(key, "\u2013")
