"""Reference values about payers as frozen values: what an estimate reads, without Django.

Money is integer cents, rates are thousandths of a percent (20000 = 20 %).
`payers.catalogue.load()` builds one `Payers` from the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

from drugs.reference import Difference, Provenance, Source

GOVERNMENT_KINDS = ("medicare", "medicaid", "chip", "tricare", "va")
PAYER_KINDS = ("commercial", *GOVERNMENT_KINDS, "uninsured")
TOPICS_IN_DAYS = ("apply", "claim", "use")
"""Rules of a program that are a number of days; `travel` and `renewal` are yes or no."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A national figure of one year: programme "medicare", key "part_b_deductible", 2026, 28300 cents."""

    programme: str
    key: str
    year: int
    value: int
    unit: str  # "cents" | "thousandths" | "percent_fpl"
    provenance: Provenance
    revision: int = 1

    @property
    def path(self) -> str:
        return f"{self.programme}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Payer:
    slug: str
    name: str
    kind: str  # one of PAYER_KINDS
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DesignTerms:
    """A plan's cost-sharing rules from a date on, in the plan keys of a `simulate` case (`payers/terms.py`).

    Any amount may be `{"parameter": "medicare/part_b_deductible"}`, to be resolved for each plan year.
    Extra keys: `cap_sites` (cap name -> sites where it applies), `disputed_caps` (caps with a second reading
    for drugs billed in many units), `code_coinsurance` (true: the payer charges Medicare's own percentage of
    the code and quarter), `no_plan` (true: no cover at all). `assistance_policy` may be "unknown".
    `terms` is frozen; `plain(terms)` gives dicts and lists again.
    """

    effective_from: date
    terms: Mapping[str, Any]
    provenance: Provenance
    revision: int = 1


@dataclass(frozen=True, kw_only=True)
class Design:
    slug: str
    name: str
    payer: Payer
    role: str  # "primary" | "secondary"
    revisions: tuple[DesignTerms, ...]
    benefit: str = "medical"  # "medical" | "pharmacy" | "both"
    method: str | None = None  # None for a primary; standard, carve_out, maintenance, medigap, medicaid
    illustrative: bool = False
    hsa_qualified: bool = False
    federal: bool = False
    order: int = 0
    note: str = ""

    def in_force(self, on_date: date) -> DesignTerms | None:
        """The newest terms begun by the date; before any has begun, the first known (the caller says so)."""
        begun = [t for t in self.revisions if t.effective_from <= on_date]
        if begun:
            return max(begun, key=lambda t: (t.effective_from, t.revision))
        return min(self.revisions, key=lambda t: t.effective_from, default=None)


@dataclass(frozen=True, kw_only=True)
class ProgramTerms:
    """What a program pays. A maximum of None is unlimited only where it is *known*; else nobody publishes it.

    Amounts are cents; `minimum_patient_pay` None means not published. `income_limit_percent` is in % of the
    federal poverty level; None with `income_known` means no income limit.
    """

    effective_from: date
    kinds: tuple[str, ...]
    provenance: Provenance
    minimum_patient_pay: int | None = None
    per_claim_maximum: int | None = None
    per_claim_known: bool = False
    annual_maximum: int | None = None
    annual_known: bool = False
    year: str = "calendar"  # "calendar" | "plan" | "enrolment"
    income_limit_percent: int | None = None
    income_known: bool = False
    excludes_kinds_of_payer: tuple[str, ...] = ()
    requires_kinds_of_payer: tuple[str, ...] = ()
    excluded_states: tuple[str, ...] = ()
    fund_status: str = "not_a_fund"  # "open" | "closed" | "unknown" | "not_a_fund"
    fund_seen_on: date | None = None
    minimum_age_months: int | None = None
    maximum_age_months: int | None = None
    diagnoses: tuple[str, ...] = ()
    revision: int = 1


