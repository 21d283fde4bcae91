"""Each row of a panel is to the cent what `manage.py estimate` gives for the same request."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimator.assemble import Reference
from estimator.batch_panel import read_panel
from estimator.batch_requests import request_of
from estimator.batch_results import YEARS_SHOWN, refused, told
from estimator.batch_rows import estimated, result_of
from estimator.estimate import estimate
from estimator.request import RequestErrors

from .asking import TODAY
from .panels import MIXED, file_of

DRUGS = {"spinraza": "", "ocrevus": "", "keytruda": "", "kisunla": "", "leqembi": "weight", "tysabri": ""}
PLANS = (
    "commercial-ppo",
    "commercial-accumulator",
    "commercial-maximizer",
    "commercial-hdhp",
    "marketplace-silver",
)


def alone(number: int, cells: dict, reference: Reference) -> dict:
    """The row as an estimate of its own."""
    try:
        found = estimate(request_of(cells, TODAY, reference), reference, TODAY)
    except RequestErrors as errors:
        return refused(number, cells, errors.errors[0][0], str(errors))
    return {"number": number, **told(cells), **result_of(found)}


def of_panel(rows: list, reference: Reference) -> dict:
    return {row["number"]: row for row in estimated(rows, TODAY, reference)}


def test_a_mixed_panel_equals_the_estimates_of_its_rows(reference):
    panel = read_panel(file_of(*MIXED), reference, TODAY)
    rows = [row for _, text in panel.chunks(7) for row in orjson.loads(text)]
    found = of_panel(rows, reference)
    assert found == {number: alone(number, cells, reference) for number, cells in rows}
    assert {found[number].get("path") for number in (4, 21)} == {
        "$.coverage.medical.terms.deductibles.medical.met_individual",
        found[21]["path"],
    }
    assert sum("refusal" in row for row in found.values()) < 6
    assert all(len(row["years"]) == YEARS_SHOWN for row in found.values() if "years" in row)


amounts = st.integers(0, 900_000).map(lambda cents: f"{cents // 100}.{cents % 100:02}")


@st.composite
def row(draw) -> dict:
    drug, plan = draw(st.sampled_from(sorted(DRUGS))), draw(st.sampled_from(PLANS))
    cells = {"drug": drug, "first_dose": f"2027-01-{draw(st.sampled_from((4, 5))):02}", "coverage": plan}
    if DRUGS[drug]:
        cells["weight_kg"] = str(draw(st.integers(50, 70)))
    if draw(st.booleans()):
        cells |= {"deductible_met": draw(amounts), "met_as_of": "2027-01-02"}
        cells |= {"out_of_pocket_met": draw(amounts), "assistance": draw(st.sampled_from(("auto", "none")))}
    return {"reference": "R", **cells}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(row(), min_size=1, max_size=12))
def test_whatever_stands_beside_a_row_it_is_estimated_as_if_alone(reference, rows):
    numbered = list(enumerate(rows))
    assert of_panel(numbered, reference) == {n: alone(n, cells, reference) for n, cells in numbered}


@pytest.mark.parametrize(("met", "words"), [("2000.01", "more is met"), ("2000.00", "")])
def test_more_met_than_the_limit_is_refused_in_words(reference, met, words):
    cells = {
        "drug": "spinraza",
        "first_dose": "2027-01-11",
        "coverage": "commercial-ppo",
        "deductible_met": met,
    }
    cells |= {"reference": "R", "met_as_of": "2027-01-02"}
    assert words in of_panel([(1, cells)], reference)[1].get("refusal", "")
