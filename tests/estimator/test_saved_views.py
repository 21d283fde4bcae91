"""Saved estimates in the browser's place: save, find, show, revise, compare, export, delete, and who may."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from drugs import models as drug_models
from drugs.models import DataRevision
from estimator.assemble import Reference
from estimator.models import UNDO_FOR, AuditEvent, Estimate
from estimator.saved import canonical, hash_of
from payers import models as payer_models
from tests.people import person

from .filling import TODAY
from .saving import PART_B, PPO, saved_estimate
from .test_views import Controls, sent, text_of

pytestmark = pytest.mark.django_db
ANSWERS = {"drug": "spinraza", "drug_filled": "spinraza", "years": "3", **PART_B}


@pytest.fixture
def site(reference, monkeypatch):
    """The reference data, and the day of the tests."""
    monkeypatch.setattr(Reference, "current", lambda: reference)
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)


@pytest.fixture
def owner():
    return person("counselor", "counselor")


@pytest.fixture
def anyone(site):
    return Client()


@pytest.fixture
def client(site, owner):
    """Somebody signed in."""
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def colleague(site):
    client = Client()
    client.force_login(person("colleague", "counselor"))
    return client


@pytest.fixture
def saved(site, reference, owner):
    return saved_estimate(reference, owner, label="blue folder 7")


def at(saved, page=""):
    return f"/estimates/{saved.public_id}/{page}"


def form_in(response, action):
    """The controls of the form with that action."""
    html = text_of(response)
    start = html.index(f'action="{action}"')
    return Controls("<form method='post'" + html[start : html.index("</form>", start)]).sent


def reviewed(client, answers=ANSWERS, **more):
    """The review page reached from the result's button; what its form would send."""
    page = client.post("/estimate/", {**answers, "show": "yes"})
    return form_in(
        client.post("/estimates/new/", {**form_in(page, "/estimates/new/"), **more}), "/estimates/"
    )


# Saving


def test_the_answer_has_a_button_to_save_it(client):
    page = client.post("/estimate/", {**ANSWERS, "show": "yes"})
    assert "Save this estimate" in text_of(page)
    review = client.post("/estimates/new/", form_in(page, "/estimates/new/"))
    assert "$10,778.74" in text_of(review)
    response = client.post("/estimates/", {**form_in(review, "/estimates/"), "label": "blue folder 7"})
    saved = Estimate.objects.get()
    assert response["Location"] == at(saved)
    assert (saved.label, saved.owner_name, saved.drug_name) == ("blue folder 7", "counselor", "Spinraza")
    shown = text_of(client.get(at(saved)))
    assert saved.number in shown
    assert "$10,778.74" in shown


def test_where_there_is_no_answer_there_is_nothing_to_save(client):
    assert "Save this estimate" not in text_of(client.get("/estimate/", {"drug": "spinraza"}))


def test_a_double_click_saves_one(client):
    form = reviewed(client)
    places = {client.post("/estimates/", form)["Location"] for _ in range(3)}
    assert len(places) == 1
    assert Estimate.objects.count() == 1


def test_each_review_saves_one_of_its_own(client):
    for _ in range(2):
        client.post("/estimates/", reviewed(client))
    assert Estimate.objects.count() == 2


def test_a_label_that_looks_like_a_person_is_asked_about_and_then_taken(client):
    form = reviewed(client)
    asked = client.post("/estimates/", {**form, "label": "John Smith"})
    page = text_of(asked)
    assert "looks like a person&#x27;s name" in page
    assert 'value="John Smith"' in page
    assert not Estimate.objects.exists()
    again = form_in(asked, "/estimates/")
    assert again["key"] == form["key"]
    client.post("/estimates/", {**again, "confirmed": "John Smith"})
    assert Estimate.objects.get().label == "John Smith"


