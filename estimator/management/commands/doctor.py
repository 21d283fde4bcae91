"""`manage.py doctor`: what is well, what should be looked at, and what keeps the service from its work."""

import json
import sys
from dataclasses import asdict

from django.core.management.base import BaseCommand

from estimator.doctor import BAD, GOOD, LOOK, findings

MARKS = {GOOD: "good", LOOK: "LOOK", BAD: "BAD "}


class Command(BaseCommand):
    help = "Look at this installation and say what needs a person. Ends with 1 where something is bad, else with 0."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="as JSON, for a monitor")

    def handle(self, **options):
        found = findings()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in found], indent=1))
        else:
            self.say(found)
        if any(finding.state == BAD for finding in found):
            sys.exit(1)

    def say(self, found) -> None:
        for finding in found:
            self.stdout.write(f"{MARKS[finding.state]}  {finding.part}: {finding.words}")
        bad, look = (sum(finding.state == state for finding in found) for state in (BAD, LOOK))
        self.stdout.write("Nothing needs you." if not bad + look else f"{bad} bad, {look} to look at.")
