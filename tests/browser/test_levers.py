"""What would change the answer, and the call script, in a real browser."""

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
    with_answer,
)


@pytest.fixture
def answered(open_form):  # noqa: F811
    """The estimate of a plan, answered."""

    def open_(plan, **look):
        page = open_form(**look)
        choose_plan(page, plan)
        return page

    return open_


def test_the_starts_are_told_apart_in_words(answered):
    page = answered(PART_B)
    cells = page.locator(".starts li")
    assert cells.count() == 24
    assert "chosen" in cells.first.inner_text()
    assert "least" in page.locator(".starts").inner_text()
    assert "most" in page.locator(".starts").inner_text()
    assert "instead would cost" in page.locator("#levers").inner_text()


def test_levers_without_effect_are_folded_away_with_their_reason(answered):
    page = answered(PPO)
    fold = page.locator("#idle-levers")
    assert fold.get_attribute("open") is None
    fold.locator("summary").click()
    assert "out-of-pocket maximum of $8,000 is reached" in fold.inner_text()


def test_an_answer_from_the_telephone_updates_the_estimate(answered):
    page = answered(PART_B)
    script = page.get_by_role("region", name="What we don't know yet")
    assert "The hospital's billing office" in script.inner_text()
    box = page.get_by_label("Is the day's copayment capped at this hospital").last
    box.select_option("uncapped")
    with_answer(page, lambda: page.get_by_role("button", name="Update the estimate").click())
    assert "copayment of one day" not in script.inner_text()
    assert "$10,778.74" not in page.locator("#result .answer").inner_text()
    assert page.locator("#id_medical-day_cap").input_value() == "uncapped"


def test_the_call_script_works_without_javascript(open_form):  # noqa: F811
    page = open_form(javascript=False)
    page.get_by_label("Date", exact=True).fill("2026-01-05")
    page.get_by_label("Plan", exact=True).select_option(label=PART_B)
    page.get_by_role("button", name="Show the estimate").click()
    expect(page.locator(".starts li")).to_have_count(24)
    page.locator("#ask-medical-day_cap").select_option("uncapped")
    page.get_by_role("button", name="Update the estimate").click()
    expect(page.locator("#ask-medical-day_cap")).to_have_count(0)
    assert page.locator("#id_medical-day_cap").input_value() == "uncapped"


def test_the_call_script_by_keyboard(answered):
    page = answered(PART_B)
    page.locator("#ask-medical-day_cap").focus()
    page.keyboard.press("ArrowDown")
    tab_to(page, "Update the estimate")
    with_answer(page, lambda: page.keyboard.press("Enter"))
    assert page.locator("#id_medical-day_cap").input_value() == "capped"


@looks
def test_starts_that_differ_are_accessible(answered, assert_accessible, screenshot, look):
    page = answered(PART_B, **look)
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page)


def test_the_calls_print_with_room_for_the_answers(answered):
    page = answered(PART_B)
    page.emulate_media(media="print")
    script = page.get_by_role("region", name="What we don't know yet")
    assert "Answer:" in script.inner_text()
    assert not page.locator("#ask-medical-day_cap").is_visible()
    assert page.locator("#levers-title").is_visible()
