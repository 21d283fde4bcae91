"""The rule for one claim line: parts, and what gives way to a cap and to the maximum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cost.case import Rule
from estimator.cost.line import CostSharing, Room, cost_sharing, give_way, not_covered
from estimator.cost.money import ARRAYS, INTS, NO_LIMIT

AMOUNTS = st.integers(0, 500)
LIMITS = AMOUNTS | st.just(NO_LIMIT)
ROOMS = st.builds(Room, LIMITS, LIMITS, st.booleans(), LIMITS)


@pytest.mark.parametrize(
    ("description", "room", "parts"),
    [
        # 100.00, copay 10.00, 20 %.
        ("no limits: 10 + 20 % of 90", Room(0), (0, 1_000, 1_800)),
        ("deductible 40: 40 + 10 + 20 % of 50", Room(4_000), (4_000, 1_000, 1_000)),
        ("deductible above the amount", Room(20_000), (10_000, 0, 0)),
        ("cap 15: coinsurance gives 13", Room(0, 1_500), (0, 1_000, 500)),
        ("cap 6: coinsurance gone, copay gives 4", Room(0, 600), (0, 600, 0)),
        ("cap 6 leaves the deductible alone", Room(4_000, 600), (4_000, 600, 0)),
        ("cap 6 with the deductible", Room(4_000, 600, True), (600, 0, 0)),
        ("maximum 45: 15 over", Room(4_000, maximum=4_500), (4_000, 500, 0)),
        ("maximum 30: the deductible gives way last", Room(4_000, maximum=3_000), (3_000, 0, 0)),
        ("cap 15, then maximum 45: 40 + 10 + 5", Room(4_000, 1_500, False, 4_500), (4_000, 500, 0)),
        ("nothing left of the maximum", Room(4_000, maximum=0), (0, 0, 0)),
    ],
)
def test_a_share_within_its_room(description, room, parts):
    charged = cost_sharing(INTS, 10_000, Rule(copay=1_000), 20_000, room)
    assert (charged.deductible, charged.copay, charged.coinsurance) == parts


@given(AMOUNTS, AMOUNTS, st.integers(0, 100_000), ROOMS)
def test_a_share_is_within_the_amount_and_every_limit(amount, copay, rate, room):
    charged = cost_sharing(INTS, amount, Rule(copay=copay), rate, room)
    counted = charged.responsibility if room.cap_includes_deductible else charged.copay + charged.coinsurance
    assert min(charged.deductible, charged.copay, charged.coinsurance) >= 0
    assert charged.responsibility <= min(amount, room.maximum)
    assert charged.deductible <= room.deductible
    assert counted <= room.cap
    uncut = cost_sharing(INTS, amount, Rule(copay=copay), rate, Room(room.deductible))
    cut = charged.cut_by_cap + charged.cut_by_maximum
    assert uncut.responsibility == charged.responsibility + cut


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, ROOMS), min_size=1, max_size=5), st.integers(0, 100_000))
def test_the_rule_is_the_same_on_arrays(rows, rate):
    amounts, copays, rooms = zip(*rows, strict=True)
    fields = ("deductible", "cap", "cap_includes_deductible", "maximum")
    room = Room(*(np.array([getattr(r, field) for r in rooms]) for field in fields))
    by_arrays = cost_sharing(ARRAYS, np.array(amounts), Rule(copay=np.array(copays)), rate, room)
    by_ints = [cost_sharing(INTS, a, Rule(copay=c), rate, r) for a, c, r in rows]
    for part in ("deductible", "copay", "coinsurance", "responsibility", "cut_by_cap", "cut_by_maximum"):
        # A stage that nobody uses stays a plain 0, which stands for all.
        column = np.broadcast_to(getattr(by_arrays, part), len(rows))
        assert column.tolist() == [getattr(charged, part) for charged in by_ints]


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.data())
def test_what_gives_way_gives_exactly_what_is_over(deductible, copay, coinsurance, data):
    over = data.draw(st.integers(0, deductible + copay + coinsurance))
    parts = give_way(INTS, deductible, copay, coinsurance, over)
    assert sum(parts) == deductible + copay + coinsurance - over
    assert parts[2] == 0 or parts[:2] == (deductible, copay)
    assert parts[1] == 0 or parts[0] == deductible


def test_a_line_not_covered_is_the_member_s_whole():
    covered = CostSharing(10, 20, 30, 60, 1, 2)
    assert not_covered(INTS, True, 100, covered) == covered
    assert not_covered(INTS, False, 100, covered) == CostSharing(0, 0, 100, 100, 0, 0)