def test_a_tick_for_one_label_is_not_a_tick_for_another(client):
    form = {**reviewed(client), "label": "Anna Berg", "confirmed": "John Smith"}
    assert "looks like" in text_of(client.post("/estimates/", form))
    assert not Estimate.objects.exists()


def test_a_label_is_at_most_40_characters(client):
    page = text_of(client.post("/estimates/", {**reviewed(client), "label": "x" * 41}))
    assert "at most 40 characters" in page
    assert not Estimate.objects.exists()


def test_numbers_that_moved_are_shown_again_before_they_are_saved(client):
    form = reviewed(client)
    page = client.post("/estimates/", {**form, "seen": "0" * 32})
    assert "has changed since you saw" in text_of(page)
    assert not Estimate.objects.exists()
    client.post("/estimates/", form_in(page, "/estimates/"))
    assert Estimate.objects.count() == 1


def test_the_review_leads_back_to_the_form_as_it_was(client):
    form = reviewed(client)
    page = client.post("/estimate/", {**form, "show": "yes"})
    assert "$10,778.74" in text_of(page)
    assert sent(page)["medical-design"] == "medicare-part-b"


@pytest.mark.parametrize("wrong", [{"years": "0"}, {"medical-design": "no-such"}, {"drug": ""}], ids=str)
def test_answers_that_give_no_estimate_come_back_in_the_form(client, wrong):
    for address in ("/estimates/new/", "/estimates/"):
        page = text_of(client.post(address, {**ANSWERS, **wrong, "key": str(uuid4())}))
        assert "to correct" in page
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "\x00", "9" * 5000])
def test_a_broken_key_is_replaced(client, key):
    page = client.post("/estimates/", {**reviewed(client), "key": key})
    assert page.status_code in (200, 302)


# Not signed in


def test_whoever_is_not_signed_in_signs_in_and_comes_back_with_everything(anyone, owner):
    page = anyone.post("/estimate/", {**ANSWERS, "show": "yes"})
    to_sign_in = anyone.post("/estimates/new/", form_in(page, "/estimates/new/"))
    assert to_sign_in["Location"] == "/sign-in/?next=/estimates/new/"
    sign_in = anyone.get(to_sign_in["Location"])
    assert "Your estimate waits here" in text_of(sign_in)
    assert sent(sign_in)["medical-design"] == "medicare-part-b"
    told = {"username": "counselor", "password": "horse-battery", "next": "/estimates/new/"}
    assert anyone.post("/sign-in/", told)["Location"] == "/estimates/new/"
    review = anyone.get("/estimates/new/")
    assert "$10,778.74" in text_of(review)
    anyone.post("/estimates/", form_in(review, "/estimates/"))
    assert Estimate.objects.get().owner == owner
    assert anyone.get("/estimates/new/")["Location"] == "/"


def test_a_wrong_password_loses_nothing(anyone, owner):
    anyone.post("/estimates/new/", ANSWERS)
    again = anyone.post(
        "/sign-in/", {"username": "counselor", "password": "wrong", "next": "/estimates/new/"}
    )
    assert "That did not work" in text_of(again)
    assert sent(again)["medical-design"] == "medicare-part-b"


def test_a_session_that_ended_before_saving_loses_nothing(client, owner):
    form = {**reviewed(client), "label": "blue folder 7"}
    client.logout()
    assert client.post("/estimates/", form)["Location"] == "/sign-in/?next=/estimates/new/"
    client.post("/sign-in/", {"username": "counselor", "password": "horse-battery"})
    assert form_in(client.get("/estimates/new/"), "/estimates/")["label"] == "blue folder 7"


def test_answers_do_not_wait_longer_than_half_an_hour(anyone, owner, monkeypatch):
    anyone.post("/estimates/new/", ANSWERS)
    kept = anyone.session["estimate to save"]["since"]
    monkeypatch.setattr("estimator.saved_views.time.time", lambda: kept + 30 * 60 + 1)
    assert "waits here" not in text_of(anyone.get("/sign-in/"))
    assert anyone.get("/estimates/new/")["Location"] == "/"


