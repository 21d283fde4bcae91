"""Saved estimates in a real browser: save, sign in on the way, find, revise, compare, print, delete, undo."""

import pytest
from playwright.sync_api import expect

from estimator.assemble import Reference
from estimator.models import Estimate
from tests.people import person

from .test_estimate import LOOKS, PART_B, choose_plan, is_narrow_enough, with_answer

looks = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)


@pytest.fixture
def open_site(open_page, reference, monkeypatch):
    monkeypatch.setattr(Reference, "current", lambda: reference)
    person("counselor", "counselor")
    return open_page


@pytest.fixture
def signed_in(open_site):
    def open_(**look):
        page = open_site("/sign-in/", **look)
        sign_in(page)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return page

    return open_


def sign_in(page):
    page.get_by_label("User name").fill("counselor")
    page.get_by_label("Password").fill("horse-battery")
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def answer(page, plan=PART_B):
    page.goto("/estimate/?drug=spinraza")
    with_answer(page, lambda: page.get_by_label("Date", exact=True).fill("2026-01-05"))
    choose_plan(page, plan)
    if not page.evaluate("Boolean(window.htmx)"):
        page.get_by_role("button", name="Show the estimate").click()


def save(page, label=""):
    page.get_by_role("button", name="Save this estimate").click()
    page.get_by_label("Your own label").fill(label)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Estimate 20").wait_for()


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")


def test_a_comparison_is_saved_found_and_printed(signed_in, assert_accessible, screenshot):
    page = signed_in(**LOOKS["narrow dark"])
    answer(page)
    page.get_by_role("button", name="Compare with another plan").click()
    page.wait_for_url("**/compare/")
    with page.expect_response(lambda response: "/compare/" in response.url):
        page.get_by_label("Plan", exact=True).select_option(label="Commercial PPO (example)")
    page.get_by_role("button", name="Save this comparison").click()
    assert_accessible(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Estimate 20").wait_for()
    page.goto("/estimates/")
    page.get_by_role("link", name="Comparison of 20").click()
    page.get_by_role("heading", name="Comparison 20").wait_for()
    assert "$10,778.74" in page.locator(".result").inner_text()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="Revise").is_visible()
    assert page.get_by_role("heading", name="Over 1, 3 and 5 years").is_visible()


def test_a_reload_and_back_bring_the_answers_again_until_signing_out(signed_in):
    page = signed_in()
    answer(page)
    assert "draft=" in page.url
    assert "medicare" not in page.url
    page.reload()
    assert page.get_by_label("Plan", exact=True).input_value() == "medicare-part-b"
    page.get_by_role("link", name="Drugs").click()
    page.wait_for_url("**/drugs/")
    page.go_back()
    assert "$10,778.74" in page.locator("#result").inner_text()
    there = page.url
    sign_out(page)
    page.goto(there)
    assert "no longer kept" in page.locator("main").inner_text()


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_not_signed_in_saves_and_loses_nothing(open_site, screenshot, javascript):
    page = open_site("/", javascript=javascript)
    answer(page)
    page.get_by_role("button", name="Save this estimate").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.endswith("/sign-in/?next=/estimates/new/")
    screenshot(page, "sign in")
    sign_in(page)
    expect(page.get_by_role("heading", name="Save this estimate")).to_be_visible()
    assert "$10,778.74" in page.locator("main").inner_text()
    page.get_by_label("Your own label").fill("blue folder 7")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Estimate 20").wait_for()
    assert "$10,778.74" in page.get_by_role("region", name="What your family may pay").inner_text()
    assert Estimate.objects.get().label == "blue folder 7"


def test_what_is_saved_is_what_was_last_answered(signed_in):
    """Fields changed after the first answer are swapped in: the button saves what the page shows."""
    page = signed_in()
    answer(page)
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option(label="Medigap plan G"))
    shown = page.get_by_role("region", name="What your family may pay").inner_text()
    save(page)
    assert page.get_by_role("region", name="What your family may pay").inner_text() == shown


