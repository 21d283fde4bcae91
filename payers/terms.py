"""Benefit terms: the plan keys of a `simulate` case, checked strictly before they are stored.

Money is integer cents from 0 to 10**11, rates thousandths of a percent from 0 to 100000. An amount may be
{"parameter": "medicare/part_b_deductible"}, the figure of each plan year, or "unknown" where nobody has told us:
the estimate then asks. Unknown is neither zero nor null, which is no limit at all. What a family has met is theirs,
not the design's, so `met_*` is refused here. Errors are (path, message) with paths as `$.rules.drug.cap`.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from drugs.reference import LINE_KINDS, SITES

LARGEST_CENTS = 10**11
WHOLE_RATE = 100_000
UNKNOWN = "unknown"

Errors = Iterator[tuple[str, str]]
Check = Callable[[Any, str, "Names"], Errors]


class Names:
    """What a value may refer to: the plan's pools and caps, and the national parameters."""

    def __init__(self, plan: dict, parameters: Collection[str]):
        self.plan = plan
        self.parameters = parameters
        self.deductibles = _keys(plan.get("deductibles"))
        self.out_of_pocket_maximums = _keys(plan.get("out_of_pocket_maximums"))
        self.caps = _keys(plan.get("caps"))


def errors_in_terms(terms: Any, method: str, parameters: Collection[str]) -> list[tuple[str, str]]:
    """Everything wrong with a design's terms; `method` "" is a primary coverage."""
    if not isinstance(terms, dict):
        return [("$", "expected an object")]
    if terms.get("no_plan") is not None and not method:
        alone = terms["no_plan"] is True and len(terms) == 1
        return [] if alone else [("$.no_plan", "stands alone and is true")]
    allowed = {"medigap": MEDIGAP_KEYS, "medicaid": MEDICAID_KEYS}.get(method, PLAN_KEYS)
    errors = list(_object(terms, "$", Names(terms, parameters), allowed))
    return errors or [*_rules_that_stay(terms, parameters), *_limits_that_clash(terms)]


def _object(
    value: Any, path: str, names: Names, keys: dict[str, Check], required: tuple[str, ...] = ()
) -> Errors:
    if not isinstance(value, dict):
        yield path, "expected an object"
        return
    for key in required:
        if key not in value:
            yield f"{path}.{key}", "is missing"
    for key, item in value.items():
        if key in keys:
            yield from keys[key](item, f"{path}.{key}", names)
        elif key.startswith("met_"):
            yield f"{path}.{key}", "what is met belongs to a family's estimate, not to the design"
        else:
            yield f"{path}.{key}", f"unknown key; expected one of {', '.join(sorted(keys))}"


def _money(value: Any, path: str, names: Names) -> Errors:
    if isinstance(value, dict):
        yield from _parameter(value, path, names)
    elif type(value) is not int:
        yield path, 'expected whole cents or {"parameter": ...}'
    elif not 0 <= value <= LARGEST_CENTS:
        yield path, "expected cents from 0 to 100000000000"


def _parameter(value: dict, path: str, names: Names) -> Errors:
    if set(value) != {"parameter"} or not isinstance(value["parameter"], str):
        yield path, 'expected {"parameter": "programme/key"}'
    elif value["parameter"] not in names.parameters:
        yield path, f"no parameter {value['parameter']!r} is known"


def _rate(value: Any, path: str, names: Names) -> Errors:
    if type(value) is not int or not 0 <= value <= WHOLE_RATE:
        yield path, "expected thousandths of a percent from 0 to 100000"


def _flag(value: Any, path: str, names: Names) -> Errors:
    if type(value) is not bool:
        yield path, "expected true or false"


def _or_null(check: Check) -> Check:
    def checked(value: Any, path: str, names: Names) -> Errors:
        if value is not None:
            yield from check(value, path, names)

    return checked


def _or_unknown(check: Check) -> Check:
    def checked(value: Any, path: str, names: Names) -> Errors:
        if value != UNKNOWN:
            yield from check(value, path, names)

    return checked


def _one_of(*words: str) -> Check:
    def checked(value: Any, path: str, names: Names) -> Errors:
        if value not in words:
            yield path, f"expected one of {', '.join(words)}"

    return checked


def _named(pools: str) -> Check:
    """The name of a pool or cap that this plan defines, or null."""

    def checked(value: Any, path: str, names: Names) -> Errors:
        if value is not None and value not in getattr(names, pools):
            yield path, f"no {pools} entry is named {value!r}"

    return checked


def _list_of(check: Check) -> Check:
    def checked(value: Any, path: str, names: Names) -> Errors:
        if not isinstance(value, list):
            yield path, "expected a list"
            return
        for index, item in enumerate(value):
            yield from check(item, f"{path}[{index}]", names)

    return checked


def _each(check: Check, key_check: Check | None = None) -> Check:
    """An object of any names, each value checked."""

    def checked(value: Any, path: str, names: Names) -> Errors:
        if not isinstance(value, dict):
            yield path, "expected an object"
            return
        for key, item in value.items():
            if key_check:
                yield from key_check(key, f"{path}.{key}", names)
            yield from check(item, f"{path}.{key}", names)

    return checked


