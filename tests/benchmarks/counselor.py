"""A counselor at work, as a browser sends it: signs in, thinks, answers the form field by field, saves."""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from random import Random
from urllib.parse import urlencode

PASSWORD = "horse-battery-staple"
HTMX = {"HX-Request": "true"}
DESIGNS = ("medicare-part-b", "commercial-ppo", "commercial-hdhp", "medicaid-child")
CHANGES = (
    {"treatment-dose_on": "2026-02-16"},
    {"medical-deductible_individual": "1,500"},
    {"household-state": "TX"},
    {"medical-deductible_individual": "2,000"},
)


class WrongAnswer(Exception):
    """The server answered something else than a browser would go on with."""


@dataclass(frozen=True)
class Asked:
    """One request: what it was for, its seconds, and what went wrong."""

    kind: str
    seconds: float
    wrong: str = ""


@dataclass(frozen=True)
class Saved:
    """An estimate of which the server said that it is saved, and the SHA-256 of what it then gave out."""

    address: str
    sha256: str


@dataclass
class Counselor:
    """One person in one browser. `think` is the mean of the seconds between two clicks."""

    name: str
    port: int
    think: float
    asked: list[Asked] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)

    def __post_init__(self):
        self.random = Random(self.name)
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def work(self, seconds: float):
        """People come in over the first fifth of the time. What goes wrong is noted, and the person begins again."""
        until, signed_in = time.monotonic() + seconds, False
        time.sleep(self.random.uniform(0, seconds / 5))
        while time.monotonic() < until:
            try:
                signed_in = signed_in or self.sign_in()
                self.one_family(until)
            except (WrongAnswer, OSError, http.client.HTTPException) as error:
                self.asked.append(Asked("failed", 0, f"{type(error).__name__}: {error}"))
                self.connection.close()

    def sign_in(self) -> bool:
        page = self.get("/sign-in/", "sign-in")
        answers = controls(page, "/sign-in/") | {"username": self.name, "password": PASSWORD}
        self.post("/sign-in/", answers, "sign-in", expected=302)
        return True

    def one_family(self, until: float):
        """Finds the drug, answers, changes answers, saves, looks at what was saved and at the list."""
        self.get("/", "page", pause=True)
        page = self.get("/estimate/?drug=spinraza", "page", pause=True)
        answers = controls(page, "/estimate/") | {
            "medical-design": self.random.choice(DESIGNS),
            "dose_on": "2026-01-05",
            "accept_stale": "on",
            "age_years": "10",
        }
        for change in CHANGES:
            if time.monotonic() > until:
                return
            page = self.post("/estimate/", answers, "fragment", pause=True, headers=HTMX)
            answers = controls(page, "/estimate/") | change
        page = self.post("/estimate/", answers | {"show": "yes"}, "page", pause=True)
        self.save(page)
        self.get("/estimates/", "page", pause=True)

    def save(self, page: str):
        review = self.post("/estimates/new/", controls(page, "/estimates/new/"), "saving", pause=True)
        asked = controls(review, "/estimates/") | {"label": f"load {self.random.randrange(10**6)}"}
        address = self.post("/estimates/", asked, "saving", pause=True, expected=302)
        self.get(address, "page")
        exported = self.get(f"{address}estimate.json", "saving")
        self.saved.append(Saved(address, hash_of(exported)))

    # Requests

    def get(self, address: str, kind: str, pause: bool = False) -> str:
        return self.request("GET", address, kind, pause=pause)

    def post(self, address: str, answers: Mapping, kind: str, expected=200, pause=False, headers=None) -> str:
        """What came back; of a redirect, where to."""
        kind_of_body = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(answers)
        return self.request("POST", address, kind, body, kind_of_body | (headers or {}), expected, pause)

    def request(self, method, address, kind, body=None, headers=None, expected=200, pause=False) -> str:
        if pause:
            time.sleep(self.random.uniform(0.5, 1.5) * self.think)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        began = time.monotonic()
        self.connection.request(method, address, body, {"Cookie": cookie, **(headers or {})})
        answer = self.connection.getresponse()
        content = answer.read().decode()
        seconds = time.monotonic() - began
        for line in answer.headers.get_all("Set-Cookie", ()):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        wrong = "" if answer.status == expected else f"{method} {address}: {answer.status}, not {expected}"
        self.asked.append(Asked(kind, seconds, wrong))
        if wrong:
            raise WrongAnswer(wrong)
        return answer.headers["Location"] if expected == 302 else content


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def controls(page: str, action: str) -> dict[str, str]:
    """The controls of the form that is sent to that address, as a browser would send them."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    if not found:
        raise WrongAnswer(f"no form for {action}")
    return Controls(found[0]).sent


class Controls(HTMLParser):
    def __init__(self, form: str):
        super().__init__()
        self.sent: dict[str, str] = {}
        self.select = ""
        self.feed(form)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "select":
            self.select = given["name"]
            self.sent.setdefault(self.select, "")
        elif tag == "option" and "selected" in given:
            self.sent[self.select] = given["value"]
        elif tag == "input" and given.get("name"):
            is_choice = given.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in given:
                self.sent[given["name"]] = given.get("value", "on" if is_choice else "")
