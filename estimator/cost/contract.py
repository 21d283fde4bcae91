"""Read a case from JSON: the contract of `manage.py simulate`. Every refusal names the JSON path.

Money is integer cents from 0 to 10**11, rates are thousandths of a percent from 0 to 100000, `null` in a
limit means none. Unknown keys are refused: a misspelt limit must not become "no limit".
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from .case import (
    Cap,
    Case,
    Line,
    Medicaid,
    Medigap,
    MedigapTerms,
    OtherPlan,
    Plan,
    Pool,
    Program,
    Rule,
    Terms,
)
from .money import LARGEST_AMOUNT, NO_LIMIT, WHOLE
from .years import CALENDAR_YEAR, year_starting

POLICIES = ("counts", "excluded", "maximizer")
PLAN_METHODS = ("standard", "carve_out", "maintenance")
METHODS = (*PLAN_METHODS, "medigap", "medicaid")
PROGRAM_TYPES = ("copay_card", "grant", "free_drug")
PROGRAM_YEARS = ("calendar", "plan", "enrolment")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
LARGEST_COUNT = 10**9
PLAIN_KEY = re.compile(r"\w+", re.ASCII)

TERMS_KEYS = (
    "deductibles",
    "out_of_pocket_maximums",
    "caps",
    "rules",
    "assistance_policy",
    "hdhp_minimum_deductible",
)
PLAN_KEYS = (
    *TERMS_KEYS,
    "plan_year_start",
    "maximizer_kinds",
    "maximizer_spread",
    "hdhp_coverage",
    "by_plan_year",
)


class CaseError(ValueError):
    """A case that cannot be run: where (`path`), and what was expected there."""

    def __init__(self, path: str, expected: str):
        self.path, self.expected = path, expected
        super().__init__(f"{path}: {expected}")


class AlreadyRead:
    """Stands in a plan's JSON for a group of terms of which `value` was read before, from the same text."""

    def __init__(self, value: Mapping):
        self.value = value


GROUPS: dict[str, Callable] = {
    "deductibles": lambda data: _by_name(data, "$", lambda value, at: _pool(value, at, may_have_met=True)),
    "out_of_pocket_maximums": lambda data: _by_name(
        data, "$", lambda value, at: _pool(value, at, may_have_met=True)
    ),
    "caps": lambda data: _by_name(data, "$", _cap),
    "rules": lambda data: _by_name(data, "$", _rule),
}
"""The groups of terms that many plans may have in common, each with its reading."""


def load_json(text: str | bytes, parse_float: Callable = float):
    """JSON with a single value per key and finite numbers; raises CaseError at the root, `$`."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_key_twice,
            parse_constant=_no_constant,
            parse_float=parse_float,
            parse_int=_bounded_int,
        )
    except CaseError:
        raise
    except RecursionError:
        raise CaseError("$", "expected a case, got JSON nested too deeply") from None
    except ValueError as error:
        raise CaseError("$", f"expected valid JSON ({one_line(str(error))})") from None


def read_case(data) -> Case:
    """The case in a JSON object of section 9 of the cost model. Raises CaseError."""
    fields = _object(data, "$", ("lines", "primary", "secondary", "programs"))
    lines = read_lines(fields.get("lines"))
    first = min((line.date for line in lines), default=None)
    return Case(
        lines=lines,
        primary=read_primary(fields.get("primary"), first),
        secondary=read_secondary(fields.get("secondary"), first),
        programs=read_programs(fields.get("programs")),
    )


def read_lines(data) -> tuple[Line, ...]:
    return _each(data, "$.lines", _line)


def read_primary(data, first: date | None) -> Plan | None:
    """`first`: the earliest line's date, after whose plan year `by_plan_year` begins."""
    return None if data is None else _plan(data, "$.primary", first)


def _line(data, path: str) -> Line:
    fields = _object(data, path, ("date", "kind", "allowed", "encounter", "member", "coinsurance"))
    return Line(
        date=_day(_required(fields, "date", path), f"{path}.date"),
        kind=_name(_required(fields, "kind", path), f"{path}.kind"),
        allowed=_cents(_required(fields, "allowed", path), f"{path}.allowed"),
        encounter=_optional(fields.get("encounter"), f"{path}.encounter", _encounter),
        member=_member(fields.get("member", 0), f"{path}.member"),
        coinsurance=_optional(fields.get("coinsurance"), f"{path}.coinsurance", _rate),
    )


