"""An import in a process of its own that starts at once: a fork of one that has everything loaded."""

import os
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


def run_import(database: str, path: str) -> None:
    """The file is read here rather than in the process with limits, which never touches the database anyway."""
    connection.close()
    connection.settings_dict["NAME"] = database
    staging.read_limited = lambda kind, name, data, quarter="": read(KINDS[kind], name, data, quarter)
    call_command("import_asp", path, "--publish", "--confirm", stdout=StringIO())
