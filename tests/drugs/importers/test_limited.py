"""A file is read in a process of its own, which may be killed without harm to the one that asks."""

import subprocess
import sys

import pytest

from drugs.importers import limited
from drugs.importers.kinds import KINDS
from drugs.importers.limited import read_limited
from drugs.importers.reading import read
from drugs.importers.refusal import Refused
from tests.drugs.importers import files


def test_the_process_reads_the_same_as_this_one():
    data = files.asp()
    assert read_limited("asp", "a.csv", data) == read(KINDS["asp"], "a.csv", data)


def test_a_refusal_comes_through_with_its_lines():
    data = files.asp(J2350=files.asp_price("J2350", "1e3"))
    with pytest.raises(Refused, match="line 16, Payment Limit: expected an amount") as refusal:
        read_limited("asp", "a.csv", data)
    assert refusal.value.problems[0].line == 16


def test_more_rows_than_any_file_has_are_refused():
    rows = b"J0001,Some drug,1 MG,1.000,20.000,,,,,,,\r\n" * 200_001
    data = files.zipped(**{"a.csv": files.asp(rows=[]) + rows})
    with pytest.raises(Refused, match="at most 100 to 1|at most 200,000 rows"):
        read_limited("asp", "a.zip", data)


def test_a_file_that_needs_too_much_memory_ends_its_own_process_alone(monkeypatch):
    most = limited.MEMORY
    code = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({most}, {most})); bytearray(2 * {most})"
    monkeypatch.setattr(limited, "COMMAND", [sys.executable, "-c", code])
    with pytest.raises(Refused, match="1,024 MB and 60 seconds, found one that ended the reader"):
        read_limited("asp", "a.csv", b"x")


def test_a_file_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(limited, "COMMAND", [sys.executable, "-c", "while True: pass"])
    monkeypatch.setattr(limited, "SECONDS", 1)
    with pytest.raises(Refused, match="read within 1 seconds"):
        read_limited("asp", "a.csv", b"x")


def test_asking_does_not_load_pandas():
    script = "import sys; import drugs.importers.limited; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