def _plan(data, path: str, first: date | None, extra_keys: tuple[str, ...] = ()) -> Plan:
    fields = _object(data, path, (*PLAN_KEYS, *extra_keys))
    start = _month_day(fields.get("plan_year_start", "01-01"), f"{path}.plan_year_start")
    base = {key: fields[key] for key in TERMS_KEYS if key in fields}
    terms = _terms(base, path, may_have_met=True)
    _check_names(terms, path)
    return Plan(
        terms=terms,
        later_terms=_later(
            fields.get("by_plan_year"), f"{path}.by_plan_year", first, start, terms, TERMS_KEYS, _later_terms
        ),
        plan_year_start=start,
        maximizer_kinds=_names(fields.get("maximizer_kinds"), f"{path}.maximizer_kinds"),
        maximizer_spread=_one_of(
            fields.get("maximizer_spread", "even"), f"{path}.maximizer_spread", ("even", "front")
        ),
        hdhp_coverage=_one_of(
            fields.get("hdhp_coverage", "self"), f"{path}.hdhp_coverage", ("self", "family")
        ),
    )


def _terms(fields: Mapping, path: str, may_have_met: bool, before: Terms | None = None) -> Terms:
    """The terms in `fields`; a key that is not there keeps the value it had `before`."""
    before = before or Terms()
    pools = {
        key: _by_name(fields[key], f"{path}.{key}", lambda value, at: _pool(value, at, may_have_met))
        if key in fields
        else getattr(before, key)
        for key in ("deductibles", "out_of_pocket_maximums")
    }
    minimum = fields.get("hdhp_minimum_deductible")
    return Terms(
        **pools,
        caps=_by_name(fields["caps"], f"{path}.caps", _cap) if "caps" in fields else before.caps,
        rules=_by_name(fields["rules"], f"{path}.rules", _rule) if "rules" in fields else before.rules,
        assistance_policy=_one_of(fields["assistance_policy"], f"{path}.assistance_policy", POLICIES)
        if "assistance_policy" in fields
        else before.assistance_policy,
        hdhp_minimum_deductible=(0 if minimum is None else _cents(minimum, f"{path}.hdhp_minimum_deductible"))
        if "hdhp_minimum_deductible" in fields
        else before.hdhp_minimum_deductible,
    )


def _later_terms(fields: Mapping, path: str, before: Terms) -> Terms:
    terms = _terms(fields, path, may_have_met=False, before=before)
    _check_names(terms, path)
    return terms


def _later(
    data, path: str, first: date | None, start: tuple[int, int], before, keys, read: Callable
) -> tuple:
    """`by_plan_year`: whole keys replaced from a plan year on, until a later entry names them again."""
    later = []
    for name, value in sorted(_object(data if data is not None else {}, path, None).items()):
        at = f"{path}[{json.dumps(name)}]"
        if not re.fullmatch(r"[12]\d{3}", name, re.ASCII):
            raise CaseError(at, 'expected a plan year as the key, like "2027"')
        if first is not None and int(name) <= year_starting(first, start):
            raise CaseError(
                at, f"expected a plan year later than that of the first line ({year_starting(first, start)})"
            )
        before = read(_object(value, at, keys), at, before)
        later.append((int(name), before))
    return tuple(later)


def _check_names(terms: Terms, path: str):
    """A pool or cap that a rule names must be defined in the terms of the same year."""
    for kind, rule in terms.rules.items():
        for key, defined, where in (
            ("deductible", terms.deductibles, "deductibles"),
            ("cap", terms.caps, "caps"),
            ("out_of_pocket_maximum", terms.out_of_pocket_maximums, "out_of_pocket_maximums"),
        ):
            name = getattr(rule, key)
            if name is not None and name not in defined:
                raise CaseError(
                    f"{path}.rules{_key(kind)}.{key}",
                    f"expected a name defined in {where} of this plan and year, got {show(name)}",
                )


def _pool(data, path: str, may_have_met: bool) -> Pool:
    keys = ("individual", "family", "kind")
    if isinstance(data, Mapping) and not may_have_met and {"met_individual", "met_family"} & set(data):
        raise CaseError(
            path, "expected no met_individual or met_family in a later plan year: it starts at zero"
        )
    fields = _object(data, path, (*keys, "met_individual", "met_family"))
    kind = _one_of(fields.get("kind", "embedded"), f"{path}.kind", ("embedded", "aggregate"))
    return Pool(
        individual=_limit(fields.get("individual"), f"{path}.individual"),
        family=_limit(fields.get("family"), f"{path}.family"),
        aggregate=kind == "aggregate",
        met_individual=_cents(fields.get("met_individual", 0), f"{path}.met_individual"),
        met_family=_cents(fields.get("met_family", 0), f"{path}.met_family"),
    )


def _cap(data, path: str) -> Cap:
    fields = _object(data, path, ("amount", "includes_deductible"))
    return Cap(
        amount=_limit(_required(fields, "amount", path), f"{path}.amount"),
        includes_deductible=_flag(fields.get("includes_deductible", False), f"{path}.includes_deductible"),
    )


