"""Save an estimate as it is shown, and tell later whether it is still the same.

Freezing goes by what `present()` gave: every field and every property of its values as JSON. Thawing is reading
that JSON, so that a saved page needs neither the code nor the reference data it was made with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from estimator import models
from estimator.answers import told
from estimator.assemble import Reference
from estimator.audit import Act, record
from estimator.calendarfile import entries_of
from estimator.estimate import Estimate, estimate
from estimator.forms import EstimateForm
from estimator.present import Presenter, present
from estimator.present_levers import present_levers
from estimator.presented import Presented
from estimator.request import RequestErrors
from estimator.saved_comparison import KeptComparison
from estimator.saved_files import ledger_rows
from estimator.saved_used import used
from estimator.version import ENGINE

# Canonical text


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, decimals and dates as they are written."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=text
    )


def text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical text")


def freeze(value: Any) -> Any:
    """A presented value as JSON: fields and properties of its classes under their names."""
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        names += [name for name in dir(type(value)) if isinstance(getattr(type(value), name), property)]
        return {name: freeze(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): freeze(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [freeze(item) for item in value]
    return value


def thawed(stored: str) -> Any:
    """What was frozen, as templates read it: `answer.title` is a key now, as it was an attribute."""
    return json.loads(stored)


# The hash


def hash_of(saved: models.Estimate) -> str:
    content = {name: as_text(getattr(saved, name)) for name in models.Estimate.CONTENT}
    return sha256(canonical(content).encode()).hexdigest()


def as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


def is_intact(saved: models.Estimate) -> bool:
    """Whether every byte is what was saved. What is not is shown to nobody."""
    return hash_of(saved) == saved.sha256


# Saving


@dataclass(frozen=True)
class Draft:
    """An estimate about to be saved: what was asked, what came out, and how it reads; the comparison with it."""

    form: EstimateForm
    reference: Reference
    today: date
    estimate: Estimate
    comparison: KeptComparison | None = field(default=None, kw_only=True)

    @cached_property
    def presenter(self) -> Presenter:
        return Presenter(self.estimate, self.reference)

    @cached_property
    def shown(self) -> Presented:
        return present(self.estimate, self.reference)

    @cached_property
    def page(self) -> dict:
        """What the page of the saved estimate shows: the answer, what would change it, the days for a calendar."""
        covered = self.shown.answer.state == "covered"
        levers = present_levers(self.estimate, self.reference) if covered else None
        beside = {"levers": levers, "calendar": entries_of(self.estimate)}
        beside |= {"compared": self.comparison.page} if self.comparison else {}
        return {**freeze(self.shown), **freeze(beside)}

    @cached_property
    def outcome(self) -> dict:
        compared = {"comparison": self.comparison.as_json()} if self.comparison else {}
        return {**self.estimate.as_json(), **compared}

    @property
    def fingerprint(self) -> str:
        """Tells whether the numbers a person agreed to are the numbers that would be saved."""
        return sha256(canonical(self.outcome).encode()).hexdigest()[:32]

    @property
    def request(self) -> dict:
        return {"as_of": self.today.isoformat(), **self.form.request()}

    @property
    def answers(self) -> list[dict]:
        return [*told(self.form), *(self.comparison.answers if self.comparison else ())]


def drafted(
    form: EstimateForm, reference: Reference, today: date, comparison: KeptComparison | None = None
) -> Draft | None:
    """None where the form does not say enough, or says something wrong: then its errors say what."""
    if not form.is_complete:
        return None
    try:
        found = estimate(form.request(), reference, today)
        return Draft(form, reference, today, found, comparison=comparison)
    except RequestErrors as refused:
        form.add_request_errors(refused.errors)
        return None


def save(draft: Draft, *, owner, label: str, key, revises: models.Estimate | None) -> models.Estimate:
    """Save it once: the same person and key again give the one that is there."""
    content = content_of(draft, revises)
    now = timezone.now()
    try:
        with transaction.atomic():
            saved = models.Estimate(
                **content,
                number=models.NumberSeries.next(timezone.localdate(now).year),
                owner=owner,
                owner_name=owner.get_username(),
                created_at=now,
                label=label,
                key=key,
                revises=revises,
            )
            saved.sha256 = hash_of(saved)
            saved.save(force_insert=True)
            record(Act.CREATE, f"estimate {saved.number}", by=owner)
            return saved
    except IntegrityError:
        return models.Estimate.objects.get(owner=owner, key=key)


def content_of(draft: Draft, revises: models.Estimate | None) -> dict:
    assembled, outcome = draft.estimate.assembled, dict(draft.outcome)
    case, result = outcome.pop("case"), outcome.pop("result")
    values = {
        "request": draft.request,
        "answers": draft.answers,
        "case": case,
        "result": result,
        "findings": outcome,
        "ledger": ledger_rows(draft.presenter),
        "shown": draft.page,
        "used": used(draft.estimate, draft.reference),
    }
    bridged = bridge(draft, revises) if revises else None
    return {
        **{name: canonical(value) for name, value in values.items()},
        "bridge": canonical(bridged) if bridged else "",
        "drug": assembled.drug.slug,
        "drug_name": assembled.drug.name,
        "payer": assembled.design.payer.name,
        "coverage": draft.shown.coverage,
        "in_short": in_short(draft.shown),
        "as_of": draft.estimate.request.as_of,
        "engine": ENGINE,
        "drugs_revision": draft.reference.drugs.revision,
        "payers_revision": draft.reference.payers.revision,
        "revises_number": revises.number if revises else "",
    }


def in_short(shown: Presented) -> str:
    """`$10,778.74 ($4,278.74 to $188,196.08)`: treatment year 1 in a list."""
    if shown.answer.state != "covered":
        return {"no_plan": "no coverage"}.get(shown.answer.state, "not covered")
    first = shown.answer.first_year
    return f"{first.likely} ({first.low} to {first.high})" if first.is_range else first.likely


def bridge(draft: Draft, revises: models.Estimate) -> dict | None:
    """The earlier answers under today's reference data: what of the difference comes from the data alone."""
    try:
        request = {**json.loads(revises.request), "as_of": draft.today.isoformat()}
        return estimate(request, draft.reference, draft.today).headline
    except RequestErrors:
        return None


# Deleting


def purge(now: datetime) -> int:
    """Remove for good what was deleted more than the undo window ago, and what is older than the retention."""
    over = Q(deleted_at__lt=now - models.UNDO_FOR)
    if settings.RETENTION_DAYS is not None:
        over |= Q(created_at__lt=now - timedelta(days=settings.RETENTION_DAYS))
    with transaction.atomic():
        found = dict(models.Estimate.objects.filter(over).values_list("pk", "number"))
        models.Estimate.objects.filter(pk__in=found).delete()
        if found:
            record(Act.DELETE, "estimates for good", numbers=sorted(found.values()))
    return len(found)
