"""The JSON API as a program meets it: the same answers as the commands, refusals that name the field."""

import json
import re
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from estimator.api_examples import CASE, EXAMPLES, REQUEST
from estimator.assemble import Reference
from estimator.cost import read_case, simulate
from estimator.estimate import estimate
from estimator.models import ApiToken, Estimate
from estimator.saved import is_intact

from .calling import ROOT, Program, made_token, pointers, program
from .filling import TODAY

pytestmark = pytest.mark.django_db
DAY, CAP = "#/lines/0/date", "#/primary/rules/a b/cap"


@pytest.fixture(autouse=True)
def site(reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)


# What the commands answer


def test_an_estimate_is_the_one_of_the_command(reference):
    answer = program().post("estimate", REQUEST)
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(estimate(REQUEST, reference, TODAY).as_json()))


def test_a_simulation_is_the_one_of_the_command():
    answer = program().post("simulate", CASE)
    assert answer.json() == simulate(read_case(CASE)).as_json()
    assert (
        answer.json()["totals"]["patient"] == 300_000
    )  # 800,000 to the maximum, of which the card pays 500,000


def test_totals_leave_the_lines_out():
    answer = program().post("simulate?totals=true", CASE).json()
    assert answer == simulate(read_case(CASE)).as_json(lines=False)


def test_decimals_stay_exact():
    request = json.dumps(REQUEST).replace('"age_months": 360', '"age_months": 360, "weight_kg": 70.123')
    assert program().post("estimate", request).status_code == 200
    assert pointers(program().post("estimate", request.replace("70.123", "70.1234"))) == ["#/weight_kg"]


# Reference data


def test_drugs_say_where_each_value_is_from():
    drug = program().get("drugs/spinraza").json()
    assert drug["name"] == "Spinraza"
    assert all(code["provenance"]["source"]["title"] for code in drug["codes"])
    assert drug in program().get("drugs").json()


@pytest.mark.parametrize("kind", ["designs", "programs"])
def test_plans_and_programs_are_listed_and_found_by_name(kind):
    found = program().get(kind).json()
    assert program().get(f"{kind}/{found[0]['slug']}").json() == found[0]


def test_a_maximum_that_nobody_publishes_is_told_apart_from_none():
    biogen = program().get("programs/biogen-copay").json()
    assert (biogen["terms"][-1]["annual_maximum"], biogen["terms"][-1]["annual_known"]) == (None, False)


# Saved estimates


