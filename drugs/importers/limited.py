"""Reading a file nobody has vouched for, in a process of its own: 1 GiB of memory, 60 seconds, no database.

The process gets the bytes on its standard input and answers with one JSON line about the file and one a row.
Whatever happens in there (memory, time, a crash), the caller gets a reading or a Refused.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import asdict, fields
from decimal import Decimal
from typing import IO

from drugs.importers.refusal import Problem, Refused
from drugs.importers.rows import Reading, Row

MEMORY = 1024**3
SECONDS = 60
COMMAND = [sys.executable, "-m", "drugs.importers.limited"]
REFUSED_HERE = 3
"""The exit code of a process that refused the file and says why."""


def read_limited(kind: str, file_name: str, data: bytes, stated_quarter: str = "") -> Reading:
    command = [*COMMAND, kind, file_name, stated_quarter]
    alone = {"OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                command, input=data, stdout=answer, stderr=subprocess.DEVNULL, timeout=SECONDS, env=alone
            )
        except subprocess.TimeoutExpired as error:
            expected = f"a file that is read within {SECONDS} seconds"
            raise Refused.whole_file(expected, "one that takes longer") from error
        answer.seek(0)
        return understood(done.returncode, answer)


def understood(code: int, answer: IO[bytes]) -> Reading:
    if code not in (0, REFUSED_HERE):
        expected = f"a file that is read within {MEMORY // 1024**2:,} MB and {SECONDS} seconds"
        raise Refused.whole_file(expected, f"one that ended the reader (code {code})")
    head = json.loads(answer.readline())
    if code == REFUSED_HERE:
        raise Refused(*(Problem(**problem) for problem in head))
    return Reading(**head, rows=[row_of(json.loads(line)) for line in answer])


def row_of(values: list) -> Row:
    row = Row(*values)
    row.amount = None if row.amount is None else Decimal(row.amount)
    return row


def main(kind_name: str, file_name: str, stated_quarter: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from drugs.importers.kinds import KINDS  # only here: pandas stays out of the calling process
    from drugs.importers.reading import read

    try:
        answer(read(KINDS[kind_name], file_name, sys.stdin.buffer.read(), stated_quarter))
    except Refused as refused:
        say([asdict(problem) for problem in refused.problems])
        return REFUSED_HERE
    return 0


def answer(reading: Reading) -> None:
    say({f.name: getattr(reading, f.name) for f in fields(reading) if f.name != "rows"})
    for row in reading.rows:
        say([getattr(row, name) for name in Row.__dataclass_fields__])


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value, default=str) + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
