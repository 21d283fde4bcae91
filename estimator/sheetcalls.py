"""What could change the sheet, and whom to call: the clinic first, then the plans, then the programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from estimator import sheetwords
from estimator.sheetfacts import Facts
from estimator.sheetwords import Named, day_of_year

MOST_QUESTIONS = 3


@dataclass(frozen=True)
class Contact:
    who: str
    phone: str
    why: str
    name: Named | None = None


def changes(facts: Facts) -> tuple[str, ...]:
    asked = [one for one in facts.questions if facts.covered or one.key.startswith("programs.")]
    said = (sheetwords.question(one, facts.program_names, with_amounts=facts.covered) for one in asked)
    found = list(dict.fromkeys(said))[:MOST_QUESTIONS] if facts.needs_help else []
    if facts.straddles and facts.needs_help:
        starts = date(2026, *facts.plan_year_start)
        found.append(
            _(
                "Your plan year starts again on %(day)s. Your deductible and any yearly limit then start "
                "over at zero, so you may pay them twice in your first 12 months."
            )
            % {"day": day_of_year(starts)}
        )
    if len(facts.plans) > 1:
        found.append(
            _("If one of your plans ends or changes, you may have to pay more. Tell your clinic at once.")
        )
    found.append(
        _(
            "Prices change every few months, and a new treatment date, a new plan or other medical care "
            "can also change what you pay."
        )
    )
    return tuple(found)


def clinic() -> Contact:
    return Contact(
        _("First your clinic"),
        settings.CLINIC_PHONE,
        _("Ask any question about this sheet or about a bill. The clinic can tell you whom to call next."),
        Named("", settings.CLINIC_NAME) if settings.CLINIC_NAME else None,
    )


def contacts(facts: Facts) -> Iterator[Contact]:
    if facts.state != "no_plan":
        yield from plans(facts)
    phones = {one.phone: one for one in reversed(facts.helps) if one.phone}
    for phone, one in reversed(phones.items()):
        yield Contact(
            _("Help program"),
            phone,
            _("Call to apply, and later to ask where to send the letters from your plan."),
            Named("", one.name),
        )


def plans(facts: Facts) -> Iterator[Contact]:
    on_the_card = _("the phone number on the back of your plan card")
    first = sheetwords.plan(facts.plans[0])
    why = _("Ask what it pays and if it must approve the medicine before the first dose.")
    yield Contact(_("Your health plan"), on_the_card, why, first)
    for one in facts.plans[1:]:
        why = _("Ask what it pays of the rest, and if it needs the letter from your first plan.")
        yield Contact(_("Your second plan"), on_the_card, why, sheetwords.plan(one))