def test_an_estimate_is_saved_once_for_a_key_and_read_again():
    asking, key = program(), UUID(int=4)
    first = asking.post("estimates", {"request": REQUEST, "label": "blue folder 7"}, key)
    again = asking.post("estimates", {"request": REQUEST, "label": "blue folder 7"}, key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert is_intact(Estimate.objects.get())
    whole = asking.client.get(first["Location"]).json()
    assert whole["request"] == {"as_of": TODAY.isoformat(), **REQUEST}
    assert whole["number"] == first.json()["number"]
    assert [one["number"] for one in asking.get("estimates").json()["estimates"]] == [whole["number"]]


def test_what_a_program_saved_opens_in_the_browser_and_is_revised_with_its_answers():
    row, token = made_token()
    saved = Program(token).post("estimates", {"request": REQUEST}, UUID(int=4)).json()
    browser = Client()
    browser.force_login(row.owner)
    page = browser.get(f"/estimates/{saved['public_id']}/")
    assert saved["number"] in page.content.decode()
    again = browser.get(f"/estimates/{saved['public_id']}/revise/")
    form = again.context["form"]
    assert form.request()["coverage"]["medical"]["design"] == "commercial-ppo"
    assert form.request()["first_dose_on"] == "2026-01-05"
    assert form.request()["accept_stale"]
    assert (
        again.context["shown"].answer.first_year.likely
        == page.context["shown"]["answer"]["first_year"]["likely"]
    )
    assert "has no place for" not in again.content.decode()


def test_what_the_form_cannot_hold_is_said_when_it_is_revised():
    row, token = made_token()
    terms = {"by_plan_year": {"2027": {"out_of_pocket_maximums": {"medical": {"individual": 700_000}}}}}
    coverage = {"medical": {"design": "commercial-ppo", "terms": terms}}
    saved = (
        Program(token).post("estimates", {"request": {**REQUEST, "coverage": coverage}}, UUID(int=4)).json()
    )
    browser = Client()
    browser.force_login(row.owner)
    page = browser.get(f"/estimates/{saved['public_id']}/revise/")
    assert page.context["form"].drug.slug == "spinraza"
    [left_out] = page.context["revises"].left_out
    assert left_out.startswith("coverage: {")
    assert "has no place for" in page.content.decode()
    # It stays said while the form is filled in.
    sent = {**page.context["answers"], "revises": str(saved["public_id"])}
    assert "has no place for" in browser.post("/estimate/", sent).content.decode()


def test_a_key_that_has_saved_something_else_is_refused():
    asking, key = program(), UUID(int=4)
    asking.post("estimates", {"request": REQUEST}, key)
    assert asking.post("estimates", {"request": {**REQUEST, "years": 2}}, key).status_code == 409
    assert asking.post("estimates", {"request": REQUEST, "label": "other"}, key).status_code == 409
    assert Estimate.objects.count() == 1


def test_a_key_of_one_account_says_nothing_to_another():
    key = UUID(int=4)
    assert program().post("estimates", {"request": REQUEST}, key).status_code == 201
    assert program().post("estimates", {"request": REQUEST}, key).status_code == 201


@pytest.mark.parametrize(
    ("description", "body", "key", "where"),
    [
        ("no key", {"request": REQUEST}, None, "Idempotency-Key"),
        ("a key that is none", {"request": REQUEST}, "seven", "Idempotency-Key"),
        ("a wrong field", {"request": {**REQUEST, "drug": "nope"}}, UUID(int=4), "#/request/drug"),
        ("a label with a name", {"request": REQUEST, "label": "John Smith"}, UUID(int=4), "#/label"),
        ("no request", {"label": "blue"}, UUID(int=4), "#/request"),
    ],
)
def test_what_cannot_be_saved_is_refused_where_it_is_wrong(description, body, key, where):
    answer = program().post("estimates", body, key)
    assert (answer.status_code, pointers(answer)) == (422, [where]), description
    assert not Estimate.objects.exists()


def test_what_was_tampered_with_is_shown_to_nobody():
    asking = program()
    saved = asking.post("estimates", {"request": REQUEST}, UUID(int=4)).json()
    row = Estimate.objects.filter(public_id=saved["public_id"])
    super(type(row), row).update(in_short="$1")
    assert asking.get(f"estimates/{saved['public_id']}").status_code == 409


def test_a_page_beyond_the_last_is_empty_and_page_0_is_none():
    assert program().get("estimates?page=7").json()["estimates"] == []
    assert pointers(program().get("estimates?page=0")) == ["page"]


# Who may


@pytest.mark.parametrize(
    "path", ["drugs", "designs", "programs", "estimates", "nothing", f"estimates/{UUID(int=4)}"]
)
def test_without_a_token_there_is_nothing_but_the_description(path):
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("admin"))  # a cookie is no token
    answer = browser.get(ROOT + path)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert Client().get(ROOT + "openapi.json").status_code == 200


