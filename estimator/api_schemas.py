"""What the JSON API takes and gives, as OpenAPI tells it.

Reference data goes out through the types below. Requests and cases are read by the readers of `manage.py estimate`
and `simulate`, which keep decimals exact and name every wrong field, so their JSON schemas stand here as text: they
may allow what a reader then refuses in words, never the other way round.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from drugs.reference import SITES
from estimator.cost.contract import METHODS, POLICIES, PROGRAM_TYPES, PROGRAM_YEARS
from estimator.cost.money import LARGEST_AMOUNT, WHOLE
from estimator.cost.result import COLUMNS
from estimator.models import LONGEST_LABEL
from estimator.request import FUNDING, LARGEST_HOUSEHOLD, STATES
from payers.reference import plain

# Reference data


class Source(Schema):
    key: str
    title: str
    publisher: str
    address: str


class Provenance(Schema):
    """Where a value is from, since when it holds, when its source was read, and which person verified it."""

    source: Source
    effective_from: date | None
    effective_to: date | None
    read_on: date | None
    verified_on: date | None
    verified_by: str
    confidence: str


class Regimen(Schema):
    slug: str
    name: str
    is_default: bool
    provenance: Provenance


class Code(Schema):
    system: str
    code: str
    words: str
    unit_mg: Decimal | None
    effective_from: date | None
    effective_to: date | None
    provenance: Provenance


class Drug(Schema):
    slug: str
    name: str
    generic: str
    manufacturer: str
    route: str
    benefit: str
    indication: str
    regimens: list[Regimen]
    codes: list[Code]
    provenance: Provenance


class Payer(Schema):
    slug: str
    name: str
    kind: str


class DesignTerms(Schema):
    """Terms from a date on, in the plan keys of a case; an amount may be `{"parameter": "..."}` of the plan year."""

    effective_from: date
    terms: dict[str, Any]
    provenance: Provenance

    @staticmethod
    def resolve_terms(revision) -> dict:
        return plain(revision.terms)


class Design(Schema):
    slug: str
    name: str
    payer: Payer
    role: str
    benefit: str
    method: str | None
    illustrative: bool
    note: str
    revisions: list[DesignTerms]


class ProgramTerms(Schema):
    """Amounts in cents. `annual_known` false: nobody publishes the maximum, which is not the same as none."""

    effective_from: date
    kinds: list[str]
    minimum_patient_pay: int | None
    per_claim_maximum: int | None
    per_claim_known: bool
    annual_maximum: int | None
    annual_known: bool
    year: str
    income_limit_percent: int | None
    income_known: bool
    fund_status: str
    fund_seen_on: date | None
    provenance: Provenance


class Program(Schema):
    slug: str
    name: str
    sponsor: str
    type: str
    drugs: list[str]
    phone: str
    address: str
    how_to_apply: str
    terms: list[ProgramTerms]


# Saved estimates


class SavedEstimate(Schema):
    """One line of the list."""

    public_id: UUID
    number: str
    label: str
    drug: str
    drug_name: str
    coverage: str
    treatment_year_1: str
    as_of: date
    saved_by: str
    saved_at: datetime

    @staticmethod
    def resolve_treatment_year_1(saved) -> str:
        return saved.in_short

    @staticmethod
    def resolve_saved_by(saved) -> str:
        return saved.owner_name

    @staticmethod
    def resolve_saved_at(saved) -> datetime:
        return saved.created_at


class SavedEstimates(Schema):
    """Newest first, 25 on a page."""

    count: int
    page: int
    pages: int
    estimates: list[SavedEstimate]


# Refusals


class FieldProblem(Schema):
    """What is wrong where: at a JSON pointer into the body, or in a parameter of the address or a header."""

    pointer: str = ""
    parameter: str = ""
    detail: str


class ProblemDetails(Schema):
    """RFC 9457, as application/problem+json."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


# What is sent


def maybe(schema: dict) -> dict:
    return {"anyOf": [schema, {"type": "null"}]}


