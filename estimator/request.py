"""The catalogue-level request: what a person tells us, read strictly, before any reference data is looked at.

The JSON of `manage.py estimate`, and what the form builds. Every refusal names its JSON path and says what was
expected; all of them are reported together. Money is integer cents, a unit price is dollars with up to four
places, a weight is kilograms, an age is months at the first dose of the estimate.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from drugs.reference import SITES

from .cost.contract import CaseError, load_json, show
from .cost.money import LARGEST_AMOUNT

FUNDING = ("insured", "self_funded", "unknown")
EARLIEST, LATEST = date(2015, 1, 1), date(2040, 12, 31)
SMALLEST_WEIGHT, LARGEST_WEIGHT = Decimal("0.3"), Decimal(300)
LARGEST_AGE = 1500
SMALLEST_MULTIPLE, LARGEST_MULTIPLE = Decimal("0.1"), Decimal(20)
LARGEST_HOUSEHOLD = 30
STATES = frozenset(
    str.split(
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY "
        "NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY"
    )
)
MISSING = object()


class RequestErrors(ValueError):
    """Everything wrong with a request: (JSON path, what was expected), in the order found."""

    def __init__(self, errors: list[tuple[str, str]]):
        self.errors = errors
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors))


@dataclass(frozen=True)
class Coverage:
    """A benefit design by name, with the terms this family's plan differs in (or "unknown" for a term)."""

    design: str
    path: str
    terms: Mapping[str, Any]
    met_as_of: date
    funding: str = "unknown"


@dataclass(frozen=True)
class ProgramUse:
    """A program asked for by name. Amounts the family was told may be given; None leaves the catalogue's.

    `open`: nobody has asked yet whether it takes this family; it is judged as "auto" would.
    """

    program: str
    path: str
    used: int
    used_as_of: date
    enrolled_on: date | None = None
    annual_maximum: int | None = None
    open: bool = False


@dataclass(frozen=True)
class Household:
    """`income` is yearly cents; None where not told."""

    state: str | None
    size: int | None
    income: int | None


@dataclass(frozen=True)
class OtherCare:
    """Care of the family beside this treatment; member 0 is the patient."""

    date: date
    allowed: int
    member: int


@dataclass(frozen=True)
class Allowed:
    """Allowed amounts somebody typed: a unit price in dollars, the others in cents per dose.

    `pharmacy` is the fill of a drug whose later doses move from the medical to the pharmacy benefit.
    `drug_by_phase` holds the amounts of doses that differ in size, by the regimen's phase; it stands above `drug`.
    `of_medicare` is what a commercial plan pays for what is not typed, in times Medicare's amounts.
    """

    drug_unit_price: Decimal | None = None
    drug: int | None = None
    administration: int | None = None
    professional: int | None = None
    sedation: int | None = None
    imaging: int | None = None
    pharmacy: int | None = None
    of_medicare: Decimal | None = None
    drug_by_phase: tuple[tuple[str, int], ...] = ()

    def drug_in(self, phase: str) -> int | None:
        """What was typed for a dose of this phase."""
        return dict(self.drug_by_phase).get(phase, self.drug)


@dataclass(frozen=True)
class Request:
    """`insurer` is the payer whose policy decides on the drug, by its short name; any other name is one whose
    policy is not known here. The last two change no amount: a claim is denied for them."""

    as_of: date
    drug: str
    regimen: str | None
    first_dose_on: date | None
    previous_dose_on: date | None
    years: int
    weight_kg: Decimal | None
    age_months: Decimal | None
    site_of_care: str
    administration_code: str | None
    allowed: Allowed
    medical: Coverage | None
    pharmacy: Coverage | None
    secondary: tuple[Coverage, ...]
    programs: tuple[ProgramUse, ...] | None
    household: Household | None
    other_care: tuple[OtherCare, ...]
    accept_stale: bool
    cycle_weeks: int | None = None
    site_is_assumed: bool = False
    insurer: str | None = None
    concurrent_therapy: bool = False
    procedure_on_another_day: bool = False


def load_request(text: str | bytes) -> Any:
    """The JSON of a request, decimals kept exact. Raises RequestErrors."""
    try:
        return load_json(text, parse_float=Decimal)
    except CaseError as error:
        raise RequestErrors([(error.path, error.expected)]) from None


def read_request(data: Any, today: date) -> Request:
    """The request in a JSON object; `today` is the default of `as_of`. Raises RequestErrors."""
    reader = Reader()
    request = reader.request(data, today)
    if reader.errors:
        raise RequestErrors(reader.errors)
    return request


