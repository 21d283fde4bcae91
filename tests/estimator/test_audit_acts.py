"""Every act that matters leaves its event, in its own transaction, and nothing of a family in it."""

import json
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drugs.admin_base import fields_of
from drugs.models import Source
from estimator import audit, saved, share
from estimator.assemble import Reference
from estimator.models import AuditEvent, Estimate, ShareLink
from tests.people import person

from .saving import saved_estimate

pytestmark = pytest.mark.django_db
LABEL = "blue folder 7"


@pytest.fixture
def maria():
    return person("maria", "counselor")


@pytest.fixture
def client(maria):
    client = Client()
    client.force_login(maria)
    return client


@pytest.fixture
def estimate(reference, monkeypatch, maria):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    return saved_estimate(reference, maria, label=LABEL)


def newest() -> AuditEvent:
    return AuditEvent.objects.first()


def test_saving_sharing_and_what_follows(client, maria, estimate):
    said = f"estimate {estimate.number}"
    assert (newest().act, newest().about, newest().who) == ("create", said, "maria")
    here = reverse("saved", args=[estimate.public_id])
    for kind in ("ledger.csv", "estimate.json", "calendar.ics"):
        assert client.get(here + kind).status_code == 200
        assert (newest().act, newest().about) == ("export", said)
    client.post(here + "share/", {"language": "es", "key": uuid4()})
    link = ShareLink.objects.get()
    assert (newest().act, newest().about) == ("share", f"link {link.pk} to {said}")
    client.post(here + f"share/{link.pk}/revoke/")
    assert (newest().act, newest().who) == ("revoke", "maria")
    count = AuditEvent.objects.count()
    client.post(here + f"share/{link.pk}/revoke/")
    assert AuditEvent.objects.count() == count  # nothing was done, nothing is written
    client.post(here + "delete/")
    assert (newest().act, newest().about) == ("delete", said)
    client.post(here + "undo/")
    assert (newest().act, newest().about) == ("undo", said)
    assert_says_nothing_of_the_family(estimate)


def assert_says_nothing_of_the_family(estimate):
    everything = str(list(AuditEvent.objects.values()))
    for private in (LABEL, "10,778", "spinraza", str(estimate.public_id), estimate.payer):
        assert private.lower() not in everything.lower()


def test_each_opening_by_a_link_is_written_down_without_its_token(estimate, maria):
    link, token = share.make(estimate, by=maria, language="en", key=uuid4())
    family = Client()
    family.get(f"/share/{token}")
    assert (newest().act, newest().who) == ("view_by_link", "")
    assert token not in str(list(AuditEvent.objects.values()))
    count = AuditEvent.objects.count()
    family.head(f"/share/{token}")
    family.get("/share/wrong")
    assert AuditEvent.objects.count() == count


def test_what_cannot_be_written_down_is_not_done(reference, maria, monkeypatch):
    def full(*args, **options):
        raise OSError("disk full")

    monkeypatch.setattr(saved, "record", full)
    with pytest.raises(OSError, match="disk full"):
        saved_estimate(reference, maria)
    assert not Estimate.objects.exists()


def test_estimates_of_strangers_leave_nothing(estimate):
    count = AuditEvent.objects.count()
    Client().get("/estimate/", {"drug": "spinraza"})
    Client().get("/")
    assert AuditEvent.objects.count() == count


def test_removal_for_good_names_the_estimates(estimate, maria):
    Estimate.objects.filter(pk=estimate.pk).update(deleted_at=timezone.now(), deleted_by=maria)
    saved.purge(timezone.now() + saved.models.UNDO_FOR * 2)
    assert json.loads(newest().details) == {"numbers": [estimate.number]}


# Reference data


@pytest.fixture
def editor():
    editor = Client()
    editor.force_login(person("ed", "editor"))
    return editor


SOURCE = {"key": "a-source", "title": "A source", "publisher": "CMS", "address": "", "read_on": "2026-01-01"}


def test_reference_data_added_changed_and_deleted(editor):
    editor.post(reverse("admin:drugs_source_add"), SOURCE)
    row = Source.objects.get()
    assert (newest().act, newest().about, newest().who) == ("rule_added", f"drugs.source {row.pk}", "ed")
    change = reverse("admin:drugs_source_change", args=[row.pk])
    editor.post(change, SOURCE | {"title": "Another title"})
    assert newest().act == "rule_changed"
    assert json.loads(newest().details) == {"fields": ["Title"]}
    assert "Another title" not in str(list(AuditEvent.objects.values()))
    editor.post(reverse("admin:drugs_source_delete", args=[row.pk]), {"post": "yes"})
    assert (newest().act, newest().about) == ("rule_deleted", f"drugs.source {row.pk}")
    editor.post(reverse("admin:drugs_source_add"), SOURCE)
    chosen = {"action": "delete_selected", "_selected_action": [Source.objects.get().pk], "post": "yes"}
    editor.post(reverse("admin:drugs_source_changelist"), chosen)
    assert newest().act == "rule_deleted"
    assert audit.findings(*audit.anchor_now()) == []


def test_a_change_message_gives_the_names_of_fields_alone():
    message = [
        {"changed": {"fields": ["Amount", "Note"]}},
        {"changed": {"name": "dose band", "object": "12 mg", "fields": ["Note"]}},
        {"added": {"name": "dose band", "object": "50 mg"}},
    ]
    assert fields_of(message) == ["Amount", "Note"]
    assert fields_of("Uploaded") == []


def test_a_file_is_imported_and_withdrawn(settings):
    from drugs.importers import staging

    chief = User.objects.create_superuser("chief")
    batch = staging.stage("asp", "broken.csv", b"nonsense", chief)
    assert (newest().act, newest().about, newest().who) == (
        "import",
        f"drugs.importbatch {batch.pk}",
        "chief",
    )
    assert json.loads(newest().details)["status"] == "refused"


def test_the_log_is_read_in_the_administration_and_changed_nowhere():
    event = audit.record(audit.Act.PUBLISH, "file 1")
    office = Client()
    office.force_login(person("boss", "administrator"))
    page = office.get(reverse("admin:estimator_auditevent_changelist"))
    assert "file 1" in page.text
    one = reverse("admin:estimator_auditevent_change", args=[event.pk])
    assert event.sha256 in office.get(one).text
    assert office.post(one, {"about": "x"}).status_code == 403
    assert office.post(reverse("admin:estimator_auditevent_delete", args=[event.pk])).status_code == 403
    assert office.get(reverse("admin:estimator_auditevent_add")).status_code == 403


def test_tables_out_of_the_administration_and_in_again(editor):
    from tests.drugs.test_transfer import exported, taken

    editor.post(reverse("admin:drugs_source_add"), SOURCE)
    rows = exported(editor, Source)
    assert (newest().act, newest().about, newest().who) == ("export", "drugs.source", "ed")
    taken(editor, Source, [rows[0] | {"title": "Another title"}])
    event = AuditEvent.objects.filter(act="import").first()
    assert (event.about, event.who, json.loads(event.details)) == (
        "drugs.source",
        "ed",
        {"rows": {"update": 1}},
    )
