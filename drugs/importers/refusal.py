"""Why a file is refused: what stands where, and what was expected there."""

from dataclasses import asdict, dataclass

MOST_PROBLEMS = 50
"""So many are listed; the rest are counted."""


@dataclass(frozen=True)
class Problem:
    """`line` is the line of the file as a text editor counts it; None where the whole file is meant."""

    expected: str
    found: str = ""
    line: int | None = None
    column: str = ""

    def __str__(self):
        where = f"line {self.line}" if self.line else "the file"
        where += f", {self.column}" if self.column else ""
        return f"{where}: expected {self.expected}" + (f", found {self.found}" if self.found else "")

    def as_json(self) -> dict:
        return asdict(self) | {"text": str(self)}


class Refused(Exception):
    """Nothing of this file is taken."""

    def __init__(self, *problems: Problem):
        super().__init__("; ".join(str(problem) for problem in problems[:3]))
        self.problems = problems

    @classmethod
    def whole_file(cls, expected: str, found: str = "", line: int | None = None) -> "Refused":
        return cls(Problem(expected, found, line))


class WrongCell(Exception):
    """One cell is not what stands there in a file of this kind; the message says what was expected."""


def shown(text: str, most: int = 60) -> str:
    """A piece of the file in a message: short, in quotes, control characters visible."""
    return repr(text if len(text) <= most else f"{text[:most]}...")


def listed(problems: tuple[Problem, ...]) -> list[dict]:
    return [problem.as_json() for problem in problems[:MOST_PROBLEMS]]
