"""The levers as plain values for the page: rows by effect, strips of start dates, and what changes nothing.

Every figure is that of a run of its own; sentences are read off what bound in the two runs they compare.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from estimator.assemble import Assembled, Reference
from estimator.cost import simulate
from estimator.cost.payment_plan import monthly_bills
from estimator.cost.result import Row
from estimator.differences import Facts, because_of_dates, names_of, why_the_same
from estimator.estimate import Estimate
from estimator.levers import Lever, LeverRuns, Start
from estimator.request import Request
from estimator.treatmentform import SITE_WORDS
from estimator.words import day, listed, money, month
from payers.reference import Payers

POLICY_WORDS = {
    "counts": "If the plan counts copay cards toward its limits",
    "excluded": "If the plan does not count copay cards (accumulator)",
    "maximizer": "If the plan is a maximizer",
}
STRIP_WORDS = {
    None: "First dose in each of the next 24 months",
    "counts": "First dose in each of the next 24 months, if copay cards count toward the plan's limits",
    "excluded": "First dose in each of the next 24 months, if copay cards do not count (accumulator)",
    "maximizer": "First dose in each of the next 24 months, under a maximizer",
}
WHOLE = 100


@dataclass(frozen=True)
class StartCell:
    """A start month: what it costs over all years. `marks`: chosen, least, most; `width` is its bar's."""

    id: str
    month: str
    on: str
    total: str
    width: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Strip:
    title: str
    sentences: tuple[str, ...]
    cells: tuple[StartCell, ...]


@dataclass(frozen=True)
class LeverRow:
    id: str
    words: str
    year_1: str
    total: str
    effect: str


@dataclass(frozen=True)
class Idle:
    """A change that changes nothing, and why."""

    words: str
    why: str


@dataclass(frozen=True)
class PaymentMonth:
    label: str
    without: str
    with_plan: str


@dataclass(frozen=True)
class PaymentYear:
    """A calendar year at the pharmacy, with the Medicare Prescription Payment Plan and without it."""

    year: int
    months: tuple[PaymentMonth, ...]
    without: str
    with_plan: str


@dataclass(frozen=True)
class PresentedLevers:
    years: str
    base_year_1: str
    base_total: str
    strips: tuple[Strip, ...]
    rows: tuple[LeverRow, ...]
    idle: tuple[Idle, ...]
    payment_years: tuple[PaymentYear, ...]


def present_levers(estimate: Estimate, reference: Reference) -> PresentedLevers:
    return LeverPresenter(estimate, reference).presented()


