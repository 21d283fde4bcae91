"""Real processes, killed at any instant or publishing at once: what is in force is the state before or after.

Runs on the database of the test run, SQLite or PostgreSQL. ESTIMATOR_KILLS=200 makes a long run of the first test.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from drugs import models
from drugs.import_models import ImportBatch
from drugs.importers import staging
from tests.drugs.importers import files

ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("ESTIMATOR_KILLS", "2"))
CODES = [f"J{number:04}" for number in range(1000, 2500)]

pytestmark = pytest.mark.django_db(transaction=True)


def a_file(quarter, amount):
    return files.asp(quarter, rows=[files.asp_price(code, amount) for code in CODES])


def own_environment():
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        address = f"sqlite:///{database['NAME']}"
    else:
        login = f"{quote(database['USER'])}:{quote(database['PASSWORD'] or '')}"
        address = f"postgres://{login}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "estimator.settings"}


def started(*arguments, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=own_environment(),
        start_new_session=True,
        **pipes,
        **options,
    )


def in_force(quarter):
    """How many codes have which amount in a quarter."""
    first = staging.quarter_bounds(quarter)[0]
    newest = {}
    for price in models.Price.objects.filter(effective_from=first).order_by("revision"):
        newest[price.code] = price
    return {
        str(amount): sum(p.amount == amount for p in newest.values())
        for amount in {p.amount for p in newest.values()}
    }


def whole(quarter):
    """Nothing, or a whole staged file, or a whole published one."""
    batches = ImportBatch.objects.filter(quarter=quarter)
    assert {batch.rows.count() for batch in batches} <= {len(CODES)}
    published = [batch for batch in batches if batch.status == "published"]
    assert in_force(quarter) == ({"1.0000": len(CODES)} if published else {})
    return bool(published)


def test_a_process_killed_at_any_instant_leaves_the_state_before_or_after(tmp_path):
    dice = random.Random(20261121)
    longest = None
    for number in range(KILLS):
        quarter = f"{2016 + number // 4}Q{number % 4 + 1}"
        path = tmp_path / f"{quarter}.csv"
        path.write_bytes(a_file(quarter, "1.000"))
        command = ("manage.py", "import_asp", str(path), "--publish")
        if longest is not None:
            process = started(*command)
            time.sleep(dice.uniform(longest / 4, longest))
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            whole(quarter)
        began = time.monotonic()
        said = started(*command).communicate()[0]
        longest = max(longest or 0, time.monotonic() - began)
        assert whole(quarter), said
        assert models.Price.objects.filter(effective_from=staging.quarter_bounds(quarter)[0]).count() == len(
            CODES
        )


PUBLISH = """
import sys, django
django.setup()
from drugs.import_models import ImportBatch
from drugs.importers import staging
print("ready", flush=True)
sys.stdin.readline()
try:
    staging.publish(ImportBatch.objects.get(pk=int(sys.argv[1])))
    print("published")
except staging.NotPublished as reason:
    print("not published:", reason)
"""


def publish_at_once(*batches):
    """What each of the processes said; they are let go in the same moment."""
    processes = [started("-c", PUBLISH, str(batch.pk), stdin=subprocess.PIPE) for batch in batches]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate()[0].strip() for process in processes]


@pytest.fixture
def stage(in_this_process):
    return lambda data: staging.stage("asp", "file.csv", data)


def test_two_people_who_publish_the_same_file_at_once_publish_it_once(stage):
    batch = stage(a_file("2026Q1", "1.000"))
    said = publish_at_once(batch, batch)
    assert sorted(text.partition(":")[0] for text in said) == ["not published", "published"], said
    assert models.Price.objects.count() == len(CODES)
    assert models.DataRevision.current()[0] == 1


def test_two_people_who_publish_two_files_of_a_quarter_at_once_mix_nothing(stage):
    one, other = stage(a_file("2026Q1", "1.000")), stage(a_file("2026Q1", "2.000"))
    said = publish_at_once(one, other)
    assert sorted(text.partition(":")[0] for text in said) == ["not published", "published"], said
    assert "has changed since" in " ".join(said)
    assert in_force("2026Q1") in ({"1.0000": len(CODES)}, {"2.0000": len(CODES)})
    assert models.Price.objects.count() == len(CODES)
