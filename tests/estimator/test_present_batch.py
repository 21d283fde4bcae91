"""The words and the bars of a panel's page."""

import pytest

from estimator.present_batch import MOST_BARS, band, counted, outcome, plain, reach, share, time_words

EMPTY = {"rows": 2, "estimated": 0, "refused": 2, "distribution": [], "programs": [], "coverages": []}
EMPTY |= {"open": 0, "further": 0, "patient_low_cents": 0, "patient_high_cents": 0}
EMPTY |= {f"{who}_cents": 0 for who in ("patient", "insurance", "secondary", "programs")}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "about 1 minute"),
        (61, "about 2 minutes"),
        (7_100, "about 119 minutes"),
        (7_200, "about 2 hours"),
    ],
)
def test_the_time_left_is_said_as_exactly_as_it_is_known(seconds, words):
    assert time_words(seconds) == words


def test_what_is_there_at_all_is_never_called_none():
    assert share(1, 100_000) == "under 0.1 %"
    assert share(0, 100_000) == "0 %"
    assert share(1, 3) == "33.3 %"
    assert share(3, 3) == "100.0 %"


def test_bands_meet_without_a_gap():
    assert [band(0, 1), band(1, 50_000), band(50_000, 100_000), band(10_000_000, None)] == [
        "nothing",
        "under $500",
        "$500 to under $1,000",
        "$100,000 or more",
    ]


def test_the_longest_bar_is_as_wide_as_the_picture_and_none_that_counts_is_unseen():
    chart = counted([("nothing", 99_999), ("$500", 1), ("$1,000", 0)], 100_000, "title", "description")
    widths = [sum(part.width for part in bar.segments) for bar in chart.bars]
    assert widths[0] == 1000
    assert 0 < widths[1] < 20
    assert widths[2] == 0


def test_a_panel_without_one_estimate_has_no_picture(reference):
    refusals = [{"path": "$.x", "drug": "spinraza", "rows": 2, "words": "$.x: no price"}]
    found = outcome(EMPTY | {"refusals": refusals}, reference)
    assert (found.costs, found.helped, found.payers) == (None, None, None)
    assert (found.refusals[0].rows, found.refusals[0].drug, found.refusals[0].words) == (
        "2",
        "Spinraza",
        "no price",
    )


def test_names_come_from_the_catalogue_and_bars_beyond_the_twelfth_stand_in_the_table(reference):
    coverages = [
        {
            "coverage": name,
            "rows": 5,
            "refused": 1,
            "patient": 100,
            "insurance": 900,
            "secondary": 0,
            "programs": 0,
        }
        for name in ("commercial-ppo + medicare-part-d", *(f"gone-{n}" for n in range(MOST_BARS)))
    ]
    summary = EMPTY | {"rows": 65, "estimated": 52, "coverages": coverages, "refusals": []}
    summary["distribution"] = [{"from": 0, "to": None, "rows": 52}]
    found = outcome(summary, reference).payers
    assert found.lines[0].label.startswith("Commercial PPO")
    assert found.lines[0].cells == ("4", "$9.00", "$0.00", "$0.00", "$1.00")
    assert len(found.chart.bars) == MOST_BARS
    assert found.left_out == 1
    assert len(found.lines) == MOST_BARS + 1


def test_refusals_are_told_without_the_paths_of_a_program():
    assert (
        plain("$.secondary[0].design: not with this plan; $.years: too many")
        == "not with this plan; too many"
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((100, 100, 0), "No open question moves what the patients pay."),
        ((100, 900, 0), "Depending on open questions, all patients together may pay from $1.00 to $9.00."),
        (
            (100, 100, 1),
            "Depending on open questions, all patients together may pay from $1.00 to $1.00; in 1 row an answer "
            "still open could take it further.",
        ),
    ],
    ids=["certain", "a range", "a range without a proven end"],
)
def test_the_range_of_all_rows_is_said_as_far_as_it_is_known(found, words):
    assert (
        reach(dict(zip(("patient_low_cents", "patient_high_cents", "further"), found, strict=True))) == words
    )
