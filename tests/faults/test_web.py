"""The web server killed, its database ended, filled up or made read-only while people save and share.

Afterwards: every acknowledged save and link is there and whole, none is there twice, and nobody was told anything
but a page that says so. ESTIMATOR_FAULT_ROUNDS=200 makes a long run.
"""

import random
import threading
import time
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection

from estimator import audit
from estimator.models import Estimate, NumberSeries, ShareLink
from estimator.saved import is_intact
from tests.estimator.elsewhere import server

from .serving import Counselor, Server, Working

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20261121


@pytest.fixture(scope="module")
def web(prepared):
    """One server for all tests that need nothing special of it."""
    server = Server(prepared.address)
    yield server
    server.stop()


def check(database, web, *counselors):
    """The one oracle. Tells how many saves and links it found."""
    assert [wrong for one in counselors for wrong in one.wrong] == []
    saved = {key: public_id for one in counselors for key, public_id in one.saved.items()}
    with database.here():
        assert_sound()
        found = {str(row.key): row for row in Estimate.objects.all()}
        assert len(found) == Estimate.objects.count()  # no key twice
        assert {key: str(found[key].public_id) for key in saved if key in found} == saved
        assert all(is_intact(found[key]) for key in saved)
        made = {str(key) for key in ShareLink.objects.values_list("key", flat=True)}
        assert {key for one in counselors for key in one.shared_keys} <= made
    tokens = [token for one in counselors for token in one.tokens]
    assert {web.ask("GET", f"/share/{token}")[0] for token in tokens} <= {200}
    return f"{len(saved)} saved and {len(tokens)} shared, none lost, none twice"


def assert_sound():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert cursor.execute("PRAGMA foreign_key_check").fetchall() == []
    numbers = sorted(Estimate.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers)
    assert not numbers or NumberSeries.objects.get().last >= int(numbers[-1].partition("-")[2])
    assert audit.findings(*audit.anchor_now()) == []


def tally(*counselors):
    return {status: sum(one.statuses.get(status, 0) for one in counselors) for status in (0, 503)}


def some_work(dice, counselors, patience=10):
    """Until somebody had an answer since the last fault, and then to a random instant of what comes next."""
    before, end = sum(one.done() for one in counselors), time.monotonic() + patience
    while sum(one.done() for one in counselors) == before and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 0.15))


def test_a_killed_web_server_loses_nothing_it_has_acknowledged(database, web, rounds, count):
    dice = random.Random(SEED)
    counselors = [Counselor(web, database.session) for _ in range(2)]
    with Working(*counselors):
        for number in range(rounds):
            some_work(dice, counselors)
            if number % 20 == 10:  # now and then everything at once, the parent too
                web.kill_all()
                web.start()
            else:
                web.kill_worker(dice)
    found = check(database, web, *counselors)
    assert sum(tally(*counselors).values())  # somebody did notice
    count(f"web server killed {rounds} times: {found}; no answer {tally(*counselors)[0]} times")


def test_the_same_button_pressed_at_once_is_pressed_once(database, web, rounds, count):
    counselors = [Counselor(web, database.session) for _ in range(3)]
    public_id = counselors[0].save()
    for number in range(rounds):
        key = str(uuid4())
        at_once(
            [
                partial(one.share, public_id, key=key) if number % 4 else partial(one.save, key)
                for one in counselors
            ]
        )
        assert number % 4 or len({one.saved[key] for one in counselors}) == 1
    count(f"a button pressed three times at once, {rounds} times: {check(database, web, *counselors)}")


def at_once(acts):
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def first_refused(counselor, press):
    """Press with a new key each time until an answer says no: a disk may have room for some."""
    before = tally(counselor)[503]
    while True:
        key = str(uuid4())
        press(key=key, tries=1)
        if tally(counselor)[503] > before:
            return key


@pytest.mark.sqlite
def test_a_full_disk_is_said_and_loses_nothing(database, web, rounds, count):
    dice = random.Random(SEED)
    counselor = Counselor(web, database.session)
    public_id = counselor.save()
    for number in range(rounds):
        with database.here(), connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what is written next begins in an empty file
        web.largest_file(dice.randrange(70_000, 200_000))
        press = counselor.save if number % 5 == 0 else partial(counselor.share, public_id)
        key = first_refused(counselor, press)
        assert web.ask("GET", "/health/ready/")[0] == 200  # reading goes on
        web.largest_file(2**40)
        assert press(key=key)
    refused = tally(counselor)[503]
    assert refused >= rounds
    count(f"disk full {rounds} times: {check(database, web, counselor)}; said so {refused} times")


