"""The one seam: what a person answered and the reference data in force on each date become a case to simulate.

The case is the JSON of section 9 of the cost model, so that anybody can run it again with `manage.py simulate`.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from drugs import catalogue as drug_catalogue
from drugs.reference import Drug, Drugs
from payers import catalogue as payer_catalogue
from payers.reference import GOVERNMENT_KINDS, Design, Payers

from .authorization import Deciding, deciding, without_cover
from .cautions import warn_of_card_in_hsa_plan, warn_of_payers_age
from .claimlines import Dated, LineNote
from .cost import Case, CaseError
from .cost.case import Line, Plan, Program
from .cost.contract import read_primary, read_programs, read_secondary
from .cost.years import CALENDAR_YEAR
from .coverage import charges_coinsurance_of_code, design_of, has_plan, plan_of
from .findings import Findings, Memory, refuse
from .nestedterms import without_met
from .programs import Candidate, Circumstances, assistance_policy, candidates, case_programs
from .request import Coverage, Request, RequestErrors
from .sitecaps import Setting
from .treatment import ONCE, Treatment, contract_rate

STAND_IN_KINDS = ("commercial", "uninsured")
"""Payers whose own allowed amounts are not public: Medicare's stand in."""


@dataclass(frozen=True)
class Reference:
    """Everything known, at one data revision."""

    drugs: Drugs
    payers: Payers
    memory: dict = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was worked out from it alone, for every request (`Memory.lasting`)."""

    @classmethod
    def current(cls) -> "Reference":
        """One query while nothing has changed; drugs and payers are of the same revision."""
        return drug_catalogue.unchanged(
            "reference",
            lambda current: cls(drug_catalogue.load_at(current), payer_catalogue.load_at(current)),
        )


@dataclass(frozen=True)
class Assembled:
    """A case, what each of its lines is (`notes`, in the case's order), and what it all rests on."""

    payers_of_case: dict
    case: Case
    dated: Dated
    findings: Findings
    drug: Drug
    design: Design
    candidates: tuple[Candidate, ...]
    deciding: tuple[Deciding, ...] = ()

    @cached_property
    def notes(self) -> tuple[LineNote, ...]:
        return self.dated.notes

    @cached_property
    def data(self) -> dict:
        """The case as JSON."""
        return {"lines": [line_json(line) for line in self.case.lines], **self.payers_of_case}


def line_json(line: Line) -> dict:
    """A claim line of a case; other care is an encounter of its own."""
    data = {"date": line.date.isoformat(), "kind": line.kind, "allowed": line.allowed, "member": line.member}
    if line.encounter is None:
        return data
    return {**data, "encounter": line.encounter, "coinsurance": line.coinsurance}


def assemble(
    request: Request, reference: Reference, choices: Mapping[str, Hashable] | None = None
) -> Assembled:
    """The case of a request; `choices` answers open questions, the others take their likely answer.

    Raises RequestErrors with the path in the request.
    """
    return Assembler(request, reference).assemble(choices)


class Assembler:
    """Assembles one request under different answers: what no answer changes is worked out once.

    `treatment` may be that of another request that differs in who pays alone, `memory` that of any other
    request: what was found there is not worked out again (`Findings.remembered`).
    """

    def __init__(
        self,
        request: Request,
        reference: Reference,
        treatment: Treatment | None = None,
        memory: dict | None = None,
    ):
        self.memory = Memory(reference.memory) if memory is None else memory
        self.steps: dict = {}
        self.request, self.payers = request, reference.payers
        self.drug = reference.drugs.drug(request.drug)
        if self.drug is None:
            refuse("$.drug", f'no drug is called "{request.drug}" here')
        self.coverage, self.other = coverages_of(request, self.drug)
        self.design = design_of(self.payers, self.coverage, "primary")
        self.primaries = primary_designs(self.payers, self.design, self.other)
        for coverage, design in zip((self.coverage, self.other), self.primaries, strict=False):
            check_benefit(coverage, design)
        self.treatment = treatment or Treatment.of(request, reference.drugs, self.memory)
        self.of_code = charges_coinsurance_of_code(self.design) and not self.typed_rate

    @property
    def typed_rate(self) -> bool:
        """Whether the family typed a coinsurance for the drug: their own word stands above the code's."""
        rule = self.coverage.terms.get("rules", {})
        return isinstance(rule, Mapping) and "coinsurance" in (rule.get("drug") or {})

    def assemble(self, choices: Mapping[str, Hashable] | None = None) -> Assembled:
        findings = self.treatment.findings.begun_with(choices, self.memory)
        times = self.times_medicare(findings)
        dated = self.treatment.dated(self.of_code, times, self.request.other_care)
        setting = Setting(
            self.request.site_of_care,
            self.treatment.most_units,
            dated.lines[0].date,
            dated.lines[-1].date,
            kinds=frozenset(line.kind for line in dated.lines),
        )
        try:
            who = findings.remembered("who pays", lambda found: self.who_pays(found, setting), self.steps)
            programs, read = findings.remembered(
                "programs", lambda found: self.programs(found, who), self.steps
            )
        except CaseError as error:
            raise in_the_request(error, self.request, self.coverage) from None
        payers_of_case = {"primary": who.primary, "secondary": who.secondary, "programs": programs}
        warn_of_maximizer_without_card(findings, payers_of_case, setting.kinds)
        case = Case(dated.lines, who.plan, who.behind, read)
        return Assembled(
            payers_of_case, case, dated, findings, self.drug, self.design, who.candidates, who.deciding
        )

    def who_pays(self, findings: Findings, setting: Setting) -> "WhoPays":
        request, payers, design = self.request, self.payers, self.design
        primary = primary_plan(findings, payers, design, self.coverage, self.other, setting)
        if primary is not None:
            check_pharmacy_side(primary, setting.kinds, self.drug)
        secondary, behind = secondary_payers(findings, payers, self.primaries, request, setting)
        designs = (*self.primaries, *behind)
        decide = deciding(findings, request, self.drug, self.treatment.policies, (design, *behind))
        if primary is not None:
            policies = self.treatment.policies
            primary = without_cover(findings, primary, self.coverage, self.drug, decide[0], policies)
        circumstances = Circumstances(
            payer_kinds=tuple(one.payer.kind for one in designs),
            federal=any(one.federal for one in designs),
            drug_is_covered=covers(primary, "pharmacy" if self.drug.benefit == "pharmacy" else "drug"),
            plan_year_start=plan_year_start(primary),
            first=setting.first,
        )
        found = candidates(findings, payers, request, circumstances)
        if primary is not None:
            settle_policy(findings, payers, design, primary, request, self.coverage, found, self.drug)
        warn_of_card_in_hsa_plan(findings, primary, (one.program for one in found))
        warn_of_payers_age(findings, request, designs)
        return WhoPays(
            primary,
            secondary,
            read_once(primary, setting.first, self.memory),
            read_secondary(secondary, setting.first),
            found,
            decide,
            circumstances,
        )

    def programs(self, findings: Findings, who: "WhoPays") -> tuple[list[dict], tuple[Program, ...]]:
        """The programs of the case, as JSON and as the cost module reads them."""
        programs = case_programs(findings, who.candidates, who.circumstances)
        return programs, read_programs(programs)

    def times_medicare(self, findings: Findings) -> Decimal:
        """How many times Medicare's amounts are allowed, where the payer's own are not public."""
        design, told = self.design, self.request.allowed.of_medicare
        if design.payer.kind in STAND_IN_KINDS:
            return contract_rate(findings, self.drug, self.treatment, has_plan(design), told)
        if told is not None:
            findings.assume(f"{design.payer.name} pays its own amounts: the rate that was typed is left out.")
        return ONCE


@dataclass(frozen=True)
class WhoPays:
    """The payers of a case: as JSON, as the cost module reads them, and who may help and must decide."""

    primary: dict | None
    secondary: list[dict]
    plan: Plan | None
    behind: tuple
    candidates: tuple[Candidate, ...]
    deciding: tuple[Deciding, ...]
    circumstances: Circumstances


def coverages_of(request: Request, drug: Drug) -> tuple[Coverage, Coverage | None]:
    """The coverage that pays this drug's benefit, and the household's other one."""
    medical, pharmacy = request.medical, request.pharmacy
    if medical and pharmacy and medical.design == pharmacy.design:
        return joint(medical, pharmacy) if drug.benefit == "medical" else joint(pharmacy, medical), None
    if drug.benefit == "pharmacy":
        return (pharmacy, medical) if pharmacy else (medical or refuse_coverage("pharmacy", drug), None)
    return medical or refuse_coverage("medical", drug), pharmacy


def joint(coverage: Coverage, other: Coverage) -> Coverage:
    """One plan named for both benefits is one plan, with one set of limits."""
    return replace(coverage, terms={**other.terms, **coverage.terms})


def primary_designs(payers: Payers, design: Design, other: Coverage | None) -> tuple[Design, ...]:
    """The design that pays this drug, then the household's other one where there is a plan."""
    other_design = design_of(payers, other, "primary") if other else None
    return (design, other_design) if other_design and has_plan(other_design) else (design,)


def check_benefit(coverage: Coverage, design: Design):
    """A plan that pays the other benefit would read as "not covered"."""
    asked = benefit_asked(coverage)
    if has_plan(design) and design.benefit not in ("both", asked):
        refuse(
            f"{coverage.path}.design", f"{design.name} pays the {design.benefit} benefit, not the {asked} one"
        )


def check_pharmacy_side(primary: dict, kinds: frozenset[str], drug: Drug):
    """Doses that move to the pharmacy benefit need its rules: no rule would read as "not covered"."""
    if "pharmacy" in kinds and "pharmacy" not in primary.get("rules", {}):
        refuse(
            "$.coverage.pharmacy",
            f"the pharmacy benefit pays the doses of {drug.name} taken at home: name the plan's design for it",
        )


def refuse_coverage(benefit: str, drug: Drug):
    refuse(
        f"$.coverage.{benefit}",
        f"{drug.name} is paid by the {benefit} benefit: name the plan's design, or the design of a person "
        "without insurance",
    )


def primary_plan(findings, payers: Payers, design: Design, coverage, other, setting: Setting) -> dict | None:
    """The plan that pays first, with the household's other coverage beside it: medical and pharmacy together."""
    if not has_plan(design):
        return None
    plan = plan_of(findings, payers, design, coverage, setting)
    other_design = design_of(payers, other, "primary") if other else None
    if other_design is None or not has_plan(other_design):
        return plan
    shared = replace(setting, plan_year_start=plan_year_start(plan))
    return beside(plan, plan_of(findings, payers, other_design, other, shared), benefit_asked(other))


SIDES = {
    "deductible": "deductibles",
    "cap": "caps",
    "out_of_pocket_maximum": "out_of_pocket_maximums",
}
"""What a rule names, and where a plan defines it."""


def beside(plan: dict, other: dict, benefit: str) -> dict:
    """One plan of two: the pharmacy coverage's rule for pharmacy lines, the medical one's for all others.

    `other` is the coverage of `benefit`; its pools and caps take names of their own, so each side keeps its own
    limits, in every plan year.
    """
    joined = {**plan, **side_by_side(plan, other, benefit)}
    later, before = {}, side_by_side(in_year(plan), in_year(other), benefit)
    changes = [one.get("by_plan_year", {}) for one in (plan, other)]
    for year in sorted({*changes[0], *changes[1]}):
        now = side_by_side(in_year(plan, year), in_year(other, year), benefit)
        own = {key: value for key, value in changes[0].get(year, {}).items() if key not in now}
        changed = own | {key: value for key, value in now.items() if value != before[key]}
        later, before = {**later, **({year: changed} if changed else {})}, now
    return {**joined, "by_plan_year": later}


def side_by_side(plan: dict, other: dict, benefit: str) -> dict:
    """The rules, pools and caps of both, each coverage's rules for its own benefit alone."""
    of_other = {kind: rule for kind, rule in named(other, "rules").items() if benefit_of(kind) == benefit}
    rules = {kind: rule for kind, rule in named(plan, "rules").items() if benefit_of(kind) != benefit}
    renamed = {
        kind: {**rule, **{key: f"{benefit} {rule[key]}" for key in SIDES if rule.get(key) is not None}}
        for kind, rule in of_other.items()
    }
    pools = {
        key: {**named(plan, key), **{f"{benefit} {name}": pool for name, pool in named(other, key).items()}}
        for key in SIDES.values()
    }
    return {**pools, "rules": {**rules, **renamed}}


def named(plan: dict, key: str) -> dict:
    return plan.get(key) or {}


def benefit_of(kind: str) -> str:
    return "pharmacy" if kind == "pharmacy" else "medical"


def benefit_asked(coverage: Coverage) -> str:
    return coverage.path.rpartition(".")[2]


def in_year(plan: dict, year: str = "") -> dict:
    """The plan as it stands in a plan year, without what was met in the first one."""
    terms = dict(plan)
    for begins, changed in sorted(plan.get("by_plan_year", {}).items()):
        terms |= changed if begins <= year else {}
    for key in ("deductibles", "out_of_pocket_maximums"):
        terms[key] = {name: without_met(pool) for name, pool in named(terms, key).items()}
    return terms


def secondary_payers(findings, payers: Payers, primaries: tuple[Design, ...], request: Request, setting):
    """The secondary payers of the case in order, and their designs."""
    designs, secondary = [], []
    for coverage in request.secondary:
        design = design_of(payers, coverage, "secondary")
        for primary in primaries:
            check_order(coverage, design, primary)
        terms = plan_of(findings, payers, design, coverage, setting)
        without_policy(terms)
        secondary.append({"method": design.method, **terms})
        designs.append(design)
    return secondary, tuple(designs)


PAYS_ALONE = {
    "chip": "CHIP is for children without other insurance: nothing can be second to it",
    "va": "VA does not coordinate with other coverage: estimate VA care on its own",
    "medicaid": "Medicaid pays last: make the other coverage primary and Medicaid second",
}


def check_order(coverage: Coverage, design: Design, primary: Design):
    """Which coverage can follow which: TRICARE after all but Medicaid, Medicaid last, CHIP and VA alone."""
    path, first, second = f"{coverage.path}.design", primary.payer, design.payer
    if not has_plan(primary):
        refuse(path, f"{design.name} cannot be second where nothing is first: make it primary")
    if first.kind in PAYS_ALONE:
        refuse(path, PAYS_ALONE[first.kind])
    if design.method == "medigap" and first.slug != ORIGINAL_MEDICARE:
        refuse(path, f"{design.name} goes with Original Medicare only, not {primary.name}")
    if first.kind == second.kind and first.kind in GOVERNMENT_KINDS:
        refuse(path, f"{primary.name} is first already: {design.name} cannot be second to it")
    if first.kind == "tricare" and second.kind != "medicaid":
        refuse(path, "TRICARE pays after every coverage but Medicaid: make the other one primary")


ORIGINAL_MEDICARE = "medicare"
"""The payer of Part B and of Part D beside it; Medicare Advantage is another."""


def without_policy(plan: dict):
    """A secondary's own assistance policy does nothing: nobody is asked about it."""
    for terms in (plan, *plan.get("by_plan_year", {}).values()):
        terms.pop("assistance_policy", None)


def covers(primary: dict | None, kind: str) -> bool:
    rule = (primary or {}).get("rules", {}).get(kind)
    return rule is not None and rule.get("covered", True)


def plan_year_start(primary: dict | None) -> tuple[int, int]:
    if primary is None or "plan_year_start" not in primary:
        return CALENDAR_YEAR
    month, day = primary["plan_year_start"].split("-")
    return int(month), int(day)


def settle_policy(findings, payers, design, primary: dict, request, coverage, found, drug: Drug):
    """The assistance policy matters only where a copay card may pay; elsewhere it is `counts`, which does nothing."""
    cards = any(candidate.program.type == "copay_card" for candidate in found)
    for terms in (primary, *primary.get("by_plan_year", {}).values()):
        if cards and (terms is primary or "assistance_policy" in terms):
            terms["assistance_policy"] = assistance_policy(
                findings, payers, design, terms, request, coverage.funding, drug.benefit == "medical"
            )
        elif terms.get("assistance_policy") == "unknown":
            terms["assistance_policy"] = "counts"


def warn_of_maximizer_without_card(findings, data: dict, billed: frozenset[str]):
    """A maximizer lives on a copay card: without one the ordinary share is owed, and counts toward nothing."""
    primary = data["primary"] or {}
    if primary.get("assistance_policy") != "maximizer":
        return
    kinds = billed & set(primary.get("maximizer_kinds", ()))
    cards = [program for program in data["programs"] if program["type"] == "copay_card"]
    if kinds - {kind for card in cards for kind in card["kinds"]}:
        findings.warn(
            "This plan is a maximizer, but no copay card pays here: the ordinary share is owed, and none of it "
            "counts toward the deductible or the out-of-pocket maximum. Ask the plan how to enroll."
        )


def read_once(primary: dict | None, first: date, memory: dict) -> Plan | None:
    """The primary plan as the cost module reads it. Many runs share it."""
    key = ("primary", repr(primary))
    if key not in memory:
        memory[key] = read_primary(primary, first)
    return memory[key]


def in_the_request(error: CaseError, request: Request, coverage: Coverage) -> RequestErrors:
    """What the cost module refuses, at the path of the request: the payers hold what people typed."""
    path = error.path.replace("$.primary", f"{coverage.path}.terms")
    for index, _ in enumerate(request.secondary):
        path = path.replace(f"$.secondary[{index}]", f"$.secondary[{index}].terms")
    path = path.replace(".terms.method", ".design")
    return RequestErrors([(path, error.expected)])
