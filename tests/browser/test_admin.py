"""The admin in a real browser, under the same strict policy as the rest of the site."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from drugs.models import Fact, Price, Source
from payers.models import BenefitDesign
from tests.drugs.importers import files


@pytest.fixture
def signed_in(open_page):
    get_user_model().objects.create_superuser("chief", password="horse-battery")

    def sign_in(**look):
        page = open_page("/admin/", **look)
        page.get_by_label("User name").fill("chief")
        page.get_by_label("Password").fill("horse-battery")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        return page

    return sign_in


OURS = ["drugs", "payers"]


def test_an_administrator_signs_in(signed_in, screenshot):
    page = signed_in(dark=True)
    assert page.title().startswith("Site administration")
    screenshot(page)


@pytest.mark.parametrize("app", OURS)
def test_every_page_of_the_reference_data_opens_under_the_strict_policy(reference_data, signed_in, app):
    page = signed_in()
    for address in links(page, f".app-{app} th a"):
        page.goto(address)
        for tool in [
            *links(page, ".object-tools a:not(.export_link)"),
            *links(page, "#result_list tbody th a")[:1],
        ]:
            page.goto(tool)
            for inner in links(page, ".object-tools a.historylink"):
                page.goto(inner)


def links(page, selector):
    return page.locator(selector).evaluate_all("links => links.map(link => link.href)")


def test_an_administrator_can_sign_in_without_javascript(signed_in):
    assert signed_in(javascript=False).title().startswith("Site administration")


def test_a_page_that_breaks_the_policy_is_seen(signed_in, problems):
    page = signed_in()
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.goto("/no-such-page/")
    assert len([problem for problem in problems if "style" in problem]) == 1
    assert any(problem.startswith("404: ") for problem in problems)
    problems.clear()


def test_a_corrected_policy_is_live_with_its_history_and_can_be_restored(reference_data, signed_in):
    page = signed_in()
    fact = Fact.objects.filter(drug__slug="spinraza", topic="policy", label__startswith="Aetna").first()
    before, live = fact.value, "/drugs/spinraza/"
    change(page, fact, "Proof of two SMN2 copies, by a test of our own; Renewal every 6 months")
    for address in (live, "/payers/aetna/"):
        page.goto(address)
        assert "Proof of two SMN2 copies, by a test of our own" in page.locator("#policies").inner_text()
    page.goto(f"/admin/drugs/fact/{fact.pk}/history/")
    newest = page.locator("#change-history tbody tr").first
    assert "chief" in newest.inner_text()
    assert f"Value: {before[:40]}" in newest.inner_text()
    assert "→ Proof of two SMN2 copies" in newest.inner_text()
    page.locator("#change-history tbody tr").last.get_by_role("link").click()
    page.get_by_role("button", name="Revert").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    fact.refresh_from_db()
    assert fact.value == before
    page.goto(live)
    assert "Proof of two SMN2 copies, by a test of our own" not in page.locator("#policies").inner_text()


@pytest.fixture
def assert_accessible(assert_accessible, problems):
    """Axe styles what it measures on some pages of the admin; the policy stops it, and that is no problem of ours."""

    def check(page):
        assert problems == []
        assert_accessible(page)
        problems.clear()

    return check


def change(page, fact, value):
    page.goto(f"/admin/drugs/fact/{fact.pk}/change/")
    page.locator("[name=value]").fill(value)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.mark.parametrize("look", [{}, {"width": 320, "dark": True, "javascript": False}])
def test_terms_are_tried_on_a_sample_before_they_are_saved(
    reference_data, signed_in, screenshot, assert_accessible, look
):
    page = signed_in(**look)
    design = BenefitDesign.objects.get(slug="commercial-ppo")
    newest = design.revisions.get()
    page.goto(f"/admin/payers/designterms/add/?revise={newest.pk}")
    page.locator("[name=terms-out_of_pocket_maximums-0-individual]").fill("$5,000")
    page.get_by_role("button", name="Preview: what it changes").first.click()
    effects = page.locator("#effects").inner_text()
    assert "$16,000.00" in effects
    assert "−$6,000.00" in effects
    assert design.revisions.get() == newest
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(page)
    if not look:
        assert_accessible(page)
    page.locator("[name=terms-rules-drug-coinsurance]").fill("2e1")
    page.get_by_role("button", name="Save", exact=True).first.click()
    told = page.locator("td", has=page.locator("#id_terms-rules-drug-coinsurance"))
    expect(told).to_contain_text("Write a percentage out in full")
    assert page.locator("[name=terms-rules-drug-coinsurance]").input_value() == "2e1"
    page.locator("[name=terms-rules-drug-coinsurance]").fill("unknown")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    rules = design.revisions.latest("revision").terms["rules"]
    assert (rules["drug"]["coinsurance"], rules["pharmacy"]["coinsurance"]) == ("unknown", 30_000)


def test_a_quarter_is_uploaded_compared_and_published_and_a_broken_one_changes_nothing(
    signed_in, screenshot, assert_accessible
):
    page = signed_in()
    upload(page, "2026-january.csv", files.asp())
    expect(page.locator("#content")).to_contain_text("added: 7")
    assert_accessible(page)
    screenshot(page, "difference")
    page.get_by_role("button", name="Publish 2026Q1").click()
    expect(page.locator(".messagelist")).to_contain_text("is it whole?")
    assert not Price.objects.exists()
    page.get_by_label("I have looked at it, and the file is right.").check()
    page.get_by_role("button", name="Publish 2026Q1").click()
    expect(page.locator(".messagelist")).to_contain_text("is published: 7 new.")
    upload(page, "broken.csv", files.asp("2026Q2", J2350=files.asp_price("J2350", "#REF!")))
    expect(page.locator("#content")).to_contain_text("Why it was refused (1)")
    expect(page.locator("#content")).to_contain_text("#REF!")
    screenshot(page, "refused")
    assert Price.objects.count() == 7


def upload(page, name, data):
    page.goto("/admin/drugs/importbatch/add/")
    page.get_by_label("Which file").select_option("asp")
    page.locator("[name=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Read and compare").click()


def test_a_table_is_exported_changed_and_imported_after_a_look(
    signed_in, screenshot, assert_accessible, tmp_path
):
    Source.objects.create(key="a-page", title="=A page", publisher="Somebody")
    page = signed_in()
    page.goto("/admin/drugs/source/")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Export", exact=True).click()
    table = begun.value.path().read_text()
    assert "a-page,'=A page,Somebody" in table
    page.get_by_role("link", name="Import", exact=True).click()
    changed = table.replace("Somebody", "Somebody else").encode()
    page.locator("[name=import_file]").set_input_files(
        {"name": "t.csv", "mimeType": "text/csv", "buffer": changed}
    )
    page.get_by_role("button", name="Submit").click()
    assert "Somebody → Somebody else" in page.locator(".import-preview").inner_text()
    assert_accessible(page)
    screenshot(page)
    assert Source.objects.get().publisher == "Somebody"
    page.get_by_role("button", name="Confirm import").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert (Source.objects.get().title, Source.objects.get().publisher) == ("=A page", "Somebody else")
