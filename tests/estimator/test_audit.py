"""The audit log: nothing is written without its act, nothing in it can be changed without being found."""

from datetime import timedelta
from importlib import import_module
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from estimator.audit import Act, Anchor, anchor_now, findings, record
from estimator.models import AuditEvent, AuditHead

guard = import_module("estimator.migrations.0003_audit_and_second_factor").guard


@pytest.fixture
def events(db):
    """Five events, and a way around the model that a person with the database would have."""
    return [record(Act.PUBLISH, f"file {number}") for number in range(1, 6)]


def by_hand(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("LOG", "estimator_auditevent"), values)


def found():
    return findings(*anchor_now())


def verified(*options):
    out = StringIO()
    call_command("verify_audit", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_an_event_says_who_did_what_to_which_object_and_when():
    maria = get_user_model().objects.create_user("maria")
    event = record(Act.SHARE, "estimate 2026-000012", by=maria, language="en")
    assert (event.number, event.who, event.who_number) == (
        2,
        "maria",
        maria.pk,
    )  # making her account was the first
    assert (event.act, event.about, event.details) == ("share", "estimate 2026-000012", '{"language":"en"}')
    assert event.at.utcoffset() == timedelta(0)


@pytest.mark.django_db
def test_the_hash_is_what_the_documentation_says():
    """SHA-256 over canonical JSON that holds the hash before; computed here by hand."""
    import hashlib
    import json

    record(Act.PUBLISH, "file 1")
    second = AuditEvent.objects.get(pk=record(Act.WITHDRAW, "file 1").pk)
    content = {
        "number": 2,
        "at": second.at.isoformat(timespec="microseconds"),
        "act": "withdraw",
        "who": "",
        "who_number": None,
        "about": "file 1",
        "details": "{}",
        "previous": AuditEvent.objects.get(number=1).sha256,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert second.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_log_nobody_touched_is_whole(events):
    assert found() == []
    assert "whole: 5 events" in verified()


@pytest.mark.django_db
def test_an_empty_log_is_whole_too():
    assert "whole: 0 events" in verified()


TAMPERED = {
    "an edited object": (["UPDATE LOG SET about = 'file 9' WHERE number = 3"], "Event 3 was changed"),
    "an edited name": (["UPDATE LOG SET who = 'somebody' WHERE number = 5"], "Event 5 was changed"),
    "an edited time": (
        ["UPDATE LOG SET at = '2020-01-01 00:00:00+00' WHERE number = 1"],
        "Event 1 was changed",
    ),
    "a deleted event": (["DELETE FROM LOG WHERE number = 2"], "Event 2 is missing."),
    "a deleted first event": (["DELETE FROM LOG WHERE number = 1"], "Event 1 is missing."),
    "the newest ones deleted": (["DELETE FROM LOG WHERE number > 3"], "Events 4 to 5 are missing."),
    "all of them deleted": (["DELETE FROM LOG"], "Events 1 to 5 are missing."),
    "two that changed places": (
        [
            "UPDATE LOG SET number = 99 WHERE number = 2",
            "UPDATE LOG SET number = 2 WHERE number = 3",
            "UPDATE LOG SET number = 3 WHERE number = 99",
        ],
        "Event 2 does not follow the one before it",
    ),
    "a gap that was closed": (
        ["DELETE FROM LOG WHERE number = 4", "UPDATE LOG SET number = 4 WHERE number = 5"],
        "Event 4 does not follow the one before it",
    ),
    "one added by hand": (
        [
            "INSERT INTO LOG (number, at, act, who, about, details, previous, sha256) "
            "SELECT 6, at, act, who, about, details, previous, sha256 FROM LOG WHERE number = 5"
        ],
        "its newest is number 6",
    ),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_whatever_is_done_to_the_rows_is_found_and_said(events, case):
    statements, words = TAMPERED[case]
    for statement in statements:
        by_hand(statement)
    with pytest.raises(CommandError) as refused:
        verified()
    assert words in str(refused.value)


def test_a_log_rewritten_from_end_to_end_is_found_by_a_hash_kept_elsewhere(events):
    """Who may write the database can compute every hash again, also the head; not the one on paper."""
    kept = verified().split()[-1]
    by_hand("DELETE FROM LOG")
    AuditHead.objects.all().delete()
    for number in range(1, 8):
        record(Act.PUBLISH, f"another file {number}")
    assert "whole: 7 events" in verified()
    with pytest.raises(CommandError, match="Event 5 is not the one whose hash was kept"):
        verified("--kept", kept)


def test_a_log_shorter_than_it_was_is_found_by_a_hash_kept_elsewhere(events):
    kept = verified().split()[-1]
    by_hand("DELETE FROM LOG")
    AuditHead.objects.all().delete()
    with pytest.raises(CommandError, match="5 events were there when the hash was kept"):
        verified("--kept", kept)


def test_a_hash_kept_elsewhere_agrees_with_a_log_that_went_on(events):
    kept = verified().split()[-1]
    record(Act.PUBLISH, "file 6")
    assert "whole: 6 events" in verified("--kept", kept)


@pytest.mark.parametrize("text", ["", "5", "five:" + "a" * 64, "5:" + "g" * 64, "5:abc"])
def test_a_mistyped_hash_is_refused_in_words(text):
    with pytest.raises(ValueError, match="write it as it was printed"):
        Anchor.read(text)


def test_the_model_refuses_every_way_of_changing_an_event(events):
    event = events[0]
    event.about = "another"
    for change in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(about="x"),
        lambda: AuditEvent.objects.bulk_create([event]),
        lambda: AuditEvent.objects.bulk_update([event], ["about"]),
    ):
        with pytest.raises(ValidationError, match="only added to"):
            change()


@pytest.mark.parametrize("statement", ["UPDATE LOG SET about = 'x' WHERE number = 1", "DELETE FROM LOG"])
def test_the_database_refuses_it_too(events, statement):
    guard(None, connection.schema_editor())
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        by_hand(statement)
    assert found() == []


@pytest.mark.postgresql
def test_postgresql_refuses_to_empty_the_table(events):
    guard(None, connection.schema_editor())
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        by_hand("TRUNCATE LOG")


def test_what_is_rolled_back_leaves_no_event_and_no_gap(events):
    with transaction.atomic():
        record(Act.PUBLISH, "file 6")
        transaction.set_rollback(True)
    assert record(Act.PUBLISH, "file 7").number == 6
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_take_numbers_of_their_own():
    together, failed = Barrier(4), []

    def write():
        try:
            together.wait()
            for _ in range(5):
                record(Act.VIEW_BY_LINK, "link 1")
        except Exception as error:  # the test says which
            failed.append(error)
        finally:
            connection.close()

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert "whole: 20 events" in verified()


def test_one_event_costs_few_queries(events, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):  # savepoint, hold, insert, head, release
        record(Act.VIEW_BY_LINK, "link 1")
