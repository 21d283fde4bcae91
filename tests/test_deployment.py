"""The deployment page, held against the program: every command, setting and file that it names is there and works."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGE = (DOCS / "deployment.md").read_text()
FILES = [
    "estimator.service",
    "estimator-daily.service",
    "estimator-daily.timer",
    "estimator-manage",
    "nginx.conf",
]
EVERYTHING = "\n".join(
    [PAGE, *((DOCS / name).read_text() for name in FILES), (ROOT / "Containerfile").read_text()]
)
SECRET = "k9" + "abcdefghijklmnopqrstuvwxyz" * 2
TYPED = "\n".join(line for line in EVERYTHING.splitlines() if not line.startswith(("#", "COPY")))
COMMANDS = sorted(set(re.findall(r"(?:estimator-manage|manage\.py) ([a-z_]+)((?: --[a-z-]+)*)", TYPED)))
GUNICORN = re.search(r"gunicorn (estimator\.wsgi .*)", (DOCS / "estimator.service").read_text()).group(1)


def environment():
    """The settings file of the page, filled in as the page says."""
    text = (DOCS / "estimator.env").read_text().replace("@SECRET@", SECRET).replace("@PASSWORD@", "p")
    return dict(line.split("=", 1) for line in text.splitlines())


def test_the_page_names_the_commands_that_matter():
    named = {name for name, _ in COMMANDS}
    needed = {
        "backup",
        "restore",
        "doctor",
        "migrate",
        "load_reference",
        "purge_estimates",
        "verify_audit",
        "check",
    }
    assert needed <= named


@pytest.mark.parametrize(("name", "options"), COMMANDS)
def test_every_command_on_the_page_exists_with_its_options(name, options):
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    known = {option for action in parser._actions for option in action.option_strings}
    assert set(options.split()) <= known


def test_every_file_the_page_links_to_is_there():
    linked = re.findall(r"\]\(([\w.-]+)\)", PAGE) + re.findall(r"docs/([\w.-]+)", PAGE)
    assert [name for name in linked if not (DOCS / name).exists()] == []


def test_every_setting_named_is_one_the_program_reads():
    listed = re.search(r'"""(.*?)"""', (ROOT / "estimator" / "settings.py").read_text(), re.DOTALL).group(1)
    assert [name for name in environment() if not re.search(rf"\b{name}\b", listed)] == []


def test_the_settings_start_in_production_and_pass_djangos_own_checks(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ESTIMATOR_STATE": str(tmp_path), **environment()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_gunicorn_takes_the_options_of_the_service():
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", *shlex.split(GUNICORN), "--check-config"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_service_may_write_nowhere_and_the_daily_one_only_where_backups_lie():
    service, daily = unit("estimator.service"), unit("estimator-daily.service")
    for one in (service, daily):
        assert (one["User"], one["ProtectSystem"], one["NoNewPrivileges"]) == ("estimator", "strict", "yes")
        assert (one["IPAddressDeny"], one["UMask"]) == ("any", "0077")
    assert "ReadWritePaths" not in service
    assert daily["ReadWritePaths"] == "/var/backups/estimator"


def unit(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(DOCS / name)
    return parser["Service"]


def test_the_proxy_overwrites_what_a_visitor_says_and_logs_no_token():
    proxy = (DOCS / "nginx.conf").read_text()
    given = environment()
    assert f"proxy_set_header {given['PROXY_SSL_HEADER']} $scheme;" in proxy
    assert f"proxy_set_header {given['PROXY_ADDRESS_HEADER']} " in proxy
    assert "~^/share/ /share/[masked];" in proxy
    log = re.search(r"log_format estimator (.*);", proxy).group(1)
    assert "$request_without_token" in log
    assert not re.search(r"\$request\b(?!_)|\$request_uri|\$http_referer", log)


def test_uploads_that_the_program_takes_pass_the_proxy():
    from drugs.importers.members import LARGEST_FILE, MEGABYTE

    megabytes = int(re.search(r"client_max_body_size (\d+)m;", (DOCS / "nginx.conf").read_text()).group(1))
    assert megabytes * MEGABYTE > LARGEST_FILE


def test_the_container_copies_all_that_the_program_needs():
    copied = re.findall(r"^COPY ([\w./ ]+) \./?\w*$", (ROOT / "Containerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert {"manage.py", "requirements.txt", "estimator", "drugs", "payers", "templates", "static"} <= names
    assert [name for name in names if not (ROOT / name).exists()] == []
