"""Help, in the order of asking: what a program pays, how to apply, when it runs out and what then."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from estimator import sheetwords
from estimator.sheetfacts import Facts, Help
from estimator.sheetwords import Named, day
from estimator.words import money_short


@dataclass(frozen=True)
class HelpStep:
    """Without a bill to pay there is nothing to hurry for: then only `pays`, how to apply and travel are said."""

    name: Named
    pays: str
    apply: str
    phone: str
    address: str
    travel: str = ""
    ready: str = ""
    deadline: str = ""
    claims: str = ""
    ends: str = ""


def help_title(facts: Facts) -> str:
    if not facts.helps:
        return _("Help programs")
    return _("Help you may get, in this order") if facts.needs_help else _("Help, if you ever need it")


def help_steps(facts: Facts) -> tuple[HelpStep, ...]:
    return tuple(help_step(facts, one) for one in facts.helps)


def help_step(facts: Facts, one: Help) -> HelpStep:
    named = {
        "name": sheetwords.program(one),
        "apply": apply(one),
        "phone": one.phone,
        "address": one.address.removeprefix("https://").removeprefix("www."),
        "travel": travel(one),
    }
    if not facts.needs_help:
        return HelpStep(pays=_("You may not need it, because we do not expect any bill."), **named)
    return HelpStep(
        pays=pays(facts, one),
        deadline=deadline(facts, one),
        claims=claims(facts, one),
        ready=ready(one),
        ends=ends(facts, one),
        **named,
    )


def pays(facts: Facts, one: Help) -> str:
    first = facts.paid_by(one.slug, facts.of_year(1))
    if first:
        return _("This estimate counts on it to pay about %(amount)s in your first year.") % {
            "amount": money_short(first)
        }
    if one.type == "free_drug" and one.counted:
        return _("This estimate counts on it to give you the medicine for free.")
    if one.counted:
        return _("You may not need it in the first year, because others pay before it does.")
    if one.type == "free_drug":
        return _("It may give you the medicine for free, but this estimate does not count on it yet.")
    if one.needs_approval:
        return _("It has to accept your family first, so this estimate does not count on it yet.")
    return _("It does not publish how much it pays in a year, so this estimate does not count on it yet.")


def apply(one: Help) -> str:
    if one.phone:
        return _("To apply, call and ask to sign up:")
    return _("To apply, visit its website:") if one.address else _("Ask your clinic how to apply.")


def deadline(facts: Facts, one: Help) -> str:
    """The last day to apply. Where none is known, the first dose is the day that counts."""
    has_begun = facts.first <= facts.as_of
    days = one.rules.get("apply")
    if days is None:
        words = _(
            "Sign up before the first dose on %(day)s, and ask the program if it has a last day to apply."
        )
        if has_begun:
            words = _("Sign up as soon as you can, because the first dose is or was on %(day)s.")
        return words % {"day": day(facts.first)}
    last = facts.first + timedelta(days=days)
    said = {"day": day(facts.first), "last": day(last), "number": days}
    if last < facts.as_of:
        return (
            _(
                "Sign up as soon as you can, because it does not pay for care more than %(number)s days before "
                "you sign up."
            )
            % said
        )
    if has_begun:
        return (
            _("Sign up as soon as you can: the last day to get its help with the first dose is %(last)s.")
            % said
        )
    return (
        _(
            "Sign up before the first dose on %(day)s. The last day to get its help with that dose is %(last)s."
        )
        % said
    )


def claims(facts: Facts, one: Help) -> str:
    """What has to be done in time once the family is signed up."""
    said = []
    if (days := one.rules.get("claim")) is not None:
        said.append(
            _("Send it the letter from your plan within %(number)s days of the treatment.") % {"number": days}
        )
    if (days := one.rules.get("use")) is not None:
        said.append(_("It may end if it has paid no bill for %(number)s days.") % {"number": days})
        if facts.is_apart(days):
            said.append(_("Your treatments are further apart, so call it and ask for more time."))
    if one.rules.get("renewal"):
        said.append(_("You have to apply again each year."))
    return " ".join(said)


def travel(one: Help) -> str:
    if not one.rules.get("travel"):
        return ""
    return _("It may also help with the cost of travel and of a place to stay, so ask how much it pays.")


def travel_to_ask(facts: Facts) -> str:
    """For the programs of which nobody knows whether they help with travel."""
    known = ["travel" in one.rules for one in facts.helps]
    if all(known):
        return ""
    if any(known):
        return _("Ask the other programs too if they help with the cost of travel or of a place to stay.")
    return _("Ask each program if it also helps with the cost of travel or of a place to stay.")


def ready(one: Help) -> str:
    if one.type == "copay_card":
        return _("Have your insurance card, your doctor's name and the date of the first dose at hand.")
    return _("Have your insurance card, your doctor's name and proof of your family's income at hand.")


def ends(facts: Facts, one: Help) -> str:
    if out := facts.runs_out(one):
        return f"{runs_out(facts, one, out)} {then(facts, one)}"
    if one.type == "free_drug" and "renewal" in one.rules:
        return _("If the help ever ends, call your clinic.")
    if one.type == "free_drug":
        return _("Ask how long the help lasts and when you must renew, and call your clinic if it ever ends.")
    if one.annual_maximum is not None:
        return _(
            "It pays up to %(amount)s in a year, and if it ever ends, call your clinic before you pay a bill."
        ) % {"amount": money_short(one.annual_maximum)}
    if "renewal" in one.rules:
        return _("Ask how much it pays in a year, and call your clinic if it ever ends.")
    return _("Ask how much it pays in a year and when you must renew, and call your clinic if it ever ends.")


def runs_out(facts: Facts, one: Help, out) -> str:
    """When the money is used up, and what is left to pay from then on."""
    renews = facts.renews(one, out)
    owed = facts.owed_until(out, renews)
    said = {"day": day(out), "renews": day(renews), "amount": money_short(owed)}
    if not owed:
        return (
            _(
                "The money may run out with the treatment on %(day)s, but we expect no more bills until the "
                "program's next year starts on %(renews)s."
            )
            % said
        )
    return (
        _(
            "The money may run out with the treatment on %(day)s. After that your family may pay about "
            "%(amount)s until the program's next year starts on %(renews)s."
        )
        % said
    )


def then(facts: Facts, one: Help) -> str:
    if one is facts.helps[-1]:
        return _("If it ends sooner, call your clinic.")
    return _("If it ends, call your clinic, and ask the next program on this list.")


def next_steps(facts: Facts) -> tuple[str, ...]:
    """What to do where no plan pays for the medicine."""
    ask_programs = (
        [_("Ask the programs below if they can give you the medicine for free.")] if facts.helps else []
    )
    if facts.state == "no_plan":
        return (
            _("Call your clinic and ask if your family can get Medicaid."),
            _("Ask about a health plan from an employer or from the insurance marketplace."),
            *ask_programs,
        )
    return (
        _(
            "Call your clinic and ask it to send your plan a letter that explains why this medicine is needed."
        ),
        _("Ask your plan for its written rules for this medicine, and ask for an exception to them."),
        _(
            "If the plan says no, you can appeal: first ask the plan to decide again, then ask for an "
            "outside review."
        ),
        *ask_programs,
    )
