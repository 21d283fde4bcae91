"""Worked examples as data: `tests/cases/*.toml` and `golden.json`, as cases and what they must give.

TOML, because the arithmetic stands in a comment beside each figure. Lines are
`[date, kind, allowed, {more}]`, `like` starts from a plan of `plans.toml`, a dotted key under it replaces
one entry, "none" is JSON's null. In `expect` a list is a column by line, a number a total, a table one of
the `by_` objects.
"""

import copy
import json
import tomllib
from pathlib import Path

CASES = Path(__file__).resolve().parents[2] / "cases"


def examples():
    """(name, case, expected) of every worked example of our own."""
    for file in sorted(CASES.glob("*.toml")):
        if file.name not in ("plans.toml", "seed_headings.toml"):
            for example in tomllib.loads(file.read_text())["example"]:
                yield f"{file.stem}: {example['name']}", case_of(example), example["expect"]


def golden():
    """(name, case, expected) of the shared examples, in the same form of `expect`."""
    for example in json.loads((CASES / "golden.json").read_text()):
        expected = dict(example["expected"])
        columns = expected.pop("lines", {})
        totals = {name: value for name, value in expected.pop("totals", {}).items() if name not in columns}
        yield example["name"], example["case"], {**totals, **columns, **expected}


def golden_totals():
    """(name, case, totals) of the shared examples that state totals."""
    for example in json.loads((CASES / "golden.json").read_text()):
        if "totals" in example["expected"]:
            yield example["name"], example["case"], example["expected"]["totals"]


def case_of(example):
    case = {"lines": [line_of(*line) for line in example["lines"]]}
    if "primary" in example:
        case["primary"] = plan_of(example["primary"])
    if "secondary" in example:
        case["secondary"] = [plan_of(payer) for payer in example["secondary"]]
    if "programs" in example:
        case["programs"] = example["programs"]
    return with_nulls(case)


def line_of(date, kind, allowed, more=None):
    return {"date": date, "kind": kind, "allowed": allowed, **(more or {})}


def plan_of(terms):
    terms = dict(terms)
    like = terms.pop("like", None)
    plan = copy.deepcopy(PLANS[like]) if like else {}
    for key, value in terms.items():
        section, _, name = key.partition(".")
        if name:
            plan.setdefault(section, {})[name] = value
        else:
            plan[key] = value
    return plan


def with_nulls(value):
    if isinstance(value, dict):
        return {key: with_nulls(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_nulls(item) for item in value]
    return None if value == "none" else value


def found(result, expected):
    """What `result` says at every place that `expected` names, in the same form."""
    return {key: _found(result, key, value) for key, value in expected.items()}


def _found(result, key, value):
    if key.startswith("by_"):
        return {
            name: {column: result[key][name][column] for column in columns} for name, columns in value.items()
        }
    if key == "assistance_by_program":
        return {name: [line["assistance_by_program"][name] for line in result["lines"]] for name in value}
    if isinstance(value, list):
        return [line[key] for line in result["lines"]]
    return result["totals"][key]


PLANS = tomllib.loads((CASES / "plans.toml").read_text())
