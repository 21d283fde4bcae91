"""Assistance programs: what they pay of what is left, and the copay a maximizer plan sets to fit a card.

A copay card is for commercial patients only: it does nothing where there is no primary plan, or where a
secondary payer is Medigap or Medicaid (42 USC 1320a-7b(b); the catalogue refuses the other federal ones).
"""

from dataclasses import dataclass

from .case import Case, Line, Medicaid, Medigap, Program, Terms
from .line import Number
from .money import NO_LIMIT, plus, stops, used
from .payer import PlanYears
from .years import CALENDAR_YEAR, years_starting


def usable_programs(case: Case) -> tuple[bool, ...]:
    """Whether each program may help at all under this case's coverage."""
    government = any(isinstance(payer, (Medigap, Medicaid)) for payer in case.secondary)
    cards_allowed = case.primary is not None and not government
    return tuple(program.type != "copay_card" or cards_allowed for program in case.programs)


def free_drug_lines(case: Case) -> tuple[bool, ...]:
    """Lines that are not billed at all, because a free drug program takes them."""
    free = [program for program in case.programs if program.type == "free_drug"]
    if not free:
        return (False,) * len(case.lines)
    return tuple(any(program.in_force(line) for program in free) for line in case.lines)


def program_years(program: Program, lines, plan_years: tuple[int, ...]) -> tuple[int, ...]:
    """The program year of each line: calendar, the primary's plan year, or 12 months from enrolment."""
    if program.year == "plan":
        return plan_years
    anchor = CALENDAR_YEAR
    if program.year == "enrolment":
        start = program.enrolled_on or lines[0].date
        anchor = (start.month, start.day)
    return years_starting([line.date for line in lines], anchor)


class Budget:
    """One program at work: what it has paid in its year, and what it pays of a line."""

    def __init__(self, x, program: Program, usable: bool, lines, plan_years: tuple[int, ...]):
        self.x = x
        self.program = program
        self.years = program_years(program, lines, plan_years)
        pays = usable and program.type != "free_drug"
        self.takes = tuple(pays and program.in_force(line) for line in lines)
        self.used = program.used

    @property
    def is_card(self) -> bool:
        return self.program.type == "copay_card"

    def begin(self, position: int):
        """The maximum renews with the program's year; `used` belonged to the year of the first line."""
        if position and self.years[position] != self.years[position - 1]:
            self.used = 0

    def left(self) -> Number:
        """What is left of the annual maximum; never less than nothing where more was used."""
        maximum = self.program.annual_maximum
        return self.x.above(maximum, self.used) if stops(maximum) else NO_LIMIT

    def pay(self, position: int, left: Number) -> Number:
        if not self.takes[position]:
            return 0
        x, program = self.x, self.program
        most = self.left()
        if stops(program.per_claim_maximum):
            most = x.minimum(program.per_claim_maximum, most)
        paid = x.minimum(left, most)
        if used(program.minimum_patient_pay):
            paid = x.maximum(0, x.minimum(left - program.minimum_patient_pay, most))
        self.used = plus(self.used, paid)
        return paid


@dataclass(frozen=True, slots=True)
class Reset:
    """What a maximizer does to a line: the card it fits (None: no card) and the copay it sets.

    `copay` None asks for all the card has left at that line (spread `front`).
    """

    card: int | None
    copay: Number | None = None


def maximizer_resets(
    case: Case, primary: PlanYears | None, budgets: list[Budget]
) -> tuple[Reset | None, ...]:
    """The reset of each line, None where the plan of that plan year does not maximize it."""
    resets: list[Reset | None] = [None] * len(case.lines)
    if primary is None or all(terms.assistance_policy != "maximizer" for terms in primary.terms):
        return tuple(resets)
    spread_over: dict[tuple[int, int], list[int]] = {}
    for position, line in enumerate(case.lines):
        if _maximized(primary.plan.maximizer_kinds, primary.at(position), line):
            card = _card_of(position, budgets)
            resets[position] = Reset(card)
            if card is not None and primary.plan.maximizer_spread == "even":
                spread_over.setdefault((card, budgets[card].years[position]), []).append(position)
    for (card, _), positions in spread_over.items():
        for position, copay in zip(positions, _even_copays(budgets[card], positions), strict=True):
            resets[position] = Reset(card, copay)
    return tuple(resets)


def _maximized(kinds: frozenset[str], terms: Terms, line: Line) -> bool:
    return terms.assistance_policy == "maximizer" and line.kind in kinds and terms.rule_for(line.kind).covered


def _card_of(position: int, budgets: list[Budget]) -> int | None:
    """The first copay card, in the given order, that lists the line's kind and is in force on its date."""
    for index, budget in enumerate(budgets):
        if budget.is_card and budget.takes[position]:
            return index
    return None


def _even_copays(budget: Budget, positions: list[int]) -> list[Number]:
    """The card's maximum spread over the lines of one of its years; the last takes the division's remainder.

    The year of the first line spreads what `used` left. No annual maximum: the copay is the allowed amount.
    """
    x, maximum = budget.x, budget.program.annual_maximum
    used = budget.program.used if budget.years[positions[0]] == budget.years[0] else 0
    to_spread = x.above(maximum, used)
    each = x.where(maximum < NO_LIMIT, to_spread // len(positions), NO_LIMIT)
    last = x.where(maximum < NO_LIMIT, each + to_spread % len(positions), NO_LIMIT)
    return [each] * (len(positions) - 1) + [last]
