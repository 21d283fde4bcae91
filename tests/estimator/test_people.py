"""Every address times every role: who is let in, who is refused, who is sent to sign in."""

import json
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from drugs.models import Drug, Price
from estimator import people, share
from estimator.assemble import Reference
from estimator.models import AuditEvent
from tests.people import person

from .saving import saved_estimate

pytestmark = pytest.mark.django_db
ROLES = ("none", "counselor", "editor", "administrator")

# What each page is for, in the words of the brief and not of the code. "all": anybody; "own": whoever is signed in.
PAGES = {
    "home": "all",
    "estimate": "all",
    "estimate_calendar": "all",
    "estimate_sheet": "all",
    "compare": "all",
    "shared": "all",
    "drugs": "all",
    "drug": "all",
    "code": "all",
    "payers": "all",
    "payer": "all",
    "health": "all",
    "health_ready": "all",
    "sign_in": "all",
    "sign_in_code": "all",
    "sign_out": "all",
    "session_left": "all",
    "session_stay": "all",
    "session_over": "all",
    "account": "own",
    "kept": "own",
    "password": "own",
    "other_sessions": "own",
    "second_factor": "own",
    "second_factor_codes": "own",
    "second_factor_off": "own",
    "estimates": "counselor",
    "estimate_review": "counselor",
    "saved": "counselor",
    "saved_revise": "counselor",
    "saved_changes": "counselor",
    "saved_csv": "counselor",
    "saved_json": "counselor",
    "saved_comparison": "counselor",
    "saved_comparison_csv": "counselor",
    "saved_calendar": "counselor",
    "saved_sheet": "counselor",
    "saved_sheet_pdf": "counselor",
    "saved_delete": "counselor",
    "saved_undo": "counselor",
    "share_links": "counselor",
    "share_revoke": "counselor",
    "panels": "counselor administrator",
    "panel_template": "counselor",
    "panel": "counselor administrator",
    "panel_results": "counselor",
    "panel_delete": "counselor administrator",
    "panel_step": "counselor administrator",
    "api_tokens": "counselor",
    "api_token_revoke": "counselor",
    "freshness": "editor administrator",
}
POSTED = {"session_stay", "session_over", "saved_delete", "saved_undo", "share_revoke", "api_token_revoke"}
POSTED |= {"panel_delete", "panel_step"}
POSTED |= {"other_sessions", "second_factor_codes", "second_factor_off", "sign_out"}
STRANGERS = {"estimate_review"}
"""A stranger may look at a review that waits for nothing: it leads home."""


@pytest.fixture
def known(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)


@pytest.fixture
def saved(known, reference):
    return saved_estimate(reference, person("owner", "counselor"), label="blue folder 7")


def named_addresses():
    """The names of all our own pages, wherever they are included."""

    def walk(resolver):
        for found in resolver.url_patterns:
            if isinstance(found, URLResolver):
                if found.namespace not in ("admin", "api"):
                    yield from walk(found)
            elif found.name:
                yield found.name

    return set(walk(get_resolver()))


def test_every_page_says_who_it_is_for():
    """A new page needs a line in `estimator/people.py` and one in the table above."""
    assert named_addresses() == set(PAGES)
    listed = people.OPEN | people.OWN | people.RIGHTS.keys() | people.ADMINISTRATION
    assert named_addresses() == listed - {None}


def addresses(saved) -> dict[str, str]:
    link, token = share.make(saved, by=saved.owner, language="en", key=uuid4())
    filled = {
        "shared": [token],
        "drug": ["spinraza"],
        "code": ["J2326"],
        "payer": ["medicare"],
        "share_revoke": [saved.public_id, link.pk],
        "api_token_revoke": [1],
        "panel_step": [saved.public_id, "pause"],
    }
    of_saved = [name for name in PAGES if name.startswith("saved") or name == "share_links"]
    filled |= {name: [saved.public_id] for name in of_saved}
    filled |= {name: [saved.public_id] for name in ("panel", "panel_results", "panel_delete")}
    return {name: reverse(name, args=filled.get(name, [])) for name in PAGES}


def outcome(response) -> str:
    if response.status_code == 302 and "/sign-in/?" in response.headers["Location"]:
        return "sign in"
    if response.status_code == 302 and "/admin/login/?" in response.headers["Location"]:
        return "sign in"
    return "refused" if response.status_code == 403 else "let in"


