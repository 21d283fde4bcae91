"""What the published files say of a code or a package on a date. A code that a file does not have is a state too."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from drugs.import_models import ImportBatch, ImportRow
from drugs.prices import quarter_bounds, quarter_of

BASES = {
    "asp": ("asp",),
    "addendum_b": ("addendum_b", "opps"),
    "addendum_bb": ("addendum_bb", "asc"),
    "ndc_crosswalk": (),
}
"""The price bases that each kind of file brings."""


def file_for(kind: str, on_date: date) -> ImportBatch | None:
    """The published file for the quarter of a date."""
    published = ImportBatch.objects.filter(
        kind=kind, quarter=quarter_of(on_date), status=ImportBatch.Status.PUBLISHED
    )
    return published.order_by("-decided_at", "-pk").first()


def state_of(code: str, kind: str, on_date: date) -> tuple[str, ImportBatch | None]:
    """(state in words, file): priced, packaged, ended, not in this file, ...; "" where no file is published."""
    batch = file_for(kind, on_date)
    if batch is None:
        return "", None
    row = batch.rows.filter(code=code).first()
    return (row.get_state_display() if row else ImportRow.State.ABSENT.label), batch


def packages(code_or_ndc: str, on_date: date) -> list[ImportRow]:
    """The packages of a code, or the codes of a package, in the crosswalk of that quarter."""
    batch = file_for(ImportBatch.Kind.NDC_CROSSWALK, on_date)
    if batch is None:
        return []
    rows = batch.rows.exclude(state=ImportRow.State.ABSENT)
    return list(rows.filter(code=code_or_ndc) or rows.filter(ndc=code_or_ndc))


def gone(newest: Iterable[tuple[str, str, date]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Codes that a later published file has no price for: (code, basis) -> (that file's quarter, the state in it).

    `newest` are (code, basis, last day) of the newest price of each. Without this an ended code would go on being
    priced as if its next quarter had merely not been read yet.
    """
    files, states = published_files(), cache(states_in)
    found = {}
    for code, basis, last_day in newest:
        later = next(
            (file for file in files.get(basis, ()) if quarter_bounds(file.quarter)[0] > last_day), None
        )
        if later and (words := unpriced(code, later, states)):
            found[code, basis] = (later.quarter, words)
    return found


def published_files() -> dict[str, list[ImportBatch]]:
    """By price basis the published files, oldest quarter first; of one quarter the last decided alone."""
    batches = ImportBatch.objects.filter(status=ImportBatch.Status.PUBLISHED).order_by("decided_at", "pk")
    newest = {(batch.kind, batch.quarter): batch for batch in batches.defer("report", "counts")}
    by_basis: dict[str, list[ImportBatch]] = {}
    for (kind, _), batch in sorted(newest.items(), key=lambda item: item[0]):
        for basis in BASES[kind]:
            by_basis.setdefault(basis, []).append(batch)
    return by_basis


def states_in(pk: int) -> dict[str, str]:
    return dict(ImportRow.objects.filter(batch_id=pk).values_list("code", "state"))


def unpriced(code: str, file: ImportBatch, states: Callable[[int], dict[str, str]]) -> str:
    """The state of a code that a file has no price for, in words; "" where it has one."""
    state = ImportRow.State(states(file.pk).get(code, ImportRow.State.ABSENT))
    return "" if state == ImportRow.State.PRICED else str(state.label)
