"""The pages as a browser without JavaScript and as HTMX get them."""

from html.parser import HTMLParser

import pytest
from django.test import Client

from estimator.assemble import Reference

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(reference, monkeypatch):
    """A browser without JavaScript, on a site that knows the reference data."""
    monkeypatch.setattr(Reference, "current", lambda: reference)
    return Client()


class Controls(HTMLParser):
    """The form's controls as a browser would send them back."""

    def __init__(self, html):
        super().__init__()
        self.sent, self._select, self._in_form = {}, None, False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self._in_form = given.get("method") == "post"
        if not self._in_form:
            return
        if tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.sent[given["name"]] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = given["name"]
            self.sent.setdefault(self._select, "")
        elif tag == "option" and "selected" in given:
            self.sent[self._select] = given["value"]

    def handle_endtag(self, tag):
        if tag == "form":
            self._in_form = False


def text_of(response):
    return response.content.decode()


def sent(response):
    return Controls(text_of(response)).sent


@pytest.fixture
def opened(client):
    return sent(client.get("/estimate/", {"drug": "spinraza"}))


def test_the_front_page_asks_which_drug_and_lists_them(client):
    page = text_of(client.get("/"))
    assert "Which drug?" in page
    assert "/estimate/?drug=spinraza" in page


@pytest.mark.parametrize("words", ["spin", "NUSINERSEN", "J2326", "64406-058-01", "64406005801"])
def test_a_drug_is_found_by_brand_generic_code_and_ndc(client, words):
    page = text_of(client.get("/", {"q": words}))
    assert "/estimate/?drug=spinraza" in page


def test_the_live_search_gets_the_list_alone(client):
    fragment = text_of(client.get("/", {"q": "spin"}, headers=HTMX))
    assert "/estimate/?drug=spinraza" in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("words", ["aspirin", "<script>", "\x00", "x" * 5000])
def test_a_search_that_finds_nothing_says_what_to_try(client, words):
    response = client.get("/", {"q": words})
    assert response.status_code == 200
    assert "<script>" not in text_of(response).replace("<script src", "")


def test_an_unknown_drug_leads_back_to_the_search(client):
    response = client.get("/estimate/", {"drug": "no-such"})
    assert response.status_code == 404
    assert "Which drug?" in text_of(response)
    assert client.get("/estimate/").status_code == 200


def test_the_main_job_by_plain_posts(client, opened):
    """Drug, date, plan; the button; the answer. 283 + 6 x 1,736 + 6 x 13.29 = 10,778.74."""
    page = client.post(
        "/estimate/", {**opened, "dose_on": "2026-01-05", "medical-design": "medicare-part-b", "show": "yes"}
    )
    assert "<html" in text_of(page)
    assert "$10,778.74" in text_of(page)
    assert sent(page)["medical-deductible_individual"] == "$283"
    again = client.post("/estimate/", {**sent(page), "second0-design": "medigap-g", "show": "yes"})
    assert "Medigap plan G pays" in text_of(again)


def test_htmx_gets_the_same_without_the_page_around_it(client, opened):
    answers = {**opened, "dose_on": "2026-01-05", "medical-design": "medicare-part-b"}
    fragment = text_of(client.post("/estimate/", answers, headers=HTMX))
    assert fragment.lstrip().startswith('<div id="estimate"')
    assert "$10,778.74" in fragment
    whole = text_of(client.post("/estimate/", answers))
    start = fragment.index('<div id="result"')
    assert (
        fragment[start:].split("</section>")[0].split()
        == whole[whole.index('<div id="result"') :].split("</section>")[0].split()
    )


def test_errors_are_tied_to_their_fields_and_listed_on_top(client, opened):
    page = text_of(
        client.post(
            "/estimate/",
            {
                **opened,
                "years": "0",
                "allowed_drug": "1e3",
                "medical-design": "commercial-ppo",
                "show": "yes",
            },
        )
    )
    assert "2 things to correct" in page
    assert 'href="#id_years"' in page
    assert 'aria-describedby="id_years_error"' in page
    assert 'id="id_years_error"' in page
    assert 'value="1e3"' in page
    assert "$8,000" not in page.split('id="result"')[1]


