"""A phase of the catalogue as the cost module knows it."""

from drugs import reference as drug_reference

from .cost import doses


def cost_phase(phase: drug_reference.Phase) -> doses.Phase:
    """A phase of the catalogue as the cost module knows it."""
    return doses.Phase(
        name=phase.name,
        kind=phase.kind,
        bands=tuple(cost_band(band) for band in phase.bands) or (doses.Band(),),
        offsets=phase.offsets,
        every=cost_interval(phase.every),
        count=phase.count,
        on_switch=phase.on_switch,
        code=phase.code,
        benefit=phase.benefit,
    )


def cost_band(band: drug_reference.DoseBand) -> doses.Band:
    return doses.Band(
        mg=band.mg,
        mg_per_kg=band.mg_per_kg,
        maximum_mg=band.maximum_mg,
        age_from_months=band.age_from_months,
        age_below_months=band.age_below_months,
        weight_from_kg=band.weight_from_kg,
        weight_below_kg=band.weight_below_kg,
        presentation=band.presentation,
        every=cost_interval(band.every),
    )


def cost_interval(interval: drug_reference.Interval | None) -> doses.Interval | None:
    return doses.Interval(interval.number, interval.unit) if interval else None