class LeverPresenter:
    def __init__(self, estimate: Estimate, reference: Reference):
        self.estimate, self.reference, self.payers = estimate, reference, reference.payers
        self.request, self.assembled = estimate.request, estimate.assembled
        self.runs = LeverRuns(estimate.request, reference, estimate.runs)
        self.levers = self.runs.all()
        self.known: dict[tuple, Facts] = {}
        self.facts = facts_of(self.assembled, estimate.simulation.rows, self.request, self.payers)

    def presented(self) -> PresentedLevers:
        return PresentedLevers(
            years=self.years,
            base_year_1=money(self.levers.base.by_year[0]),
            base_total=money(self.levers.base.total),
            strips=tuple(self.strips()),
            rows=tuple(self.row(alike) for alike in together(self.levers.that_matter)),
            idle=tuple(Idle(self.words(alike), self.why(alike[0])) for alike in together(self.idle)),
            payment_years=tuple(payment_years(self.request, self.payers, self.facts.rows)),
        )

    @property
    def years(self) -> str:
        count = self.request.years
        return f"{count} year{'' if count == 1 else 's'}"

    # One row a lever

    @property
    def idle(self) -> tuple[Lever, ...]:
        return self.levers.without_effect

    def row(self, alike: list[Lever]) -> LeverRow:
        lever = alike[0]
        return LeverRow(
            id=f"lever-{lever.group}-{lever.key.replace(' ', '-').replace('.', '-')}",
            words=self.words(alike),
            year_1=money(lever.year_1),
            total=money(lever.total),
            effect=difference(lever.effect),
        )

    def words(self, alike: list[Lever]) -> str:
        group, key = alike[0].group, alike[0].key
        if group == "site":
            return f"Place of care: {SITE_WORDS[key]}"
        if group == "code":
            known = {code.code: code.words for code in self.assembled.drug.administration_codes}
            return f"With code {key} for giving it: {known[key]}"
        if group == "allowed":
            return f"If the plan allows {key} times Medicare's amounts"
        if group == "policy":
            return POLICY_WORDS[key]
        if group == "secondary":
            return self.second_words([lever.key for lever in alike])
        return self.program_words(key)

    def second_words(self, slugs: list[str]) -> str:
        if slugs == ["none"]:
            return "Without a second coverage"
        instead = " instead" if self.request.secondary else ""
        names = listed([self.payers.design(slug).name for slug in slugs], last="or")
        return f"With {names} as the second coverage{instead}"

    def program_words(self, key: str) -> str:
        if key.startswith("cards from "):
            on = day(date.fromisoformat(key.removeprefix("cards from ")))
            return f"Copay card used only from {on}, after the HSA plan's minimum deductible"
        how, _, slug = key.partition(" ")
        return f"{how.capitalize()} {self.payers.program(slug).name}"

    def why(self, lever: Lever) -> str:
        """Why a change changes nothing: what both runs show, and no more than that."""
        if lever.group == "policy":
            return self.why_policy() or self.why_the_same(lever)
        if lever.group == "program":
            return self.why_program(lever) or self.why_the_same(lever)
        return self.why_the_same(lever)

    def why_the_same(self, lever: Lever) -> str:
        if not self.facts.patient:
            return "The family pays nothing as it is."
        names = self.facts.names.secondaries
        is_named = len(names) == 1 and lever.group != "secondary"
        second = names[0] if is_named else "the second coverage"
        return why_the_same(
            self.facts, self.levers.base, lever.bill, second, same_limits=lever.group != "policy"
        )

    def why_policy(self) -> str:
        """Counting or not makes a difference only on a line that a card pays some of."""
        cards = {p["name"] for p in self.assembled.payers_of_case["programs"] if p["type"] == "copay_card"}
        paid = [row for row in self.facts.rows if any(row.assistance_by_program.get(slug) for slug in cards)]
        if not cards:
            return "No copay card is counted on here."
        if not paid:
            return "No copay card pays anything here."
        if all(row.below_hdhp_minimum for row in paid):
            return (
                "The card pays only below the HSA plan's minimum deductible, where its payments do not count "
                "under any policy."
            )
        return ""

    def why_program(self, lever: Lever) -> str:
        """A program of unknown size, or one that pays nothing of these bills; else the two runs are compared."""
        how, _, slug = lever.key.partition(" ")
        if how == "without" and not any(row.assistance_by_program.get(slug) for row in self.facts.rows):
            return "It pays nothing here as it is."
        if how == "with" and slug not in {use["name"] for use in self.assembled.payers_of_case["programs"]}:
            return self.why_no_help(lever, slug)
        return ""

    def why_no_help(self, lever: Lever, slug: str) -> str:
        terms = self.payers.program(slug).in_force(self.facts.rows[0].date)
        if terms is not None and terms.annual_maximum is None and not terms.annual_known:
            return "What it pays is not published, so nothing is counted on: ask the program."
        kinds = terms.kinds if terms else ()
        if not any(row.patient for row in self.facts.rows if row.kind in kinds):
            return "Nothing is left for it to pay."
        return "" if lever.bill.help != self.levers.base.help else "It would pay nothing of these bills."

    # Start dates

    def strips(self) -> Iterator[Strip]:
        for policy in dict.fromkeys(start.policy for start in self.levers.starts):
            starts = [start for start in self.levers.starts if start.policy == policy]
            yield Strip(STRIP_WORDS[policy], tuple(self.sentences(starts)), cells(starts, policy))

    def sentences(self, starts: list[Start]) -> Iterator[str]:
        """What the cheapest and the dearest start would change, and why; read off runs of their own."""
        chosen = next((start for start in starts if start.chosen), starts[0])
        least = min(starts, key=lambda start: start.total)
        most = max(starts, key=lambda start: start.total)
        if least.total == most.total:
            yield f"Every start costs the same over {self.years}: {money(chosen.total)}."
            return
        if least.total == chosen.total:
            yield f"No other start costs less over {self.years} than the chosen one, {day(chosen.on)}."
        else:
            yield self.sentence(chosen, least)
        if most.total != chosen.total:
            yield self.sentence(chosen, most)

    def sentence(self, chosen: Start, other: Start) -> str:
        change = difference(other.total - chosen.total)
        why = because_of_dates(self.facts_of_start(chosen), self.facts_of_start(other))
        return f"Starting on {day(other.on)} instead would cost {change} over {self.years}, because {why}."

    def facts_of_start(self, start: Start) -> Facts:
        if start.chosen and start.policy in (None, self.runs.policy):
            return self.facts
        key = start.policy, start.on
        if key not in self.known:
            assembled = self.runs.assemble(start.request)
            rows = simulate(assembled.case).rows
            self.known[key] = facts_of(assembled, rows, start.request, self.payers)
        return self.known[key]


