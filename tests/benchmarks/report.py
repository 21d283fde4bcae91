"""What a benchmark found, as lines of one table: docs/benchmarks.md holds all of them, the README the best known."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- measured: written by tests/benchmarks -->", "<!-- /measured -->"


@dataclass(frozen=True)
class Line:
    """One thing measured. `goal` is empty where there is none; `headline` lines also stand in the README."""

    what: str
    found: str
    goal: str = ""
    met: bool = True
    headline: bool = False

    def as_row(self) -> str:
        goal = f"{self.goal}{'' if self.met else ': **missed**'}" if self.goal else ""
        return f"| {self.what} | {self.found} | {goal} |"


def table(lines: list[Line]) -> str:
    return "\n".join(["| | measured | goal |", "|---|---|---|", *(line.as_row() for line in lines)])


def write(lines: list[Line], about: str) -> None:
    """Into the marked places of the two pages."""
    put(ROOT / "docs" / "benchmarks.md", f"{about}\n\n{table(lines)}")
    put(ROOT / "README.md", table([line for line in lines if line.headline]))


def put(page: Path, text: str) -> None:
    old = page.read_text()
    new, count = re.subn(
        f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: f"{BEGIN}\n{text}\n{END}", old, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"{page.name} has no place for what was measured: {BEGIN} ... {END}")
    page.write_text(new)
