"""Finding saved estimates: the list with its search and filters, the newest ones, the one being revised."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from estimator.answers import not_in_the_form
from estimator.fields import DayField
from estimator.models import UNDO_FOR, Estimate

ON_A_PAGE = 25
MAY_SEE = "estimator.view_estimate"
RECENT = 5
INDEX = (
    "public_id",
    "number",
    "owner_name",
    "created_at",
    "label",
    "drug_name",
    "coverage",
    "in_short",
    "revises_number",
)
"""What a list shows: the snapshots themselves stay in the database."""
SEARCHED = ("number", "label", "drug_name", "drug", "payer", "coverage")


class SearchForm(forms.Form):
    """Words, and four filters whose choices are what is there."""

    q = forms.CharField(label="Number, label, drug or payer", max_length=100, required=False)
    owner = forms.ChoiceField(label="Saved by", required=False)
    drug = forms.ChoiceField(label="Drug", required=False)
    payer = forms.ChoiceField(label="Payer", required=False)
    since = DayField(label="Saved from", required=False)
    until = DayField(label="Saved until", required=False)

    CHOSEN = {"owner": "owner_name", "drug": "drug_name", "payer": "payer"}

    def __init__(self, data):
        super().__init__(data)
        for name, column in self.CHOSEN.items():
            there = Estimate.objects.kept().order_by(column).values_list(column, flat=True).distinct()
            self.fields[name].choices = [("", "All"), *((value, value) for value in there)]

    def found(self) -> QuerySet:
        """The estimates asked for, newest first; a filter that cannot be read filters nothing and says so."""
        rows = Estimate.objects.kept().only(*INDEX)
        given = self.cleaned_data if self.is_valid() or self.errors else {}
        for word in given.get("q", "").split():
            rows = rows.filter(any_of(SEARCHED, word))
        for name, column in self.CHOSEN.items():
            rows = rows.filter(**{column: given[name]}) if given.get(name) else rows
        if given.get("since"):
            rows = rows.filter(created_at__date__gte=given["since"])
        if given.get("until"):
            rows = rows.filter(created_at__date__lte=given["until"])
        return rows

    @property
    def filters(self):
        return [self[name] for name in ("owner", "drug", "payer", "since", "until")]

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    @property
    def opens_filters(self) -> bool:
        return any(self.data.get(field.name) for field in self.filters)


def any_of(columns: tuple[str, ...], word: str) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": word})
    return found


def page_of(rows: QuerySet, number: str | None) -> Page:
    """That page; what is no page number is the first one."""
    return Paginator(rows, ON_A_PAGE).get_page(number)


def with_comparison(rows: Iterable[Estimate]) -> set[int]:
    """Which of these few keep a comparison; canonical JSON writes its key in one way."""
    there = Estimate.objects.filter(pk__in=[row.pk for row in rows], findings__contains='"comparison":{')
    return set(there.values_list("pk", flat=True))


def recent(user) -> list[Estimate]:
    """For people who may see estimates; for everybody else there are none."""
    return list(Estimate.objects.kept().only(*INDEX)[:RECENT]) if user.has_perm(MAY_SEE) else []


def undoable(user) -> QuerySet:
    """What this person deleted and may still bring back."""
    return Estimate.objects.filter(deleted_by=user, deleted_at__gte=timezone.now() - UNDO_FOR).only(
        *INDEX, "deleted_at"
    )


@dataclass(frozen=True)
class Revising:
    """The saved estimate a form started from; its number is for signed-in people. `left_out` is what was asked
    for there and has no place in the form."""

    id: UUID
    number: str = ""
    left_out: tuple[str, ...] = ()


def revising(user, text: str | None) -> Revising | None:
    try:
        public_id = UUID(text or "")
    except ValueError:
        return None
    if not user.has_perm(MAY_SEE):
        return Revising(public_id)
    columns = Estimate.objects.kept().filter(public_id=public_id).values_list("number", "answers")
    found = columns.first()
    return Revising(public_id, found[0], not_in_the_form(json.loads(found[1]))) if found else None