class Reader:
    """Reads one request and gathers what is wrong. A field that is wrong reads as its default."""

    def __init__(self):
        self.errors: list[tuple[str, str]] = []

    def refuse(self, path: str, message: str):
        self.errors.append((path, message))

    def request(self, data: Any, today: date) -> Request | None:
        ours = {"medical", "pharmacy", "site_is_assumed"}
        fields = self.object(data, "$", Request.__dataclass_fields__.keys() - ours | {"coverage"})
        as_of = self.read(fields, "as_of", "$", day, today)
        first = self.read(fields, "first_dose_on", "$", day, None)
        previous = self.read(fields, "previous_dose_on", "$", day, None)
        if (fields.get("first_dose_on") is None) == (fields.get("previous_dose_on") is None):
            self.refuse(
                "$.first_dose_on", "give the date of the first dose, or of the previous dose, one of the two"
            )
        coverage = self.object(fields.get("coverage", {}), "$.coverage", {"medical", "pharmacy"})
        return Request(
            as_of=as_of,
            drug=self.read(fields, "drug", "$", slug, MISSING),
            regimen=self.read(fields, "regimen", "$", slug, None),
            first_dose_on=first,
            previous_dose_on=previous,
            years=self.read(fields, "years", "$", whole(1, 10, "years of therapy"), 3),
            weight_kg=self.read(fields, "weight_kg", "$", weight, None),
            age_months=self.read(fields, "age_months", "$", age, None),
            site_of_care=self.read(fields, "site_of_care", "$", one_of(SITES), SITES[0]),
            administration_code=self.read(fields, "administration_code", "$", procedure_code, None),
            allowed=self.allowed(fields.get("allowed")),
            medical=self.coverage(coverage.get("medical"), "$.coverage.medical", as_of),
            pharmacy=self.coverage(coverage.get("pharmacy"), "$.coverage.pharmacy", as_of),
            secondary=self.each(fields, "secondary", "$", lambda item, at: self.coverage(item, at, as_of)),
            programs=self.programs(fields.get("programs", "auto"), as_of),
            household=self.household(fields.get("household")),
            other_care=self.each(fields, "other_care", "$", self.other_care),
            accept_stale=self.read(fields, "accept_stale", "$", flag, False),
            site_is_assumed=fields.get("site_of_care") is None,
            cycle_weeks=self.read(fields, "cycle_weeks", "$", whole(1, 104, "weeks"), None),
            insurer=self.read(fields, "insurer", "$", slug, None),
            concurrent_therapy=self.read(fields, "concurrent_therapy", "$", flag, False),
            procedure_on_another_day=self.read(fields, "procedure_on_another_day", "$", flag, False),
        )

    def allowed(self, data: Any) -> Allowed:
        path = "$.allowed"
        fields = self.object({} if data is None else data, path, Allowed.__dataclass_fields__.keys())
        exact = {"drug_unit_price", "of_medicare", "drug_by_phase"}
        amounts = {key: self.read(fields, key, path, cents, None) for key in fields if key not in exact}
        known = {key: value for key, value in amounts.items() if key in Allowed.__dataclass_fields__}
        if fields.get("drug") is not None and fields.get("drug_unit_price") is not None:
            self.refuse(f"{path}.drug", "give the amount per dose or the price per unit, one of the two")
        by_phase = self.by_phase(fields.get("drug_by_phase"), f"{path}.drug_by_phase")
        if by_phase and fields.get("drug_unit_price") is not None:
            self.refuse(
                f"{path}.drug_by_phase", "give the amounts per dose or the price per unit, one of the two"
            )
        return Allowed(
            self.read(fields, "drug_unit_price", path, unit_price, None),
            of_medicare=self.read(fields, "of_medicare", path, times_medicare, None),
            drug_by_phase=by_phase,
            **known,
        )

    def by_phase(self, data: Any, path: str) -> tuple[tuple[str, int], ...]:
        fields = self.object({} if data is None else data, path, None)
        amounts = {name: self.read(fields, name, path, cents, None) for name in fields}
        return tuple((name, amount) for name, amount in amounts.items() if amount is not None)

    def coverage(self, data: Any, path: str, as_of: date) -> Coverage | None:
        if data is None:
            return None
        fields = self.object(data, path, {"design", "terms", "met_as_of", "funding"})
        terms = fields.get("terms", {})
        return Coverage(
            design=self.read(fields, "design", path, slug, MISSING),
            path=path,
            terms=self.object({} if terms is None else terms, f"{path}.terms", None),
            met_as_of=self.read(fields, "met_as_of", path, day, as_of),
            funding=self.read(fields, "funding", path, one_of(FUNDING), "unknown"),
        )

    def programs(self, data: Any, as_of: date) -> tuple[ProgramUse, ...] | None:
        """None is "auto": every program that is usable."""
        if data == "auto":
            return None
        if not isinstance(data, list):
            self.refuse("$.programs", f'expected "auto" or a list of programs, got {show(data)}')
            return ()
        uses = [self.program(item, f"$.programs[{index}]", as_of) for index, item in enumerate(data)]
        names = [use.program for use in uses]
        for use in uses:
            if use.program and use is not uses[names.index(use.program)]:
                self.refuse(use.path, f"the program {use.program} is named twice")
        return tuple(uses)

    def program(self, data: Any, path: str, as_of: date) -> ProgramUse:
        if isinstance(data, str):
            data = {"program": data}
        keys = {"program", "used", "used_as_of", "enrolled_on", "annual_maximum", "open"}
        fields = self.object(data, path, keys)
        return ProgramUse(
            program=self.read(fields, "program", path, slug, MISSING),
            path=path,
            used=self.read(fields, "used", path, cents, 0),
            used_as_of=self.read(fields, "used_as_of", path, day, as_of),
            enrolled_on=self.read(fields, "enrolled_on", path, day, None),
            annual_maximum=self.read(fields, "annual_maximum", path, cents, None),
            open=self.read(fields, "open", path, flag, False),
        )

    def household(self, data: Any) -> Household | None:
        if data is None:
            return None
        path = "$.household"
        fields = self.object(data, path, {"state", "size", "income"})
        return Household(
            state=self.read(fields, "state", path, state, None),
            size=self.read(fields, "size", path, whole(1, LARGEST_HOUSEHOLD, "people"), None),
            income=self.read(fields, "income", path, cents, None),
        )

    def other_care(self, data: Any, path: str) -> OtherCare:
        fields = self.object(data, path, {"date", "allowed", "member"})
        return OtherCare(
            date=self.read(fields, "date", path, day, MISSING),
            allowed=self.read(fields, "allowed", path, cents, MISSING),
            member=self.read(fields, "member", path, whole(0, 30, "a family member, 0 is the patient"), 0),
        )

    def object(self, data: Any, path: str, keys) -> Mapping:
        if not isinstance(data, Mapping):
            self.refuse(path, f"expected an object, got {show(data)}")
            return {}
        for key in data if keys is not None else ():
            if key not in keys:
                self.refuse(f"{path}.{key}", f"unknown key; expected one of {', '.join(sorted(keys))}")
        return data

    def each(self, fields: Mapping, key: str, path: str, read: Callable) -> tuple:
        data = fields.get(key)
        if data is None:
            return ()
        if not isinstance(data, list):
            self.refuse(f"{path}.{key}", f"expected a list, got {show(data)}")
            return ()
        items = [read(item, f"{path}.{key}[{index}]") for index, item in enumerate(data)]
        if None in items:
            self.refuse(f"{path}.{key}[{items.index(None)}]", "expected an object, got null")
        return tuple(item for item in items if item is not None)

    def read(self, fields: Mapping, key: str, path: str, check: Callable, default: Any) -> Any:
        """The checked value of a key; its default where it is absent or null."""
        value = fields.get(key)
        if value is None:
            if default is MISSING:
                self.refuse(f"{path}.{key}", "is required")
                return None
            return default
        try:
            return check(value)
        except ValueError as error:
            self.refuse(f"{path}.{key}", str(error))
            return None if default is MISSING else default


