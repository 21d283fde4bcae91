"""Short ways to save estimates in the tests."""

from uuid import uuid4

from estimator.saved import Draft, drafted, save

from .filling import TODAY, fill

PART_B = {"dose_on": "2026-01-05", "medical-design": "medicare-part-b"}
PPO = {"dose_on": "2026-01-05", "medical-design": "commercial-ppo"}


def draft(reference, *steps: dict, today=TODAY) -> Draft:
    found = drafted(fill(reference, *(steps or (PART_B,)), today=today), reference, today)
    assert found is not None
    return found


def saved_estimate(reference, owner, *steps: dict, label="", key=None, revises=None, today=TODAY):
    """An estimate as the page saves it: Spinraza under Part B unless other answers are given."""
    return save(
        draft(reference, *steps, today=today), owner=owner, label=label, key=key or uuid4(), revises=revises
    )
