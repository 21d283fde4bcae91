"""Far-reaching acts ask once more who is there; the right answer does the act with what was typed."""

import html
import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from drugs.import_models import ImportBatch
from estimator import people, reauthentication, sessionlimits
from estimator.models import ApiToken, AuditEvent
from tests.people import PASSWORD, person

from .saving import saved_estimate
from .test_people import named_addresses
from .test_people_views import code_of, enrolled

pytestmark = pytest.mark.django_db
ASKED = "Is it still you?"


@pytest.fixture
def boss():
    return person("boss", "administrator", "counselor")


@pytest.fixture
def office(client, boss):
    """A session whose password was given a while ago, and which has been at work since."""
    client.force_login(boss)
    assert client.get("/account/").status_code == 200
    age(client)
    return client


def age(client, seconds=15 * 60):
    session = client.session
    for name in (sessionlimits.STARTED, reauthentication.PROVEN):
        if name in session:
            session[name] -= seconds
    session.save()


def carried(answer) -> dict[str, list[str]]:
    """What a browser sends when somebody answers the page that asks."""
    assert ASKED in answer.text, answer.text
    fields = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', answer.text, re.DOTALL)
    sent = {}
    for name, value in fields:
        sent.setdefault(name, []).append(html.unescape(value))
    return sent


@pytest.fixture
def maria():
    return person("maria", "counselor")


def changes(maria, **more):
    groups = [str(group.pk) for group in Group.objects.filter(name__in=["counselor", "editor"])]
    return {"username": maria.username, "is_active": "on", "groups": groups, **more}


def test_the_act_waits_for_the_password_and_is_done_with_what_was_typed(office, maria):
    page = reverse("admin:auth_user_change", args=[maria.pk])
    typed = changes(maria, first_name='Ma"ri<a')
    asked = office.post(page, typed)
    assert set(carried(asked)) == set(typed)
    maria.refresh_from_db()
    assert maria.first_name == ""
    wrong = office.post(page, carried(asked) | {"password_again": "wrong"})
    assert "This is not your password" in wrong.text
    assert carried(wrong) == carried(asked)
    answer = office.post(page, carried(wrong) | {"password_again": PASSWORD})
    assert answer.status_code == 302, answer.text
    maria.refresh_from_db()
    assert maria.first_name == 'Ma"ri<a'
    assert {group.name for group in maria.groups.all()} == {"counselor", "editor"}


def test_it_is_asked_once_for_fifteen_minutes(office, maria):
    page = reverse("admin:auth_user_change", args=[maria.pk])
    office.post(page, changes(maria) | {"password_again": PASSWORD})
    assert office.post(page, changes(maria, last_name="Once")).status_code == 302
    age(office)
    assert ASKED in office.post(page, changes(maria, last_name="Twice")).text


def test_who_signed_in_just_now_is_not_asked(client, boss, maria):
    client.force_login(boss)
    page = reverse("admin:auth_user_change", args=[maria.pk])
    assert client.post(page, changes(maria)).status_code == 302


def test_with_a_second_factor_a_code_is_asked_and_no_password_will_do(office, boss, maria):
    enrolled(boss)
    page = reverse("admin:auth_user_change", args=[maria.pk])
    asked = office.post(page, changes(maria, last_name="New"))
    assert 'name="one_time_code"' in asked.text
    assert ASKED in office.post(page, carried(asked) | {"password_again": PASSWORD}).text
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    answer = office.post(page, carried(asked) | {"one_time_code": code_of(boss, 1)})
    assert answer.status_code == 302, answer.text


@pytest.mark.parametrize("act", ["publish", "withdraw"])
def test_official_files_are_not_published_by_a_session_left_open(office, act):
    batch = ImportBatch.objects.create(kind="asp", quarter="2026Q1", file_name="x.csv")
    page = reverse(f"admin:drugs_importbatch_{act}", args=[batch.pk])
    assert ASKED in office.post(page, {"confirm": "on"}).text
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.STAGED


def test_actions_on_people_and_unlocking_ask_too(office, maria):
    theirs = Client()
    theirs.force_login(maria)
    chosen = {"action": "end_sessions", "_selected_action": [str(maria.pk)]}
    asked = office.post(reverse("admin:auth_user_changelist"), chosen)
    assert theirs.get("/account/").status_code == 200
    office.post(reverse("admin:auth_user_changelist"), carried(asked) | {"password_again": PASSWORD})
    assert theirs.get("/account/").status_code == 302
    age(office)
    assert ASKED in office.post(reverse("admin:axes_accessattempt_changelist"), {"action": "x"}).text


def test_pages_that_take_a_password_ask_when_they_are_opened(office):
    """So that a password typed there is never carried through another page."""
    page = reverse("admin:auth_user_add")
    asked = office.get(page)
    opened = office.post(page, carried(asked) | {"password_again": PASSWORD})
    assert (opened.status_code, opened.headers["Location"]) == (302, page)
    assert ASKED not in office.get(page).text
    age(office)
    late = office.post(page, {"username": "nina", "password1": "x" * 20, "password2": "x" * 20})
    assert carried(late) == {"username": ["nina"]}
    assert not User.objects.filter(username="nina").exists()


def test_a_new_second_factor_is_shown_to_its_owner_alone(office, boss):
    asked = office.get("/account/second-factor/")
    assert "data:image/svg" not in asked.text
    assert ASKED in office.post("/account/second-factor/", {"one_time_code": "123456"}).text
    enrolled(boss)  # who has one is asked for a code there anyway
    assert ASKED not in office.get("/account/second-factor/").text


def test_a_token_for_a_program_is_not_made_by_a_session_left_open(office):
    new = {"name": "nightly", "days": "30", "scopes": ["reference:read"], "key": str(uuid4())}
    assert ASKED not in office.get("/account/tokens/").text
    asked = office.post("/account/tokens/", new)
    assert not ApiToken.objects.exists()
    office.post("/account/tokens/", carried(asked) | {"password_again": PASSWORD})
    assert ApiToken.objects.exists()


def test_a_counselor_saves_and_shares_without_being_asked(client, reference, maria, monkeypatch):
    from estimator.assemble import Reference

    monkeypatch.setattr(Reference, "current", lambda: reference)
    saved = saved_estimate(reference, maria)
    client.force_login(maria)
    client.get("/account/")
    age(client)
    assert ASKED not in client.post(f"/estimates/{saved.public_id}/share/", {"language": "en"}).text


def test_wrong_answers_are_counted_and_lock_like_wrong_passwords_at_the_sign_in(office, maria, settings):
    page = reverse("admin:auth_user_change", args=[maria.pk])
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = office.post(page, changes(maria) | {"password_again": "wrong"})
    assert answer.status_code == 429
    assert office.post(page, changes(maria) | {"password_again": PASSWORD}).status_code == 429
    assert AuditEvent.objects.filter(act="locked_out").exists()


def test_the_old_password_of_one_s_own_account_is_not_to_be_guessed_either(office, settings):
    new = {"new_password1": "blue-horse-battery", "new_password2": "blue-horse-battery"}
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = office.post("/account/password/", new | {"old_password": "wrong"})
    assert answer.status_code == 429


def test_the_pages_named_are_pages_that_are_there():
    for page in people.TAKES_A_PASSWORD | people.FAR_REACHING:
        if page.startswith("admin:"):
            assert reverse(page, args=[] if page.endswith("_add") else [1])
        else:
            assert page in named_addresses()
