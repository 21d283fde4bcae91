"""What has to be done before the first dose, and again before later ones: authorization, documents, tests.

Everything is read from the payer's policy and the drug's facts; what nobody has told us is said to be missing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from drugs.policies import Length, papers_of, tests_of
from drugs.reference import Fact
from drugs.words import with_days
from estimator.authorization import Deciding, is_insured
from estimator.cost.years import add_months
from estimator.estimate import Estimate
from estimator.findings import citation_key
from estimator.words import day, listed

ASK_AHEAD = timedelta(days=30)
"""Our own advice: a renewal is asked for this long before the authorization ends."""

DOSE_AMOUNTS = ("drug", "pharmacy")


@dataclass(frozen=True)
class Renewal:
    """The authorization has ended by `on`; the first dose after it waits for the next one. Dates in words."""

    on: str
    iso: str
    ask_by: str
    dose: str


@dataclass(frozen=True)
class Saying:
    """A sentence with what it is about, and the key of its source."""

    label: str
    text: str
    source: str


@dataclass(frozen=True)
class PayerChecklist:
    id: str
    payer: str
    intro: str
    requirements: tuple[str, ...]
    holds: tuple[str, ...]
    renewals: tuple[Renewal, ...]
    source: str

    @property
    def is_known(self) -> bool:
        return bool(self.requirements)


@dataclass(frozen=True)
class Before:
    """`asked` is what the request for authorization names; `dates` are those of the doses of the first year."""

    payers: tuple[PayerChecklist, ...]
    asked: tuple[str, ...]
    documents: tuple[Saying, ...]
    tests: tuple[Saying, ...]
    dates: str


@dataclass(frozen=True)
class GivenDose:
    """A dose or fill of this estimate: when, what it is called, whether it is a loading dose."""

    on: date
    label: str
    code: str
    units: str
    treatment_year: int
    is_loading: bool


def before(estimate: Estimate) -> Before:
    """The checklist of one estimate."""
    drug, doses = estimate.assembled.drug, doses_of(estimate)
    deciding = enumerate(estimate.assembled.deciding, 1)
    first_year = [dose for dose in doses if dose.treatment_year == 1]
    return Before(
        payers=tuple(checklist(number, decides, estimate, doses) for number, decides in deciding),
        asked=tuple(asked(estimate, first_year)),
        documents=tuple(saying(fact) for fact in papers_of(drug)),
        tests=tuple(saying(fact) for fact in tests_of(drug)),
        dates=listed([day(dose.on) for dose in first_year[:8]])
        + (" and so on" if len(first_year) > 8 else ""),
    )


def doses_of(estimate: Estimate) -> tuple[GivenDose, ...]:
    """One for each encounter, in date order."""
    regimen = estimate.assembled.drug.regimen(estimate.request.regimen)
    loading = {phase.name for phase in regimen.phases if phase.kind == "loading"}
    return tuple(
        GivenDose(
            row.date,
            note.dose_label,
            note.code or "",
            f"{note.units:f}" if not isinstance(note.units, int) else f"{note.units}",
            row.treatment_year,
            note.phase in loading,
        )
        for row, note in zip(estimate.simulation.rows, estimate.notes, strict=True)
        if note.kind in DOSE_AMOUNTS
    )


# One payer


def checklist(
    number: int, decides: Deciding, estimate: Estimate, doses: tuple[GivenDose, ...]
) -> PayerChecklist:
    policy = decides.policy
    due = renewal_dates(policy.length if policy else None, estimate, doses)
    return PayerChecklist(
        id=f"before-{number}",
        payer=policy.payer if policy else decides.design.name,
        intro=intro(decides, estimate),
        requirements=policy.requirements if policy else (),
        holds=tuple(how_long(decides, estimate, due)),
        renewals=tuple(renewal(on, doses) for on in due),
        source=citation_key(policy.provenance) if policy else "",
    )


def intro(decides: Deciding, estimate: Estimate) -> str:
    drug, policy, kind = estimate.assembled.drug.name, decides.policy, decides.design.payer.kind
    if policy and policy.refused:
        return (
            f"By its policy {policy.payer} does not cover {drug}: {policy.refused} Ask for the written policy, for "
            "an exception, and how to appeal: first inside the plan, then to an outside reviewer."
        )
    if policy:
        return f"What {policy.payer} asks for {drug}. Confirm it: policies change."
    unnamed = is_insured(decides.design) and estimate.request.insurer is None
    if unnamed or (kind == "medicaid" and not state_of(estimate)):
        what = "state (under Household)" if kind == "medicaid" else "insurer (under Coverage)"
        return (
            f"No policy on {drug} is known here until you name the {what}. Or ask for it: what is required, which "
            "form, how long the authorization holds."
        )
    return (
        f"No policy of this payer on {drug} is known here: ask for it. What is required, which form, how long the "
        "authorization holds."
    )


def state_of(estimate: Estimate) -> str | None:
    return estimate.request.household.state if estimate.request.household else None


def how_long(decides: Deciding, estimate: Estimate, due: list[date]) -> list[str]:
    """How long an authorization holds, in the policy's words; what is counted from when."""
    policy = decides.policy
    if policy is None or policy.refused:
        return []
    words = list(policy.renewals)
    if policy.length is None:
        return [*words, "How long an authorization holds is not known here: ask."]
    if policy.length.once:
        return [*words, "Authorized once, never renewed."]
    if estimate.request.previous_dose_on:
        return [*words, "Treatment is under way: ask when the present authorization ends."]
    if due:
        words.append(
            f"Counted from the first dose on {day(doses_of(estimate)[0].on)}; the approval's own dates hold."
        )
    if policy.length.then is None:
        words.append("How long a renewal holds is not known here: ask.")
    return words


