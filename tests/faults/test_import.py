"""An import killed at any instant, and prices published while people estimate: before or after, nothing between."""

import multiprocessing
import random
import re
import time
from itertools import count as count_from

import pytest
from import_process import PHASES, run_import

from drugs.import_models import ImportBatch
from drugs.importers import staging
from drugs.models import Price
from tests.drugs.importers import files

from .serving import ANSWERS, Server

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20261121
CODES = [f"J{number:04}" for number in range(7000, 7300)]


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["import_process"])
    return context


class Import:
    """One import as a process, and when each phase of it began."""

    def __init__(self, processes, database, path):
        self.heard, begun = processes.Pipe(duplex=False)
        self.process = processes.Process(target=run_import, args=[database.name, str(path), begun])
        self.process.start()
        begun.close()
        self.began = {}

    def hear(self, patience=0.0) -> bool:
        """The next phase that has begun; false where there is none (yet, or any more)."""
        try:
            if not self.heard.poll(patience):
                return False
            phase, when = self.heard.recv()
        except EOFError:
            return False
        self.began[phase] = when
        return True

    def kill_in(self, phase, later) -> str:
        """Kill it that much later (seconds) in this phase; tells the phase in which it died."""
        while phase not in self.began:
            assert self.hear(patience=60)
        time.sleep(max(0, self.began[phase] + later - time.monotonic()))
        self.process.kill()
        self.process.join()
        while self.hear():
            pass
        return max(self.began, key=self.began.get)

    def finish(self) -> None:
        self.process.join()
        assert self.process.exitcode == 0

    def durations(self) -> dict[str, float]:
        """Left alone to its end: how many seconds each phase took."""
        self.finish()
        ended = time.monotonic()
        while self.hear():
            pass
        assert tuple(self.began) == PHASES
        ends = [*list(self.began.values())[1:], ended]
        return {phase: end - begin for (phase, begin), end in zip(self.began.items(), ends, strict=True)}


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
        importing, seen = Import(processes, database, path), {old: 0}
        end = time.monotonic() + 60
        while (importing.process.is_alive() or len(seen) == 1) and time.monotonic() < end:
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
    """Each phase is aimed at in turn, at a random instant of the time that it takes; some are run again."""
    dice, died, seen, quarters = random.Random(SEED), [], [], official_files(tmp_path)
    for number in range(rounds):
        if number % 10 == 0:  # measured anew: the machine may be busier now
            quarter, path = next(quarters)
            takes = Import(processes, database, path).durations()
        quarter, path = next(quarters)
        phase = PHASES[number % 4]
        died.append(Import(processes, database, path).kill_in(phase, dice.uniform(0, takes[phase])))
        with database.here():
            seen.append(state(quarter))
            assert seen[-1] in LEFT_BY[died[-1]]
        if number % 5 == 0:
            Import(processes, database, path).finish()
            with database.here():
                assert state(quarter) == AFTER
    fell = ", ".join(f"{died.count(phase)} {phase}" for phase in PHASES)
    found = ", ".join(f"{seen.count(one)} {word}" for word, one in FOUND.items())
    assert len(set(died)) > 1
    count(f"import killed {rounds} times ({fell}): found {found}; those run again were finished")


FOUND = {"before": BEFORE, "staged": STAGED, "after": AFTER}
LEFT_BY = {
    "reading": [BEFORE],
    "staging": [BEFORE, STAGED],
    "publishing": [STAGED, AFTER],
    "after": [AFTER],
}
"""What a kill in each phase may leave: a phase is told as it begins, so its own transaction is or is not done."""


def official_files(folder):
    """One for each quarter from 2030 on, with a price for each of our codes. Nobody else prices those quarters."""
    for number in count_from(0):
        quarter = f"{2030 + number // 4}Q{number % 4 + 1}"
        path = folder / f"{quarter}.csv"
        path.write_bytes(files.asp(quarter, rows=[files.asp_price(code, "1.000") for code in CODES]))
        yield quarter, path


def headline(server):
    """The answer's amounts, all of them: a mixture of two prices would be a third answer."""
    status, _, page = server.ask(
        "POST", "/estimate/", ANSWERS | {"show": "yes", "csrfmiddlewaretoken": "k" * 32}
    )
    assert status == 200
    return tuple(re.findall(r"\$[\d,]+\.\d\d", page))
