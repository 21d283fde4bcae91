"""Answers somebody is at work on, kept in the session so that a reload or Back brings them again.

Only for whoever is signed in: what a visitor types is computed and kept nowhere. Only the session holds them:
nothing stays in the browser, and signing out or an hour without a change ends them. The address has a name of the
draft alone, so that a new estimate for another family begins empty, and two tabs do not share one.
"""

import time
from collections.abc import Mapping
from secrets import token_urlsafe
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

KEY = "answers at work"
MOST, LARGEST, LASTS = 4, 20_000, 60 * 60
"""Drafts of one session, characters of one draft, seconds after its last change."""
OWN = ("csrfmiddlewaretoken", "show", "draft")


def keep(request: HttpRequest, answers: Mapping[str, str]) -> str:
    """The name of the draft; empty where there is nobody to keep it for, or too much to keep."""
    if not request.user.is_authenticated:
        return ""
    data = {name: text for name, text in answers.items() if name not in OWN and text}
    if sum(len(name) + len(text) for name, text in data.items()) > LARGEST:
        return ""
    drafts = fresh(request)
    name = answers.get("draft", "")
    name = name if name in drafts else token_urlsafe(9)
    drafts.pop(name, None)
    newest = list(drafts.items())[-(MOST - 1) :]
    request.session[KEY] = dict([*newest, (name, {"since": int(time.time()), "data": data})])
    return name


def kept(request: HttpRequest, name: str) -> dict[str, str] | None:
    """The answers of a draft; None where it has ended, or is not this session's."""
    found = fresh(request).get(name) if request.user.is_authenticated else None
    return found["data"] if found else None


def fresh(request: HttpRequest) -> dict[str, dict]:
    now = time.time()
    return {k: one for k, one in request.session.get(KEY, {}).items() if now - one["since"] <= LASTS}


def address(drug: str, name: str) -> str:
    """Where a reload finds the draft."""
    asked = {"drug": drug, "draft": name} if name else {"drug": drug}
    return f"{reverse('estimate')}?{urlencode(asked)}"
