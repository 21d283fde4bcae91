"""The rule on arrays against the rule on ints, to the cent: `.venv/bin/python tests/benchmarks/agreement.py [CASES]`.

Random cases of every kind (1,000,000 unless told), in groups of one shape with other amounts, up to the largest that
is accepted: all sums by plan year, treatment year, month and in all. Works on all processors. A difference is printed
with its seed, and ends it.
"""

import os
import sys
from multiprocessing import Pool
from pathlib import Path

from report import Line

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "estimator" / "cost")]

TOGETHER = 100
"""Cases of one shape."""


def differing(shape: int) -> int:
    """How many of the cases of one random shape differ in any cent."""
    from strategies import BySeed, a_case, with_other_numbers

    from estimator.cost import read_case, simulate
    from estimator.cost.grid import totals_of

    chooser = BySeed(f"agreement {shape}")
    case = a_case(chooser, members=3, most_lines=9)
    largest = (60, 2_000, 10**6, 10**11)
    cases = [read_case(with_other_numbers(chooser, case, chooser.pick(largest))) for _ in range(TOGETHER)]
    by_ints = (simulate(one).as_json(lines=False) for one in cases)
    return sum(one != other for one, other in zip(by_ints, totals_of(cases), strict=True))


def measure(cases: int = 1_000_000) -> list[Line]:
    wrong = 0
    with Pool(os.cpu_count()) as pool:
        for shape, found in enumerate(pool.imap(differing, range(cases // TOGETHER), chunksize=8)):
            wrong += found
            if found:
                print(f"seed 'agreement {shape}': {found} cases differ", flush=True)
    return [Line(f"{cases:,} random cases on arrays and on ints", f"{wrong} differ", "0", not wrong)]


if __name__ == "__main__":
    for line in measure(*map(int, sys.argv[1:2])):
        print(line.as_row())
