"""The family's sheet: one estimate, live or saved, as plain values in one language. Templates only loop.

The cents are those of the counselor's page: both are sums of the same ledger.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from estimator import models, sheetwords
from estimator.assemble import Reference
from estimator.estimate import Estimate
from estimator.sheetcalendar import CalendarYear, bill_steps, calendar, first_bill
from estimator.sheetcalls import Contact, changes, clinic, contacts
from estimator.sheetfacts import Facts, facts_of
from estimator.sheethelp import HelpStep, help_steps, help_title, next_steps, travel_to_ask
from estimator.sheetpayers import PaidYear, drawing, paid, payers, picture_words
from estimator.sheetterms import Term, terms, terms_note
from estimator.sheetwords import LANGUAGES, Named, day
from estimator.sheetyears import Year, lead, more_below, years
from estimator.words import money_short

MOST_YEARS_IN_A_MESSAGE = 5


@dataclass(frozen=True)
class Sheet:
    drug: str
    number: str
    made_on: str
    plans: tuple[Named, ...]
    prices: str
    covered: bool
    lead: str
    lead_more: str
    next_steps: tuple[str, ...]
    years: tuple[Year, ...]
    has_ranges: bool
    first_bill: str
    bill_steps: tuple[str, ...]
    calendar: tuple[CalendarYear, ...]
    left_after: str
    has_help: bool
    picture: str
    picture_words: str
    payers: tuple[tuple[str, str, str], ...]
    paid: tuple[PaidYear, ...]
    help_title: str
    help: tuple[HelpStep, ...]
    travel_to_ask: str
    changes: tuple[str, ...]
    clinic: Contact
    contacts: tuple[Contact, ...]
    terms: tuple[Term, ...]
    terms_note: str
    codes: tuple[str, ...]
    basis: str


def family_sheet(
    source: Estimate | models.Estimate, language: str, reference: Reference | None = None
) -> dict:
    """The context of `estimator/sheet.html`. `language` is one of `LANGUAGES`; any other becomes English."""
    language = language if language in LANGUAGES else "en"
    facts = facts_of(source, reference)
    with translation.override(language):
        sheet = written(facts)
    return {"sheet": sheet, "language": language, "languages": LANGUAGES, "messages": messages(facts)}


def written(facts: Facts) -> Sheet:
    """The sheet in the language that is active."""
    first, more = lead(facts)
    return Sheet(
        drug=facts.drug,
        number=facts.number,
        made_on=day(facts.as_of),
        plans=tuple(sheetwords.plan(one) for one in facts.plans),
        prices=sheetwords.prices(facts.price_basis, facts.price_from),
        covered=facts.covered,
        lead=first,
        lead_more=more,
        next_steps=() if facts.covered else next_steps(facts),
        help_title=help_title(facts),
        help=help_steps(facts),
        travel_to_ask=travel_to_ask(facts),
        changes=changes(facts),
        clinic=clinic(),
        contacts=tuple(contacts(facts)),
        codes=facts.codes,
        basis=sheetwords.basis(facts.price_basis),
        **(of_cover(facts) if facts.covered else NOT_COVERED),
    )


def of_cover(facts: Facts) -> dict:
    """What only a family has whose plan pays for the medicine: without cover no number is fair."""
    return {
        "years": tuple(years(facts)),
        "has_ranges": any(one.is_range for one in facts.years),
        "first_bill": first_bill(facts),
        "bill_steps": tuple(bill_steps(facts)),
        "calendar": calendar(facts),
        "left_after": _("Left after both plans") if "second" in facts.who else _("Left after your plan"),
        "has_help": "help" in facts.who,
        "picture": drawing(facts),
        "picture_words": picture_words(facts),
        "payers": tuple(payers(facts)),
        "paid": tuple(paid(facts)),
        "terms": terms(facts),
        "terms_note": terms_note(facts),
    }


NOT_COVERED = {
    **dict.fromkeys(("years", "bill_steps", "calendar", "payers", "paid", "terms"), ()),
    **dict.fromkeys(("first_bill", "left_after", "picture", "picture_words", "terms_note"), ""),
    **dict.fromkeys(("has_ranges", "has_help"), False),
}


# A text to copy into a message


def messages(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    """(language, its name, the text) in each language."""
    found = []
    for language, name in LANGUAGES.items():
        with translation.override(language):
            found.append((language, name, message(facts)))
    return tuple(found)


def message(facts: Facts) -> str:
    parts = [_("Estimate for %(drug)s, made on %(day)s.") % {"drug": facts.drug, "day": day(facts.as_of)}]
    first, more = lead(facts)
    # A message has no other parts to look under.
    parts += [_("This is an estimate, not a bill."), first, more.removesuffix(more_below()).strip()]
    if facts.covered:
        later = [
            _("%(year)s: about %(amount)s.")
            % {"year": sheetwords.year(number), "amount": money_short(one.likely)}
            for number, one in enumerate(facts.years[1:MOST_YEARS_IN_A_MESSAGE], 2)
        ]
        parts += [*later, first_bill(facts)]
    whom = " ".join(part for part in (settings.CLINIC_NAME, settings.CLINIC_PHONE) if part)
    parts.append(_("Questions? Call %(whom)s.") % {"whom": whom or _("your clinic")})
    return " ".join(part for part in parts if part)
