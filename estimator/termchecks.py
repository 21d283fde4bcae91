"""What typed terms must be like: the shape of a plan, and limits that a plan can have."""

from collections.abc import Mapping

from drugs.reference import LINE_KINDS

from .cost.contract import show
from .findings import refuse
from .words import money


def check_shape(terms: Mapping, path: str, keys: tuple[str, ...]):
    """Known keys, objects where a plan has objects, and names where a rule names something."""
    for key, value in terms.items():
        if key not in keys:
            refuse(f"{path}.{key}", f"expected one of the keys {', '.join(keys)}")
        if key in ("deductibles", "out_of_pocket_maximums", "caps", "rules"):
            if not isinstance(value, Mapping):
                refuse(f"{path}.{key}", "expected an object of names")
            for name, item in value.items():
                if not isinstance(item, Mapping):
                    refuse(f"{path}.{key}.{name}", "expected an object")
    if terms.get("disputed_caps") not in (None, []):
        refuse(f"{path}.disputed_caps", "expected an empty list: no cap is disputed any more")
    kinds = terms.get("maximizer_kinds")
    for at, kind in (
        *((f"rules.{kind}", kind) for kind in terms.get("rules", {})),
        *((f"maximizer_kinds[{i}]", kind) for i, kind in enumerate(kinds if isinstance(kinds, list) else ())),
    ):
        if kind not in LINE_KINDS:
            refuse(f"{path}.{at}", f"expected one of the kinds {', '.join(LINE_KINDS)}, got {show(kind)}")
    for kind, rule in terms.get("rules", {}).items():
        for key in ("deductible", "cap", "out_of_pocket_maximum"):
            if not isinstance(rule.get(key), str | None):
                refuse(f"{path}.rules.{kind}.{key}", f"expected a name, got {show(rule[key])}")


def check_limits(plan: Mapping, path: str):
    """What no plan has: a maximum below the deductible, more met than the limit, a person above the family."""
    for side in ("deductibles", "out_of_pocket_maximums"):
        for name, pool in plan.get(side, {}).items():
            check_pool(pool, f"{path}.{side}.{name}")
    for rule in plan.get("rules", {}).values():
        deductible = plan.get("deductibles", {}).get(rule.get("deductible"), {})
        name = rule.get("out_of_pocket_maximum")
        maximum = plan.get("out_of_pocket_maximums", {}).get(name, {})
        for who in ("individual", "family"):
            least, most = amount_of(deductible, who), amount_of(maximum, who)
            if least is not None and most is not None and most < least:
                refuse(
                    f"{path}.out_of_pocket_maximums.{name}.{who}",
                    f"the out-of-pocket maximum ({money(most)}) is below the deductible ({money(least)})",
                )


def check_pool(pool: Mapping, path: str):
    person, family = amount_of(pool, "individual"), amount_of(pool, "family")
    if person is not None and family is not None and person > family:
        refuse(f"{path}.individual", f"one person's limit ({money(person)}) is above the family's")
    for who, limit in (("individual", person), ("family", family)):
        met = amount_of(pool, f"met_{who}") or 0
        if limit is not None and met > limit:
            refuse(f"{path}.met_{who}", f"more is met ({money(met)}) than the limit ({money(limit)})")


def amount_of(pool: Mapping, key: str) -> int | None:
    """An amount that is known; what is "unknown" or not an amount is judged elsewhere."""
    value = pool.get(key)
    return value if type(value) is int and value >= 0 else None
