"""An estimate asked for from the reference data."""

import pytest

from estimator.estimate import Estimate, estimate
from estimator.request import RequestErrors

from .asking import TODAY, spinraza


@pytest.fixture
def ask(reference):
    """The estimate of a Spinraza request from 2026-01-05, on campus, without programs; `changes` over it."""

    def asked(reference=reference, today=TODAY, **changes) -> Estimate:
        return estimate(spinraza(**changes), reference, today)

    return asked


@pytest.fixture
def refused(ask):
    """The (path, message) of every refusal."""

    def errors(**changes) -> list[tuple[str, str]]:
        with pytest.raises(RequestErrors) as caught:
            ask(**changes)
        return caught.value.errors

    return errors
