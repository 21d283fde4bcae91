"""What the page and the sheet show of one estimate: plain frozen values, amounts already written out."""

from dataclasses import dataclass

from estimator.beforehand import Before
from estimator.charts import Chart
from estimator.traces import Trace


@dataclass(frozen=True)
class Spread:
    """A headline amount: one number, or the likely one with how far it may go."""

    year: int
    period: str
    likely: str
    low: str
    high: str
    trace: Trace
    may_go_further: bool = False
    """The runs reach from low to high; an answer nobody has run may reach further."""

    @property
    def is_range(self) -> bool:
        return self.low != self.high

    @property
    def may_be_lower(self) -> bool:
        return self.may_be_higher and self.low != "$0"

    @property
    def may_be_higher(self) -> bool:
        return self.is_range and self.may_go_further


@dataclass(frozen=True)
class Answer:
    """`state` is covered, not_covered or no_plan; without cover `explained` stands in the place of numbers."""

    state: str
    title: str
    explained: str
    years: tuple[Spread, ...]
    reason: str
    first_bill: str
    first_bill_trace: Trace
    announcement: str

    @property
    def first_year(self) -> Spread:
        return self.years[0]

    @property
    def later_years(self) -> tuple[Spread, ...]:
        return self.years[1:]

    @property
    def has_ranges(self) -> bool:
        return any(year.is_range for year in self.later_years)

    @property
    def peek(self) -> str:
        """The answer in a few words, for a narrow screen."""
        if self.state != "covered":
            return "not covered"
        first = self.first_year
        return f"{first.low} to {first.high}" if first.is_range else first.likely


@dataclass(frozen=True)
class PaidLine:
    """A row of a who-pays-what table; `amounts` stand in the order of `columns`. Every cell has its own id."""

    id: str
    label: str
    note: str
    allowed: str
    amounts: tuple[str, ...]
    columns: tuple[str, ...]
    trace: Trace

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """(column, amount), the allowed amount first."""
        return (("allowed", self.allowed), *zip(self.columns, self.amounts, strict=True))


@dataclass(frozen=True)
class LedgerLine:
    """One claim line: what it is, its price, the sentence that explains it, and its amounts."""

    id: str
    number: int
    words: str
    detail: str
    why: str
    source: str
    amounts: tuple[str, ...]
    columns: tuple[str, ...]
    trace: Trace

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        return tuple(zip(self.columns, self.amounts, strict=True))


@dataclass(frozen=True)
class Month:
    """A calendar month with care in it: on which days, and what the family may be billed for them."""

    id: str
    label: str
    days: str
    family: str
    trace: Trace


@dataclass(frozen=True)
class LedgerDose:
    label: str
    lines: tuple[LedgerLine, ...]


@dataclass(frozen=True)
class Option:
    """An answer: what treatment year 1 costs with it; `later` has the other years that the question moves."""

    words: str
    amount: str
    is_likely: bool
    later: str = ""


@dataclass(frozen=True)
class Box:
    """A place to write an answer in; without choices it is a line to type on."""

    name: str
    id: str
    label: str
    hint: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OpenQuestion:
    """`effect` says how far the answer moves the total; the question with rank 1 moves it most."""

    question: str
    whom: str
    effect: str
    options: tuple[Option, ...]
    key: str = ""
    call: str = ""
    rank: int = 0
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class PayerQuestion:
    """A question to a payer, whose answer it is, and how far the answer moves the amounts or that they rest on it."""

    whom: str
    question: str
    why: str


@dataclass(frozen=True)
class Call:
    """Somebody to call: who, what to have ready, the telephone where we know it, and the questions."""

    heading: str
    opening: str
    phone: str
    questions: tuple[OpenQuestion, ...]


@dataclass(frozen=True)
class SourceLine:
    """`address` is where it stands in the source's own words, `link` what a browser opens (empty: nothing)."""

    key: str
    title: str
    address: str
    used_for: str
    facts: tuple[str, ...]
    link: str = ""

    @property
    def is_link(self) -> bool:
        return bool(self.link)


@dataclass(frozen=True)
class Statement:
    text: str
    source: str


@dataclass(frozen=True)
class HelpRule:
    """Travel help, or a day that counts (`payers.reference.ProgramRule`)."""

    topic: str
    answer: bool | int
    label: str
    words: str


@dataclass(frozen=True)
class HelpLine:
    name: str
    words: str
    phone: str
    how: str
    trace: Trace
    slug: str = ""
    type: str = ""
    address: str = ""
    rules: tuple[HelpRule, ...] = ()


@dataclass(frozen=True)
class FoundDrug:
    """A drug as the search shows it."""

    slug: str
    name: str
    generic: str
    codes: str
    indication: str


@dataclass(frozen=True)
class Presented:
    """`columns` are (payer, heading); `straddle` says in words that two plan years are touched. `other_care` is
    what the family's other care costs them: never part of this drug's sums. `trace` is that of every line."""

    drug: str
    made_on: str
    treatment: str
    coverage: str
    prices: str
    answer: Answer
    next_steps: tuple[str, ...]
    chart: Chart | None
    columns: tuple[tuple[str, str], ...]
    doses: tuple[PaidLine, ...]
    total: PaidLine
    months: tuple[Month, ...]
    treatment_years: tuple[PaidLine, ...]
    plan_years: tuple[PaidLine, ...]
    straddle: str
    help: tuple[HelpLine, ...]
    unknowns: tuple[OpenQuestion, ...]
    idle_unknowns: tuple[str, ...]
    calls: tuple[Call, ...]
    ask_first: tuple[PayerQuestion, ...]
    ledger_columns: tuple[str, ...]
    ledger: tuple[LedgerDose, ...]
    other_care: tuple[LedgerLine, ...]
    other_care_total: PaidLine | None
    trace: Trace
    first_dose_trace: Trace
    assumptions: tuple[Statement, ...]
    warnings: tuple[Statement, ...]
    before: Before
    sources: tuple[SourceLine, ...]

    @property
    def total_family(self) -> str:
        return self.total.amounts[-1]
