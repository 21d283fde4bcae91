"""What a change of terms does to sample families: texts for the page, made by whoever DESIGN_PREVIEW names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EffectRow:
    when: str
    before: str
    now: str
    difference: str


@dataclass(frozen=True)
class Effect:
    """One sample family; `notes` say what it is, what was assumed, or why there is no figure."""

    title: str
    rows: tuple[EffectRow, ...]
    notes: tuple[str, ...] = ()
