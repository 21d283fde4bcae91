"""What the tables of `payers/data/*.toml` mean. Each function puts one row of its table."""

from pathlib import Path
from typing import Any

from drugs.loading import BadFile, Loading, load_files, read_files, touched_by_a_person
from drugs.models import Difference, Drug
from payers.models import (
    AssistanceProgram,
    BenefitDesign,
    DesignTerms,
    Parameter,
    Payer,
    ProgramRule,
    ProgramTerms,
    StateRule,
)

FOLDER = Path(__file__).parent / "data"


def load_payers(loading: Loading) -> None:
    load_files(loading, read_files(FOLDER, TABLES), TABLES)


def _put_parameter(loading: Loading, row: dict, where: str) -> None:
    """One figure, its years each with their own value and source."""
    row = dict(row)
    for year in _tables(row, "years", where):
        loading.put(Parameter, Parameter.KEY, row | year, f"{where}: {row.get('key')} {year.get('year')}")


def _put_payer(loading: Loading, row: dict, where: str) -> None:
    loading.put(Payer, ("slug",), row, where)


def _put_design(loading: Loading, row: dict, where: str) -> None:
    row = dict(row)
    revisions = _tables(row, "terms", where)
    payer = loading.referred(Payer, "slug", row.pop("payer", None), f"{where}: payer")
    design = loading.put_at_once(BenefitDesign, ("slug",), row, where, payer=payer)
    for number, terms in enumerate(revisions, 1):
        loading.put(DesignTerms, DesignTerms.KEY, terms, f"{where}.terms[{number}]", design=design)


def _put_program(loading: Loading, row: dict, where: str) -> None:
    row = dict(row)
    revisions, slugs = _tables(row, "terms", where), row.pop("drugs", [])
    rules = _tables(row, "rule", where) if "rule" in row else []
    drugs = [loading.referred(Drug, "slug", slug, f"{where}: drugs") for slug in slugs]
    program = loading.put_at_once(AssistanceProgram, ("slug",), row, where)
    _put_program_drugs(loading, program, drugs, where)
    for number, terms in enumerate(revisions, 1):
        loading.put(ProgramTerms, ProgramTerms.KEY, terms, f"{where}.terms[{number}]", program=program)
    for number, rule in enumerate(rules, 1):
        loading.put(ProgramRule, ProgramRule.KEY, rule, f"{where}.rule[{number}]", program=program)


def _put_program_drugs(loading: Loading, program: AssistanceProgram, drugs: list[Drug], where: str) -> None:
    stored = loading.once("program drugs", _drugs_by_program).get(program.pk, set())
    if stored == {drug.pk for drug in drugs}:
        return
    if stored and touched_by_a_person(program):
        names = ", ".join(sorted(drug.slug for drug in drugs))
        loading.keep_beside(program, {"drugs": names}, where)
        return
    program.drugs.set(drugs)
    loading.counts["changed"] += bool(stored)


def _drugs_by_program() -> dict[int, set[int]]:
    by_program: dict[int, set[int]] = {}
    pairs = AssistanceProgram.drugs.through.objects.values_list("assistanceprogram_id", "drug_id")
    for program, drug in pairs:
        by_program.setdefault(program, set()).add(drug)
    return by_program


def _put_state_rule(loading: Loading, row: dict, where: str) -> None:
    """One law text for one state, or for the `states` of a list."""
    row = dict(row)
    for state in row.pop("states", [row.get("state")]):
        loading.put(StateRule, StateRule.KEY, row | {"state": state}, f"{where}: {state}")


def _put_difference(loading: Loading, row: dict, where: str) -> None:
    loading.put(Difference, ("subject", "field", "source"), row, where)


def _tables(row: dict, name: str, where: str) -> list[dict[str, Any]]:
    tables = row.pop(name, None)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadFile(f"{where}: {name}: expected a list of tables")
    return tables


TABLES = {
    "parameter": _put_parameter,
    "payer": _put_payer,
    "design": _put_design,
    "program": _put_program,
    "state_rule": _put_state_rule,
    "difference": _put_difference,
}
