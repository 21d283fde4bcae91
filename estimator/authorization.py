"""Which payers of a family decide on a drug before it is given, and what is known of their policies.

A plan of the catalogue is a benefit design; whose it is, the family says (`insurer`). Medicaid is the state's.
"""

from dataclasses import dataclass

from drugs.policies import Policy
from drugs.reference import Drug
from payers.reference import Design

from .findings import Findings, Option, Unknown
from .request import Coverage, Request

NO_SAY = ("uninsured",)


@dataclass(frozen=True)
class Deciding:
    """One coverage that must authorize the drug. `policy` None: none of this payer is known here."""

    design: Design
    payer: str
    policy: Policy | None = None


def deciding(
    findings: Findings,
    request: Request,
    drug: Drug,
    policies: tuple[Policy, ...],
    designs: tuple[Design, ...],
) -> tuple[Deciding, ...]:
    """Each coverage in paying order; a Medigap plan follows Medicare's decision and is left out."""
    found = []
    for place, design in enumerate(designs):
        if design.payer.kind in NO_SAY or design.method == "medigap":
            continue
        policy = policy_of(design, request, policies, is_first=place == 0)
        if policy is not None:
            findings.cite(policy.provenance, f"prior authorization: {policy.payer}")
        found.append(Deciding(design, policy.payer if policy else design.payer.name, policy))
    return tuple(found)


def policy_of(
    design: Design, request: Request, policies: tuple[Policy, ...], is_first: bool
) -> Policy | None:
    state = request.household.state if request.household else None
    for policy in policies:
        if is_first and policy.kind == "commercial" and policy.slug == request.insurer and is_insured(design):
            return policy
        if policy.kind == "medicaid" == design.payer.kind and policy.state == state:
            return policy
        if policy.kind == "medicare" == design.payer.kind and design.payer.slug == "medicare":
            return policy
    return None


def is_insured(design: Design) -> bool:
    """Whether an insurer with a policy of its own stands behind it: employer plans, Medicare Advantage."""
    return design.payer.kind == "commercial" or design.payer.slug == "medicare-advantage"


def without_cover(
    findings: Findings,
    primary: dict,
    coverage: Coverage,
    drug: Drug,
    decides: Deciding,
    policies: tuple[Policy, ...],
) -> dict:
    """The plan without cover for the drug, where its payer's policy refuses it; the family's own word stands.

    Where this payer's policy is not known and other payers refuse the drug, whether it is covered at all is an
    open question.
    """
    kind = "pharmacy" if drug.benefit == "pharmacy" else "drug"
    policy = decides.policy
    if "covered" in typed_rule(coverage, kind):
        return primary
    if policy is None:
        if is_covered(findings, drug, decides, policies):
            return primary
    elif not policy.refused:
        return primary
    else:
        findings.warn(
            f"{policy.payer} does not cover {drug.name} by its policy: {policy.refused}",
            findings.cite(policy.provenance, f"prior authorization: {policy.payer}"),
        )
    later = {year: refusing(terms, kind) for year, terms in primary.get("by_plan_year", {}).items()}
    return {**refusing(primary, kind), **({"by_plan_year": later} if later else {})}


def is_covered(findings: Findings, drug: Drug, decides: Deciding, policies: tuple[Policy, ...]) -> bool:
    """This run's answer to whether a payer without a known policy covers a drug that others refuse."""
    refusing_payers = [policy for policy in policies if policy.refused]
    if not refusing_payers or not (is_insured(decides.design) or decides.design.payer.kind == "medicaid"):
        return True
    for policy in refusing_payers:
        findings.cite(policy.provenance, f"a payer that does not cover {drug.name}: {policy.payer}")
    return findings.choose(
        Unknown(
            "covered",
            f"Do you cover {drug.name} at all for this patient? Some payers do not.",
            "payer",
            (Option(True, "yes"), Option(False, "no")),
            likely=True,
        )
    )


def typed_rule(coverage: Coverage, kind: str) -> dict:
    rules = coverage.terms.get("rules") or {}
    return rules.get(kind) or {}


def refusing(terms: dict, kind: str) -> dict:
    rules = terms.get("rules") or {}
    if kind not in rules:
        return terms
    return {**terms, "rules": {**rules, kind: {**rules[kind], "covered": False}}}