def _rule(data, path: str) -> Rule:
    fields = _object(
        data, path, ("covered", "deductible", "copay", "coinsurance", "cap", "out_of_pocket_maximum")
    )
    return Rule(
        covered=_flag(fields.get("covered", True), f"{path}.covered"),
        deductible=_optional(fields.get("deductible"), f"{path}.deductible", _name),
        copay=_cents(fields.get("copay", 0), f"{path}.copay"),
        coinsurance=_rate(fields.get("coinsurance", 0), f"{path}.coinsurance"),
        cap=_optional(fields.get("cap"), f"{path}.cap", _name),
        out_of_pocket_maximum=_optional(
            fields.get("out_of_pocket_maximum"), f"{path}.out_of_pocket_maximum", _name
        ),
    )


def read_secondary(data, first: date | None) -> tuple:
    payers = _each(data, "$.secondary", lambda value, path: _secondary_payer(value, path, first))
    for position, payer in enumerate(payers):
        if position and isinstance(payer, Medigap):
            raise CaseError(f"$.secondary[{position}].method", "expected medigap to be the first secondary")
    return payers


def _secondary_payer(data, path: str, first: date | None) -> OtherPlan | Medigap | Medicaid:
    fields = _object(data, path, None)
    method = _one_of(_required(fields, "method", path), f"{path}.method", METHODS)
    if method == "medigap":
        return _medigap(data, path, first)
    if method == "medicaid":
        _object(data, path, ("method", "copay"))
        return Medicaid(copay=_cents(fields.get("copay", 0), f"{path}.copay"))
    return OtherPlan(method, _plan(data, path, first, extra_keys=("method",)))


def _medigap(data, path: str, first: date | None) -> Medigap:
    limits = ("high_deductible", "annual_limit")
    fields = _object(
        data, path, ("method", "covers_part_b_deductible", "coinsurance_covered", *limits, "by_plan_year")
    )
    terms = _medigap_terms({key: fields[key] for key in limits if key in fields}, path, MedigapTerms())
    return Medigap(
        covers_part_b_deductible=_flag(
            fields.get("covers_part_b_deductible", False), f"{path}.covers_part_b_deductible"
        ),
        coinsurance_covered=_rate(fields.get("coinsurance_covered", WHOLE), f"{path}.coinsurance_covered"),
        terms=terms,
        later_terms=_later(
            fields.get("by_plan_year"),
            f"{path}.by_plan_year",
            first,
            CALENDAR_YEAR,
            terms,
            limits,
            _medigap_terms,
        ),
    )


def _medigap_terms(fields: Mapping, path: str, before: MedigapTerms) -> MedigapTerms:
    return MedigapTerms(
        *(
            _limit(fields[key], f"{path}.{key}") if key in fields else getattr(before, key)
            for key in ("high_deductible", "annual_limit")
        )
    )


def read_programs(data) -> tuple[Program, ...]:
    programs, names = [], set()
    for position, value in enumerate(_list(data, "$.programs")):
        program = _program(value, f"$.programs[{position}]", f"program {position + 1}")
        if program.name in names:
            raise CaseError(
                f"$.programs[{position}].name", f"expected a name of its own, {show(program.name)} is taken"
            )
        names.add(program.name)
        programs.append(program)
    return tuple(programs)


def _program(data, path: str, default_name: str) -> Program:
    fields = _object(
        data,
        path,
        (
            "name",
            "type",
            "kinds",
            "minimum_patient_pay",
            "per_claim_maximum",
            "annual_maximum",
            "year",
            "used",
            "enrolled_on",
            "ends_on",
        ),
    )
    return Program(
        name=_name(fields.get("name", default_name), f"{path}.name"),
        type=_one_of(_required(fields, "type", path), f"{path}.type", PROGRAM_TYPES),
        kinds=_names(_required(fields, "kinds", path), f"{path}.kinds"),
        minimum_patient_pay=_cents(fields.get("minimum_patient_pay", 0), f"{path}.minimum_patient_pay"),
        per_claim_maximum=_limit(fields.get("per_claim_maximum"), f"{path}.per_claim_maximum"),
        annual_maximum=_limit(fields.get("annual_maximum"), f"{path}.annual_maximum"),
        year=_one_of(fields.get("year", "calendar"), f"{path}.year", PROGRAM_YEARS),
        used=_cents(fields.get("used", 0), f"{path}.used"),
        enrolled_on=_optional(fields.get("enrolled_on"), f"{path}.enrolled_on", _day),
        ends_on=_optional(fields.get("ends_on"), f"{path}.ends_on", _day),
    )


# --- the smallest pieces ---


def one_line(text: str) -> str:
    return " ".join(text.split())


