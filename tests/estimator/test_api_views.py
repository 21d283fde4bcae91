"""The page of API tokens: shown once, stored as a hash, revoked by their owner or in the admin, written down."""

import re
from hashlib import sha256
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from estimator.api_examples import EXAMPLES
from estimator.models import ApiToken, AuditEvent

from .calling import Program, counselor, made_token

pytestmark = pytest.mark.django_db
PAGE = "/account/tokens/"
ASKED = {"name": "nightly report", "scopes": ["estimate:run", "reference:read"], "days": "90"}


@pytest.fixture
def owner():
    return counselor("counselor")


@pytest.fixture
def browser(owner):
    client = Client()
    client.force_login(owner)
    return client


def shown_token(page) -> str:
    [token] = re.findall(r'value="(ect_[^"]+)"', page.content.decode())
    return token


def test_a_token_is_shown_once_and_only_its_hash_is_kept(browser):
    made = browser.post(PAGE, {**ASKED, "key": uuid4()})
    token = shown_token(made)
    row = ApiToken.objects.get()
    assert row.token_sha256 == sha256(token.encode()).hexdigest()
    assert row.may == ("estimate:run", "reference:read")
    assert token not in str(ApiToken.objects.values()) + str(AuditEvent.objects.values())
    assert token not in browser.get(PAGE).content.decode()
    assert made["Cache-Control"].startswith("max-age=0")
    assert Program(token).get("nothing").status_code == 404


def test_only_what_the_account_may_is_offered(browser, owner):
    owner.groups.clear()
    owner.user_permissions.add(Permission.objects.get(codename="add_estimate"))
    page = browser.get(PAGE).content.decode()
    assert 'value="estimates:write"' in page
    assert 'value="estimates:read"' not in page
    browser.post(PAGE, {**ASKED, "scopes": ["estimates:read"], "key": uuid4()})
    assert not ApiToken.objects.exists()


def test_a_double_click_makes_one_token_and_says_so(browser):
    asked = {**ASKED, "key": uuid4()}
    browser.post(PAGE, asked)
    assert "was made a moment ago" in browser.post(PAGE, asked).content.decode()
    assert ApiToken.objects.count() == 1


def test_what_is_missing_is_said_beside_it_and_what_was_typed_stays(browser):
    page = browser.post(PAGE, {"name": "nightly", "days": "90", "key": uuid4()}).content.decode()
    assert "Choose at least one thing that it may do." in page
    assert 'value="nightly"' in page
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"scopes": ["everything"]}, {"days": "4000"}, {"name": "x" * 61}, {"key": "7"}]
)
def test_nothing_else_than_what_is_offered_can_be_asked_for(browser, changes):
    browser.post(PAGE, {**ASKED, "key": uuid4(), **changes})
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing_and_both_acts_are_written_down(browser, owner):
    row, token = made_token(owner)
    assert Program(token).get("nothing").status_code == 404
    assert browser.post(f"{PAGE}{row.pk}/revoke/").status_code == 302
    assert Program(token).get("nothing").status_code == 401
    assert "revoked" in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}{row.pk}/revoke/")
    told = AuditEvent.objects.filter(about=str(row)).order_by("number").values_list("who", "details")
    assert [who for who, _ in told] == ["counselor", "counselor"]
    assert ["made" in details for _, details in told] == [True, False]


def test_nobody_sees_or_revokes_the_token_of_another(browser):
    row, _ = made_token()
    assert "None yet." in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}{row.pk}/revoke/").status_code == 404
    assert browser.get(f"{PAGE}{row.pk}/revoke/").status_code == 405
    assert Client().get(PAGE).status_code == 302


def test_who_may_change_tokens_revokes_anybodys_in_the_admin(owner):
    row, _ = made_token()
    staff = Client()
    staff.force_login(get_user_model().objects.create_superuser("head"))
    chosen = {"action": "revoke", "_selected_action": [row.pk]}
    assert staff.get("/admin/estimator/apitoken/").status_code == 200
    owner.is_staff = True
    owner.save()
    owner.user_permissions.add(Permission.objects.get(codename="view_apitoken"))
    onlooker = Client()
    onlooker.force_login(owner)
    onlooker.post("/admin/estimator/apitoken/", chosen)
    row.refresh_from_db()
    assert row.state == "working"
    staff.post("/admin/estimator/apitoken/", chosen)
    row.refresh_from_db()
    assert row.state == "revoked"


def test_examples_name_this_server_and_hold_no_token(browser):
    made_token(get_user_model().objects.get())
    page = browser.get(PAGE).content.decode()
    assert page.count("curl -s &#x27;http://testserver/api/v1/") == len(EXAMPLES)
    assert "ect_" not in page


def test_the_documentation_shows_the_same_examples():
    text = (settings.BASE_DIR / "docs" / "api.md").read_text()
    for example in EXAMPLES:
        assert example.curl("https://estimator.example.org/api/v1/") in text, example.title
