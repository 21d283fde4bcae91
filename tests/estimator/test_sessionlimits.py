"""The clock of a session: what ends it, what does not extend it, and that nothing typed is lost."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from estimator import sessionlimits
from estimator.models import AuditEvent
from tests.people import person

pytestmark = pytest.mark.django_db
MINUTE = 60


class Clock:
    def __init__(self):
        self.now = 1_800_000_000

    def time(self):
        return self.now

    def passes(self, minutes):
        self.now += int(minutes * MINUTE)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(sessionlimits, "time", clock)
    monkeypatch.setattr("estimator.people_views.time", clock)
    return clock


@pytest.fixture
def maria():
    return person("maria", "counselor", "editor")


@pytest.fixture
def client(clock, maria):
    client = Client()
    client.force_login(maria)
    assert client.get("/estimates/").status_code == 200
    return client


def left(client):
    return client.get("/session/left/", headers={"X-Poll": "true"}).json()["left"]


def is_in(client):
    return client.get("/estimates/").status_code == 200


def test_fifteen_minutes_without_a_sign_end_it(client, clock):
    clock.passes(14.9)
    assert is_in(client)
    clock.passes(15)
    assert client.get("/estimates/").headers["Location"] == "/sign-in/?next=/estimates/"
    assert Session.objects.count() == 1  # the old one is gone, the new one only says what happened
    event = AuditEvent.objects.get(act="session_ended")
    assert (event.who, event.details) == ("maria", '{"why":"idle"}')
    assert "because nothing was done here" in client.get("/sign-in/").text


def test_every_sign_of_a_person_extends_it_up_to_twelve_hours(client, clock):
    for _ in range(71):
        clock.passes(10)
        assert is_in(client)
    clock.passes(9.5)
    assert left(client) == 30
    clock.passes(0.5)
    assert not is_in(client)
    assert AuditEvent.objects.get(act="session_ended").details == '{"why":"absolute"}'


def test_what_asks_by_itself_does_not_extend_it(client, clock):
    for minute in range(14):
        clock.passes(1)
        assert client.get("/estimates/", headers={"X-Poll": "true"}).status_code == 200
        assert left(client) == (14 - minute) * MINUTE
    clock.passes(1)
    assert not is_in(client)


def test_every_template_that_polls_says_so():
    """`hx-trigger="every …"` needs `X-Poll` in its hx-headers, or an open page keeps a session for ever."""
    from django.conf import settings

    polling = [
        file for file in (settings.BASE_DIR / "templates").rglob("*.html") if '"every ' in file.read_text()
    ]
    assert [file.name for file in polling if "X-Poll" not in file.read_text()] == []


def test_stay_signed_in_extends_it(client, clock):
    clock.passes(14)
    answer = client.post("/session/stay/", headers={"Accept": "application/json"})
    assert answer.json() == {"left": 15 * MINUTE, "warn": 150, "extends": True}
    clock.passes(14)
    assert is_in(client)


def test_the_page_says_how_long_and_when_to_ask(client, clock):
    clock.passes(1)
    text = client.get("/estimates/").text
    assert 'data-left="900"' in text
    assert 'data-warn="150"' in text
    assert 'id="session"' not in Client().get("/sign-in/").text


def test_a_session_is_not_written_at_every_request(client, clock, django_assert_num_queries):
    clock.passes(0.2)  # 12 seconds
    client.get("/session/left/")
    with django_assert_num_queries(2):  # the session and its person
        client.get("/session/left/")


def test_an_ended_session_sends_htmx_to_sign_in_and_never_swaps_it_in(client, clock):
    clock.passes(16)
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/estimates/?q=blue&page=2"}
    answer = client.get("/estimates/", headers=here)
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Festimates%2F%3Fq%3Dblue%26page%3D2"
    assert answer.content == b""


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example.com/x", "//evil.example.com", "", "javascript:1"]
)
def test_htmx_is_sent_back_to_our_own_pages_alone(client, clock, elsewhere):
    clock.passes(16)
    answer = client.get("/estimates/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere})
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2F"


TYPED = {"old_password": "x", "q": "blue & <green>", "note": "\nline two", "csrfmiddlewaretoken": "t"}


def signed_in_again(client, who):
    client.force_login(who)
    return client.get("/account/kept/")


def test_what_was_sent_too_late_is_kept_and_can_be_sent_on(client, clock, maria):
    clock.passes(16)
    answer = client.post("/admin/drugs/source/add/?_popup=1", {"title": "A <source>", "key": "\nx"})
    assert answer.headers["Location"] == "/sign-in/?next=%2Faccount%2Fkept%2F"
    assert "What you had typed is kept" in client.get("/sign-in/").text
    page = signed_in_again(client, maria)
    assert 'action="/admin/drugs/source/add/?_popup=1"' in page.text
    assert ">\nA &lt;source&gt;</textarea>" in page.text
    assert ">\n\nx</textarea>" in page.text  # the first line break belongs to the tag


def test_passwords_are_never_kept(client, clock, maria):
    clock.passes(16)
    client.post("/account/password/", {"old_password": "hunter2", "new_password1": "hunter3", "other": "x"})
    text = signed_in_again(client, maria).text
    assert "hunter" not in text
    assert ">\nx</textarea>" in text


def test_nobody_else_gets_what_was_kept(client, clock):
    clock.passes(16)
    client.post("/admin/drugs/source/add/", {"title": "blue folder"})
    answer = signed_in_again(client, person("other", "editor"))
    assert answer.status_code == 302
    assert "kept until sign-in" not in client.session


def test_what_was_kept_is_forgotten_after_half_an_hour_or_by_a_button(client, clock, maria):
    clock.passes(16)
    client.post("/admin/drugs/source/add/", {"title": "blue folder"})
    signed_in_again(client, maria)
    client.post("/account/kept/")
    assert client.get("/account/kept/").status_code == 302
    clock.passes(16)
    client.post("/admin/drugs/source/add/", {"title": "blue folder"})
    clock.passes(31)
    assert signed_in_again(client, maria).status_code == 302


def test_more_than_a_form_holds_is_not_kept(client, clock, maria):
    clock.passes(16)
    answer = client.post("/admin/drugs/source/add/", {"title": "x" * sessionlimits.LARGEST_KEPT})
    assert "kept" not in answer.headers["Location"]


def test_the_page_s_own_clock_leaves_the_page_and_keeps_what_was_typed(client, clock, maria):
    """The browser asks, hears that the time is over, and sends what stands in the form."""
    clock.passes(15)
    assert left(client) == 0
    answer = client.post(
        "/session/over/", {"session_page": "/estimate/", "drug": "spinraza", "weight": "9.5"}
    )
    assert answer.headers["Location"] == "/sign-in/?next=%2Faccount%2Fkept%2F"
    text = signed_in_again(client, maria).text
    assert 'action="/estimate/"' in text
    assert ">\n9.5</textarea>" in text


@pytest.mark.parametrize(
    "page", ["https://evil.example.com/", "//evil.example.com/", "javascript:alert(1)", "x"]
)
def test_what_was_typed_is_never_sent_to_another_site(client, clock, maria, page):
    client.post("/session/over/", {"session_page": page, "weight": "9.5"})
    assert 'action="/"' in signed_in_again(client, maria).text


def test_sign_out_now_ends_a_session_that_still_had_time(client, clock):
    client.post("/session/over/", {"session_page": "/estimates/"})
    assert not is_in(client)
    assert "You are signed out." in " ".join(client.get("/sign-in/").text.split())


def test_a_stranger_has_no_clock(clock):
    stranger = Client()
    assert stranger.get("/session/left/").json() == {"left": 0, "warn": 0, "extends": False}
    assert stranger.post("/session/stay/").status_code == 302
    assert stranger.post("/session/over/", {"weight": "9.5"}).headers["Location"] == "/sign-in/?next=%2F"
    assert not Session.objects.exists()
