"""Read a page for amounts: each with the ledger rows and the sources it is traced to."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

AMOUNT = re.compile(r"\$[\d,]+(?:\.\d+)?")
ALONE = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
OWN = ("data-rows", "data-sources", "data-column", "id")


@dataclass
class Found:
    """An amount in the text of a page; `rows`, `sources` and `column` are of the nearest element that says so."""

    text: str
    around: str
    rows: list[str] | None
    sources: list[str] | None
    column: str
    in_form: bool


class Crawler(HTMLParser):
    """All amounts of a page, and all its ids."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[Found] = []
        self.ids: list[str] = []
        self.open: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in ALONE:
            self.open.append((tag, given))

    def handle_startendtag(self, tag, attributes):
        if "id" in (given := dict(attributes)):
            self.ids.append(given["id"])

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for amount in AMOUNT.findall(data):
            self.found.append(
                Found(
                    amount,
                    " ".join(data.split()),
                    self.nearest("data-rows"),
                    self.nearest("data-sources"),
                    (self.nearest("data-column") or [""])[0],
                    any(given.get("id") == "form" for _, given in self.open),
                )
            )

    def nearest(self, name: str) -> list[str] | None:
        return next((given[name].split() for _, given in reversed(self.open) if given.get(name)), None)


def cents(text: str) -> int:
    dollars, _, rest = text.removeprefix("$").replace(",", "").partition(".")
    return int(dollars) * 100 + int(rest.ljust(2, "0") or 0)