def thing(required: tuple[str, ...] = (), **properties: dict) -> dict:
    """An object of these keys and no other; what is not required may also be null."""
    shown = {key: value if key in required else maybe(value) for key, value in properties.items()}
    found = {"type": "object", "properties": shown, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def one_of(choices) -> dict:
    return {"type": "string", "enum": sorted(choices)}


def items(schema: dict) -> dict:
    return {"type": "array", "items": schema}


CENTS = {"type": "integer", "minimum": 0, "maximum": LARGEST_AMOUNT, "description": "cents"}
RATE = {"type": "integer", "minimum": 0, "maximum": WHOLE, "description": "thousandths of a percent"}
DAY = {"type": "string", "format": "date"}
FLAG = {"type": "boolean"}
SLUG = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,99}$"}
NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,3})?$"}]}
DOLLARS = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,4})?$"}],
    "description": "dollars per billing unit",
}
COVERAGE = thing(("design",), design=SLUG, terms={"type": "object"}, met_as_of=DAY, funding=one_of(FUNDING))
USE = thing(
    ("program",),
    program=SLUG,
    used=CENTS,
    used_as_of=DAY,
    enrolled_on=DAY,
    annual_maximum=CENTS,
    open=FLAG,
)
COUNT = {"type": "integer"}
TYPED = ("drug", "administration", "professional", "sedation", "imaging", "pharmacy")
REQUEST = thing(
    ("drug",),
    as_of=DAY,
    drug=SLUG,
    regimen=SLUG,
    first_dose_on=DAY,
    previous_dose_on=DAY,
    years={"type": "integer", "minimum": 1, "maximum": 10},
    weight_kg=NUMBER,
    age_months=NUMBER,
    site_of_care=one_of(SITES),
    administration_code={"type": "string", "pattern": "^[A-Z0-9]{5}$"},
    allowed=thing(drug_unit_price=DOLLARS, of_medicare=NUMBER, **dict.fromkeys(TYPED, CENTS)),
    coverage=thing(medical=COVERAGE, pharmacy=COVERAGE),
    secondary=items(COVERAGE),
    programs={"anyOf": [{"const": "auto"}, items({"anyOf": [SLUG, USE]})]},
    household=thing(
        state=one_of(STATES),
        size={"type": "integer", "minimum": 1, "maximum": LARGEST_HOUSEHOLD},
        income=CENTS,
    ),
    other_care=items(
        thing(("date", "allowed"), date=DAY, allowed=CENTS, member={"type": "integer", "minimum": 0})
    ),
    accept_stale=FLAG,
    cycle_weeks={"type": "integer", "minimum": 1, "maximum": 104},
    insurer=SLUG,
    concurrent_therapy=FLAG,
    procedure_on_another_day=FLAG,
)

NAME = {"type": "string", "minLength": 1}


def by_name(schema: dict) -> dict:
    return {"type": "object", "additionalProperties": schema}


POOL = thing(
    individual=CENTS,
    family=CENTS,
    kind={"enum": ["embedded", "aggregate"]},
    met_individual=CENTS,
    met_family=CENTS,
)
RULE = thing(
    covered=FLAG,
    deductible=NAME,
    copay=CENTS,
    coinsurance=RATE,
    cap=NAME,
    out_of_pocket_maximum=NAME,
)
PLAN = {
    "deductibles": by_name(POOL),
    "out_of_pocket_maximums": by_name(POOL),
    "caps": by_name(thing(amount=CENTS, includes_deductible=FLAG)),
    "rules": by_name(RULE),
    "assistance_policy": one_of(POLICIES),
    "hdhp_minimum_deductible": CENTS,
    "plan_year_start": {"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"},
    "maximizer_kinds": items(NAME),
    "maximizer_spread": one_of(("even", "front")),
    "hdhp_coverage": one_of(("self", "family")),
    "by_plan_year": {"type": "object"},
}
SECONDARY = {
    "type": "object",
    "properties": {"method": one_of(METHODS)},
    "required": ["method"],
    "description": "By method: the keys of a plan, of a Medigap policy, or Medicaid's copay.",
}
CASE = thing(
    lines=items(
        thing(
            ("date", "kind", "allowed"),
            date=DAY,
            kind=NAME,
            allowed=CENTS,
            encounter=COUNT,
            member={"type": "integer", "minimum": 0},
            coinsurance=RATE,
        )
    ),
    primary=thing(**PLAN),
    secondary=items(SECONDARY),
    programs=items(
        thing(
            ("type", "kinds"),
            name=NAME,
            type=one_of(PROGRAM_TYPES),
            kinds=items(NAME),
            minimum_patient_pay=CENTS,
            per_claim_maximum=CENTS,
            annual_maximum=CENTS,
            year=one_of(PROGRAM_YEARS),
            used=CENTS,
            enrolled_on=DAY,
            ends_on=DAY,
        )
    ),
)
TO_SAVE = thing(("request",), request=REQUEST, label={"type": "string", "maxLength": LONGEST_LABEL})

# What comes back

WHOLE_CENTS = {"type": "integer", "minimum": 0}
TOTALS = {
    "type": "object",
    "properties": dict.fromkeys(COLUMNS, WHOLE_CENTS),
    "required": list(COLUMNS),
}
RESULT = {
    "type": "object",
    "properties": {
        "lines": items({"type": "object"}),
        **dict.fromkeys(("by_plan_year", "by_treatment_year", "by_month"), by_name(TOTALS)),
        "totals": TOTALS,
    },
    "required": ["by_plan_year", "by_treatment_year", "by_month", "totals"],
}
RANGE = dict.fromkeys(("low", "likely", "high"), WHOLE_CENTS)
HEADLINE = {
    "type": "object",
    "properties": {
        "treatment_years": items(
            {"type": "object", "properties": {"year": COUNT, **RANGE}, "required": ["year", *RANGE]}
        ),
        "first_bill": {"type": "object", "properties": {"date": DAY, **RANGE}, "required": ["date", *RANGE]},
    },
    "required": ["treatment_years", "first_bill"],
}
ESTIMATE = {
    "type": "object",
    "properties": {
        "case": {"type": "object"},
        "result": RESULT,
        "headline": HEADLINE,
        **dict.fromkeys(("unknowns", "assumptions", "sources", "warnings"), items({"type": "object"})),
    },
    "required": ["case", "result", "headline", "unknowns", "assumptions", "sources", "warnings"],
}
