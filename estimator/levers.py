"""What would change the answer: one thing about the request changed at a time, and the case run again.

Every lever is a request of its own; its figures are those `manage.py estimate` gives for that request, likely
reading, in cents. A change that cannot be estimated is no lever.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from drugs.reference import SITES

from .assemble import STAND_IN_KINDS, Assembled, Assembler, Reference
from .cost.case import Case
from .cost.money import INTS
from .cost.simulate import adjudicate, in_date_order
from .cost.years import add_months
from .findings import Memory
from .request import LATEST, Coverage, ProgramUse, Request, RequestErrors
from .treatment import Treatment
from .whatif import Runs
from .yearbills import Bill, Bills

START_MONTHS = 24
POLICIES = ("counts", "excluded")
TIMES_MEDICARE = (Decimal("1"), Decimal("1.25"), Decimal("1.5"), Decimal("1.75"), Decimal("2"))


@dataclass(frozen=True)
class Lever:
    """One change: what the family would pay in treatment year 1 and over all years, and the difference.

    `key` says what is changed within its group: a site, a code, a policy, a program, a design, a multiple.
    """

    group: str  # "site" | "code" | "policy" | "program" | "secondary" | "allowed"
    key: str
    request: Request
    bill: Bill
    effect: int
    chosen: bool = False

    @property
    def year_1(self) -> int:
        return self.bill.by_year[0]

    @property
    def total(self) -> int:
        return self.bill.total


@dataclass(frozen=True)
class Start:
    """A start date under an assistance policy (None: no copay card pays, so the policy does not matter)."""

    policy: str | None
    on: date
    request: Request
    year_1: int
    total: int
    chosen: bool


@dataclass(frozen=True)
class Levers:
    base: Bill
    levers: tuple[Lever, ...]
    starts: tuple[Start, ...]

    @property
    def that_matter(self) -> tuple[Lever, ...]:
        """Levers that move the total, the largest effect first."""
        moving = [lever for lever in self.levers if lever.effect]
        return tuple(sorted(moving, key=lambda lever: -abs(lever.effect)))

    @property
    def without_effect(self) -> tuple[Lever, ...]:
        return tuple(lever for lever in self.levers if not lever.effect and not lever.chosen)


def levers(request: Request, reference: Reference) -> Levers:
    """Every lever of one request. Raises RequestErrors if the request itself cannot be estimated."""
    return LeverRuns(request, reference).all()


class LeverRuns:
    """Runs variations of one request; what a variation does not change is not worked out again.

    `runs` are those of the request's own estimate: what is known from them is not worked out again either.
    """

    def __init__(self, request: Request, reference: Reference, runs: Runs | None = None):
        self.request, self.reference = request, reference
        self.bills = runs.bills if runs else Bills(request.years)
        self.memory = runs.assembler.memory if runs else Memory(reference.memory)
        self.treatments: dict[Request, Treatment] = {}
        if runs:
            self.treatments[of_treatment(request)] = runs.assembler.treatment
        self.assembled = self.assemble(request)
        self.base = self.bill(self.assembled)

    def all(self) -> Levers:
        found = (
            *self.sites(),
            *self.codes(),
            *self.allowed(),
            *self.policies(),
            *self.programs(),
            *self.card_after_the_minimum(),
            *self.secondary(),
        )
        return Levers(self.base, found, tuple(self.starts()))

    # --- one group each ---

    def sites(self) -> Iterator[Lever]:
        """Each place of care, with the code that is usual there."""
        if self.assembled.drug.benefit != "medical":
            return
        for site in SITES:
            chosen = site == self.request.site_of_care
            code = self.request.administration_code if chosen else None
            changed = replace(
                self.request, site_of_care=site, site_is_assumed=False, administration_code=code
            )
            yield from self.lever("site", site, changed, chosen)

    def codes(self) -> Iterator[Lever]:
        used = {note.code for note in self.assembled.notes if note.kind == "administration"}
        for known in self.assembled.drug.administration_codes:
            if known.use != "never":
                changed = replace(self.request, administration_code=known.code)
                yield from self.lever("code", known.code, changed, chosen=known.code in used)

    def allowed(self) -> Iterator[Lever]:
        """A plan's own rate, in times Medicare's amounts: nobody publishes most of them."""
        is_stand_in = self.assembled.design.payer.kind in STAND_IN_KINDS
        if not is_stand_in or all(note.basis == "typed" for note in self.assembled.notes):
            return
        told = self.request.allowed.of_medicare
        for times in TIMES_MEDICARE:
            changed = replace(self.request, allowed=replace(self.request.allowed, of_medicare=times))
            yield from self.lever("allowed", str(times), changed, chosen=times == (told or 1))

    def policies(self) -> Iterator[Lever]:
        for policy in self.policies_that_matter():
            if policy is not None:
                chosen = self.policy == policy
                yield from self.lever("policy", policy, self.with_policy(self.request, policy), chosen)

    def programs(self) -> Iterator[Lever]:
        """Each program left out, and each one that may help taken."""
        uses = self.uses()
        for candidate in self.assembled.candidates:
            slug = candidate.program.slug
            others = tuple(use for use in uses if use.program != slug)
            if any(use.program == slug and not use.open for use in uses):
                yield from self.lever("program", f"without {slug}", self.with_uses(others))
            else:
                taken = (*others, ProgramUse(slug, f"$.programs[{len(others)}]", 0, self.request.as_of))
                yield from self.lever("program", f"with {slug}", self.with_uses(taken))

    def card_after_the_minimum(self) -> Iterator[Lever]:
        """An HSA plan: the card used only from the first day on which the minimum deductible has been met."""
        if not (self.assembled.payers_of_case["primary"] or {}).get("hdhp_minimum_deductible"):
            return
        cards = {p["name"] for p in self.assembled.payers_of_case["programs"] if p["type"] == "copay_card"}
        outcomes = list(self.without(cards)) if cards else []
        below = {outcome.line.date for outcome in outcomes if outcome.below_minimum}
        on = next((outcome.line.date for outcome in outcomes if outcome.line.date not in below), None)
        if on is None or not below:
            return
        later = tuple(replace(use, enrolled_on=on) if use.program in cards else use for use in self.uses())
        yield from self.lever("program", f"cards from {on}", self.with_uses(later))

    def without(self, programs: set[str]):
        """The outcomes, line by line, if these programs are not used."""
        uses = tuple(use for use in self.uses() if use.program not in programs)
        return adjudicate(INTS, in_date_order(self.assemble(self.with_uses(uses)).case))

    def secondary(self) -> Iterator[Lever]:
        """Without what is second now, and with each single secondary coverage that fits."""
        if self.request.secondary:
            yield from self.lever("secondary", "none", replace(self.request, secondary=()))
        used = {coverage.design for coverage in self.request.secondary}
        for design in self.reference.payers.designs:
            if design.role == "secondary" and design.slug not in used:
                coverage = Coverage(design.slug, "$.secondary[0]", {}, self.request.as_of)
                changed = replace(self.request, secondary=(coverage,))
                yield from self.lever("secondary", design.slug, changed)

    def starts(self) -> Iterator[Start]:
        """Each policy's first start is the chosen one; amounts met are zeroed where a start moves past them.

        For a new treatment only: a dose of a running one is not put off for money.
        """
        if self.request.first_dose_on is None:
            return
        policies = self.policies_that_matter()
        moved = [self.moved(months) for months in range(START_MONTHS)]
        by_month = [
            self.starts_under(policies, request, chosen=not months)
            for months, request in enumerate(moved)
            if request is not None
        ]
        if all(figures(start) == figures(starts[0]) for starts in by_month for start in starts):
            by_month = [[replace(start, policy=None) for start in starts[:1]] for starts in by_month]
        yield from (start for starts in zip(*filter(None, by_month), strict=True) for start in starts)

    def starts_under(self, policies: tuple, request: Request, chosen: bool) -> list[Start]:
        """One start month under each policy; without a card in its case, counting or not is the same run."""
        first = self.with_policy(request, policies[0])
        try:
            assembled = self.assemble(first)
        except RequestErrors:
            return []
        bill = self.bill(assembled)
        found = [self.start(policies[0], first, bill, chosen)]
        has_card = any(program.type == "copay_card" for program in assembled.case.programs)
        for policy in policies[1:]:
            if has_card or policy not in POLICIES:
                bill = self.bills.of(under_policy(assembled.case, policy))
            found.append(self.start(policy, self.with_policy(request, policy), bill, chosen))
        return found

    def start(self, policy: str | None, request: Request, bill: Bill, chosen: bool) -> Start:
        return Start(policy, min(bill.by_date), request, bill.by_year[0], bill.total, chosen)

    def moved(self, months: int) -> Request | None:
        """The request so many months later; the patient is older then. Weight stays as given."""
        on, age = add_months(self.request.first_dose_on, months), self.request.age_months
        older = {"age_months": age + months} if age is not None else {}
        return replace(self.request, first_dose_on=on, **older) if on <= LATEST else None

    # --- variations ---

    @property
    def policy(self) -> str | None:
        return (self.assembled.payers_of_case["primary"] or {}).get("assistance_policy")

    def policies_that_matter(self) -> tuple[str | None, ...]:
        """What a plan may do with copay cards, where there is a card; a maximizer where the plan is one."""
        cards = any(c.program.type == "copay_card" for c in self.assembled.candidates)
        if not cards or self.assembled.payers_of_case["primary"] is None:
            return (None,)
        return (*POLICIES, "maximizer") if self.policy == "maximizer" else POLICIES

    def with_policy(self, request: Request, policy: str | None) -> Request:
        if policy is None:
            return request
        name = "pharmacy" if self.assembled.drug.benefit == "pharmacy" and request.pharmacy else "medical"
        coverage = getattr(request, name)
        return replace(
            request, **{name: replace(coverage, terms={**coverage.terms, "assistance_policy": policy})}
        )

    def uses(self) -> tuple[ProgramUse, ...]:
        """The programs the likely run uses, each as if the family had named it."""
        if self.request.programs is not None:
            return self.request.programs
        used = [program["name"] for program in self.assembled.payers_of_case["programs"]]
        return tuple(
            ProgramUse(slug, f"$.programs[{index}]", 0, self.request.as_of) for index, slug in enumerate(used)
        )

    def with_uses(self, uses: tuple[ProgramUse, ...]) -> Request:
        return replace(self.request, programs=uses)

    # --- runs ---

    def lever(self, group: str, key: str, changed: Request, chosen: bool = False) -> Iterator[Lever]:
        try:
            bill = self.base if chosen else self.bill(self.assemble(changed))
        except RequestErrors:
            return
        effect = bill.total - self.base.total
        yield Lever(group, key, changed, bill, effect, chosen)

    def bill(self, assembled: Assembled) -> Bill:
        return self.bills.of(assembled.case)

    def assemble(self, request: Request) -> Assembled:
        return Assembler(request, self.reference, self.treatment(request), self.memory).assemble()

    def treatment(self, request: Request) -> Treatment:
        """The claim lines: they know nothing of who pays, so variations of coverage share them."""
        key = of_treatment(request)
        if key not in self.treatments:
            self.treatments[key] = Treatment.of(request, self.reference.drugs, self.memory)
        return self.treatments[key]


def of_treatment(request: Request) -> Request:
    """What of a request the claim lines depend on."""
    return replace(
        request,
        medical=None,
        pharmacy=None,
        secondary=(),
        programs=None,
        household=None,
        other_care=(),
        allowed=replace(request.allowed, of_medicare=None),
    )


def under_policy(case: Case, policy: str) -> Case:
    """The same case under another assistance policy: typed, it holds in every plan year."""
    plan = case.primary
    later = tuple((year, replace(terms, assistance_policy=policy)) for year, terms in plan.later_terms)
    terms = replace(plan.terms, assistance_policy=policy)
    return replace(case, primary=replace(plan, terms=terms, later_terms=later))


def figures(start: Start) -> tuple[date, int, int]:
    return start.on, start.year_1, start.total
