"""People made and changed outside of the pages leave their event too, and what the pages did is told once."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse

from estimator import audit, audit_people, people
from estimator.models import AuditEvent
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db


def told(since=0):
    """(act, about, what, who) of the events after this number, oldest first."""
    events = AuditEvent.objects.filter(number__gt=since).order_by("number")
    return [(e.act, e.about, json.loads(e.details).get("change", ""), e.who) for e in events]


def now():
    return AuditEvent.objects.count()


def test_a_superuser_made_at_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    monkeypatch.setenv("SUDO_USER", "operator")
    since = now()
    call_command("createsuperuser", "--noinput", username="chief", email="", stdout=StringIO())
    chief = User.objects.get(username="chief")
    assert told(since) == [("permission", f"user {chief.pk}", "account opened", "")]
    details = json.loads(AuditEvent.objects.first().details)
    assert details["superuser"]
    assert (details["at"], details["machine_account"]) == ("the command line", "operator")
    assert PASSWORD not in str(list(AuditEvent.objects.values()))


def test_a_password_changed_at_the_command_line(monkeypatch):
    maria = person("maria", "counselor")
    monkeypatch.setattr(
        "django.contrib.auth.management.commands.changepassword.getpass.getpass",
        lambda **_: "blue-horse-battery-staple",
    )
    since = now()
    call_command("changepassword", "maria", stdout=StringIO(), stderr=StringIO())
    assert told(since) == [("password", f"user {maria.pk}", "", "")]


@pytest.mark.parametrize(
    ("act", "change"),
    [
        (lambda user: user.groups.add(Group.objects.get(name="administrator")), "user_groups add"),
        (lambda user: user.groups.clear(), "user_groups clear"),
        (lambda user: user.groups.first().user_set.remove(user), "user_groups remove"),
        (lambda user: user.user_permissions.add(Permission.objects.first()), "user_user_permissions add"),
        (lambda user: user.groups.first().permissions.add(Permission.objects.first()), "group_permissions add"),
        (lambda user: user.delete(), "account deleted"),
    ],
    ids=["role given", "roles cleared", "taken out of a role", "right given", "role given a right", "deleted"],
)  # fmt: skip
def test_rights_changed_in_a_shell(act, change):
    user = person("maria", "counselor")
    since = now()
    act(user)
    assert [what for _, _, what, _ in told(since)] == [change]


def test_an_account_made_mighty_or_closed_in_a_shell():
    user, since = person("maria", "counselor"), now()
    for field, value in (("is_superuser", True), ("is_active", False), ("username", "mario")):
        setattr(user, field, value)
        user.save()
        assert json.loads(AuditEvent.objects.first().details)["fields"] == [field]
    user.first_name = "Maria"
    user.save()
    assert len(told(since)) == 3


def test_what_a_page_does_is_told_once_and_with_who_did_it(client):
    client.force_login(person("boss", "administrator"))
    since = now()
    new = {"username": "nina", "password1": "blue-horse-battery", "password2": "blue-horse-battery"}
    client.post(reverse("admin:auth_user_add"), new | {"groups": [Group.objects.get(name="editor").pk]})
    nina = User.objects.get(username="nina")
    assert told(since) == [("permission", f"user {nina.pk}", "account opened", "boss")]
    since = now()
    client.post("/sign-out/")
    client.post("/sign-in/", {"username": "nina", "password": "blue-horse-battery"})
    assert [act for act, *_ in told(since)] == ["sign_out", "sign_in"]


def test_the_program_s_own_roles_are_nobody_s_act():
    Group.objects.get(name="editor").permissions.clear()
    since = now()
    people.make_roles()
    assert told(since) == []
    assert Group.objects.get(name="editor").permissions.exists()


def test_a_machine_account_without_a_name_is_told_by_its_number(monkeypatch):
    def nameless():
        raise OSError("no name")

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(audit_people.getpass, "getuser", nameless)
    assert audit_people.machine()["machine_account"].isdigit()


def test_the_log_stays_whole():
    person("maria", "counselor").delete()
    assert audit.findings(*audit.anchor_now()) == []
