"""A case, claim line by claim line in date order: primary, secondary payers, assistance, what is credited.

`adjudicate` is written for both number types; `simulate` runs it on ints and keeps the full ledger,
`grid.py` runs it on arrays.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from .assistance import Budget, Reset, free_drug_lines, maximizer_resets, usable_programs
from .case import Case, Line
from .line import CostSharing, Number, where_counted
from .money import INTS, NO_LIMIT, less, plus, used
from .payer import Charge, Payer, PlanYears
from .result import PoolAfter, Row, Simulation
from .secondary import Claim, secondary_payer
from .years import CALENDAR_YEAR, treatment_years, years_starting


def simulate(case: Case) -> Simulation:
    """The full ledger of one case, checked against its identities."""
    case = in_date_order(case)
    return Simulation.of(tuple(_row(outcome) for outcome in adjudicate(INTS, case)))


def in_date_order(case: Case) -> Case:
    """Lines by date; lines of one date stay in the given order."""
    return replace(case, lines=tuple(sorted(case.lines, key=lambda line: line.date)))


class Outcome(NamedTuple):
    """A line after everybody has paid. Numbers are ints, or arrays with one element a case."""

    position: int
    line: Line
    plan_year: int
    treatment_year: int
    allowed: Number
    free_drug_value: Number | None
    share: CostSharing
    secondary: tuple[Number, ...]
    assistance: tuple[Number, ...]
    patient: Number
    credited: Number
    outside_limits: Number
    charge: Charge | None
    reset: Reset | None
    below_minimum: Number
    run: "Run"

    @property
    def primary(self) -> Number:
        return less(self.allowed, self.share.responsibility)


def adjudicate(x, case: Case) -> Iterator[Outcome]:
    """The outcome of each line of a case whose lines are in date order."""
    if not case.lines:
        return
    run = Run(x, case)
    for position, line in enumerate(case.lines):
        yield run.outcome(position, line)


class Shares(NamedTuple):
    """What the plan leaves of a line, and who pays it."""

    patient: int
    responsibility: int
    secondary: int
    assistance: int


NOTHING = Shares(0, 0, 0, 0)


def shares(case: Case) -> list[Shares]:
    """Who pays what the plan leaves of each line of a case whose lines are in date order, without the ledger.

    A line under a maximum that has been reached owes nothing, so nobody is asked to pay any of it.
    """
    if not case.lines:
        return []
    run = Run(INTS, case)
    return [
        NOTHING if run.owes_nothing(position) else shares_of(run.outcome(position, line))
        for position, line in enumerate(case.lines)
    ]


def shares_of(outcome: "Outcome") -> Shares:
    return Shares(
        outcome.patient, outcome.share.responsibility, sum(outcome.secondary), sum(outcome.assistance)
    )


class Run:
    """Everybody who pays in one case, at work."""

    def __init__(self, x, case: Case):
        self.x, self.case = x, case
        dates = [line.date for line in case.lines]
        # A line without an encounter is one of its own, equal to no given number.
        self.lines = tuple(
            replace(line, encounter=("line", position)) if line.encounter is None else line
            for position, line in enumerate(case.lines)
        )
        years = PlanYears.of(case.primary, dates) if case.primary else None
        self.primary = Payer(x, years) if years else None
        self.plan_years = years.years if years else years_starting(dates, CALENDAR_YEAR)
        self.treatment_years = treatment_years(dates)
        self.secondary = [secondary_payer(x, coverage, dates) for coverage in case.secondary]
        self.budgets = [
            Budget(x, program, usable, case.lines, self.plan_years)
            for program, usable in zip(case.programs, usable_programs(case), strict=True)
        ]
        self.resets = maximizer_resets(case, years, self.budgets)
        self.free = free_drug_lines(case)
        self.payers = [payer for payer in (self.primary, *self.secondary, *self.budgets) if payer is not None]

    def owes_nothing(self, position: int) -> bool:
        """Whether the line is covered under a maximum of which nothing is left. A maximizer's line has no limits."""
        if self.primary is None or self.resets[position] is not None:
            return False
        self.begin(position)
        return self.primary.has_reached_maximum(position, self.lines[position])

    def begin(self, position: int):
        for payer in self.payers:
            payer.begin(position)

    def outcome(self, position: int, given: Line) -> Outcome:
        x, line = self.x, self.lines[position]
        self.begin(position)
        below_minimum = self.below_hdhp_minimum(position, line)
        allowed = 0 if self.free[position] else line.allowed
        charge = self.charge(position, line, allowed)
        reset = self.resets[position]
        share = self.share(charge, reset, allowed)
        secondary = self.from_secondary(position, line, Claim(allowed, replace_share(charge, share)), share)
        after_secondary = less(share.responsibility, plus(*secondary))
        assistance = self.from_programs(position, after_secondary)
        outside = x.where(charge.covered, reset is not None, True)
        card = plus(*(paid for budget, paid in zip(self.budgets, assistance, strict=True) if budget.is_card))
        credited = self.credited(position, share, card, below_minimum, outside)
        self.record(position, line, charge, share, reset, credited)
        return Outcome(
            position,
            given,
            self.plan_years[position],
            self.treatment_years[position],
            allowed,
            line.allowed if self.free[position] else None,
            share,
            secondary,
            assistance,
            less(after_secondary, plus(*assistance)),
            credited,
            outside,
            charge,
            reset,
            below_minimum,
            self,
        )

    def below_hdhp_minimum(self, position: int, line: Line) -> Number:
        """HSA rule (IRS Notice 2004-50 Q&A-9): judged at the start of the line, amounts met included."""
        if self.primary is None:
            return False
        terms = self.primary.years.at(position)
        if type(terms.hdhp_minimum_deductible) is int and not terms.hdhp_minimum_deductible:
            return False
        by_family = self.primary.years.plan.hdhp_coverage == "family"
        met = self.primary.deductibles.met_in_all_pools(self.x, line.member, by_family)
        return met < terms.hdhp_minimum_deductible

    def charge(self, position: int, line: Line, allowed: Number) -> Charge:
        if self.primary is None:
            return Charge(CostSharing(0, 0, allowed, allowed), room=None, rate=0, covered=False)
        return self.primary.charge(position, line, allowed, line.coinsurance)

    def share(self, charge: Charge, reset: Reset | None, allowed: Number) -> CostSharing:
        """A maximizer resets what the member owes to a copay that fits the card; no card, no change."""
        if reset is None or reset.card is None:
            return charge.share
        copay = self.budgets[reset.card].left() if reset.copay is None else reset.copay
        copay = self.x.minimum(allowed, copay)
        return CostSharing(0, copay, 0, copay)

    def from_secondary(
        self, position: int, line: Line, claim: Claim, share: CostSharing
    ) -> tuple[Number, ...]:
        left, paid = share.responsibility, []
        for payer in self.secondary:
            paid.append(payer.pay(position, line, claim, left))
            left = less(left, paid[-1])
        return tuple(paid)

    def from_programs(self, position: int, left: Number) -> tuple[Number, ...]:
        paid = []
        for budget in self.budgets:
            paid.append(budget.pay(position, left))
            left = less(left, paid[-1])
        return tuple(paid)

    def credited(
        self, position: int, share: CostSharing, card: Number, below_minimum: Number, outside: Number
    ):
        """What counts toward the deductible and the maximum (Q): see the plan's assistance policy."""
        if self.primary is None:
            return 0
        x = self.x
        excluded = self.primary.years.at(position).assistance_policy == "excluded"
        not_counted = x.where(below_minimum | excluded, card, 0)
        return x.where(outside, 0, less(share.responsibility, not_counted))

    def record(self, position: int, line: Line, charge: Charge, share: CostSharing, reset, credited: Number):
        if self.primary is None:
            return
        by_card = reset is not None and reset.card is not None
        self.primary.record(
            position,
            line,
            to_deductible=self.to_deductible(share, credited),
            to_maximum=credited,
            under_cap=None if by_card else where_counted(self.x, charge.covered, charge.share),
        )

    def to_deductible(self, share: CostSharing, credited: Number) -> Number:
        """Of what is credited, at most the line's own deductible part."""
        if not used(share.deductible) or credited is share.responsibility:
            return share.deductible
        return self.x.minimum(share.deductible, credited)


