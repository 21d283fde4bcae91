"""The main job in a real browser: find the drug, give date and plan, read the answer, print it."""

import pytest
from playwright.sync_api import expect

from estimator.assemble import Reference

# Two of the four: colours do not depend on the width, nor the layout on the colours.
LOOKS = {"wide": {}, "narrow dark": {"width": 320, "height": 640, "dark": True}}
looks = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)


@pytest.fixture
def open_form(open_page, reference, monkeypatch):
    """The form for Spinraza, starting on 5 January 2026."""
    monkeypatch.setattr(Reference, "current", lambda: reference)

    def open_(address="/estimate/?drug=spinraza", **look):
        page = open_page(address, **look)
        if "estimate" in address:
            with_answer(page, lambda: page.get_by_label("Date", exact=True).fill("2026-01-05"))
        return page

    return open_


def with_answer(page, act):
    """Do something, and wait for what the server sends back for it (without JavaScript nothing is sent)."""
    if not page.evaluate("Boolean(window.htmx)"):
        act()
        return
    with page.expect_response(lambda response: "/estimate/" in response.url):
        act()
    expect(page.locator(".htmx-request")).to_have_count(0)


def choose_plan(page, name):
    with_answer(page, lambda: page.get_by_label("Plan", exact=True).select_option(label=name))


def is_narrow_enough(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


PPO, PART_B = "Commercial PPO (example)", "Original Medicare, Part B"


# The main job


def test_from_the_search_to_a_live_answer(open_form, screenshot):
    page = open_form("/")
    page.get_by_label("Brand name").press_sequentially("nusi")
    page.get_by_role("link", name="Spinraza").click()
    with_answer(page, lambda: page.get_by_label("Date", exact=True).fill("2026-01-05"))
    choose_plan(page, PART_B)
    answer = page.get_by_role("region", name="What your family may pay")
    assert "$10,778.74" in answer.inner_text()
    assert page.get_by_role("status").inner_text().startswith("What your family may pay: $10,778.74")
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option(label="Medigap plan G"))
    assert "$283" in answer.inner_text()
    assert page.url.endswith("/estimate/?drug=spinraza")


def test_the_same_without_javascript(open_form, screenshot):
    page = open_form("/", javascript=False)
    page.get_by_label("Brand name").fill("J2326")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Spinraza").click()
    page.get_by_label("Date", exact=True).fill("2026-01-05")
    page.get_by_label("Plan", exact=True).select_option(label=PART_B)
    page.get_by_role("button", name="Show the estimate").click()
    assert "$10,778.74" in page.get_by_role("region", name="What your family may pay").inner_text()
    page.get_by_label("Second coverage").select_option(label="Medigap plan G")
    page.get_by_role("button", name="Show the estimate").click()
    assert page.get_by_label("Coverage 3").input_value() == ""
    assert "$283" in page.get_by_role("region", name="What your family may pay").inner_text()
    assert not page.get_by_role("button", name="Print").is_visible()
    screenshot(page)


def test_the_whole_job_by_keyboard(open_form):
    page = open_form("/")
    keys = page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_label("Brand name").focus()
    keys.type("spin")
    page.get_by_role("link", name="Spinraza").wait_for()
    keys.press("Enter")
    page.wait_for_url("**/?q=spin")
    tab_to(page, "Spinraza")
    keys.press("Enter")
    page.wait_for_url("**/estimate/?drug=spinraza")
    tab_to(page, "Plan")
    with_answer(page, lambda: keys.type("Commercial PPO"))
    assert "Plan" in focused_label(page)
    tab_to(page, "Show the estimate")
    with_answer(page, lambda: keys.press("Enter"))
    assert (
        "$16,000" in page.locator("#result").inner_text() or "$8,000" in page.locator("#result").inner_text()
    )


def tab_to(page, words):
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused_label(page).startswith(words):
            return
    raise AssertionError(f"no way by Tab to {words!r}")


def focused_label(page):
    return page.evaluate(
        "() => { const at = document.activeElement; return (at.labels?.[0] ?? at).textContent.trim(); }"
    )


# Live: nothing typed is lost, nobody is pushed around


