"""Which caps of a plan hold at a place of care; one that the rules leave in dispute is an open question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drugs.reference import SITES

from .findings import Findings, Option, Unknown


@dataclass(frozen=True)
class Setting:
    """What terms depend on beside the design: place of care, units of a dose, dates and kinds of the lines.

    `plan_year_start` is that of the coverage it stands beside, if any: one case has one plan year.
    """

    site_of_care: str
    units_per_dose: int
    first: date
    last: date
    kinds: frozenset[str] = frozenset()
    plan_year_start: tuple[int, int] | None = None


def with_caps_of_site(findings: Findings, terms: dict, setting: Setting) -> dict:
    """Only the caps that hold at this place of care; a disputed one is an open question."""
    lifted = {name for name in terms.get("caps", {}) if not cap_holds(findings, name, terms, setting)}
    if not lifted:
        return terms
    caps = {name: cap for name, cap in terms["caps"].items() if name not in lifted}
    rules = {
        kind: {**rule, "cap": None} if isinstance(rule, Mapping) and rule.get("cap") in lifted else rule
        for kind, rule in terms.get("rules", {}).items()
    }
    return {**terms, "caps": caps, "rules": rules}


def cap_holds(findings: Findings, name: str, terms: dict, setting: Setting) -> bool:
    if not any(
        rule.get("cap") == name for kind, rule in terms.get("rules", {}).items() if kind in setting.kinds
    ):
        return True  # nothing here comes under it
    if setting.site_of_care not in terms.get("cap_sites", {}).get(name, SITES):
        findings.assume(
            "No limit per visit at this place of care: the hospital copayment cap holds on a hospital's "
            "campus and in excepted off-campus departments only."
        )
        return False
    if name not in terms.get("disputed_caps", ()) or setting.units_per_dose <= 1:
        return True
    answer = findings.choose(
        Unknown(
            "hospital_day_cap",
            "Does the hospital cap the day's Medicare copayment, drug and procedure together, at the "
            "inpatient deductible?",
            "hospital",
            (
                Option("capped", "yes: one cap for the day (42 CFR 419.41(c)(4)(i))"),
                Option("uncapped", "no: the cap is multiplied by the drug's units and never binds"),
            ),
            likely="capped",
        )
    )
    findings.warn(
        "The cap on a day's hospital copayment is disputed for drugs billed in many units: the regulation "
        "caps the day's drug and procedure together, Medicare's own payment software multiplies the cap by "
        "the units. The likely figure takes the regulation's reading, the high one is uncapped."
    )
    return answer == "capped"
