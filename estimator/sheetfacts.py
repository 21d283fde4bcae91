"""What the family's sheet stands on, without a language: read off an estimate or the snapshot of a saved one.

Both give the same JSON, so that a saved sheet prints the same for ever. Money is integer cents.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from estimator import models
from estimator.assemble import Reference
from estimator.claimlines import BASIS_WORDS
from estimator.cost.years import CALENDAR_YEAR, add_months, anchor_in, year_starting
from estimator.estimate import Estimate
from estimator.present import Presenter
from estimator.saved import canonical, freeze
from estimator.saved_files import ledger_rows
from estimator.saved_used import used

WHO = ("plan", "second", "help", "family")


@dataclass(frozen=True)
class Line:
    """One claim line of the treatment. `left` is what the plans leave, before any help."""

    on: date
    dose: str
    kind: str
    code: str
    year: int
    plan: int
    second: int
    help: int
    family: int
    by_program: Mapping[str, int]
    is_free: bool

    @property
    def left(self) -> int:
        return self.help + self.family


@dataclass(frozen=True)
class Help:
    """A program that may help: its own limits, and what this estimate counts on from it."""

    slug: str
    name: str
    type: str
    phone: str
    address: str
    counted: bool
    annual_maximum: int | None
    year: str
    used: int
    needs_approval: bool
    enrolled_on: date | None = None
    rules: Mapping[str, bool | int] = field(default_factory=dict)
    """What is known of travel help and the days that count, by topic (`payers.reference.ProgramRule`)."""


@dataclass(frozen=True)
class Plan:
    """Who pays: its name as the plan writes it, and what kind of plan it is ("" where that was not kept)."""

    name: str
    kind: str


@dataclass(frozen=True)
class Question:
    """Something nobody has told us: its key, whom to ask, and how far the answer moves the first year."""

    key: str
    whom: str
    low: int
    high: int


@dataclass(frozen=True)
class Reach:
    """From the least to the most over the answers that were run; one that nobody has run `may_go_further`."""

    likely: int
    low: int
    high: int
    may_go_further: bool = False

    @property
    def is_range(self) -> bool:
        return self.low != self.high


@dataclass(frozen=True)
class Facts:
    drug: str
    as_of: date
    number: str
    state: str
    plans: tuple[Plan, ...]
    years: tuple[Reach, ...]
    first_bill_on: date
    first_bill: Reach
    lines: tuple[Line, ...]
    primary: Mapping
    helps: tuple[Help, ...]
    questions: tuple[Question, ...]
    price_basis: str
    price_from: date | None

    @property
    def first(self) -> date:
        return self.lines[0].on

    @property
    def covered(self) -> bool:
        return self.state == "covered"

    @property
    def program_names(self) -> dict[str, str]:
        return {one.slug: one.name for one in self.helps}

    @cached_property
    def may_owe(self) -> bool:
        """Whether anything may be left for the family, in any year and on any answer."""
        return not self.covered or any(one.high for one in self.years)

    @cached_property
    def needs_help(self) -> bool:
        """Whether the plans leave anything: then help counts, even where it pays all of it."""
        return self.may_owe or any(line.left for line in self.lines)

    @cached_property
    def who(self) -> tuple[str, ...]:
        """Everybody who pays a part; the family stands there always."""
        return tuple(who for who in WHO if who == "family" or any(getattr(line, who) for line in self.lines))

    @cached_property
    def is_pharmacy(self) -> bool:
        return any(line.kind == "pharmacy" for line in self.lines)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.code for line in self.lines if line.code))

    def of_year(self, year: int) -> list[Line]:
        return [line for line in self.lines if line.year == year]

    def is_apart(self, days: int) -> bool:
        """Whether two treatments that follow one another lie more than so many days apart."""
        dates = sorted({line.on for line in self.lines})
        return any((after - before).days > days for before, after in pairwise(dates))

    def period(self, year: int) -> tuple[date, date]:
        begins = add_months(self.first, 12 * (year - 1))
        return begins, add_months(self.first, 12 * year) - timedelta(days=1)

    def paid_by(self, program: str, lines: Iterable[Line]) -> int:
        return sum(line.by_program.get(program, 0) for line in lines)

    def runs_out(self, program: Help) -> date | None:
        """The first care on which the program's yearly maximum is used up; None where it lasts."""
        if not program.counted or program.annual_maximum is None:
            return None
        spent: dict = defaultdict(int)
        spent[self.program_year(program, self.first)] = program.used
        for line in self.lines:
            year, paid = self.program_year(program, line.on), line.by_program.get(program.slug, 0)
            spent[year] += paid
            if paid and spent[year] >= program.annual_maximum:
                return line.on
        return None

    def renews(self, program: Help, after: date) -> date:
        """The day on which the program's next year begins."""
        return anchor_in(self.program_year(program, after) + 1, self.anchor(program))

    def owed_until(self, after: date, ends: date) -> int:
        return sum(line.family for line in self.lines if after < line.on < ends)

    def program_year(self, program: Help, on: date) -> int:
        return year_starting(on, self.anchor(program))

    def anchor(self, program: Help) -> tuple[int, int]:
        if program.year == "plan":
            return self.plan_year_start
        if program.year == "enrolment":
            start = program.enrolled_on or self.first
            return start.month, start.day
        return CALENDAR_YEAR

    @property
    def plan_year_start(self) -> tuple[int, int]:
        month, day = self.primary.get("plan_year_start", "01-01").split("-")
        return int(month), int(day)

    @property
    def straddles(self) -> bool:
        """Whether care of the first 12 months falls into two plan years."""
        years = {year_starting(line.on, self.plan_year_start) for line in self.of_year(1)}
        return self.covered and bool(self.primary) and len(years) > 1


