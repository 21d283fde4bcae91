"""The page that compares: from the estimate, back to it, whatever is posted."""

import pytest
from django.test import Client

from estimator.assemble import Reference

from .comparing import PPO
from .test_views import sent, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    return Client()


def test_the_comparison_starts_from_the_estimate_in_hand_and_goes_back_to_it(client):
    page = client.get("/estimate/", {"drug": "spinraza"})
    page = client.post("/estimate/", {**sent(page), **PPO, "show": "yes"})
    assert "Compare with another plan" in text_of(page)
    answers = page.context["answers"]
    compared_ = client.post("/compare/", {**answers, "compare-what": "coverages"})
    assert compared_.context["answers"] == answers
    assert "Choose at least one more plan." in text_of(compared_)
    more = client.post("/compare/", {**answers, "compare-ways": "2", "option1-design": "medicare-part-b"})
    assert "None of them is called the cheapest over 3 years" in text_of(more)
    assert "no-store" in more["Cache-Control"]
    back = client.post("/estimate/", {**more.context["answers"], **more.context["form"].told, "show": "yes"})
    assert back.context["answers"] == answers
    # The comparison waits in the estimate's form, and is there again on return.
    assert back.context["comparison"]["option1-design"] == "medicare-part-b"
    again = client.post(
        "/compare/", {**sent(back), **back.context["comparison"], "compare-what": "coverages"}
    )
    assert again.context["form"].options[0].plan.chosen.slug == "medicare-part-b"


def test_nothing_private_is_read_from_an_address(client):
    page = text_of(client.get("/compare/", {"drug": "spinraza", "medical-design": "commercial-ppo"}))
    assert "A comparison starts from an estimate" in page
    assert "commercial-ppo" not in page


def test_an_incomplete_estimate_is_asked_for_first(client):
    page = text_of(client.post("/compare/", {"drug": "spinraza"}))
    assert "thing to correct" in page


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"drug": "\x00"},
        {"drug": "spinraza", **PPO, "compare-what": "\x00", "compare-ways": "99", "compare-years": "x"},
        {"drug": "spinraza", **PPO, "option1-design": "no-such", "option2-design": "\x00"},
        {"drug": "spinraza", **PPO, "compare-what": "treatments", "option1-drug": "no-such"},
        {"drug": "spinraza", **PPO, "compare-what": "treatments", "option1-drug": "spinraza"},
    ],
    ids=str,
)
def test_whatever_is_posted_gets_a_page(client, answers):
    assert client.post("/compare/", answers).status_code == 200


def test_every_drug_beside_spinraza_gets_a_number_or_a_question(client, reference):
    page = client.get("/estimate/", {"drug": "spinraza"})
    answers = {**sent(page), **PPO, "compare-what": "treatments", "compare-weight_kg": "15"}
    answers |= {"compare-age_years": "4", "compare-cycle_weeks": "8"}
    for drug in reference.drugs.drugs:
        page = client.post("/compare/", {**answers, "option1-drug": drug.slug})
        assert page.context["shown"] or page.context["form"].options[0].missing, drug.slug
