"""The sizes of a regimen's doses: an amount told for one dose of 50 mg is not that of one of 28 mg."""

from dataclasses import dataclass

from django.utils.text import slugify

from drugs.reference import DoseBand, Phase, Regimen
from estimator.cost.doses import phases_ahead

OF_A_SIZE = "allowed_drug_for_"


@dataclass(frozen=True)
class DoseSize:
    """Doses of one size: the phases that give it, the form's field for its allowed amount, its name in words."""

    phases: tuple[str, ...]
    field: str
    words: str


def sizes_of(regimen: Regimen, on_treatment: bool) -> tuple[DoseSize, ...]:
    """The sizes still to come under the medical benefit; none where all doses are alike."""
    groups: dict[tuple, list[Phase]] = {}
    for phase in phases_ahead(regimen.phases, on_treatment):
        if phase.benefit != "pharmacy":
            groups.setdefault(tuple(map(amount_of, phase.bands)), []).append(phase)
    return tuple(map(dose_size, groups.values())) if len(groups) > 1 else ()


def dose_size(phases: list[Phase]) -> DoseSize:
    field = f"{OF_A_SIZE}{slugify(phases[0].name)}"
    return DoseSize(tuple(phase.name for phase in phases), field, size_words(phases[0]))


def size_words(phase: Phase) -> str:
    """`a dose of 28 mg`, `a dose of 10 mg per kg`; where the size depends on more, `a loading dose`."""
    amounts = {amount_of(band) for band in phase.bands}
    mg, per_kg, _ = amounts.pop()
    if not amounts and mg is not None:
        return f"a dose of {mg.normalize():f} mg"
    if not amounts and per_kg is not None:
        return f"a dose of {per_kg.normalize():f} mg per kg"
    return f"a {phase.name.lower()} dose"


def amount_of(band: DoseBand) -> tuple:
    return band.mg, band.mg_per_kg, band.maximum_mg
