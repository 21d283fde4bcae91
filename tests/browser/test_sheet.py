"""The sheet in a real browser: accessible, narrow, at 400 % zoom, in reading order, printed with the same cents."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from .targets import assert_high_enough
from .test_estimate import PART_B, PPO, choose_plan, is_narrow_enough, open_form  # noqa: F401

LANGUAGES = {"en": "What you may pay for Spinraza", "es": "Lo que usted podría pagar por Spinraza"}


@pytest.fixture
def open_sheet(open_form):  # noqa: F811
    """The sheet of an estimate under a plan, opened from the estimate page by its button."""

    def open_(plan=PART_B, language="en", **look):
        page = open_form(**look)
        choose_plan(page, plan)
        if not page.evaluate("Boolean(window.htmx)"):
            page.get_by_role("button", name="Show the estimate").click()
        page.get_by_role("button", name="Open the family's sheet").click()
        if language != "en":
            page.get_by_role("button", name="Español").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(LANGUAGES[language])
        page.wait_for_load_state()
        return page

    return open_


@pytest.mark.parametrize(("plan", "language"), [(PART_B, "en"), (PPO, "es"), ("No insurance", "es")])
def test_every_state_is_accessible(open_sheet, assert_accessible, screenshot, plan, language):
    page = open_sheet(plan, language)
    assert_accessible(page)
    assert_high_enough(page, at_least=7)
    screenshot(page, language)
    assert page.url.endswith("/estimate/sheet/")


@pytest.mark.parametrize("language", ["es"])
def test_at_400_percent_zoom_nothing_runs_off_the_side(open_sheet, assert_accessible, screenshot, language):
    page = open_sheet(language=language, width=320, height=256)
    assert is_narrow_enough(page)
    assert_accessible(page)
    screenshot(page, language)


def test_it_works_without_javascript(open_sheet):
    page = open_sheet(javascript=False)
    assert "$10,778.74" in page.get_by_role("main").inner_text()
    expect(page.get_by_role("button", name="Print")).to_have_count(0)


def test_it_is_read_in_the_order_of_the_paper(open_sheet):
    page = open_sheet(PPO)
    assert page.get_by_role("heading").all_inner_texts()[:7] == [
        "What you may pay for Spinraza",
        "What you may pay each year",
        "When bills may come",
        "Who pays the rest",
        "Help you may get, in this order",
        "What could change this",
        "Who to call",
    ]


@pytest.mark.parametrize(("paper", "language"), [("Letter", "en"), ("A4", "es")])
def test_it_prints_the_same_cents_on_two_pages_at_most(open_sheet, paper, language):
    page = open_sheet(PPO, language)
    shown = page.get_by_role("main").inner_text()
    printed = PdfReader(BytesIO(page.pdf(format=paper)))
    assert len(printed.pages) <= 2
    assert amounts(" ".join(sheet.extract_text() for sheet in printed.pages)) == amounts(shown)


def amounts(text):
    return sorted(re.findall(r"\$[\d,]+(?:\.\d\d)?", text))
