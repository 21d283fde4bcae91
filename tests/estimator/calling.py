"""Short ways to ask the JSON API in the tests."""

import json
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from estimator import api_tokens
from estimator.api_models import SCOPES

ROOT = "/api/v1/"


def made_token(owner=None, scopes=tuple(SCOPES), days=30) -> tuple:
    """The row and the token of an account (a new one unless given)."""
    owner = owner or counselor(f"program {uuid4()}")
    return api_tokens.make(owner, name="nightly", scopes=scopes, days=days, key=uuid4())


def counselor(name: str):
    found = get_user_model().objects.create_user(name)
    found.groups.add(Group.objects.get(name="counselor"))
    return found


class Program:
    """A program with a token; each answer has its `problem` or its `value` as JSON."""

    def __init__(self, token: str):
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str):
        return self.client.get(ROOT + path)

    def post(self, path: str, body, key=None, kind="application/json"):
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {"Idempotency-Key": str(key)} if key else {}
        return self.client.post(ROOT + path, text, content_type=kind, headers=headers)


def program(scopes=tuple(SCOPES), owner=None) -> Program:
    return Program(made_token(owner, scopes)[1])


def pointers(answer) -> list[str]:
    return [error.get("pointer") or error["parameter"] for error in answer.json()["errors"]]