def expected(name: str, role: str) -> str:
    if PAGES[name] == "all" or (role == "anonymous" and name in STRANGERS):
        return "let in"
    if role == "anonymous":
        return "sign in"
    return "let in" if PAGES[name] == "own" or role in PAGES[name].split() else "refused"


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_each_page_lets_in_whom_it_is_for_and_nobody_else(saved, role):
    client = Client()
    where = addresses(saved)
    user = saved.owner if role == "counselor" else None
    if role != "anonymous":
        client.force_login(user or person("visitor", *([] if role == "none" else [role])))
    found = {}
    for name, address in where.items():
        if name in ("session_over", "sign_out", "sign_in_code"):
            continue  # two end the session, one follows a right password: tests of their own
        with transaction.atomic():  # what a request does is taken back before the next
            answer = client.post(address) if name in POSTED else client.get(address)
            transaction.set_rollback(True)
        found[name] = outcome(answer)
        assert answer.status_code < 500, name
        if found[name] != "let in":
            assert "blue folder 7" not in answer.text, name
    assert found == {name: expected(name, role) for name in found}


@pytest.mark.parametrize("role", ["none", "counselor", "editor", "administrator"])
def test_front_page_and_form_show_saved_estimates_to_counselors_alone(saved, role):
    client = Client()
    client.force_login(person("visitor", *([] if role == "none" else [role])))
    assert (saved.number in client.get("/").text) is (role == "counselor")
    answer = client.get("/estimate/", {"drug": "spinraza"})
    assert saved.number not in answer.text


# The administration

EDITED = {"drugs", "payers"}
SHOWN_TO_ADMINISTRATORS = {"auth.user", "axes.accessattempt", "drugs.importbatch", "estimator.auditevent"}


def registered():
    from django.contrib import admin

    return [(model, model._meta.label_lower) for model in admin.site._registry]


@pytest.mark.parametrize("role", ROLES)
def test_the_administration_shows_each_role_its_own_tables(role):
    client = Client(raise_request_exception=False)
    client.force_login(person("visitor", *([] if role == "none" else [role])))
    seen = set()
    for model, label in registered():
        status = client.get(
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        ).status_code
        assert status in (200, 403), label
        if status == 200:
            seen.add(label)
    edited = {label for model, label in registered() if model._meta.app_label in EDITED}
    assert seen == {"editor": edited, "administrator": SHOWN_TO_ADMINISTRATORS}.get(role, set())


@pytest.mark.parametrize("role", ["editor", "administrator"])
def test_who_adds_what_in_the_administration(role):
    client = Client()
    client.force_login(person("visitor", role))
    adds = {
        label
        for model, label in registered()
        if client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")).status_code
        == 200
    }
    if role == "administrator":
        assert adds == {"auth.user"}
    else:
        assert adds == {label for model, label in registered() if model._meta.app_label in EDITED} - {
            "drugs.datarevision"
        }


def test_secrets_and_rights_have_no_page():
    assert not {"auth.group", "auth.permission", "otp_totp.totpdevice"} & {label for _, label in registered()}


def test_an_editor_gives_nobody_rights_least_of_all_themselves():
    client, editor = Client(), person("editor", "editor")
    client.force_login(editor)
    address = reverse("admin:auth_user_change", args=[editor.pk])
    groups = list(Group.objects.values_list("pk", flat=True))
    assert (
        client.post(address, {"username": "editor", "groups": groups, "is_superuser": "on"}).status_code
        == 403
    )
    editor = User.objects.get(pk=editor.pk)
    assert [group.name for group in editor.groups.all()] == ["editor"]
    assert not editor.is_superuser


def test_only_an_administrator_publishes_a_file():
    from drugs.import_models import ImportBatch

    batch = ImportBatch.objects.create(kind="asp", quarter="2026Q1", file_name="x.csv")
    for act in ("publish", "withdraw"):
        address = reverse(f"admin:drugs_importbatch_{act}", args=[batch.pk])
        client = Client()
        client.force_login(User.objects.filter(username="ed").first() or person("ed", "editor"))
        assert client.post(address).status_code == 403
    client.force_login(person("ad", "administrator"))
    assert client.post(address).status_code == 302
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.WITHDRAWN


@pytest.fixture
def administrator():
    return person("boss", "administrator")


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def roles_posted(*names):
    return [str(pk) for pk in Group.objects.filter(name__in=names).values_list("pk", flat=True)]


def test_an_administrator_opens_an_account_with_roles(office):
    new = {"username": "nina", "password1": "blue-horse-battery", "password2": "blue-horse-battery"}
    answer = office.post(reverse("admin:auth_user_add"), new | {"groups": roles_posted("editor")})
    assert answer.status_code == 302, answer.text
    nina = User.objects.get(username="nina")
    assert nina.is_staff
    assert not nina.is_superuser
    assert nina.has_perm("drugs.change_price")
    event = AuditEvent.objects.first()
    assert (event.act, event.about, event.who) == ("permission", f"user {nina.pk}", "boss")
    assert json.loads(event.details)["roles"] == ["editor"]


def changed(office, user, *roles, **more):
    data = {"username": user.username, "is_active": "on", "groups": roles_posted(*roles), **more}
    answer = office.post(reverse("admin:auth_user_change", args=[user.pk]), data)
    return answer, User.objects.get(pk=user.pk)


