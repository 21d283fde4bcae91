"""A small set of reference files of its own, so that tests of how data is kept do not depend on its content."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

import drugs.datafiles
import payers.datafiles

SMALL = Path(__file__).parent / "cases" / "reference"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """The small files, copied where a test may change them."""
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    for module in (drugs.datafiles, payers.datafiles):
        monkeypatch.setattr(module, "FOLDER", tmp_path / module.__name__.split(".")[0] / "data")
    return tmp_path


@pytest.fixture
def small_data(folders, db):
    """The database as the small files leave it."""
    call_command("load_reference", stdout=StringIO())
