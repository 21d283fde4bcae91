"""The sheet as a PDF: the page's cents, two pages at most, tagged, in its language, quick, nothing fetched; never
more than two made at once, and one that takes too long is stopped."""

import multiprocessing
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from estimator import sheet_pdf

from .sheets import FAMILIES, sheet_of

PAPERS = {"letter": (612, 792), "a4": (595, 842)}
LONGEST = ["an employer plan, questions open", "ten years, twice a month"]
ONE_OF_EACH = [(family, "es") for family in FAMILIES] + [("Medicare alone", "en"), (LONGEST[0], "en")]


@pytest.fixture(autouse=True)
def _pango(leave_out):
    if not sheet_pdf.is_possible():
        leave_out("pdf", "no Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def printed(context, paper="letter"):
    """Printed in this process: what is printed does not depend on where."""
    from estimator import sheet_printer

    page = render_to_string("estimator/sheet_pdf.html", context)
    return sheet_printer.printed(page, [sheet_pdf.css(), sheet_pdf.PAPER[paper]])


def read(context, paper="letter"):
    return PdfReader(BytesIO(printed(context, paper)))


def amounts(text):
    return sorted(re.findall(r"\$[\d,]+(?:\.\d\d)?", text))


@pytest.mark.parametrize(("family", "language"), ONE_OF_EACH)
def test_it_has_every_amount_of_the_page_to_the_cent_on_two_pages_at_most(ask, reference, family, language):
    context = sheet_of(ask, reference, family, language)
    page = re.sub(r"<[^>]+>", " ", render_to_string("estimator/_sheet.html", context))
    pages = read(context).pages
    assert amounts(" ".join(one.extract_text() for one in pages)) == amounts(page)
    assert len(pages) <= 2
    assert tuple(round(float(side)) for side in pages[0].mediabox[2:]) == PAPERS["letter"]


@pytest.mark.parametrize("family", LONGEST)
def test_the_other_paper_has_two_pages_at_most_too(ask, reference, family):
    pages = read(sheet_of(ask, reference, family, "es"), "a4").pages
    assert len(pages) <= 2
    assert tuple(round(float(side)) for side in pages[0].mediabox[2:]) == PAPERS["a4"]


# Tags


@pytest.fixture(scope="module")
def told():
    """One PDF for every question about its tags."""
    return {}


@pytest.fixture
def tagged(told, ask, reference):
    if not told:
        context = sheet_of(ask, reference, "an employer plan, questions open", "es")
        told["context"], told["pdf"] = context, read(context)
    return told["pdf"]


@pytest.fixture
def tags(tagged):
    return list(elements(tagged.trailer["/Root"]["/StructTreeRoot"]["/K"]))


def elements(element):
    """Every tag of the document, in the order in which it is read."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for child in element:
            yield from elements(child)
    elif isinstance(element, dict):
        if "/S" in element:
            yield element
        yield from elements(element.get("/K", []))


def children(element):
    found = element.get("/K", [])
    return [
        one.get_object()
        for one in (found if isinstance(found, list) else [found])
        if hasattr(one, "get_object")
    ]


def test_it_is_tagged_and_has_a_title_and_a_language(tagged):
    root = tagged.trailer["/Root"]
    assert root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert tagged.metadata.title == "Lo que usted podría pagar por Spinraza"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert all(page["/Tabs"] == "/S" for page in tagged.pages)


def test_every_picture_has_words(told, tags):
    figures = [one for one in tags if one["/S"] == "/Figure"]
    assert told["context"]["sheet"].picture_words in [figure.get("/Alt") for figure in figures]
    assert all(figure.get("/Alt") for figure in figures)


def test_headings_begin_at_one_and_skip_no_level(tags):
    levels = [int(one["/S"][2:]) for one in tags if re.fullmatch(r"/H\d", one["/S"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_tables_and_lists_are_built_as_readers_expect(tags):
    inside = {"/TR": {"/TH", "/TD"}, "/L": {"/L", "/LI", "/Caption"}, "/LI": {"/Lbl", "/LBody"}}
    for one in tags:
        if one["/S"] in inside:
            assert {child["/S"] for child in children(one) if "/S" in child} <= inside[one["/S"]]
    tables = [one for one in tags if one["/S"] == "/Table"]
    assert len(tables) == 3
    for table in tables:
        heads = {one["/ID"] for one in elements(table) if one["/S"] == "/TH"}
        named = [one["/A"]["/Headers"] for one in elements(table) if one["/S"] == "/TD" and one.get("/K")]
        assert named
        assert all(len(headers) == 2 and set(headers) <= heads for headers in named)


def test_all_that_is_drawn_is_tagged_or_marked_as_decoration(tagged):
    """Text outside of marked content would be read by nobody."""
    for page in tagged.pages:
        depth = 0
        for operands, operator in page.get_contents().operations if page.get_contents() else ():
            depth += operator in (b"BDC", b"BMC")
            depth -= operator == b"EMC"
            assert operator not in (b"Tj", b"TJ") or depth, operands


# How it is made


def test_it_takes_less_than_a_second_of_work_when_warm(ask, reference):
    """Work, not time on the clock: other tests may be running."""
    context = sheet_of(ask, reference, "an employer plan, questions open")
    printed(context)
    took = []
    for _ in range(3):
        begun = time.process_time()
        printed(context)
        took.append(time.process_time() - begun)
    assert min(took) < 1


def test_a_process_of_its_own_prints_the_same_bytes(ask, reference, monkeypatch):
    monkeypatch.setattr(sheet_pdf, "SECONDS", 120)  # the machine may be busy with other tests
    context = sheet_of(ask, reference, "Medicare alone")
    assert sheet_pdf.sheet_pdf(context) == printed(context)


def test_nothing_is_fetched_but_data_pictures():
    from estimator import sheet_printer

    for address in ("file:///etc/passwd", "http://127.0.0.1/", "https://example.org/"):
        with pytest.raises(ValueError, match="protocol"):
            sheet_printer.fetcher().fetch(address)


# Never too many, never for ever


@pytest.fixture
def impatient(monkeypatch, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(sheet_pdf, "PATIENCE", 0.2)


@pytest.mark.usefixtures("impatient")
def test_a_third_waits_its_turn_and_then_is_told_so():
    with ExitStack() as turns:
        for _ in range(sheet_pdf.AT_ONCE):
            turns.enter_context(sheet_pdf.turn())
        with pytest.raises(sheet_pdf.NotMade), sheet_pdf.turn():
            pass
    with sheet_pdf.turn():
        pass


@pytest.mark.usefixtures("impatient")
def test_of_many_at_once_never_more_than_two_are_at_work():
    at_work, most = [], []

    def work(number):
        try:
            with sheet_pdf.turn():
                at_work.append(number)
                most.append(len(at_work))
                time.sleep(0.02)
                at_work.remove(number)
        except sheet_pdf.NotMade:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert max(most) == sheet_pdf.AT_ONCE


@pytest.mark.usefixtures("impatient")
def test_one_that_takes_too_long_is_stopped_and_gives_its_turn_back(ask, reference, monkeypatch):
    context = sheet_of(ask, reference, "Medicare alone")
    monkeypatch.setattr(sheet_pdf, "SECONDS", 0)
    with pytest.raises(sheet_pdf.NotMade):
        sheet_pdf.sheet_pdf(context)
    assert not [child for child in multiprocessing.active_children() if child.is_alive()]
    monkeypatch.undo()
    with sheet_pdf.turn():
        pass
