"""Staging, publishing and withdrawing a file: each one transaction, so a killed process leaves before or after.

Publishing adds price revisions and never changes one. Whoever publishes holds the lock on the batches of that
kind; a batch whose comparison has become stale meanwhile is compared anew and has to be looked at again.
"""

from collections.abc import Callable
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from drugs import models
from drugs.acts import acted, named
from drugs.import_models import ImportBatch, ImportRow
from drugs.importers.difference import Difference, Standing, compare
from drugs.importers.limited import read_limited
from drugs.importers.published import BASES
from drugs.importers.refusal import Refused, listed
from drugs.importers.rows import Reading, Row
from drugs.prices import quarter_bounds
from drugs.provenance import Confidence, Loaded

AT_ONCE = 500
Status = ImportBatch.Status


class NotPublished(Exception):
    """Why nothing was published, in words for the person who asked."""


class AlreadyImported(NotPublished):
    def __init__(self, batch: ImportBatch):
        self.batch = batch
        super().__init__(
            f"already imported: this very file is {batch.get_status_display()} since "
            f"{batch.uploaded_at:%Y-%m-%d} as number {batch.pk} ({batch})"
        )


class MustConfirm(NotPublished):
    def __init__(self, reasons: list[str]):
        self.reasons = reasons
        super().__init__("; ".join(reasons))


def stage(kind: str, file_name: str, data: bytes, user=None, stated_quarter: str = "") -> ImportBatch:
    """The file read, compared and waiting; or kept as refused with the reasons. Nothing in force changes."""
    try:
        reading = read_limited(kind, file_name, data, stated_quarter)
    except Refused as refused:
        report = {"problems": listed(refused.problems), "problem_count": len(refused.problems)}
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                kind=kind, file_name=file_name[:255], status=Status.REFUSED, report=report, uploaded_by=user
            )
            acted("import", named(batch), by=user, kind=kind, status=Status.REFUSED)
        return batch
    return staged(kind, file_name, reading, user)


def staged(kind: str, file_name: str, reading: Reading, user=None) -> ImportBatch:
    try:
        with transaction.atomic():
            if found := already_imported(kind, reading.sha256):
                raise AlreadyImported(found)
            difference = compare(kind, reading.quarter, reading.rows)
            batch = ImportBatch.objects.create(
                kind=kind,
                quarter=reading.quarter,
                file_name=file_name[:255],
                member=reading.member[:255],
                sha256=reading.sha256,
                title=reading.title,
                uploaded_by=user,
                report={"warnings": reading.warnings, "skipped": reading.skipped},
            )
            keep_difference(batch, difference)
            acted("import", named(batch), by=user, kind=kind, status=Status.STAGED)
    except IntegrityError:  # somebody staged the same file in the same moment
        raise AlreadyImported(already_imported(kind, reading.sha256)) from None
    return batch


def already_imported(kind: str, sha256: str) -> ImportBatch | None:
    return ImportBatch.objects.filter(
        kind=kind, sha256=sha256, status__in=(Status.STAGED, Status.PUBLISHED)
    ).first()


def keep_difference(batch: ImportBatch, difference: Difference) -> None:
    batch.rows.all().delete()
    for row in difference.rows:
        row.batch = batch
    ImportRow.objects.bulk_create(difference.rows, batch_size=AT_ONCE)
    batch.counts = difference.counts
    batch.compared_with = difference.fingerprint
    batch.report |= difference.report | {"must_confirm": difference.must_confirm}
    batch.save()


def publish(batch: ImportBatch, user=None, confirmed: bool = False) -> ImportBatch:
    """Put a staged file in force, whole or not at all. Raises NotPublished with the reason."""
    return decided(partial(_publish, batch.pk, user, confirmed))


def withdraw(batch: ImportBatch, user=None) -> ImportBatch:
    """Set a staged file aside, or take a published one back: what stood before it stands again."""
    return decided(partial(_withdraw, batch.pk, user))


