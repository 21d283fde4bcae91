"""What the doctor finds, each ailment made on purpose."""

import json
import os
import socket
from collections import namedtuple
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from estimator import audit, doctor, sheet_pdf
from estimator.models import Estimate

from .saving import saved_estimate

pytestmark = pytest.mark.django_db


def found(part):
    """(state, words) of one part."""
    return list(doctor.looked(doctor.CHECKS[part]))


def states(part):
    return {state for state, _ in found(part)}


def test_a_healthy_database_is_good():
    assert states("database") == states("saved estimates") == states("audit log") == {"good"}


def test_a_missing_migration_names_the_command():
    MigrationRecorder(connection).record_unapplied("estimator", "0002_share_links")
    assert ("bad", "1 migrations are missing: run manage.py migrate") in found("database")


def test_a_database_of_a_newer_version_is_told_apart():
    MigrationRecorder(connection).record_applied("estimator", "9999_from_the_future")
    assert any(state == "bad" and "newer version" in words for state, words in found("database"))


def test_a_database_that_does_not_answer_is_a_finding_not_a_crash(monkeypatch):
    def gone():
        raise OperationalError("connection refused\nwith more lines")

    monkeypatch.setitem(doctor.CHECKS, "database", gone)
    assert found("database") == [("bad", "could not be looked at, the database refused: connection refused")]


def test_no_reference_data_is_bad_and_says_what_loads_it():
    assert found("reference data") == [
        ("bad", "no drugs are loaded, so nothing can be estimated: run manage.py load_reference")
    ]


def test_a_changed_estimate_is_named(reference):
    saved = saved_estimate(reference, get_user_model().objects.create_user("counselor"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE estimator_estimate SET in_short = '$1' WHERE id = %s", [saved.pk])
    [(state, words)] = found("saved estimates")
    assert (state, saved.number in words) == ("bad", True)
    assert Estimate.objects.get().in_short == "$1"


def test_a_changed_audit_log_is_bad():
    event = audit.record(audit.Act.SIGN_OUT)
    audit.AuditEvent.objects.filter(pk=event.pk)._raw_delete("default")
    assert states("audit log") == {"bad"}


Usage = namedtuple("Usage", "free")


@pytest.mark.parametrize(("free", "state"), [(100, "bad"), (1000, "look"), (9000, "good")])
def test_a_full_disk_is_seen_before_it_is_full(monkeypatch, free, state):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: Usage(free * doctor.MB))
    assert states("disk") == {state}


def test_files_with_secrets_that_others_can_open_are_named(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    (tmp_path / "secret_key").write_text("x")
    os.chmod(tmp_path, 0o700)
    os.chmod(tmp_path / "secret_key", 0o644)
    settings.PRODUCTION = True
    assert (
        "bad",
        f"other accounts can open {tmp_path}/secret_key: chmod o-rwx {tmp_path}/secret_key",
    ) in found("secrets")
    os.chmod(tmp_path / "secret_key", 0o600)
    assert not any(str(tmp_path / "secret_key") in words for _, words in found("secrets"))


def test_local_mode_is_said_to_be_for_one_machine():
    assert [state for state, words in found("settings") if "this machine alone" in words] == ["look"]


def test_settings_that_django_warns_of_are_bad_in_production(settings):
    settings.PRODUCTION, settings.SESSION_COOKIE_SECURE = True, False
    assert any(state == "bad" and "security.W012" in words for state, words in found("settings"))


def test_static_files_that_are_not_collected_are_counted(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    [(state, words)] = found("static files")
    assert (state, "run manage.py collectstatic" in words) == ("bad", True)


def test_a_missing_pango_turns_only_pdfs_off(monkeypatch):
    monkeypatch.setattr(sheet_pdf, "weasyprint", lambda: None)
    assert states("PDF") == {"look"}


def test_a_queue_that_does_not_answer_is_bad_and_none_is_fine(settings):
    assert states("queue") == {"good"}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.QUEUE = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
    [(state, words)] = found("queue")
    assert (state, words.startswith("127.0.0.1 does not answer")) == ("bad", True)


def test_the_command_says_it_in_lines_and_as_json_and_ends_with_one_where_something_is_bad():
    for arguments, read in (([], str.splitlines), (["--json"], json.loads)):
        said = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", *arguments, stdout=said)
        assert ended.value.code == 1
        assert len(read(said.getvalue())) >= len(doctor.CHECKS)
    assert {finding["state"] for finding in read(said.getvalue())} <= {"good", "look", "bad"}


def test_where_nothing_is_bad_it_ends_with_zero(monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"PDF": doctor.CHECKS["PDF"]})
    said = StringIO()
    call_command("doctor", stdout=said)
    assert "PDF:" in said.getvalue()
