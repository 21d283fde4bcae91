"""One sentence for one claim line: what was owed and which rule bound, in plain words.

Everything said here is read off the ledger row (`cost.result.Row`): nothing is computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from estimator.cost.money import NO_LIMIT
from estimator.cost.result import PoolAfter, Row
from estimator.words import listed, money, money_short, percent


@dataclass(frozen=True)
class Names:
    """How the payers of this estimate are called. `plan` False: the family has no coverage at all."""

    plan: bool = True
    secondaries: tuple[str, ...] = ()
    programs: Mapping[str, str] = field(default_factory=dict)
    cards: frozenset[str] = frozenset()


def explain(row: Row, names: Names) -> str:
    """Why this line costs the family what it does."""
    if row.free_drug_value is not None:
        return f"Given free of charge, so nothing is billed (worth {money(row.free_drug_value)})."
    if not row.covered:
        return " ".join([_not_covered(row, names), *_who_pays(row, names)])
    return " ".join([_owed(row), *_who_pays(row, names), *_what_counts(row, names)])


def _not_covered(row: Row, names: Names) -> str:
    if not names.plan:
        return f"{money(row.allowed)}: without coverage the family answers for the whole amount."
    return f"{money(row.allowed)}: the plan does not cover this, so all of it is owed and none of it counts."


def _owed(row: Row) -> str:
    if _is_set_to_card(row):
        owed = money(row.responsibility)
        return f"{owed}: the plan sets the share to what the copay card can pay (maximizer)."
    if not row.responsibility:
        return f"{money(0)}: {_why_nothing(row)}."
    return f"{money(row.responsibility)}: {_join(_parts(row))}."


def _is_set_to_card(row: Row) -> bool:
    """A maximizer with a card asks a copay alone; without a card the ordinary share stays owed."""
    return row.reset_by_maximizer and not (row.deductible or row.coinsurance)


def _why_nothing(row: Row) -> str:
    if not row.allowed:
        return "nothing is billed for this line"
    if row.maximum_left == 0:
        return (
            f"the {_limit(row, 'maximum')}out-of-pocket maximum was already met, so the plan pays everything"
        )
    if row.cap and row.cap_room == 0:
        return "the most for one treatment day was already reached, so the plan pays everything"
    return "the plan pays this in full"


def _parts(row: Row) -> list[str]:
    parts = [part for part in (_deductible(row), _copay(row), _coinsurance(row)) if part]
    if not row.coinsurance and row.cut_by_maximum:
        parts.append(f"nothing more, because the {_limit(row, 'maximum')}out-of-pocket maximum was reached")
    elif not row.coinsurance and row.cut_by_cap:
        parts.append("nothing more, because the most for one treatment day was reached")
    return parts


def _deductible(row: Row) -> str:
    if not row.deductible:
        return ""
    limit = _limit(row, "deductible")
    if row.deductible_left == NO_LIMIT or not limit:
        return "all of it, before any limit" if row.deductible == row.allowed else "the deductible"
    if row.deductible < row.deductible_left:
        return f"all of it falls under the {limit}deductible"
    whole = money_short(row.deductible) == limit.strip()
    return f"{'' if whole else 'the rest of '}the {limit}deductible"


def _copay(row: Row) -> str:
    return f"a copay of {money(row.copay)}" if row.copay else ""


def _coinsurance(row: Row) -> str:
    if not row.coinsurance:
        return ""
    share = percent(row.rate)
    if row.cut_by_maximum:
        return f"{share} until the {_limit(row, 'maximum')}out-of-pocket maximum was reached"
    base = row.allowed - row.deductible - row.copay
    of = f"the remaining {money(base)}" if row.deductible or row.copay else money(base)
    if row.cut_by_cap:
        return f"{share} of {of}, held to {money(row.coinsurance)} by the cap for one treatment day"
    return f"{share} of {of}"


def _join(parts: list[str]) -> str:
    return ", then ".join(parts)


def _limit(row: Row, side: str) -> str:
    """`$2,000 ` or `$4,000 family `: the limit of this line's pool that governs, to stand before its name."""
    name = row.deductible_pool if side == "deductible" else row.maximum_pool
    pool = next((p for p in row.pools_after if (p.side, p.name) == (side, name)), None)
    if pool is None:
        return ""
    left = row.deductible_left if side == "deductible" else row.maximum_left
    family = _family_governs(pool, left)
    limit = pool.family_limit if family else pool.individual_limit
    if limit is None:
        return ""
    return f"{money_short(limit)} {'family ' if family else ''}"


def _family_governs(pool: PoolAfter, left: int) -> bool:
    if pool.individual_limit is None or pool.family_limit is None:
        return pool.individual_limit is None
    return left > pool.individual_limit or (
        pool.family_met >= pool.family_limit and pool.individual_met < pool.individual_limit
    )


def _who_pays(row: Row, names: Names) -> list[str]:
    """Who takes over which part of what is owed, and what stays with the family."""
    said = []
    reached = row.responsibility
    for name, paid in zip(names.secondaries, row.secondary_by_payer, strict=False):
        if reached:
            said.append(f"{name} pays {money(paid)}." if paid else f"{name} pays none of it.")
        reached -= paid
    helpers = [
        f"{names.programs.get(name, name)} pays {money(paid)}"
        for name, paid in row.assistance_by_program.items()
        if paid
    ]
    if helpers:
        said.append(f"{listed(helpers)}.")
    if row.patient != row.responsibility:
        said.append(f"The family pays {money(row.patient)}.")
    return said


def _what_counts(row: Row, names: Names) -> list[str]:
    """What of a copay card counts toward the plan's limits, and why not."""
    card = sum(paid for name, paid in row.assistance_by_program.items() if name in names.cards)
    if row.reset_by_maximizer:
        why = "(maximizer)" if _is_set_to_card(row) else "although no card pays: the plan is a maximizer"
        return [f"None of this line counts toward the plan's limits {why}."]
    if not card:
        return []
    if row.below_hdhp_minimum:
        return [
            f"The card's {money(card)} does not count: below the HSA plan's minimum deductible it may not."
        ]
    if row.credited < row.responsibility:
        return [f"The card's {money(card)} does not count toward the plan's limits (accumulator adjustment)."]
    return ["The card's payment counts toward the plan's limits."]