def test_an_estimate_that_nobody_saves_is_not_stored(anyone):
    anyone.post("/estimate/", {**ANSWERS, "show": "yes"})
    assert not Estimate.objects.exists()
    assert not anyone.cookies.get("estimator_sessionid")


PAGES = ("", "revise/", "changes/", "calendar.ics", "ledger.csv", "estimate.json")
ACTIONS = ("delete/", "undo/")


@pytest.mark.parametrize("page", [*PAGES, *ACTIONS])
def test_nobody_sees_or_moves_anything_without_signing_in(anyone, saved, page):
    missing = anyone.get(f"/estimates/{uuid4()}/{page}")
    for answer in (anyone.get(at(saved, page)), anyone.post(at(saved, page))):
        assert answer.status_code == missing.status_code == 302
        assert answer["Location"] == f"/sign-in/?next={at(saved, page)}"
        assert answer.content == b""
    assert Estimate.objects.kept().count() == 1


def test_the_list_is_for_people_who_are_signed_in(anyone, saved):
    assert anyone.get("/estimates/")["Location"] == "/sign-in/?next=/estimates/"
    assert saved.number not in text_of(anyone.get("/"))


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_there_is_not_found(client, saved, page):
    assert client.get(f"/estimates/{uuid4()}/{page}").status_code == 404
    assert client.get(f"/estimates/{saved.number}/{page}").status_code == 404


def test_sign_in_leads_nowhere_else(anyone, owner):
    told = {"username": "counselor", "password": "horse-battery", "next": "https://elsewhere.example/"}
    assert anyone.post("/sign-in/", told)["Location"] == "/"


def test_signing_out_ends_it(client, saved):
    client.post("/sign-out/")
    assert client.get(at(saved)).status_code == 302


@pytest.mark.parametrize("page", [*PAGES[:1], "ledger.csv", "estimate.json", "revise/"])
def test_no_page_of_it_is_kept_by_anyone(client, saved, page):
    assert "no-store" in client.get(at(saved, page))["Cache-Control"]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_link_changes_nothing(client, saved, action):
    assert client.get(at(saved, action)).status_code == 405


@pytest.mark.parametrize("address", ["/estimates/", "/estimates/new/", "/sign-in/", "/sign-out/"])
def test_forms_sent_from_elsewhere_are_refused(site, owner, address):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post(address, ANSWERS).status_code == 403


# Finding


@pytest.fixture
def several(site, reference, owner):
    other = person("second", "counselor")
    return [
        saved_estimate(reference, owner, PART_B, label="blue folder"),
        saved_estimate(reference, other, PPO, label="red folder"),
    ]


def listed(response):
    return re.findall(r"/estimates/[0-9a-f-]{36}/\">(\d{4}-\d{6})", text_of(response))


def test_the_newest_stand_first(client, several):
    assert listed(client.get("/estimates/")) == [several[1].number, several[0].number]


def test_colleagues_see_each_other_s_with_the_owner_s_name(colleague, several):
    page = text_of(colleague.get("/estimates/"))
    assert "counselor" in page
    assert "second" in page
    assert colleague.get(at(several[0])).status_code == 200


SEARCHES = {
    "blue": [0],
    "FOLDER": [1, 0],
    "red folder": [1],
    "spinr": [1, 0],
    "medicare": [0],
    "no such thing": [],
    "%": [],
    "_": [],
}


@pytest.mark.parametrize(("words", "found"), SEARCHES.items())
def test_words_find_number_label_drug_and_payer(client, several, words, found):
    page = client.get("/estimates/", {"q": words})
    assert listed(page) == [several[n].number for n in found]
    assert found or "No saved estimate fits" in text_of(page)


def test_a_number_finds_its_estimate(client, several):
    assert listed(client.get("/estimates/", {"q": several[0].number})) == [several[0].number]


