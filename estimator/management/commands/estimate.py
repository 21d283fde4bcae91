"""`manage.py estimate`: a request (drug, plan, household) in, an estimate out, as JSON."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from estimator.assemble import Reference
from estimator.cost.contract import one_line
from estimator.estimate import estimate
from estimator.request import RequestErrors, load_request

NOT_LOADED = "no reference data here yet: run `manage.py migrate`, then `manage.py load_reference`"


class Command(BaseCommand):
    help = "Estimate what a family pays for a drug of the catalogue (REQUEST.json, or - for standard input)."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("request", metavar="REQUEST", help="a .json file, or - for standard input")

    def handle(self, *, request, **options):
        try:
            text = sys.stdin.buffer.read() if request == "-" else Path(request).read_bytes()
            found = estimate(load_request(text), reference(), timezone.localdate())
        except OSError as error:
            raise CommandError(f"{request}: {error.strerror}", returncode=2) from None
        except RequestErrors as errors:
            raise CommandError(one_line(str(errors)), returncode=2) from None
        self.stdout.write(json.dumps(found.as_json()))


def reference() -> Reference:
    """The reference data; a database without any is the caller's to fill, not a traceback."""
    try:
        current = Reference.current()
    except DatabaseError:
        raise CommandError(NOT_LOADED, returncode=2) from None
    if not current.drugs.drugs:
        raise CommandError(NOT_LOADED, returncode=2)
    return current
