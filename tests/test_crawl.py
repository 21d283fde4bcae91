"""A crawler that opens every link and sends every form, as each role: no answer is a 5xx, no link leads to a page
that is not there, and nothing is offered to somebody who is then refused. Of pages of one kind (one view, the same
questions) it opens one. ESTIMATOR_CRAWL_PAGES=1000 opens all there are, not the first 80.
"""

import os
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from estimator.assemble import Reference
from tests.estimator.saving import PPO, saved_estimate
from tests.people import person

ROLES = ("anyone", "counselor", "editor", "administrator")
STARTS = ("/", "/estimate/?drug=spinraza", "/compare/", "/estimates/", "/account/", "/freshness/", "/admin/")
BEGIN = "the beginning"
OF_A_KIND, AT_MOST = 1, int(os.environ.get("ESTIMATOR_CRAWL_PAGES", "80"))
ENDS_THE_SESSION = {"sign_out", "session_over", "other_sessions", "logout"}
pytestmark = pytest.mark.django_db


class Read(HTMLParser):
    """The links of a page, and its forms with what a browser would send if somebody only pressed the button."""

    def __init__(self, text: str):
        super().__init__()
        self.links, self.forms, self.form, self.select = [], [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self.form = (given.get("method", "get").lower(), given.get("action") or "", {})
            self.forms.append(self.form)
        elif self.form and given.get("name"):
            self.control(tag, given)
        elif tag == "option" and self.form and self.select:
            sent, value = self.form[2], given.get("value", "")
            sent[self.select] = value if "selected" in given else sent.get(self.select, value)

    def control(self, tag, given):
        kind, sent = given.get("type", "text"), self.form[2]
        self.select = given["name"] if tag == "select" else None
        if (
            tag == "textarea"
            or tag == "input"
            and kind not in ("checkbox", "radio", "file", "submit", "image")
        ):
            sent[given["name"]] = given.get("value") or ""
        elif tag == "input" and kind in ("checkbox", "radio") and "checked" in given:
            sent[given["name"]] = given.get("value") or "on"
        elif kind == "submit" or tag == "button":
            sent.setdefault(given["name"], given.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None


class Crawl:
    def __init__(self, client: Client):
        self.client, self.kinds = client, Counter()
        self.waiting = deque(("get", path, {}, BEGIN) for path in STARTS)
        self.opened, self.wrong = 0, []

    def run(self) -> None:
        while self.waiting and self.opened < AT_MOST:
            method, path, data, since = self.waiting.popleft()
            if self.is_new(method, path, data):
                self.open(method, path, data, since)

    def is_new(self, method: str, path: str, data: dict) -> bool:
        address = urlsplit(path)
        try:
            view = resolve(address.path)
        except Resolver404:
            return True  # a link that leads nowhere is opened, and found
        if view.url_name in ENDS_THE_SESSION:
            return False
        asked = (
            tuple(sorted({name for name, _ in parse_qsl(address.query)})) if method == "get" else len(data)
        )
        self.kinds[method, view.view_name, asked] += 1
        return self.kinds[method, view.view_name, asked] <= OF_A_KIND

    def open(self, method: str, path: str, data: dict, since: str) -> None:
        self.opened += 1
        with transaction.atomic():
            answer = getattr(self.client, method)(path, data) if data else getattr(self.client, method)(path)
        if answer.status_code >= 500 or b"Traceback (most recent call last)" in answer.content:
            self.wrong.append(f"{answer.status_code} {method} {path} from {since}")
        is_offered = method == "get" and not data and since != BEGIN
        if is_offered and answer.status_code == 404:
            self.wrong.append(f"a link to {path} on {since}, which is not there")
        if since != BEGIN and answer.status_code == 403:
            self.wrong.append(f"{since} offers to {method} {path}, which is refused")
        if "Location" in answer.headers:
            self.follow(path, [answer.headers["Location"]], since)
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            self.read(path, answer.content.decode())

    def read(self, path: str, text: str) -> None:
        page = Read(text)
        self.follow(path, page.links, path)
        for method, action, data in page.forms:
            self.waiting.append((method, urljoin(path, action), data, path))

    def follow(self, path: str, links: list[str], since: str) -> None:
        for link in links:
            address = urlsplit(urljoin(path, link))
            if not address.scheme and not address.netloc and not address.path.startswith("/static/"):
                self.waiting.append(("get", address._replace(fragment="").geturl(), {}, since))


@pytest.fixture(scope="module")
def filled(put_back, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        put_back()
        saved_estimate(Reference.current(), person("owner", "counselor"), PPO, label="blue folder 7")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
def test_no_link_and_no_form_breaks_for(filled, role, record_property):
    client = Client(raise_request_exception=False)
    if role != "anyone":
        client.force_login(person(role, role))
    crawl = Crawl(client)
    crawl.run()
    assert crawl.wrong == []
    assert crawl.opened > 10
    record_property("counted", f"crawled as {role}: {crawl.opened} pages and forms, none broken")
