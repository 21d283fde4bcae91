"""Reference values in words."""

import pytest

from drugs.words import with_days


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("began on 2025-04-01.", "began on Apr 1, 2025."),
        ("2016-12-23, NDA 209531", "Dec 23, 2016, NDA 209531"),
        ("2025-04-01 to 2025-12-31", "Apr 1, 2025 to Dec 31, 2025"),
        (
            "NDC 64406-0058-01, 2025Q3, PL-2025-04-01, 2025-13-01",
            "NDC 64406-0058-01, 2025Q3, PL-2025-04-01, 2025-13-01",
        ),
    ],
    ids=["at the end", "at the start", "two", "what is no day"],
)
def test_a_day_inside_a_sentence_is_written_as_any_other(written, said):
    assert with_days(written) == said
