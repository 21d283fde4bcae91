"""The reference data about payers as a frozen snapshot."""

import pytest

from payers.reference import Payers
from tests.smallreference import folders, small_data  # noqa: F401 (fixtures)


@pytest.fixture(scope="session")
def known(reference) -> Payers:
    """What `manage.py load_reference` knows about payers."""
    return reference.payers
