"""The comparison kept with a saved estimate: the same figures in page, file and JSON, whatever changes later."""

import json
from io import StringIO

import pandas
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from estimator.answers import answers_of, posted
from estimator.assemble import Reference
from estimator.compare import compared
from estimator.compareform import CompareForm, comparison_of
from estimator.estimate import estimate
from estimator.models import Estimate
from estimator.saved import drafted, hash_of, save
from estimator.saved_comparison import KeptComparison, as_csv
from tests.people import person

from .asking import TODAY
from .comparing import opened

pytestmark = pytest.mark.django_db

KEY = "7f3c2a52-6a1a-4f07-9f6e-0a8f1f0d2c11"
CHOSEN = {"option1-design": "medicare-part-b", "option1-medicare-part-b-pays-premium": "202.90"}


@pytest.fixture
def form(reference) -> CompareForm:
    return opened(reference, *({name: text} for name, text in CHOSEN.items()))


@pytest.fixture
def saved(reference, form, db) -> Estimate:
    draft = drafted(form.base, reference, TODAY, KeptComparison.of(form))
    owner = get_user_model().objects.create_user("counselor")
    return save(draft, owner=owner, label="=blue", key=KEY, revises=None)


def kept(saved: Estimate) -> dict:
    return json.loads(saved.findings)["comparison"]


def test_each_way_is_kept_with_a_request_that_gives_its_figures_again(saved, reference):
    assert [way["name"] for way in kept(saved)["ways"]] == [
        "Commercial PPO (example)",
        "Original Medicare, Part B",
    ]
    for way in kept(saved)["ways"]:
        for run in way["over"]:
            again = estimate({**way["request"], "years": run["years"]}, reference, TODAY)
            assert run["care"] == again.total.as_json() | {"may_go_further": not again.total.is_proven}
            assert run["premiums"] == way["monthly_premium"] * 12 * run["years"]
            assert run["together"]["likely"] == run["care"]["likely"] + run["premiums"]


def test_it_is_part_of_the_hash(saved):
    saved.findings = saved.findings.replace('"monthly_premium":20290', '"monthly_premium":20291')
    assert hash_of(saved) != saved.sha256


def test_page_and_file_have_the_figures_of_the_comparison(saved, form, reference):
    [_, part_b] = compared(form.ways(), reference, TODAY)
    table = pandas.read_csv(
        StringIO(as_csv(saved.number, saved.label, kept(saved))), dtype=str, keep_default_na=False
    )
    assert list(table["years"]) == ["1", "3", "5", "1", "3", "5"]
    row = table.iloc[4]
    cents = part_b.runs[3].together
    assert row["compared"] == "Original Medicare, Part B"
    assert row["together_likely"] == f"{cents.likely // 100}.{cents.likely % 100:02}"
    assert row["may_go_further"] == ("no" if cents.is_proven else "yes")
    assert set(table["label"]) == {"'=blue"}
    shown = json.loads(saved.shown)["compared"]["comparison"]
    assert f"${cents.likely / 100:,.2f}" == shown["columns"][1]["amounts"][1]["together"]


def test_a_way_without_a_number_keeps_its_reason(reference, form):
    form = opened(reference, {"option1-design": "uninsured"})
    draft = drafted(form.base, reference, TODAY, KeptComparison.of(form))
    text = as_csv("1", "", draft.outcome["comparison"])
    [*_, last] = pandas.read_csv(StringIO(text), dtype=str, keep_default_na=False).to_dict("records")
    assert last["no_number_because"] == "Without coverage nobody else pays for Spinraza."
    assert last["together_likely"] == ""


def test_its_answers_open_it_again(saved, reference):
    answers = posted(json.loads(saved.answers))
    again = CompareForm(answers, reference, TODAY)
    assert [way.name for way in again.ways()] == [way["name"] for way in kept(saved)["ways"]]
    assert again.ways()[1].premium == 20_290
    told = {answer["label"]: answer["words"] for answer in json.loads(saved.answers) if answer["label"]}
    assert told["Comparison, Plan 2: monthly premium"] == "202.90"
    assert told["Comparison, Plan 2: plan"] == "Original Medicare, Part B"


