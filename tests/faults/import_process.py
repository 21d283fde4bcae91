"""An import in a process of its own that starts at once: a fork of one that has everything loaded."""

import os
import time
from io import StringIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "estimator.settings")

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.core.management import call_command
from django.db import connection

from drugs.importers import staging
from drugs.importers.kinds import KINDS
from drugs.importers.reading import read

PHASES = ("reading", "staging", "publishing", "after")


def run_import(database: str, path: str, begun) -> None:
    """The file is read here rather than in the process with limits, which never touches the database anyway.

    `begun` is told each phase as it begins, with the time of the machine's one clock.
    """
    connection.close()
    connection.settings_dict["NAME"] = database

    def marked(phase, act):
        def with_mark(*args, **options):
            begun.send((phase, time.monotonic()))
            return act(*args, **options)

        return with_mark

    staging.read_limited = marked(
        "reading", lambda kind, name, data, quarter="": read(KINDS[kind], name, data, quarter)
    )
    staging.staged = marked("staging", staging.staged)
    staging.publish = marked("publishing", staging.publish)
    call_command("import_asp", path, "--publish", "--confirm", stdout=StringIO())
    begun.send(("after", time.monotonic()))
