"""The drill: a backup taken while people save, restored into an empty database, reprints every estimate."""

import random
import re
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from hashlib import sha256
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from drugs.models import Price
from estimator import saved
from estimator.assemble import Reference
from estimator.backup import backup
from estimator.backup_file import Backup, Manifest, NotDone, Writer
from estimator.backup_place import new_place
from estimator.backup_restore import checked
from estimator.health import known_migrations
from estimator.models import Estimate, NumberSeries
from estimator.people import make_roles
from estimator.saved import is_intact, save
from tests.people import person

from .elsewhere import empty_database, server, switched
from .filling import TODAY
from .saving import PART_B, PPO, draft

MANY = 100
MIGRATIONS = sorted(map(list, known_migrations()))


# The file


@pytest.fixture
def small(tmp_path):
    """A sealed file of a few rows."""
    path = tmp_path / "small.zip"
    with Writer(path) as writer:
        rows = writer.table("auth.group", [["id", "name"], [1, "counselors – ñ"], [2, "editors"]])
        writer.finish(
            Manifest("2026-11-21T09:00:00+00:00", "1.0", "sqlite", MIGRATIONS, {"auth.group": rows})
        )
    return path


def test_what_was_written_is_read_back_and_belongs_to_its_owner_alone(small):
    found = checked(small)
    assert found.manifest.rows == {"auth.group": 2}
    assert list(found.table("auth.group")) == [["id", "name"], [1, "counselors – ñ"], [2, "editors"]]
    assert small.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in small.parent.iterdir()] == ["small.zip"]


def test_no_single_changed_byte_goes_unseen(small):
    whole = small.read_bytes()
    for at in range(len(whole)):
        if at % 7 == 0 or at > len(whole) - 100:
            small.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(NotDone, match="cut short or changed"):
                Backup(small)


def test_a_file_that_was_cut_short_or_added_to_is_refused(small):
    whole = small.read_bytes()
    dice = random.Random(20261121)
    for length in [0, 1, 63, 64, 65, len(whole) - 1, *(dice.randrange(len(whole)) for _ in range(50))]:
        small.write_bytes(whole[:length])
        with pytest.raises(NotDone, match=r"cut short or changed|no backup"):
            Backup(small)
    small.write_bytes(whole + b"\n")
    with pytest.raises(NotDone, match="cut short or changed"):
        Backup(small)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 100, b"PK\x05\x06" + bytes(18)])
def test_another_kind_of_file_is_refused_even_with_a_right_checksum(tmp_path, content):
    path = tmp_path / "file.zip"
    path.write_bytes(content + sha256(content).hexdigest().encode())
    with pytest.raises(NotDone, match="no backup that this version can read"):
        checked(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotDone, match=r"absent\.zip: No such file"):
        checked(tmp_path / "absent.zip")


def test_a_newer_version_s_backup_is_refused_before_anything_is_touched(tmp_path):
    """No database is asked for here: a single query would fail this test."""
    path = tmp_path / "newer.zip"
    with Writer(path) as writer:
        newer = [*MIGRATIONS, ["estimator", "9999_from_the_future"]]
        writer.finish(Manifest("2027-01-01T00:00:00+00:00", "9", "sqlite", newer, {}))
    with pytest.raises(CommandError, match=r"newer version \(estimator\.9999_from_the_future\)"):
        call_command("restore", str(path), "--replace")
    with Writer(tmp_path / "format.zip") as writer:
        writer.finish(Manifest("2027-01-01T00:00:00+00:00", "9", "sqlite", MIGRATIONS, {}, format=2))
    with pytest.raises(CommandError, match="written by a newer version"):
        call_command("restore", str(tmp_path / "format.zip"), "--replace")


# Writing


@pytest.mark.django_db
def test_a_backup_never_replaces_a_file(tmp_path):
    path = tmp_path / "b.zip"
    path.write_text("precious")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(path))
    assert path.read_text() == "precious"


@pytest.mark.django_db
def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("backup", str(tmp_path / "none" / "b.zip"))


