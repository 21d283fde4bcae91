"""The Spanish of the sheet: every text it marks is translated, and what is compiled is what is written."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

FOLDER = settings.BASE_DIR / "estimator" / "locale" / "es" / "LC_MESSAGES"
MARKED = {"gettext": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
SAME_IN_BOTH = {"%(days)s: %(dose)s"}
PLACES = re.compile(r"%(?:\(\w+\))?[sd]")


@pytest.fixture(scope="module")
def written():
    with open(FOLDER / "django.po", "rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def compiled():
    with open(FOLDER / "django.mo", "rb") as file:
        return read_mo(file)


def sources():
    """Python that can be searched for marked texts; a template as Django turns it into such."""
    for file in sorted((settings.BASE_DIR / "estimator").glob("*.py")):
        yield file.read_text()
    for file in sorted(Path(settings.BASE_DIR / "templates").rglob("*.html")):
        yield re.sub(r"(?m)^\s+", "", templatize(file.read_text(), origin=str(file)))


def marked_texts():
    for source in sources():
        for _line, text, _comments, _context in extract("python", BytesIO(source.encode()), MARKED):
            yield text[0] if isinstance(text, tuple) else text


def first(text):
    return text[0] if isinstance(text, tuple | list) else text


def translated(catalog):
    """Each text with its translations; a compiled file gives plurals as a list, a written one as a tuple."""
    return {
        first(one.id): [one.string] if isinstance(one.string, str) else [*one.string]
        for one in catalog
        if one.id
    }


def test_every_marked_text_is_in_the_spanish_file(written):
    known = translated(written)
    marked = set(marked_texts())
    assert len(marked) > 100
    assert sorted(marked - set(known)) == []
    assert sorted(set(known) - marked) == []


def test_no_text_is_left_untranslated(written):
    for one in written:
        if one.id:
            assert not one.fuzzy, one.id
            strings = one.string if isinstance(one.string, tuple) else [one.string]
            assert all(strings), one.id
            assert first(one.id) in SAME_IN_BOTH or first(one.id) != strings[0], one.id


def test_the_places_for_amounts_and_dates_are_the_same(written):
    for one in written:
        strings = one.string if isinstance(one.string, tuple) else [one.string]
        for string in strings if one.id else ():
            assert sorted(PLACES.findall(string)) == sorted(PLACES.findall(first(one.id))), one.id


def test_the_compiled_file_is_the_written_one(written, compiled):
    assert translated(compiled) == translated(written)