def together(levers_: tuple[Lever, ...]) -> list[list[Lever]]:
    """Second coverages that come to the same share a line; every other lever has its own."""
    groups: dict[tuple, list[Lever]] = {}
    for lever in levers_:
        is_second = lever.group == "secondary" and lever.key != "none"
        key = (lever.year_1, lever.total) if is_second else (lever.group, lever.key)
        groups.setdefault(key, []).append(lever)
    return list(groups.values())


def facts_of(assembled: Assembled, rows, request: Request, payers: Payers) -> Facts:
    return Facts.of(rows, assembled.case, names_of(assembled, request, payers))


def difference(cents: int) -> str:
    return f"{money(abs(cents))} {'less' if cents < 0 else 'more'}"


def cells(starts: list[Start], policy: str | None) -> tuple[StartCell, ...]:
    totals = [start.total for start in starts]
    least, most = min(totals), max(totals)
    return tuple(
        StartCell(
            id=f"start-{policy or 'any'}-{number}",
            month=month(f"{start.on:%Y-%m}"),
            on=day(start.on),
            total=money(start.total),
            width=f"{start.total * WHOLE // most if most else 0}%",
            marks=tuple(marks(start, least, most)),
        )
        for number, start in enumerate(starts, 1)
    )


def marks(start: Start, least: int, most: int) -> Iterator[str]:
    if start.chosen:
        yield "chosen"
    if least < most and start.total in (least, most):
        yield "least" if start.total == least else "most"


# --- the Medicare Prescription Payment Plan ---


def payment_years(request: Request, payers: Payers, rows: tuple[Row, ...]) -> Iterator[PaymentYear]:
    """Part D by calendar year, billed at the counter or month by month: when it is paid, never how much."""
    fills = [row for row in rows if row.kind == "pharmacy"]
    if not has_part_d(request, payers) or not any(row.patient for row in fills):
        return
    for year in sorted({row.date.year for row in fills}):
        of_year = [row for row in fills if row.date.year == year]
        threshold = threshold_of(of_year)
        if threshold is not None:
            first = of_year[0].date.month if year == fills[0].date.year else 1
            met = met_before(of_year) if year == fills[0].date.year else 0
            yield payment_year(year, of_year, threshold, met, first)


def has_part_d(request: Request, payers: Payers) -> bool:
    design = payers.design(request.pharmacy.design) if request.pharmacy else None
    return design is not None and design.payer.kind == "medicare"


def threshold_of(rows: list[Row]) -> int | None:
    """The year's out-of-pocket threshold that the fills come under."""
    for row in rows:
        for pool in row.pools_after:
            if (pool.side, pool.name) == ("maximum", row.maximum_pool) and pool.individual_limit is not None:
                return pool.individual_limit
    return None


def met_before(rows: list[Row]) -> int:
    """What counted toward the threshold before the first fill."""
    first = rows[0]
    pool = next(p for p in first.pools_after if (p.side, p.name) == ("maximum", first.maximum_pool))
    return max(0, pool.individual_met - first.credited)


def payment_year(year: int, rows: list[Row], threshold: int, met: int, first: int) -> PaymentYear:
    incurred = [sum(row.patient for row in rows if row.date.month == month_) for month_ in range(first, 13)]
    bills = monthly_bills(incurred, threshold, met, first)
    months = tuple(
        PaymentMonth(month(f"{year}-{first + n:02}"), money(now), money(later))
        for n, (now, later) in enumerate(zip(incurred, bills, strict=True))
    )
    return PaymentYear(year, months, money(sum(incurred)), money(sum(bills)))
