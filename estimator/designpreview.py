"""What edited terms of a design would change for sample families, before anybody saves them.

The administration of payers asks for it by the setting DESIGN_PREVIEW. The samples are fixed: Spinraza in a
hospital where the design pays the medical benefit, Evrysdi where it has a pharmacy part. A secondary coverage
stands behind the plan it usually follows. Everything else that is not known stays a range.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from drugs.words import cents, day
from estimator.assemble import Reference
from estimator.estimate import Estimate, Range, estimate
from estimator.request import RequestErrors
from payers.effect import Effect, EffectRow
from payers.reference import Design, DesignTerms, frozen

YEARS = 2
UNPUBLISHED_FILL = "10000"


@dataclass(frozen=True)
class Sample:
    """A drug, who gets it and where; `kind` is the kind of claim line its terms must have."""

    kind: str
    title: str
    request: Mapping[str, Any]
    note: str


SAMPLES = (
    Sample(
        "drug",
        "Spinraza, first doses and after, in a hospital",
        {"drug": "spinraza", "site_of_care": "hospital_on_campus"},
        "An adult of 40 years, no copay card, nothing met so far.",
    ),
    Sample(
        "pharmacy",
        "Evrysdi, tablets from a pharmacy",
        {
            "drug": "evrysdi",
            "regimen": "tablet",
            "site_of_care": "home",
            "weight_kg": "60",
            "allowed": {"drug_unit_price": UNPUBLISHED_FILL},
        },
        "An adult of 40 years and 60 kg, no copay card, nothing met so far. Nobody publishes a price: "
        f"${int(UNPUBLISHED_FILL):,} a fill is taken, to show the terms.",
    ),
)


def effect_of(slug: str, effective_from: date, terms: dict) -> tuple[Effect, ...]:
    """The samples that these terms of a design pay, under the terms in force and under the new ones."""
    today, before = timezone.localdate(), Reference.current()
    design = before.payers.design(slug)
    after = with_terms(before, design, effective_from, terms)
    first_dose = max(today, effective_from)
    return tuple(
        effect(sample, design, first_dose, (before, after), today)
        for sample in SAMPLES
        if pays(design, terms, sample.kind)
    ) or (Effect("No sample", (), ("These terms pay neither of the sample drugs.",)),)


def with_terms(reference: Reference, design: Design, effective_from: date, terms: dict) -> Reference:
    """The reference data as if the terms were saved: in place of those of the same day, beside all others."""
    others = tuple(one for one in design.revisions if one.effective_from != effective_from)
    provenance = design.revisions[-1].provenance if design.revisions else reference.drugs.prices[0].provenance
    # A revision number of its own, so that nothing remembered of the stored terms is taken for these.
    new = DesignTerms(effective_from=effective_from, terms=frozen(terms), provenance=provenance, revision=0)
    edited = replace(design, revisions=(*others, new))
    designs = tuple(edited if one.slug == design.slug else one for one in reference.payers.designs)
    return replace(reference, payers=replace(reference.payers, designs=designs))


def pays(design: Design, terms: dict, kind: str) -> bool:
    """A Medigap or Medicaid behind another plan has no rules of its own, and pays what that plan leaves."""
    if terms.get("no_plan") or design.method == "medicaid":
        return True
    return kind == "drug" if design.method == "medigap" else kind in terms.get("rules", {})


def effect(
    sample: Sample, design: Design, first_dose: date, references: tuple[Reference, Reference], today: date
) -> Effect:
    asked = {
        "as_of": today.isoformat(),
        "first_dose_on": first_dose.isoformat(),
        "years": YEARS,
        "age_months": 480,
        "programs": [],
        "accept_stale": True,
        **coverages(design, sample.kind),
        **sample.request,
    }
    before, now = (answer(asked, reference, today) for reference in references)
    begins = f"First dose on {day(first_dose)}."
    notes = [
        f"{sample.note} {begins}",
        *dict.fromkeys(found for found in (before, now) if isinstance(found, str)),
    ]
    return Effect(f"{sample.title}: {design.name}", rows(before, now), tuple(notes))


def coverages(design: Design, kind: str) -> dict:
    """The design as the only plan, or behind the one it usually follows."""
    side = "pharmacy" if kind == "pharmacy" else "medical"
    if design.role == "primary":
        return {"coverage": {side: {"design": design.slug}}}
    first = "medicare-part-b" if design.method == "medigap" else "commercial-ppo"
    return {"coverage": {side: {"design": first}}, "secondary": [{"design": design.slug}]}


def answer(asked: dict, reference: Reference, today: date) -> Estimate | str:
    """The estimate, or why there is none."""
    try:
        return estimate(asked, reference, today)
    except RequestErrors as errors:
        return "No figure: " + "; ".join(message for _, message in errors.errors) + "."


def rows(before: Estimate | str, now: Estimate | str) -> tuple[EffectRow, ...]:
    years = zip(ranges(before), ranges(now), strict=True)
    return tuple(
        EffectRow(f"in treatment year {year}", told(old), told(new), moved(old, new))
        for year, (old, new) in enumerate(years, 1)
    )


def ranges(found: Estimate | str) -> tuple[Range | None, ...]:
    return (None,) * YEARS if isinstance(found, str) else found.treatment_years


def told(amount: Range | None) -> str:
    if amount is None:
        return "not known"
    if amount.is_one_number:
        return cents(amount.likely)
    return f"{cents(amount.low)} to {cents(amount.high)}, likely {cents(amount.likely)}"


def moved(old: Range | None, new: Range | None) -> str:
    """How the likely figure moves; a range that moves alone is said to."""
    if old is None or new is None:
        return "not known"
    change = new.likely - old.likely
    if change:
        return f"{'+' if change > 0 else '−'}{cents(abs(change))}"
    return "none" if old == new else "none in the likely figure; the range moves"
