"""The insurer in the form, the checklist on the page, the calendar file by the button."""

import pytest
from django.test import Client
from icalendar import Calendar

from estimator.assemble import Reference
from estimator.forms import EstimateForm

from .filling import TODAY, fill, successful

COMMERCIAL = {"dose_on": "2026-01-05", "medical-design": "commercial-ppo"}


@pytest.fixture
def client(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    return Client()


def test_the_insurer_is_asked_only_where_an_insurer_stands_behind_the_plan(reference):
    assert "insurer" in fill(reference, COMMERCIAL).authorization.fields
    part_b = {"dose_on": "2026-01-05", "medical-design": "medicare-part-b"}
    assert "insurer" not in fill(reference, part_b).authorization.fields
    assert "insurer" not in fill(reference, {**COMMERCIAL, "drug": "ocrevus"}).authorization.fields


def test_the_insurer_goes_into_the_request(reference):
    form = fill(reference, {**COMMERCIAL, "insurer": ""}, {"insurer": "unitedhealthcare"})
    assert form.request()["insurer"] == "unitedhealthcare"
    assert fill(reference, COMMERCIAL).request()["insurer"] is None


def test_an_insurer_without_a_policy_on_the_next_drug_is_another_one(reference):
    sent = {**successful(fill(reference, COMMERCIAL)), "drug": "elevidys", "insurer": "massive-health"}
    form = EstimateForm(sent, reference, TODAY, asked=False)
    assert form.authorization["insurer"].value() == "another-insurer"


def test_an_insurer_comes_back_with_a_drug_it_has_a_policy_on(reference):
    to = [{"drug": slug} for slug in ("elevidys", "ocrevus", "spinraza")]
    there = fill(reference, COMMERCIAL, {"insurer": "unitedhealthcare"}, *to[:2])
    assert "insurer" not in there.authorization.fields
    sent = {**there.kept, **successful(there), **to[2]}
    back = EstimateForm(sent, reference, TODAY, asked=False)
    assert back.authorization["insurer"].value() == "unitedhealthcare"
    # Whoever says "another one" where theirs is offered means it.
    sent = {**back.kept, **successful(back), "insurer": "another-insurer"}
    assert EstimateForm(sent, reference, TODAY, asked=False).request()["insurer"] == "another-insurer"


@pytest.mark.django_db
def test_the_page_has_the_checklist_and_the_button(client, reference):
    html = client.post(
        "/estimate/", {**successful(fill(reference, COMMERCIAL)), "insurer": "unitedhealthcare"}
    ).content.decode()
    assert "Before the first dose" in html
    assert "UnitedHealthcare: prior authorization" in html
    assert 'action="/estimate/calendar/"' in html


@pytest.mark.django_db
def test_the_button_gives_a_file_that_nobody_stores(client, reference):
    response = client.post("/estimate/calendar/", successful(fill(reference, COMMERCIAL)))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="spinraza-calendar.ics"'
    assert "no-store" in response["Cache-Control"]
    assert list(Calendar.from_ical(response.content).walk("VEVENT"))


@pytest.mark.django_db
def test_answers_in_an_address_are_refused_and_missing_ones_are_asked_for(client):
    assert client.get("/estimate/calendar/?drug=spinraza").status_code == 405
    response = client.post("/estimate/calendar/", {"drug": "spinraza"})
    assert response["Content-Type"].startswith("text/html")