@pytest.mark.django_db
def test_a_backup_that_fails_half_way_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "estimator.backup.known_migrations", lambda: known_migrations() | {("drugs", "9999_new")}
    )
    with pytest.raises(CommandError, match=r"not been migrated \(drugs\.9999_new\)"):
        call_command("backup", str(tmp_path / "b.zip"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_sessions_stay_out_and_every_other_table_is_in(tmp_path, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("counselor"))
    assert Session.objects.exists()
    manifest, _ = backup(tmp_path / "b.zip")
    assert "sessions.session" not in manifest.rows
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    assert len(manifest.rows) == len(there - {"django_session", "django_migrations"})


# The drill


@pytest.fixture
def clinic(transactional_db, monkeypatch):
    """The reference data and a hundred saved estimates of four kinds."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    call_command("load_reference", stdout=StringIO())
    reference = Reference.current()
    make_roles()
    owner = person("counselor", "counselor")
    monkeypatch.setattr(saved, "content_of", once_each(saved.content_of))
    kinds = [draft(reference, {**plan, "years": str(years)}) for plan in (PART_B, PPO) for years in (1, 2)]
    for number in range(MANY):
        save(kinds[number % 4], owner=owner, label=f"blue folder {number}", key=uuid4(), revises=None)
    return owner, kinds[0]


def once_each(content_of):
    """The content of each draft, worked out once."""
    known = {}

    def once(draft, revises):
        if id(draft) not in known:
            known[id(draft)] = content_of(draft, revises)
        return known[id(draft)]

    return once


@contextmanager
def somebody_saving(owner, kind):
    """Until the end, somebody saves one estimate after the other."""
    stop, numbers = threading.Event(), []

    def work():
        while not stop.is_set():
            numbers.append(save(kind, owner=owner, label="", key=uuid4(), revises=None).number)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    yield numbers
    stop.set()
    worker.join()


def printed(owner):
    """Every estimate's hash and page, without what each answer has of its own: form keys, seconds left."""
    client = Client()
    client.force_login(owner)
    found = {}
    for one in Estimate.objects.filter(label__startswith="blue folder"):
        page = client.get(f"/estimates/{one.public_id}/")
        assert page.status_code == 200
        text = re.sub(r'name="(csrfmiddlewaretoken|key)" value="[^"]*"|data-left="\d+"', "", page.text)
        found[one.number] = (one.sha256, is_intact(one), sha256(text.encode()).hexdigest())
    return found


def wait_for(numbers, more):
    wanted = len(numbers) + more
    while len(numbers) < wanted:
        time.sleep(0.01)


def test_a_backup_taken_while_people_save_reprints_every_estimate(clinic, tmp_path):
    owner, kind = clinic
    path, said = tmp_path / "b.zip", StringIO()
    with somebody_saving(owner, kind) as numbers:
        wait_for(numbers, 1)
        call_command("backup", str(path), stdout=said)
        wait_for(numbers, 1)
    before, price = printed(owner), Price.objects.order_by("pk").last()
    assert len(before) == MANY
    with empty_database(tmp_path) as there, there():
        call_command("restore", str(path), stdout=said)
        assert printed(owner) == before
        assert vars_of(Price.objects.get(pk=price.pk)) == vars_of(price)
        # One state: the series of numbers and the estimates that took them fit together.
        numbers = sorted(Estimate.objects.values_list("number", flat=True))
        assert int(numbers[-1].partition("-")[2]) == NumberSeries.objects.get().last == len(numbers)
        assert save(kind, owner=owner, label="", key=uuid4(), revises=None).number not in numbers
        with pytest.raises(CommandError, match="not empty, so nothing was touched"):
            call_command("restore", str(path))
        assert Estimate.objects.count() == len(numbers) + 1
    assert f"{len(numbers):,} saved estimates" in said.getvalue()


def vars_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


# The place


@pytest.fixture
def elsewhere(transactional_db, tmp_path):
    """A database with one table, which somebody might miss."""
    with empty_database(tmp_path) as there, there():
        run("CREATE TABLE precious (word varchar(9))", "INSERT INTO precious VALUES ('before')")
        yield


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def words(table="precious"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT word FROM {table}")
        return [word for (word,) in cursor.fetchall()]


def half_restored(then=None):
    run("CREATE TABLE precious (word varchar(9))", "INSERT INTO precious VALUES ('after')")
    if then:
        raise then


def test_what_fails_half_way_leaves_the_database_as_it_was(elsewhere, tmp_path):
    with pytest.raises(KeyError), new_place(keep=True):
        half_restored(then=KeyError)
    assert words() == ["before"]
    assert not list(tmp_path.glob("*restor*"))


def test_what_was_there_before_is_kept_aside(elsewhere):
    with new_place(keep=True) as aside:
        half_restored()
    assert words() == ["after"]
    [place] = aside
    if connection.vendor == "sqlite":
        with switched(place):
            assert words() == ["before"]
    else:
        assert words(f"{place.removeprefix('the schema ')}.precious") == ["before"]


def test_a_database_that_somebody_is_writing_to_is_not_replaced(elsewhere, monkeypatch):
    monkeypatch.setattr("estimator.backup_place.WAIT", 0.2)
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        other = sqlite3.connect(name, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
    else:
        other = server(name)
    with closing(other), pytest.raises(NotDone, match="in use"), new_place(keep=True):
        half_restored()
    assert words() == ["before"]
