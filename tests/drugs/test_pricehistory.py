"""The published prices of a code: what the newest of an ended code says, and gaps in the picture."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from drugs.citations import Citations
from drugs.pricehistory import price_line, price_rows
from drugs.prices import quarter_bounds
from drugs.reference import Code, Price, Provenance, Source

TODAY = date(2026, 11, 21)
READ = Provenance(Source("cms", "A file"), confidence="high")
CODE = Code(system="hcpcs", code="J1413", words="", provenance=READ, per_treatment=True)


def prices(*quarters):
    for number, quarter in enumerate(quarters):
        first, last = quarter_bounds(quarter)
        yield Price(
            code="J1413",
            basis="addendum_b",
            amount=Decimal(100 + number),
            effective_from=first,
            effective_to=last,
            provenance=READ,
        )


def states(known, ended=None):
    return [row.state for row in price_rows(tuple(known), TODAY, Citations(), {"J1413": ended})]


def test_the_newest_price_of_a_code_that_ended_says_when():
    assert states(prices("2025Q1"), date(2025, 3, 31)) == ["the last one: the code ended on Mar 31, 2025"]
    assert states(prices("2025Q1", "2025Q2")) == ["newest known, past", ""]


def test_the_newest_price_of_a_code_that_left_the_files_says_since_when():
    [price] = prices("2026Q2")
    gone = replace(price, gone_in="2026Q3", gone_words="not in this file")
    assert states([gone]) == ["the last one: not in this file since 2026Q3"]


def test_quarters_without_a_price_are_shaded_and_named():
    line = price_line(tuple(prices("2024Q1", "2025Q1", "2025Q3", "2025Q4")), CODE)
    assert [gap.quarters for gap in line.gaps] == ["2024Q2 to 2024Q4", "2025Q2"]
    assert [len(stroke.split()) for stroke in line.strokes] == [1, 1, 2]
    first, second = line.gaps
    assert (first.x, first.x + first.width) == (line.points[0].x, line.points[1].x)
    assert second.x == line.points[1].x
    assert line.description.endswith("Shaded: no price of 2024Q2 to 2024Q4 and 2025Q2 was found.")


def test_a_whole_line_is_not_shaded():
    line = price_line(tuple(prices("2025Q2", "2025Q3", "2025Q4")), CODE)
    assert line.gaps == ()
    assert "Shaded" not in line.description
