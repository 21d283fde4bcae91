"""The real web server as a process of its own, and somebody who saves and shares through it and keeps count."""

import http.client
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "k" * 32
ANSWERS = {
    "drug": "spinraza",
    "drug_filled": "spinraza",
    "years": "1",
    "dose_on": "2026-01-05",
    "medical-design": "medicare-part-b",
}
HIDDEN = re.compile(r'name="([\w-]+)"\s+value="([^"]*)"')
GONE = (OSError, http.client.HTTPException)


class Server:
    """gunicorn as `./run` starts it, on a free port. Its workers fork from a loaded parent: a new one is quick."""

    def __init__(self, database: str, **more: str):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = os.environ | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "plain_settings",
            "PYTHONPATH": str(Path(__file__).parent),
            **more,
        }
        self.start()

    def start(self) -> None:
        bind = [
            "--bind",
            f"127.0.0.1:{self.port}",
            "--workers",
            "2",
            "--threads",
            "2",
            "--graceful-timeout",
            "2",
        ]
        quiet = ["--log-level", "critical", "--no-control-socket", "--preload"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "estimator.wsgi", *bind, *quiet],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        self.wait()

    def wait(self) -> None:
        end = time.monotonic() + 60
        while self.ask("GET", "/health/")[0] != 200:
            assert self.process.poll() is None, "the server has ended by itself"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.05)

    def workers(self) -> list[int]:
        return [
            int(pid)
            for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def kill_worker(self, dice) -> None:
        if workers := self.workers():
            os.kill(dice.choice(workers), signal.SIGKILL)

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def largest_file(self, size: int) -> None:
        """From now on no file of the server grows beyond this: a disk that is full."""
        for pid in [self.process.pid, *self.workers()]:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=20)

    def ask(self, method: str, path: str, data=None, cookies: str = "") -> tuple[int, str, str]:
        """Status, Location and text; status 0 where there was no answer at all."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"estimator_csrftoken={TOKEN}; {cookies}"}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, data and urlencode(data), headers)
            response = connection.getresponse()
            return response.status, response.getheader("Location") or "", response.read().decode()
        except GONE:
            return 0, "", ""
        finally:
            connection.close()


class Counselor:
    """Saves and shares, presses the same button again where there was no answer, and keeps count."""

    def __init__(self, server: Server, session: str):
        self.server, self.cookies = server, f"estimator_sessionid={session}"
        self.saved: dict[str, str] = {}
        self.tokens: list[str] = []
        self.shared_keys: list[str] = []
        self.statuses: dict[int, int] = {}
        self.wrong: list[str] = []
        status, _, page = self.send("/estimates/new/", ANSWERS)
        assert status == 200, (status, page[:500])
        form = page[page.index('action="/estimates/"') : page.index("</main>")]
        self.reviewed = dict(HIDDEN.findall(form)) | {"label": ""}

    def send(self, path: str, data: dict) -> tuple[int, str, str]:
        answer = self.server.ask("POST", path, data | {"csrfmiddlewaretoken": TOKEN}, self.cookies)
        self.note(path, *answer)
        return answer

    def note(self, path: str, status: int, _, text: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status >= 400 and not (status == 503 and "The service is out of order just now" in text):
            self.wrong.append(f"{status} {path}: {text[:300]}")
        if "Traceback" in text:
            self.wrong.append(f"a traceback at {path}")

    def save(self, key: str = "", tries: int = 200) -> str:
        """The same key until there is an answer; tells the estimate's id, or nothing after so many tries."""
        key = key or str(uuid4())
        for _ in range(tries):
            status, location, _ = self.send("/estimates/", self.reviewed | {"key": key})
            if status == 302:
                self.saved[key] = location.split("/")[2]
                return self.saved[key]
            time.sleep(0.02)
        return ""

    def share(self, public_id: str, tries: int = 200, key: str = "") -> bool:
        """Likewise. A link that was made before the answer got lost is shown by nobody any more, and counted."""
        key = key or str(uuid4())
        for _ in range(tries):
            status, _, page = self.send(f"/estimates/{public_id}/share/", {"key": key, "language": "en"})
            if status == 200:
                self.shared_keys.append(key)
                self.tokens += re.findall(r"/share/([\w-]{43})", page)[:1]
                return True
            time.sleep(0.02)
        return False

    def done(self) -> int:
        return len(self.saved) + len(self.shared_keys)

    def work(self, stop: threading.Event) -> None:
        """Three links for each saved estimate: sharing is quick, so more of it meets the fault."""
        while not stop.is_set():
            if public_id := self.save():
                for _ in range(3):
                    stop.is_set() or self.share(public_id)


class Working:
    """Counselors who work, each in a thread, until the end of the block."""

    def __init__(self, *counselors: Counselor):
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=counselor.work, args=[self.stop]) for counselor in counselors]

    def __enter__(self) -> None:
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()
