"""Many counselors at once: `.venv/bin/python tests/benchmarks/load.py [postgresql] [sqlite] [--seconds 300]`.

50 counselors on PostgreSQL; 10 on SQLite while official files are imported and withdrawn beside them. Each has 5
seconds between two clicks, on a server as `./run` starts it, with a database of its own. Printed: how long they
waited, what went wrong, and what the check of everything saved found afterwards.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from counselor import PASSWORD, Asked, Counselor, hash_of
from server import ROOT, Server

POSTGRES = os.environ.get("ESTIMATOR_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/test")
KINDS = {
    "page": "a whole page",
    "fragment": "the answer after a change",
    "saving": "reviewing, saving, exporting",
    "sign-in": "signing in",
}
PEOPLE = """
import django; django.setup()
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
users = get_user_model().objects
password = make_password({password!r})
made = users.bulk_create(users.model(username=f"counselor-{{n}}", password=password) for n in range({count}))
Group.objects.get(name="counselor").user_set.add(*made)
"""
IMPORTS = """
import sys; sys.path.insert(0, "tests/benchmarks")
import django; django.setup()
from import_files import measure
while True: measure(2_000)
"""
CHECK = """
import django, sys; django.setup()
from estimator.models import Estimate
from estimator.saved import is_intact
saved = list(Estimate.objects.all())
print(len(saved), sum(not is_intact(one) for one in saved), len({one.key for one in saved}))
"""


@dataclass(frozen=True)
class Setup:
    """`counselors` at work on a database, with or without an import beside them."""

    name: str
    counselors: int
    imports: bool


SETUPS = (Setup("postgresql", 50, imports=False), Setup("sqlite", 10, imports=True))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("databases", nargs="*", metavar="DATABASE", help="postgresql, sqlite (default: both)")
    asked.add_argument("--seconds", type=float, default=300)
    asked.add_argument("--think", type=float, default=5, help="mean seconds between two clicks (default 5)")
    asked.add_argument("--counselors", type=int, help="default: 50 on PostgreSQL, 10 on SQLite")
    told = asked.parse_args()
    failed = False
    for setup in SETUPS:
        if not told.databases or setup.name in told.databases:
            failed |= not measure(setup, told.counselors or setup.counselors, told.seconds, told.think)
    sys.exit(failed)


def measure(setup: Setup, counselors: int, seconds: float, think: float) -> bool:
    """Whether nothing at all went wrong."""
    with tempfile.TemporaryDirectory() as folder, Database(setup.name) as database:
        log = Path(folder) / "server.log"
        with log.open("w") as errors:
            server = Server(folder, database, "estimator.wsgi", errors)
            try:
                people = at_work(server, counselors, seconds, think, setup.imports, errors)
                wrong = check(server, people)
            finally:
                server.stop()
        beside = ", an import running" if setup.imports else ""
        print(
            f"\n{counselors} counselors on {setup.name}, {think:g} s between clicks, {seconds:g} s{beside}\n"
        )
        print(table([one for person in people for one in person.asked]))
        said = log.read_text()
        wrong += [
            f"the server said: {line}" for line in said.splitlines() if "rror" in line or "locked" in line
        ]
        print("\n" + "\n".join(wrong or ["Nothing went wrong."]), flush=True)
        return not wrong


def at_work(
    server: Server, count: int, seconds: float, think: float, imports: bool, errors
) -> list[Counselor]:
    server.run("-c", PEOPLE.format(password=PASSWORD, count=count))
    people = [Counselor(f"counselor-{n}", server.port, think) for n in range(count)]
    line = [sys.executable, "-c", IMPORTS]
    beside = subprocess.Popen(line, cwd=ROOT, env=server.environment, stderr=errors) if imports else None
    threads = [threading.Thread(target=one.work, args=(seconds,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if beside:
        if beside.poll() is not None:
            print("the import ended early", file=errors)
        beside.terminate()
        beside.wait()
    return people


def check(server: Server, people: list[Counselor]) -> list[str]:
    """What is wrong: requests that failed, and estimates said to be saved that are not there once, as they were."""
    wrong = [one.wrong for person in people for one in person.asked if one.wrong]
    saved = [one for person in people for one in person.saved]
    reader = next((person for person in people if person.saved), None)
    for one in saved:
        if hash_of(reader.get(f"{one.address}estimate.json", "check")) != one.sha256:
            wrong.append(f"{one.address} is not what it was when it was saved")
    kept, broken, keys = map(int, server.run("-c", CHECK).split())
    if broken or keys != kept or kept < len(saved):
        wrong.append(
            f"{len(saved)} said to be saved; {kept} kept, {keys} of them once, {broken} with another hash"
        )
    print(f"{len(saved)} estimates saved, {kept} kept: {kept - broken} as they were saved", flush=True)
    print(server.run("manage.py", "verify_audit").splitlines()[0])
    return wrong


class Database:
    """The address of an empty database, which is gone afterwards; none for SQLite, which lies in the folder."""

    def __init__(self, name: str):
        self.is_server, self.name = name == "postgresql", f"load_{os.getpid()}"

    def __enter__(self) -> str:
        if not self.is_server:
            return ""
        self.execute(f"CREATE DATABASE {self.name}")
        return urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{self.name}"))

    def __exit__(self, *_):
        if self.is_server:
            self.execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def execute(self, statement: str):
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(statement)


def table(asked: list[Asked]) -> str:
    rows = ["| | requests | median | p95 | longest | wrong |", "|---|---|---|---|---|---|"]
    for kind, words in KINDS.items():
        of_kind = [one for one in asked if one.kind == kind]
        if not of_kind:
            continue
        seconds = sorted(one.seconds for one in of_kind)
        p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        wrong = sum(bool(one.wrong) for one in of_kind)
        found = (statistics.median(seconds), p95, seconds[-1])
        rows.append(
            f"| {words} | {len(seconds):,} | {' | '.join(f'{one * 1000:,.0f} ms' for one in found)} | {wrong} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