def test_a_swap_leaves_the_field_alone_in_which_somebody_types(open_form):
    page = open_form()
    choose_plan(page, PPO)
    page.get_by_text("The plan's terms").click()
    page.get_by_label("Deductible, one person").fill("1,500")
    family = page.get_by_label("Deductible, family")

    def go_on():
        family.focus()
        family.fill("3")

    with_answer(page, go_on)
    assert family.input_value() == "3"
    assert family.evaluate("field => field === document.activeElement")
    assert page.locator("#medical-terms").get_attribute("open") is not None
    assert "Changed" in page.locator("#id_medical-deductible_individual_field").inner_text()


def test_terms_that_were_typed_are_there_again_after_another_plan(open_form):
    page = open_form()
    choose_plan(page, PPO)
    page.get_by_text("The plan's terms").click()
    page.get_by_label("Deductible, one person").fill("1,500")
    with_answer(page, lambda: page.get_by_label("Deductible, one person").press("Tab"))
    choose_plan(page, PART_B)
    choose_plan(page, PPO)
    assert page.get_by_label("Deductible, one person").input_value() == "1,500"


def test_what_is_unfolded_stays_unfolded(open_form):
    page = open_form()
    choose_plan(page, PPO)
    page.get_by_role("heading", name="Dose by dose").click()
    with_answer(page, lambda: page.get_by_label("Where it is given").select_option("office"))
    assert page.locator("#ledger").get_attribute("open") is not None


def test_another_plan_takes_its_own_terms(open_form):
    page = open_form()
    choose_plan(page, PPO)
    choose_plan(page, PART_B)
    page.get_by_text("The plan's terms").click()
    assert page.get_by_label("Deductible, one person").input_value() == "$283"
    choose_plan(page, PPO)
    assert page.get_by_label("Deductible, one person").input_value() == "$2,000"


def test_two_parents_plans_and_medicaid_are_three_choices(open_form):
    page = open_form()
    choose_plan(page, PPO)
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option("commercial-second"))
    with_answer(page, lambda: page.get_by_label("Coverage 3").select_option("medicaid"))
    assert page.get_by_label("Coverage 4").input_value() == ""
    assert page.get_by_role("region", name="What your family may pay").is_visible()


def test_other_care_of_the_family_is_typed_row_by_row(open_form, assert_accessible, screenshot):
    page = open_form(width=320, height=640)
    choose_plan(page, PPO)
    page.get_by_text("Other care of the family").click()
    row = page.get_by_role("group", name="Care 1")
    with_answer(page, lambda: row.get_by_label("Day of care").fill("2026-01-02"))
    row.get_by_label("Allowed amount").fill("1500")
    with_answer(page, lambda: row.get_by_label("Allowed amount").press("Tab"))
    with_answer(page, lambda: row.get_by_label("Whose care").select_option("1"))
    assert page.get_by_role("group", name="Care 2").is_visible()
    assert "$1,500.00" in page.get_by_role("region", name="The family's other care").first.inner_text()
    assert is_narrow_enough(page)
    assert_accessible(page)
    screenshot(page)


def test_the_checklist_keeps_its_ticks_and_the_calendar_is_a_file(open_form, assert_accessible, screenshot):
    page = open_form()
    choose_plan(page, PPO)
    with_answer(page, lambda: page.get_by_label("Insurer").select_option(label="UnitedHealthcare"))
    page.get_by_label("Neurologist").check()
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option("medicaid"))
    assert page.get_by_label("Neurologist").is_checked()
    assert "Jul 4, 2026" in page.get_by_role("region", name="Before the first dose").inner_text()
    assert_accessible(page)
    screenshot(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Calendar file").click()
    assert download.value.suggested_filename == "spinraza-calendar.ics"
    assert "drug" not in download.value.url


def test_a_drug_that_the_insurer_does_not_cover_has_a_next_step_and_no_bar(
    open_form, assert_accessible, screenshot
):
    page = open_form("/estimate/?drug=elevidys")
    choose_plan(page, PPO)
    with_answer(page, lambda: page.get_by_label("Insurer").select_option(label="Independence Blue Cross"))
    with_answer(page, lambda: page.get_by_role("button", name="Show the estimate").click())
    screenshot(page)
    assert page.get_by_text("does not cover Elevidys").first.is_visible()
    assert page.get_by_role("heading", name="What to do next").is_visible()
    assert page.get_by_role("heading", name="Who pays what").count() == 0
    assert_accessible(page)


def test_enter_in_a_field_shows_the_estimate_and_adds_nothing(open_form):
    page = open_form()
    choose_plan(page, PPO)
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option("medicaid"))
    page.get_by_text("Code and years").click()
    with_answer(page, lambda: page.get_by_label("Years to look ahead").press("Enter"))
    assert page.get_by_label("Coverage 4").count() == 0


