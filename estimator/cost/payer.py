"""A plan at work: its terms year by year, its accumulators, and what it charges for a line.

Primary and secondary plans are the same thing; they differ in what is credited afterwards.
"""

from dataclasses import dataclass
from typing import NamedTuple

from .case import Plan, Terms
from .limits import Accumulators, EncounterSums
from .line import CostSharing, Number, Room, cost_sharing, not_covered
from .money import INTS, NO_LIMIT, less, plus, stops, used
from .years import years_starting


@dataclass(frozen=True, slots=True)
class PlanYears:
    """A plan laid over the lines of a case: which plan year and which terms hold at each line."""

    plan: Plan
    years: tuple[int, ...]
    terms: tuple[Terms, ...]
    terms_at: tuple[int, ...]

    @classmethod
    def of(cls, plan: Plan, dates) -> "PlanYears":
        years = years_starting(dates, plan.plan_year_start)
        starts = [year for year, _ in plan.later_terms]
        terms = (plan.terms, *(later for _, later in plan.later_terms))
        held = {year: sum(start <= year for start in starts) for year in set(years)}
        return cls(plan, years, terms, tuple(held[year] for year in years))

    def at(self, position: int) -> Terms:
        return self.terms[self.terms_at[position]]


class Charge(NamedTuple):
    """What a plan asks for one line, with the room there was before it."""

    share: CostSharing
    room: Room
    rate: Number
    covered: Number


class Payer:
    """Adjudicates lines in date order and keeps the amounts met."""

    def __init__(self, x, plan_years: PlanYears):
        self.x = x
        self.years = plan_years
        first = plan_years.terms[0]
        families, minimum = asks_for_families(x, plan_years), asks_for_minimum(plan_years)
        self.deductibles = Accumulators(first.deductibles, families or minimum, minimum)
        self.maximums = Accumulators(first.out_of_pocket_maximums, families, by_member=False)
        self.encounters = EncounterSums()

    def begin(self, position: int):
        """Before a line: in a later plan year than the line before, every pool returns to zero."""
        if position and self.years.years[position] != self.years.years[position - 1]:
            self.deductibles.reset()
            self.maximums.reset()

    def has_reached_maximum(self, position: int, line) -> bool:
        """On ints: whether this covered line comes under a maximum of which nothing is left."""
        terms = self.years.at(position)
        rule = terms.rule_for(line.kind)
        name = rule.out_of_pocket_maximum
        if name is None or not rule.covered:
            return False
        return not self.maximums.left(self.x, name, terms.out_of_pocket_maximums[name], line.member)

    def charge(self, position: int, line, amount: Number, own_rate=None) -> Charge:
        """The member's share of `amount` cents under this plan's rule for the line; credits nothing."""
        x, terms = self.x, self.years.at(position)
        rule = terms.rule_for(line.kind)
        rate = rule.coinsurance if own_rate is None else own_rate
        room = self.room(terms, rule, line)
        covered_share = cost_sharing(x, amount, rule, rate, room)
        return Charge(not_covered(x, rule.covered, amount, covered_share), room, rate, rule.covered)

    def room(self, terms: Terms, rule, line) -> Room:
        x = self.x
        deductible, cap, includes, maximum = 0, NO_LIMIT, False, NO_LIMIT
        if rule.deductible is not None:
            pool = terms.deductibles[rule.deductible]
            deductible = self.deductibles.left(x, rule.deductible, pool, line.member)
        if rule.cap is not None:
            limit = terms.caps[rule.cap]
            includes = limit.includes_deductible
            charged = self.encounters.charged(x, rule.cap, line.encounter, line.member, includes)
            cap = x.maximum(0, less(limit.amount, charged)) if stops(limit.amount) else NO_LIMIT
        if rule.out_of_pocket_maximum is not None:
            pool = terms.out_of_pocket_maximums[rule.out_of_pocket_maximum]
            maximum = self.maximums.left(x, rule.out_of_pocket_maximum, pool, line.member)
        return Room(deductible, cap, includes, maximum)

    def record(
        self, position: int, line, to_deductible: Number, to_maximum: Number, under_cap: CostSharing | None
    ):
        """After a line: credit the pools its rule names, and add what it charges under its cap, if anything."""
        rule = self.years.at(position).rule_for(line.kind)
        if rule.deductible is not None:
            self.deductibles.credit(rule.deductible, line.member, to_deductible)
        if rule.out_of_pocket_maximum is not None:
            self.maximums.credit(rule.out_of_pocket_maximum, line.member, to_maximum)
        if rule.cap is not None and under_cap is not None:
            other = plus(under_cap.copay, under_cap.coinsurance)
            self.encounters.add(rule.cap, line.encounter, line.member, under_cap.deductible, other)


def asks_for_families(x, plan_years: PlanYears) -> bool:
    """Whether any limit is a family's; a ledger on ints shows what the family has met in any case."""
    pools = (
        pool
        for terms in plan_years.terms
        for side in (terms.deductibles, terms.out_of_pocket_maximums)
        for pool in side.values()
    )
    return x is INTS or any(stops(pool.family) for pool in pools)


def asks_for_minimum(plan_years: PlanYears) -> bool:
    """Whether the plan goes with a health savings account in any of its years."""
    return any(used(terms.hdhp_minimum_deductible) for terms in plan_years.terms)
