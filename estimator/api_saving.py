"""Save an estimate that a program asked for: the same snapshot as the page's, once for each key."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from estimator import answers, models
from estimator.api_problems import Problem
from estimator.assemble import Reference
from estimator.estimate import Estimate, estimate
from estimator.request import RequestErrors
from estimator.requestform import form_of, not_held
from estimator.saved import Draft, canonical, save
from estimator.saved_forms import SaveForm
from estimator.saved_label import tidied
from estimator.words import listed


@dataclass(frozen=True)
class AskedDraft(Draft):
    """An estimate of a request rather than of a filled-in form."""

    asked: dict[str, Any]

    @property
    def request(self) -> dict:
        return {"as_of": self.today.isoformat(), **self.asked}

    @property
    def answers(self) -> list[dict]:
        """What opens the form again; what the form has no place for is told as it was asked."""
        request = self.estimate.request
        form = form_of(request, self.reference, self.today)
        missing = [key for key in not_held(request, form, self.reference) if key in self.asked]
        return [*answers.told(form), *(answers.beside(key, told(self.asked[key])) for key in missing)]


def told(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value)


def saved_once(data: Any, owner, key: UUID) -> tuple[models.Estimate, bool]:
    """The saved estimate, and whether it is new. A key that has saved something else is refused."""
    asked, label = wanted(data)
    before = models.Estimate.objects.filter(owner=owner, key=key).first()
    if before:
        return same_or_refused(before, asked, label), False
    reference = Reference.current()
    check_label(label, reference)
    today = timezone.localdate()
    draft = AskedDraft(None, reference, today, found_of(asked, reference, today), asked)
    saved = save(draft, owner=owner, label=tidied(label), key=key, revises=None)
    return same_or_refused(saved, asked, label), True


def wanted(data: Any) -> tuple[dict, str]:
    if not isinstance(data, dict) or not data.keys() <= {"request", "label"}:
        raise Problem(
            422,
            "Send an object with the keys `request` and, if you like, `label`.",
            [("$", "expected these keys alone")],
        )
    asked, label = data.get("request"), data.get("label") or ""
    if not isinstance(asked, dict):
        raise Problem(422, "There is no request to estimate.", [("$.request", "expected an object")])
    if not isinstance(label, str):
        raise Problem(422, "The label is no text.", [("$.label", "expected a text")])
    return asked, label


def found_of(asked: dict, reference: Reference, today: date) -> Estimate:
    """The estimate; the path of a wrong field begins inside `request`."""
    try:
        return estimate(asked, reference, today)
    except RequestErrors as refused:
        raise RequestErrors([("$.request" + path[1:], words) for path, words in refused.errors]) from None


def check_label(label: str, reference: Reference) -> None:
    """The page's own judgement, without its tick: what looks like a person is not saved from here."""
    form = SaveForm({"label": label, "key": str(uuid4())}, reference)
    if form.is_valid():
        return
    looks = f"this looks like {listed(form.doubts, 'or')}" if form.doubts else form.errors["label"][0]
    raise Problem(422, "Choose another label.", [("$.label", looks)])


def same_or_refused(saved: models.Estimate, asked: dict, label: str) -> models.Estimate:
    """What a key has saved is given again to whoever asks the same, until somebody deletes it."""
    kept = json.loads(saved.request)
    same = kept == json.loads(canonical({"as_of": kept["as_of"], **asked}))
    if not same or saved.label != tidied(label) or saved.deleted_at:
        raise Problem(409, "This Idempotency-Key has saved something else. Choose a new one.")
    return saved
