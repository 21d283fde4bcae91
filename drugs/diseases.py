"""What a drug is for, by the names of its indication."""

import re
from collections.abc import Iterable

from drugs.reference import Drug


def diseases(drug: Drug) -> tuple[str, ...]:
    """The names of what a drug is for: each part of its indication, up to `(`, a comma, `with` or `in`."""
    parts = [re.split(r"\s*\(|,|\s+with\s+|\s+in\s+", part.strip())[0] for part in drug.indication.split(";")]
    return tuple(part[:1].upper() + part[1:] for part in parts if part)


def by_disease(drugs: Iterable[Drug]) -> dict[str, list[Drug]]:
    grouped: dict[str, list[Drug]] = {}
    for drug in drugs:
        for disease in diseases(drug) or ("Other",):
            grouped.setdefault(disease, []).append(drug)
    return dict(sorted(grouped.items()))
