"""What is given, when and at which amounts: the claim lines of a request before anybody knows who pays."""

from decimal import Decimal
from functools import cached_property

from drugs.policies import Policy, papers_of, policies_of, tests_of
from drugs.reference import Drug, Drugs

from .billing import Biller
from .claimlines import BilledLine, Dated, at_times_medicare, without_code_coinsurance
from .cost.case import Line
from .findings import Findings, Option, Unknown, refuse
from .request import OtherCare, Request

ONCE = Decimal(1)
BETWEEN_ONCE_AND_TWICE = tuple(
    Option(times, f"{times} times what Medicare allows") for times in ("1.25", "1.5", "1.75")
)
RATE_OF_A_PLAN = (
    "payer",
    "What amount do you allow for {}{}?",
    "The plan's own contract rates are not known. Medicare's amounts stand in for them; plans have been seen to "
    "allow between one and two times as much.",
)
RATE_WITHOUT_A_PLAN = (
    "hospital",
    "What do you charge a person without insurance for {}{}?",
    "What is charged without insurance is not known, and may be more than twice Medicare's amounts, which stand in "
    "for it. Ask for a good faith estimate.",
)


class Treatment:
    """The claim lines of a request, what they rest on, and every payer's policy on the drug: nothing here
    depends on who pays. What was asked once is remembered, because runs that differ in who pays share it."""

    def __init__(self, findings: Findings, lines: tuple[BilledLine, ...], policies: tuple[Policy, ...] = ()):
        self.findings, self.lines, self.policies = findings, lines, policies
        self._dated: dict[tuple, Dated] = {}

    @classmethod
    def of(cls, request: Request, drugs: Drugs, memory: dict | None = None) -> "Treatment":
        """Raises RequestErrors. `memory` is shared by runs (`Findings.remembered`)."""
        drug = drugs.drug(request.drug) or refuse("$.drug", f'no drug is called "{request.drug}" here')
        findings = Findings(memory=memory)
        lines = billed_lines(findings, request, drugs, drug)
        policies = findings.remembered(
            ("policies", drug.slug), lambda found: policies_on(found, drug), findings.lasting
        )
        return cls(findings, lines, policies)

    @cached_property
    def most_units(self) -> int:
        return max(int(line.like.units) for line in self.lines)

    @cached_property
    def untyped_kinds(self) -> frozenset[str]:
        """Kinds of lines with an amount that nobody typed."""
        return frozenset(line.kind for line in self.lines if line.like.basis != "typed")

    def dated(self, of_code: bool, times: Decimal, other: tuple[OtherCare, ...]) -> Dated:
        """With Medicare's percentage of a code or without it, at so many times Medicare's amounts; the family's
        other care stands after the treatment's of the same date."""
        key = of_code, times, other
        if key not in self._dated:
            lines = self.lines if of_code else without_code_coinsurance(self.lines)
            pairs = [(line.case_line(), line) for line in at_times_medicare(lines, times)]
            pairs += [
                (Line(care.date, "other_care", care.allowed, None, care.member), None) for care in other
            ]
            pairs.sort(key=lambda pair: pair[0].date)
            self._dated[key] = Dated(*(tuple(column) for column in zip(*pairs, strict=True)))
        return self._dated[key]


def policies_on(findings: Findings, drug: Drug) -> tuple[Policy, ...]:
    """Every payer's policy on a drug; what any of them asks before a dose is cited."""
    for fact in (*papers_of(drug), *tests_of(drug)):
        findings.cite(fact.provenance, "what is needed before a dose")
    return policies_of(drug)


def billed_lines(findings: Findings, request: Request, drugs: Drugs, drug: Drug) -> tuple[BilledLine, ...]:
    """Every claim line of the treatment, at typed and published amounts. Raises RequestErrors."""
    regimen = drug.regimen(request.regimen) or refuse(
        "$.regimen", f"{drug.name} has the regimens {', '.join(r.slug for r in drug.regimens)}"
    )
    source = findings.cite(regimen.provenance, f"dosing schedule: {regimen.name}")
    if regimen.note:
        findings.assume(regimen.note, source)
    warn_of_age(findings, request, drug)
    warn_of_denials(findings, request, drug)
    return tuple(Biller(findings, request, drugs, drug, regimen).lines())


def warn_of_age(findings: Findings, request: Request, drug: Drug):
    """An age outside the label is said, never refused: the payer decides. A maximum is a completed month."""
    age, least, most = request.age_months, drug.minimum_age_months, drug.maximum_age_months
    if age is None or ((least is None or age >= least) and (most is None or age < most + 1)):
        return
    limits = (least and f"from {least} months", most is not None and f"under {most + 1} months")
    findings.warn(
        f"The label of {drug.name} is for an age {' and '.join(filter(None, limits))}: a plan is unlikely to "
        "cover it outside.",
        findings.cite(drug.provenance, "age on the label"),
    )


def warn_of_denials(findings: Findings, request: Request, drug: Drug):
    """What was answered and a claim is denied for, though it changes no amount here."""
    if request.concurrent_therapy:
        known = [f for f in drug.facts if f.topic == "concurrent_therapy"]
        for fact in known:
            source = findings.cite(fact.provenance, "treatments at the same time")
            findings.warn(f"Another treatment is running. {fact.label}: {fact.value}", source)
        if not known:
            findings.warn(
                f"Another treatment is running. Ask the plan whether it pays {drug.name} beside it, before the "
                "first dose."
            )
    if request.procedure_on_another_day and drug.benefit == "medical":
        findings.warn(
            f"Drug and procedure on different dates: a claim for {drug.name} is denied where the procedure is not "
            "billed for the same day. This estimate has both on the day of the dose."
        )


def contract_rate(
    findings: Findings, drug: Drug, treatment: Treatment, is_insured: bool, told: Decimal | None
) -> Decimal:
    """Once Medicare's amounts, or twice: what a plan has agreed to pay, or a person without one is charged, is
    not public for most hospitals. `told` is how many times Medicare's somebody has asked and typed."""
    if not treatment.untyped_kinds:
        return ONCE
    if told is not None:
        findings.assume(f"Where no amount is typed, {told:f} times what Medicare allows is taken, as told.")
        return told
    whom, question, assumption = RATE_OF_A_PLAN if is_insured else RATE_WITHOUT_A_PLAN
    multiple = findings.choose(
        Unknown(
            "contracted_rate",
            question.format(what_is_open(treatment, drug), at_the_place(treatment) if is_insured else ""),
            whom,
            (Option(1, "what Medicare allows"), Option(2, "twice what Medicare allows")),
            likely=1,
            is_amount=True,
            between=BETWEEN_ONCE_AND_TWICE,
        )
    )
    findings.assume(assumption)
    return Decimal(multiple)


def what_is_open(treatment: Treatment, drug: Drug) -> str:
    """What of a dose has no typed amount: only that is still to be asked for."""
    kinds = treatment.untyped_kinds
    unit = "one fill" if "pharmacy" in kinds else "one dose"
    parts = {"drug": f"{unit} of {drug.name}", "giving": f"giving {drug.name}"}
    is_drug, is_giving = bool(kinds & {"drug", "pharmacy"}), bool(kinds - {"drug", "pharmacy"})
    if is_drug and is_giving:
        return f"{parts['drug']}, and for giving it"
    return parts["drug" if is_drug else "giving"]


def at_the_place(treatment: Treatment) -> str:
    return "" if treatment.untyped_kinds == {"pharmacy"} else ", at this place of care"
