"""./run as a person starts it: in a state folder of its own, on a free port."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError

from estimator.management.commands.prepare import check_port

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 60


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path, port):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PORT": str(port), "ESTIMATOR_STATE": str(tmp_path / "state"), "DEBUG": "1"}


@pytest.fixture
def start(environment, tmp_path):
    """Start ./run from another folder; what it says goes to a file, which `stop` reads."""

    def start_(**more):
        with (tmp_path / "said").open("w") as said:
            return subprocess.Popen(
                [ROOT / "run"], cwd="/", env=environment | more, stdout=said, stderr=subprocess.STDOUT
            )

    return start_


@pytest.fixture
def stop(tmp_path):
    """Press Ctrl-C, or wait for what has stopped by itself, and tell what it said."""

    def stop_(server, press=True):
        if press:
            server.send_signal(signal.SIGINT)
        server.wait(timeout=READY_WITHIN)
        return (tmp_path / "said").read_text()

    return stop_


def answer(port, address):
    """Status, headers and text of the page, once the server answers."""
    end = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=10) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_run_serves_the_site_and_stops_on_ctrl_c(start, stop, port, tmp_path):
    begun = time.monotonic()
    server = start()
    try:
        status, _, page = answer(port, "/sign-in/")
        first = time.monotonic() - begun
        assert status == 200
        style = re.search(r'href="(/static/css/site\.\w+\.css)"', page).group(1)
        status, headers, _ = answer(port, style)
        assert (status, headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")
        assert headers["Access-Control-Allow-Origin"] is None
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        status, _, page = answer(port, "/no-such-page/")
        assert status == 404
        assert "DEBUG" not in page
    finally:
        said = stop(server)
    assert server.returncode == 0, said
    assert re.search(r"as admin with the password \S{16} \(shown only this once\)", said)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700

    again = time.monotonic()
    server = start()
    try:
        answer(port, "/sign-in/")
        seconds = time.monotonic() - again
    finally:
        said = stop(server)
    assert "password" not in said
    assert "Loading" not in said
    assert seconds < first


def test_a_port_in_use_is_named(start, stop, port):
    with socket.create_server(("127.0.0.1", port)):
        server = start()
        said = stop(server, press=False)
    assert f"Port {port} is in use. Try another: PORT=8001 ./run" in said
    assert server.returncode != 0


@pytest.mark.parametrize("text", ["eighty", "0", "70000", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(CommandError, match="it must be a number from 1 to 65535"):
        check_port(text)