def renewal_dates(length: Length | None, estimate: Estimate, doses: tuple[GivenDose, ...]) -> list[date]:
    """When a new authorization is needed, up to the last dose of the estimate."""
    if length is None or length.once or estimate.request.previous_dose_on or not doses:
        return []
    first, last = doses[0].on, doses[-1].on
    if length.loading:
        later = [dose.on for dose in doses if not dose.is_loading]
        begin = later[0] if later else None
    else:
        begin = add_months(first, length.first)
    dates, on, number = [], begin, 0
    while on is not None and on <= last:
        dates.append(on)
        number += 1
        on = add_months(begin, number * length.then) if length.then else None
    return dates


def renewal(on: date, doses: tuple[GivenDose, ...]) -> Renewal:
    waiting = next(dose for dose in doses if dose.on >= on)
    return Renewal(
        on=day(on),
        iso=on.isoformat(),
        ask_by=day(on - ASK_AHEAD),
        dose=f"{waiting.label[:1].lower()}{waiting.label[1:]} on {day(waiting.on)}",
    )


# What every payer asks


def asked(estimate: Estimate, first_year: list[GivenDose]) -> list[str]:
    """Drug, units and doses; the procedure; the place: as the claim will have them."""
    by_size: dict[tuple[str, str], list[GivenDose]] = {}
    for dose in first_year:
        by_size.setdefault((dose.code, dose.units), []).append(dose)
    what = "fill" if estimate.assembled.drug.benefit == "pharmacy" else "dose"
    lines = []
    for (code, units), doses in by_size.items():
        name = f"{code}, {units} unit{'s' if units != '1' else ''} a {what}" if code else f"one {what} each"
        times = f"{len(doses)} {what}{'s' if len(doses) > 1 else ''} in the first twelve months"
        lines.append(f"{estimate.assembled.drug.name}: {name}, {times}.")
    procedures = {note.code for note in estimate.notes if note.kind == "administration" and note.code}
    lines += [f"Procedure: {code}, the same day as the drug." for code in sorted(procedures)]
    return lines


def saying(fact: Fact) -> Saying:
    return Saying(fact.label, with_days(fact.value), citation_key(fact.provenance))
