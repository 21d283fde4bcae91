"""Bars add up: every part is seen, none is thinner than a sliver, together they are as wide as the bar."""

from hypothesis import given
from hypothesis import strategies as st

from estimator.charts import SLIVER, WHOLE, Amounts, in_percent, segments, stacked_bars

WORDS = {"plan": "Plan", "second": "Second coverage", "help": "Help", "family": "Your family"}
cents = st.integers(min_value=0, max_value=10**11)
parts = st.fixed_dictionaries({who: cents for who in WORDS})


def test_parts_stand_in_paying_order_side_by_side():
    # 152,014 and 8,000 of 160,014: 950 thousandths and the rest.
    plan, family = segments({"family": 800000, "plan": 15201400}, 16001400)
    assert (plan.who, plan.x, plan.left, plan.wide) == ("plan", 0, "0.0%", "95.1%")
    assert (family.who, family.x, family.width) == ("family", 951, 49)


def test_a_small_part_is_a_sliver_that_can_be_seen():
    plan, family = segments({"plan": 15999999, "family": 1}, 16000000)
    assert family.width == SLIVER
    assert plan.width + family.width == WHOLE


def test_bars_share_one_scale():
    chart = stacked_bars(
        [Amounts("a", "$1.00", {"plan": 100}), Amounts("b", "$0.50", {"plan": 50})], WORDS, "Title", "Words"
    )
    assert [bar.segments[0].width for bar in chart.bars] == [1000, 500]
    assert chart.bars[0].bar_y < chart.bars[1].text_y < chart.bars[1].bar_y < chart.height


def test_the_legend_names_only_who_pays_something_and_patterns_tell_them_apart():
    chart = stacked_bars([Amounts("a", "", {"plan": 1, "second": 0, "help": 5, "family": 0})], WORDS, "", "")
    assert [(item.who, item.words, item.fill) for item in chart.legend] == [
        ("plan", "Plan", ""),
        ("help", "Help", "url(#fill-help)"),
    ]


def test_a_dose_that_costs_nothing_has_an_empty_bar():
    chart = stacked_bars([Amounts("free", "$0.00", dict.fromkeys(WORDS, 0))], WORDS, "Title", "Words")
    assert chart.bars[0].segments == ()
    assert stacked_bars([], WORDS, "Title", "Words").bars == ()


@given(parts, cents)
def test_widths_add_up_and_nobody_who_pays_is_left_out(paid, more):
    total = sum(paid.values())
    placed = segments(paid, total + more)
    assert [segment.who for segment in placed] == [who for who in WORDS if paid[who]]
    assert all(segment.width >= SLIVER for segment in placed)
    assert sum(segment.width for segment in placed) <= WHOLE
    for before, after in zip(placed, placed[1:], strict=False):
        assert before.x + before.width == after.x


def test_thousandths_are_written_as_percent():
    assert [in_percent(n) for n in (0, 8, 951, 1000)] == ["0.0%", "0.8%", "95.1%", "100.0%"]
