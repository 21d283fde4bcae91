"""Reference values about drugs as frozen values: what an estimate reads, without Django.

Money is dollars as Decimal (unit prices, never floats), rates are thousandths of a percent, doses are mg.
`drugs.catalogue.load()` builds one `Drugs` from the database; nobody here knows the database or today's date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

CONFIDENCES = ("high", "medium", "low", "label_knowledge")
SITES = (
    "hospital_on_campus",
    "hospital_off_campus_excepted",
    "hospital_off_campus_nonexcepted",
    "asc",
    "office",
    "home",
)
LINE_KINDS = (
    "drug",
    "pharmacy",
    "administration",
    "facility",
    "professional",
    "sedation",
    "imaging",
    "laboratory",
    "visit",
    "other_care",
)
NEVER_VERIFIED = ("low", "label_knowledge")
"""Confidences that never show as verified: weak sources [L] and label knowledge not read again [K]."""

WEB_ADDRESS = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s,]*)?")


@dataclass(frozen=True)
class Source:
    """A document somebody read. `address` is a web address or a document id."""

    key: str
    title: str
    publisher: str = ""
    address: str = ""
    read_on: date | None = None

    @property
    def link(self) -> str:
        """The address as a browser opens it, also where it was noted without its scheme; empty for a document id."""
        if self.address.startswith(("https://", "http://")):
            return self.address
        return f"https://{self.address}" if WEB_ADDRESS.fullmatch(self.address) else ""


@dataclass(frozen=True)
class Provenance:
    """Where a value is from, when it holds, when its source was read and which person verified it."""

    source: Source
    effective_from: date | None = None
    effective_to: date | None = None
    read_on: date | None = None
    verified_on: date | None = None
    verified_by: str = ""
    confidence: str = "medium"
    note: str = ""

    @property
    def verified(self) -> bool:
        return self.verified_on is not None and self.confidence not in NEVER_VERIFIED


@dataclass(frozen=True)
class Difference:
    """Two sources that differ: both are kept and both are shown, with the one we use and why.

    `subject` says what the value belongs to: "drug:spinraza", "program:biogen-copay".
    `status` is "explained" (we know why they differ) or "to_review" (a file row beside a person's edit).
    """

    subject: str
    field: str
    value: str
    source: Source
    used_value: str
    used_source: Source | None
    reason: str
    status: str = "explained"


@dataclass(frozen=True)
class Interval:
    number: int
    unit: str  # "days" | "weeks" | "months"


@dataclass(frozen=True, kw_only=True)
class DoseBand:
    """One dose for an age and weight: from inclusive, below exclusive. `every` overrides the phase's.

    A phase "per treatment" has one band without mg. `presentation` names the package to use ("tablet").
    """

    mg: Decimal | None = None
    mg_per_kg: Decimal | None = None
    maximum_mg: Decimal | None = None
    age_from_months: Decimal | None = None
    age_below_months: Decimal | None = None
    weight_from_kg: Decimal | None = None
    weight_below_kg: Decimal | None = None
    presentation: str | None = None
    every: Interval | None = None

    def holds(self, weight_kg: Decimal | None, age_months: Decimal | None) -> bool:
        """Whether a patient falls in this band. A bound on something unknown does not hold."""
        return _within(weight_kg, self.weight_from_kg, self.weight_below_kg) and _within(
            age_months, self.age_from_months, self.age_below_months
        )


@dataclass(frozen=True, kw_only=True)
class Phase:
    """`offsets` are days from the first dose; `every` counts from the last dose of the phase before.

    `count` is the number of doses in the phase (None: without end). `on_switch` phases come first, and only,
    for a patient who switches to this regimen. `code`, `route` and `benefit` are set where the phase differs
    from its drug (an intravenous load, then a subcutaneous pharmacy dose).
    """

    name: str
    kind: str  # "loading" | "maintenance" | "one-time" | "daily"
    bands: tuple[DoseBand, ...]
    per_treatment: bool = False
    offsets: tuple[int, ...] | None = None
    every: Interval | None = None
    count: int | None = None
    on_switch: bool = False
    code: str | None = None
    route: str | None = None
    benefit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Regimen:
    """`published_price` False: nobody publishes a price for these doses, so the estimate must ask for one."""

    slug: str
    name: str
    phases: tuple[Phase, ...]
    provenance: Provenance
    is_default: bool = False
    order: int = 0
    note: str = ""
    published_price: bool = True


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """One package: `mg` is what it holds (None where the package is a whole treatment)."""

    mg: Decimal | None
    form: str
    provenance: Provenance
    ndc10: str = ""
    ndc11: str = ""
    discard_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Code:
    """`words` are our own. `unit_mg` is one billing unit in mg; `per_treatment` codes bill one unit."""

    system: str  # "hcpcs" | "cpt" | "icd10" | "ndc"
    code: str
    words: str
    provenance: Provenance
    unit_mg: Decimal | None = None
    per_treatment: bool = False
    effective_from: date | None = None
    effective_to: date | None = None

    def in_force(self, on_date: date) -> bool:
        return _in_force(self.effective_from, self.effective_to, on_date)


@dataclass(frozen=True, kw_only=True)
class AdministrationCode:
    """`sites` are where it can be billed; `includes_imaging` means no separate imaging code beside it."""

    code: str
    words: str
    use: str  # "usual" | "payer_choice" | "never"
    provenance: Provenance
    includes_imaging: bool = False
    sites: tuple[str, ...] = ()
    order: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Price:
    """`amount` dollars for `per_units` billing units (1 unless a package price cannot be cut exactly).

    `coinsurance` is the patient's share for this code and quarter in thousandths of a percent,
    None where the source names none. `gone_in` is the first published quarter after it whose file has no price for
    the code any more, `gone_words` the state it has there ("not in this file").
    """

    code: str
    basis: str  # asp, addendum_b, addendum_bb, pfs, opps, asc, wac, contract
    amount: Decimal
    effective_from: date
    provenance: Provenance
    place: str = ""  # "" | "facility" | "nonfacility"
    per_units: int = 1
    coinsurance: int | None = None
    effective_to: date | None = None
    revision: int = 1
    gone_in: str = ""
    gone_words: str = ""

    def in_force(self, on_date: date) -> bool:
        return _in_force(self.effective_from, self.effective_to, on_date)


FACT_TOPICS = (
    "identity",  # what it is, how it is given, which benefit pays
    "approval",  # label: which approval; value: date and application
    "indication",
    "boxed_warning",
    "warning",
    "trial",  # label: its name
    "dosing",
    "missed_dose",
    "laboratory",  # tests before and after a dose; label: when
    "diagnosis_code",
    "modifier",  # label: the modifier
    "bundling",  # NCCI: what is never billed beside what
    "sedation",
    "site_of_care",  # label: the place
    "claim_field",  # label: the field and its box
    "policy",  # label: the payer; value: what it asks, how long, renewal; or "Not covered: why"
    "authorization",  # label: the payer as in its policy; value: how long it holds (drugs.policies.Length)
    "step_therapy",
    "response_monitoring",  # what a renewal asks for
    "concurrent_therapy",
    "switching",
    "code_history",
    "denial",  # label: the reason; value: how to fix it
    "question",  # label: the question; value: the answer
    "assistance_note",
    "support",  # what the maker or a charity helps with beside money: nurse, travel, appeals
    "price_note",
    "not_found",  # label: what was looked for; the value is empty, the provenance says until when
)
"""The topics of facts about a drug, in the order of a page: one vocabulary, so that one page shows any drug.

Prices inside a value are named, not typed: see drugs/pricewords.py.
"""

CODE_TOPICS = (
    "plain",  # label: In plain words
    "context",  # for whom and why
    "billing",
    "specialty",  # value: the specialties that use it
    "work_units",  # physician work relative value units, or none
    "question",
)
"""The topics of facts about a code."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Anything else a reference page says, under a topic: FACT_TOPICS about a drug, CODE_TOPICS about a code.

    An empty value was looked for and not found. `code` is set on facts about a code rather than a drug.
    """

    topic: str
    label: str
    value: str
    provenance: Provenance
    order: int = 0
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Drug:
    slug: str
    name: str
    provenance: Provenance
    generic: str = ""
    manufacturer: str = ""
    route: str = ""
    benefit: str = "medical"  # "medical" | "pharmacy"
    aliases: tuple[str, ...] = ()
    indication: str = ""
    boxed_warning: str = ""
    minimum_age_months: int | None = None
    maximum_age_months: int | None = None
    regimens: tuple[Regimen, ...] = ()
    presentations: tuple[Presentation, ...] = ()
    codes: tuple[Code, ...] = ()
    administration_codes: tuple[AdministrationCode, ...] = ()
    facts: tuple[Fact, ...] = ()
    differences: tuple[Difference, ...] = ()

    def regimen(self, slug: str | None = None) -> Regimen | None:
        """The regimen of that slug; without one, the default."""
        wanted = (r for r in self.regimens if (r.slug == slug if slug else r.is_default))
        return next(wanted, None)

    def billing_code(self, on_date: date) -> Code | None:
        """The HCPCS code with a billing unit that is in force on the date; the newest where several are."""
        codes = [c for c in self.codes if c.system == "hcpcs" and (c.unit_mg or c.per_treatment)]
        codes = [c for c in codes if c.in_force(on_date)]
        return max(codes, key=lambda c: c.effective_from or date.min, default=None)


@dataclass(frozen=True, kw_only=True)
class Drugs:
    """Everything known about drugs at one data revision."""

    revision: int
    drugs: tuple[Drug, ...] = ()
    prices: tuple[Price, ...] = ()
    sources: tuple[Source, ...] = ()
    differences: tuple[Difference, ...] = ()  # those of no single drug
    facts: tuple[Fact, ...] = ()  # those about a code

    def drug(self, slug: str) -> Drug | None:
        return self._by_slug.get(slug)

    def source(self, key: str) -> Source | None:
        return next((s for s in self.sources if s.key == key), None)

    def find(self, text: str) -> tuple[Drug, ...]:
        """Drugs by brand, generic or other name (start of a word), by code, or by NDC in any format."""
        words = text.strip().lower()
        if not words:
            return ()
        found = [d for d in self.drugs if _named(d, words) or _coded(d, words)]
        return tuple(sorted(found, key=lambda d: (not d.name.lower().startswith(words), d.name)))

    def prices_of(self, code: str) -> tuple[Price, ...]:
        return self._by_code.get(code, ())

    @cached_property
    def _by_slug(self) -> dict[str, Drug]:
        return {drug.slug: drug for drug in self.drugs}

    @cached_property
    def _by_code(self) -> dict[str, tuple[Price, ...]]:
        by_code: dict[str, tuple[Price, ...]] = {}
        for price in self.prices:
            by_code[price.code] = (*by_code.get(price.code, ()), price)
        return by_code


def _within(value: Decimal | None, start: Decimal | None, below: Decimal | None) -> bool:
    if start is None and below is None:
        return True
    if value is None:
        return False
    return (start is None or value >= start) and (below is None or value < below)


def _in_force(start: date | None, end: date | None, on_date: date) -> bool:
    return (start is None or start <= on_date) and (end is None or on_date <= end)


def _named(drug: Drug, words: str) -> bool:
    names = " ".join((drug.name, drug.generic, *drug.aliases)).lower()
    return re.search(rf"(?<!\w){re.escape(words)}", names) is not None


def _coded(drug: Drug, words: str) -> bool:
    if words.upper() in {c.code for c in drug.codes} | {c.code for c in drug.administration_codes}:
        return True
    digits = re.sub(r"[\s-]", "", words)
    if not digits.isdecimal() or len(digits) < 9:
        return False
    return any(digits in _ndc_digits(p) for p in drug.presentations)


def _ndc_digits(presentation: Presentation) -> set[str]:
    return {ndc.replace("-", "") for ndc in (presentation.ndc10, presentation.ndc11) if ndc}
