"""Signing in with a second factor, and a session that asks before it ends, in a real browser."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from drugs.models import Source
from estimator.sessionlimits import SEEN
from tests.estimator.test_people_views import code_of
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page, name):
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("look", [{"width": 1280}, {"width": 320, "dark": True}], ids=["wide", "narrow-dark"])
def test_a_second_factor_is_set_up_and_then_asked_for(open_page, assert_accessible, screenshot, look):
    maria = person("maria", "counselor")
    page = open_page("/sign-in/?next=/account/", **look)
    sign_in(page, "maria")
    expect(page.get_by_role("link", name="Set it up")).to_be_visible()
    screenshot(page, "account")
    assert_accessible(page)
    page.get_by_role("link", name="Set it up").click()
    expect(page.get_by_label("The six digits it shows now")).to_be_visible()
    screenshot(page, "set up")
    assert_accessible(page)
    page.get_by_label("The six digits it shows now").fill(code_of(maria))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    screenshot(page, "recovery codes")
    assert_accessible(page)
    page.get_by_role("button", name="Sign out maria").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/sign-in/?next=/account/")
    sign_in(page, "maria")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    screenshot(page, "wrong code")
    assert_accessible(page)
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    page.get_by_label("Code").fill(code_of(maria, 1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("On since")).to_be_visible()
    page.get_by_role("link", name="Recovery codes, or another telephone").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    screenshot(page, "standing")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


SOON = 15_000  # milliseconds: it asks after three seconds, on a busy machine later


def test_it_asks_before_it_signs_out_and_keeps_what_was_typed(
    open_page, assert_accessible, screenshot, settings
):
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 20, 17
    person("ed", "editor")
    page = open_page("/sign-in/?next=/account/", width=320)
    sign_in(page, "ed")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("You will be signed out in", timeout=SOON)
    screenshot(page, "asked")
    assert_accessible(page)
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Escape")  # a key is a sign of somebody
    expect(dialog).to_be_hidden()
    page.goto("/admin/drugs/source/add/")
    page.get_by_label("Title:").fill("A <half> typed title")
    expect(dialog).to_be_visible(timeout=SOON)
    screenshot(page, "asked in the administration")
    page.wait_for_url("**/sign-in/**", timeout=30_000)
    expect(page.get_by_text("What you had typed is kept")).to_be_visible()
    screenshot(page, "signed out")
    settings.SESSION_IDLE_SECONDS = 900
    sign_in(page, "ed")
    expect(page.get_by_role("heading", name="What you had typed is still here")).to_be_visible()
    screenshot(page, "kept")
    assert_accessible(page)
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_label("Title:")).to_have_value(
        "A <half> typed title"
    )  # back in the form: more is missing
    assert not Source.objects.exists()


def test_without_javascript_the_server_keeps_it(open_page, settings):
    person("ed", "editor")
    page = open_page("/sign-in/?next=/admin/drugs/source/add/", javascript=False)
    sign_in(page, "ed")
    page.get_by_label("Title:").fill("Half typed")
    page.wait_for_load_state("networkidle")
    away_for(settings.SESSION_IDLE_SECONDS)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("What you had typed is kept")).to_be_visible()
    sign_in(page, "ed")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_label("Title:")).to_have_value("Half typed")


def away_for(seconds):
    """The one session that there is was last used so long ago."""
    session = SessionStore(Session.objects.get().session_key)
    session[SEEN] -= seconds
    session.save()
