"""What the tables of `drugs/data/*.toml` mean. Each function puts one row of its table."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from drugs.loading import BadFile, Loading, load_files, read_files, touched_by_a_person
from drugs.models import (
    AdministrationCode,
    Code,
    Difference,
    DoseBand,
    Drug,
    Fact,
    Phase,
    Presentation,
    Price,
    Regimen,
    Source,
)
from drugs.prices import quarter_bounds

FOLDER = Path(__file__).parent / "data"


def load_drugs(loading: Loading) -> None:
    load_files(loading, read_files(FOLDER, TABLES), TABLES)


def _put_source(loading: Loading, row: dict, where: str) -> None:
    loading.put(Source, ("key",), row, where)


def _put_drug(loading: Loading, row: dict, where: str) -> None:
    loading.put(Drug, ("slug",), row, where)


def _put_part(model: type, *key: str) -> Any:
    """A table whose rows name their drug: `drug = "spinraza"`."""

    def put_row(loading: Loading, row: dict, where: str) -> None:
        row = dict(row)
        slug = row.pop("drug", None)
        drug = loading.referred(Drug, "slug", slug, f"{where}: drug") if slug is not None else None
        loading.put(model, ("drug", *key), row, where, drug=drug)

    return put_row


def _put_regimen(loading: Loading, row: dict, where: str) -> None:
    row = dict(row)
    phases = row.pop("phase", [])
    drug = loading.referred(Drug, "slug", row.pop("drug", None), f"{where}: drug")
    if row.get("is_default") is True:
        row["is_default"] = _may_be_default(loading, drug, row.get("slug"))
    regimen = loading.put_at_once(Regimen, ("drug", "slug"), row, where, drug=drug)
    _put_phases(loading, regimen, phases, where)


def _may_be_default(loading: Loading, drug: Drug, slug: str) -> bool:
    """A drug has one default. A new one of the files takes over from their former one, never from a person's."""
    for (other_drug, other_slug), other in loading.stored(Regimen, ("drug", "slug")).items():
        if other_drug != drug or other_slug == slug or not other.is_default:
            continue
        if touched_by_a_person(other):
            return False
        if not loading.was_seen(Regimen, (drug, other_slug)):
            other.is_default = False
            loading.save(other, f"{slug} is the default now", "changed")
    return True


def _put_phases(loading: Loading, regimen: Regimen, rows: list[dict], where: str) -> None:
    """A regimen's phases and bands are one value: they follow the file together, or not at all."""
    wanted = [_phase_values(loading, row, f"{where}.phase[{n}]") for n, row in enumerate(rows, 1)]
    stored = _stored_phases(loading, regimen)
    if wanted == stored:
        return
    if stored and touched_by_a_person(regimen):
        loading.keep_beside(_WithPhases(regimen, stored), {"phases": wanted}, where)
        return
    regimen.phases.all().delete()
    for order, (values, bands) in enumerate(wanted):
        phase = loading.save(Phase(regimen=regimen, order=order, **values), where, "added")
        for number, band in enumerate(bands):
            loading.save(DoseBand(phase=phase, order=number, **band), where, "added")


def _phase_values(loading: Loading, row: dict, where: str) -> tuple[dict, list[dict]]:
    row = dict(row)
    bands = row.pop("band", [])
    if not bands:
        raise BadFile(f"{where}: band: a phase needs a dose")
    row = _with_interval(row)
    return _own_values(loading, Phase, row, where), [
        _own_values(loading, DoseBand, _with_interval(dict(band)), f"{where}.band[{n}]")
        for n, band in enumerate(bands, 1)
    ]


def _with_interval(row: dict) -> dict:
    """`every = "4 months"` as the two fields that hold it."""
    if "every" in row:
        number, _, unit = str(row.pop("every")).partition(" ")
        row |= {"every_number": int(number) if number.isdecimal() else number, "every_unit": unit}
    return row


OWNERS = {"regimen", "phase", "order"}


def _own_values(loading: Loading, model: type, row: dict, where: str) -> dict:
    return {name: value for name, value in loading.values(model, row, where).items() if name not in OWNERS}


def _stored_phases(loading: Loading, regimen: Regimen) -> list[tuple[dict, list[dict]]]:
    by_regimen = loading.once("phases", _all_phases)
    return [(_plain(p), [_plain(b) for b in p.bands.all()]) for p in by_regimen.get(regimen.pk, [])]


def _all_phases() -> dict[int, list[Phase]]:
    by_regimen: dict[int, list[Phase]] = {}
    for phase in Phase.objects.order_by("order").prefetch_related("bands"):
        by_regimen.setdefault(phase.regimen_id, []).append(phase)
    return by_regimen


def _plain(row: Any) -> dict:
    names = [f.name for f in row._meta.concrete_fields if f.name not in OWNERS | {"id"}]
    return {name: getattr(row, name) for name in names}


class _WithPhases:
    """A regimen with its phases as one readable value, for a Difference."""

    def __init__(self, regimen: Regimen, phases: list):
        self._meta, self.source, self.drug, self.phases = regimen._meta, regimen.source, regimen.drug, phases
        self._name = str(regimen)

    def __str__(self):
        return self._name


def _put_prices(loading: Loading, row: dict, where: str) -> None:
    """Prices of one basis: `quarters` of one code, or `amounts` of many codes over one period."""
    row = dict(row)
    quarters, amounts = row.pop("quarters", {}), row.pop("amounts", {})
    if bool(quarters) == bool(amounts):
        raise BadFile(f"{where}: expected either quarters or amounts")
    for quarter, amount in quarters.items():
        try:
            first, last = quarter_bounds(quarter)
        except ValueError as error:
            raise BadFile(f"{where}: quarters: {error}") from error
        period = {"effective_from": first, "effective_to": last}
        _put_price(loading, row | period | _amount(amount), f"{where}: {quarter}")
    for code, amount in amounts.items():
        _put_price(loading, row | {"code": code} | _amount(amount), f"{where}: {code}")


def _amount(amount: str | dict) -> dict:
    """An amount, or an amount with what is its own: { amount = "164.812", coinsurance = 19941 }."""
    return amount if isinstance(amount, dict) else {"amount": amount}


def _put_price(loading: Loading, row: dict, where: str) -> None:
    if isinstance(row.get("amount"), float | Decimal):
        raise BadFile(
            f'{where}: amount: write prices as text, as in "1171.87", to keep the file\'s own digits'
        )
    loading.put(Price, Price.KEY, row, where)


def _put_difference(loading: Loading, row: dict, where: str) -> None:
    row = dict(row)
    slug = row.pop("drug", None)
    drug = loading.referred(Drug, "slug", slug, f"{where}: drug") if slug is not None else None
    subject = {"subject": f"drug:{slug}"} if slug is not None else {}
    loading.put(Difference, ("subject", "field", "source"), subject | row, where, drug=drug)


TABLES = {
    "source": _put_source,
    "drug": _put_drug,
    "regimen": _put_regimen,
    "presentation": _put_part(Presentation, "form"),
    "code": _put_part(Code, "system", "code"),
    "administration_code": _put_part(AdministrationCode, "code"),
    "prices": _put_prices,
    "fact": _put_part(Fact, "code", "topic", "label"),
    "difference": _put_difference,
}