def _shaped(keys: dict[str, Check], required: tuple[str, ...] = ()) -> Check:
    def checked(value: Any, path: str, names: Names) -> Errors:
        yield from _object(value, path, names, keys, required)

    return checked


def _month_and_day(value: Any, path: str, names: Names) -> Errors:
    found = re.fullmatch(r"(\d\d)-(\d\d)", value) if isinstance(value, str) else None
    if not found or not 1 <= int(found[1]) <= 12 or not 1 <= int(found[2]) <= _days_in(int(found[1])):
        yield path, 'expected month and day, as in "01-01"'


def _days_in(month: int) -> int:
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def _by_plan_year(keys: dict[str, Check]) -> Check:
    """Whole keys replaced from a plan year on; names must be defined in each year's own terms."""

    def checked(value: Any, path: str, names: Names) -> Errors:
        if not isinstance(value, dict):
            yield path, "expected an object"
            return
        current = {pools: names.plan[pools] for pools in POOLS if pools in names.plan}
        for year, changes in sorted(value.items()):
            if not re.fullmatch(r"20\d\d", year):
                yield f"{path}.{year}", "expected a plan year, as in 2027"
                continue
            if isinstance(changes, dict):
                current |= {pools: changes[pools] for pools in POOLS if pools in changes}
            yield from _object(changes, f"{path}.{year}", Names(current, names.parameters), keys)

    return checked


def _rules_that_stay(terms: dict, parameters: Collection[str]) -> Errors:
    """Where a year changes pools or caps but not the rules, the rules must still find theirs."""
    current = dict(terms)
    for year, changes in sorted(terms.get("by_plan_year", {}).items()):
        current |= changes
        if "rules" not in changes and "rules" in current:
            names = Names(current, parameters)
            yield from CHANGING_KEYS["rules"](current["rules"], f"$.by_plan_year.{year}.rules", names)


def _limits_that_clash(terms: dict) -> Errors:
    """A family's limit below one person's, and an out-of-pocket maximum below the deductible of its rule."""
    deductibles, maximums = terms.get("deductibles", {}), terms.get("out_of_pocket_maximums", {})
    for pools, limits in (("deductibles", deductibles), ("out_of_pocket_maximums", maximums)):
        for name, pool in limits.items():
            if _below(pool.get("family"), pool.get("individual")):
                yield f"$.{pools}.{name}.family", "is below the individual limit"
    named = {(r.get("deductible"), r.get("out_of_pocket_maximum")) for r in terms.get("rules", {}).values()}
    for deductible, maximum in sorted(pair for pair in named if None not in pair):
        for level in ("individual", "family"):
            if _below(maximums[maximum].get(level), deductibles[deductible].get(level)):
                yield f"$.out_of_pocket_maximums.{maximum}.{level}", "is below the deductible"


def _below(limit: Any, other: Any) -> bool:
    """Whether one amount is surely below another: a national figure or no limit is not compared."""
    return type(limit) is int and type(other) is int and limit < other


def _keys(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


POOLS = ("deductibles", "out_of_pocket_maximums", "caps")

POOL = _shaped(
    {
        "individual": _or_unknown(_or_null(_money)),
        "family": _or_unknown(_or_null(_money)),
        "kind": _one_of("embedded", "aggregate"),
    }
)
CAP = _shaped({"amount": _or_unknown(_or_null(_money)), "includes_deductible": _flag}, required=("amount",))
RULE = _shaped(
    {
        "covered": _flag,
        "deductible": _named("deductibles"),
        "copay": _or_unknown(_money),
        "coinsurance": _or_unknown(_rate),
        "cap": _named("caps"),
        "out_of_pocket_maximum": _named("out_of_pocket_maximums"),
    }
)
CHANGING_KEYS = {
    "deductibles": _each(POOL),
    "out_of_pocket_maximums": _each(POOL),
    "caps": _each(CAP),
    "rules": _each(RULE, _one_of(*LINE_KINDS)),
    "assistance_policy": _one_of("counts", "excluded", "maximizer", "unknown"),
    "hdhp_minimum_deductible": _or_null(_money),
}
PLAN_KEYS = CHANGING_KEYS | {
    "plan_year_start": _month_and_day,
    "maximizer_kinds": _list_of(_one_of(*LINE_KINDS)),
    "maximizer_spread": _one_of("even", "front"),
    "hdhp_coverage": _one_of("self", "family"),
    "by_plan_year": _by_plan_year(CHANGING_KEYS),
    "cap_sites": _each(_list_of(_one_of(*SITES)), _named("caps")),
    "disputed_caps": _list_of(_named("caps")),
    "code_coinsurance": _flag,
}
MEDIGAP_YEARLY = {"high_deductible": _or_null(_money), "annual_limit": _or_null(_money)}
MEDIGAP_KEYS = MEDIGAP_YEARLY | {
    "covers_part_b_deductible": _flag,
    "coinsurance_covered": _or_unknown(_rate),
    "by_plan_year": _by_plan_year(MEDIGAP_YEARLY),
}
MEDICAID_KEYS = {"copay": _or_unknown(_money)}
