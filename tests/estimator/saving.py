"""Short ways to save estimates in the tests."""

import json
from uuid import uuid4

from estimator.saved import Draft, drafted, save

from .filling import TODAY, fill

PART_B = {"dose_on": "2026-01-05", "medical-design": "medicare-part-b"}
PPO = {"dose_on": "2026-01-05", "medical-design": "commercial-ppo"}


DRAFTS: dict = {}
"""Drafts of the same answers and reference data, worked out once for all tests."""


def draft(reference, *steps: dict, today=TODAY) -> Draft:
    steps = steps or (PART_B,)
    key = id(reference), today, json.dumps(steps)
    if key not in DRAFTS:
        DRAFTS[key] = drafted(fill(reference, *steps, today=today), reference, today)
    assert DRAFTS[key] is not None
    return DRAFTS[key]


def saved_estimate(reference, owner, *steps: dict, label="", key=None, revises=None, today=TODAY):
    """An estimate as the page saves it: Spinraza under Part B unless other answers are given."""
    return save(
        draft(reference, *steps, today=today), owner=owner, label=label, key=key or uuid4(), revises=revises
    )
