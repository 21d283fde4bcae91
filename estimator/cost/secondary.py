"""Secondary coverage: each payer in order pays on what the one before left.

Every payer has `pay(position, line, claim, left)`: what it pays of `left` cents. A payer is reached only
while something is left; one that is not reached counts nothing.
"""

from dataclasses import dataclass

from .case import Medicaid, Medigap, OtherPlan
from .line import Number, where_counted
from .money import NO_LIMIT, plus, share
from .payer import Charge, Payer, PlanYears
from .years import CALENDAR_YEAR, years_starting


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim line after the primary: the allowed amount and what the primary charged for it."""

    allowed: Number
    primary: Charge


def secondary_payer(x, coverage: OtherPlan | Medigap | Medicaid, dates):
    """The payer at work for one secondary coverage of a case."""
    if isinstance(coverage, Medigap):
        return MedigapPayer(x, coverage, dates)
    if isinstance(coverage, Medicaid):
        return MedicaidPayer(x, coverage)
    return OtherPlanPayer(x, coverage, PlanYears.of(coverage.plan, dates))


class OtherPlanPayer:
    """A second health plan: its own rules, its own accumulators."""

    def __init__(self, x, coverage: OtherPlan, plan_years: PlanYears):
        self.x = x
        self.method = coverage.method
        self.payer = Payer(x, plan_years)

    def begin(self, position: int):
        self.payer.begin(position)

    def pay(self, position: int, line, claim: Claim, left: Number) -> Number:
        x = self.x
        amount = left if self.method == "maintenance" else claim.allowed
        charge = self.payer.charge(position, line, amount)
        paid = self._paid(amount - charge.share.responsibility, claim, left)
        self._record(position, line, charge, left, left - paid)
        return x.where(left > 0, paid, 0)

    def _paid(self, benefit: Number, claim: Claim, left: Number) -> Number:
        """`benefit`: what the plan would pay on its own rules (standard, non-duplication, maintenance)."""
        x = self.x
        if self.method == "carve_out":
            paid_before = claim.allowed - left
            benefit = x.maximum(0, benefit - paid_before)
        return x.minimum(left, benefit)

    def _record(self, position: int, line, charge: Charge, left: Number, left_after: Number):
        """Its deductible takes its own deductible part, its maximum what the member may still owe."""
        x = self.x
        counts = (left > 0) & charge.covered
        to_maximum = x.minimum(charge.share.responsibility, left_after)
        self.payer.record(
            position,
            line,
            to_deductible=x.where(counts, charge.share.deductible, 0),
            to_maximum=x.where(counts, to_maximum, 0),
            under_cap=where_counted(x, counts, charge.share),
        )


class MedigapPayer:
    """A Medicare supplement, on lines Medicare covers, never on pharmacy lines."""

    def __init__(self, x, coverage: Medigap, dates):
        self.x = x
        self.coverage = coverage
        self.years = years_starting(dates, CALENDAR_YEAR)
        starts = [year for year, _ in coverage.later_terms]
        self.terms = (coverage.terms, *(later for _, later in coverage.later_terms))
        self.terms_at = tuple(sum(start <= year for start in starts) for year in self.years)
        self.kept = {}

    def begin(self, position: int):
        """The high deductible and the annual limit run per member and calendar year."""
        if position and self.years[position] != self.years[position - 1]:
            self.kept.clear()

    def pay(self, position: int, line, claim: Claim, left: Number) -> Number:
        x = self.x
        if line.kind == "pharmacy":
            return 0
        terms = self.terms[self.terms_at[position]]
        kept = self.kept.get(line.member, 0)
        keep = x.where(
            terms.high_deductible < NO_LIMIT,
            x.minimum(left, x.maximum(0, terms.high_deductible - kept)),
            self._keep_of(claim),
        )
        keep = x.minimum(keep, x.maximum(0, terms.annual_limit - kept))
        keep = x.where(claim.primary.covered, keep, 0)
        self.kept[line.member] = kept + keep
        return x.where(claim.primary.covered, left - keep, 0)

    def _keep_of(self, claim: Claim) -> Number:
        charged = claim.primary.share
        after_deductible = plus(charged.copay, charged.coinsurance)
        deductible = self.x.where(self.coverage.covers_part_b_deductible, 0, charged.deductible)
        covered = share(after_deductible, self.coverage.coinsurance_covered)
        return plus(deductible, after_deductible) - covered


class MedicaidPayer:
    """Medicaid takes what is left but a nominal copay per encounter and member (payment in full)."""

    def __init__(self, x, coverage: Medicaid):
        self.x = x
        self.coverage = coverage
        self.kept = {}

    def begin(self, position: int):
        """The copay belongs to the encounter: nothing renews with a year."""

    def pay(self, position: int, line, claim: Claim, left: Number) -> Number:
        x = self.x
        kept = self.kept.get((line.encounter, line.member), 0)
        keep = x.minimum(left, x.maximum(0, self.coverage.copay - kept))
        self.kept[line.encounter, line.member] = kept + keep
        return left - keep
