"""Why one run costs the family more than another, in one sentence: read off what bound in each ledger.

Nothing is computed again here; amounts are cents, rates thousandths of a percent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from estimator.assemble import Assembled
from estimator.bounds import is_limited, room_of_plan_years
from estimator.cost.case import Case
from estimator.cost.money import NO_LIMIT
from estimator.cost.result import Row
from estimator.request import Request
from estimator.sentences import Names
from estimator.words import listed, money, money_short, percent
from estimator.yearbills import Bill
from payers.reference import Payers


@dataclass(frozen=True)
class Facts:
    """What decided the family's share in one run: its treatment rows, and the limits they came under."""

    rows: tuple[Row, ...]
    names: Names
    has_plan: bool
    met: int

    @classmethod
    def of(cls, rows: Sequence[Row], case: Case, names: Names) -> "Facts":
        treatment = tuple(row for row in rows if row.kind != "other_care")
        return cls(treatment, names, case.primary is not None, met_before(case))

    @property
    def patient(self) -> int:
        return sum(row.patient for row in self.rows)

    @property
    def plan_years(self) -> tuple[int, ...]:
        """Plan years in which the family pays anything."""
        return tuple(dict.fromkeys(row.plan_year for row in self.rows if row.patient))

    @property
    def doses(self) -> int:
        return len({(row.encounter, row.date) for row in self.rows})

    @property
    def limits_reached(self) -> dict[int, int]:
        """The out-of-pocket maximum that was reached, by plan year."""
        reached = {}
        for row in self.rows:
            for pool in row.pools_after:
                if (pool.side, pool.name) == ("maximum", row.maximum_pool):
                    if pool.individual_limit is not None and pool.individual_met >= pool.individual_limit:
                        reached[row.plan_year] = pool.individual_limit
                    elif pool.family_limit is not None and pool.family_met >= pool.family_limit:
                        reached[row.plan_year] = pool.family_limit
        return reached

    @property
    def help(self) -> int:
        return sum(row.assistance for row in self.rows)

    @property
    def second(self) -> int:
        return sum(row.secondary for row in self.rows)

    @property
    def allowed(self) -> int:
        return sum(row.allowed for row in self.rows)


def names_of(assembled: Assembled, request: Request, payers: Payers) -> Names:
    """How the payers of a run are called."""
    programs = {
        program["name"]: payers.program(program["name"]) for program in assembled.payers_of_case["programs"]
    }
    return Names(
        plan=assembled.case.primary is not None,
        secondaries=tuple(payers.design(coverage.design).name for coverage in request.secondary),
        programs={slug: program.name for slug, program in programs.items() if program},
    )


def met_before(case: Case) -> int:
    """What counts as met toward the maximum at the first dose."""
    pools = case.primary.terms.out_of_pocket_maximums.values() if case.primary else ()
    return sum(pool.met_individual for pool in pools)


# --- what decided one run ---


def what_decides(facts: Facts) -> str:
    """`the out-of-pocket maximum of $8,000 is reached in each of 3 plan years`: completes "here ..."."""
    if not facts.has_plan:
        return "nobody else answers for the bill"
    if any(not row.covered and row.allowed for row in facts.rows):
        return "the plan does not cover all of it"
    parts = [part for part in (limits(facts), charges(facts), second_payer(facts), helpers(facts)) if part]
    return listed(parts) or "the plan pays in full"


def limits(facts: Facts) -> str:
    reached = facts.limits_reached
    if not reached:
        return ""
    least, most = min(reached.values()), max(reached.values())
    of = money_short(least) if least == most else f"{money_short(least)} to {money_short(most)}"
    each = "1 plan year" if len(reached) == 1 else f"{len(reached)} plan years"
    return f"the out-of-pocket maximum of {of} is reached in {each}"


def charges(facts: Facts) -> str:
    """What is charged where no yearly maximum is reached: a cap for the day, a copay, a percentage."""
    owed = [row for row in facts.rows if row.responsibility]
    if facts.limits_reached or not owed:
        return ""
    if any(row.cut_by_cap for row in owed):
        caps = {row.cap_room for row in owed if row.cut_by_cap}
        return f"the copayment of a day is capped at {span(caps, money_short)}"
    copays = {row.copay for row in owed if row.copay}
    rates = {row.rate for row in owed if row.coinsurance}
    parts = []
    if rates:
        unlimited = all(row.maximum_left >= NO_LIMIT for row in owed)
        parts.append(f"{span(rates, percent)} is owed{', without a yearly limit' if unlimited else ''}")
    if copays:
        parts.append(f"a copay of {span(copays, money_short)} is owed each time")
    return " and ".join(parts) or "only the deductible is owed"


def span(values: set[int], words) -> str:
    least, most = min(values), max(values)
    return words(least) if least == most else f"{words(least)} to {words(most)}"


def second_payer(facts: Facts) -> str:
    paid = [
        (name, sum(row.secondary_by_payer[n] for row in facts.rows if n < len(row.secondary_by_payer)))
        for n, name in enumerate(facts.names.secondaries)
    ]
    parts = [f"{name} pays {money(cents)} of that" for name, cents in paid if cents]
    return listed(parts)


