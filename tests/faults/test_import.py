"""An import killed at any instant, and prices published while people estimate: before or after, nothing between."""

import multiprocessing
import random
import re
import time

import pytest
from import_process import run_import

from drugs.import_models import ImportBatch
from drugs.importers import staging
from drugs.models import Price
from tests.drugs.importers import files

from .serving import ANSWERS, Server

pytestmark = pytest.mark.django_db(transaction=True)
CODES = [f"J{number:04}" for number in range(7000, 7300)]


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["import_process"])
    return context


def start(processes, database, path):
    process = processes.Process(target=run_import, args=[database.name, str(path)])
    process.start()
    return process


def state(quarter):
    """How many staged rows and prices in force the quarter has of our codes, and what the batches say."""
    batches = ImportBatch.objects.filter(quarter=quarter)
    first = staging.quarter_bounds(quarter)[0]
    prices = Price.objects.filter(effective_from=first, code__in=CODES).count()
    return sorted((batch.status, batch.rows.count()) for batch in batches), prices


def test_prices_published_while_people_estimate_are_the_old_or_the_new(database, processes, count, tmp_path):
    server = Server(database.address)
    try:
        old = headline(server)
        path = tmp_path / "2026Q1.csv"
        path.write_bytes(files.asp("2026Q1", rows=[files.asp_price("J2326", "2000.000")]))
        importing, seen = start(processes, database, path), {old: 0}
        end = time.monotonic() + 60
        while (importing.is_alive() or len(seen) == 1) and time.monotonic() < end:
            found = headline(server)
            seen[found] = seen.get(found, 0) + 1
        new = headline(server)
        assert new != old
        assert set(seen) == {old, new}
        count(f"published while estimating: {seen[old]} old answers, {seen[new]} new, none between")
    finally:
        server.stop()


BEFORE, STAGED, AFTER = ([], 0), ([("staged", len(CODES))], 0), ([("published", len(CODES))], len(CODES))


def test_a_killed_import_leaves_the_prices_of_before_or_after(database, processes, rounds, count, tmp_path):
    dice, seen, longest = random.Random(20261121), [], 1.0
    for number in range(rounds):
        quarter = f"{2016 + number // 4}Q{number % 4 + 1}"
        path = tmp_path / f"{quarter}.csv"
        path.write_bytes(files.asp(quarter, rows=[files.asp_price(code, "1.000") for code in CODES]))
        process = start(processes, database, path)
        time.sleep(dice.uniform(0, longest))
        process.kill()
        process.join()
        with database.here():
            seen.append(state(quarter))
            assert seen[-1] in (BEFORE, STAGED, AFTER)
        if number % 5 == 0:
            longest = finished(processes, database, path, quarter)
    found = ", ".join(
        f"{seen.count(one)} {word}"
        for one, word in ((BEFORE, "before"), (STAGED, "staged"), (AFTER, "after"))
    )
    count(f"import killed {rounds} times: {found}; those run again were finished")


def finished(processes, database, path, quarter):
    """The same import once more, left alone: it ends whole. Tells how many seconds it took."""
    began = time.monotonic()
    process = start(processes, database, path)
    process.join()
    with database.here():
        assert state(quarter) == AFTER
    return time.monotonic() - began


def headline(server):
    """The answer's amounts, all of them: a mixture of two prices would be a third answer."""
    status, _, page = server.ask(
        "POST", "/estimate/", ANSWERS | {"show": "yes", "csrfmiddlewaretoken": "k" * 32}
    )
    assert status == 200
    return tuple(re.findall(r"\$[\d,]+\.\d\d", page))
