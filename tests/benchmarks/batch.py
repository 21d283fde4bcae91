"""A hospital's panel by `manage.py batch`, end to end on a database of its own: seconds, and memory of all processes.

The January panel: twelve drugs, the working days of January, twelve kinds of coverage, each patient's own amounts met
to the cent, whole kilograms where the dose goes by weight. The other panel has hardly two rows with the same
dates, weight and plan: nothing is shared, so it is as slow as a panel can be.
"""

import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path

from report import ROOT, Line

ROWS = int(os.environ.get("BATCH_ROWS", "100000"))
ROWS_APART = ROWS // 50
SECONDS, MEGABYTES = 60, 1024
MANAGE = [sys.executable, str(ROOT / "manage.py")]
BY_WEIGHT = ("leqembi", "remicade", "soliris", "ultomiris")
DRUGS = ("entyvio", "keytruda", "kisunla", "ocrevus", "opdivo", "spinraza", "tysabri", "qalsody", *BY_WEIGHT)
WITH_DEDUCTIBLE = (
    "commercial-ppo",
    "commercial-hdhp",
    "commercial-accumulator",
    "commercial-maximizer",
    "marketplace-silver",
)
OTHERS = (
    "medicare-part-b",
    "medicare-advantage",
    "medicaid-adult",
    "tricare-prime",
    "tricare-select",
    "chip",
    "uninsured",
)
HEADER = (
    "reference",
    "drug",
    "first_dose",
    "weight_kg",
    "site_of_care",
    "coverage",
    "deductible_met",
    "out_of_pocket_met",
    "met_as_of",
    "secondary",
    "assistance",
    "accept_stale",
)


def row(number: int, chance: random.Random, days: list[date], by_tenths: bool) -> list[str]:
    drug, plan = chance.choice(DRUGS), chance.choice(WITH_DEDUCTIBLE + OTHERS)
    weight = str(chance.randrange(40, 100)) + (f".{chance.randrange(10)}" if by_tenths else "")
    met = chance.randrange(150_000) if plan in WITH_DEDUCTIBLE and chance.random() < 0.6 else 0
    return [
        f"P-{number:06}",
        drug,
        chance.choice(days).isoformat(),
        weight if drug in BY_WEIGHT else "",
        chance.choice(("hospital_on_campus", "office")),
        plan,
        f"{met // 100}.{met % 100:02}" if met else "",
        f"{met * 2 // 100}.{met * 2 % 100:02}" if met else "",
        "2027-01-02" if met else "",
        chance.choice(("medigap-g", "medicaid", "")) if plan == "medicare-part-b" else "",
        chance.choice(("auto", "none")),
        "yes",
    ]


def panel(path: Path, rows: int, days: int, by_tenths: bool = False):
    chance = random.Random(7)
    january = [date(2027, 1, 1) + timedelta(days=number) for number in range(days)]
    working = [day for day in january if day.weekday() < 5]
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(row(number, chance, working, by_tenths) for number in range(rows))


class Memory(threading.Thread):
    """The highest memory of a process and all that it began, each shared page counted once (PSS)."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.highest, self.is_over = pid, 0, False

    def run(self):
        while not self.is_over:
            self.highest = max(self.highest, sum(map(proportional, tree(self.pid))))
            time.sleep(0.5)


def tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            found += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        except OSError:
            continue
    return found


def proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def measured(folder: Path, environment: dict, name: str) -> tuple[float, float, int, int]:
    """(seconds, processor seconds of all processes, bytes at most, rows without an estimate) of one panel."""
    began, worked = time.perf_counter(), processor_seconds()
    run = subprocess.Popen(
        [*MANAGE, "batch", f"{name}.csv", "-o", f"{name}.results.csv"],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    memory = Memory(run.pid)
    memory.start()
    if run.wait() not in (0, 1):
        raise SystemExit(f"{name}: the batch ended with {run.returncode}")
    seconds = time.perf_counter() - began
    memory.is_over = True
    with (folder / f"{name}.results.csv").open() as results:
        refused = sum(line["status"] == "refused" for line in csv.DictReader(results))
    return seconds, processor_seconds() - worked, memory.highest, refused


def processor_seconds() -> float:
    """Of every process that was begun from here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure() -> list[Line]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder / 'batch.sqlite3'}",
            "ESTIMATOR_STATE": name,
            "ESTIMATOR_QUEUE": "",
        }
        for command in ("migrate", "load_reference"):
            subprocess.run([*MANAGE, command, "-v0"], env=environment, check=True, stdout=subprocess.DEVNULL)
        panel(folder / "january.csv", ROWS, 31)
        panel(folder / "apart.csv", ROWS_APART, 365, by_tenths=True)
        seconds, worked, memory, refused = measured(folder, environment, "january")
        apart, *_ = measured(folder, environment, "apart")
    megabytes = memory / 1024**2
    return [
        Line(
            f"`manage.py batch`, {ROWS:,} rows of a January panel ({refused:,} refused in words), end to end",
            f"{seconds:.0f} s ({worked:.0f} s of the processors), {ROWS / seconds:,.0f} rows/s",
            f"at most {SECONDS} s",
            seconds <= SECONDS,
            headline=True,
        ),
        Line(
            "memory of all its processes",
            f"{megabytes:,.0f} MB",
            f"at most {MEGABYTES:,} MB",
            megabytes <= MEGABYTES,
        ),
        Line(
            f"the same, {ROWS_APART:,} rows with hardly two of the same dates, weight and plan",
            f"{ROWS_APART / apart:,.0f} rows/s",
        ),
    ]
