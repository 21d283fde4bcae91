"""Prints one page as a tagged PDF (PDF/UA-1). Runs in a process of its own, so it knows WeasyPrint and nothing of us.

Nothing is fetched but `data:` pictures.
"""

import resource
from multiprocessing.connection import Connection

import weasyprint

MEMORY = 1024**3


def answer(connection: Connection, page: str, styles: list[str], seconds: int) -> None:
    """The child's whole life. Its time and memory end even where nobody waits for it any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send_bytes(printed(page, styles))


def printed(page: str, styles: list[str]) -> bytes:
    only_data = fetcher()
    html = weasyprint.HTML(string=page, url_fetcher=only_data, media_type="print")
    sheets = [weasyprint.CSS(string=text, url_fetcher=only_data) for text in styles]
    return html.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1")


def fetcher() -> weasyprint.URLFetcher:
    return weasyprint.URLFetcher(allowed_protocols={"data"})
