"""All benchmarks in one run, written into docs/benchmarks.md and the README: `.venv/bin/python tests/benchmarks`.

    .venv/bin/python tests/benchmarks [rule page server growth batch agreement]      (default: all of them)

Each runs in a process of its own. Where only some are named, their lines are printed and nothing is written.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from report import ROOT, Line, write

ALL = ("rule", "page", "server", "growth", "batch", "agreement")


def lines_of(name: str) -> list[Line]:
    """What one benchmark found."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    run = subprocess.run(
        [sys.executable, __file__, "--one", name], stdout=subprocess.PIPE, check=True, cwd=ROOT
    )
    return [Line(**line) for line in json.loads(run.stdout.splitlines()[-1])]


def about() -> str:
    day = datetime.now(UTC).date()
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return (
        f"Measured {day} with Python {platform.python_version()} on {cores} cores, load {load:.1f}. Ratios are of "
        "processor time within one run."
    )


def main(names: list[str]) -> None:
    if names[:1] == ["--one"]:
        found = __import__(names[1]).measure()
        print(json.dumps([asdict(line) for line in found]))
        return
    started = about()
    lines = [line for name in names or ALL for line in lines_of(name)]
    for line in lines:
        print(line.as_row())
    if not names:
        write(lines, started)


if __name__ == "__main__":
    main(sys.argv[1:])
