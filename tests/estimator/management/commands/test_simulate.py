"""`manage.py simulate`: keys and types of the result, exit statuses, one line of error, no half-written file."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from estimator.management.commands.simulate import Command
from tests.estimator.cost.examples import examples
from tests.estimator.cost.strategies import BySeed, a_case

ROOT = Path(__file__).resolve().parents[4]
LINE = {"date": "2026-01-05", "kind": "drug", "allowed": 12_500_000}
GOOD = {"lines": [LINE]}
BAD = {"lines": [{**LINE, "allowed": -1}]}
COLUMNS = [
    "allowed", "deductible", "copay", "coinsurance", "responsibility",
    "primary", "secondary", "assistance", "patient",
]  # fmt: skip


@pytest.fixture
def run(capsys):
    """Run the command as `manage.py` does: its exit status, standard output and standard error."""

    def run(*arguments):
        status = 0
        try:
            Command().run_from_argv(["manage.py", "simulate", *map(str, arguments)])
        except SystemExit as exit_:
            status = exit_.code
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def file(tmp_path):
    def write(name, *cases):
        path = tmp_path / name
        texts = [case if isinstance(case, bytes) else json.dumps(case).encode() for case in cases]
        path.write_bytes(b"\n".join(texts) + (b"\n" if name.endswith(".jsonl") else b""))
        return path

    return write


@pytest.fixture
def standard_input(monkeypatch):
    def feed(*cases):
        text = b"\n".join(case if isinstance(case, bytes) else json.dumps(case).encode() for case in cases)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

    return feed


def results(out):
    return [json.loads(line) for line in out.splitlines()]


# --- the result ---


def test_a_case_prints_one_object(run, file):
    status, out, err = run(file("case.json", GOOD))
    assert (status, err) == (0, "")
    [result] = results(out)
    assert list(result) == ["lines", "by_plan_year", "by_treatment_year", "by_month", "totals"]


def test_the_keys_of_a_line(run, file):
    case = {**GOOD, "programs": [{"type": "grant", "kinds": ["visit"]}]}
    [line] = json.loads(run(file("case.json", case))[1])["lines"]
    assert list(line) == [
        "date", "kind", "encounter", "member", "allowed", "deductible", "copay", "coinsurance", "responsibility",
        "primary", "secondary", "assistance", "assistance_by_program", "patient", "credited", "outside_limits",
        "plan_year", "treatment_year",
    ]  # fmt: skip
    types = {key: type(value) for key, value in line.items() if type(value) is not int}
    assert types == {
        "date": str,
        "kind": str,
        "encounter": type(None),
        "assistance_by_program": dict,
        "outside_limits": bool,
    }
    assert line["assistance_by_program"] == {"program 1": 0}
    assert (line["date"], line["plan_year"], line["treatment_year"]) == ("2026-01-05", 2026, 1)


def test_the_keys_of_sums(run, file):
    result = json.loads(run(file("case.json", GOOD))[1])
    sums = {"2026": result["by_plan_year"], "1": result["by_treatment_year"], "2026-01": result["by_month"]}
    for key, by_key in sums.items():
        assert list(by_key) == [key]
        assert by_key[key] == result["totals"]
    assert list(result["totals"]) == COLUMNS
    assert {type(value) for value in result["totals"].values()} == {int}


def test_a_free_drug_line_carries_its_value(run, file):
    case = {**GOOD, "programs": [{"type": "free_drug", "kinds": ["drug"]}]}
    [line] = json.loads(run(file("case.json", case))[1])["lines"]
    assert (line["allowed"], line["free_drug_value"]) == (0, 12_500_000)


def test_lines_come_out_in_date_order(run, file):
    case = {"lines": [{**LINE, "date": on} for on in ("2026-03-01", "2026-01-01", "2026-02-01")]}
    dates = [line["date"] for line in json.loads(run(file("case.json", case))[1])["lines"]]
    assert dates == sorted(dates)


def test_an_encounter_that_was_not_given_is_shown_as_null(run, file):
    case = {"lines": [LINE, {**LINE, "encounter": 0}]}
    assert [line["encounter"] for line in json.loads(run(file("case.json", case))[1])["lines"]] == [None, 0]


def test_a_case_without_lines(run, file):
    status, out, _ = run(file("case.json", {}))
    assert status == 0
    assert json.loads(out)["totals"] == dict.fromkeys(COLUMNS, 0)


def test_totals_of_one_case_leave_the_lines_out(run, file):
    path = file("case.json", GOOD)
    full, totals = json.loads(run(path)[1]), json.loads(run(path, "--totals")[1])
    del full["lines"]
    assert totals == full


def test_a_file_of_cases_gives_one_result_a_line_in_input_order(run, file):
    cases = [{"lines": [{**LINE, "allowed": n}]} for n in (3, 1, 2)]
    status, out, err = run(file("cases.jsonl", *cases))
    assert (status, err) == (0, "")
    assert [result["totals"]["patient"] for result in results(out)] == [3, 1, 2]


def test_totals_of_many_cases_are_the_sums_of_their_full_runs(run, file):
    cases = [a_case(BySeed(f"totals {n}"), members=2) for n in range(60)] + [
        case for _, case, _ in examples()
    ]
    path = file("cases.jsonl", *cases)
    full = results(run(path)[1])
    totals = results(run(path, "--totals")[1])
    assert len(full) == len(totals) == len(cases) > 150
    for one, other in zip(full, totals, strict=True):
        del one["lines"]
        assert one == other


def test_cases_from_standard_input(run, standard_input):
    standard_input(GOOD, GOOD)
    status, out, _ = run("-")
    assert (status, len(results(out))) == (0, 2)


def test_no_cases_give_no_results(run, file, standard_input):
    assert run(file("cases.jsonl"))[:2] == (0, "")
    standard_input()
    assert run("-", "--totals")[:2] == (0, "")


def test_a_last_line_without_a_line_end_counts(run, tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(GOOD))
    assert len(results(run(path)[1])) == 1


def test_a_batch_boundary_loses_nothing(run, file, monkeypatch):
    monkeypatch.setattr("estimator.management.commands.simulate.TOGETHER", 2)
    cases = [{"lines": [{**LINE, "allowed": n}]} for n in range(5)]
    for more in ([], ["--totals"]):
        out = run(file("cases.jsonl", *cases), *more)[1]
        assert [result["totals"]["patient"] for result in results(out)] == list(range(5))


# --- a bad case ---

BAD_FILES = [
    ("a bad amount", json.dumps(BAD).encode(), "$.lines[0].allowed"),
    ("truncated", b'{"lines": [{"date"', "$"),
    ("empty", b"", "$"),
    ("no object", b"[]", "$"),
    ("nested too deeply", b"[" * 100_000, "$"),
    ("not UTF-8", b"\xff\xfe{", "$"),
    ("NaN", b'{"lines": NaN}', "$"),
    ("a key twice", b'{"lines": [], "lines": []}', "$"),
    ("a key of several lines", b'{"a\\nb": 1}', '$["a\\nb"]'),
]


@pytest.mark.parametrize(("text", "path"), [pytest.param(*row[1:], id=row[0]) for row in BAD_FILES])
def test_a_bad_case_ends_with_2_and_one_line_that_names_the_path(run, file, text, path):
    status, out, err = run(file("case.json", text))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert f"{path}: expected " in err


def test_a_byte_order_mark_is_let_pass(run, file):
    assert run(file("case.json", b"\xef\xbb\xbf" + json.dumps(GOOD).encode()))[0] == 0


@pytest.mark.parametrize("more", [[], ["--totals"]])
def test_bad_lines_yield_an_error_in_their_place_and_the_others_run(run, file, more):
    path = file("cases.jsonl", GOOD, BAD, GOOD, b"{", {"lines": 5}, GOOD)
    status, out, _ = run(path, *more)
    found = results(out)
    assert status == 1
    assert [list(result)[0] for result in found if "error" in result] == ["error"] * 3
    assert ["error" in result for result in found] == [False, True, False, True, True, False]
    assert found[1]["error"].startswith("$.lines[0].allowed: expected ")
    assert found[0] == found[2] == found[5]


def test_bad_lines_on_standard_input(run, standard_input):
    standard_input(GOOD, b"nonsense", GOOD)
    status, out, _ = run("-")
    assert (status, ["error" in result for result in results(out)]) == (1, [False, True, False])


def test_a_json_file_with_two_cases_is_a_bad_case(run, file):
    assert run(file("case.json", GOOD, GOOD))[0] == 2


def test_a_file_that_is_not_there_ends_with_2(run, tmp_path):
    for name in ("none.json", "none.jsonl"):
        status, out, err = run(tmp_path / name)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert name in err


def test_a_folder_is_no_case(run, tmp_path):
    assert run(tmp_path)[0] == 2


def test_no_argument_ends_with_2(run):
    assert run()[0] == 2


# --- the output file ---


@pytest.mark.parametrize("name", ["case.json", "cases.jsonl"])
def test_the_result_goes_to_the_output_file(run, file, tmp_path, name):
    out = tmp_path / "out"
    status, printed, _ = run(file(name, GOOD), "-o", out)
    assert (status, printed) == (0, "")
    assert results(out.read_text()) == results(run(file(name, GOOD))[1])


def test_a_run_with_bad_lines_still_writes_the_whole_output_file(run, file, tmp_path):
    out = tmp_path / "out.jsonl"
    assert run(file("cases.jsonl", GOOD, BAD, GOOD), "-o", out)[0] == 1
    assert len(results(out.read_text())) == 3


def test_a_bad_case_leaves_no_output_file_and_touches_no_old_one(run, file, tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text("old")
    for out in (old, new):
        assert run(file("case.json", BAD), "-o", out)[0] == 2
    assert old.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.json", "old.json"]


def test_a_run_that_breaks_off_leaves_no_partial_output_file(run, file, tmp_path, monkeypatch):
    def breaks(case):
        raise RuntimeError

    monkeypatch.setattr("estimator.casefile.simulate", breaks)
    out = tmp_path / "out.jsonl"
    out.write_text("old")
    with pytest.raises(RuntimeError):
        run(file("cases.jsonl", GOOD), "-o", out)
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.jsonl", "out.jsonl"]


def test_an_input_that_is_not_there_leaves_no_output_file(run, tmp_path):
    assert run(tmp_path / "none.jsonl", "-o", tmp_path / "out.jsonl")[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_is_not_there_ends_with_2(run, file, tmp_path):
    status, _, err = run(file("case.json", GOOD), "-o", tmp_path / "none" / "out.json")
    assert (status, err.count("\n")) == (2, 1)


# --- as a process of its own ---


def process(*arguments, given=b"", **environment):
    return subprocess.run(
        [sys.executable, "manage.py", "simulate", *map(str, arguments)],
        cwd=ROOT, input=given, capture_output=True, timeout=120, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_it_needs_no_database(file):
    nowhere = "postgres://nobody:nothing@127.0.0.1:9/nowhere"
    done = process(file("case.json", GOOD), DATABASE_URL=nowhere)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["totals"]["patient"] == 12_500_000


def test_a_bad_case_as_a_process(file):
    done = process(file("case.json", BAD))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


def test_bad_lines_as_a_process():
    done = process("-", "--totals", given=b"{}\nnonsense\n{}")
    assert (done.returncode, done.stderr) == (1, b"")
    assert [("error" in json.loads(line)) for line in done.stdout.splitlines()] == [False, True, False]