def test_the_review_leads_back_to_the_form(signed_in):
    page = signed_in()
    answer(page)
    page.get_by_role("button", name="Save this estimate").click()
    page.get_by_role("button", name="Back to the estimate").click()
    assert page.get_by_label("Plan", exact=True).input_value() == "medicare-part-b"
    assert page.get_by_label("Date", exact=True).input_value() == "2026-01-05"
    assert Estimate.objects.count() == 0


@looks
def test_a_label_that_looks_like_a_person_is_asked_about(signed_in, assert_accessible, screenshot, look):
    page = signed_in(**look)
    answer(page)
    page.get_by_role("button", name="Save this estimate").click()
    page.get_by_label("Your own label").fill("John Smith")
    assert_accessible(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("looks like a person's name")
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)
    page.get_by_label("tells nothing about a person").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Estimate 20").wait_for()


@looks
def test_find_revise_and_compare(signed_in, assert_accessible, screenshot, look):
    page = signed_in(**look)
    answer(page)
    save(page, "blue folder 7")
    number = page.get_by_role("heading", level=1).first.inner_text().removeprefix("Estimate ")
    unfold(page)
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page, "saved")

    page.get_by_role("link", name="Saved estimates").first.click()
    page.wait_for_url("**/estimates/")
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page, "list")
    page.get_by_label("Number, label, drug or payer").fill("blue")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**blue**")
    unfold(page)
    assert_accessible(page)
    screenshot(page, "search")
    page.get_by_role("link", name=number).click()

    page.get_by_role("link", name="Revise", exact=True).click()
    expect(page.get_by_text("You are revising estimate")).to_be_visible()
    assert "$10,778.74" in page.locator("#result").inner_text()
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option(label="Medigap plan G"))
    expect(page.get_by_text("You are revising estimate")).to_be_visible()
    assert_accessible(page)
    screenshot(page, "revise")
    save(page)
    page.get_by_role("link", name="what changed").click()
    page.wait_for_url("**/changes/**")
    assert "Medigap plan G" in page.locator("main").inner_text()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page, "changes")

    page.goto("/")
    assert_accessible(page)
    screenshot(page, "home")


@pytest.mark.parametrize("javascript", [True, False])
def test_delete_and_undo(signed_in, assert_accessible, screenshot, javascript):
    page = signed_in(javascript=javascript)
    answer(page)
    save(page)
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete 20").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    if javascript:
        assert_accessible(page)
    screenshot(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Estimate 20").first).to_be_visible()


def test_the_files_are_downloaded(signed_in):
    page = signed_in()
    answer(page)
    save(page)
    for name in ("CSV", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(f".{name.lower()}")


def test_it_prints_what_was_saved_and_nothing_else(signed_in):
    page = signed_in(dark=True)
    answer(page)
    save(page, "blue folder 7")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.emulate_media(media="print")
    text = page.locator("#main").inner_text()
    for words in ("This is an estimate, not a bill", "$10,778.74", "Estimate 20", "SHA-256"):
        assert words in text
    for words in ("Revise", "Delete", "CSV", "Save this estimate"):
        assert words not in text


@looks
def test_a_record_that_was_tampered_with_says_so(signed_in, assert_accessible, screenshot, problems, look):
    page = signed_in(**look)
    answer(page)
    save(page)
    saved = Estimate.objects.get()
    Estimate.objects.all().delete()
    saved.pk, saved._state.adding, saved.in_short = None, True, "$1"
    saved.save()
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("changed outside the program")
    assert "$" not in page.locator("main").inner_text()
    assert_accessible(page)
    screenshot(page)
    problems.clear()


@looks
def test_signing_in_is_accessible(open_site, assert_accessible, screenshot, look):
    page = open_site("/sign-in/", **look)
    assert_accessible(page)
    page.get_by_label("User name").fill("counselor")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


def test_signing_out_leaves_nothing_behind(signed_in):
    page = signed_in()
    answer(page)
    save(page)
    sign_out(page)
    page.go_back()
    page.wait_for_url("**/sign-in/**")
    assert "$10,778.74" not in page.locator("body").inner_text()
