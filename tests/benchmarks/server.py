"""Estimates a second under gunicorn, beside a bare page: `.venv/bin/python tests/benchmarks/server.py`.

A server of its own with two workers, on a database of its own. The same form is posted over and over by four clients;
the bare page is the same template rendered from values already at hand (`bare.py`). The two take turns. The ratio is
that of the server's processor time for a request, which is what bounds requests a second; both rates are shown.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from report import Line

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4
SECONDS = 6
TURNS = 3
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """gunicorn as `./run` starts it, on a database of its own; with the bare page, unless told what else to serve."""

    def __init__(self, folder: str, database: str = "", served: str = "bare:application", errors=None):
        self.port = free_port()
        state = {"ESTIMATOR_STATE": folder, "DJANGO_SETTINGS_MODULE": "estimator.settings"}
        state |= {"DATABASE_URL": database} if database else {}
        self.environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | state
        self.run("manage.py", "prepare", "--port", str(self.port))
        here = str(Path(__file__).parent)
        served = f"-m gunicorn --chdir {ROOT} --pythonpath {here} {served} --bind 127.0.0.1:{self.port}"
        flags = "--workers 2 --threads 4 --keep-alive 120 --log-level warning --no-control-socket"
        self.process = subprocess.Popen(
            [sys.executable, *served.split(), *flags.split()], cwd=ROOT, env=self.environment, stderr=errors
        )
        self.wait()

    def run(self, *line: str) -> str:
        """What a process that knows the server's database prints."""
        line = [sys.executable, *line]
        return subprocess.run(
            line, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def wait(self):
        for _ in range(300):
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.2)
        raise SystemExit("the server does not answer")

    def processor_seconds(self) -> float:
        """Of all workers so far."""
        parent = self.process.pid
        workers = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        fields = [Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split() for worker in workers]
        return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Visitor:
    """One connection, with the cookie and the token that a form needs."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", "/estimate/?drug=spinraza")
        answer = self.connection.getresponse()
        page = answer.read().decode()
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]

    def post(self, path: str, data: dict) -> bytes:
        body = urlencode({**data, "csrfmiddlewaretoken": self.token})
        kind = "application/x-www-form-urlencoded"
        self.connection.request("POST", path, body, {"Content-Type": kind, "Cookie": self.cookie})
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (path, answer.status)
        return content


def rate(server: Server, visitors: list[Visitor], path: str, data: dict) -> tuple[float, float]:
    """Requests a second, and the server's processor seconds for one."""
    counts = [0] * len(visitors)
    until = time.monotonic() + SECONDS

    def visit(number: int):
        while time.monotonic() < until:
            visitors[number].post(path, data)
            counts[number] += 1

    before, began = server.processor_seconds(), time.monotonic()
    threads = [threading.Thread(target=visit, args=(number,)) for number in range(len(visitors))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    done = sum(counts)
    return done / (time.monotonic() - began), (server.processor_seconds() - before) / done


def measure() -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        try:
            return measured(server)
        finally:
            server.stop()


def measured(server: Server) -> list[Line]:
    visitors = [Visitor(server.port) for _ in range(CLIENTS)]
    data = answers(server)
    page = visitors[0].post("/estimate/", data)
    for one in visitors * 2:  # every worker has both pages warm
        one.post("/estimate/", data)
        one.post("/bare/", data)
    same = visitors[0].post("/bare/", data)
    assert abs(len(page) - len(same)) < 200, (len(page), len(same))
    turns = [
        (rate(server, visitors, "/estimate/", data), rate(server, visitors, "/bare/", data))
        for _ in range(TURNS)
    ]
    whole, bare = (sorted(column)[TURNS // 2] for column in zip(*turns, strict=True))
    ratio = bare[1] / whole[1]
    return [
        Line(
            f"estimates a second under gunicorn against a bare page of the same {len(page) / 1000:.0f} kB",
            f"{ratio:.2f} ({whole[0]:.0f} and {bare[0]:.0f} a second)",
            "at least 0.6",
            ratio >= 0.6,
            True,
        )
    ]


def answers(server: Server) -> dict:
    """The filled-in form, made in a process that knows the server's database."""
    code = (
        "import django, json, sys; django.setup(); sys.path[:0] = ['tests/benchmarks', 'tests/estimator'];"
        "from page import PAGES, posted; from estimator.assemble import Reference; from django.utils import timezone;"
        "print(json.dumps(posted(PAGES['Part B'], Reference.current(), timezone.localdate())))"
    )
    return json.loads(server.run("-c", code))


if __name__ == "__main__":
    for line in measure():
        print(line.as_row())
