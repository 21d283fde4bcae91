"""An estimate as plain values for the page and the sheet: texts, rows and sums. Templates only loop.

Money comes in as cents and leaves as text. Every sum shown here is a sum of the ledger's own rows; the
family's other care is not this drug's bill and stands apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from drugs.strictfields import lower_first
from estimator.assemble import Reference
from estimator.beforehand import before
from estimator.callscript import calls, effect_words, in_plain_words, options_of
from estimator.charts import Amounts, Chart, stacked_bars
from estimator.claimlines import LineNote
from estimator.cost.result import Row
from estimator.cost.years import add_months, anchor_in
from estimator.estimate import Estimate, Range
from estimator.labels import DRUG_KINDS, line_words, price_words, source_line, statements
from estimator.payerquestions import ask_first
from estimator.presented import (
    Answer,
    HelpLine,
    HelpRule,
    LedgerDose,
    LedgerLine,
    Month,
    OpenQuestion,
    PaidLine,
    PayerQuestion,
    Presented,
    SourceLine,
    Spread,
)
from estimator.sentences import Names, explain
from estimator.traces import TYPED, Traces, row_id
from estimator.treatmentform import SITE_WORDS
from estimator.words import day, listed, money, money_short, month
from payers.programrules import LABELS, known_rules, rule_words

WHO_WORDS = {
    "plan": "Plan",
    "second": "Second coverage",
    "help": "Help",
    "family": "Your family",
}
WHOM_WORDS = {
    "payer": "Ask the plan",
    "hospital": "Ask the hospital's billing office",
    "program": "Ask the program",
    "family": "Ask the family",
}
LEDGER_WORDS = {
    "allowed": "Allowed",
    "deductible": "Deductible",
    "copay": "Copay",
    "coinsurance": "Coinsurance",
    "primary": "Plan",
    "secondary": "Second",
    "assistance": "Help",
    "patient": "Family",
}
ALWAYS_SHOWN = ("allowed", "deductible", "coinsurance", "patient")
TYPED_SOURCE = SourceLine(
    TYPED, "Typed by you", "", "Amounts that were typed", ("as typed in the form, not checked",)
)
MOST_BARS = 24
"""More doses than this are drawn a treatment year a bar."""


@dataclass(frozen=True)
class Paid:
    """Who pays what of some claim lines, in cents."""

    allowed: int
    plan: int
    second: int
    help: int
    family: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Paid":
        rows = list(rows)
        columns = ("allowed", "primary", "secondary", "assistance", "patient")
        return cls(*(sum(getattr(row, column) for row in rows) for column in columns))

    @property
    def parts(self) -> dict[str, int]:
        return {who: getattr(self, who) for who in WHO_WORDS}


@dataclass(frozen=True)
class Dose:
    """One encounter of the treatment: its rows, each with what we know about the line."""

    label: str
    on: date
    treatment_year: int
    lines: tuple[tuple[Row, LineNote], ...]

    @property
    def rows(self) -> list[Row]:
        return [row for row, _ in self.lines]

    @property
    def paid(self) -> Paid:
        return Paid.of(self.rows)

    @property
    def free(self) -> int:
        return sum(row.free_drug_value or 0 for row, _ in self.lines)


def present(estimate: Estimate, reference: Reference) -> Presented:
    """Everything the page and the sheet say about one estimate."""
    return Presenter(estimate, reference).presented()


class Presenter:
    """Reads one estimate; every method gives one part of the page."""

    def __init__(self, estimate: Estimate, reference: Reference):
        self.estimate, self.request, self.case = estimate, estimate.request, estimate.assembled.case
        self.drug, self.payers = estimate.assembled.drug, reference.payers
        self.designs = [estimate.assembled.design, *self._secondary_designs()]
        lines = list(zip(estimate.simulation.rows, estimate.notes, strict=True))
        self.lines = [(row, note) for row, note in lines if row.kind != "other_care"]
        self.others = [(row, note) for row, note in lines if row.kind == "other_care"]
        self.traces = Traces(estimate, reference)
        self.rows = [row for row, _ in self.lines]
        self.first = self.rows[0].date
        self.names = self._names()
        self.doses = self._doses()
        self.total = Paid.of(self.rows)
        self.columns = self._columns()

    def presented(self) -> Presented:
        answer = self.answer()
        asked = self.open_questions(answer.state)
        return Presented(
            drug=self.drug.name,
            made_on=day(self.request.as_of),
            treatment=self.treatment(),
            coverage=", then ".join(design.name for design in self.designs),
            prices=self.prices(),
            answer=answer,
            next_steps=self.next_steps(answer.state),
            chart=self.chart() if answer.state == "covered" and self.total.allowed else None,
            columns=self.columns,
            doses=tuple(self.dose_line(dose) for dose in self.doses),
            total=self.paid_line("total", "Together", "", self.rows),
            months=self.months(),
            treatment_years=self.paid_by(
                "treatment-year", lambda row: row.treatment_year, self.treatment_year_words
            ),
            plan_years=self.paid_by("plan-year", lambda row: row.plan_year, self.plan_year_words),
            straddle=self.straddle(),
            help=self.help(),
            unknowns=asked,
            idle_unknowns=tuple(q.unknown.question for q in self.estimate.unknowns if not q.spread),
            calls=calls(asked, self.payers, self.designs[0].name, self.subject()),
            ask_first=self.ask_first(answer.state, asked),
            ledger_columns=tuple(LEDGER_WORDS[column] for column in self.ledger_columns),
            ledger=tuple(self.ledger_dose(dose) for dose in self.doses),
            other_care=tuple(self.ledger_line(*line) for line in self.others),
            other_care_total=self.other_care_total(),
            trace=self.traces.of(self.rows),
            first_dose_trace=self.traces.of(self.doses[0].rows),
            assumptions=statements(self.estimate.assumptions),
            warnings=statements(self.estimate.warnings),
            before=before(self.estimate),
            sources=self.sources(),
        )

    # The answer

    def answer(self) -> Answer:
        years = tuple(self.spread(n, amounts) for n, amounts in enumerate(self.estimate.treatment_years, 1))
        state, first = self.state(), years[0]
        title, explained = self.state_words(state)
        reach = f", between {first.low} and {first.high}" if first.is_range else ""
        reach += " or further" if first.is_range and first.may_go_further else ""
        number = f"{first.likely} in treatment year 1{reach}."
        return Answer(
            state=state,
            title=title,
            explained=explained,
            years=years,
            reason=self.reason(years),
            first_bill=self.first_bill(),
            first_bill_trace=self.traces.of(self.rows_on(self.estimate.first_bill_on)),
            announcement=f"{title}: {number}" if state == "covered" else f"{title}. {explained}",
        )

    def state(self) -> str:
        billed = [row for row in self.rows if row.kind in DRUG_KINDS and row.free_drug_value is None]
        if self.case.primary is None:
            return "no_plan" if billed else "covered"
        return "not_covered" if any(not row.covered and row.allowed for row in billed) else "covered"

    def state_words(self, state: str) -> tuple[str, str]:
        if state == "covered":
            return "What your family may pay", ""
        if state == "not_covered":
            return f"{self.refusing_payer()} does not cover {self.drug.name}", (
                "Without cover nothing counts toward the plan's limits, so no honest number can stand here: "
                "what would be owed depends on what the hospital agrees to."
            )
        return f"Without coverage nobody else pays for {self.drug.name}", (
            f"The first dose alone is valued at {money(self.doses[0].paid.allowed)} by the prices used here. "
            "Arrange coverage, or the drug free of charge, before the first dose."
        )

    def refusing_payer(self) -> str:
        """The insurer whose policy refuses the drug, else the plan without a rule for it."""
        refused = [one.payer for one in self.estimate.assembled.deciding if one.policy and one.policy.refused]
        return refused[0] if refused else self.designs[0].name

    def spread(self, year: int, amounts: Range) -> Spread:
        _, period = self.treatment_year_words(year)
        texts = (money_short(cents) for cents in (amounts.likely, amounts.low, amounts.high))
        rows = [row for row in self.rows if row.treatment_year == year]
        return Spread(year, period, *texts, self.traces.of(rows), not amounts.is_proven)

    def reason(self, years: tuple[Spread, ...]) -> str:
        """Why the answer is a range: the question that may raise it most, else the one that may lower it most."""
        moving = [question for question in self.estimate.unknowns if question.spread]
        if not any(year.is_range for year in years) or not moving:
            return ""
        more = len(moving) - 1
        others = f" ({more} more open question{'s' if more > 1 else ''} below)" if more else ""
        worst = max(moving, key=lambda question: question.raises)
        if worst.raises:
            return f"What may raise it most is not known yet{others}: {worst.unknown.question}"
        return f"What may lower it most is not known yet{others}: {moving[0].unknown.question}"

    def first_bill(self) -> str:
        bill = self.estimate.first_bill
        if not bill.high:
            return "none is expected, others pay all of it."
        reach = (
            f", between {money_short(bill.low)} and {money_short(bill.high)}" if bill.low < bill.high else ""
        )
        reach += " or further" if reach and not bill.is_proven else ""
        on = day(self.estimate.first_bill_on)
        return f"{money_short(bill.likely)} for care on {on}{reach}. The bill itself may come weeks later."

    def rows_on(self, on: date) -> list[Row]:
        return [row for row in self.rows if row.date == on]

    def next_steps(self, state: str) -> tuple[str, ...]:
        name = self.coded_name()
        first = {
            "covered": (),
            "not_covered": (
                f"Ask the plan for its written policy on {name}, for an exception, and how to appeal: first "
                "inside the plan, then to an outside reviewer.",
            ),
            "no_plan": (
                "Ask the hospital's financial counselor about Medicaid and about a plan from an employer or "
                "the marketplace.",
            ),
        }[state]
        free = [p for p in self.payers.programs_for(self.drug.slug) if p.type == "free_drug"]
        return first and (*first, *(f"{p.name}: {p.how_to_apply} {p.phone}".strip() for p in free))

    # Who pays what

    def chart(self) -> Chart:
        by_year = len(self.doses) > MOST_BARS
        each = "treatment year" if by_year else "dose"
        bars = [self.year_bar(*group) for group in self.groups(lambda row: row.treatment_year)]
        if not by_year:
            bars = [self.dose_bar(dose) for dose in self.doses]
        parts = [f"{WHO_WORDS[who]} {money(self.total.parts[who])}" for who, _ in self.columns]
        return stacked_bars(
            bars,
            WHO_WORDS,
            title=f"Who pays what, {each} by {each}",
            description=f"One bar for each {each}, with the family's part at its end. "
            f"Together {money(self.total.allowed)}: {listed(parts)}. The table below has the same numbers.",
        )

    def dose_bar(self, dose: Dose) -> Amounts:
        return Amounts(day(dose.on), money(dose.paid.family), dose.paid.parts, self.traces.of(dose.rows))

    def year_bar(self, year: int, rows: list[Row]) -> Amounts:
        paid = Paid.of(rows)
        return Amounts(f"Treatment year {year}", money(paid.family), paid.parts, self.traces.of(rows))

    def dose_line(self, dose: Dose) -> PaidLine:
        free = f"the drug is free, worth {money(dose.free)}" if dose.free else ""
        first = row_id(dose.rows[0])
        return self.paid_line(f"dose-{first}", f"{day(dose.on)}, {dose.label.lower()}", free, dose.rows)

    def months(self) -> tuple[Month, ...]:
        return tuple(
            Month(
                f"month-{key}",
                month(key),
                listed(list(dict.fromkeys(str(row.date.day) for row in rows))),
                money(sum(row.patient for row in rows)),
                self.traces.of(rows),
            )
            for key, rows in self.groups(lambda row: f"{row.date:%Y-%m}")
        )

    def paid_by(self, name: str, key: Callable, words: Callable) -> tuple[PaidLine, ...]:
        return tuple(
            self.paid_line(f"{name}-{value}", *words(value), rows) for value, rows in self.groups(key)
        )

    def groups(self, key: Callable) -> list[tuple]:
        groups: dict = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row)
        return sorted(groups.items())

    def paid_line(self, name: str, label: str, note: str, rows: list[Row]) -> PaidLine:
        paid = Paid.of(rows)
        amounts = tuple(money(paid.parts[who]) for who, _ in self.columns)
        columns = tuple(who for who, _ in self.columns)
        return PaidLine(name, label, note, money(paid.allowed), amounts, columns, self.traces.of(rows))

    def other_care_total(self) -> PaidLine | None:
        rows = [row for row, _ in self.others]
        return self.paid_line("other-care-total", "Together", "", rows) if rows else None

    def _columns(self) -> tuple[tuple[str, str], ...]:
        """The payers that pay anything in this estimate, in paying order; the family stands there always."""
        parts = self.total.parts
        return tuple((who, words) for who, words in WHO_WORDS.items() if parts[who] or who == "family")

    def treatment_year_words(self, year: int) -> tuple[str, str]:
        end = add_months(self.first, 12 * year) - timedelta(days=1)
        return f"Treatment year {year}", f"{day(add_months(self.first, 12 * (year - 1)))} to {day(end)}"

    def plan_year_words(self, year: int) -> tuple[str, str]:
        end = self.plan_year_begins(year + 1) - timedelta(days=1)
        return f"Plan year {year}", f"{day(self.plan_year_begins(year))} to {day(end)}"

    def plan_year_begins(self, year: int) -> date:
        return anchor_in(year, self.case.primary.plan_year_start if self.case.primary else (1, 1))

    def straddle(self) -> str:
        """In words: a treatment year whose doses fall in two plan years meets the plan's limits twice."""
        years = sorted({row.plan_year for row in self.rows if row.treatment_year == 1})
        has_limits = any(row.deductible_pool or row.maximum_pool for row in self.rows)
        if self.case.primary is None or len(years) < 2 or not has_limits:
            return ""
        return (
            "The first year of treatment falls into two plan years. On "
            f"{day(self.plan_year_begins(years[1]))} the plan's deductible and limits start again at zero, so "
            "they can be owed twice within twelve months."
        )

    # The ledger

    def _doses(self) -> tuple[Dose, ...]:
        groups: dict[tuple, list] = {}
        for row, note in self.lines:
            groups.setdefault((row.encounter, row.date), []).append((row, note))
        return tuple(
            Dose(lines[0][1].dose_label, lines[0][0].date, lines[0][0].treatment_year, tuple(lines))
            for lines in groups.values()
        )

    def ledger_dose(self, dose: Dose) -> LedgerDose:
        words = f"{day(dose.on)}: {dose.label}, treatment year {dose.treatment_year}"
        return LedgerDose(words, tuple(self.ledger_line(*line) for line in dose.lines))

    def ledger_line(self, row: Row, note: LineNote) -> LedgerLine:
        return LedgerLine(
            id=row_id(row),
            number=row.position + 1,
            words=line_words(note),
            detail=price_words(note),
            why=explain(row, self.names),
            source=note.source_key or "",
            amounts=tuple(self.ledger_amount(row, column) for column in self.ledger_columns),
            columns=self.ledger_columns,
            trace=self.traces.of([row]),
        )

    def ledger_amount(self, row: Row, column: str) -> str:
        """Cost sharing of a line that is not covered is no cost sharing: nothing stands in its column."""
        shares = ("deductible", "copay", "coinsurance")
        is_shared = row.covered or row.free_drug_value is not None
        return money(getattr(row, column)) if is_shared or column not in shares else "\u2013"

    @property
    def ledger_columns(self) -> tuple[str, ...]:
        """Columns in which anything stands at all."""
        rows = [*self.rows, *(row for row, _ in self.others)]
        return tuple(c for c in LEDGER_WORDS if c in ALWAYS_SHOWN or any(getattr(r, c) for r in rows))

    def _secondary_designs(self) -> list:
        return [self.payers.design(coverage.design) for coverage in self.request.secondary]

    def _names(self) -> Names:
        found = {program.name: self.payers.program(program.name) for program in self.case.programs}
        return Names(
            plan=self.case.primary is not None,
            secondaries=tuple(design.name for design in self.designs[1:]),
            programs={slug: program.name for slug, program in found.items() if program},
            cards=frozenset(
                slug for slug, program in found.items() if program and program.type == "copay_card"
            ),
        )

    # What surrounds the numbers

    def open_questions(self, state: str) -> tuple[OpenQuestion, ...]:
        moving = (question for question in self.estimate.unknowns if question.spread)
        return tuple(self.open_question(question, rank, state) for rank, question in enumerate(moving, 1))

    def open_question(self, question, rank: int, state: str) -> OpenQuestion:
        """Whom to ask what, and what each answer would change; amounts only where the drug is covered."""
        asked = question.unknown
        words = in_plain_words(asked, self.coded_name(), self.procedure())
        options, effect = (), ""
        if state == "covered":
            options, effect = options_of(question), effect_words(question, self.estimate.unknowns)
        return OpenQuestion(words, WHOM_WORDS[asked.whom], effect, options, asked.key, asked.whom, rank)

    def ask_first(self, state: str, asked: tuple[OpenQuestion, ...]) -> tuple[PayerQuestion, ...]:
        """None where the drug is not covered: the next steps stand there."""
        return ask_first(asked, self.designs, day(self.first), self.subject()) if state == "covered" else ()

    def coded_name(self) -> str:
        """`Spinraza (J2326)`."""
        code = self.drug.billing_code(self.first)
        return f"{self.drug.name} ({code.code})" if code else self.drug.name

    def procedure(self) -> str:
        return next((n.code for _, n in self.lines if n.kind == "administration" and n.code), "")

    def subject(self) -> str:
        """What a call is about, in the other side's codes."""
        given = f", given with code {self.procedure()}" if self.procedure() else ""
        at = lower_first(SITE_WORDS[self.request.site_of_care])
        return f"{self.coded_name()}{given}{f' ({at})' if self.drug.benefit == 'medical' else ''}"

    def sources(self) -> tuple[SourceLine, ...]:
        listed_ = tuple(source_line(source) for source in self.estimate.sources)
        return (*listed_, TYPED_SOURCE) if self.traces.has_typed else listed_

    def treatment(self) -> str:
        regimen = self.drug.regimen(self.request.regimen)
        return f"{regimen.name if regimen else self.drug.name}, from {day(self.first)}"

    def prices(self) -> str:
        """The price the drug's first line was computed with."""
        return next((price_words(note) for row, note in self.lines if row.kind in DRUG_KINDS), "")

    def help(self) -> tuple[HelpLine, ...]:
        """Every program this family may use, with what the estimate counts on from it."""
        programs = [candidate.program for candidate in self.estimate.assembled.candidates]
        return tuple(
            HelpLine(
                p.name,
                self.help_words(p),
                p.phone,
                p.how_to_apply,
                self.traces.of(self.helped_rows(p)),
                p.slug,
                p.type,
                p.address,
                tuple(
                    HelpRule(rule.topic, rule.answer, LABELS[rule.topic], rule_words(rule))
                    for rule in known_rules(p)
                ),
            )
            for p in programs
        )

    def helped_rows(self, program) -> list[Row]:
        return [row for row in self.rows if row.assistance_by_program.get(program.slug)]

    def help_words(self, program) -> str:
        paid = sum(row.assistance_by_program.get(program.slug, 0) for row in self.rows)
        if any(row.free_drug_value and program.type == "free_drug" for row in self.rows):
            return "The drug is free of charge here."
        return f"Pays {money(paid)} here." if paid else "Not counted here, because too little is known of it."