def show(value) -> str:
    """A value as JSON for a message: short, and on one line."""
    if isinstance(value, Decimal):
        return str(value)[:60]
    if value is None or isinstance(value, (bool, int, float, str)):
        text = (
            json.dumps(value) if not isinstance(value, int) or abs(value) < 10**30 else "a very large number"
        )
        return text if len(text) <= 60 else text[:57] + "..."
    return "a list" if isinstance(value, list) else "an object"


def _key(name: str) -> str:
    name = name if len(name) <= 60 else f"{name[:57]}..."
    return f".{name}" if PLAIN_KEY.fullmatch(name) else f"[{json.dumps(name)}]"


def _object(data, path: str, keys: tuple[str, ...] | None) -> Mapping:
    if type(data) is not dict and not isinstance(data, Mapping):
        raise CaseError(path, f"expected an object, got {show(data)}")
    for key in data if keys is not None else ():
        if key not in keys:
            raise CaseError(f"{path}{_key(key)}", f"expected one of the keys {', '.join(keys)}")
    return data


def _required(fields: Mapping, key: str, path: str):
    if key not in fields:
        raise CaseError(f"{path}.{key}", "expected a value, it is required")
    return fields[key]


def _list(data, path: str) -> list:
    if data is None:
        return []
    if not isinstance(data, list):
        raise CaseError(path, f"expected a list, got {show(data)}")
    return data


def _each(data, path: str, read: Callable) -> tuple:
    return tuple(read(value, f"{path}[{position}]") for position, value in enumerate(_list(data, path)))


def _by_name(data, path: str, read: Callable) -> dict:
    if type(data) is AlreadyRead:
        return data.value
    fields = _object({} if data is None else data, path, None)
    return {name: read(value, f"{path}{_key(name)}") for name, value in fields.items()}


def _optional(value, path: str, read: Callable):
    return None if value is None else read(value, path)


def _integer(value, path: str, low: int, high: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise CaseError(path, f"expected {what}, got {show(value)}")
    return value


def _cents(value, path: str) -> int:
    return _integer(value, path, 0, LARGEST_AMOUNT, f"a whole number of cents from 0 to {LARGEST_AMOUNT}")


def _limit(value, path: str) -> int:
    if value is None:
        return NO_LIMIT
    what = f"a whole number of cents from 0 to {LARGEST_AMOUNT}, or null for no limit"
    return _integer(value, path, 0, LARGEST_AMOUNT, what)


def _rate(value, path: str) -> int:
    what = f"a whole number of thousandths of a percent from 0 to {WHOLE} (20000 is 20 %)"
    return _integer(value, path, 0, WHOLE, what)


def _encounter(value, path: str) -> int:
    return _integer(value, path, -LARGEST_COUNT, LARGEST_COUNT, "a whole number, or null")


def _member(value, path: str) -> int:
    return _integer(value, path, 0, LARGEST_COUNT, "a whole number from 0 (0 is the patient)")


def _flag(value, path: str) -> bool:
    if not isinstance(value, bool):
        raise CaseError(path, f"expected true or false, got {show(value)}")
    return value


def _name(value, path: str) -> str:
    if not isinstance(value, str) or not value or "\x00" in value or not _is_text(value):
        raise CaseError(path, f"expected a name, got {show(value)}")
    return value


def _is_text(value: str) -> bool:
    """Half of a surrogate pair can be written in JSON, but is no character and cannot be written out again."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _names(data, path: str) -> frozenset[str]:
    return frozenset(_each(data, path, _name))


def _one_of(value, path: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise CaseError(path, f"expected one of {', '.join(choices)}, got {show(value)}")
    return value


def _day(value, path: str) -> date:
    expected = f'a date like "2026-01-05" from {EARLIEST} to {LATEST}'
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise CaseError(path, f"expected {expected}, got {show(value)}")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise CaseError(path, f"expected {expected}, got {show(value)}: no such day") from None
    if not EARLIEST <= day <= LATEST:
        raise CaseError(path, f"expected {expected}, got {show(value)}")
    return day


def _month_day(value, path: str) -> tuple[int, int]:
    expected = 'a month and day like "01-01"'
    if not isinstance(value, str) or not re.fullmatch(r"\d{2}-\d{2}", value, re.ASCII):
        raise CaseError(path, f"expected {expected}, got {show(value)}")
    month, day = int(value[:2]), int(value[3:])
    try:
        date(2024, month, day)  # a leap year: 29 February may be an anchor
    except ValueError:
        raise CaseError(path, f"expected {expected}, got {show(value)}: no such day") from None
    return month, day


def _no_key_twice(pairs: list) -> dict:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CaseError("$", f"expected each key once, got {show(twice)} twice in one object")
    return fields


def _bounded_int(digits: str) -> int:
    """An integer; one with very many digits is only known to be too large, and is refused where it stands."""
    return int(digits) if len(digits) <= 40 else int(digits[:40])


def _no_constant(name: str):
    raise CaseError("$", f"expected a finite number, got {name}")
