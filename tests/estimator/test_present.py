"""An estimate in words and rows: the checks of the main job to the cent, and sums that agree everywhere."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from drugs.reference import Source
from estimator.labels import found_drug
from estimator.present import present
from estimator.words import dollars
from payers.reference import frozen, plain

from .asking import plan


@pytest.fixture
def shown(ask, reference):
    def presented(reference=reference, **changes):
        return present(ask(reference=reference, **changes), reference)

    return presented


def cents(text):
    dollars_, _, cents_ = text.removeprefix("$").replace(",", "").partition(".")
    return int(dollars_) * 100 + int(cents_)


def amounts(line, columns):
    return {who: cents(text) for (who, _), text in zip(columns, line.amounts, strict=True)}


# The answer


def test_six_doses_on_campus_under_part_b_with_the_reason_for_the_range(shown):
    """Facility side 283 + 6 x 1,736 = 10,699.00; six fees of 66.47 x 20 % = 13.29 each: 10,778.74."""
    answer = shown().answer
    assert answer.first_year.likely == "$10,778.74"
    assert answer.first_year.period == "Jan 5, 2026 to Jan 4, 2027"
    assert answer.first_year.is_range
    assert "does the hospital cap" in answer.reason.lower()
    assert answer.announcement.startswith("What your family may pay: $10,778.74 in treatment year 1, between")


def test_one_number_is_shown_as_one_number(shown):
    """In an office there is no cap to dispute."""
    answer = shown(site_of_care="office", years=1).answer
    assert not answer.first_year.is_range
    assert answer.reason == ""
    assert answer.later_years == ()
    assert answer.peek == answer.first_year.likely


def test_whole_dollars_stand_in_headlines_only_where_they_are_exact(shown):
    """Plan G leaves the Part B deductible of $283 in 2026."""
    answer = shown(secondary=[{"design": "medigap-g"}]).answer
    assert answer.first_year.likely == "$283"
    assert answer.first_bill.startswith("$283 for care on Jan 5, 2026")


def test_a_family_that_pays_nothing_is_told_so(shown):
    answer = shown(coverage=plan("medicaid-child")).answer
    assert answer.first_year.likely == "$0"
    assert answer.first_bill == "none is expected, others pay all of it."


def test_without_coverage_the_next_step_stands_in_the_place_of_a_number(shown):
    view = shown(coverage=plan("uninsured"))
    assert view.answer.state == "no_plan"
    assert view.chart is None
    assert any("1-833-425-9360" in step for step in view.next_steps)


def not_covered(reference):
    """The example PPO, but without cover of the drug."""
    payers = reference.payers
    ppo = payers.design("commercial-ppo")
    terms = plain(ppo.revisions[-1].terms)
    terms["rules"]["drug"] = {"covered": False}
    changed = replace(ppo, revisions=(replace(ppo.revisions[-1], terms=frozen(terms)),))
    designs = tuple(changed if d.slug == ppo.slug else d for d in payers.designs)
    return replace(reference, payers=replace(payers, designs=designs))


def test_a_drug_that_is_not_covered_says_so_without_a_bar_or_a_coinsurance(shown, reference):
    view = shown(reference=not_covered(reference), coverage=plan())
    assert view.answer.state == "not_covered"
    assert view.answer.title == "Commercial PPO (example) does not cover Spinraza"
    assert view.chart is None
    assert "J2326" in view.next_steps[0]
    drug = view.ledger[0].lines[0]
    shares = dict(zip(view.ledger_columns, drug.amounts, strict=True))
    assert shares["Coinsurance"] == "\u2013"
    assert "does not cover" in drug.why
    assert view.answer.peek == "not covered"


# Sums agree


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"secondary": [{"design": "medigap-g"}]},
        {"coverage": plan(), "programs": [{"program": "biogen-copay", "annual_maximum": 600000}]},
        {"coverage": plan(), "secondary": [{"design": "medicaid"}]},
        {"coverage": plan(), "first_dose_on": "2026-07-01", "years": 10},
    ],
    ids=str,
)
def test_every_table_adds_up_to_the_same_totals(shown, ask, changes):
    view, totals = shown(**changes), ask(**changes).simulation.totals
    whole = {
        "plan": totals.primary,
        "second": totals.secondary,
        "help": totals.assistance,
        "family": totals.patient,
    }
    for lines in (view.doses, view.treatment_years, view.plan_years, [view.total]):
        assert sum(cents(line.allowed) for line in lines) == totals.allowed
        rows = [amounts(line, view.columns) for line in lines]
        assert {who: sum(row.get(who, 0) for row in rows) for who in whole} == whole
    assert sum(cents(month.family) for month in view.months) == totals.patient
    ledger = [line for dose in view.ledger for line in dose.lines]
    family = [dict(zip(view.ledger_columns, line.amounts, strict=True))["Family"] for line in ledger]
    assert sum(cents(text) for text in family) == totals.patient
    drawn = [part.cents for bar in view.chart.bars for part in bar.segments]
    assert sum(drawn) == totals.allowed


def test_payers_that_pay_nothing_have_no_column(shown):
    assert [who for who, _ in shown().columns] == ["plan", "family"]
    assert [who for who, _ in shown(secondary=[{"design": "medigap-g"}]).columns] == [
        "plan",
        "second",
        "family",
    ]
    assert "Copay" not in shown().ledger_columns


def test_many_doses_are_drawn_a_year_a_bar(shown):
    view = shown(years=10)
    assert len(view.doses) > 24
    assert [bar.label for bar in view.chart.bars][:2] == ["Treatment year 1", "Treatment year 2"]


# In words


def test_a_start_in_july_says_that_it_straddles_two_plan_years(shown):
    view = shown(coverage=plan(), first_dose_on="2026-07-01")
    assert "On Jan 1, 2027" in view.straddle
    assert [line.label for line in view.plan_years][:2] == ["Plan year 2026", "Plan year 2027"]
    assert shown(coverage=plan(), first_dose_on="2026-01-01", years=1).straddle == ""


def test_every_claim_line_has_one_sentence_its_price_and_its_source(shown):
    """Medicare's surgery-center rate of J2326 was $1,286.15 in the first quarter of 2026."""
    view = shown(coverage=plan())
    lines = [line for dose in view.ledger for line in dose.lines]
    assert view.ledger[0].lines[0].why.startswith("$8,000.00: the $2,000 deductible, then 20 % until")
    assert "120 units at $1,286.15" in view.ledger[0].lines[0].detail
    assert [line.words for line in view.ledger[0].lines] == [
        "J2326, Spinraza",
        "96450, procedure",
        "96450, clinician's fee",
    ]
    keys = {source.key for source in view.sources}
    assert all(line.source in keys for line in lines)
    assert len({line.id for line in lines}) == len(lines)


