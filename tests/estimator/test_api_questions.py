"""Schemathesis asks the JSON API what its OpenAPI allows and forbids: it never breaks, and answers as described.

Whether everything that the schema allows is accepted is not asked: a schema cannot say that a drug must be known, or
that one of two dates is given. Those refusals are in words, see test_api.py.
"""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi

from estimator.assemble import Reference
from estimator.wsgi import application

from .calling import ROOT, made_token
from .filling import TODAY

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
    openapi.ignored_auth,
]
QUESTIONS = 4
EACH = settings(
    max_examples=QUESTIONS,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def site(reference, monkeypatch, settings):
    settings.API_REQUESTS_A_MINUTE = 10_000
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(Reference, "current", lambda: reference)
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    # As Django's own test client does: the test's transaction outlives each request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_it_is_described(site, mode):
    headers = {"Authorization": f"Bearer {made_token()[1]}"}
    described = schemathesis.openapi.from_wsgi(f"{ROOT}openapi.json", application)
    asked = 0
    for found in described.get_all_operations():

        @EACH
        @given(case=found.ok().as_strategy(generation_mode=mode))
        def ask(case):
            nonlocal asked
            case.call_and_validate(headers=headers, checks=CHECKS)
            asked += 1

        if mode is GenerationMode.POSITIVE or can_be_wrong(found.ok()):
            ask()
    assert asked >= 4 * QUESTIONS


def can_be_wrong(operation) -> bool:
    """Whether there is anything to send that may be wrong."""
    return bool(list(operation.iter_parameters()) or operation.body)
