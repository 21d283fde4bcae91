"""What the pages about payers and programs show: plain values with their proofs. Templates only loop."""

from dataclasses import dataclass
from datetime import date

from drugs.citations import Citations, Proof
from drugs.differences import ShownDifference, shown_differences
from drugs.policies import STATES, payer_name
from drugs.policypage import PolicyItem, policy_item, policy_payer
from drugs.reference import Drug, Drugs, Provenance
from drugs.topics import Item, Topics
from drugs.words import day, listed
from payers.eligibility import WORDS, is_stale
from payers.parameters import amount_words
from payers.programpage import drugs_of
from payers.reference import Design, Payer, Payers, Program, StateRule
from payers.termwords import Term, parameter_words, terms_in_words

METHOD_WORDS = {
    "standard": "standard coordination: both together pay up to the allowed amount",
    "carve_out": "carve-out: it pays what it would have paid alone, less what the first plan paid",
    "maintenance": "maintenance of benefits",
    "medigap": "Medicare supplement",
    "medicaid": "last payer",
}
BENEFIT_WORDS = {
    "medical": "medical benefit",
    "pharmacy": "pharmacy benefit",
    "both": "medical and pharmacy benefit",
}
PROGRAMMES = {
    "medicare": ("medicare",),
    "medicaid": ("fpl",),
    "chip": ("fpl",),
    "commercial": ("aca", "hdhp"),
    "tricare": ("tricare",),
    "va": ("va",),
}
"""The national figures that a kind of payer goes by."""
ABOUT_A_PAYER = (
    "diagnosis_code",
    "modifier",
    "bundling",
    "claim_field",
    "site_of_care",
    "step_therapy",
    "response_monitoring",
    "concurrent_therapy",
    "switching",
    "denial",
)


@dataclass(frozen=True)
class ShownTerms:
    since: date
    in_force: bool
    lines: tuple[Term, ...]
    proof: Proof


@dataclass(frozen=True)
class ShownDesign:
    design: Design
    kind: str
    method: str
    marks: tuple[str, ...]
    revisions: tuple[ShownTerms, ...]


@dataclass(frozen=True)
class FigureRow:
    """A national figure through the years; a year without a value is not known."""

    words: str
    cells: tuple[Item, ...]


@dataclass(frozen=True)
class FigureTable:
    years: tuple[int, ...]
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True)
class StateRow:
    state: str
    counts: str
    since: str
    limits: str
    citation: str
    proof: Proof


@dataclass(frozen=True)
class Policy:
    """What a payer asks for one drug, and what else is known of it about this payer."""

    drug: Drug
    item: PolicyItem
    said: tuple[Item, ...]
    read: Provenance


@dataclass(frozen=True)
class Accepts:
    """A program and whether a family with this payer may use it, in words."""

    program: Program
    drugs: str
    words: str
    refused: bool
    stale: bool
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class ShownPayer:
    name: str
    kind: str
    note: str
    state: str = ""
    designs: tuple[ShownDesign, ...] = ()
    figures: FigureTable | None = None
    policies: tuple[Policy, ...] = ()
    programs: tuple[Accepts, ...] = ()
    states: tuple[StateRow, ...] = ()
    differences: tuple[ShownDifference, ...] = ()


def present_payer(payer: Payer, payers: Payers, drugs: Drugs, today: date, cited: Citations) -> ShownPayer:
    designs = sorted((d for d in payers.designs if d.payer == payer), key=lambda d: d.order)
    is_commercial = payer.kind == "commercial" and any(d.role == "primary" for d in designs)
    return ShownPayer(
        name=payer.name,
        kind=payer.kind,
        note=payer.note,
        designs=tuple(shown_design(d, payers, today, cited) for d in designs),
        figures=_figures(payer, designs, payers, today.year, cited),
        policies=_policies(drugs, today, cited, payer=payer),
        programs=_programs(payer, payers, drugs, today, cited),
        states=_states(payers, today, cited) if is_commercial else (),
        differences=_differences(payers, drugs, today, cited) if is_commercial else (),
    )


def present_policy_payer(slug: str, drugs: Drugs, today: date, cited: Citations) -> ShownPayer | None:
    """A payer known only by the policies that were read; None where no policy names it."""
    policies = _policies(drugs, today, cited, slug=slug)
    if not policies:
        return None
    name = policy_payers(drugs)[slug][0]
    return ShownPayer(name=name, kind="", note="", state=STATES.get(name, ""), policies=policies)


def policy_payers(drugs: Drugs) -> dict[str, tuple[str, int]]:
    """slug -> (name, number of policies), of every payer that a policy fact names."""
    found: dict[str, tuple[str, int]] = {}
    for drug in drugs.drugs:
        for fact in drug.facts:
            if fact.topic == "policy" and (named := policy_payer(fact.label)):
                slug, name = named
                found[slug] = (found.get(slug, (name, 0))[0], found.get(slug, (name, 0))[1] + 1)
    return dict(sorted(found.items()))


