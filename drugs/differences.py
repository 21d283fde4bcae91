"""Where two sources differ, as a page shows it: both values, both sources, which one the estimate uses, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from drugs.citations import Citations, Proof
from drugs.pricewords import with_prices
from drugs.reference import Difference, Drugs


@dataclass(frozen=True)
class ShownDifference:
    field: str
    value: str
    source: Proof
    used_value: str
    used_source: Proof | None
    reason: str
    to_review: bool


def shown_differences(
    differences: Iterable[Difference], drugs: Drugs, today: date, cited: Citations
) -> tuple[ShownDifference, ...]:
    def words(text: str) -> str:
        return with_prices(text, drugs, today)[0]

    return tuple(
        ShownDifference(
            field=difference.field,
            value=words(difference.value),
            source=cited.source(difference.source),
            used_value=words(difference.used_value),
            used_source=cited.source(difference.used_source) if difference.used_source else None,
            reason=words(difference.reason),
            to_review=difference.status == "to_review",
        )
        for difference in differences
    )
