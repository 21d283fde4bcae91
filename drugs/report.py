"""Whom to tell about an error on a page, and how: ESTIMATOR_CONTACT, else the clinic, else the operator."""

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Report:
    """`mail` begins a message to which a template adds the name of the part; `link` is a page to go to instead."""

    about: str
    mail: str = ""
    link: str = ""
    who: str = ""


def report_for(request: HttpRequest, about: str) -> Report:
    contact = settings.CONTACT
    if "@" in contact:
        body = quote(f"Page: {request.build_absolute_uri(request.path)}\nWhat is wrong:\nYour source:\n")
        return Report(about, mail=f"mailto:{quote(contact, safe='@+')}?body={body}&subject=", who=contact)
    return Report(about, link=contact, who=contact or _clinic())


def _clinic() -> str:
    return ", ".join(words for words in (settings.CLINIC_NAME, settings.CLINIC_PHONE) if words)
