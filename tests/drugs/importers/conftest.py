from dataclasses import replace

import pytest

from drugs.importers import difference, staging
from drugs.importers.kinds import KINDS
from drugs.importers.reading import read


@pytest.fixture
def in_this_process(monkeypatch):
    """Reads without the process with limits: quicker, where its limits are not the subject."""

    def read_here(kind, file_name, data, stated_quarter=""):
        return read(KINDS[kind], file_name, data, stated_quarter)

    monkeypatch.setattr(staging, "read_limited", read_here)


@pytest.fixture
def small_files_are_whole(monkeypatch):
    """A file of eight rows stands for a quarter's: it is short of nothing."""
    whole = {name: replace(kind, fewest_rows=0) for name, kind in KINDS.items()}
    monkeypatch.setattr(difference, "KINDS", whole)


@pytest.fixture
def staged(db, in_this_process, small_files_are_whole):
    """Stages a file: staged("asp", bytes, quarter="2026Q1")."""

    def stage(kind, data, quarter="", user=None, name="file.csv"):
        return staging.stage(kind, name, data, user, quarter)

    return stage


@pytest.fixture
def published(staged):
    """Stages and publishes a file."""

    def publish(kind, data, quarter="", user=None, confirmed=False):
        return staging.publish(staged(kind, data, quarter, user), user, confirmed)

    return publish
