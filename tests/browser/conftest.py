"""A real browser on a live server. A page that logs an error, breaks the Content-Security-Policy, loses a
request or looks for anything outside its own site fails the test that opened it."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

# The shell draws the same pages without a window around them: a third of the work.
CHROMIUM = [Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# What htmx says of a request that it took back because a newer one replaces it.
GIVEN_UP = ("htmx:sendAbort, ", "htmx:afterRequest, ")
PATIENCE = 30_000
"""Milliseconds: what comes late on a busy machine is not missing."""
WCAG_A_AND_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def browser(leave_out):
    found = next((path for path in CHROMIUM if path.exists()), None)
    if found is None:
        leave_out(
            "browser", f"no browser at {CHROMIUM[0]}: apt-get install chromium-headless-shell libatomic1"
        )
    expect.set_options(timeout=PATIENCE)
    # Playwright's loop runs in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def problems():
    """What went wrong on the pages of this test. A test that provokes one says so: `problems.clear()`."""
    seen = []
    yield seen
    assert seen == []


@pytest.fixture
def open_page(browser, live_server, problems):
    """Open a page: `open_page("/", width=320, dark=True, javascript=False)`."""
    contexts = []

    def open_(address="/", *, width=1280, height=900, dark=False, javascript=True):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="en-US",
            timezone_id="America/Chicago",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch(page, live_server.url, problems)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()


def watch(page, site, problems):
    """Write down every error, and every request that failed or left the site."""

    def console(message):
        if message.text.startswith(GIVEN_UP):
            return
        if message.type == "error" or "Content Security Policy" in message.text:
            problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def request(asked):
        if not asked.url.startswith((site, "data:", "about:", "blob:")):
            problems.append(f"left the site: {asked.url}")

    def failed(asked):
        # The page itself gives up what it no longer needs, when it goes elsewhere or asks anew.
        if asked.failure != "net::ERR_ABORTED":
            problems.append(f"failed: {asked.url} {asked.failure}")

    def answered(response):
        if response.status >= 400:
            problems.append(f"{response.status}: {response.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("request", request)
    page.on("requestfailed", failed)
    page.on("response", answered)


@pytest.fixture
def page(open_page):
    """The front page, light and wide."""
    return open_page("/")


@pytest.fixture
def assert_accessible():
    """No rule of WCAG 2.2 A or AA that a machine can check is broken on this page, as it stands now."""

    def check(page):
        found = Axe().run(page, options={"runOnly": WCAG_A_AND_AA, "resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture
def screenshot(request):
    """Keep a picture of the page, `screenshot(page, "answered")`, where ESTIMATOR_SCREENSHOTS names a folder."""
    asked = os.environ.get("ESTIMATOR_SCREENSHOTS")

    def take(page, name=""):
        if not asked:
            return
        folder = Path(asked)
        folder.mkdir(parents=True, exist_ok=True)
        words = re.sub(r"\W+", "-", f"{request.node.name} {name}").strip("-")
        page.screenshot(path=folder / f"{words}.png", full_page=True)

    return take
