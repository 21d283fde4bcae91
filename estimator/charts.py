"""The geometry of pictures: amounts in, positions out. Horizontal positions are thousandths of the width.

The bars share one scale: the largest bar is as wide as the picture. A part that is paid at all is never
thinner than a sliver, so that a family's $1,736 beside a plan's $158,000 can still be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WHOLE = 1000
SLIVER = 8
TEXT_LINE = 18
BAR = 12
ROW = 38
WHO = ("plan", "second", "help", "family")


FILLS = {"second": "url(#fill-second)", "help": "url(#fill-help)"}
"""Patterns, so that the payers can be told apart without colour; the others differ by lightness."""


@dataclass(frozen=True)
class Legend:
    who: str
    words: str

    @property
    def fill(self) -> str:
        return FILLS.get(self.who, "")


@dataclass(frozen=True)
class Segment:
    """One payer's part of a bar; `x` and `width` in thousandths of the picture's width."""

    who: str
    cents: int
    x: int
    width: int

    @property
    def fill(self) -> str:
        return FILLS.get(self.who, "")

    @property
    def left(self) -> str:
        return in_percent(self.x)

    @property
    def wide(self) -> str:
        return in_percent(self.width)


@dataclass(frozen=True)
class Bar:
    label: str
    amount: str
    text_y: int
    bar_y: int
    segments: tuple[Segment, ...]
    trace: object = None


@dataclass(frozen=True)
class Chart:
    title: str
    description: str
    height: int
    bars: tuple[Bar, ...]
    legend: tuple[Legend, ...]
    bar_height: int = BAR


@dataclass(frozen=True)
class Amounts:
    """What one bar shows: its label, the words at its end, the parts in cents by payer, where they are from."""

    label: str
    amount: str
    parts: Mapping[str, int]
    trace: object = None


def stacked_bars(rows: Sequence[Amounts], words: Mapping[str, str], title: str, description: str) -> Chart:
    """One horizontal bar a row, stacked by payer in a fixed order."""
    largest = max((sum(row.parts.values()) for row in rows), default=0)
    bars = tuple(
        Bar(
            label=row.label,
            amount=row.amount,
            text_y=number * ROW + TEXT_LINE - 4,
            bar_y=number * ROW + TEXT_LINE,
            segments=segments(row.parts, largest),
            trace=row.trace,
        )
        for number, row in enumerate(rows)
    )
    legend = tuple(Legend(who, words[who]) for who in WHO if any(row.parts.get(who) for row in rows))
    height = len(rows) * ROW - (ROW - TEXT_LINE - BAR) + 2
    return Chart(title, description, height, bars, legend)


def segments(parts: Mapping[str, int], largest: int) -> tuple[Segment, ...]:
    """The parts of one bar side by side; the widest gives up what the slivers take."""
    paid = {who: parts[who] for who in WHO if parts.get(who)}
    widths = _widths(paid, largest)
    placed, x = [], 0
    for who, cents in paid.items():
        placed.append(Segment(who, cents, x, widths[who]))
        x += widths[who]
    return tuple(placed)


def _widths(paid: Mapping[str, int], largest: int) -> dict[str, int]:
    if not paid:
        return {}
    whole = sum(paid.values()) * WHOLE // largest
    widths = {who: max(cents * WHOLE // largest, SLIVER) for who, cents in paid.items()}
    widest = max(widths, key=widths.__getitem__)
    widths[widest] = max(widths[widest] + whole - sum(widths.values()), SLIVER)
    return widths


def in_percent(thousandths: int) -> str:
    return f"{thousandths // 10}.{thousandths % 10}%"
