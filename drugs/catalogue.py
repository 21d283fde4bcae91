"""The database as one frozen `Drugs`, kept in memory while the data revision stays the same."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from django.db import connection

from drugs import models, reference
from drugs.importers.published import gone


def load() -> reference.Drugs:
    """Everything known about drugs, as of now: one query while nothing has changed."""
    return unchanged("drugs", _read)


def load_at(current: tuple) -> reference.Drugs:
    """For a larger snapshot, which sees to it that the revision stays."""
    return at(current, "drugs", _read)[0]


TRIES = 3
_kept: dict[str, tuple[tuple, Any]] = {}
_last_whole: dict[str, Any] = {}


def unchanged(name: str, read: Callable[[tuple], Any]) -> Any:
    """The snapshot of that name, read again when the data revision has moved (also during the reading).

    `read` gets the revision. While others publish faster than it can be read, the last whole snapshot serves: what
    was in use a moment ago, never a mixture.
    """
    for tried in count(1):
        snapshot, is_whole = at(models.DataRevision.current(), name, read)
        if is_whole:
            return snapshot
        if tried >= TRIES and name in _last_whole:
            return _last_whole[name]


def at(current: tuple, name: str, read: Callable[[tuple], Any]) -> tuple[Any, bool]:
    """The snapshot, and whether the data stayed at this revision until it was read."""
    if name in _kept and _kept[name][0] == current and current[1]:
        return _kept[name][1], True
    snapshot = read(current)
    is_whole = models.DataRevision.current() == current
    if is_whole:
        _kept[name] = (current, snapshot)
        if not connection.in_atomic_block:  # or it may yet be taken back, as the preview of a plan's terms is
            _last_whole[name] = snapshot
    return snapshot, is_whole


def newest_revisions(rows: Iterable[models.Price]) -> list:
    """Of each key the highest revision, unless it says the value is withdrawn."""
    newest: dict[tuple, Any] = {}
    for row in rows:
        key = tuple(getattr(row, row._meta.get_field(name).attname) for name in row.KEY)
        if key not in newest or newest[key].revision < row.revision:
            newest[key] = row
    return [row for row in newest.values() if not row.withdrawn]


def sources() -> dict[int, reference.Source]:
    columns = ("id", "key", "title", "publisher", "address", "read_on")
    return {pk: reference.Source(*rest) for pk, *rest in models.Source.objects.values_list(*columns)}


def provenance(row: Any, source_by_id: dict[int, reference.Source]) -> reference.Provenance:
    return reference.Provenance(
        source=source_by_id[row.source_id],
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        read_on=row.read_on,
        verified_on=row.verified_on,
        verified_by=row.verified_by.get_username() if row.verified_by_id else "",
        confidence=row.confidence,
        note=row.source_note,
    )


def difference(row: models.Difference, source_by_id: dict[int, reference.Source]) -> reference.Difference:
    return reference.Difference(
        subject=row.subject,
        field=row.field,
        value=row.value,
        source=source_by_id[row.source_id],
        used_value=row.used_value,
        used_source=source_by_id.get(row.used_source_id),
        reason=row.reason,
        status=row.status,
    )


def value(kind: type, row: Any, source_by_id: dict[int, reference.Source], **told: Any) -> Any:
    """A frozen value: the row's columns of the same names, its provenance, and what `told` says otherwise."""
    columns = {name: getattr(row, name) for name in _shared_names(kind, type(row)) if name not in told}
    columns = {name: tuple(cell) if isinstance(cell, list) else cell for name, cell in columns.items()}
    return kind(**columns, **told, provenance=provenance(row, source_by_id))


@cache
def _shared_names(kind: type, model: type) -> tuple[str, ...]:
    columns = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    return tuple(field.name for field in fields(kind) if field.name in columns)


def _read(current: tuple) -> reference.Drugs:
    by_id = sources()
    parts = _parts_of_drugs(by_id)
    return reference.Drugs(
        revision=current[0],
        drugs=tuple(_drug(row, by_id, parts[row.id]) for row in _verified(models.Drug)),
        prices=_prices(by_id),
        sources=tuple(by_id.values()),
        differences=tuple(parts[None]["differences"]),
        facts=tuple(parts[None]["facts"]),
    )


