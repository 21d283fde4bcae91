"""The published prices of a code as rows and as one line. Dollars are Decimal, places in the picture whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from drugs.citations import Citations, Proof
from drugs.prices import ChosenPrice, gone_in_words, quarters_behind
from drugs.reference import Code, Price
from drugs.words import BASIS_SHORT, BASIS_WORDS, day, dollars, listed, number, percent, period

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 12, 12, 12, 30
FEWEST_POINTS = 3
PLACE_WORDS = {"": "", "facility": ", clinician in a facility", "nonfacility": ", office"}


@dataclass(frozen=True)
class PriceRow:
    code: str
    period: str
    basis: str
    amount: str
    a_dose: str
    change: str
    share: str
    state: str
    proof: Proof


@dataclass(frozen=True)
class OldPrice:
    """The newest price a page works with is past its period. Two quarters behind, an estimate asks for a yes."""

    code: str
    period: str
    ended: str
    quarters: int
    gone: str = ""

    @property
    def asks(self) -> bool:
        return self.quarters > 1


@dataclass(frozen=True)
class Point:
    x: int
    y: int
    period: str
    amount: str
    anchor: str
    labelled: bool


@dataclass(frozen=True)
class Gap:
    """Quarters between two points of which no price is known: `2024Q2 to 2024Q4`."""

    x: int
    width: int
    quarters: str


@dataclass(frozen=True)
class Line:
    """One basis of one code by quarter; missing quarters are gaps, and said. The axis does not begin at zero."""

    title: str
    description: str
    width: int
    height: int
    points: tuple[Point, ...]
    strokes: tuple[str, ...]
    gaps: tuple[Gap, ...]
    floor: int


def old_price(chosen: ChosenPrice | None, today: date) -> OldPrice | None:
    behind = quarters_behind(chosen.price, today) if chosen and chosen.carried else 0
    if not behind:
        return None
    price = chosen.price
    when = period(price.effective_from, price.effective_to)
    return OldPrice(price.code, when, day(price.effective_to), behind, gone_in_words(price))


def price_rows(
    prices: tuple[Price, ...],
    today: date,
    cited: Citations,
    last_days: Mapping[str, date | None],
    dose: tuple[str, int] | None = None,
) -> tuple[PriceRow, ...]:
    """Newest first, each beside the one before it on its basis. `last_days` are those of the codes that end, `dose`
    is the code and units of the usual one."""
    rows = []
    for price in sorted(prices, key=lambda p: (p.effective_from, p.basis, p.place), reverse=True):
        rows.append(
            PriceRow(
                code=price.code,
                period=period(price.effective_from, price.effective_to),
                basis=_basis(price),
                a_dose=dollars(for_units(price, dose[1])) if dose and dose[0] == price.code else "",
                amount=per_unit(price),
                change=_change(price, prices),
                share=percent(price.coinsurance) if price.coinsurance is not None else "",
                state=_state(price, prices, today, last_days.get(price.code)),
                proof=cited.cite(price.provenance, f"price of {price.code}"),
            )
        )
    return tuple(rows)


def _basis(price: Price) -> str:
    return f"{BASIS_SHORT[price.basis]}{PLACE_WORDS[price.place]}"


def per_unit(price: Price) -> str:
    if price.per_units == 1:
        return dollars(price.amount)
    return f"{dollars(price.amount)} for {number(price.per_units)} units"


def for_units(price: Price, units: int) -> Decimal:
    """Dollars for so many units, to the cent."""
    return (price.amount * units / price.per_units).quantize(Decimal("0.01"))


def _same_basis(price: Price, prices: tuple[Price, ...]) -> list[Price]:
    return [p for p in prices if (p.code, p.basis, p.place) == (price.code, price.basis, price.place)]


def _change(price: Price, prices: tuple[Price, ...]) -> str:
    """Against the period just before it; a gap is not bridged."""
    before = [
        p
        for p in _same_basis(price, prices)
        if p.effective_to and (price.effective_from - p.effective_to).days == 1
    ]
    if not before or not before[0].amount or before[0].per_units != price.per_units:
        return ""
    tenths = ((price.amount / before[0].amount - 1) * 1000).to_integral_value()
    return f"{'+' if tenths > 0 else '−' if tenths < 0 else ''}{abs(int(tenths)) // 10}.{abs(int(tenths)) % 10} %"


def _state(price: Price, prices: tuple[Price, ...], today: date, ended: date | None) -> str:
    if price.effective_from > today:
        return "not yet in force"
    if price.in_force(today):
        return "in force"
    newest = max(_same_basis(price, prices), key=lambda p: p.effective_from)
    if newest is not price or not quarters_behind(price, today):
        return ""
    if ended and ended < today:
        return f"the last one: the code ended on {day(ended)}"
    return (
        f"the last one: {price.gone_words} since {price.gone_in}" if price.gone_in else "newest known, past"
    )


def price_line(prices: tuple[Price, ...], code: Code) -> Line | None:
    """The basis with the most quarters, drawn; None for fewer than three."""
    by_basis: dict[str, list[Price]] = {}
    for price in sorted(prices, key=lambda p: p.effective_from):
        if price.code == code.code and price.per_units == 1 and price.effective_to:
            by_basis.setdefault(price.basis, []).append(price)
    shown = max(by_basis.values(), key=len, default=[])
    return _line(shown, code) if len(shown) >= FEWEST_POINTS else None


def _line(prices: list[Price], code: Code) -> Line:
    points = _points(prices)
    first, last = points[0], points[-1]
    low, high = min(p.amount for p in prices), max(p.amount for p in prices)
    basis, gaps = BASIS_WORDS[prices[0].basis], _gaps(prices, points)
    return Line(
        title=f"{code.code}, a unit: {basis}, {first.period} to {last.period}",
        description=(
            f"From {first.amount} in {first.period} to {last.amount} in {last.period}; "
            f"lowest {dollars(low)}, highest {dollars(high)}. The axis does not begin at zero."
            + _gap_words(gaps)
        ),
        width=WIDTH,
        height=HEIGHT,
        points=points,
        strokes=_strokes(prices, points),
        gaps=gaps,
        floor=HEIGHT - BOTTOM,
    )


def _points(prices: list[Price]) -> tuple[Point, ...]:
    first, last = _quarter(prices[0]), _quarter(prices[-1])
    low, high = min(p.amount for p in prices), max(p.amount for p in prices)
    labelled = {0, len(prices) - 1}
    points = []
    for index, price in enumerate(prices):
        x = LEFT + (WIDTH - LEFT - RIGHT) * (_quarter(price) - first) // max(last - first, 1)
        rise = int((HEIGHT - TOP - BOTTOM) * (price.amount - low) / (high - low)) if high > low else 0
        anchor = "start" if index == 0 else "end" if index == len(prices) - 1 else "middle"
        when = period(price.effective_from, price.effective_to)
        points.append(
            Point(x, HEIGHT - BOTTOM - rise, when, dollars(price.amount), anchor, index in labelled)
        )
    return tuple(points)


def _strokes(prices: list[Price], points: tuple[Point, ...]) -> tuple[str, ...]:
    """Polyline points, a new line after every missing quarter."""
    strokes: list[list[str]] = []
    for index, point in enumerate(points):
        if index == 0 or _quarter(prices[index]) - _quarter(prices[index - 1]) != 1:
            strokes.append([])
        strokes[-1].append(f"{point.x},{point.y}")
    return tuple(" ".join(stroke) for stroke in strokes)


def _gaps(prices: list[Price], points: tuple[Point, ...]) -> tuple[Gap, ...]:
    found = []
    for (before, start), (after, end) in pairwise(zip(prices, points, strict=True)):
        first, last = _quarter(before) + 1, _quarter(after) - 1
        if first <= last:
            words = " to ".join(dict.fromkeys(f"{n // 4}Q{n % 4 + 1}" for n in (first, last)))
            found.append(Gap(start.x, end.x - start.x, words))
    return tuple(found)


def _gap_words(gaps: tuple[Gap, ...]) -> str:
    if not gaps:
        return ""
    return f" Shaded: no price of {listed([gap.quarters for gap in gaps])} was found."


def _quarter(price: Price) -> int:
    return price.effective_from.year * 4 + (price.effective_from.month - 1) // 3
