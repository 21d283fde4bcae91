"""Reading a page in a test: its words, its figures and where their sources stand."""

from html.parser import HTMLParser

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """`ids` of all elements, `text` of the page or in one element; for every `data-figure` the sources it cites."""

    def __init__(self, response):
        super().__init__()
        self.ids, self.links, self.figures = [], [], []
        self._words, self._open, self._inside = [], [], {}
        self.feed(response.content.decode())
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs.get("href", ""))
        if "cite" in attrs.get("class", "").split():
            for figure in (figure for _, figure, _ in self._open if figure is not None):
                figure.append(attrs["href"])
        if tag not in VOID:
            figure = [] if "data-figure" in attrs else None
            if figure is not None:
                self.figures.append((self.getpos(), figure))
            self._open.append((tag, figure, attrs.get("id")))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        self._words.append(data)
        for *_, name in self._open:
            if name:
                self._inside.setdefault(name, []).append(data)

    def text_in(self, name):
        """The words inside the element of that id; empty where there is none."""
        return plain(" ".join(self._inside.get(name, ())))

    def figures_without_source(self):
        """Where a figure stands that cites nothing, or a source that is not on the page."""
        anchors = {f"#{name}" for name in self.ids}
        return [where for where, cited in self.figures if not cited or not set(cited) <= anchors]


def plain(words):
    return " ".join(str(words).split())
