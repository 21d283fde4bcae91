"""Every heading and question of the two pages the product began with is answered, from a row of the database."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from drugs import catalogue
from drugs.pricewords import with_prices
from tests.pages import Page, plain

pytestmark = pytest.mark.django_db

CASES = tomllib.loads((Path(__file__).parent / "cases" / "seed_headings.toml").read_text())
HEADINGS, DIFFERENCES = CASES["heading"], CASES["difference"]
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def site(put_back, django_db_blocker):
    """Every page of the table, and what each row of the table says; read once, then the database is as before."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.utils.timezone.localdate", lambda *args: TODAY)
        put_back()
        drugs = catalogue.load()
        addresses = {case["page"] for case in HEADINGS} | {f"/drugs/{case['drug']}/" for case in DIFFERENCES}
        pages = {address: Page(Client().get(address)) for address in addresses}
        words = [said_by(case, drugs) for case in HEADINGS]
        rows = [list(difference_rows(case)) for case in DIFFERENCES]
        transaction.set_rollback(True)
    return pages, words, rows, drugs


def said_by(case, drugs):
    """The words that must stand in the part; None where no such row is in the database."""
    shows = case["shows"]
    if "row" not in case:
        return [shows]
    found = list(apps.get_model(case["row"]).objects.filter(**case["key"]))
    if not found:
        return None
    if shows.startswith("="):
        return [shows[1:]]
    return [in_words(getattr(row, shows), drugs) for row in found]


def in_words(value, drugs):
    if isinstance(value, str):
        return with_prices(value, drugs, TODAY)[0] or "Not found as of"
    return f"{catalogue.with_cents(value):,}"


def difference_rows(case):
    rows = apps.get_model("drugs.Difference").objects.filter(drug__slug=case["drug"], field=case["field"])
    return rows.values("value", "used_value", "reason", "source__key", "used_source__key")


@pytest.mark.parametrize("number", range(len(HEADINGS)), ids=[f"{c['of']}: {c['heading']}" for c in HEADINGS])
def test_a_heading_of_the_first_pages_has_its_part_and_its_row(site, number):
    case = HEADINGS[number]
    pages, words, _, _ = site
    assert words[number] is not None, "no such row in the database"
    part = pages[case["page"]].text_in(case["at"]).lower()
    assert part, f"{case['page']} has no part #{case['at']}, or it is empty"
    missing = [said for said in words[number] if plain(said).lower() not in part]
    assert missing == []


def test_no_heading_stands_twice_in_the_table():
    told = [(case["of"], case["page"], case["heading"]) for case in HEADINGS]
    assert len(told) == len(set(told)) > 150


def test_the_table_holds_every_one_of_the_21_differences():
    assert [case["number"] for case in DIFFERENCES] == list(range(1, 22))


@pytest.mark.parametrize("number", range(len(DIFFERENCES)), ids=[c["field"] for c in DIFFERENCES])
def test_a_difference_shows_both_values_both_sources_and_the_one_the_estimate_uses(site, number):
    case = DIFFERENCES[number]
    pages, _, rows, drugs = site
    page = pages[f"/drugs/{case['drug']}/"]
    part = page.text_in("differences")
    assert "The estimate uses" in part
    assert rows[number], "no such difference in the database"
    for row in rows[number]:
        for name in ("value", "used_value", "reason"):
            assert plain(with_prices(row[name], drugs, TODAY)[0]) in part
        assert {f"#source-{row['source__key']}", f"#source-{row['used_source__key']}"} <= set(page.links)


def test_no_sentence_states_an_amount_that_a_price_row_holds(site):
    """Such an amount is named, as in {price J2326}; what another source claims stays as it was said."""
    drugs = site[3]
    held = {f"${price.amount:,.2f}" for price in drugs.prices} | {
        f"${price.amount:,}" for price in drugs.prices
    }
    said = [(d.slug, f.label, f.value) for d in drugs.drugs for f in d.facts if f.topic not in HISTORIC]
    said += [(d.slug, x.field, x.used_value) for d in drugs.drugs for x in d.differences]
    typed = [(slug, label) for slug, label, text in said if any(amount in text for amount in held)]
    assert typed == []


HISTORIC = ("not_found", "code_history")
