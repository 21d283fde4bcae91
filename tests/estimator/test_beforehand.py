"""Before the first dose: what each payer asks, when it must be renewed, what is not known; and the calendar file."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from estimator.beforehand import before
from estimator.calendarfile import calendar_of, entries_of

from .asking import TODAY, plan

PPO = {"coverage": plan("commercial-ppo")}


def test_the_loading_doses_are_one_authorization_and_then_it_is_renewed_every_twelve_months(ask):
    """Doses on days 0, 14, 28, 58, then every 4 months: the fifth is on 2026-07-04."""
    payer = before(ask(**PPO, insurer="unitedhealthcare")).payers[0]
    assert payer.payer == "UnitedHealthcare"
    assert payer.requirements[0] == "Neurologist"
    assert [due.iso for due in payer.renewals] == ["2026-07-04", "2027-07-04", "2028-07-04"]
    assert payer.renewals[0].ask_by == "Jun 4, 2026"
    assert payer.renewals[0].dose == "maintenance dose 1 on Jul 4, 2026"


def test_months_are_counted_from_the_first_dose(ask):
    """7 months from 5 January is 5 August; then every 12."""
    found = before(
        ask(
            **{**PPO, "years": 2},
            secondary=[{"design": "medicaid"}],
            household={"state": "MA"},
        )
    )
    medicaid = found.payers[1]
    assert medicaid.payer == "MassHealth"
    assert [due.iso for due in medicaid.renewals] == ["2026-08-05", "2027-08-05"]
    assert "Jan 5, 2026" in " ".join(medicaid.holds)


def test_a_payer_whose_policy_is_not_known_is_to_be_asked(ask):
    payer = before(ask(**PPO, insurer="another-insurer")).payers[0]
    assert not payer.is_known
    assert payer.intro.startswith("No policy of this payer on Spinraza is known here: ask for it.")
    assert payer.renewals == ()
    assert "until you name the insurer" in before(ask(**PPO)).payers[0].intro


def test_medicare_is_read_from_its_contractors_articles_and_medigap_has_no_say(ask):
    found = before(ask(secondary=[{"design": "medigap-g"}]))
    assert [payer.payer for payer in found.payers] == ["Medicare"]
    assert found.payers[0].is_known


def test_the_request_names_drug_units_doses_and_procedure_as_the_claim_has_them(ask):
    found = before(ask())
    assert "Spinraza: J2326, 120 units a dose, 6 doses in the first twelve months." in found.asked
    assert "Procedure: 96450, the same day as the drug." in found.asked


def test_tests_before_each_dose_stand_with_the_dates(ask):
    found = before(ask())
    assert "Platelet count" in found.tests[0].text
    assert found.dates.startswith("Jan 5, 2026, Jan 19, 2026")


def test_everything_said_has_a_source_that_the_estimate_lists(ask):
    estimate = ask(**PPO, insurer="unitedhealthcare")
    found, listed = before(estimate), {source.key for source in estimate.sources}
    assert {saying.source for saying in (*found.documents, *found.tests)} <= listed
    assert {payer.source for payer in found.payers} <= listed


def test_treatment_under_way_has_no_invented_renewal_dates(ask):
    payer = before(
        ask(**PPO, insurer="unitedhealthcare", first_dose_on=..., previous_dose_on="2026-01-05")
    ).payers[0]
    assert payer.renewals == ()
    assert "ask when the present authorization ends" in " ".join(payer.holds)


def test_a_drug_without_policies_says_what_is_not_known(ask):
    found = before(ask(drug="ocrevus", site_of_care="office", **PPO, insurer="unitedhealthcare"))
    assert not found.payers[0].is_known
    assert found.tests == ()


def test_a_payer_that_does_not_cover_the_drug_is_no_bar_but_a_next_step(ask, reference):
    from estimator.present import present

    asked = {
        "drug": "elevidys",
        "age_months": 60,
        "weight_kg": "20",
        **PPO,
        "insurer": "independence-blue-cross",
    }
    asked["allowed"] = {"drug": 330_000_000, "administration": 50_000}
    estimate = ask(**asked, accept_stale=True)
    shown = present(estimate, reference)
    assert shown.answer.state == "not_covered"
    assert shown.chart is None
    assert shown.next_steps
    assert "experimental" in " ".join(remark.text for remark in estimate.warnings)
    covered = plan("commercial-ppo", rules={"drug": {"covered": True}})
    assert present(ask(**{**asked, "coverage": covered}), reference).answer.state == "covered"


# The calendar file


@pytest.fixture
def events(ask):
    def read(**changes):
        calendar = Calendar.from_ical(calendar_of(entries_of(ask(**changes)), uuid4(), TODAY))
        assert calendar.errors == []
        return list(calendar.walk("VEVENT"))

    return read


def test_every_event_lasts_all_day_and_is_private(events):
    for event in events():
        begins, ends = event.decoded("dtstart"), event.decoded("dtend")
        assert type(begins) is date
        assert ends - begins == timedelta(days=1)
        assert event["class"] == "PRIVATE"


def test_doses_renewals_and_bills_are_in_it(events):
    found = events(**PPO, insurer="unitedhealthcare", years=1)
    summaries = [str(event["summary"]) for event in found]
    assert summaries[0] == "Spinraza: loading dose 1"
    assert summaries.count("Spinraza: authorization to be renewed") == 1
    bills = [event for event in found if event["summary"].startswith("Expect a bill")]
    assert bills[0].decoded("dtstart") == date(2026, 1, 5)
    assert "not a bill" in bills[0]["description"]
    renewal = next(event for event in found if "renewed" in event["summary"])
    assert renewal.decoded("dtstart") == date(2026, 7, 4)
    assert renewal.walk("VALARM")[0].decoded("trigger") == timedelta(days=-30)


def test_every_file_has_its_own_uids_and_the_same_file_always_the_same(ask):
    entries = entries_of(ask(**PPO))

    def uids(file):
        return [e["uid"] for e in Calendar.from_ical(calendar_of(entries, file, TODAY)).walk("VEVENT")]

    one, other = uuid4(), uuid4()
    assert len(set(uids(one))) == len(entries)
    assert uids(one) == uids(one)
    assert not set(uids(one)) & set(uids(other))


def test_lines_end_as_the_standard_asks_and_are_short(ask):
    content = calendar_of(entries_of(ask(**PPO)), uuid4(), TODAY)
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_without_cover_no_bill_is_announced(events):
    found = events(coverage=plan("uninsured"))
    assert not [event for event in found if "bill" in event["summary"]]
