"""The house rules that a machine can check: who may know whom, no floats near money, nothing unescaped."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"estimator", "payers", "drugs"}


def python_files(*folders):
    return [
        file
        for folder in folders
        for file in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def imports(file):
    """Every module this file imports, by its full dotted name."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def breaches(folder, is_allowed):
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in python_files(folder)
        for name in imports(file)
        if not is_allowed(name)
    ]


def top(name):
    return name.partition(".")[0]


def test_the_cost_module_knows_the_standard_library_and_numpy_alone():
    def is_allowed(name):
        return name.startswith("estimator.cost") or top(name) in sys.stdlib_module_names | {"numpy"}

    assert breaches("estimator/cost", is_allowed) == []


def test_drugs_know_neither_payers_nor_the_estimator():
    assert breaches("drugs", lambda name: top(name) not in OURS - {"drugs"}) == []


def test_payers_do_not_know_the_estimator():
    assert breaches("payers", lambda name: top(name) != "estimator") == []


def test_the_cost_module_asks_no_clock_and_no_dice():
    modules = {"time", "random", "secrets", "os", "socket", "sqlite3", "subprocess"}
    assert breaches("estimator/cost", lambda name: top(name) not in modules) == []
    clocks = [
        f"{file.relative_to(ROOT)}:{node.lineno} .{node.attr}"
        for file in python_files("estimator/cost")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}
    ]
    assert clocks == []


def floats(tree):
    """Every float a file writes or makes. To ask whether something is one, in order to refuse it, is fine."""
    fine = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            fine.update(ast.walk(node))
        elif isinstance(node, ast.arguments):  # how to read a number of a JSON text
            fine.update(node.defaults, node.kw_defaults)
    for node in ast.walk(tree):
        named = isinstance(node, ast.Name) and node.id == "float" and node not in fine
        typed = isinstance(node, ast.Attribute) and re.fullmatch(r"float\d*|FloatField", node.attr)
        if named or typed or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
            yield node


@pytest.mark.parametrize("folder", ["estimator/cost", "drugs", "payers"])
def test_no_float_stands_near_money(folder):
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in python_files(folder)
        for node in floats(ast.parse(file.read_text()))
    ]
    assert found == []


UNESCAPED = re.compile(r"\|\s*safe\b|\bsafeseq\b|autoescape\s+off|\bmark_safe\b|\bSafeString\b")
INLINE = re.compile(
    r"\sstyle\s*=|\son[a-z]+\s*=|<style\b|<script\b(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
FOREIGN = re.compile(r"<(?:script|link|img|iframe|use)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE)


def templates():
    return sorted(file for folder in ("templates", *OURS) for file in (ROOT / folder).rglob("*.html"))


def found(pattern, files):
    return [
        f"{file.relative_to(ROOT)}:{number} {match.group().strip()}"
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def test_nothing_is_shown_unescaped():
    assert found(UNESCAPED, [*templates(), *python_files(*OURS)]) == []


def test_no_template_holds_a_style_or_a_script():
    assert found(INLINE, templates()) == []


def test_no_page_loads_anything_from_elsewhere():
    assert found(FOREIGN, templates()) == []


LOCKS = ["requirements", "tests/requirements"]


@pytest.mark.parametrize("pair", LOCKS)
def test_every_requirement_says_why_and_is_locked_with_hashes(pair):
    asked = [line for line in (ROOT / f"{pair}.in").read_text().splitlines() if not line.startswith("-c")]
    assert [line for line in asked if not re.search(r" # \w.{10,}", line)] == []
    lock = (ROOT / f"{pair}.txt").read_text()
    for line in asked:
        name = re.match(r"[\w.-]+", line).group()
        assert re.search(
            rf"^{re.escape(name)}(\[\w+\])?==\S+[^\n]* \\\n +--hash=sha256:", lock, re.MULTILINE
        ), name


@pytest.mark.parametrize("pair", LOCKS)
def test_no_lock_names_where_packages_come_from(pair):
    lock = (ROOT / f"{pair}.txt").read_text()
    assert re.findall(r"https?://|file:|index-url|find-links", lock) == []
