"""The page that says there is no such page, as people meet it."""

import pytest


@pytest.mark.parametrize("look", [{}, {"dark": True}, {"width": 320}, {"javascript": False}], ids=str)
def test_a_wrong_address_gets_a_plain_and_accessible_page(
    open_page, problems, assert_accessible, screenshot, look
):
    page = open_page("/no-such-page/", **look)
    assert page.get_by_role("heading", level=1).count() == 1
    screenshot(page)
    if look.get("javascript", True):
        assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [problem for problem in problems if "no-such-page" not in problem] == []
    problems.clear()
