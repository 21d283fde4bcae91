"""Plans and treatments side by side, in a real browser."""

import pytest
from playwright.sync_api import expect

from .test_estimate import (
    PART_B,
    PPO,
    choose_plan,
    is_narrow_enough,
    looks,
    open_form,  # noqa: F401 (a fixture)
    tab_to,
)


def with_comparison(page, act):
    with page.expect_response(lambda response: "/compare/" in response.url):
        act()
    expect(page.locator(".htmx-request")).to_have_count(0)


def type_in(page, field, text):
    """A field tells of its change when it is left."""

    def act():
        field.fill(text)
        field.blur()

    with_comparison(page, act)


@pytest.fixture
def comparing(open_form):  # noqa: F811
    """The comparison, started from an estimate."""

    def open_(plan=PPO, what="plan", **look):
        page = open_form(**look)
        choose_plan(page, plan)
        page.get_by_role("button", name=f"Compare with another {what}").click()
        page.wait_for_url("**/compare/")
        return page

    return open_


def choose(page, label, words):
    with_comparison(page, lambda: page.get_by_label(label, exact=True).select_option(label=words))


def test_two_plans_with_premiums(comparing, screenshot):
    page = comparing()
    assert "Commercial PPO (example)" in page.locator("#base-title + p").inner_text()
    choose(page, "Plan", PART_B)
    type_in(page, page.get_by_label("Monthly premium").nth(1), "$202.90")
    result = page.locator("#result")
    assert "$10,778.74" in result.inner_text()
    assert "Premiums" in result.inner_text()
    assert "None of them is called the cheapest over 3 years" in result.inner_text()
    assert "$6,713.54 to $190,630.88" in result.inner_text()
    assert page.url.endswith("/compare/")


def test_nothing_typed_is_lost_on_the_way_there_and_back(open_form):  # noqa: F811
    page = open_form()
    choose_plan(page, PPO)
    page.get_by_text("The plan's terms").click()
    page.get_by_label("Deductible, one person").fill("$1,500")
    page.get_by_role("button", name="Show the estimate").click()
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.get_by_role("button", name="Compare with another plan").click()
    page.get_by_role("button", name="Back to the estimate").click()
    page.wait_for_url("**/estimate/")
    assert page.get_by_label("Deductible, one person").input_value() == "$1,500"
    assert page.get_by_label("Plan", exact=True).input_value() == "commercial-ppo"


def test_a_pharmacy_drug_beside_an_infusion(comparing):
    page = comparing(what="treatment")
    choose(page, "Drug", "Evrysdi (risdiplam)")
    type_in(page, page.get_by_label("Weight in kg"), "60")
    type_in(page, page.get_by_label("Age, years"), "40")
    assert "Nobody publishes a price" in page.locator("#result").inner_text()
    type_in(page, page.get_by_label("Drug, allowed amount per fill of 30 days"), "28000")
    assert "over 3 years" in page.locator("#result").inner_text()
    assert page.locator(".ways").is_visible()
    # There and back: the other treatment's answers are still here.
    page.get_by_role("button", name="Back to the estimate").click()
    page.wait_for_url("**/estimate/")
    page.get_by_role("button", name="Compare with another treatment").click()
    page.wait_for_url("**/compare/")
    assert page.get_by_label("Weight in kg").input_value() == "60"
    assert page.get_by_label("Drug, allowed amount per fill of 30 days").input_value() == "28000"


def test_a_plan_without_cover_is_said_and_has_no_bar(comparing):
    page = comparing()
    choose(page, "Plan", "No insurance")
    assert "Without coverage nobody else pays" in page.locator("#result").inner_text()
    assert page.locator(".ways").count() == 0


def test_the_comparison_without_javascript(open_form, screenshot):  # noqa: F811
    page = open_form(javascript=False)
    page.get_by_label("Date", exact=True).fill("2026-01-05")
    page.get_by_label("Plan", exact=True).select_option(label=PPO)
    page.get_by_role("button", name="Show the estimate").click()
    page.get_by_role("button", name="Compare with another plan").click()
    page.get_by_label("Plan", exact=True).select_option(label=PART_B)
    page.get_by_role("button", name="Add another plan").click()
    expect(page.get_by_role("heading", name="Plan 3")).to_be_visible()
    assert "$10,778.74" in page.locator("#result").inner_text()


def test_the_comparison_by_keyboard(comparing):
    page = comparing()
    tab_to(page, "Plan")
    with_comparison(page, lambda: page.keyboard.type("Original"))
    assert "None of them is called the cheapest" in page.locator("#result").inner_text()


@looks
def test_a_comparison_is_accessible(comparing, assert_accessible, screenshot, look):
    page = comparing(**look)
    assert_accessible(page)
    choose(page, "Plan", PART_B)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


@looks
def test_comparing_treatments_is_accessible(comparing, assert_accessible, screenshot, look):
    page = comparing(what="treatment", **look)
    choose(page, "Drug", "Evrysdi (risdiplam)")
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


def test_an_empty_comparison_says_where_it_starts(open_form, assert_accessible):  # noqa: F811
    page = open_form("/compare/")
    assert page.get_by_role("link", name="Start an estimate").is_visible()
    assert_accessible(page)


def test_the_comparison_prints(comparing):
    page = comparing()
    choose(page, "Plan", PART_B)
    page.emulate_media(media="print")
    assert not page.locator("#form").is_visible()
    assert "This is an estimate, not a bill" in page.locator("#main").inner_text()
    assert page.get_by_role("heading", name="Over 1, 3 and 5 years").is_visible()
