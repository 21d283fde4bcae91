"""How the cost grows with doses, years, plans and cases, as a picture: `.venv/bin/python tests/benchmarks/growth.py`.

Each series is timed in processor time (the least of some runs), and a line is laid through it. `docs/growth.svg`
shows both; R² says how straight the series is.
"""

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from report import Line

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import rule  # noqa: E402

from estimator.cost import read_case, simulate  # noqa: E402

PICTURE = ROOT / "docs" / "growth.svg"
STRAIGHT = 0.98
RUNS = 21
WIDTH, HEIGHT, MARGIN = 320, 190, 56


@dataclass(frozen=True)
class Series:
    name: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def fit(self) -> tuple[float, float]:
        slope, base = np.polyfit(self.sizes, self.seconds, 1)
        return float(slope), float(base)

    @property
    def straightness(self) -> float:
        """R² of the straight line."""
        slope, base = self.fit
        seconds = np.array(self.seconds)
        off = seconds - (slope * np.array(self.sizes) + base)
        return 1 - float((off**2).sum() / ((seconds - seconds.mean()) ** 2).sum())


def treatment(doses: int, days_apart: int):
    """A case of so many doses of three lines each, under the plan and the card of the other benchmarks."""
    given = rule.template()
    first = date(2026, 1, 5)
    given["lines"] = [
        {**line, "date": (first + timedelta(days=days_apart * dose)).isoformat(), "encounter": dose}
        for dose in range(doses)
        for line in given["lines"][:3]
    ]
    return read_case(given)


def under_plans(case, count: int):
    """The same treatment under so many plans, one after the other."""
    terms = case.primary.terms
    for number in range(count):
        rules = {kind: replace(one, coinsurance=1_000 * number) for kind, one in terms.rules.items()}
        simulate(replace(case, primary=replace(case.primary, terms=replace(terms, rules=rules))))


def series(name: str, sizes: tuple[int, ...], work_of: Callable[[int], Callable]) -> Series:
    """The sizes take turns, so that what else the machine does weighs on all of them."""
    works = [work_of(size) for size in sizes]
    runs = [[seconds(work) for work in works] for _ in range(RUNS)]
    return Series(name, sizes, tuple(min(column) for column in zip(*runs, strict=True)))


def seconds(work: Callable) -> float:
    gc.collect()
    gc.disable()
    began = time.process_time()
    work()
    found = time.process_time() - began
    gc.enable()
    return found


def all_series() -> list[Series]:
    year = treatment(12, 30)
    return [
        series("doses, within a year", (10, 40, 70, 100, 130, 160), lambda n: run(treatment(n, 2))),
        series("years of a dose a month", (1, 3, 5, 7, 9, 11), lambda n: run(treatment(12 * n, 30))),
        series("plans for one treatment", (5, 10, 20, 30, 45, 60), lambda n: lambda: under_plans(year, n)),
        series("cases on arrays", tuple(8_192 * n for n in (1, 2, 4, 6, 8, 10)), in_chunks),
    ]


def run(case) -> Callable:
    return lambda: simulate(case)


def in_chunks(count: int) -> Callable:
    numbers = rule.columns(count, seed=5)
    return lambda: rule.on_arrays(numbers)


# The picture


def picture(found: list[Series]) -> str:
    panels = "".join(
        f'<g transform="translate({WIDTH * (index % 2)} {HEIGHT * (index // 2)})">{panel(one)}</g>'
        for index, one in enumerate(found)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}" role="img" '
        f'aria-labelledby="title"><title id="title">Processor time grows in a straight line with doses, years, plans '
        f"and cases</title><style>{STYLE}</style>{panels}</svg>\n"
    )


STYLE = (
    "text{font:11px sans-serif;fill:#1b2a26}.axis{stroke:#6b7a75;fill:none}.fit{stroke:#0b6b57;stroke-dasharray:4 3}"
    "circle{fill:#0b6b57}@media(prefers-color-scheme:dark){text{fill:#e4ece9}.axis{stroke:#94a39e}"
    ".fit{stroke:#6fd0b8}circle{fill:#6fd0b8}}"
)


def panel(one: Series) -> str:
    """Axes from zero, the measured points, the straight line through them."""
    slope, base = one.fit
    most, longest = one.sizes[-1], max(one.seconds)
    across = lambda size: MARGIN + size / most * (WIDTH - 2 * MARGIN)  # noqa: E731
    up = lambda seconds: HEIGHT - MARGIN - seconds / longest * (HEIGHT - 2 * MARGIN)  # noqa: E731
    dots = "".join(
        f'<circle cx="{across(size):.1f}" cy="{up(seconds):.1f}" r="3"/>'
        for size, seconds in zip(one.sizes, one.seconds, strict=True)
    )
    return (
        f'<text x="{MARGIN}" y="24">{one.name} (R² {one.straightness:.3f})</text>'
        f'<path class="axis" d="M{MARGIN} {MARGIN - 8}V{HEIGHT - MARGIN}H{WIDTH - MARGIN + 8}"/>'
        f'<path class="fit" d="M{MARGIN} {up(base):.1f}L{across(most):.1f} {up(base + slope * most):.1f}"/>'
        f'{dots}<text x="{across(most)}" y="{HEIGHT - MARGIN + 15}" text-anchor="middle">{most:,}</text>'
        f'<text x="{MARGIN - 4}" y="{up(longest) + 4:.1f}" text-anchor="end">{longest * 1000:.0f} ms</text>'
        f'<text x="{MARGIN - 4}" y="{HEIGHT - MARGIN + 4}" text-anchor="end">0</text>'
    )


def measure() -> list[Line]:
    found = all_series()
    PICTURE.write_text(picture(found))
    straight = min(one.straightness for one in found)
    words = ", ".join(f"{one.name} {one.straightness:.3f}" for one in found)
    goal = f"linear: at least {STRAIGHT}"
    return [Line("growth of the cost: R² of a straight line", words, goal, straight >= STRAIGHT)]


if __name__ == "__main__":
    for line in measure():
        print(line.as_row())
