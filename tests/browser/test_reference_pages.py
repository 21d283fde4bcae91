"""Drug, code, payer and freshness pages as people meet them: light, dark, narrow, without JavaScript, on paper."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

LOOKS = {"wide": {}, "narrow dark": {"width": 320, "dark": True}}
PAGES = [
    "/drugs/",
    "/drugs/spinraza/",
    "/drugs/evrysdi/",
    "/drugs/amvuttra/",
    "/codes/J1413/",
    "/codes/62323/",
    "/payers/",
    "/payers/commercial/",
    "/payers/medicare/",
    "/payers/california-childrens-services/",
]


def assert_fits(page):
    """Nothing but a scroll region is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize("look", LOOKS)
def test_every_reference_page_is_accessible_and_fits(
    reference_data, open_page, assert_accessible, screenshot, look
):
    page = open_page("/", **LOOKS[look])
    for address in PAGES:
        page.goto(address)
        assert page.get_by_role("heading", level=1).count() == 1
        assert_fits(page)
        screenshot(page, address)
        assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS)
def test_an_unknown_drug_code_or_payer_gets_the_list_and_says_so(
    reference_data, open_page, problems, assert_accessible, screenshot, look
):
    page = open_page("/", **LOOKS[look])
    for address in ("/drugs/no-such-drug/", "/codes/J0000/", "/payers/no-such-payer/"):
        page.goto(address)
        assert "There is no" in page.get_by_role("heading", level=1).inner_text()
        assert page.locator(".found a").count() > 5
        assert_accessible(page)
        assert_fits(page)
    screenshot(page)
    assert [problem for problem in problems if "404" not in problem] == []
    problems.clear()


def test_a_wide_table_is_scrolled_by_keyboard_and_the_page_is_not(reference_data, open_page):
    page = open_page("/drugs/spinraza/", width=320)
    region = page.get_by_role("region", name="Treatments of Spinal muscular atrophy")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=region.element_handle())
    assert page.evaluate("scrollX") == 0


def test_from_the_drug_page_one_click_starts_its_estimate(reference_data, open_page):
    page = open_page("/drugs/spinraza/")
    page.get_by_role("link", name="Estimate what a family pays for Spinraza").click()
    page.wait_for_url("**/estimate/?drug=spinraza")


def test_a_value_leads_to_its_source_and_the_contents_to_a_section(reference_data, open_page):
    page = open_page("/drugs/spinraza/")
    page.locator("#answer .cite").first.click()
    page.wait_for_url("**#source-noridian-nusinersen")
    page.get_by_role("navigation", name="On this page").get_by_role(
        "link", name="Where sources differ"
    ).click()
    assert page.locator("#differences-title").is_visible()


def test_what_else_is_known_of_a_value_unfolds_beside_it_by_keyboard(reference_data, open_page):
    page = open_page("/drugs/spinraza/")
    note = page.locator("#answer .note").first
    assert not note.locator("div").is_visible()
    note.locator("summary").press("Enter")
    assert "In force from Jan 1, 2018" in note.locator("div").inner_text()


def test_the_page_is_printed_with_its_tables_notes_and_sources(reference_data, open_page, screenshot):
    page = open_page("/drugs/spinraza/", width=768)
    page.emulate_media(media="print")
    assert page.locator("#answer .note div").first.is_visible()
    assert page.get_by_text("Treatment years for a first dose").last.is_visible()
    assert page.locator("#sources").is_visible()
    assert not page.locator(".contents").is_visible()
    screenshot(page)


@pytest.mark.parametrize("look", LOOKS)
def test_the_freshness_page_is_accessible_and_its_lines_open_their_records(
    reference_data, open_page, assert_accessible, screenshot, look
):
    get_user_model().objects.create_superuser("chief", password="horse-battery")
    page = open_page("/sign-in/?next=/freshness/", **LOOKS[look])
    page.get_by_label("User name").fill("chief")
    page.get_by_label("Password").fill("horse-battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is out of date or unverified")
    assert_accessible(page)
    assert_fits(page)
    screenshot(page)
    page.locator("#prices tbody a").first.click()
    page.wait_for_url("**/admin/drugs/price/**")
