"""A row of a panel as the request of `manage.py estimate` that it stands for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from drugs.reference import Drug
from payers.reference import Design

from .assemble import Reference
from .batch_columns import MET, OF_ALLOWED, YEARS, values_of

AS_THEY_ARE = (
    "drug",
    "regimen",
    "weight_kg",
    "age_months",
    "cycle_weeks",
    "site_of_care",
    "administration_code",
    "insurer",
)
OF_HOUSEHOLD = {"state": "state", "household_size": "size", "household_income": "income"}


class NoSuchLimit(ValueError):
    """An amount met of a limit that the plan does not have: (column, what is wrong)."""

    def __init__(self, column: str, message: str):
        super().__init__(message)
        self.column = column


def request_of(cells: Mapping[str, str], as_of: date, reference: Reference) -> dict[str, Any]:
    """The request's JSON. Raises NoSuchLimit; everything else in the cells has been checked."""
    values = values_of(cells)
    data = {name: values[name] for name in AS_THEY_ARE if name in values}
    data |= {
        "as_of": as_of.isoformat(),
        "first_dose_on": values.get("first_dose"),
        "previous_dose_on": values.get("previous_dose"),
        "years": values.get("years", YEARS),
        "allowed": {key: values[name] for name, key in OF_ALLOWED.items() if name in values},
        "coverage": coverages_of(values, reference),
        "secondary": [{"design": name} for name in values.get("secondary", "").split()],
        "programs": programs_of(values.get("assistance", "auto")),
        "accept_stale": values.get("accept_stale") == "yes",
    }
    if household := {key: values[name] for name, key in OF_HOUSEHOLD.items() if name in values}:
        data["household"] = household
    return data


def programs_of(words: str) -> str | list[str]:
    return {"auto": "auto", "none": []}.get(words) if words in ("auto", "none") else words.split()


def coverages_of(values: Mapping[str, Any], reference: Reference) -> dict[str, dict]:
    """Both plans; what is met, and when its year begins, is of the one that pays the drug."""
    designs = {"medical": values.get("coverage"), "pharmacy": values.get("pharmacy_coverage")}
    coverage = {benefit: {"design": name} for benefit, name in designs.items() if name}
    drug = reference.drugs.drug(values["drug"])
    paying = paying_benefit(drug, coverage)
    design = reference.payers.design(coverage[paying]["design"])
    coverage[paying]["terms"] = terms_of(values, design, drug)
    beside = {"met_as_of": values.get("met_as_of"), "funding": values.get("funding")}
    coverage[paying] |= {name: value for name, value in beside.items() if value}
    return coverage


def paying_benefit(drug: Drug, coverage: Mapping) -> str:
    """As `assemble.coverages_of`: the pharmacy plan pays a pharmacy drug where there is one."""
    other = "medical" if drug.benefit == "pharmacy" else "pharmacy"
    return drug.benefit if drug.benefit in coverage else other


def terms_of(values: Mapping[str, Any], design: Design, drug: Drug) -> dict:
    terms: dict[str, Any] = {}
    if month := values.get("plan_year_month"):
        terms["plan_year_start"] = f"{month:02}-01"
    for column, (side, amount) in MET.items():
        if column in values:
            pool = pool_of(design, drug, side) or refuse_limit(column, design)
            terms.setdefault(side, {}).setdefault(pool, {})[amount] = values[column]
    return terms


SIDES = {"deductibles": "deductible", "out_of_pocket_maximums": "out_of_pocket_maximum"}


def pool_of(design: Design, drug: Drug, side: str) -> str | None:
    """The name of the limit that the drug's own rule counts toward."""
    rules = design.revisions[-1].terms.get("rules", {}) if design.revisions else {}
    rule = rules.get("pharmacy" if drug.benefit == "pharmacy" else "drug") or {}
    return rule.get(SIDES[side])


def refuse_limit(column: str, design: Design):
    word = "deductible" if "deductible" in column else "out-of-pocket maximum"
    raise NoSuchLimit(column, f"{design.name} has no {word} for this drug. Leave this empty.")
