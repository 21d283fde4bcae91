"""A panel in a real browser, estimated by processes that the server starts: from the file to its summary."""

import csv
import os

import pytest
from django.db import connection
from playwright.sync_api import expect

from estimator.batch_models import BatchRun
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "reference,drug,first_dose,coverage,secondary,assistance,weight_kg,age_months"
PLANS = ("commercial-ppo,,auto", "medicare-part-b,medigap-g,none", "medicaid-child,,none", "uninsured,,none")
ROWS = [f"P-{n},spinraza,2027-01-{n + 1:02},{PLANS[n % 4]},," for n in range(19)]
ROWS.append("P-19,evrysdi,2027-01-11,commercial-ppo,,none,20,30")  # nobody publishes a price for it
WORKED = 180_000  # milliseconds: processes begin, on a busy machine slowly


@pytest.fixture
def database(reference_data, monkeypatch):
    """The processes of the engine find the database of the tests, with everything they need in it."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        address = f"sqlite:///{of['NAME']}"
    else:
        address = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    monkeypatch.setitem(os.environ, "DATABASE_URL", address)


@pytest.fixture
def look(screenshot, assert_accessible):
    """The page as it stands, wide and light, then narrow and dark."""

    def looked(page, name):
        for width, scheme in ((1280, "light"), (320, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            screenshot(page, f"{name} {width}")
            assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    return looked


def check(page, path, *rows):
    path.write_text("\n".join((HEADER, *rows)))
    page.get_by_label("The panel, a .csv file").set_input_files(path)
    page.get_by_role("button", name="Check this file").click()


def test_a_panel_is_mended_started_paused_resumed_and_done(database, open_page, look, tmp_path):
    person("maria", "counselor")
    page = open_page("/sign-in/?next=/panels/")
    page.get_by_label("User name").fill("maria")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="A new panel")).to_be_visible()
    check(page, tmp_path / "january.csv", *ROWS, "P-3,spinrza,2027-01-11,commercial-ppo,,auto,,")
    expect(page.get_by_role("alert").filter(has_text="2 to mend")).to_be_focused()
    page.get_by_text("The columns in plain words").click()
    look(page, "refused")
    check(page, tmp_path / "january.csv", *ROWS)
    expect(page.get_by_text("Nothing is estimated until you start it.")).to_be_visible()
    look(page, "ready")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    look(page, "running")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    look(page, "paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="What this is not")).to_be_visible(timeout=WORKED)
    for table in page.locator("details[data-prints] > summary").all():
        table.click()
    look(page, "done")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the results (CSV)").click()
    rows = list(csv.DictReader(taken.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["reference"] for row in rows] == [f"P-{n}" for n in range(20)]
    assert sum(row["status"] == "estimated" for row in rows) == 15
    page.locator("#delete > summary").click()
    page.get_by_role("button", name="Yes, delete this panel").click()
    expect(page.get_by_text("is deleted, with its rows and results")).to_be_visible()
    look(page, "deleted")
    assert not BatchRun.objects.exists()
