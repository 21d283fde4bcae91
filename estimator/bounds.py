"""Whether a range can go further than the runs that were made: what may be owed at most under a plan's limits.

The runs take the ends of what an unknown amount can be, and a few amounts between. A bill need not rise evenly
with an amount: a limit that is met sooner moves cost into an earlier year, a copay card that runs out moves it
into a later one. So such a range goes at least as far as its runs. It cannot go below zero, nor above what the
plan's out-of-pocket maximums leave.
"""

from collections.abc import Sequence
from datetime import date

from .cost.money import NO_LIMIT
from .cost.result import Row


def most_owed(rows: Sequence[Row], treatment_year: int | None = None, on: date | None = None) -> int | None:
    """What the lines (of a treatment year, of a day) can cost under the maximums of their plan years; None without
    a limit.

    Every cent the patient pays of a line within limits is credited to its maximum (cost model, section 5), so the
    patient never pays more in a plan year than was left of the maximum when it began.
    """
    lines = [
        row
        for row in rows
        if treatment_year in (None, row.treatment_year)
        and on in (None, row.date)
        and row.kind != "other_care"
    ]
    if not all(is_limited(row) for row in lines):
        return None
    rooms = room_of_plan_years(rows)
    return sum(rooms[key] for key in {(row.plan_year, row.maximum_pool, row.member) for row in lines})


def is_limited(row: Row) -> bool:
    return (
        row.covered
        and row.maximum_pool is not None
        and row.maximum_left < NO_LIMIT
        and not row.reset_by_maximizer
    )


def room_of_plan_years(rows: Sequence[Row]) -> dict[tuple, int]:
    """What was left of each maximum at the first line of a plan year that came under it."""
    rooms: dict[tuple, int] = {}
    for row in rows:
        rooms.setdefault((row.plan_year, row.maximum_pool, row.member), row.maximum_left)
    return rooms
