"""The Medicare Prescription Payment Plan: when a Part D share is paid, never how much.

42 USC 1395w-102(b)(2)(E)(iv), 42 CFR 423.137. Amounts are cents; each bill is half up to the cent and the
last month of the year takes the residue.
"""

from collections.abc import Sequence


def monthly_bills(
    incurred: Sequence[int], threshold: int, already_incurred: int = 0, first_month: int = 1
) -> list[int]:
    """The bills of `first_month` (1 to 12, the month of joining) to December.

    `incurred` is what the patient incurs in each of those months; `threshold` is the year's out-of-pocket
    threshold, `already_incurred` what was paid before joining. The first bill is at most (threshold -
    already incurred) / months left, and at most that month's own amount; later ones are (unbilled + new) /
    months left.
    """
    months = 13 - first_month
    if not 1 <= first_month <= 12 or len(incurred) != months:
        raise ValueError(f"expected one amount for each of the {months} months left in the year")
    bills, unbilled = [], 0
    for position, new in enumerate(incurred):
        left = months - position
        unbilled += new
        bill = (
            half_up(max(0, threshold - already_incurred), left) if position == 0 else half_up(unbilled, left)
        )
        bill = unbilled if left == 1 else min(bill, unbilled)
        bills.append(bill)
        unbilled -= bill
    return bills


def half_up(amount: int, parts: int) -> int:
    return (2 * amount + parts) // (2 * parts)
