"""Bad input at every door, one oracle for all: an answer in time, no 5xx, no traceback anywhere, nothing changed,
nothing echoed unescaped, and the outcome that the entry names. The same entries run on both databases.
"""

import html
import json
import resource
import time
from contextlib import contextmanager
from io import StringIO
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from drugs.import_models import ImportBatch, ImportRow
from drugs.models import Price
from estimator import sheet_pdf
from estimator.assemble import Reference
from estimator.models import Estimate, NumberSeries, ShareLink
from tests.drugs.importers.conftest import in_this_process  # noqa: F401 (a fixture)
from tests.estimator.asking import spinraza
from tests.estimator.filling import fill, successful
from tests.estimator.saving import PPO, saved_estimate
from tests.people import person

from .making import bytes_of, corpus

SECONDS = 3
MEGABYTES = 400
STATE = (Estimate, NumberSeries, ShareLink, Price, ImportRow)
HOSTILE = '"><img src=x onerror=alert(1)>{{7*7}}'
LONG = {"{many}": "a" * 5000, "{deep}": "[" * 100_000, "{long number}": '{"years": ' + "9" * 100_000 + "}"}

pytestmark = pytest.mark.django_db


def named(entry):
    return " ".join(str(value)[:30] for value in entry.values())


def entries(kind):
    return pytest.mark.parametrize("entry", corpus(kind), ids=named)


@pytest.fixture(scope="module")
def clinic(put_back, django_db_blocker):
    """Reference data, a counselor, an editor and one saved estimate, for the whole module; undone at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        put_back()
        one = SimpleNamespace(reference=Reference.current())
        one.counselor, one.editor = (signed_in(person(role, role)) for role in ("counselor", "editor"))
        owner = person("owner", "counselor")
        one.answers = successful(fill(one.reference, PPO)) | {"show": "yes"}
        one.saved = saved_estimate(one.reference, owner, label=HOSTILE[:40])
        yield one
        transaction.set_rollback(True)


def signed_in(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.fixture
def oracle(clinic, caplog):
    """Around one act: `with oracle() as told: told.response = ...`."""

    @contextmanager
    def watched(typed=""):
        before, cpu = counted(), time.process_time()
        told = SimpleNamespace(response=None)
        yield told
        assert time.process_time() - cpu <= SECONDS
        assert counted() == before
        assert_clean_logs(caplog, typed)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < AT_START + MEGABYTES * 1024
        if told.response is not None:
            assert_clean_page(told.response, typed)

    return watched


AT_START = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def counted():
    return [model.objects.count() for model in STATE]


def assert_clean_logs(caplog, typed):
    assert [
        record.getMessage() for record in caplog.records if record.exc_info or record.levelname == "CRITICAL"
    ] == []
    assert not (len(typed) > 8 and typed in caplog.text)


def assert_clean_page(response, typed):
    assert response.status_code < 500, response.status_code
    text = "" if response.streaming else response.content.decode(errors="replace")
    assert "Traceback (most recent call last)" not in text
    assert "<" not in typed or typed not in text


# The form


@entries("form")
def test_answers(clinic, oracle, entry):
    field, value = entry["field"], entry["value"]
    with oracle(value) as told:
        told.response = clinic.counselor.post("/estimate/", {**clinic.answers, field: value})
    found = outcome(told.response, field)
    assert found == entry["expect"]
    if found == "refused" and "\0" not in value and field in ("income", "medical-drug_copay"):
        assert f'value="{html.escape(value)}"' in told.response.text


def outcome(response, field):
    """Refused where the page lists things to correct; taken where it does not, and the form knows the field."""
    text = response.text
    if response.status_code != 200 or 'id="errors"' in text:
        return "refused"
    return "taken" if f'name="{field}"' in text else "ignored"


# Addresses


@entries("url")
def test_addresses(clinic, oracle, entry):
    client = clinic.editor if entry.get("editor") else clinic.counselor
    client = Client(raise_request_exception=False) if entry.get("anyone") else client
    path = entry["path"]
    for short, long in LONG.items():
        path = path.replace(short, long)
    with oracle(path.partition("=")[2]) as told:
        told.response = client.get(quote(path, safe="/?&=%[]:;+"))
    assert told.response.status_code == entry["status"]
    if "next=" in path:
        assert 'value="https://evil' not in told.response.text
        assert 'value="javascript:' not in told.response.text


# JSON


@entries("json")
def test_requests_as_json(clinic, oracle, entry, tmp_path):
    text = LONG.get(entry.get("text"), entry.get("text"))
    if text is None:
        whole = {name: json.dumps(value) for name, value in spinraza().items()} | {
            entry["change"]: entry["to"]
        }
        text = "{" + ", ".join(f'"{name}": {value}' for name, value in whole.items()) + "}"
    path = tmp_path / "request.json"
    path.write_text(text)
    refused(oracle, entry["says"], "estimate", str(path))


def refused(oracle, says, *arguments):
    out = StringIO()
    with oracle(), pytest.raises(CommandError) as caught:
        call_command(*arguments, stdout=out, stderr=out)
    words = str(caught.value)
    assert says.lower() in words.lower()
    assert words.strip()
    assert "Traceback" not in words + out.getvalue()


# Uploads


@entries("upload")
def test_uploads(clinic, oracle, entry, request):
    if "limits" not in entry:
        request.getfixturevalue("in_this_process")
    file = SimpleUploadedFile(entry["name"], bytes_of(entry["make"]))
    before = set(ImportBatch.objects.exclude(status="refused").values_list("pk", flat=True))
    with oracle(entry["name"] if "<" in entry["name"] else "") as told:
        sent = {"kind": "asp", "file": file, "quarter": ""}
        told.response = clinic.editor.post(reverse("admin:drugs_importbatch_add"), sent, follow=True)
    assert told.response.status_code == 200
    assert set(ImportBatch.objects.exclude(status="refused").values_list("pk", flat=True)) == before


# The command line


@entries("command")
@pytest.mark.usefixtures("in_this_process")
def test_commands(clinic, oracle, entry):
    refused(oracle, entry["says"], *entry["arguments"])


# The sheet on paper


@entries("pdf")
def test_sheets(clinic, oracle, entry, leave_out):
    if not sheet_pdf.is_possible():
        leave_out("pdf", "no Pango on this machine")
    with oracle(HOSTILE) as told:
        told.response = clinic.counselor.get(f"/estimates/{clinic.saved.public_id}/sheet.pdf{entry['query']}")
    assert told.response.status_code == entry["status"]
    assert told.response.content.startswith(b"%PDF-")
    assert b"/etc/passwd" not in told.response.content


def test_the_corpus_is_large_enough():
    kinds = ("form", "url", "json", "upload", "command", "pdf")
    assert sum(len(corpus(kind)) for kind in kinds) >= 150