def test_a_read_only_database_is_said_and_serves_what_it_can(database, web, serve, rounds, count):
    counselor = Counselor(web, database.session)
    public_id = counselor.save()
    with database.here():
        before = counted()
    counselor.server = web = serve(**read_only(database, "on"))
    try:
        assert not counselor.save(tries=1)
        assert not any(counselor.share(public_id, tries=1) for _ in range(rounds - 1))
        assert tally(counselor) == {0: 0, 503: rounds}
        assert web.ask("GET", "/")[0] == web.ask("GET", "/drugs/")[0] == 200
    finally:
        read_only(database, "off")
    with database.here():
        assert counted() == before
    count(f"read-only database, {rounds} saves and links: {rounds} times said so, nothing half done")


def counted():
    return [model.objects.count() for model in (Estimate, ShareLink, NumberSeries, audit.AuditEvent)]


def read_only(database, switch) -> dict[str, str]:
    """What the server's environment needs; on PostgreSQL the database itself is told."""
    if connection.vendor == "sqlite":
        return {"TEST_SQLITE": "PRAGMA query_only = 1;"}
    with server("postgres") as admin:
        admin.execute(f"ALTER DATABASE {database.name} SET default_transaction_read_only = {switch}")
    return {}


@pytest.mark.postgresql
def test_database_connections_ended_under_load_lose_nothing(database, web, rounds, count):
    dice = random.Random(SEED)
    counselors = [Counselor(web, database.session) for _ in range(2)]
    ended = 0
    with Working(*counselors), server("postgres") as admin:
        for _ in range(rounds):
            some_work(dice, counselors)
            ended += len(admin.execute(ENDED, [database.name]).fetchall())
    assert ended
    count(f"{ended} database connections ended in {rounds} rounds: {check(database, web, *counselors)}")


ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
)


@pytest.mark.postgresql
def test_a_database_restarted_under_load_loses_nothing(own_server, serve, rounds, count):
    """A server of the test's own, stopped as by a power cut and started again."""
    dice, longest = random.Random(SEED), 0.0
    cluster, database = own_server()
    web = serve(database.address)
    counselors = [Counselor(web, database.session) for _ in range(2)]
    with Working(*counselors):
        for _ in range(rounds):
            some_work(dice, counselors)
            cluster.restart_at_once()
            longest = max(longest, seconds_until_work_goes_on(counselors))
    found = check(database, web, *counselors)
    assert sum(tally(*counselors).values())  # somebody did notice
    assert longest < RECOVERY
    count(f"database restarted {rounds} times: {found}; work went on within {longest:.1f} seconds")


RECOVERY = 10
"""Seconds from the start of the database to the next answer that is acknowledged."""


def seconds_until_work_goes_on(counselors):
    before, began = sum(one.done() for one in counselors), time.monotonic()
    while sum(one.done() for one in counselors) == before and time.monotonic() - began < 2 * RECOVERY:
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.mark.postgresql
def test_a_full_disk_of_the_database_is_said_and_loses_nothing(own_server, serve, rounds, count):
    """A small disk, filled up but for a little: PostgreSQL refuses; it gives up until there is room where its own log
    has none, so every third time the log is to begin a new file."""
    dice = random.Random(SEED)
    cluster, database = own_server(small_disk=True)
    web = serve(database.address)
    counselor = Counselor(web, database.session)
    for number in range(rounds):
        cluster.fill(leave=dice.randrange(0, 60_000))
        if number % 3 == 2:
            cluster.begin_a_new_log()
        key = next(key for key in iter(lambda: str(uuid4()), None) if not counselor.save(key, tries=1))
        cluster.make_room()
        assert counselor.save(key)
    refused = tally(counselor)[503]
    assert refused >= rounds
    found = check(database, web, counselor)
    gave_up = cluster.gave_up()
    count(f"database's disk full {rounds} times, gave up {gave_up} times: {found}; said so {refused} times")