def test_filters_narrow_the_list(client, several):
    def numbers(**asked):
        return listed(client.get("/estimates/", asked))

    assert numbers(owner="second") == [several[1].number]
    assert numbers(payer="Medicare") == [several[0].number]
    assert numbers(drug="Spinraza") == [several[1].number, several[0].number]
    today = timezone.now().date().isoformat()
    assert len(numbers(since=today, until=today)) == 2
    assert numbers(until="2015-01-01") == []


@pytest.mark.parametrize(
    "asked",
    [{"since": "x"}, {"drug": "no"}, {"page": "x"}, {"page": "99"}, {"q": "\x00"}, {"owner": "\x00"}],
    ids=str,
)
def test_whatever_is_asked_of_the_list_gets_a_page(client, several, asked):
    assert client.get("/estimates/", asked).status_code == 200


def test_long_lists_come_in_pages(client, several, monkeypatch):
    monkeypatch.setattr("estimator.saved_list.ON_A_PAGE", 1)
    first = client.get("/estimates/", {"q": "folder"})
    assert listed(first) == [several[1].number]
    assert "?q=folder&amp;page=2" in text_of(first)
    assert listed(client.get("/estimates/", {"q": "folder", "page": "2"})) == [several[0].number]


def test_an_empty_list_says_how_to_fill_it(client):
    assert "Nothing is saved yet" in text_of(client.get("/estimates/"))


def test_the_front_page_shows_the_newest_ones(client, several):
    assert listed(client.get("/")) == [several[1].number, several[0].number]


def test_the_list_takes_few_queries_however_long_it_is(client, several, django_assert_max_num_queries):
    client.get("/estimates/")  # the first sign of a person is written into the session
    with django_assert_max_num_queries(12):
        client.get("/estimates/")


# The snapshot


def stable(response):
    """The page without what is new on every view by design."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|data-left="\d+"', "", text_of(response))


def test_it_shows_the_same_after_everything_it_rests_on_has_changed(reference_data, owner, monkeypatch):
    """Prices tenfold, plans renamed, programs and the drug itself gone: the same page, the same hash."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    client = Client()
    client.force_login(owner)
    saved = saved_estimate(Reference.current(), owner, {**PPO, "second0-design": "medicaid"})
    later = saved_estimate(Reference.current(), owner, PART_B, revises=saved)
    pages = [at(saved), at(later), at(later, "changes/"), at(saved, "ledger.csv"), at(saved, "estimate.json")]
    before = [stable(client.get(page)) for page in pages]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE drugs_price SET amount = amount * 10")
        cursor.execute("UPDATE drugs_source SET title = 'another'")
        cursor.execute("UPDATE payers_benefitdesign SET name = 'another'")
    payer_models.ProgramTerms.objects.all().delete()
    payer_models.ProgramRule.objects.all().delete()
    payer_models.AssistanceProgram.objects.all().delete()
    drug_models.Drug.objects.all().delete()
    DataRevision.bump()
    assert Reference.current().drugs.drug("spinraza") is None
    assert [stable(client.get(page)) for page in pages] == before
    assert Estimate.objects.get(pk=saved.pk).sha256 == saved.sha256
    assert client.get(at(saved, "revise/")).status_code == 200


def test_it_asks_the_database_for_nothing_but_itself(client, saved, django_assert_max_num_queries):
    client.get(at(saved))  # the first sign of a person is written into the session
    with django_assert_max_num_queries(7) as queries:
        client.get(at(saved))
    tables = {word for query in queries.captured_queries for word in re.findall(r'"(\w+)"\.', query["sql"])}
    assert not {table for table in tables if table.startswith(("drugs_", "payers_"))}


