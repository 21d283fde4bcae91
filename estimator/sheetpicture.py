"""The sheet's picture as a `data:` address: the same bytes on the page, in print and in the PDF.

Parts differ by pattern, so that black and white paper shows them apart. Positions are pixels.
"""

from base64 import b64encode

from django.template.loader import render_to_string

from estimator.charts import WHOLE, Chart, Segment

FILLS = {"plan": "#ddd", "second": "url(#second)", "help": "url(#help)", "family": "#000"}
LEFT, WIDTH, ROW = 24, 612, 26
"""The year's number stands left of its bar."""


def picture(chart: Chart) -> str:
    bars = [
        {
            "label": bar.label,
            "y": number * ROW + 2,
            "text": number * ROW + 17,
            "parts": [placed(part) for part in bar.segments],
        }
        for number, bar in enumerate(chart.bars)
    ]
    return address(bars, LEFT + WIDTH + 4, len(bars) * ROW)


def key(who: str) -> str:
    """The pattern that stands for one payer."""
    return address([{"y": 2, "parts": [{"x": 1, "width": 30, "fill": FILLS[who]}]}], 32, 22)


def placed(part: Segment) -> dict:
    return {
        "x": LEFT + part.x * WIDTH // WHOLE,
        "width": part.width * WIDTH // WHOLE,
        "fill": FILLS[part.who],
    }


def address(bars: list[dict], width: int, height: int) -> str:
    context = {"bars": bars, "width": width, "height": height}
    svg = render_to_string("estimator/_sheet_picture.svg", context)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
