"""The rule for one claim line under one plan. Written once; it runs on ints and on int64 arrays alike.

Every number may be an int (one case) or an array (one element a case); `x` brings `minimum`, `maximum` and
`where` for the number type in use. Source of the rule: a plan adjudicates deductible, then copay, then
coinsurance on the rest; the encounter's cap and the out-of-pocket maximum then cut, coinsurance first.
"""

from typing import Any, NamedTuple

from .case import Rule
from .money import NO_LIMIT, less, plus, share, stops, used

Number = Any  # int, or a NumPy int64 array


class Room(NamedTuple):
    """What the limits still allow before this line."""

    deductible: Number = 0
    cap: Number = NO_LIMIT
    cap_includes_deductible: Number = False
    maximum: Number = NO_LIMIT


class CostSharing(NamedTuple):
    """A member's share of a line (`responsibility`), its parts, and what the cap and the maximum took off."""

    deductible: Number
    copay: Number
    coinsurance: Number
    responsibility: Number
    cut_by_cap: Number = 0
    cut_by_maximum: Number = 0


def cost_sharing(x, amount: Number, rule: Rule, rate: Number, room: Room) -> CostSharing:
    """What the member owes for a covered line of `amount` cents, within `room`.

    A stage that nobody here uses (no deductible, no copay, no cap, no maximum) is skipped, not computed.
    """
    deductible = x.minimum(amount, room.deductible) if used(room.deductible) else 0
    after_deductible = less(amount, deductible)
    copay = x.minimum(after_deductible, rule.copay) if used(rule.copay) else 0
    coinsurance = share(less(after_deductible, copay), rate) if used(rate) else 0
    over_cap = over_maximum = 0
    if stops(room.cap):
        counted = plus(copay, coinsurance, x.where(room.cap_includes_deductible, deductible, 0))
        over_cap = x.above(counted, room.cap)
        deductible, copay, coinsurance = give_way(x, deductible, copay, coinsurance, over_cap)
    owed = plus(deductible, copay, coinsurance)
    if stops(room.maximum):
        over_maximum = x.above(owed, room.maximum)
        deductible, copay, coinsurance = give_way(x, deductible, copay, coinsurance, over_maximum)
        owed = owed - over_maximum
    return CostSharing(deductible, copay, coinsurance, owed, over_cap, over_maximum)


def give_way(x, deductible: Number, copay: Number, coinsurance: Number, over: Number):
    """Take `over` cents off a member's share: coinsurance gives way first, then copay, then deductible."""
    from_coinsurance = x.minimum(coinsurance, over) if used(coinsurance) else 0
    if not (used(copay) or used(deductible)):
        return deductible, copay, less(coinsurance, from_coinsurance)
    rest = less(over, from_coinsurance)
    from_copay = x.minimum(copay, rest) if used(copay) else 0
    from_deductible = less(rest, from_copay) if used(deductible) else 0
    return less(deductible, from_deductible), less(copay, from_copay), less(coinsurance, from_coinsurance)


def where_counted(x, counts: Number, charged: CostSharing) -> CostSharing:
    """The shares that count toward an encounter's cap; nothing where the line does not."""
    if counts is True:
        return charged
    parts = (charged.deductible, charged.copay, charged.coinsurance, charged.responsibility)
    return CostSharing(*(x.where(counts, part, 0) for part in parts))


def not_covered(x, covered: Number, amount: Number, covered_share: CostSharing) -> CostSharing:
    """A line the plan does not cover is the member's whole, in the coinsurance column; nothing cuts it."""
    if covered is True:
        return covered_share
    return CostSharing(
        deductible=x.where(covered, covered_share.deductible, 0),
        copay=x.where(covered, covered_share.copay, 0),
        coinsurance=x.where(covered, covered_share.coinsurance, amount),
        responsibility=x.where(covered, covered_share.responsibility, amount),
        cut_by_cap=x.where(covered, covered_share.cut_by_cap, 0),
        cut_by_maximum=x.where(covered, covered_share.cut_by_maximum, 0),
    )