def test_an_estimate_without_another_way_keeps_no_comparison(reference):
    assert KeptComparison.of(opened(reference)) is None


# The pages


@pytest.fixture
def client(reference, monkeypatch, db) -> Client:
    monkeypatch.setattr(Reference, "current", lambda: reference)
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    client = Client()
    client.force_login(person("anna", "counselor"))
    return client


@pytest.fixture
def sent(form) -> dict[str, str]:
    return {**answers_of(form.base), **form.told}


def reviewed(client, sent) -> dict[str, str]:
    page = client.post("/estimates/new/", sent)
    assert b"Original Medicare, Part B" in page.content
    return {**page.context["answers"], "key": KEY, "seen": page.context["seen"]}


def test_it_is_saved_listed_shown_and_opened_again(client, sent):
    response = client.post("/estimates/", {**reviewed(client, sent), "label": "blue"})
    saved = Estimate.objects.get()
    assert response["Location"] == f"/estimates/{saved.public_id}/"
    address = f"/estimates/{saved.public_id}/comparison/"
    for page in (client.get("/estimates/"), client.get(response["Location"])):
        assert f'href="{address}"' in page.content.decode()
    page = client.get(address).content.decode()
    assert "Over 1, 3 and 5 years" in page
    assert json.loads(saved.shown)["compared"]["comparison"]["columns"][1]["amounts"][2]["together"] in page
    again = client.get(f"/estimates/{saved.public_id}/revise/")
    assert again.context["comparison"].items() >= comparison_of(CHOSEN).items()
    table = client.get(f"/estimates/{saved.public_id}/comparison.csv")
    assert table["Content-Disposition"] == f'attachment; filename="comparison-{saved.number}.csv"'
    assert client.get(f"/estimates/{saved.public_id}/estimate.json").json()["comparison"] == kept(saved)


def test_its_page_and_file_need_no_reference_data(client, sent, monkeypatch):
    client.post("/estimates/", reviewed(client, sent))
    address = f"/estimates/{Estimate.objects.get().public_id}/comparison"

    def shown():
        page = client.get(f"{address}/").content
        begin, end = page.index(b'<div class="result">'), page.index(b"SHA-256")
        return page[begin:end], client.get(f"{address}.csv").content

    before = shown()
    monkeypatch.setattr(Reference, "current", lambda: pytest.fail("the snapshot holds everything"))
    assert shown() == before


def test_it_can_be_left_out(client, sent):
    client.post("/estimates/", {**reviewed(client, sent), "without_comparison": "on"})
    saved = Estimate.objects.get()
    assert "comparison" not in json.loads(saved.findings)
    for name in ("comparison/", "comparison.csv"):
        assert client.get(f"/estimates/{saved.public_id}/{name}").status_code == 404


def test_a_comparison_that_moved_since_the_review_is_reviewed_again(client, sent):
    answers = reviewed(client, sent)
    page = client.post("/estimates/", {**answers, "option1-medicare-part-b-pays-premium": "300"})
    assert page.context["has_moved"]
    assert not Estimate.objects.exists()


def test_a_changed_record_shows_and_gives_nothing(client, sent):
    client.post("/estimates/", reviewed(client, sent))
    saved = Estimate.objects.get()
    query = Estimate.objects.filter(pk=saved.pk)
    super(type(query), query).update(findings=saved.findings.replace("20290", "20291"))
    for name in ("comparison/", "comparison.csv"):
        page = client.get(f"/estimates/{saved.public_id}/{name}")
        assert b"changed outside the program" in page.content


def test_the_revised_estimate_stays_known_on_the_way_through_the_comparison(client, sent):
    client.post("/estimates/", reviewed(client, sent))
    saved = Estimate.objects.get()
    page = client.post("/compare/", {**sent, "revises": str(saved.public_id)})
    assert page.context["revises"].number == saved.number
    assert page.content.decode().count(f'name="revises" value="{saved.public_id}"') == 3


def test_a_reload_of_the_estimate_brings_the_comparison_again(client, sent):
    page = client.post("/estimate/", sent)
    again = client.get("/estimate/", {"drug": "spinraza", "draft": page.context["draft"]})
    assert again.context["comparison"] == comparison_of(sent)