def decided(act: Callable[[], ImportBatch]) -> ImportBatch:
    """A price entered by hand in the same moment can take our revision number: then once more."""
    for _ in range(4):
        try:
            with transaction.atomic():
                outcome = act()
        except IntegrityError:
            continue
        if isinstance(outcome, NotPublished):  # after the transaction: the fresh comparison is kept
            raise outcome
        return outcome
    raise NotPublished("Somebody else is changing the same prices. Try again in a moment.")


def locked(pk: int) -> ImportBatch:
    """The batch, with every batch of its kind held until the transaction ends."""
    kind = ImportBatch.objects.values_list("kind", flat=True).get(pk=pk)
    held = ImportBatch.objects.select_for_update().filter(kind=kind).order_by("pk")
    return {batch.pk: batch for batch in held}[pk]


def _publish(pk: int, user, confirmed: bool) -> ImportBatch | NotPublished:
    batch = locked(pk)
    if batch.status == Status.PUBLISHED:
        raise AlreadyImported(batch)
    if batch.status != Status.STAGED:
        raise NotPublished(f"This file is {batch.get_status_display()}, so it cannot be published.")
    standing = Standing(batch.kind, batch.quarter)
    rows = [read_row(row) for row in batch.rows.exclude(state=ImportRow.State.ABSENT).iterator()]
    if standing.fingerprint != batch.compared_with:
        keep_difference(batch, compare(batch.kind, batch.quarter, rows))
        return NotPublished("What is in force has changed since this comparison was made. Look at it again.")
    if batch.report["must_confirm"] and not confirmed:
        raise MustConfirm(batch.report["must_confirm"])
    batch.source = source_of(batch)
    if BASES[batch.kind]:
        add_prices(batch, rows, standing, user)
    return settle(batch, Status.PUBLISHED, user)


def settle(batch: ImportBatch, status: str, user) -> ImportBatch:
    batch.status, batch.decided_by, batch.decided_at = status, user, timezone.now()
    batch.save()
    models.DataRevision.bump()
    act = "publish" if status == Status.PUBLISHED else "withdraw"
    acted(act, named(batch), by=user, kind=batch.kind, quarter=batch.quarter)
    return batch


def read_row(stored: ImportRow) -> Row:
    row = Row(**{name: getattr(stored, name) for name in Row.__dataclass_fields__})
    row.details = {key: value for key, value in row.details.items() if key != "before"}
    return row


def source_of(batch: ImportBatch) -> models.Source:
    """The document every price of this file names: its title, quarter and fingerprint."""
    key = f"cms-{batch.kind}-{batch.quarter}-{batch.sha256[:8]}".lower().replace("_", "-")
    words = {
        "title": f"{batch.get_kind_display()}, {batch.quarter}",
        "publisher": "CMS",
        "address": f"{batch.member} SHA-256 {batch.sha256}",
        "read_on": timezone.localdate(),
        "origin": Loaded.Origin.IMPORT,
    }
    return models.Source.objects.get_or_create(key=key, defaults=words)[0]


def add_prices(batch: ImportBatch, rows: list[Row], standing: Standing, user) -> None:
    prices, kept, priced = [], 0, set()
    for row in rows:
        if row.amount is None:
            continue
        priced.add((row.code, row.basis))
        same = standing.same_quarter(row)
        if same and same.says(row):
            continue
        if same and same.is_a_persons:
            keep_beside(batch, row, same)
            kept += 1
        else:
            prices.append(price_of(batch, row, standing, user))
    lost = withdrawals(batch, standing, priced, user)
    models.Price.objects.bulk_create([*prices, *lost], batch_size=AT_ONCE)
    batch.counts |= {"new_prices": len(prices), "withdrawn_prices": len(lost), "kept_prices": kept}


def price_of(batch: ImportBatch, row: Row, standing: Standing, user) -> models.Price:
    stands = standing.revisions.get((row.code, row.basis, standing.first_day))
    return models.Price(
        code=row.code,
        basis=row.basis,
        amount=row.amount,
        coinsurance=row.coinsurance,
        revision=stands.revision + 1 if stands else 1,
        **provenance(batch, user, about(row)),
    )


