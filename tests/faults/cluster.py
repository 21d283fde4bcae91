"""A PostgreSQL server of one's own, to be killed, started again and filled up without disturbing anybody else."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

NEEDED = ("initdb", "pg_ctl", "pg_dump", "psql")
MEGABYTES = 96


class NotHere(Exception):
    """Why no such server can run on this machine."""


def programs() -> Path:
    """The folder of the newest server's programs; Debian keeps them off the PATH."""
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    for folder in [*on_path, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]:
        if all((folder / name).exists() for name in NEEDED):
            return folder
    raise NotHere("no server programs of PostgreSQL (initdb, pg_ctl) on this machine")


class Cluster:
    """A server in a temporary folder, under the account `postgres` where we are root: it refuses to be root."""

    def __init__(self, user: str, small_disk: bool = False):
        self.programs, self.user = programs(), user
        self.account = {"user": "postgres", "group": "postgres", "extra_groups": []} if is_root() else {}
        self.folder = Path(tempfile.mkdtemp(prefix="estimator-faults-", dir="/tmp"))
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        self.is_mounted = False
        try:
            if small_disk:
                self.mount()
            self.make()
        except BaseException:
            self.remove()
            raise

    def mount(self) -> None:
        words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(self.disk)]
        if not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
            raise NotHere("a small disk of its own cannot be mounted here")
        self.is_mounted = True

    def make(self) -> None:
        if is_root():
            for folder in (self.folder, self.disk):
                shutil.chown(folder, "postgres", "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        small = ["--wal-segsize=1"] if self.is_mounted else []
        self.run(
            "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={self.user}", *small
        )
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
                "shared_buffers = 16MB\nmax_connections = 40\n"
            )
            if self.is_mounted:
                conf.write("min_wal_size = 2MB\nmax_wal_size = 8MB\nwal_recycle = off\n")
        self.start()

    @property
    def data(self) -> Path:
        return self.disk / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def gave_up(self) -> int:
        """How often it stopped by itself."""
        return self.log.read_text().count("PANIC:")

    def run(self, name: str, *arguments: str) -> int:
        """A program of the server; anything it says goes to a file beside the data."""
        command = [str(self.programs / name), "-D", str(self.data), *arguments]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.account
        )
        return done.returncode

    def start(self) -> None:
        """Until it answers, and wherever it had to be started more than once."""
        end = time.monotonic() + 60
        while self.run("pg_ctl", "start", "-w", "-t", "30", "-l", str(self.log)):
            assert time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.2)

    def restart_at_once(self) -> None:
        """As after a power cut: nobody is waited for, nothing is written out, the log is replayed."""
        self.run("pg_ctl", "stop", "-m", "immediate", "-w")
        self.start()

    def is_running(self) -> bool:
        return self.run("pg_ctl", "status") == 0

    def copy(self, name: str, from_: dict) -> None:
        """A database like one of the server that the tests run on."""
        with self.connect("postgres") as admin:
            admin.execute(f"CREATE DATABASE {name}")
        secret = {"PGPASSWORD": from_["PASSWORD"]} if from_["PASSWORD"] else {}
        there = ["-h", from_["HOST"], "-p", str(from_["PORT"] or 5432), "-U", from_["USER"], from_["NAME"]]
        here = ["-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, "-q", "-d", name]
        dumped = subprocess.run(
            [str(self.programs / "pg_dump"), *there],
            env=os.environ | secret, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        loading = [str(self.programs / "psql"), "-v", "ON_ERROR_STOP=1", *here]
        subprocess.run(loading, input=dumped.stdout, stdout=subprocess.DEVNULL, check=True)

    def connect(self, name: str):
        return psycopg.connect(host="127.0.0.1", port=self.port, user=self.user, dbname=name, autocommit=True)

    # A disk that is full

    def fill(self, leave: int) -> None:
        """Nothing but so many bytes stays free."""
        size = shutil.disk_usage(self.disk).free - leave
        if size > 0:
            with (self.disk / "filler").open("ab") as filler:
                os.posix_fallocate(filler.fileno(), filler.tell(), size)

    def begin_a_new_log(self) -> None:
        """What is written next needs a new file of the write-ahead log."""
        with contextlib.suppress(psycopg.OperationalError), self.connect("postgres") as admin:
            admin.execute("SELECT pg_switch_wal()")

    def make_room(self) -> None:
        """The space is back; a server that gave up is started, as its service would."""
        (self.disk / "filler").unlink(missing_ok=True)
        if not self.is_running():
            self.start()

    def remove(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "-m", "immediate", "-w")
        if self.is_mounted:
            subprocess.run(["umount", str(self.disk)], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def is_root() -> bool:
    return os.geteuid() == 0
