"""A script typed into any text of the reference data runs on no page: it is shown as text, and no link holds it."""

import re

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.test import Client

from drugs.models import DataRevision
from payers.models import AssistanceProgram
from tests.people import person

pytestmark = pytest.mark.django_db
SCRIPT = '"><img src=x onerror=alert(1)>'
NOT_FREE = ("slug", "key", "code", "ndc", "basis", "place", "kind", "unit")
PAGES = ("/", "/drugs/", "/drugs/spinraza/", "/codes/J2326/", "/payers/", "/payers/medicare/", "/compare/")
STAFF_PAGES = (
    "/freshness/",
    "/admin/drugs/source/",
    "/admin/drugs/price/",
    "/admin/payers/assistanceprogram/",
)


def free_texts():
    for app in ("drugs", "payers"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField)
                is_free = not (field.choices or field.unique or any(word in field.name for word in NOT_FREE))
                if is_text and is_free and not model.__name__.startswith("Historical"):
                    yield model, field


def fill(model, field) -> bool:
    text = f"javascript:alert(1)//{SCRIPT}" if field.name == "address" else SCRIPT
    try:
        with transaction.atomic():
            model.objects.update(**{field.name: text[: field.max_length]})
    except IntegrityError:  # a text that tells rows apart
        return False
    return True


def test_no_page_runs_what_somebody_typed(reference_data):
    assert sum(fill(*one) for one in free_texts()) > 40
    DataRevision.bump()
    chief = Client()
    chief.force_login(person("chief", "editor", "administrator", is_superuser=True))
    shown = 0
    for client, pages in ((Client(), PAGES), (chief, STAFF_PAGES)):
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, page
            assert "<img src=x" not in answer.text, page
            led = re.findall(r'(?:href|src|action|formaction)="\s*([a-z]+):', answer.text, re.IGNORECASE)
            assert set(led) <= {"https", "http", "mailto", "tel", "data"}, page
            shown += "&lt;img src=x" in answer.text
    assert shown > 6


def test_a_program_s_address_is_one_that_a_browser_opens():
    program = AssistanceProgram(slug="a", name="A", type="grant", address="javascript:alert(1)")
    with pytest.raises(ValidationError) as refused:
        program.full_clean()
    assert refused.value.message_dict == {"address": ["Begin the web address with https://"]}