def test_what_is_missing_is_said_calmly_until_the_button_is_pressed(client, opened):
    calm = text_of(client.post("/estimate/", opened, headers=HTMX))
    assert "Still needed" in calm
    assert "to correct" not in calm
    assert "1 thing to correct" in text_of(client.post("/estimate/", {**opened, "show": "yes"}))


def test_a_price_that_is_asked_for_is_an_error_at_its_field(client, opened):
    answers = {**opened, "regimen": "high-dose-50-28mg", "medical-design": "commercial-ppo", "show": "yes"}
    page = text_of(client.post("/estimate/", answers))
    assert 'id="id_drug_unit_price_error"' in page
    page = text_of(client.post("/estimate/", {**answers, "drug_unit_price": "1000"}))
    assert "500 units at $1,000.00" in page


def test_private_answers_are_not_kept_by_anyone(client, opened):
    response = client.post("/estimate/", {**opened, "medical-design": "commercial-ppo"})
    assert "no-store" in response["Cache-Control"]
    assert "no-store" in client.get("/estimate/", {"drug": "spinraza"})["Cache-Control"]


def test_answers_in_the_address_are_not_read(client):
    page = client.get("/estimate/", {"drug": "spinraza", "medical-design": "commercial-ppo", "income": "5"})
    assert sent(page)["medical-design"] == ""
    assert sent(page)["income"] == ""


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"drug": "\x00"},
        {
            "drug": "spinraza",
            "medical-design": "commercial-ppo",
            "medical-filled_for": "commercial-ppo@not-a-date",
        },
        {"drug": "spinraza", "medical-design": "commercial-ppo", "medical-filled_for": "@@@"},
        {"drug": "spinraza", "medical-design": "\x00", "second3-design": "medicaid"},
        {"drug": "spinraza", "dose_on": "9" * 3000},
        {"drug": "spinraza", "medical-design": "uninsured", "second0-design": "medicaid", "show": "yes"},
        {
            "drug": "spinraza",
            "medical-design": "medicaid-child",
            "administration_code": "96450",
            "show": "yes",
        },
        {"drug": "spinraza", "start": "nonsense", "show": "yes"},
    ],
    ids=str,
)
def test_whatever_is_posted_gets_a_page(client, answers):
    assert client.post("/estimate/", answers).status_code == 200


def test_a_form_sent_from_elsewhere_is_refused(client):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/estimate/", {"drug": "spinraza"})
    assert response.status_code == 403
    assert "The form could not be sent" in text_of(response)


def test_only_get_and_post_are_answered(client):
    assert client.put("/estimate/").status_code == 405
    assert client.post("/").status_code == 405


def asked_about(client, drug, design):
    """The page after pressing the button, with weight, age and cycle given where they are asked."""
    page = client.get("/estimate/", {"drug": drug})
    benefit = "medical" if "medical-design" in sent(page) else "pharmacy"
    page = client.post("/estimate/", {**sent(page), f"{benefit}-design": design})
    told = {"weight_kg": "15", "age_years": "4", "cycle_weeks": "8", "accept_stale": "on", "show": "yes"}
    return text_of(client.post("/estimate/", {**sent(page), **told}))


def test_every_drug_gets_an_answer_or_a_question_at_its_field(client, reference):
    for drug in reference.drugs.drugs:
        page = asked_about(client, drug.slug, "commercial-ppo")
        assert "What your family may pay" in page or 'class="error"' in page, drug.slug


def test_every_plan_gets_an_answer(client, reference):
    for design in reference.payers.designs:
        if design.role == "primary" and design.benefit != "pharmacy":
            page = asked_about(client, "spinraza", design.slug)
            assert 'class="panel answer keep"' in page, design.slug
            assert "to correct" not in page, design.slug


def test_a_pharmacy_drug_asks_for_the_plan_of_that_benefit(client, reference):
    drug = next((d for d in reference.drugs.drugs if d.benefit == "pharmacy"), None)
    if drug is None:
        pytest.skip("no drug of the pharmacy benefit is in the catalogue")
    controls = sent(client.get("/estimate/", {"drug": drug.slug}))
    assert "pharmacy-design" in controls
    assert not {"medical-design", "administration_code", "site"} & set(controls)