@pytest.mark.parametrize("page", PAGES)
def test_a_record_that_was_tampered_with_says_so_and_shows_nothing(client, reference, owner, saved, page):
    later = saved_estimate(reference, owner, revises=saved)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE estimator_estimate SET shown = replace(shown, '10,778.74', '1.00') WHERE id = %s",
            [saved.pk],
        )
    answer = client.get(at(later if page == "changes/" else saved, page))
    assert answer.status_code == 409
    assert "changed outside the program" in text_of(answer)
    assert "$" not in text_of(answer).split('id="main"')[1]


def test_a_tampered_record_is_not_revised(client, saved):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE estimator_estimate SET label = 'x'")
    client.post("/estimates/", reviewed(client, revises=str(saved.public_id)))
    assert Estimate.objects.latest("id").revises is None


def test_names_with_markup_are_shown_as_text(client, reference, owner):
    saved = saved_estimate(reference, owner, label="<script>alert(1)</script>")
    for page in (at(saved), "/estimates/", "/"):
        assert "<script>alert" not in text_of(client.get(page))


# Revising


def test_revise_opens_the_form_as_it_was_and_saves_a_new_one(client, saved):
    page = client.get(at(saved, "revise/"))
    assert f'You are revising estimate <a href="{at(saved)}">{saved.number}</a>' in text_of(page)
    form = sent(page)
    assert (form["dose_on"], form["medical-design"]) == ("2026-01-05", "medicare-part-b")
    assert form["revises"] == str(saved.public_id)
    changed = {**form, "second0-design": "medigap-g", "show": "yes"}
    page = client.post("/estimate/", changed)
    assert saved.number in text_of(page)
    review = client.post("/estimates/new/", form_in(page, "/estimates/new/"))
    client.post("/estimates/", form_in(review, "/estimates/"))
    later = Estimate.objects.latest("id")
    assert (later.revises, later.number) == (saved, saved.number[:-1] + "2")
    assert Estimate.objects.get(pk=saved.pk).sha256 == saved.sha256
    compared = text_of(client.get(at(later, "changes/")))
    assert "Medigap plan G" in compared
    assert "because of the changed answers" in compared
    assert later.number in text_of(client.get(at(saved)))


def test_the_label_of_the_earlier_one_is_proposed_and_may_be_emptied(client, saved):
    review = client.post("/estimates/new/", {**ANSWERS, "revises": str(saved.public_id)})
    form = form_in(review, "/estimates/")
    assert form["label"] == "blue folder 7"
    again = client.post("/estimates/", {**form, "label": "", "seen": "0" * 32})
    assert form_in(again, "/estimates/")["label"] == ""


def test_what_revises_nothing_has_no_changes_to_show(client, saved):
    assert client.get(at(saved, "changes/")).status_code == 404


def test_when_the_earlier_one_is_gone_the_page_says_so(client, reference, owner, saved):
    later = saved_estimate(reference, owner, revises=saved)
    client.post(at(saved, "delete/"))
    assert f"Estimate {saved.number} has been deleted" in text_of(client.get(at(later, "changes/")))


