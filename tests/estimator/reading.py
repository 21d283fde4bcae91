"""The running text of a sheet: every paragraph, item, term and heading, each ended as a sentence."""

from html.parser import HTMLParser

BLOCKS = ("p", "li", "h1", "h2", "caption")


class Sentences(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self._open = [], 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag in BLOCKS:
            self._open += 1
            self.found.append("")

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self._open -= 1

    def handle_data(self, data):
        if self._open:
            self.found[-1] += data


def running_text(html: str) -> str:
    blocks = (" ".join(block.split()) for block in Sentences(html).found)
    return " ".join(block if block.endswith((".", "?")) else f"{block}." for block in blocks if block)
