"""Share links in a real browser: make one, open it as the family, print its QR code, revoke it."""

from io import BytesIO

import pytest
from playwright.sync_api import expect

from estimator.models import ShareLink

from .targets import assert_high_enough
from .test_estimate import LOOKS, is_narrow_enough
from .test_saved import answer, looks, open_site, save, signed_in  # noqa: F401


@pytest.fixture
def saved_page(signed_in):  # noqa: F811
    """A saved estimate, on the page that shares it."""

    def open_(**look):
        page = signed_in(**look)
        answer(page)
        save(page, "blue folder 7")
        page.get_by_role("link", name="Share", exact=True).click()
        expect(page.get_by_role("heading", name="Share estimate 20")).to_be_visible()
        return page

    return open_


def make(page, language="English", qr=False):
    page.get_by_label("Language of the sheet").select_option(label=language)
    page.get_by_label("Also a QR code").set_checked(qr)
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Link, works until").input_value()


def text_of(page):
    return page.locator("body").inner_text()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_family_opens_the_link_and_loses_it_when_it_is_revoked(saved_page, open_page, problems, javascript):
    page = saved_page(javascript=javascript)
    address = make(page)
    family = open_page(address, javascript=javascript)
    assert "$10,778.74" in text_of(family)
    assert "blue folder 7" not in text_of(family)
    assert "counselor" not in text_of(family)
    assert family.context.cookies() == []
    page.get_by_role("link", name="this estimate").click()
    page.get_by_role("link", name="Share", exact=True).click()
    row = page.get_by_role("row").nth(1)
    expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    row.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("by counselor")).to_be_visible()
    family.reload()
    expect(family.get_by_role("heading", name="This link does not work")).to_be_visible()
    assert "$" not in text_of(family)
    assert ShareLink.objects.get().views == 1
    problems.clear()


@looks
def test_making_and_revoking_are_accessible(saved_page, assert_accessible, screenshot, look):
    page = saved_page(**look)
    assert_accessible(page)
    make(page)
    assert_accessible(page)
    assert_high_enough(page, at_least=5)
    assert is_narrow_enough(page)
    screenshot(page, "made")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("by counselor")).to_be_visible()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page, "revoked")


@pytest.mark.parametrize(("look", "language"), [("wide", "Spanish"), ("narrow dark", "English")])
def test_the_family_page_is_accessible(saved_page, open_page, assert_accessible, screenshot, look, language):
    address = make(saved_page(), language)
    family = open_page(address, **LOOKS[look])
    expect(family.locator("html")).to_have_attribute("lang", language[:2].lower().replace("sp", "es"))
    assert "$10,778.74" in text_of(family)
    assert_accessible(family)
    assert_high_enough(family, at_least=2)
    assert is_narrow_enough(family)
    screenshot(family)
    other = "Español" if language == "English" else "English"
    family.get_by_role("link", name=other).click()
    expect(family.locator("html")).to_have_attribute("lang", "es" if other == "Español" else "en")
    assert family.url.startswith(address)


@looks
def test_refusals_are_accessible(open_page, assert_accessible, screenshot, problems, look):
    page = open_page("/share/wrong", **look)
    expect(page.get_by_role("heading", name="Este enlace no funciona")).to_be_visible()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page, "refused")
    for _ in range(20):
        page.goto("/share/wrong")
    expect(page.get_by_role("heading", name="Please wait an hour")).to_be_visible()
    assert_accessible(page)
    assert is_narrow_enough(page)
    screenshot(page, "throttled")
    problems.clear()


@pytest.mark.parametrize(("look", "language"), [("wide", "English"), ("narrow dark", "Spanish")])
def test_the_sheet_with_a_qr_code_prints_on_two_pages_at_most(
    saved_page, assert_accessible, screenshot, look, language
):
    pypdf = pytest.importorskip("pypdf")
    page = saved_page(**LOOKS[look])
    address = make(page, language, qr=True)
    assert address.startswith("http://")
    assert_accessible(page)
    assert_high_enough(page, at_least=3)
    assert is_narrow_enough(page)
    screenshot(page)
    code = page.get_by_role("img", name="QR")
    assert code.evaluate("image => image.complete && image.naturalWidth > 0")
    for paper in ("Letter", "A4"):
        assert len(pypdf.PdfReader(BytesIO(page.pdf(format=paper))).pages) <= 2
    page.emulate_media(media="print")
    expect(code).to_be_visible()
    assert "Copy the link" not in page.locator("body").inner_text()