@pytest.mark.parametrize("text", ["x", "\x00", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_made_up_revises_is_ignored(client, text):
    page = client.post("/estimate/", {**ANSWERS, "revises": text, "show": "yes"})
    assert "You are revising" not in text_of(page)
    client.post("/estimates/", reviewed(client, revises=text))
    assert Estimate.objects.get().revises is None


# Files


def test_the_files_are_downloads_named_by_the_number(client, saved):
    for page, kind in (("ledger.csv", "csv"), ("estimate.json", "json")):
        answer = client.get(at(saved, page))
        assert answer["Content-Disposition"] == f'attachment; filename="estimate-{saved.number}.{kind}"'
        assert kind in answer["Content-Type"]
    assert json.loads(client.get(at(saved, "estimate.json")).content)["number"] == saved.number
    assert client.get(at(saved, "ledger.csv")).content.startswith(b"\xef\xbb\xbfestimate,label")


def test_the_calendar_of_a_saved_estimate_is_the_same_file_every_time(client, saved):
    answer = client.get(at(saved, "calendar.ics"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert saved.public_id.hex.encode() in answer.content
    assert b"Expect a bill" in answer.content
    assert client.get(at(saved, "calendar.ics")).content == answer.content
    assert AuditEvent.objects.filter(act="export", about=f"estimate {saved.number}").count() == 2  # one each


def test_one_saved_before_levers_and_calendar_were_kept_still_shows(client, saved):
    """Its snapshot is whole as it is: the page leaves out what it does not hold."""
    shown = json.loads(saved.shown)
    del shown["levers"], shown["calendar"]
    older = replace_shown(saved, shown)
    page = text_of(client.get(at(older)))
    assert "$10,778.74" in page
    assert "What would change it" not in page
    assert "Calendar (.ics)" not in page
    assert client.get(at(older, "calendar.ics")).status_code == 404


def replace_shown(saved, shown):
    """The same estimate as if it had been saved with this page, hash and all."""
    values = {f.attname: getattr(saved, f.attname) for f in Estimate._meta.concrete_fields if f.name != "id"}
    public_id, key = uuid4(), uuid4()
    again = Estimate(
        **{**values, "shown": canonical(shown), "public_id": public_id, "key": key, "number": "2026-9"}
    )
    again.sha256 = hash_of(again)
    again.save(force_insert=True)
    return again


def test_a_saved_estimate_keeps_what_would_change_it(client, saved):
    page = text_of(client.get(at(saved)))
    assert "What would change it" in page
    assert f'href="{at(saved, "calendar.ics")}"' in page


# Deleting


def test_what_is_deleted_is_gone_at_once_and_can_be_brought_back(client, saved):
    page = client.post(at(saved, "delete/"), follow=True)
    assert listed(page) == []
    assert "You can bring it back" in text_of(page)
    for there in PAGES:
        assert client.get(at(saved, there)).status_code == 404
    assert client.post(at(saved, "undo/"))["Location"] == at(saved)
    assert listed(client.get("/estimates/")) == [saved.number]


def test_only_whoever_deleted_it_can_bring_it_back_and_only_for_half_an_hour(client, colleague, saved):
    client.post(at(saved, "delete/"))
    assert "bring it back" not in text_of(colleague.get("/estimates/"))
    assert colleague.post(at(saved, "undo/")).status_code == 404
    with connection.cursor() as cursor:
        then = Estimate._meta.get_field("deleted_at").get_db_prep_save(
            timezone.now() - UNDO_FOR - timedelta(seconds=1), connection
        )
        cursor.execute("UPDATE estimator_estimate SET created_at = %s, deleted_at = %s", [then, then])
    assert client.post(at(saved, "undo/")).status_code == 404
    assert "bring it back" not in text_of(client.get("/estimates/"))


def test_colleagues_do_not_delete_each_other_s(colleague, saved):
    assert "Delete" not in text_of(colleague.get(at(saved)))
    assert colleague.post(at(saved, "delete/")).status_code == 403
    assert Estimate.objects.kept().count() == 1


def test_an_administrator_deletes_any(site, saved):
    chief = Client()
    chief.force_login(get_user_model().objects.create_superuser("chief"))
    assert chief.post(at(saved, "delete/")).status_code == 302


# Administration


def test_the_admin_shows_and_changes_nothing(site, saved):
    chief = Client()
    chief.force_login(get_user_model().objects.create_superuser("chief"))
    there = f"/admin/estimator/estimate/{saved.pk}/"
    assert saved.number in text_of(chief.get("/admin/estimator/estimate/"))
    page = text_of(chief.get(f"{there}change/"))
    assert saved.sha256 in page
    assert 'name="label"' not in page
    assert chief.post(f"{there}change/", {"label": "x"}).status_code == 403
    assert chief.get(f"{there}delete/").status_code == 403
    assert chief.get("/admin/estimator/estimate/add/").status_code == 403
