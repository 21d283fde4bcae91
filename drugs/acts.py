"""Acts that somebody answers for, told in their own transaction to whoever keeps the record.

`drugs` and `payers` know no audit log: the estimator says at its start that it listens (`estimator/apps.py`). Tell an
act last in its transaction: whoever records it may hold a lock until the end.
"""

from collections.abc import Callable
from typing import Any

Witness = Callable[..., None]
_witnesses: list[Witness] = []


def told_to(witness: Witness) -> None:
    if witness not in _witnesses:
        _witnesses.append(witness)


def acted(act: str, about: str, by=None, **details: Any) -> None:
    """`acted("publish", "file 12", by=user)`; an exception of a witness undoes the act."""
    for witness in _witnesses:
        witness(act, about, by=by, **details)


def named(row) -> str:
    """`drugs.price 12`: what an act was done to. Never its content."""
    return f"{row._meta.label_lower} {row.pk}"