# --- one value each; ValueError says what was expected ---


def day(value: Any) -> date:
    expected = f"a date like 2026-01-05, from {EARLIEST.year} to {LATEST.year}"
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError(f"expected {expected}, got {show(value)}")
    try:
        on = date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"expected {expected}; there is no day {show(value)}") from None
    if not EARLIEST <= on <= LATEST:
        raise ValueError(f"expected {expected}, got {show(value)}")
    return on


def cents(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_AMOUNT:
        raise ValueError(f"expected a whole number of cents from 0 to {LARGEST_AMOUNT}, got {show(value)}")
    return value


def unit_price(value: Any) -> Decimal:
    """Dollars per billing unit, with the digits given: more than zero, at most four places."""
    text = str(value) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"\d{1,9}(\.\d{1,4})?", text, re.ASCII) or not Decimal(text):
        raise ValueError(
            f'expected dollars like "1333.45", at most four places and above 0, got {show(value)}'
        )
    return Decimal(text)


def times_medicare(value: Any) -> Decimal:
    times = number(value)
    if times is None or not SMALLEST_MULTIPLE <= times <= LARGEST_MULTIPLE:
        raise ValueError(
            f'expected how many times Medicare\'s amounts are allowed, like "1.25", from {SMALLEST_MULTIPLE} to '
            f"{LARGEST_MULTIPLE}, got {show(value)}"
        )
    return times


def weight(value: Any) -> Decimal:
    kilograms = number(value)
    if kilograms is None or not SMALLEST_WEIGHT <= kilograms <= LARGEST_WEIGHT:
        raise ValueError(f"expected kilograms from {SMALLEST_WEIGHT} to {LARGEST_WEIGHT}, got {show(value)}")
    return kilograms


def age(value: Any) -> Decimal:
    months = number(value)
    if months is None or not 0 <= months <= LARGEST_AGE:
        raise ValueError(f"expected an age in months from 0 to {LARGEST_AGE}, got {show(value)}")
    return months


def number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", str(value), re.ASCII):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def whole(low: int, high: int, what: str) -> Callable:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"expected {what}: a whole number from {low} to {high}, got {show(value)}")
        return value

    return check


def one_of(choices: tuple[str, ...]) -> Callable:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}, got {show(value)}")
        return value

    return check


def slug(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", value, re.ASCII):
        raise ValueError(f"expected a name of small letters, digits and hyphens, got {show(value)}")
    return value


def procedure_code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z0-9]{5}", value, re.ASCII):
        raise ValueError(f"expected a procedure code of five characters, got {show(value)}")
    return value


def state(value: Any) -> str:
    if not isinstance(value, str) or value not in STATES:
        raise ValueError(f"expected a state in two capital letters, like MN, got {show(value)}")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {show(value)}")
    return value