def test_errors_come_with_a_summary_that_has_the_focus(open_form, assert_accessible, screenshot):
    page = open_form()
    choose_plan(page, PPO)
    page.get_by_text("Code and years").click()
    page.get_by_text("I know the allowed amounts").click()
    page.get_by_label("Years to look ahead").fill("0")
    page.locator("#id_allowed_drug").fill("1e3")
    with_answer(page, lambda: page.get_by_role("button", name="Show the estimate").click())
    assert page.locator("#errors").evaluate("box => box === document.activeElement")
    assert "2 things to correct" in page.locator("#errors").inner_text()
    field = page.get_by_label("Drug, allowed amount per dose")
    assert field.input_value() == "1e3"
    assert field.get_attribute("aria-invalid") == "true"
    page.get_by_role("link", name="Years to look ahead").first.click()
    assert page.get_by_label("Years to look ahead").evaluate("field => field === document.activeElement")
    assert_accessible(page)
    screenshot(page)


def test_a_server_that_is_away_is_said_and_nothing_is_lost(open_form, problems):
    page = open_form()
    page.route("**/estimate/", lambda route: route.abort())
    page.get_by_label("Plan", exact=True).select_option(label=PPO)
    page.get_by_role("alert").wait_for()
    assert "What you typed is still here" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Plan", exact=True).input_value() == "commercial-ppo"
    problems.clear()
    page.unroute("**/estimate/")
    with_answer(page, lambda: page.get_by_role("button", name="Show the estimate").click())
    assert not page.locator("#trouble").is_visible()


# Every state is accessible and fits


@looks
def test_the_search_is_accessible(open_form, assert_accessible, screenshot, look):
    page = open_form("/", **look)
    assert_accessible(page)
    page.get_by_label("Brand name").fill("zzz")
    page.get_by_text("We have no drug called").wait_for()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


@looks
def test_the_empty_form_is_accessible(open_form, assert_accessible, screenshot, look):
    page = open_form(**look)
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


@looks
def test_a_full_answer_is_accessible(open_form, assert_accessible, screenshot, look):
    page = open_form(**look)
    choose_plan(page, PPO)
    with_answer(page, lambda: page.get_by_label("Second coverage").select_option("medicaid"))
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    for part in ("#idle-levers li", "#ledger .why", "[id^=ask-]"):
        expect(page.locator(part).first).to_be_visible()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


@looks
def test_a_family_without_coverage_is_told_what_to_do(open_form, assert_accessible, screenshot, look):
    page = open_form(**look)
    choose_plan(page, "No insurance")
    assert page.get_by_role("heading", name="What to do next").is_visible()
    assert page.locator("svg.bars").count() == 0
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


def test_at_320_pixels_targets_are_large_enough_nothing_is_cut_and_the_family_stands_first(
    open_form, screenshot
):
    page = open_form(width=320, height=640)
    choose_plan(page, PPO)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, select, input:not([type=hidden]), .choice')]
            .filter(e => e.checkVisibility() && !e.closest('.visually-hidden') && !e.matches('.visually-hidden'))
            .map(e => e.closest('label.choice') ?? e)
            .filter(e => e.getBoundingClientRect().height < 24)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('#result *')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert wide == []
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)"
    )
    line = page.locator("#line-1")
    amounts = line.locator("td.amount")
    tops = {one.get_attribute("data-column"): one.bounding_box()["y"] for one in amounts.all()}
    assert min(tops, key=tops.get) == "patient"
    screenshot(page)


# On paper


def test_the_sheet_prints_with_the_answer_and_without_the_form(open_form):
    page = open_form(dark=True)
    choose_plan(page, PPO)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.emulate_media(media="print")
    assert not page.locator("#form").is_visible()
    text = page.locator("#main").inner_text()
    for words in ("This is an estimate, not a bill", "$8,000", "Made on", "When bills may come", "Sources"):
        assert words in text
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_ledger_prints_whole_though_it_is_folded_up_and_the_button_prints(open_form):
    page = open_form()
    choose_plan(page, PPO)
    why = page.locator("#ledger .why").first
    assert not why.is_visible()
    page.emulate_media(media="print")
    assert why.is_visible()
    assert not page.locator("#idle-levers ul").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert why.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not why.is_visible()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