@pytest.mark.parametrize("path", ["estimate", "simulate", "estimates"])
def test_nothing_is_posted_with_a_cookie(path):
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("admin"))
    assert browser.post(ROOT + path, "{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.path)
def test_an_example_works_with_its_scope_and_with_no_other(example):
    def call(asking):
        if example.body is None:
            return asking.get(example.path)
        return asking.post(example.path, example.body, example.key or None)

    others = {"estimate:run", "estimates:read", "estimates:write", "reference:read"} - {example.scope}
    assert call(program(others)).status_code == 403
    assert call(program((example.scope,))).status_code in (200, 201)


@pytest.mark.parametrize(
    ("path", "status"), [("estimates", 403), (f"estimates/{UUID(int=4)}", 403), ("drugs/spinraza", 200)]
)
def test_a_token_never_may_more_than_its_owner(path, status):
    visitor = get_user_model().objects.create_user("without a role")
    assert program(owner=visitor).get(path).status_code == status
    assert program(owner=visitor).post("estimates", {"request": REQUEST}, UUID(int=4)).status_code == 403


def test_a_token_that_ended_or_was_revoked_or_whose_owner_left_opens_nothing():
    for change in (
        {
            "expires_at": timezone.now() - timedelta(seconds=1),
            "created_at": timezone.now() - timedelta(days=9),
        },
        {"revoked_at": timezone.now()},
    ):
        row, token = made_token()
        assert Program(token).get("drugs/spinraza").status_code == 200
        ApiToken.objects.filter(pk=row.pk).update(**change)
        assert Program(token).get("drugs/spinraza").status_code == 401
    row, token = made_token()
    get_user_model().objects.filter(pk=row.owner_id).update(is_active=False)
    assert Program(token).get("drugs/spinraza").status_code == 401


def test_a_token_that_asks_too_often_is_told_when_to_come_back(settings, monkeypatch):
    settings.API_REQUESTS_A_MINUTE = 2
    now = timezone.now().replace(second=10)
    monkeypatch.setattr(timezone, "now", lambda: now)
    asking, other = program(), program()
    assert [asking.get("drugs/spinraza").status_code for _ in range(3)] == [200, 200, 429]
    assert asking.get("drugs/spinraza")["Retry-After"] == "50"
    assert other.get("drugs/spinraza").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=1))
    assert asking.get("drugs/spinraza").status_code == 200


# Refusals


@pytest.mark.parametrize(
    ("description", "path", "body", "status", "where"),
    [
        ("two wrong fields", "estimate", {**REQUEST, "years": 99, "drug": "X"}, 422, ["#/drug", "#/years"]),
        ("an unknown key", "estimate", {**REQUEST, "wait/what": 1}, 422, ["#/wait~1what"]),
        ("inside a list", "simulate", {"lines": [{"date": "2026-02-30", "kind": "a", "allowed": 1}]}, 422, [DAY]),
        ("inside a plan", "simulate", {"primary": {"rules": {"a b": {"cap": "x"}}}}, 422, [CAP]),
        ("no JSON", "simulate", "{", 422, ["#"]),
        ("a key twice", "simulate", '{"lines": [], "lines": []}', 422, ["#"]),
        ("too deep", "simulate", "[" * 21 + "]" * 21, 422, None),
        ("deep only in a text", "simulate", json.dumps({"lines": [], "x": "[" * 50}), 422, ["#/x"]),
        ("too large", "simulate", " " * (2**20 + 1), 413, None),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field(description, path, body, status, where):
    answer = program().post(path, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), description
    problem = answer.json()
    assert problem["status"] == status
    assert where is None or pointers(answer) == where


def test_a_body_that_is_not_called_json_is_refused():
    assert program().post("simulate", "{}", kind="text/plain").status_code == 415


def test_another_method_is_refused_in_the_form_of_every_refusal():
    answer = program().client.delete(ROOT + "estimates")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert (answer["Allow"], answer.json()["detail"]) == ("GET, POST", "Here one sends GET, POST.")
    assert Client().post("/health/").status_code == 405  # elsewhere it is Django's own


@pytest.mark.parametrize("text", ['"' + '\\"' * 400_000, '"' + "x" * 900_000, '"' * 900_001], ids=str.__len__)
def test_a_text_that_never_ends_is_refused_at_once(text):
    began = time.process_time()
    assert program().post("simulate", text).status_code == 422
    assert time.process_time() - began < 3


def test_a_value_is_not_repeated_into_a_header():
    answer = program().get("drugs/no%0d%0aSet-Cookie:a=b")
    assert answer.status_code == 404
    assert not answer.cookies


def test_the_description_shows_every_operation_with_its_refusals_and_examples_that_work():
    described = Client().get(ROOT + "openapi.json").json()
    operations = [(path, one) for path, all_ in described["paths"].items() for one in all_.values()]
    assert len(operations) == 11
    for path, operation in operations:
        assert {"401", "403", "422", "429"} <= operation["responses"].keys(), path
        assert re.search(r"\(scope [a-z]+:[a-z]+\)", operation["summary"]), path
        for place in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(operation)):
            target = described
            for step in place.split("/"):
                target = target[step]


def test_no_number_of_the_api_is_a_fraction(reference):
    text = program().post("estimate", REQUEST).content.decode()
    floats = []
    json.loads(text, parse_float=floats.append)
    assert floats == []
