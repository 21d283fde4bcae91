"""Terms as the nested objects they are: laid over each other, read and written at a path."""

from collections.abc import Iterator, Mapping


def merged(base, over):
    """`over` laid on `base`, object by object; whatever is not an object replaces."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def value_at(terms, path: tuple[str, ...]):
    for key in path:
        if not isinstance(terms, Mapping):
            return None
        terms = terms.get(key)
    return terms


def with_value(terms: Mapping, path: tuple[str, ...], value) -> dict:
    head, *rest = path
    return {**terms, head: with_value(terms[head], tuple(rest), value) if rest else value}


def met_amounts(terms: Mapping) -> Iterator[int]:
    for side in ("deductibles", "out_of_pocket_maximums"):
        for pool in (terms.get(side) or {}).values():
            yield from (pool[key] for key in ("met_individual", "met_family") if pool.get(key))


def without_met(pool):
    if not isinstance(pool, Mapping):
        return pool
    return {key: value for key, value in pool.items() if key not in ("met_individual", "met_family")}
