"""`manage.py simulate`: a case in, what everybody pays out. The contract is section 9 of the cost model."""

import os
import sys
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from estimator.casefile import TotalsReader, dumps, full_ledgers
from estimator.cost import CaseError, read_case, simulate
from estimator.cost.contract import load_json

TOGETHER = 10_000
"""Cases read before they are run: enough to fill groups, little enough to stay in memory."""


class Command(BaseCommand):
    help = "Simulate a case (CASE.json), or one case a line (CASES.jsonl, or - for standard input)."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("case", metavar="CASE", help="a .json file, a .jsonl file, or - for JSON Lines")
        parser.add_argument("--totals", action="store_true", help="leave out the claim lines")
        parser.add_argument("-o", "--output", metavar="FILE", help="write here instead of standard output")

    def handle(self, *, case, totals, output, **options):
        try:
            if case == "-" or case.endswith(".jsonl"):
                return self.many(case, totals, output)
            self.one(case, totals, output)
        except OSError as error:
            raise CommandError(f"{error.filename or case}: {error.strerror}", returncode=2) from None

    def one(self, path: str, totals: bool, output: str | None):
        try:
            result = simulate(read_case(load_json(Path(path).read_bytes()))).as_json(lines=not totals)
        except CaseError as error:
            raise CommandError(str(error), returncode=2) from None
        with written(output) as out:
            print(dumps(result).decode(), file=out)

    def many(self, path: str, totals: bool, output: str | None):
        """A bad line yields an error object in its place; the others still run."""
        bad = 0
        run = TotalsReader().totals if totals else full_ledgers
        with opened(path) as lines, written(output) as out:
            progress = tqdm(unit=" cases", disable=None, file=sys.stderr)
            while batch := list(islice((line for line in lines if line.strip()), TOGETHER)):
                for result in run(batch):
                    bad += "error" in result
                    print(dumps(result).decode(), file=out)
                    progress.update()
            progress.close()
        if bad:
            sys.exit(1)


@contextmanager
def opened(path: str):
    if path == "-":
        yield sys.stdin.buffer
    else:
        with open(path, "rb") as lines:
            yield lines


@contextmanager
def written(path: str | None):
    """Standard output, or a file that appears whole or not at all."""
    if path is None:
        yield sys.stdout
        return
    target = Path(path).resolve()
    if target.exists() and not target.is_file():  # a device or a pipe is written to, never replaced
        with target.open("w") as out:
            yield out
        return
    with NamedTemporaryFile("w", dir=target.parent, prefix=f".{target.name}.", delete=False) as out:
        try:
            yield out
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            os.unlink(out.name)
            raise
    os.chmod(out.name, 0o666 & ~current_umask())
    os.replace(out.name, target)


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