def test_sources_say_when_they_hold_who_verified_them_and_how_sure_they_are(shown):
    price = next(
        source for source in shown().sources if "J2326" in source.used_for and "rice" in source.used_for
    )
    facts = "; ".join(price.facts)
    assert "in force from" in facts
    assert "not yet verified by a person" in facts
    assert "official source" in facts


def test_open_questions_name_whom_to_ask_and_how_far_they_move_the_answer(shown):
    view = shown(coverage=plan(), programs="auto")
    first = view.unknowns[0]
    assert first.whom == "Ask the program"
    assert "$24,000.00" in first.effect
    assert [option.is_likely for option in first.options].count(True) == 1


def test_amounts_are_written_with_cents_wherever_they_stand_in_a_table(shown):
    view = shown(coverage=plan(), secondary=[{"design": "medicaid"}])
    texts = [text for line in (*view.doses, *view.plan_years) for text in (line.allowed, *line.amounts)]
    assert all(re.fullmatch(r"\$\d{1,3}(,\d{3})*\.\d\d", text) for text in texts)


def test_free_drug_is_named_with_its_worth(shown):
    view = shown(coverage=plan("uninsured"), programs=["biogen-foundation"])
    assert view.answer.state == "covered"
    assert view.doses[0].note.startswith("the drug is free, worth $154,338.00")
    assert [item.words for item in view.help] == ["The drug is free of charge here."]


def test_a_patient_already_treated_starts_with_the_next_dose(shown):
    view = shown(first_dose_on=..., previous_dose_on="2026-01-05", coverage=plan())
    assert view.treatment.endswith("from May 5, 2026")


def test_a_drug_is_found_with_the_codes_that_are_still_billed(reference):
    found = found_drug(reference.drugs.drug("spinraza"))
    assert (found.slug, found.generic, found.codes) == ("spinraza", "nusinersen", "J2326")


def test_unit_prices_keep_their_digits():
    assert [dollars(Decimal(text)) for text in ("1333.45", "164.812", "5", "1000")] == [
        "$1,333.45",
        "$164.812",
        "$5.00",
        "$1,000.00",
    ]


def test_the_sheet_says_when_it_was_made_and_with_which_prices(shown):
    view = shown(as_of=date(2026, 11, 21).isoformat())
    assert view.made_on == "Nov 21, 2026"
    assert view.prices.startswith("120 units at $1,286.15")
    assert view.coverage == "Original Medicare, Part B"


def test_without_coverage_no_open_question_shows_a_price_nobody_should_pay(shown):
    view = shown(coverage=plan("uninsured"), programs="auto")
    assert view.unknowns
    assert all(not item.options and not item.effect for item in view.unknowns)


def test_a_plan_without_limits_has_none_to_owe_twice(shown):
    """Medicaid for a child has neither deductible nor maximum: a new plan year changes nothing."""
    medicaid = {"coverage": plan("medicaid-child"), "first_dose_on": "2026-06-01"}
    assert shown(**medicaid).straddle == ""
    assert shown(**{**medicaid, "coverage": plan("commercial-ppo")}).straddle


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://cms.gov/x", "https://cms.gov/x"),
        ("docslib.org/doc/4985895", "https://docslib.org/doc/4985895"),
        ("curesma.org/?p=20412", "https://curesma.org/?p=20412"),
        ("BI669", ""),
        ("ASP pricing files", ""),
        ("files.medi-cal.ca.gov, newsroom_30356", ""),
        ("javascript:alert(1)", ""),
        ("//evil.example/x", ""),
    ],
)
def test_a_source_with_an_address_is_a_link_and_a_document_id_is_none(address, link):
    assert Source("key", "title", address=address).link == link