def _policies(
    drugs: Drugs, today: date, cited: Citations, payer: Payer | None = None, slug: str = ""
) -> tuple[Policy, ...]:
    """A payer's own policies; for a kind of coverage those whose label names it ("Texas Medicaid")."""
    shown = []
    for drug in drugs.drugs:
        topics = Topics(drug.facts, drugs, today, cited)
        for fact in topics.of("policy"):
            named = policy_payer(fact.label)
            if named and (payer.name in fact.label if payer else named[0] == slug):
                said = _said_of(payer_name(fact.label), topics)
                shown.append(Policy(drug, policy_item(fact, topics), said, fact.provenance))
    return tuple(shown)


def _said_of(name: str, topics: Topics) -> tuple[Item, ...]:
    """Other facts about the drug that name the payer: codes it accepts, denials, what it asks at a renewal."""
    found = (fact for fact in topics.facts if fact.topic in ABOUT_A_PAYER)
    return tuple(topics.item(fact) for fact in found if name in fact.value and payer_name(fact.label) != name)


def shown_design(design: Design, payers: Payers, today: date, cited: Citations) -> ShownDesign:
    marks = [BENEFIT_WORDS[design.benefit]]
    marks += ["an example, not a real plan"] if design.illustrative else []
    marks += ["HSA-qualified"] if design.hsa_qualified else []
    marks += ["federal programme: copay cards refuse it"] if design.federal else []
    current = design.in_force(today)
    ordered = sorted(design.revisions, key=lambda t: t.effective_from, reverse=True)
    return ShownDesign(
        design=design,
        kind="pays first" if design.role == "primary" else "pays second",
        method=METHOD_WORDS.get(design.method or "", ""),
        marks=tuple(marks),
        revisions=tuple(_shown_terms(t, design, payers, today, t is current, cited) for t in ordered),
    )


def _shown_terms(terms, design: Design, payers: Payers, today: date, in_force: bool, cited) -> ShownTerms:
    """Terms that have ended are shown with the figures of the year in which they began."""
    year = today.year if in_force else terms.effective_from.year
    return ShownTerms(
        since=terms.effective_from,
        in_force=in_force,
        lines=terms_in_words(terms.terms, payers, year, cited),
        proof=cited.cite(terms.provenance, f"terms of {design.name}"),
    )


def _figures(
    payer: Payer, designs: list[Design], payers: Payers, year: int, cited: Citations
) -> FigureTable | None:
    """Every known year from 2024 on, and the next: what is missing in it is not known yet."""
    if not designs:
        return None
    programmes = PROGRAMMES.get(payer.kind, ())
    paths = sorted({p.path for p in payers.parameters if p.programme in programmes})
    if not paths:
        return None
    known = {p.year for p in payers.parameters if p.programme in programmes}
    years = tuple(sorted(known | {year, year + 1}))
    rows = [_figure_row(path, years, payers, cited) for path in paths]
    return FigureTable(years, tuple(sorted(rows, key=lambda row: row.words)))


def _figure_row(path: str, years: tuple[int, ...], payers: Payers, cited: Citations) -> FigureRow:
    cells = []
    for year in years:
        found = payers.parameter(path, year)
        if found is None or not found[1]:
            cells.append(Item("", ""))
            continue
        proof = cited.cite(found[0].provenance, f"{parameter_words(path)} {year}")
        cells.append(Item(str(year), amount_words(found[0].value, found[0].unit), proof))
    words = parameter_words(path)
    return FigureRow(words[:1].upper() + words[1:], tuple(cells))


def _programs(
    payer: Payer, payers: Payers, drugs: Drugs, today: date, cited: Citations
) -> tuple[Accepts, ...]:
    shown = []
    for program in sorted(payers.programs, key=lambda p: (p.order, p.name)):
        terms = program.in_force(today)
        if terms is None:
            continue
        refused = payer.kind in terms.excludes_kinds_of_payer
        needs = terms.requires_kinds_of_payer
        if refused:
            words = "refuses it"
        elif needs and payer.kind not in needs:
            words, refused = f"only with {listed([WORDS[k] for k in needs], 'or')}", True
        else:
            words = "may be used, if its other conditions are met"
        names = listed([d.name for d in drugs_of(program, drugs)])
        proof = cited.cite(terms.provenance, program.name)
        shown.append(Accepts(program, names, words, refused, is_stale(terms, today), proof))
    return tuple(shown)


def _states(payers: Payers, today: date, cited: Citations) -> tuple[StateRow, ...]:
    return tuple(_state(rule, cited) for rule in sorted(payers.state_rules, key=lambda r: r.state))


def _state(rule: StateRule, cited: Citations) -> StateRow:
    limits = []
    if rule.generic_exception:
        limits.append("not where a generic exists")
    if rule.hdhp_carve_out:
        limits.append("not for HSA-qualified plans")
    return StateRow(
        state=rule.state,
        counts="must count" if rule.counts else "need not count",
        since=day(rule.effective_from) if rule.effective_from else "date not known",
        limits=listed(limits),
        citation=rule.citation,
        proof=cited.cite(rule.provenance, f"copay card rule of {rule.state}"),
    )


def _differences(payers: Payers, drugs: Drugs, today: date, cited: Citations) -> tuple[ShownDifference, ...]:
    own = [d for d in payers.differences if not d.subject.startswith(("drug:", "program:"))]
    return shown_differences(own, drugs, today, cited)