def facts_of(source: Estimate | models.Estimate, reference: Reference | None = None) -> Facts:
    content = (
        saved_content(source)
        if isinstance(source, models.Estimate)
        else content_of(source, reference or Reference.current())
    )
    return read(content)


def content_of(estimate: Estimate, reference: Reference) -> dict:
    """The same content that saving keeps, as JSON."""
    presenter = Presenter(estimate, reference)
    outcome = estimate.as_json()
    content = {
        "number": "",
        "as_of": estimate.request.as_of,
        "case": outcome.pop("case"),
        "result": outcome.pop("result"),
        "findings": outcome,
        "ledger": ledger_rows(presenter),
        "shown": freeze(presenter.presented()),
        "used": used(estimate, reference),
    }
    return json.loads(canonical(content))


def saved_content(saved: models.Estimate) -> dict:
    names = ("case", "result", "findings", "ledger", "shown", "used")
    content = {name: json.loads(getattr(saved, name)) for name in names}
    return {"number": saved.number, "as_of": saved.as_of.isoformat(), **content}


def read(content: dict) -> Facts:
    shown, findings = content["shown"], content["findings"]
    headline = findings["headline"]
    bill = headline["first_bill"]
    lines = read_lines(content)
    price = drug_price(content, lines)
    return Facts(
        drug=shown["drug"],
        as_of=date.fromisoformat(content["as_of"]),
        number=content["number"],
        state=shown["answer"]["state"],
        plans=read_plans(content),
        years=tuple(reach(year) for year in headline["treatment_years"]),
        first_bill_on=date.fromisoformat(bill["date"]),
        first_bill=reach(bill),
        lines=lines,
        primary=content["case"]["primary"] or {},
        helps=tuple(read_help(one, content) for one in shown["help"]),
        questions=tuple(read_question(one) for one in findings["unknowns"] if one["spread"]),
        price_basis=price.get("basis") or basis_without_price(content["ledger"], lines),
        price_from=date.fromisoformat(price["effective_from"]) if price else None,
    )


def read_plans(content: dict) -> tuple[Plan, ...]:
    """In the order of paying. Estimates saved before the kinds were kept have the names alone."""
    kept = content["used"].get("plans")
    if kept is None:
        kept = [{"name": name, "kind": ""} for name in content["shown"]["coverage"].split(", then ")]
    return tuple(Plan(one["name"], one["kind"]) for one in kept)


def reach(amounts: dict) -> Reach:
    """Of a first bill saved before that was asked, nobody knows whether it may go further: then it may."""
    return Reach(amounts["likely"], amounts["low"], amounts["high"], amounts.get("may_go_further", True))


def read_lines(content: dict) -> tuple[Line, ...]:
    """The ledger beside the result: both in date order, the family's other care left out."""
    rows = [row for row in content["result"]["lines"] if row["kind"] != "other_care"]
    return tuple(
        Line(
            on=date.fromisoformat(row["date"]),
            dose=told["dose"],
            kind=row["kind"],
            code=told["code"],
            year=row["treatment_year"],
            plan=row["primary"],
            second=row["secondary"],
            help=row["assistance"],
            family=row["patient"],
            by_program=row["assistance_by_program"],
            is_free=row.get("free_drug_value") is not None,
        )
        for row, told in zip(rows, content["ledger"], strict=True)
    )


def drug_price(content: dict, lines: tuple[Line, ...]) -> dict:
    """The newest published price of the drug itself that the first dose was computed with."""
    codes = {line.code for line in lines if line.kind in ("drug", "pharmacy")}
    known = [one for one in content["used"]["prices"] if one["code"] in codes]
    begun = [one for one in known if one["effective_from"] <= lines[0].on.isoformat()] or known
    return max(begun, key=lambda one: one["effective_from"], default={})


def basis_without_price(ledger: list[dict], lines: tuple[Line, ...]) -> str:
    """No published price was used for the drug: typed where the ledger says so, else not known."""
    told = (
        row["price"] for row, line in zip(ledger, lines, strict=True) if line.kind in ("drug", "pharmacy")
    )
    return "typed" if BASIS_WORDS["typed"] in next(told, "") else "unknown"


def read_help(shown: dict, content: dict) -> Help:
    """The page's line about a program, with its terms from the case where the estimate counts on it."""
    slug, name = shown.get("slug", ""), shown["name"]
    counted = next((one for one in content["case"]["programs"] if one["name"] == slug), None)
    keys = {one["key"] for one in content["findings"]["unknowns"]}
    return Help(
        slug=slug,
        name=name,
        type=shown.get("type", ""),
        phone=shown["phone"],
        address=shown.get("address", ""),
        counted=counted is not None,
        annual_maximum=counted["annual_maximum"] if counted else None,
        year=counted["year"] if counted else "calendar",
        used=counted["used"] if counted else 0,
        needs_approval=f"programs.{slug}" in keys,
        enrolled_on=date.fromisoformat(counted["enrolled_on"])
        if counted and counted.get("enrolled_on")
        else None,
        rules={rule["topic"]: rule["answer"] for rule in shown.get("rules", ())},
    )


def read_question(one: dict) -> Question:
    amounts = [option["treatment_year_1"] for option in one["options"]]
    return Question(one["key"], one["whom"], min(amounts), max(amounts))
