"""Bills of many runs of one request, quickly: plan years are independent, and many runs have years in common.

With each plan year every limit, budget and copay of the year begins anew. So a run is a run of each of its plan
years, and a year whose claim lines begin like those of a year already run, under the same terms, costs line by
line the same. Only what runs across plan years is run as a whole (`is_apart`). The rule itself is
`cost.simulate.shares`; nothing of it is repeated here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .cost import Case
from .cost.assistance import usable_programs
from .cost.case import Line, Medicaid, Medigap, MedigapTerms, OtherPlan, Plan, Pool, Program, Terms
from .cost.money import NO_LIMIT
from .cost.simulate import Shares, in_date_order, shares
from .cost.years import CALENDAR_YEAR, add_months, anchor_in, year_starting


@dataclass(frozen=True)
class Bill:
    """What the family pays for this treatment: by treatment year, and by date.

    `owed` is what the plan leaves of it all; second coverages and help pay the rest of that.
    """

    by_year: tuple[int, ...]
    by_date: dict[date, int]
    owed: int = 0
    second: int = 0
    help: int = 0

    @classmethod
    def of(cls, case: Case, years: int) -> "Bill":
        """Of a whole run, but without its ledger."""
        return Bills(years).of(case)

    @property
    def total(self) -> int:
        return sum(self.by_year)


class Bills:
    """Bills over so many treatment years; remembers the plan years it has run."""

    def __init__(self, years: int):
        self.years = years
        self.known: dict[tuple, list[tuple[list, list[Shares]]]] = {}
        self.coverages: dict[tuple, tuple[Case, Case, tuple]] = {}
        self.whole: dict[tuple, tuple[Case, Bill]] = {}

    def of(self, case: Case) -> Bill:
        """Answers that change nothing come to the same lines under the same coverage: they are one run."""
        case = without_idle_programs(case)
        key = case_key(case)
        if key not in self.whole:
            ordered = in_date_order(case)
            self.whole[key] = case, self.bill(ordered.lines, self.shares(ordered))
        return self.whole[key][1]

    def bill(self, lines: Sequence[Line], paid: Sequence[Shares]) -> Bill:
        """Treatment years count from the first dose, whatever other care of the family came before it."""
        by_year, by_date = [0] * self.years, {}
        owed = second = help_ = 0
        year, ends = -1, date.min
        for line, (amount, *rest) in zip(lines, paid, strict=True):
            if line.kind == "other_care":
                continue
            if not by_date:
                first = line.date
            while line.date >= ends:
                year, ends = year + 1, add_months(first, 12 * (year + 2))
            by_date[line.date] = by_date.get(line.date, 0) + amount
            by_year[year] += amount
            owed, second, help_ = owed + rest[0], second + rest[1], help_ + rest[2]
        return Bill(tuple(by_year), by_date, owed, second, help_)

    def shares(self, case: Case) -> list[Shares]:
        """Who pays what the plan leaves of each line."""
        years = list(plan_years(case))
        if not is_apart(case) or encounters_cross(years):
            return shares(case)
        return [
            line
            for number, (year, lines) in enumerate(years)
            for line in self.shares_in(*self.coverage_in(case, year, is_first=not number), lines)
        ]

    def coverage_in(self, case: Case, year: int, is_first: bool) -> tuple[Case, tuple]:
        """The coverage of one plan year, and its key; worked out once for the very payers (which it keeps)."""
        key = (year, is_first, id(case.primary), *map(id, case.secondary), case.programs)
        if key not in self.coverages:
            found = in_year(case, year, is_first)
            self.coverages[key] = case, found, coverage_key(found)
        _, found, coverage = self.coverages[key]
        return found, coverage

    def shares_in(self, case: Case, coverage: tuple, lines: Sequence[Line]) -> list[Shares]:
        signs = signatures(lines)
        runs = self.known.setdefault(coverage, [])
        for known, paid in runs:
            if known[: len(signs)] == signs:
                return paid[: len(signs)]
        paid = shares(replace(case, lines=tuple(lines)))
        runs[:] = [run for run in runs if signs[: len(run[0])] != run[0]] + [(signs, paid)]
        return paid


def signatures(lines: Sequence[Line]) -> list[tuple]:
    """What the rule reads of each line of a plan year; encounters are named by their order."""
    order: dict = {}
    return [
        (
            line.kind,
            line.allowed,
            line.coinsurance,
            line.member,
            None if line.encounter is None else order.setdefault(line.encounter, len(order)),
        )
        for line in lines
    ]


# --- programs that others leave nothing to ---


def without_idle_programs(case: Case) -> Case:
    """Without the programs for which one before them, without any limit, leaves nothing on any line.

    A maximizer sets its copay by a card, whether that card pays or not: there every program stays.
    """
    if len(case.programs) < 2 or (case.primary and may_maximize(case.primary)):
        return case
    billed, paid = {line.kind for line in case.lines}, set()
    kept = []
    for program, usable in zip(case.programs, usable_programs(case), strict=True):
        if program.type == "free_drug" or program.kinds & billed - paid:
            kept.append(program)
        if usable and pays_all(program):
            paid |= program.kinds
    return case if len(kept) == len(case.programs) else replace(case, programs=tuple(kept))


def pays_all(program: Program) -> bool:
    """Whether it pays all that is left of each line of its kinds."""
    return (
        program.type != "free_drug"
        and not program.minimum_patient_pay
        and min(program.per_claim_maximum, program.annual_maximum) >= NO_LIMIT
        and program.enrolled_on is None
        and program.ends_on is None
    )


# --- plan years ---


def is_apart(case: Case) -> bool:
    """Whether everything that has a year has the plan year, and no line looks beyond its own past."""
    start = case.primary.plan_year_start if case.primary else CALENDAR_YEAR
    return (
        (case.primary is None or not may_maximize(case.primary))
        and all(renews_with(payer, start) for payer in case.secondary)
        and all(has_year(program, start) for program in case.programs)
    )


def may_maximize(plan: Plan) -> bool:
    """A maximizer spreads a card over the lines of its year, those to come too."""
    terms = (plan.terms, *(later for _, later in plan.later_terms))
    return any(one.assistance_policy == "maximizer" for one in terms)


def renews_with(payer, start: tuple[int, int]) -> bool:
    if isinstance(payer, Medicaid):
        return True
    return start == (payer.plan.plan_year_start if isinstance(payer, OtherPlan) else CALENDAR_YEAR)


def has_year(program: Program, start: tuple[int, int]) -> bool:
    """A program with dates of its own pays by the date; one without a yearly maximum has nothing to renew."""
    if program.enrolled_on is not None or program.ends_on is not None:
        return False
    if program.annual_maximum >= NO_LIMIT:
        return True
    return program.year == "plan" or (program.year == "calendar" and start == CALENDAR_YEAR)


def plan_years(case: Case) -> Iterator[tuple[int, Sequence[Line]]]:
    """(plan year, its lines) in order."""
    start = case.primary.plan_year_start if case.primary else CALENDAR_YEAR
    lines, begin = case.lines, 0
    while begin < len(lines):
        year = year_starting(lines[begin].date, start)
        ends, end = anchor_in(year + 1, start), begin + 1
        while end < len(lines) and lines[end].date < ends:
            end += 1
        yield year, lines[begin:end]
        begin = end


def encounters_cross(years: list[tuple[int, Sequence[Line]]]) -> bool:
    """Whether an encounter has lines in two plan years: its caps then run on."""
    seen: set = set()
    for _, lines in years:
        here = {line.encounter for line in lines} - {None}
        if seen & here:
            return True
        seen |= here
    return False


def in_year(case: Case, year: int, is_first: bool) -> Case:
    """The coverage of one plan year alone. What was met or used belongs to the first."""
    programs = case.programs
    if not is_first:
        programs = tuple(replace(program, used=0) if program.used else program for program in programs)
    return Case(
        lines=(),
        primary=plan_in(case.primary, year, is_first) if case.primary else None,
        secondary=tuple(payer_in(payer, year, is_first) for payer in case.secondary),
        programs=programs,
    )


def payer_in(payer, year: int, is_first: bool):
    if isinstance(payer, OtherPlan):
        return replace(payer, plan=plan_in(payer.plan, year, is_first))
    if isinstance(payer, Medigap):
        return replace(payer, terms=terms_in(payer, year), later_terms=())
    return payer


def plan_in(plan: Plan, year: int, is_first: bool) -> Plan:
    terms = terms_in(plan, year)
    if not is_first:
        sides = {"deductibles": terms.deductibles, "out_of_pocket_maximums": terms.out_of_pocket_maximums}
        terms = replace(terms, **{side: nothing_met(pools) for side, pools in sides.items()})
    return replace(plan, terms=terms, later_terms=())


def terms_in(plan: Plan | Medigap, year: int) -> Terms | MedigapTerms:
    begun = [terms for begins, terms in plan.later_terms if begins <= year]
    return begun[-1] if begun else plan.terms


def nothing_met(pools) -> dict[str, Pool]:
    return {
        name: replace(pool, met_individual=0, met_family=0)
        if pool.met_individual or pool.met_family
        else pool
        for name, pool in pools.items()
    }


# --- what a run depends on ---


def case_key(case: Case) -> tuple:
    """The very lines and secondary payers (who keeps the key keeps the case), and what the coverage comes to."""
    has_card = any(program.type == "copay_card" for program in case.programs)
    plan = case.primary
    return (
        id(case.lines),
        plan_key(plan, has_card or may_maximize(plan), plan.later_terms) if plan else None,
        tuple(id(payer) for payer in case.secondary),
        case.programs,
    )


def coverage_key(case: Case) -> tuple:
    has_card = any(program.type == "copay_card" for program in case.programs)
    return (
        plan_key(case.primary, has_card) if case.primary else None,
        tuple(
            (payer.method, plan_key(payer.plan, False)) if isinstance(payer, OtherPlan) else payer
            for payer in case.secondary
        ),
        case.programs,
    )


def plan_key(plan: Plan, has_card: bool, later_terms=()) -> tuple:
    later = ((year, *terms_key(terms, has_card)) for year, terms in later_terms)
    of_plan = (plan.plan_year_start, plan.maximizer_kinds, plan.maximizer_spread, plan.hdhp_coverage)
    return *terms_key(plan.terms, has_card), *later, *of_plan


def terms_key(terms: Terms, has_card: bool) -> tuple:
    """The assistance policy decides nothing where there is no copay card."""
    pools = (terms.deductibles, terms.out_of_pocket_maximums, terms.caps, terms.rules)
    return (
        *(tuple(part.items()) for part in pools),
        terms.assistance_policy if has_card else None,
        terms.hdhp_minimum_deductible,
    )