def helpers(facts: Facts) -> str:
    paid: dict[str, int] = {}
    for row in facts.rows:
        for slug, cents in row.assistance_by_program.items():
            paid[slug] = paid.get(slug, 0) + cents
    parts = [f"{facts.names.programs.get(slug, slug)} pays {money(cents)}" for slug, cents in paid.items()]
    return listed([part for part, cents in zip(parts, paid.values(), strict=True) if cents])


# --- two runs that cost the family the same ---


def why_the_same(facts: Facts, before: Bill, after: Bill, second: str, same_limits: bool) -> str:
    """What makes the family's share the same in two runs, `facts` those of the first; `second` pays second.

    Read off what was owed and who paid it in both; where the two do not show a cause, none is given.
    """
    if (before.owed, before.second, before.help) != (after.owed, after.second, after.help):
        return others_take_it(before, after, second)
    if same_limits and before.owed and before.owed == most_within_limits(facts):
        return f"Here as there {limits(facts)}{both_pay(before)}."
    return f"The family pays the same either way: {money(before.total)}."


def others_take_it(before: Bill, after: Bill, second: str) -> str:
    """The plan leaves more or less, or somebody else pays it, and the family's part stays."""
    parts = [
        changed("the plan leaves", before.owed, after.owed),
        changed(f"{second} pays", before.second, after.second),
        changed("help pays", before.help, after.help),
    ]
    words = listed([part for part in parts if part])
    return f"{words[:1].upper()}{words[1:]}: what the family pays stays {money(before.total)}."


def changed(who: str, before: int, after: int) -> str:
    if before == after:
        return ""
    return f"{who} {money(abs(after - before))} {'more' if after > before else 'less'}"


def both_pay(bill: Bill) -> str:
    payers = [who for who, cents in (("the second coverage", bill.second), ("help", bill.help)) if cents]
    return f", and {listed(payers)} {'pay' if len(payers) > 1 else 'pays'} the same" if payers else ""


def most_within_limits(facts: Facts) -> int | None:
    """What the plan can leave of these lines at most under its maximums, if every cent left counts toward them.

    A run that leaves so much has reached each of them, and so has any other under the same limits.
    """
    if not all(is_limited(row) and row.credited == row.responsibility for row in facts.rows):
        return None
    rooms = room_of_plan_years(facts.rows)
    return sum(rooms.values())


# --- two runs of one plan that differ in their dates ---


def because_of_dates(chosen: Facts, other: Facts) -> str:
    """Why the same treatment on other dates costs the family something else: completes "because"."""
    reasons = (
        limits_renewed(chosen, other),
        number_of_doses(chosen, other),
        met_is_lost(chosen, other),
        of_others("help", chosen.help, other.help),
        of_others("the second coverage", chosen.second, other.second),
        other_limits(chosen, other),
        other_prices(chosen, other),
    )
    return next(filter(None, reasons), "its doses fall differently on the plan years")


def limits_renewed(chosen: Facts, other: Facts) -> str:
    before, after = len(chosen.plan_years), len(other.plan_years)
    if before == after or not (chosen.limits_reached or other.limits_reached):
        return years_touched(before, after) if before != after else ""
    return f"{years_touched(before, after)}, and the plan's limits start again with each"


def years_touched(before: int, after: int) -> str:
    """`its bills fall into 3 plan years instead of 4`."""
    return f"its bills fall into {after} plan year{'' if after == 1 else 's'} instead of {before}"


def number_of_doses(chosen: Facts, other: Facts) -> str:
    if chosen.doses == other.doses or (chosen.limits_reached and other.limits_reached):
        return ""
    return f"{other.doses} doses instead of {chosen.doses} fall into these years"


def met_is_lost(chosen: Facts, other: Facts) -> str:
    if chosen.met <= other.met or other.patient <= chosen.patient:
        return ""
    return f"the {money_short(chosen.met)} already met this plan year would no longer count"


def of_others(who: str, before: int, after: int) -> str:
    if before == after:
        return ""
    more = "more" if after > before else "less"
    return f"{who} pays {money(abs(after - before))} {more}"


def other_limits(chosen: Facts, other: Facts) -> str:
    before, after = sum(chosen.limits_reached.values()), sum(other.limits_reached.values())
    if before == after:
        return ""
    if len(chosen.limits_reached) != len(other.limits_reached):
        return (
            f"the out-of-pocket maximum is reached in {len(other.limits_reached)} plan years instead of "
            f"{len(chosen.limits_reached)}"
        )
    return f"the limits of its plan years are {'higher' if after > before else 'lower'}"


def other_prices(chosen: Facts, other: Facts) -> str:
    if chosen.allowed == other.allowed:
        return ""
    more = "more" if other.allowed > chosen.allowed else "less"
    return f"by the prices known for its dates {money(abs(other.allowed - chosen.allowed))} {more} is allowed"