def test_a_role_taken_away_closes_the_administration(office):
    answer, user = changed(office, person("ed", "editor"), "counselor")
    assert answer.status_code == 302, answer.text
    assert not user.is_staff
    assert not user.has_perm("drugs.change_price")
    assert user.has_perm("estimator.view_estimate")


def test_hidden_fields_give_nothing(office):
    _, user = changed(
        office, person("ed", "editor"), "editor", is_superuser="on", user_permissions="1", is_staff="on"
    )
    assert not user.is_superuser
    assert not user.user_permissions.exists()


def test_an_administrator_does_not_lock_themselves_out(office, administrator):
    for data in ({}, {"is_active": ""}):
        answer, user = changed(office, administrator, *([] if not data else ["administrator"]), **data)
        assert "This is your own account" in answer.text
        assert user.is_active
        assert user.groups.filter(name="administrator").exists()


def test_a_superuser_s_account_is_not_an_administrator_s_to_change(office):
    chief = User.objects.create_superuser("chief", password="horse-battery")
    assert changed(office, chief, "counselor")[0].status_code == 403
    address = reverse("admin:auth_user_password_change", args=[chief.pk])
    new = {"password1": "blue-horse-battery", "password2": "blue-horse-battery"}
    assert office.post(address, new).status_code == 403
    assert User.objects.get(pk=chief.pk).check_password("horse-battery")


def test_an_administrator_gives_a_new_password_and_that_ends_the_sessions(office):
    maria, hers = person("maria", "counselor"), Client()
    hers.force_login(maria)
    new = {"password1": "blue-horse-battery", "password2": "blue-horse-battery", "usable_password": "true"}
    answer = office.post(reverse("admin:auth_user_password_change", args=[maria.pk]), new)
    assert answer.status_code == 302, answer.text
    assert User.objects.get(pk=maria.pk).check_password("blue-horse-battery")
    assert outcome(hers.get("/estimates/")) == "sign in"
    assert AuditEvent.objects.filter(act="permission", about=f"user {maria.pk}", who="boss").exists()


def test_nobody_deletes_an_account(office):
    maria = person("maria", "counselor")
    assert office.post(reverse("admin:auth_user_delete", args=[maria.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=maria.pk).exists()


def test_a_closed_account_is_out_at_once(client):
    maria = person("maria", "counselor")
    client.force_login(maria)
    assert client.get("/estimates/").status_code == 200
    User.objects.filter(pk=maria.pk).update(is_active=False)
    assert outcome(client.get("/estimates/")) == "sign in"


def test_an_administrator_signs_somebody_out_everywhere(office):
    maria, hers = person("maria", "counselor"), Client()
    hers.force_login(maria)
    chosen = {"action": "end_sessions", "_selected_action": [maria.pk]}
    office.post(reverse("admin:auth_user_changelist"), chosen)
    assert outcome(hers.get("/estimates/")) == "sign in"
    assert Session.objects.count() == 1  # the administrator's own


# The roles themselves


def test_roles_are_made_once_and_keep_exactly_their_rights():
    editor = Group.objects.get(name="editor")
    rights = set(editor.permissions.values_list("pk", flat=True))
    editor.permissions.clear()
    people.make_roles()
    people.make_roles()
    assert Group.objects.filter(name__in=people.ROLES).count() == 3
    assert set(editor.permissions.values_list("pk", flat=True)) == rights
    for model in (Drug, Price, apps.get_model("payers", "DesignTerms")):
        assert editor.permissions.filter(codename=f"change_{model._meta.model_name}").exists()
    assert not editor.permissions.filter(codename__in=["publish_importbatch", "change_user"]).exists()


def test_people_of_before_keep_what_they_could_do():
    from importlib import import_module

    old, staff, gone = (User.objects.create_user(name) for name in ("old", "staff", "gone"))
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    import_module("estimator.migrations.0003_audit_and_second_factor").keep_rights(apps, None)
    assert {g.name for g in old.groups.all()} == {"counselor"}
    assert {g.name for g in staff.groups.all()} == {"counselor", "editor"}
    assert not gone.groups.exists()


def test_who_is_locked_out_is_seen_without_what_they_typed_and_let_in_again(office):
    Client().post("/sign-in/", {"username": "maria", "password": "wrong-word"})
    page = reverse("admin:axes_accessattempt_changelist")
    text = office.get(page).text
    assert "maria" in text
    assert "wrong-word" not in text
    assert office.get(page, {"ip_address": "nonsense"}).status_code == 400
    chosen = {
        "action": "delete_selected",
        "_selected_action": [AccessAttempt.objects.get().pk],
        "post": "yes",
    }
    office.post(page, chosen)
    assert not AccessAttempt.objects.exists()
