"""A reload or Back brings the answers again; signing out, time and another session do not."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from estimator import drafts
from estimator.assemble import Reference

from .test_views import sent, text_of

pytestmark = pytest.mark.django_db
PART_B = {"dose_on": "2026-01-05", "medical-design": "medicare-part-b"}


@pytest.fixture
def client(reference, monkeypatch):
    """Somebody signed in."""
    monkeypatch.setattr(Reference, "current", lambda: reference)
    client = Client()
    client.force_login(get_user_model().objects.create_user("counselor"))
    return client


@pytest.fixture
def opened(client):
    return sent(client.get("/estimate/", {"drug": "spinraza"}))


@pytest.fixture
def address(client, opened):
    """Where the browser goes on a reload after a plan was chosen."""
    page = text_of(client.post("/estimate/", {**opened, **PART_B}, headers={"HX-Request": "true"}))
    return page.split('data-address="')[1].split('"')[0].replace("&amp;", "&")


def test_a_reload_brings_the_answers_and_the_estimate_again(client, address):
    assert "medicare" not in address
    page = client.get(address)
    assert sent(page)["medical-design"] == "medicare-part-b"
    assert "$10,778.74" in text_of(page)


def test_the_same_page_goes_on_under_the_same_name(client, address):
    page = client.post("/estimate/", {**sent(client.get(address)), "years": "2"})
    assert sent(page)["draft"] == sent(client.get(address))["draft"]
    assert sent(client.get(address))["years"] == "2"


def test_a_new_estimate_begins_empty(client, address):
    assert sent(client.get("/estimate/", {"drug": "spinraza"}))["medical-design"] == ""


def test_nobody_else_gets_them(address):
    colleague = Client()
    colleague.force_login(get_user_model().objects.create_user("colleague"))
    for other in (Client(), colleague):
        page = other.get(address)
        assert sent(page)["medical-design"] == ""
        assert "no longer kept" in text_of(page)


def test_what_a_visitor_types_is_kept_nowhere_and_the_page_says_so(client, opened):
    visitor = Client()
    page = visitor.post("/estimate/", {**opened, **PART_B})
    assert "data-address" not in text_of(page)
    assert "Nothing you type is kept" in text_of(page)
    assert not visitor.cookies.get("estimator_sessionid")


def test_they_end_an_hour_after_the_last_change(client, address, monkeypatch):
    later = time.time() + drafts.LASTS + 1
    monkeypatch.setattr(drafts.time, "time", lambda: later)
    assert "no longer kept" in text_of(client.get(address))


def test_signing_out_ends_them(client, address):
    client.post("/sign-out/")
    assert "no longer kept" in text_of(client.get(address))
    client.force_login(get_user_model().objects.get())
    assert "no longer kept" in text_of(client.get(address))


def test_only_so_many_and_so_much_is_kept(client, opened, address):
    for _ in range(drafts.MOST):
        client.post("/estimate/", {**opened, **PART_B})
    assert len(client.session[drafts.KEY]) == drafts.MOST
    assert "no longer kept" in text_of(client.get(address))
    page = client.post("/estimate/", {**opened, "kept.drug.x": "x" * drafts.LARGEST})
    assert "draft" not in sent(page)