@dataclass(frozen=True, kw_only=True)
class ProgramRule:
    """One rule beside the amounts; neither `applies` nor `days`: it was looked for and not found.

    `travel`: helps with travel or lodging. `apply`: a dose is paid for only if the family applies at most `days`
    after it. `claim`: its claim has to be sent within `days` of the dose. `use`: the help ends unless it has paid
    something within `days` of the enrolment, and within the same time again and again. `renewal`: it has to be
    applied for again each year of the program.
    """

    topic: str  # "travel" | "apply" | "claim" | "use" | "renewal"
    provenance: Provenance
    applies: bool | None = None
    days: int | None = None
    revision: int = 1

    @property
    def answer(self) -> bool | int | None:
        return self.days if self.topic in TOPICS_IN_DAYS else self.applies


@dataclass(frozen=True, kw_only=True)
class Program:
    slug: str
    name: str
    sponsor: str
    type: str  # "copay_card" | "grant" | "free_drug"
    drugs: tuple[str, ...]  # slugs
    terms: tuple[ProgramTerms, ...]
    rules: tuple[ProgramRule, ...] = ()
    phone: str = ""
    address: str = ""
    how_to_apply: str = ""
    order: int = 0

    @property
    def link(self) -> str:
        """The address where it is one that a browser opens without running anything."""
        return self.address if self.address.startswith(("https://", "http://")) else ""

    def rule(self, topic: str) -> ProgramRule | None:
        """What is known about a topic; None where nothing is."""
        return next((r for r in self.rules if r.topic == topic and r.answer is not None), None)

    def in_force(self, on_date: date) -> ProgramTerms | None:
        """The newest terms begun by the date; before any has begun, the first known."""
        begun = [t for t in self.terms if t.effective_from <= on_date]
        if begun:
            return max(begun, key=lambda t: (t.effective_from, t.revision))
        return min(self.terms, key=lambda t: t.effective_from, default=None)


@dataclass(frozen=True, kw_only=True)
class StateRule:
    """Whether a state's law makes insured plans count copay cards. It never binds self-funded plans."""

    state: str
    counts: bool
    provenance: Provenance
    applies_to: str = "insured"
    effective_from: date | None = None
    hdhp_carve_out: bool | None = None
    generic_exception: bool | None = None
    citation: str = ""
    revision: int = 1


@dataclass(frozen=True, kw_only=True)
class Payers:
    """Everything known about payers at one data revision."""

    revision: int
    parameters: tuple[Parameter, ...] = ()
    payers: tuple[Payer, ...] = ()
    designs: tuple[Design, ...] = ()
    programs: tuple[Program, ...] = ()
    state_rules: tuple[StateRule, ...] = ()
    sources: tuple[Source, ...] = ()
    differences: tuple[Difference, ...] = ()

    def design(self, slug: str) -> Design | None:
        return next((d for d in self.designs if d.slug == slug), None)

    def program(self, slug: str) -> Program | None:
        return next((p for p in self.programs if p.slug == slug), None)

    def programs_for(self, drug_slug: str) -> tuple[Program, ...]:
        return tuple(p for p in self.programs if drug_slug in p.drugs)

    def state_rule(self, state: str, on_date: date) -> StateRule | None:
        """The state's rule begun by the date; a rule without a known start counts as begun."""
        begun = [
            r
            for r in self.state_rules
            if r.state == state and (not r.effective_from or r.effective_from <= on_date)
        ]
        return max(begun, key=lambda r: r.effective_from or date.min, default=None)

    def parameter(self, path: str, year: int) -> tuple[Parameter, bool] | None:
        """(the figure, whether it is that year's own); a missing year takes the last known earlier one."""
        by_year = self._by_path.get(path, {})
        known = [y for y in by_year if y <= year]
        return (by_year[max(known)], max(known) == year) if known else None

    @cached_property
    def _by_path(self) -> dict[str, dict[int, Parameter]]:
        by_path: dict[str, dict[int, Parameter]] = {}
        for parameter in self.parameters:
            by_path.setdefault(parameter.path, {})[parameter.year] = parameter
        return by_path


def frozen(value: Any) -> Any:
    """JSON as values that cannot be changed: mappings and tuples all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, list | tuple) else value


def plain(value: Any) -> Any:
    """The JSON behind `frozen`: fresh dicts and lists."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