def _verified(model: type) -> Any:
    return model.objects.select_related("verified_by")


def _parts_of_drugs(by_id: dict[int, reference.Source]) -> dict[int | None, dict[str, list]]:
    """Everything that hangs on a drug, by drug id; under None what hangs on none."""
    parts: dict[int | None, dict[str, list]] = defaultdict(lambda: defaultdict(list))
    regimens = _verified(models.Regimen).prefetch_related("phases__bands")
    rows: dict[str, tuple[Any, Callable]] = {
        "regimens": (regimens, _regimen),
        "presentations": (_verified(models.Presentation), _presentation),
        "codes": (_verified(models.Code), _code),
        "administration_codes": (_verified(models.AdministrationCode), _administration_code),
        "facts": (_verified(models.Fact), _fact),
        "differences": (models.Difference.objects.all(), difference),
    }
    for name, (queryset, build) in rows.items():
        for row in queryset:
            parts[row.drug_id][name].append(build(row, by_id))
    return parts


def _drug(row: models.Drug, by_id: dict, parts: dict[str, list]) -> reference.Drug:
    return value(reference.Drug, row, by_id, **{name: tuple(items) for name, items in parts.items()})


def _regimen(row: models.Regimen, by_id: dict) -> reference.Regimen:
    return value(reference.Regimen, row, by_id, phases=tuple(_phase(phase) for phase in row.phases.all()))


def _phase(row: models.Phase) -> reference.Phase:
    return reference.Phase(
        name=row.name,
        kind=row.kind,
        bands=tuple(_band(band) for band in row.bands.all()),
        per_treatment=row.per_treatment,
        offsets=None if row.offsets is None else tuple(row.offsets),
        every=_every(row),
        count=row.count,
        on_switch=row.on_switch,
        code=row.code or None,
        route=row.route or None,
        benefit=row.benefit or None,
    )


def _band(row: models.DoseBand) -> reference.DoseBand:
    return reference.DoseBand(
        mg=shortest(row.mg),
        mg_per_kg=shortest(row.mg_per_kg),
        maximum_mg=shortest(row.maximum_mg),
        age_from_months=shortest(row.age_from_months),
        age_below_months=shortest(row.age_below_months),
        weight_from_kg=shortest(row.weight_from_kg),
        weight_below_kg=shortest(row.weight_below_kg),
        presentation=row.presentation or None,
        every=_every(row),
    )


def _every(row: models.Every) -> reference.Interval | None:
    return reference.Interval(row.every_number, row.every_unit) if row.every_number else None


def _presentation(row: models.Presentation, by_id: dict) -> reference.Presentation:
    return value(reference.Presentation, row, by_id, mg=shortest(row.mg))


def _code(row: models.Code, by_id: dict) -> reference.Code:
    return value(reference.Code, row, by_id, unit_mg=shortest(row.unit_mg))


def _administration_code(row: models.AdministrationCode, by_id: dict) -> reference.AdministrationCode:
    return value(reference.AdministrationCode, row, by_id)


def _fact(row: models.Fact, by_id: dict) -> reference.Fact:
    return value(reference.Fact, row, by_id)


def _prices(by_id: dict) -> tuple[reference.Price, ...]:
    """Every price in use; the newest one of a code says where a later published file has none for it."""
    prices = [_price(row, by_id) for row in newest_revisions(_verified(models.Price))]
    newest = {(p.code, p.basis): p for p in sorted(prices, key=lambda p: p.effective_from) if not p.place}
    lost = gone((*key, p.effective_to) for key, p in newest.items() if p.effective_to)
    for key, (quarter, words) in lost.items():
        prices[prices.index(newest[key])] = replace(newest[key], gone_in=quarter, gone_words=words)
    return tuple(prices)


def _price(row: models.Price, by_id: dict) -> reference.Price:
    return value(reference.Price, row, by_id, amount=with_cents(row.amount))


def shortest(value: Decimal | None) -> Decimal | None:
    """12.000 as 12: what a column's width added is not part of the value."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def with_cents(amount: Decimal) -> Decimal:
    """A price with the digits its file had: at least cents, no zeros beyond them."""
    normal = amount.normalize()
    return normal if normal.as_tuple().exponent < -2 else normal.quantize(Decimal("0.01"))