def replace_share(charge: Charge, share: CostSharing) -> Charge:
    return charge if charge.share is share else charge._replace(share=share)


def _row(outcome: Outcome) -> Row:
    """The ledger row of a line adjudicated on ints."""
    line, share, charge = outcome.line, outcome.share, outcome.charge
    run = outcome.run
    terms = run.primary.years.at(outcome.position) if run.primary else None
    rule = terms.rule_for(line.kind) if terms else None
    names = [program.name for program in run.case.programs]
    return Row(
        position=outcome.position,
        date=line.date,
        kind=line.kind,
        encounter=line.encounter,
        member=line.member,
        allowed=outcome.allowed,
        deductible=share.deductible,
        copay=share.copay,
        coinsurance=share.coinsurance,
        responsibility=share.responsibility,
        primary=outcome.primary,
        secondary=sum(outcome.secondary),
        secondary_by_payer=outcome.secondary,
        assistance=sum(outcome.assistance),
        assistance_by_program=dict(zip(names, outcome.assistance, strict=True)),
        patient=outcome.patient,
        credited=outcome.credited,
        outside_limits=outcome.outside_limits,
        plan_year=outcome.plan_year,
        treatment_year=outcome.treatment_year,
        free_drug_value=outcome.free_drug_value,
        covered=charge.covered,
        rate=charge.rate,
        copay_rule=rule.copay if rule else 0,
        deductible_pool=rule.deductible if rule else None,
        deductible_left=charge.room.deductible if charge.room else 0,
        cap=rule.cap if rule else None,
        cap_room=charge.room.cap if charge.room else NO_LIMIT,
        cut_by_cap=share.cut_by_cap,
        maximum_pool=rule.out_of_pocket_maximum if rule else None,
        maximum_left=charge.room.maximum if charge.room else NO_LIMIT,
        cut_by_maximum=share.cut_by_maximum,
        reset_by_maximizer=outcome.reset is not None,
        below_hdhp_minimum=outcome.below_minimum,
        pools_after=_pools_after(run.primary, terms, line.member) if terms else (),
    )


def _pools_after(payer: Payer, terms, member: int) -> tuple[PoolAfter, ...]:
    sides = (
        ("deductible", payer.deductibles, terms.deductibles),
        ("maximum", payer.maximums, terms.out_of_pocket_maximums),
    )
    return tuple(
        PoolAfter(
            side,
            name,
            met.met(name, member),
            None if pool.individual == NO_LIMIT else pool.individual,
            met.met_by_family(name),
            None if pool.family == NO_LIMIT else pool.family,
        )
        for side, met, pools in sides
        for name, pool in pools.items()
    )
