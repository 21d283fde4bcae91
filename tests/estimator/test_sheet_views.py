"""The sheet's addresses: posted from the estimate page, or of a saved estimate; with and without Pango."""

import pytest
from django.test import Client

from estimator import sheet_pdf
from estimator.assemble import Reference
from tests.people import person

from .filling import fill
from .saving import PART_B, saved_estimate

pytestmark = pytest.mark.django_db

NOT_MADE = {"en": "The PDF could not be made just now", "es": "no se pudo crear el PDF"}
PDF_IS_OFF = "A PDF cannot be made here"


@pytest.fixture
def known(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)


@pytest.fixture
def client(known, db, django_user_model):
    browser = Client()
    browser.force_login(person("counselor", "counselor"))
    return browser


@pytest.fixture
def answers(reference):
    from estimator.answers import answers_of

    return answers_of(fill(reference, PART_B))


@pytest.fixture
def saved(client, reference, django_user_model):
    return saved_estimate(reference, django_user_model.objects.get())


@pytest.fixture
def _without_pango(monkeypatch):
    monkeypatch.setattr(sheet_pdf, "weasyprint", lambda: None)


@pytest.fixture(autouse=True)
def _busy_machine(monkeypatch):
    """Other tests run beside these: what counts here is that a PDF comes, not when."""
    monkeypatch.setattr(sheet_pdf, "SECONDS", 120)


def needs_pango(leave_out):
    if not sheet_pdf.is_possible():
        leave_out("pdf", "no Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def text_of(response):
    return response.content.decode()


def test_the_estimate_page_opens_the_sheet(client, answers):
    assert 'action="/estimate/sheet/"' in text_of(client.post("/estimate/", answers))
    page = client.post("/estimate/sheet/", answers)
    assert "$10,778.74" in text_of(page)
    assert "no-store" in page["Cache-Control"]


def test_nobody_needs_to_sign_in_for_the_sheet_of_a_live_estimate(known, answers):
    assert "$10,778.74" in text_of(Client().post("/estimate/sheet/", answers))


def test_the_language_is_chosen_on_the_sheet(client, answers):
    page = text_of(client.post("/estimate/sheet/", {**answers, "lang": "es"}))
    assert '<html lang="es">' in page
    assert "Su familia podría pagar unos $10,778.74" in page


def test_answers_that_make_no_estimate_come_back_as_the_form(client):
    page = client.post("/estimate/sheet/", {"drug": "spinraza"})
    assert page.status_code == 200
    assert 'name="medical-design"' in text_of(page)


def test_nothing_private_is_read_from_the_address(client):
    assert client.get("/estimate/sheet/", {"drug": "spinraza"}).status_code == 405


def test_a_live_sheet_as_pdf(client, answers, leave_out):
    needs_pango(leave_out)
    made = client.post("/estimate/sheet/", {**answers, "lang": "es", "format": "pdf", "paper": "a4"})
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    assert "no-store" in made["Cache-Control"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_saved_estimate_has_its_sheet_in_either_language(client, saved, language):
    page = text_of(client.get(f"/estimates/{saved.public_id}/sheet/", {"lang": language}))
    assert f'<html lang="{language}">' in page
    assert saved.number in page
    assert "$10,778.74" in page


def test_a_saved_estimate_has_its_sheet_as_pdf(client, saved, leave_out):
    needs_pango(leave_out)
    made = client.get(f"/estimates/{saved.public_id}/sheet.pdf", {"lang": "es"})
    assert made["Content-Type"] == "application/pdf"
    assert saved.number in made["Content-Disposition"]


def test_strangers_see_no_sheet_of_a_saved_estimate(saved):
    for end in ("sheet/", "sheet.pdf"):
        answer = Client().get(f"/estimates/{saved.public_id}/{end}")
        assert answer.status_code == 302
        assert "/sign-in/" in answer["Location"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_pdf_that_cannot_be_made_now_leaves_the_sheet_and_says_so(
    client, saved, answers, monkeypatch, leave_out, language
):
    needs_pango(leave_out)

    def busy(*_):
        raise sheet_pdf.NotMade

    monkeypatch.setattr(sheet_pdf, "sheet_pdf", busy)
    for page in (
        client.get(f"/estimates/{saved.public_id}/sheet.pdf", {"lang": language}),
        client.post("/estimate/sheet/", {**answers, "lang": language, "format": "pdf"}),
    ):
        assert page.status_code == 503
        assert page["Retry-After"] == "120"
        assert 'role="alert"' in text_of(page)
        assert NOT_MADE[language] in text_of(page)
        assert "$10,778.74" in text_of(page)
        assert text_of(page).count(">PDF</button>") == 1


@pytest.mark.usefixtures("_without_pango")
def test_without_pango_the_button_is_off_with_its_reason_and_printing_works(client, saved, answers):
    for page in (
        client.get(f"/estimates/{saved.public_id}/sheet/"),
        client.get(f"/estimates/{saved.public_id}/sheet.pdf"),
        client.post("/estimate/sheet/", {**answers, "format": "pdf"}),
    ):
        assert page.status_code == 200
        assert PDF_IS_OFF in text_of(page)
        assert 'disabled aria-describedby="no-pdf"' in text_of(page)
        assert "data-print" in text_of(page)


def test_a_missing_pango_is_noticed_when_the_library_is_loaded(monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert sheet_pdf.weasyprint.__wrapped__() is None
