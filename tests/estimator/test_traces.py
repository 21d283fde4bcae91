"""Every amount on the estimate's page can be followed to ledger rows and sources of the same page."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from estimator.present import present

from .asking import plan
from .crawling import Crawler, cents

PPO = plan("commercial-ppo")
NEXT_YEAR = {"first_dose_on": "2026-06-01"}
ESTIMATES = {
    "part b": {},
    "part b and medigap g": {"secondary": [{"design": "medigap-g"}]},
    "part b and medigap n": {"secondary": [{"design": "medigap-n"}], **NEXT_YEAR},
    "medicare advantage": {"coverage": plan("medicare-advantage")},
    "employer plan": {"coverage": PPO},
    "employer plan and medicaid": {
        "coverage": PPO,
        "secondary": [{"design": "medicaid"}],
        "household": {"state": "MA"},
    },
    "two parents and medicaid": {
        "coverage": PPO,
        "secondary": [{"design": "commercial-second"}, {"design": "medicaid"}],
    },
    "hsa plan with a card": {"coverage": plan("commercial-hdhp"), "programs": "auto"},
    "accumulator": {"coverage": plan("commercial-accumulator"), "programs": ["biogen-copay"]},
    "maximizer": {
        "coverage": plan("commercial-maximizer"),
        "programs": [{"program": "biogen-copay", "annual_maximum": 2_000_000}],
    },
    "marketplace": {"coverage": plan("marketplace-silver"), **NEXT_YEAR},
    "tricare": {"coverage": plan("tricare-select")},
    "chip": {"coverage": plan("chip")},
    "medicaid": {"coverage": plan("medicaid-child")},
    "no insurance": {"coverage": plan("uninsured")},
    "not covered": {"coverage": plan("commercial-ppo", rules={"drug": {"covered": False}})},
    "surgery center": {"site_of_care": "asc"},
    "range of unknown limits": {
        "coverage": plan("commercial-ppo", deductibles={"medical": {"individual": "unknown"}}),
    },
    "typed amounts": {"coverage": PPO, "allowed": {"drug": 12_500_000, "sedation": 90_000}},
    "other care": {
        "coverage": PPO,
        "other_care": [{"date": "2026-01-02", "allowed": 150_000, "member": 1}],
    },
    "oral drug": {
        "drug": "evrysdi",
        "age_months": 480,
        "weight_kg": "70",
        "coverage": {"pharmacy": {"design": "medicare-part-d", "terms": {}}},
        "allowed": {"drug": 2_900_000},
        "years": 1,
    },
}


@pytest.fixture(params=ESTIMATES.values(), ids=ESTIMATES)
def page(request, ask, reference):
    """(crawler, estimate) of one estimate's page, without the form."""
    estimate = ask(**{"years": 2, **request.param})
    html = render_to_string("estimator/_result.html", {"shown": present(estimate, reference), "saved": True})
    return Crawler(html), estimate


@pytest.mark.django_db
def test_every_amount_has_rows_and_sources_on_the_same_page(page):
    crawler, _ = page
    ids = set(crawler.ids)
    assert crawler.found
    for amount in crawler.found:
        assert amount.sources, amount
        assert {*amount.sources, *(amount.rows or ())} <= ids, amount


@pytest.mark.django_db
def test_every_amount_of_a_table_is_the_sum_of_its_rows(page):
    crawler, estimate = page
    rows = {f"line-{row.position + 1}": row for row in estimate.simulation.rows}
    attributes = {"plan": "primary", "second": "secondary", "help": "assistance", "family": "patient"}
    in_tables = [amount for amount in crawler.found if amount.column]
    assert in_tables
    for amount in in_tables:
        name = attributes.get(amount.column, amount.column)
        assert cents(amount.text) == sum(getattr(rows[one], name) for one in amount.rows), amount


@pytest.mark.django_db
def test_no_id_stands_twice(page):
    crawler, _ = page
    assert sorted(crawler.ids) == sorted(set(crawler.ids))


def test_headlines_first_bill_and_bars_are_sums_of_their_rows(ask, reference):
    estimate = ask()
    shown, rows = (
        present(estimate, reference),
        {f"line-{r.position + 1}": r for r in estimate.simulation.rows},
    )

    def patient(trace):
        return sum(rows[one].patient for one in trace.rows.split())

    for year in shown.answer.years:
        assert patient(year.trace) == cents(year.likely)
    assert shown.answer.first_bill.startswith(f"${patient(shown.answer.first_bill_trace) // 100:,}")
    assert [cents(bar.amount) for bar in shown.chart.bars] == [patient(bar.trace) for bar in shown.chart.bars]


def test_lines_are_named_for_the_paper(ask, reference):
    shown = present(ask(years=1), reference)
    assert shown.doses[0].trace.words == "lines 1 to 3"
    assert shown.ledger[0].lines[0].trace.words == "line 1"


def test_other_care_stands_apart_and_in_no_sum_of_the_drug(ask, reference):
    care = [{"date": "2026-01-02", "allowed": 150_000, "member": 0}]
    estimate = ask(coverage=PPO, other_care=care)
    shown = present(estimate, reference)
    assert shown.other_care[0].id == "line-1"
    assert "line-1" not in shown.trace.rows.split()
    assert cents(shown.other_care_total.amounts[-1]) == estimate.simulation.rows[0].patient
    assert estimate.simulation.rows[0].date == date(2026, 1, 2)
