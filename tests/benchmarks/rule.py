"""How fast the rule for a line is, as ratios within one run: `.venv/bin/python tests/benchmarks/rule.py`.

36 claim lines a case (twelve doses of three lines), deductible, coinsurance, out-of-pocket maximum and a card:
ints against arrays, arrays against the same rule written by hand in NumPy without any option, the memory of a
case, and whole files through `manage.py simulate`. Nothing is asserted but that all agree to the cent.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from report import Line  # noqa: E402

from estimator.cost import read_case, simulate  # noqa: E402
from estimator.cost.case import Pool  # noqa: E402
from estimator.cost.grid import CHUNK, sums_of_stacked  # noqa: E402

KINDS = ("drug", "administration", "professional")
DOSES = 12
CASES = 100_000
FILE_CASES = 20_000
TURNS = 9


def template() -> dict:
    days = (date(2026, 1, 5) + timedelta(days=30 * dose) for dose in range(DOSES))
    lines = [
        {
            "date": day.isoformat(),
            "kind": kind,
            "allowed": 1_000_000 if kind == "drug" else 30_000,
            "encounter": dose,
        }
        for dose, day in enumerate(days)
        for kind in KINDS
    ]
    rule = {"deductible": "medical", "coinsurance": 20_000, "out_of_pocket_maximum": "medical"}
    return {
        "lines": lines,
        "primary": {
            "deductibles": {"medical": {"individual": 200_000, "family": 400_000}},
            "out_of_pocket_maximums": {"medical": {"individual": 800_000, "family": 1_600_000}},
            "rules": dict.fromkeys(KINDS, rule),
        },
        "programs": [{"type": "copay_card", "kinds": ["drug"], "annual_maximum": 600_000}],
    }


TEMPLATE = read_case(template())


def columns(count: int, seed: int) -> dict[str, np.ndarray]:
    """The numbers that differ from case to case: one array each."""
    random = np.random.default_rng(seed)
    deductible = random.integers(0, 300_000, count)
    maximum = deductible + random.integers(0, 700_000, count)
    return {
        "deductible": deductible,
        "maximum": maximum,
        "rate": random.integers(0, 50_000, count),
        "card": random.integers(0, 1_000_000, count),
        "allowed": random.integers(0, 2_000_000, (3 * DOSES, count)),
    }


def stacked(part: dict) -> object:
    """The columns as one case whose numbers are arrays."""
    case = TEMPLATE
    terms = case.primary.terms
    pool = lambda limit: {"medical": Pool(individual=limit, family=2 * limit)}  # noqa: E731
    terms = replace(
        terms,
        deductibles=pool(part["deductible"]),
        out_of_pocket_maximums=pool(part["maximum"]),
        rules={kind: replace(rule, coinsurance=part["rate"]) for kind, rule in terms.rules.items()},
    )
    lines = tuple(
        replace(line, allowed=allowed) for line, allowed in zip(case.lines, part["allowed"], strict=True)
    )
    programs = (replace(case.programs[0], annual_maximum=part["card"]),)
    return replace(case, lines=lines, primary=replace(case.primary, terms=terms), programs=programs)


def on_arrays(numbers: dict) -> np.ndarray:
    count = len(numbers["rate"])
    paid = np.empty(count, dtype=np.int64)
    for start in range(0, count, CHUNK):
        part = {key: value[..., start : start + CHUNK] for key, value in numbers.items()}
        group = stacked(part)
        paid[start : start + CHUNK] = sums_of_stacked(group, by=("totals",))["totals"][""][-1]
    return paid


def on_ints(numbers: dict, count: int, run=simulate) -> list[int]:
    paid = []
    for index in range(count):
        one = {key: value[..., index].tolist() for key, value in numbers.items()}
        paid.append(run(stacked(one)).totals.patient)
    return paid


def by_hand(numbers: dict) -> np.ndarray:
    """The same 36 lines in one plan year, counted card, no option: what a specialist would write in NumPy."""
    count = len(numbers["rate"])
    paid = np.empty(count, dtype=np.int64)
    for start in range(0, count, CHUNK):
        part = {key: value[..., start : start + CHUNK] for key, value in numbers.items()}
        met = np.zeros_like(part["rate"])
        spent, helped, patient = met.copy(), met.copy(), met.copy()
        for position, allowed in enumerate(part["allowed"]):
            left = part["deductible"] - met
            deductible = np.minimum(allowed, left)
            owed = deductible + ((allowed - deductible) * part["rate"] + 50_000) // 100_000
            over = np.maximum(0, owed - (part["maximum"] - spent))
            deductible -= np.maximum(0, over - (owed - deductible))
            owed -= over
            card = np.minimum(owed, part["card"] - helped) if position % 3 == 0 else 0
            helped += card
            patient += owed - card
            met += deductible
            spent += owed
        paid[start : start + CHUNK] = patient
    return paid


def timed(work):
    """Processor seconds, so that what else the machine does matters less."""
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def bytes_per_case() -> float:
    numbers = columns(CHUNK, seed=2)
    tracemalloc.start()
    on_arrays(numbers)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    given = sum(value.nbytes for value in numbers.values())
    return (peak + given) / CHUNK


def files(folder: Path) -> tuple[float, float]:
    """Seconds of `manage.py simulate` on a file of cases: full ledgers, and totals."""
    source = folder / "cases.jsonl"
    numbers = columns(FILE_CASES, seed=3)
    with source.open("w") as out:
        for index in range(FILE_CASES):
            case = template()
            for line, allowed in zip(case["lines"], numbers["allowed"][:, index].tolist(), strict=True):
                line["allowed"] = allowed
            case["primary"]["deductibles"]["medical"]["individual"] = (
                int(numbers["deductible"][index]) % 400_000
            )
            print(json.dumps(case), file=out)
    full = command(source, folder / "full.jsonl")
    totals = command(source, folder / "totals.jsonl", "--totals")
    with (folder / "full.jsonl").open() as one, (folder / "totals.jsonl").open() as other:
        for first, second in zip(one, other, strict=True):
            assert json.loads(first)["totals"] == json.loads(second)["totals"]
    return full, totals


def command(source: Path, out: Path, *flags: str) -> float:
    """Processor seconds of the whole process."""
    line = [sys.executable, str(ROOT / "manage.py"), "simulate", str(source), "-o", str(out), *flags]
    before = os.times()
    subprocess.run(line, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def measure() -> list[Line]:
    numbers = columns(CASES, seed=1)
    warm = {key: value[..., :CHUNK] for key, value in numbers.items()}
    on_arrays(warm)
    by_hand(warm)
    few = 300
    (arrays, paid), (hand, same), (ints, some) = least(
        lambda: on_arrays(numbers), lambda: by_hand(numbers), lambda: on_ints(numbers, few)
    )
    assert (paid == same).all()
    assert some == paid[:few].tolist()
    per_array, per_int, per_hand = arrays / CASES, ints / few, hand / CASES
    held = bytes_per_case()
    with tempfile.TemporaryDirectory() as folder:
        full, totals = files(Path(folder))
    times, factor, faster = per_int / per_array, per_array / per_hand, full / totals
    return [
        Line("one case of 36 lines with its full ledger, on ints", f"{per_int * 1e3:.2f} ms"),
        Line(f"the same on arrays, {CASES:,} cases", f"{per_array * 1e6:.2f} us a case"),
        Line("arrays against ints, per case", f"{times:.0f} x", "at least 100 x", times >= 100, True),
        Line(
            "arrays against the same rule written by hand in NumPy, without options",
            f"{factor:.1f} x its time",
            "at most 2 x",
            factor <= 2,
            True,
        ),
        Line("memory of a case on arrays", f"{held:.0f} bytes", "under 1,000", held < 1000, True),
        Line(
            f"`simulate --totals` against full ledgers, {FILE_CASES:,} cases, whole process with JSON",
            f"{faster:.1f} x ({totals:.1f} s, {full:.1f} s)",
            "at least 10 x",
            faster >= 10,
            True,
        ),
    ]


def least(*works):
    """Of each the least processor time of some turns, and the result. They take turns: what else weighs on all."""
    turns = [[timed(work) for work in works] for _ in range(TURNS)]
    return [(min(seconds for seconds, _ in runs), runs[0][1]) for runs in zip(*turns, strict=True)]


if __name__ == "__main__":
    for line in measure():
        print(line.as_row())
