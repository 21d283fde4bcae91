"""`manage.py estimate`: a request in, an estimate out as JSON; a bad one is one line and status 2."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from estimator.assemble import Reference
from estimator.cost import read_case, simulate
from estimator.estimate import estimate

from ...asking import TODAY, plan, spinraza

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def known(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)


@pytest.fixture
def run(known, tmp_path, capsys):
    """(status, standard output, standard error) of the command on a request's text."""

    def ran(text):
        path = tmp_path / "request.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return status_of(str(path)), *capsys.readouterr()

    return ran


def status_of(argument):
    try:
        call_command("estimate", argument)
    except CommandError as error:
        print(f"CommandError: {error}".encode(errors="backslashreplace").decode(), file=sys.stderr)
        return error.returncode
    return 0


def test_an_estimate_is_one_json_object(run, reference):
    request = spinraza(coverage=plan())
    status, out, err = run(json.dumps(request))
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads(json.dumps(estimate(request, reference, TODAY).as_json()))
    assert out.count("\n") == 1


def test_the_case_simulated_is_the_result(run, tmp_path, capsys):
    status, out, _ = run(json.dumps(spinraza(coverage=plan(), programs="auto")))
    found = json.loads(out)
    case = tmp_path / "case.json"
    case.write_text(json.dumps(found["case"]))
    call_command("simulate", str(case))
    assert json.loads(capsys.readouterr().out) == found["result"]
    assert simulate(read_case(found["case"])).as_json() == found["result"]


def test_two_runs_print_the_same_bytes(run):
    request = json.dumps(spinraza(coverage=plan(), programs="auto"))
    assert run(request) == run(request)


def test_a_hyphen_reads_standard_input(known, monkeypatch, capsys):
    text = json.dumps(spinraza()).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert status_of("-") == 0
    assert json.loads(capsys.readouterr().out)["headline"]["treatment_years"][0]["likely"] == 1_077_874


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "$: expected valid JSON"),
        ('{"drug": "spinraza"', "$: expected valid JSON"),
        (b"\xff\xff", "$: expected valid JSON"),
        ("[]", "$: expected an object, got a list"),
        (json.dumps(spinraza(years=0)), "$.years: expected years of therapy"),
        (json.dumps(spinraza(drug="x-y")), '$.drug: no drug is called "x-y"'),
        (json.dumps(spinraza(regimen="high-dose-50-28mg")), "$.allowed.drug_unit_price: nobody publishes"),
        ('{"a\\nb": 1}', "unknown key"),
        ('{"\\ud800": 1}', "unknown key"),
    ],
)
def test_a_bad_request_is_one_line_and_status_2(run, text, words):
    status, out, err = run(text)
    assert status == 2
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_named(known, tmp_path, capsys):
    missing = str(tmp_path / "none.json")
    assert status_of(missing) == 2
    assert f"{missing}: No such file or directory" in capsys.readouterr().err
    assert status_of(str(tmp_path)) == 2
    assert "Is a directory" in capsys.readouterr().err


@pytest.mark.django_db
def test_an_empty_database_says_what_to_run(tmp_path, capsys):
    request = tmp_path / "request.json"
    request.write_text(json.dumps(spinraza()))
    assert status_of(str(request)) == 2
    assert "run `manage.py migrate`, then `manage.py load_reference`" in capsys.readouterr().err


def test_the_database_gives_what_the_snapshot_gives(reference_data, tmp_path, capsys, reference):
    request = tmp_path / "request.json"
    request.write_text(json.dumps(spinraza()))
    assert status_of(str(request)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads(json.dumps(estimate(spinraza(), reference, TODAY).as_json()))


@pytest.mark.parametrize("text", ['{"drug": ', json.dumps(spinraza())])
def test_from_the_shell_a_refusal_is_one_line_on_standard_error(text, tmp_path):
    """Truncated JSON, and a database without any table."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    ran = subprocess.run(
        [sys.executable, ROOT / "manage.py", "estimate", "-"],
        input=text.encode(),
        capture_output=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert ran.stderr.count(b"\n") == 1
    assert ran.stderr.startswith(b"CommandError: ")


def test_the_database_of_the_tests_is_left_empty(db, reference):
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM drugs_drug")
        assert cursor.fetchone() == (0,)