def provenance(batch: ImportBatch, user, note: str) -> dict:
    first, last = quarter_bounds(batch.quarter)
    return {
        "source": batch.source,
        "effective_from": first,
        "effective_to": last,
        "read_on": timezone.localdate(),
        "confidence": Confidence.HIGH,
        "source_note": note,
        "origin": Loaded.Origin.IMPORT,
        "created_by": user,
    }


def about(row: Row) -> str:
    """What the file says beside the amount."""
    said = [
        f"Line {row.line}." if row.line else "",
        f"Per {row.dosage}." if row.dosage else "",
        f"Indicator {row.indicator}." if row.indicator else "",
        f"APC {row.details['apc']}." if row.details.get("apc") else "",
        row.note,
    ]
    return " ".join(filter(None, said))


def withdrawals(batch: ImportBatch, standing: Standing, priced: set, user) -> list[models.Price]:
    """Prices that an earlier file of this quarter brought and this one no longer has."""
    return [
        models.Price(
            code=code,
            basis=basis,
            amount=stands.amount,
            coinsurance=stands.coinsurance,
            revision=stands.revision + 1,
            withdrawn=True,
            **provenance(batch, user, "No longer in the restated file."),
        )
        for (code, basis, begins), stands in standing.revisions.items()
        if begins == standing.first_day
        and (code, basis) not in priced
        and stands.origin == Loaded.Origin.IMPORT
        and not (stands.withdrawn or stands.edited_by_person)
    ]


def keep_beside(batch: ImportBatch, row: Row, stands) -> None:
    """A person's price stays in use; the file's is recorded beside it, to be reviewed."""
    models.Difference.objects.update_or_create(
        subject=f"price: {row.code} {row.basis} from {quarter_bounds(batch.quarter)[0]}",
        field="amount",
        source=batch.source,
        defaults={
            "value": told(row.amount, row.coinsurance),
            "used_value": told(stands.amount, stands.coinsurance),
            "reason": "A person entered this price. The official file says otherwise.",
            "status": models.Difference.Status.TO_REVIEW,
            "origin": Loaded.Origin.IMPORT,
        },
    )


def told(amount, coinsurance: int | None) -> str:
    share = "" if coinsurance is None else f", coinsurance {coinsurance // 1000}.{coinsurance % 1000:03} %"
    return f"${amount:,f}{share}"


def _withdraw(pk: int, user) -> ImportBatch:
    batch = locked(pk)
    if batch.status not in (Status.STAGED, Status.PUBLISHED):
        raise NotPublished(f"This file is {batch.get_status_display()}; there is nothing to withdraw.")
    if batch.status == Status.PUBLISHED and BASES[batch.kind]:
        restore_prices(batch, user)
    return settle(batch, Status.WITHDRAWN, user)


def restore_prices(batch: ImportBatch, user) -> None:
    """A new revision for every price of this file still in use: the one before it, or none."""
    of_this_file = models.Price.objects.filter(source=batch.source)
    keys = {price.code for price in of_this_file}
    same_keys = models.Price.objects.filter(
        basis__in=BASES[batch.kind], place="", effective_from=quarter_bounds(batch.quarter)[0]
    ).order_by("revision")
    revisions: dict[tuple, list[models.Price]] = {}
    for price in same_keys:
        if price.code in keys:
            revisions.setdefault((price.code, price.basis), []).append(price)
    restored = [restored_price(batch, found, user) for found in revisions.values()]
    models.Price.objects.bulk_create(filter(None, restored), batch_size=AT_ONCE)


def restored_price(batch: ImportBatch, revisions: list[models.Price], user) -> models.Price | None:
    newest = revisions[-1]
    if newest.source_id != batch.source_id:
        return None
    earlier = [price for price in revisions if price.source_id != batch.source_id]
    price = earlier[-1] if earlier else newest
    price.pk, price._state.adding = None, True
    price.revision, price.created_by = newest.revision + 1, user
    price.withdrawn = price.withdrawn if earlier else True
    price.source_note = f"{price.source_note} (After file number {batch.pk} was withdrawn.)".strip()
    return price
