"""Signing in with and without a second factor, one's own account, and signing out."""

import json
import re
from base64 import b32decode
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from estimator import secondfactor
from estimator.models import AuditEvent, RecoveryCode
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db
SIGN_IN, CODE, ENROL = "/sign-in/", "/sign-in/code/", "/account/second-factor/"


@pytest.fixture
def maria():
    return person("maria", "counselor")


def code_of(user, later=0) -> str:
    """What the person's app shows, so many half minutes later."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = timezone.now().timestamp() + later * device.step
    return f"{totp.token():06}"


def enrolled(user) -> list[str]:
    secondfactor.begun(user)
    codes = secondfactor.confirm(user, code_of(user))
    assert len(codes) == secondfactor.CODES
    return codes


def signs_in(client, name="maria", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": name, "password": password, **more})


def gives(client, code, **more):
    return client.post(CODE, {"one_time_code": code, **more})


def is_in(client) -> bool:
    return client.get("/account/").status_code == 200


def acts():
    return list(AuditEvent.objects.order_by("number").values_list("act", flat=True))


# The password


def test_the_right_password_signs_in_and_leads_on(client, maria):
    answer = signs_in(client, next="/estimates/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/estimates/")
    assert is_in(client)
    event = AuditEvent.objects.get(act="sign_in")
    assert (event.who, event.about) == ("maria", f"user {maria.pk}")


def test_a_wrong_password_is_written_down_without_what_was_typed(client, maria):
    signs_in(client, password="hunter2-hunter2")
    signs_in(client, name="hunter2-hunter2", password="maria")
    failed = AuditEvent.objects.filter(act="sign_in_failed").order_by("number")
    assert [event.about for event in failed] == [f"user {maria.pk}", "an unknown name"]
    assert "hunter2" not in str(list(AuditEvent.objects.values()))


def test_ten_wrong_passwords_lock_and_the_log_says_so_once(client, maria):
    for _ in range(settings.AXES_FAILURE_LIMIT + 3):
        signs_in(client, password="wrong")
    assert acts().count("locked_out") == 1
    assert acts().count("sign_in_failed") <= settings.AXES_FAILURE_LIMIT
    assert signs_in(client).status_code == 429


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example.com/", "//evil.example.com/", "javascript:alert(1)"]
)
def test_next_leads_nowhere_else(client, maria, elsewhere):
    assert signs_in(client, next=elsewhere).headers["Location"] == "/"
    Client().get(CODE, {"next": elsewhere})
    enrolled(maria)
    stranger = Client()
    assert "evil" not in signs_in(stranger, next=elsewhere).headers["Location"]
    assert gives(stranger, code_of(maria, 1), next=elsewhere).headers["Location"] == "/"


def test_signing_in_takes_a_new_session(client, maria):
    client.get(SIGN_IN)
    client.session.save()
    signs_in(client)
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/sign-out/")
    signs_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != first


def test_the_administration_has_no_second_door(client, maria):
    """Its own login page would not ask for the second factor."""
    chief = User.objects.create_superuser("chief", password=PASSWORD)
    enrolled(chief)
    answer = client.post("/admin/login/?next=/admin/", {"username": "chief", "password": PASSWORD})
    assert answer.headers["Location"].startswith(CODE)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/password_change/").headers["Location"] == "/account/password/"


# Signing out


def test_signing_out_ends_the_session_on_the_server(client, maria):
    signs_in(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    answer = client.post("/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert not is_in(thief)
    assert acts()[-1] == "sign_out"


def test_a_link_does_not_sign_out(client, maria):
    signs_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)


# The second factor


def test_setting_up_shows_picture_and_secret_and_then_asks_for_the_first_digits(client, maria):
    client.force_login(maria)
    page = client.get(ENROL)
    assert 'src="data:image/svg+xml' in page.text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text).group(1).replace(" ", "")
    assert b32decode(secret) == TOTPDevice.objects.get(user=maria).bin_key
    assert client.get(ENROL).text.count(secret[:4]) == page.text.count(secret[:4])  # a reload shows the same
    assert "not the digits of now" in client.post(ENROL, {"one_time_code": "000000"}).text
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    answer = client.post(ENROL, {"one_time_code": code_of(maria)})
    assert len(re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", answer.text)) == 10
    assert secondfactor.device_of(maria)
    assert secret not in client.get(ENROL).text  # shown no more


def test_with_a_second_factor_the_password_alone_opens_nothing(client, maria):
    enrolled(maria)
    answer = signs_in(client, next="/estimates/")
    assert answer.headers["Location"] == "/sign-in/code/?next=%2Festimates%2F"
    assert not is_in(client)
    answer = gives(client, code_of(maria, 1), next="/estimates/")
    assert answer.headers["Location"] == "/estimates/"
    assert is_in(client)


def test_a_code_is_good_once(client, maria):
    enrolled(maria)
    code = code_of(maria, 1)
    signs_in(client)
    gives(client, code)
    assert is_in(client)
    other = Client()
    signs_in(other)
    assert "not right" in gives(other, code).text
    assert not is_in(other)


@pytest.mark.parametrize(
    "wrong", ["", "12345", "abcdef", "0" * 41, "１２３４５６", "\x00", "aaaa-aaaa-aaaa-aaaa"]
)
def test_a_wrong_code_signs_nobody_in(client, maria, wrong):
    enrolled(maria)
    signs_in(client)
    answer = gives(client, wrong)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert not is_in(client)


def test_wrong_codes_make_the_next_try_wait(client, maria):
    enrolled(maria)
    signs_in(client)
    for _ in range(4):
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(hours=1))
        gives(client, "000000")
    assert TOTPDevice.objects.get().throttling_failure_count == 4
    answer = gives(client, code_of(maria, 1))  # the right one, too early
    assert "another try counts" in answer.text
    assert not is_in(client)
    failed = AuditEvent.objects.filter(act="sign_in_failed")
    assert failed.count() == 4  # what was not even looked at is no try
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=10))
    gives(client, code_of(maria, 1))
    assert is_in(client)


def test_a_recovery_code_lets_in_once_however_it_is_typed(client, maria):
    codes = enrolled(maria)
    signs_in(client)
    gives(client, codes[3].upper().replace("-", " "))
    assert is_in(client)
    other = Client()
    signs_in(other)
    gives(other, codes[3])
    assert not is_in(other)
    assert RecoveryCode.objects.count() == 9


def test_recovery_codes_are_kept_as_hashes_and_belong_to_one_person(maria):
    codes, other = enrolled(maria), person("other")
    enrolled(other)
    assert not any(code.replace("-", "") in str(list(RecoveryCode.objects.values())) for code in codes)
    assert not secondfactor.accepts(other, codes[0])
    assert len(set(codes)) == 10


def test_who_has_not_given_the_password_is_not_asked_for_a_code(client, maria):
    enrolled(maria)
    assert client.get(CODE).headers["Location"].startswith(SIGN_IN)
    assert gives(client, code_of(maria, 1)).headers["Location"].startswith(SIGN_IN)
    assert not is_in(client)


def test_the_code_comes_within_five_minutes_of_the_password(client, maria, monkeypatch):
    enrolled(maria)
    signs_in(client)
    session = client.session
    halfway = session["password was right"]
    session["password was right"] = halfway | {"since": halfway["since"] - 301}
    session.save()
    gives(client, code_of(maria, 1))
    assert not is_in(client)


def test_setting_up_signs_out_every_other_device(client, maria):
    client.force_login(maria)
    other = Client()
    other.force_login(maria)
    client.get(ENROL)
    client.post(ENROL, {"one_time_code": code_of(maria)})
    assert is_in(client)
    assert not is_in(other)


def test_turning_off_and_new_codes_ask_for_a_code(client, maria):
    old = enrolled(maria)
    client.force_login(maria)
    for address in ("/account/second-factor/codes/", "/account/second-factor/off/"):
        TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
        assert "not right" in client.post(address, {"one_time_code": "000000"}).text
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert "<ol" in client.post("/account/second-factor/codes/", {"one_time_code": old[0]}).text
    assert not secondfactor.accepts(maria, old[1])
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    client.post("/account/second-factor/off/", {"one_time_code": code_of(maria, 1)})
    assert not TOTPDevice.objects.exists()
    assert not RecoveryCode.objects.exists()
    changes = AuditEvent.objects.filter(act="second_factor").order_by("number")
    told = [json.loads(event.details)["change"] for event in changes]
    assert told == ["set up", "recovery code used", "new recovery codes", "removed"]


class TestInProduction:
    """An administrator without a second factor gets no further than to setting it up."""

    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.SECOND_FACTOR_REQUIRED = True

    @pytest.mark.parametrize(
        "address", ["/admin/", "/admin/auth/user/", "/freshness/", "/admin/auth/user/add/"]
    )
    def test_the_administration_is_closed_and_says_how_to_open_it(self, client, address):
        client.force_login(person("boss", "administrator"))
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == ENROL
        assert "Administrators need a second factor here" in answer.text

    def test_nothing_is_posted_past_it(self, client):
        boss, maria = person("boss", "administrator"), person("maria", "counselor")
        client.force_login(boss)
        client.post(reverse("admin:auth_user_change", args=[maria.pk]), {"username": "mario"})
        assert User.objects.filter(username="maria").exists()

    def test_a_superuser_needs_it_too_also_for_the_saved_estimates(self, client):
        client.force_login(User.objects.create_superuser("chief"))
        assert client.get("/estimates/").headers["Location"] == ENROL

    def test_with_it_the_administration_opens(self, client):
        boss = person("boss", "administrator")
        enrolled(boss)
        client.force_login(boss)
        assert client.get("/admin/").status_code == 200
        assert "turn the second factor off" not in client.get(ENROL).text.lower()
        client.post("/account/second-factor/off/", {"one_time_code": code_of(boss, 1)})
        assert secondfactor.device_of(boss)

    def test_counselors_and_editors_choose_themselves(self, client, maria):
        client.force_login(maria)
        assert client.get("/estimates/").status_code == 200
        client.force_login(person("ed", "editor"))
        assert client.get("/admin/").status_code == 200

    def test_another_administrator_helps_who_lost_everything(self, client):
        lost, boss = person("lost", "administrator"), person("boss", "administrator")
        enrolled(lost)
        enrolled(boss)
        theirs = Client()
        theirs.force_login(lost)
        client.force_login(boss)
        chosen = {"action": "remove_second_factor", "_selected_action": [lost.pk]}
        client.post(reverse("admin:auth_user_changelist"), chosen)
        assert secondfactor.device_of(lost) is None
        assert not is_in(theirs)
        event = AuditEvent.objects.filter(act="second_factor").first()
        assert (event.who, event.about) == ("boss", f"user {lost.pk}")


# The account


def test_the_account_says_what_one_may_do(client, maria):
    client.force_login(maria)
    assert "<strong>Counselor</strong>: makes, saves and shares estimates" in client.get("/account/").text
    client.force_login(person("new"))
    assert "No role yet" in client.get("/account/").text


def test_a_new_password_ends_the_other_sessions(client, maria):
    signs_in(client)
    other = Client()
    other.force_login(maria)
    new = {
        "old_password": PASSWORD,
        "new_password1": "blue-battery-staple",
        "new_password2": "blue-battery-staple",
    }
    assert client.post("/account/password/", new).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert AuditEvent.objects.filter(act="password", who="maria").exists()


def test_a_wrong_old_password_changes_nothing_and_is_said_at_its_field(client, maria):
    client.force_login(maria)
    new = {
        "old_password": "no",
        "new_password1": "blue-battery-staple",
        "new_password2": "blue-battery-staple",
    }
    answer = client.post("/account/password/", new)
    assert 'id="id_old_password_wrong"' in answer.text
    assert User.objects.get(pk=maria.pk).check_password(PASSWORD)
    assert "blue-battery" not in answer.text


def test_other_devices_are_signed_out_by_one_button(client, maria):
    client.force_login(maria)
    other, stranger = Client(), Client()
    other.force_login(maria)
    stranger.force_login(person("other"))
    client.post("/account/other-sessions/")
    assert (is_in(client), is_in(other), is_in(stranger)) == (True, False, True)
    assert Session.objects.count() == 2
