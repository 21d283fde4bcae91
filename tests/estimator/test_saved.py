"""Snapshots: what is kept, that it never changes, and that a change from outside is seen."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone

from estimator.calendarfile import entries_of
from estimator.cost import read_case, simulate
from estimator.estimate import estimate
from estimator.models import UNDO_FOR, Estimate, NumberSeries
from estimator.present import present
from estimator.present_levers import present_levers
from estimator.saved import canonical, freeze, is_intact, purge, save, thawed
from estimator.version import ENGINE

from .filling import TODAY
from .saving import PART_B, PPO, draft, saved_estimate

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return get_user_model().objects.create_user("counselor")


@pytest.fixture
def saved(reference, owner):
    return saved_estimate(reference, owner, label="blue folder 7")


def stored(saved):
    return Estimate.objects.get(pk=saved.pk)


# Canonical text


def test_canonical_json_has_sorted_keys_and_no_spaces():
    value = {"b": Decimal("1333.4500"), "a": [date(2026, 1, 5), None, "é"]}
    assert canonical(value) == '{"a":["2026-01-05",null,"é"],"b":"1333.4500"}'


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}], ids=["nan", "object", "set"])
def test_what_has_no_canonical_text_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        canonical({"value": value})


def test_frozen_values_keep_what_templates_read_of_them(reference, ask):
    shown = present(ask(), reference)
    frozen = json.loads(canonical(freeze(shown)))
    assert frozen["answer"]["first_year"]["likely"] == shown.answer.first_year.likely
    assert frozen["answer"]["peek"] == shown.answer.peek
    assert frozen["total_family"] == shown.total_family
    assert frozen["chart"]["bars"][0]["segments"][0]["wide"] == shown.chart.bars[0].segments[0].wide
    assert frozen["sources"][0]["is_link"] == shown.sources[0].is_link


# What is kept


def test_the_snapshot_holds_the_request_the_case_the_result_and_the_page(reference, saved):
    again = estimate(json.loads(saved.request), reference, TODAY)
    assert canonical(again.case) == saved.case
    assert canonical(again.simulation.as_json()) == saved.result
    assert simulate(read_case(json.loads(saved.case))).as_json() == json.loads(saved.result)
    shown = json.loads(saved.shown)
    levers, calendar = shown.pop("levers"), shown.pop("calendar")
    assert canonical(shown) == canonical(freeze(present(again, reference)))
    assert canonical(levers) == canonical(freeze(present_levers(again, reference)))
    assert canonical(calendar) == canonical(freeze(entries_of(again)))
    assert json.loads(saved.findings)["headline"] == again.headline
    assert (saved.drug, saved.drug_name, saved.payer) == ("spinraza", "Spinraza", "Medicare")
    assert (saved.engine, saved.as_of) == (ENGINE, TODAY)
    assert saved.in_short == "$10,778.74 ($4,278.74 to $188,196.08)"


def test_the_revisions_it_rests_on_are_named(reference, saved):
    used = thawed(saved.used)
    j2326 = [price for price in used["prices"] if price["code"] == "J2326"]
    assert {price["basis"] for price in j2326} == {"addendum_b"} or j2326
    assert all(price["revision"] >= 1 for price in used["prices"])
    figures = {(figure["path"], figure["year"]) for figure in used["figures"]}
    assert ("medicare/part_b_deductible", 2026) in figures
    assert [terms["design"] for terms in used["terms"]] == ["medicare-part-b"]
    assert used["terms"][0]["terms"]


def test_every_priced_line_has_its_price_among_the_revisions(reference, ask, saved):
    priced = {(note.code, note.basis) for note in ask().notes if note.source_key and note.code}
    assert {(price["code"], price["basis"]) for price in thawed(saved.used)["prices"]} == priced


def test_programs_that_pay_are_among_the_revisions(reference, owner):
    saved = saved_estimate(reference, owner, PPO)
    shown = {program["name"] for program in thawed(saved.case)["programs"]}
    assert shown <= {program["program"] for program in thawed(saved.used)["programs"]}


# The hash


def test_what_comes_back_from_the_database_has_the_same_hash(saved):
    assert len(saved.sha256) == 64
    assert is_intact(stored(saved))


@pytest.mark.parametrize("name", Estimate.CONTENT)
def test_a_change_from_outside_is_seen(saved, name):
    other = {"public_id": uuid4(), "created_at": timezone.now(), "as_of": date(2020, 1, 1)}
    number = {"drugs_revision": 999, "payers_revision": 999}
    value = {**other, **number}.get(name, "x")
    column = Estimate._meta.get_field(name)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE estimator_estimate SET "{column.column}" = %s WHERE id = %s',
            [column.get_db_prep_save(value, connection), saved.pk],
        )
    assert not is_intact(stored(saved))


def test_one_changed_cent_is_seen(saved):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE estimator_estimate SET shown = replace(shown, '10,778.74', '10,778.73')")
    assert not is_intact(stored(saved))


# Never changed


@pytest.mark.parametrize("name", [*Estimate.CONTENT, "sha256", "key"])
def test_no_content_is_ever_updated(saved, name):
    with pytest.raises(ValidationError, match="never changed"):
        Estimate.objects.filter(pk=saved.pk).update(**{name: "x"})
    with pytest.raises(ValidationError, match="never changed"):
        saved.save(update_fields=[name])


def test_a_stored_row_is_not_saved_again(saved):
    saved.label = "another"
    with pytest.raises(ValidationError, match="Revise it"):
        saved.save()
    with pytest.raises(ValidationError, match="Revise it"), transaction.atomic():
        Estimate.objects.bulk_update([saved], ["label"])
    assert stored(saved).label == "blue folder 7"


def test_it_outlives_its_owner(saved, owner):
    owner.delete()
    kept = stored(saved)
    assert (kept.owner, kept.owner_name) == (None, "counselor")
    assert is_intact(kept)


BROKEN = {
    "hash": {"sha256": "short"},
    "no number": {"number": ""},
    "no result": {"result": ""},
    "deleted before it was saved": {"deleted_at": timezone.now() - timedelta(days=400)},
}


@pytest.mark.parametrize("wrong", BROKEN.values(), ids=BROKEN)
def test_the_database_refuses_a_row_that_is_not_whole(saved, wrong):
    values = {field.attname: getattr(saved, field.attname) for field in Estimate._meta.concrete_fields}
    values |= {"id": None, "public_id": uuid4(), "number": "2026-999999", "key": uuid4(), **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        Estimate(**values).save()


# Numbers


def test_numbers_count_up_within_a_year(reference, owner):
    numbers = [saved_estimate(reference, owner).number for _ in range(2)]
    year = timezone.localdate().year
    assert numbers == [f"{year}-000001", f"{year}-000002"]


def test_the_number_of_a_purged_estimate_is_not_given_again(reference, owner, saved):
    Estimate.objects.update(deleted_at=timezone.now())
    assert purge(timezone.now() + UNDO_FOR + timedelta(seconds=1)) == 1
    assert saved_estimate(reference, owner).number.endswith("-000002")


def test_each_year_has_a_series_of_its_own():
    assert [NumberSeries.next(year) for year in (2026, 2027, 2026)] == [
        "2026-000001",
        "2027-000001",
        "2026-000002",
    ]


# Once


def test_the_same_key_saves_once(reference, owner):
    key, made = uuid4(), draft(reference)
    one = save(made, owner=owner, label="a", key=key, revises=None)
    two = save(made, owner=owner, label="b", key=key, revises=None)
    assert one.pk == two.pk
    assert Estimate.objects.count() == 1
    assert two.label == "a"


def test_another_person_with_that_key_saves_their_own(reference, owner):
    key, other = uuid4(), get_user_model().objects.create_user("colleague")
    for person in (owner, other):
        save(draft(reference), owner=person, label="", key=key, revises=None)
    assert Estimate.objects.count() == 2


# Revising


def test_a_revision_keeps_the_earlier_answers_under_the_newer_data(reference, owner, saved):
    """The bridge: Part B as before; the revision has Medigap G beside it."""
    later = saved_estimate(reference, owner, {**PART_B, "second0-design": "medigap-g"}, revises=saved)
    assert (later.revises, later.revises_number) == (saved, saved.number)
    assert json.loads(later.bridge) == json.loads(saved.findings)["headline"]
    assert is_intact(stored(later))


def test_a_revision_outlives_what_it_revises(reference, owner, saved):
    later = saved_estimate(reference, owner, revises=saved)
    Estimate.objects.filter(pk=saved.pk).update(deleted_at=timezone.now())
    purge(timezone.now() + UNDO_FOR + timedelta(seconds=1))
    kept = stored(later)
    assert (kept.revises, kept.revises_number) == (None, saved.number)
    assert is_intact(kept)


def test_earlier_answers_that_give_no_estimate_any_more_leave_no_bridge(reference, owner, saved):
    others = tuple(design for design in reference.payers.designs if design.slug != "medicare-part-b")
    without = replace(reference, payers=replace(reference.payers, designs=others))
    later = saved_estimate(without, owner, PPO, revises=saved)
    assert later.bridge == ""


# Purging


def test_what_was_deleted_goes_after_the_undo_window(saved):
    now = timezone.now()
    Estimate.objects.update(deleted_at=now)
    assert purge(now + UNDO_FOR - timedelta(seconds=1)) == 0
    assert purge(now + UNDO_FOR + timedelta(seconds=1)) == 1


def test_nothing_is_too_old_unless_a_retention_is_set(saved, settings):
    later = timezone.now() + timedelta(days=4000)
    settings.RETENTION_DAYS = None
    assert purge(later) == 0
    settings.RETENTION_DAYS = 4001
    assert purge(later) == 0
    settings.RETENTION_DAYS = 3999
    assert purge(later) == 1


def test_the_command_says_how_many_it_removed(saved, capsys, settings):
    call_command("purge_estimates")
    assert capsys.readouterr().out == "0 saved estimates removed.\n"
    Estimate.objects.filter(pk=saved.pk).update(deleted_at=timezone.now())
    settings.RETENTION_DAYS = None
    with connection.cursor() as cursor:
        then = Estimate._meta.get_field("deleted_at").get_db_prep_save(
            timezone.now() - timedelta(days=2), connection
        )
        cursor.execute("UPDATE estimator_estimate SET created_at = %s, deleted_at = %s", [then, then])
    call_command("purge_estimates")
    assert capsys.readouterr().out == "1 saved estimate removed.\n"


class Together(TransactionTestCase):
    """Two clicks at the same instant, on connections of their own."""

    @pytest.fixture(autouse=True)
    def known(self, reference):
        self.reference = reference

    def test_two_saves_with_one_key_at_once_make_one(self):
        owner, key = get_user_model().objects.create_user("quick"), uuid4()
        made, together = draft(self.reference), Barrier(2)

        def click(_):
            together.wait()
            try:
                return save(made, owner=owner, label="", key=key, revises=None).pk
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as clicks:
            found = set(clicks.map(click, range(2)))
        assert len(found) == 1
        assert Estimate.objects.count() == 1

    def test_saves_at_once_get_different_numbers(self):
        owner, together = get_user_model().objects.create_user("quick"), Barrier(4)
        made = draft(self.reference)

        def click(_):
            together.wait()
            try:
                return save(made, owner=owner, label="", key=uuid4(), revises=None).number
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as clicks:
            assert len(set(clicks.map(click, range(4)))) == 4
