"""Money, and the one place where it is rounded.

Unit prices are exact decimals in dollars. A claim line's allowed amount is rounded half up once, to whole
cents; from there on only coinsurance rounds again (`share`). Rates are thousandths of a percent.
"""

from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

import numpy as np

LARGEST_AMOUNT = 10**11
"""The largest amount of one field, in cents. Totals of many lines stay exact in 64 bits."""

NO_LIMIT = 10**18
"""A limit that never stops anybody: ten million lines of the largest amount do not reach it, and 64 bits hold it.

Not zero: a plan without a limit and a limit of nothing are different.
"""

WHOLE = 100_000
"""100 % in thousandths of a percent."""


def allowed_amount(units: Decimal | int, unit_price: Decimal) -> int:
    """Allowed amount of a claim line in cents: units x unit price (dollars), rounded half up once."""
    cents = Decimal(units) * unit_price * 100
    return int(cents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(amount, rate):
    """Coinsurance of `rate` thousandths of a percent on `amount` cents, rounded half up to a cent."""
    cents = amount * rate
    cents += WHOLE // 2
    cents //= WHOLE
    return cents


def used(amount) -> bool:
    """Whether an amount is not the plain zero of a stage that nobody here uses."""
    return type(amount) is not int or amount != 0


def stops(limit) -> bool:
    """Whether a limit may stop somebody: a limit that is the same for all and none is no array of limits."""
    return type(limit) is not int or limit < NO_LIMIT


def plus(*amounts):
    """The sum of amounts, without adding zeros to arrays; only an array made here is added to in place."""
    total, is_ours = 0, False
    for amount in amounts:
        if type(amount) is int and not amount:
            continue
        if is_ours:
            total += amount
        elif type(total) is int and not total:
            total = amount
        else:
            total, is_ours = total + amount, True
    return total


def less(amount, part):
    return amount if type(part) is int and not part else amount - part


def _choose(condition, when_true, when_false):
    return when_true if condition else when_false


def _choose_each(condition, when_true, when_false):
    if isinstance(condition, bool):
        return when_true if condition else when_false
    return np.where(condition, when_true, when_false)


def _above(amount, part):
    return max(0, amount - part)


def _above_each(amount, part):
    if not used(part):
        return np.maximum(amount, 0)
    rest = amount - part
    return np.maximum(rest, 0, out=rest) if isinstance(rest, np.ndarray) else max(0, rest)


# The two number types the rule for a line runs on: Python ints (one case with its ledger) and int64 arrays
# (one element a case). The rule itself is written once; see `line.py`. `above(a, b)` is what `a` exceeds `b` by.
INTS = SimpleNamespace(minimum=min, maximum=max, above=_above, where=_choose, any=bool)
ARRAYS = SimpleNamespace(
    minimum=np.minimum, maximum=np.maximum, above=_above_each, where=_choose_each, any=np.any
)
