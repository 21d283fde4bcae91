"""What a whole estimate page costs, beside the mere rendering of a page of its size.

    .venv/bin/python tests/benchmarks/page.py [TIMES]        (default 15)

For some requests: the answer to a posted form, with everything computed, and the same page rendered again from
values already at hand; also the estimate alone, and how many queries a posted form asks when everything is warm.
Processor time of this process, the least of TIMES; they take turns, so that what else the machine does weighs on all.
"""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from report import Line

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "estimator")]

PAGES = {
    "Part B": {"medical-design": "medicare-part-b"},
    "Infusions every two weeks": {"drug": "leqembi", "medical-design": "medicare-part-b", "weight_kg": "70"},
    "Infusions every week": {"drug": "exondys-51", "medical-design": "commercial-ppo", "weight_kg": "30"},
    "A pharmacy fill a month": {
        "drug": "evrysdi",
        "pharmacy-design": "medicare-part-d",
        "allowed_drug": "$28,000",
        "weight_kg": "60",
    },
    "Part B and Medigap": {"medical-design": "medicare-part-b", "second0-design": "medigap-n"},
    "PPO": {"medical-design": "commercial-ppo"},
    "PPO and Medicaid": {"medical-design": "commercial-ppo", "second0-design": "medicaid"},
    "HSA plan, policy unknown": {"medical-design": "commercial-hdhp"},
    "HSA plan, card used": {
        "medical-design": "commercial-hdhp",
        "program-biogen-copay-use": "on",
        "program-biogen-copay-annual_maximum": "$20,000",
    },
}


def posted(page: dict, reference, today) -> dict:
    """The form as a browser sends it back, with the answers of one of our pages."""
    from filling import fill, successful

    begin = {"dose_on": "2026-01-05", "accept_stale": "on", "age_years": "30"}
    return successful(fill(reference, begin | page, begin | page, today=today)) | {"show": "yes"}


def seconds(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@dataclass(frozen=True)
class Page:
    """Processor seconds of one page, and the queries of a posted form when everything is warm."""

    name: str
    whole: float
    estimate: float
    bare: float
    size: int
    queries: int


def measured(name: str, page: dict, times: int) -> Page:
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection
    from django.template.loader import get_template
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from estimator import views
    from estimator.assemble import Reference
    from estimator.estimate import estimate
    from estimator.forms import EstimateForm

    reference, today = Reference.current(), timezone.localdate()
    data = posted(page, reference, today)
    asked = EstimateForm(data, reference, today, asked=True)
    assert asked.is_complete, (name, asked.errors)
    asked = asked.request()
    kept = {}

    def whole():
        request = RequestFactory().post("/estimate/", data)
        request.htmx, request.user, request.session = False, AnonymousUser(), {}
        kept["response"] = views.estimate(request)

    def bare():
        get_template(kept["template"]).render(kept["context"], kept["request"])

    rendering = views.render

    def render(request, template, context, **more):
        kept.update(template=template, context=context, request=request)
        return rendering(request, template, context, **more)

    views.render = render
    try:
        whole()
        with CaptureQueriesContext(connection) as queries:
            whole()
        runs = [
            (seconds(whole), seconds(lambda: estimate(asked, reference, today)), seconds(bare))
            for _ in range(times)
        ]
    finally:
        views.render = rendering
    least = (min(column) for column in zip(*runs, strict=True))
    return Page(name, *least, len(kept["response"].content), len(queries))


def measure(times: int = 15) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        pages = [measured(name, page, times) for name, page in PAGES.items()]
    for page in pages:
        print(
            f"{page.name:<26} {page.size / 1000:6.0f} kB: whole {page.whole * 1000:6.1f} ms, estimate "
            f"{page.estimate * 1000:6.1f} ms, bare {page.bare * 1000:6.1f} ms",
            flush=True,
        )
    plain = pages[0].estimate / pages[0].bare
    shares = [page.estimate / page.bare for page in pages]
    wholes = [page.whole / page.bare for page in pages]
    queries = max(page.queries for page in pages)
    return [
        Line(
            "one full estimate with its ledger (Part B) against a bare render of its page",
            f"{plain:.2f}",
            "at most 0.35",
            plain <= 0.35,
            True,
        ),
        Line(
            f"the same for {len(pages)} pages each with every answer to its open questions",
            f"{min(shares):.2f} to {max(shares):.2f}",
        ),
        Line(
            "a whole page with its levers against a bare render of it",
            f"{min(wholes):.1f} to {max(wholes):.1f} x",
        ),
        Line(
            "queries of a posted form when everything is warm", f"{queries}", "at most 2", queries <= 2, True
        ),
    ]


def prepare(folder: str) -> None:
    """A database of its own with the reference data."""
    os.environ |= {"ESTIMATOR_STATE": folder, "DJANGO_SETTINGS_MODULE": "estimator.settings"}
    os.environ.pop("DATABASE_URL", None)
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=StringIO())
    settings.STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


if __name__ == "__main__":
    for line in measure(*map(int, sys.argv[1:2])):
        print(line.as_row())
