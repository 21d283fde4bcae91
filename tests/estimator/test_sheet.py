"""The family's sheet: the counselor's cents, in plain words, in two languages, from an estimate or a saved one."""

import re
from dataclasses import replace
from datetime import date

import pytest
import textstat
from django.template.loader import render_to_string
from django.utils import translation

from estimator.present import present
from estimator.saved_files import dollars
from estimator.sheet import family_sheet
from estimator.sheetfacts import Plan, facts_of, reach, read_help, read_plans
from estimator.sheethelp import claims, deadline, travel
from estimator.sheetwords import Named

from .asking import plan
from .reading import running_text
from .saving import saved_estimate
from .sheets import CARD, COVERED, DOSE, FAMILIES, estimate_of, sheet_of

families = pytest.mark.parametrize("family", FAMILIES)
OPEN = "an employer plan, questions open"
covered = pytest.mark.parametrize("family", COVERED)
languages = pytest.mark.parametrize("language", ["en", "es"])


def html_of(context):
    return render_to_string("estimator/sheet.html", context)


def spoken(context):
    """The paper's running text."""
    return running_text(html_of(context))


def cents(text):
    return int(re.sub(r"\D", "", text))


@covered
@languages
def test_every_year_has_the_amounts_of_the_counselors_page(ask, reference, family, language):
    shown = present(estimate_of(ask, family), reference).answer.years
    sheet = sheet_of(ask, reference, family, language)["sheet"]
    assert [(y.likely, y.low, y.high) for y in sheet.years] == [(y.likely, y.low, y.high) for y in shown]


@covered
def test_the_months_are_those_of_the_counselors_page_and_add_up_to_the_first_year(ask, reference, family):
    found = estimate_of(ask, family)
    shown = present(found, reference).months
    first = sheet_of(ask, reference, family)["sheet"].calendar[0].months
    assert [month.you for month in first] == [month.family for month in shown[: len(first)]]
    assert sum(cents(month.you) for month in first) == found.treatment_years[0].likely
    for month in first:
        assert cents(month.left) == cents(month.help) + cents(month.you)


@covered
def test_the_worst_month_of_every_year_told_by_month_stands_in_the_table(ask, reference, family):
    facts = facts_of(estimate_of(ask, family), reference)
    for number, year in enumerate(sheet_of(ask, reference, family)["sheet"].calendar, 1):
        owed: dict = {}
        for line in facts.of_year(number):
            owed[line.on.year, line.on.month] = owed.get((line.on.year, line.on.month), 0) + line.family
        marked = [month for month in year.months if month.mark]
        assert [cents(month.you) for month in marked] == ([max(owed.values())] if any(owed.values()) else [])


@covered
def test_who_pays_adds_up_to_all_that_is_allowed(ask, reference, family):
    sheet = sheet_of(ask, reference, family)["sheet"]
    paid = sum(cents(amount) for year in sheet.paid for amount in year.amounts)
    years = present(estimate_of(ask, family), reference).treatment_years[: len(sheet.paid)]
    assert paid == sum(cents(year.allowed) for year in years)


@families
@languages
def test_the_first_words_are_what_it_costs_and_that_it_is_no_bill(ask, reference, family, language):
    text = spoken(sheet_of(ask, reference, family, language))
    opening = " ".join(text.split()[:90])
    assert {"en": "estimate, not a bill", "es": "una estimación, no una factura"}[language] in opening
    assert sheet_of(ask, reference, family, language)["sheet"].lead in opening


@families
def test_the_words_are_plain_at_most_grade_eight(ask, reference, family):
    """Plainer is better; above grade 8 families stop reading."""
    text = spoken(sheet_of(ask, reference, family))
    assert textstat.flesch_kincaid_grade(text) <= 8


@families
@languages
def test_codes_stand_in_the_box_for_the_clinic_alone(ask, reference, family, language):
    context = sheet_of(ask, reference, family, language)
    page, box = html_of(context).split('<aside class="clinic"')
    for code in context["sheet"].codes:
        assert code not in page
        assert code in box


@families
def test_spanish_leaves_nothing_in_english_but_names(ask, reference, family):
    context = sheet_of(ask, reference, family, "es")
    html = re.sub(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', "", html_of(context), flags=re.S)
    for one in context["sheet"].help:
        html = html.replace(one.name.name, "")
    words = set(re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", html).lower()))
    assert not words & set(
        ["the", "you", "your", "is", "and", "of", "for", "with", "year", "pays", "month", "dose"]
    )


def test_in_spanish_a_name_comes_with_what_it_is(ask, reference):
    sheet = sheet_of(ask, reference, "an employer plan, questions open", "es")["sheet"]
    assert sheet.plans == (Named("seguro médico privado", "Commercial PPO (example)"),)
    assert sheet.help[0].name == Named("Programa de copago del fabricante", "Spinraza copay program")
    page = spoken(sheet_of(ask, reference, "an employer plan, questions open", "es"))
    assert "Su plan: seguro médico privado “Commercial PPO (example)”." in page


def test_an_estimate_saved_before_the_kinds_were_kept_still_has_its_names():
    kept = {"used": {}, "shown": {"coverage": "Original Medicare, Part B, then Medigap plan N"}}
    assert read_plans(kept) == (Plan("Original Medicare, Part B", ""), Plan("Medigap plan N", ""))


@languages
def test_dates_are_in_words(ask, reference, language):
    text = html_of(sheet_of(ask, reference, "an employer plan, questions open", language))
    assert {"en": "December 5, 2026", "es": "5 de diciembre de 2026"}[language] in text
    assert not re.search(r"\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}", text)


def test_a_price_that_was_typed_is_called_so(ask, reference):
    assert "that your clinic gave us" in sheet_of(ask, reference, "at the pharmacy")["sheet"].prices
    assert "that Medicare published" in sheet_of(ask, reference, "Medicare alone")["sheet"].prices


def test_help_for_a_treatment_that_has_begun_is_asked_for_at_once(ask, reference):
    begun = ask(coverage=FAMILIES["a copay card that runs out"]["coverage"], programs="auto")
    steps = family_sheet(begun, "en", reference)["sheet"].help
    assert steps
    assert all("as soon as you can" in step.deadline for step in steps)


def test_an_unknown_language_is_english(ask, reference):
    assert family_sheet(ask(), "xx", reference)["language"] == "en"


def test_a_clinics_card_help_comes_after_the_letter_so_a_bill_may_come_first(ask, reference):
    sheet = sheet_of(ask, reference, "an employer plan, questions open")["sheet"]
    assert any("a bill may reach you first" in step for step in sheet.bill_steps)


def test_a_pharmacys_card_pays_at_once(ask, reference):
    sheet = sheet_of(ask, reference, "at the pharmacy")["sheet"]
    assert any("right away" in step for step in sheet.bill_steps)
    assert not any("reach you first" in step for step in sheet.bill_steps)


def test_what_is_not_known_is_named_where_the_range_is_first_said(ask, reference):
    sheet = sheet_of(ask, reference, "an employer plan, questions open")["sheet"]
    assert "We do not know yet how much “Spinraza copay program” pays in a year" in sheet.lead_more
    assert "“What could change this”" in sheet.lead_more
    spanish = sheet_of(ask, reference, "an employer plan, questions open", "es")["sheet"]
    assert "Aún no sabemos cuánto paga al año “Spinraza copay program”" in spanish.lead_more


def test_help_that_runs_out_says_when_and_what_then(ask, reference):
    # The card pays at most $7,000 a year: the first dose of each calendar year owes $8,000.
    found = estimate_of(ask, "a copay card that runs out")
    facts = facts_of(found, reference)
    assert facts.runs_out(facts.helps[0]) == date(2026, 12, 5)
    (step,) = sheet_of(ask, reference, "a copay card that runs out")["sheet"].help
    assert "may run out with the treatment on December 5, 2026" in step.ends
    assert "no more bills until the program's next year starts on January 1, 2027" in step.ends
    assert "next program" not in step.ends
    assert step.phone == "1-833-425-9360"


def test_help_that_runs_out_says_what_is_left_to_pay_until_it_renews(ask, reference):
    # $15,000 of help are used up on June 1; in October the plan's maximum leaves the last $1,329.12.
    found = ask(coverage=plan("commercial-hdhp"), programs=CARD, **DOSE)
    (step,) = family_sheet(found, "en", reference)["sheet"].help
    months = family_sheet(found, "en", reference)["sheet"].calendar[0].months
    assert "treatment on June 1, 2027. After that your family may pay about $1,329.12" in step.ends
    assert months[-1].you == "$1,329.12"


@pytest.mark.parametrize(
    ("year", "enrolled", "renews"),
    [
        ("calendar", None, date(2027, 1, 1)),
        ("plan", None, date(2027, 7, 1)),
        ("enrolment", date(2026, 3, 15), date(2027, 3, 15)),
        ("enrolment", None, date(2027, 12, 5)),
    ],
)
def test_a_program_renews_with_its_own_year(ask, reference, year, enrolled, renews):
    facts = facts_of(estimate_of(ask, "a copay card that runs out"), reference)
    facts = replace(facts, primary={**facts.primary, "plan_year_start": "07-01"})
    program = replace(facts.helps[0], year=year, enrolled_on=enrolled)
    assert facts.renews(program, date(2026, 12, 5)) == renews


def test_help_that_lasts_says_up_to_how_much(ask, reference):
    found = ask(
        **FAMILIES["a copay card that runs out"]
        | {"programs": [{"program": "biogen-copay", "annual_maximum": 5_000_000}]}
    )
    (step,) = family_sheet(found, "en", reference)["sheet"].help
    assert "up to $50,000 in a year" in step.ends


def test_where_nothing_is_left_to_pay_nothing_is_said_to_be_left(ask, reference):
    context = sheet_of(ask, reference, "a child with Medicaid behind")
    text = spoken(context)
    for untrue in ("The rest is yours", "Do not pay it yet", "you may pay them twice", "Sign up before"):
        assert untrue not in text
    assert "We do not expect any bill" in text
    assert "If one of your plans ends or changes" in text


def test_where_help_pays_all_that_is_left_it_is_not_called_needless(ask, reference):
    sheet = sheet_of(ask, reference, "at the pharmacy")["sheet"]
    assert {year.high for year in sheet.years} == {"$0"}
    assert sheet.first_bill.startswith("If the help below pays as planned")
    assert "counts on it to pay" in sheet.help[0].pays
    assert not any("The rest is yours" in step for step in sheet.bill_steps)


def test_the_heading_of_help_promises_none_where_there_is_none(ask, reference):
    context = sheet_of(ask, reference, "Medicare with Medigap")
    assert not context["sheet"].help
    assert "Help you may get" not in html_of(context)


def test_with_a_second_plan_the_words_say_what_it_pays_of_the_first_plans_rules(ask, reference):
    # Part B leaves $10,778.74 in the first year; plan N pays all of it but the $283 deductible.
    sheet = sheet_of(ask, reference, "Medicare with Medigap")["sheet"]
    assert "leave $10,778.74 open in your first year" in sheet.terms_note
    assert "your second plan pays $10,495.74 of it" in sheet.terms_note
    yours = {term.word: term.yours for term in sheet.terms}
    assert yours["Limit for one day"] == "In your first plan it is $1,736."


def test_the_second_plan_is_called_too_and_the_clinic_alone_is_called_first(ask, reference):
    context = sheet_of(ask, reference, "Medicare with Medigap")
    whom = [context["sheet"].clinic, *context["sheet"].contacts]
    assert [one.who for one in whom] == ["First your clinic", "Your health plan", "Your second plan"]
    assert [one.name.name for one in whom[1:]] == ["Original Medicare, Part B", "Medigap plan N"]
    for family in COVERED:
        text = spoken(sheet_of(ask, reference, family))
        calls = re.findall(r"[Cc]all ([\w ]+?) (?:first|before you pay)", text)
        assert set(calls) <= {"your clinic"}, family


def test_two_plan_years_in_the_first_twelve_months_are_said(ask, reference):
    sheet = sheet_of(ask, reference, "an employer plan, questions open")["sheet"]
    assert any("start over at zero" in change for change in sheet.changes)


def test_without_insurance_there_are_steps_and_no_sums(ask, reference):
    context = sheet_of(ask, reference, "no insurance")
    assert context["sheet"].next_steps
    assert "$" not in spoken(context)


def test_each_word_has_this_familys_own_number(ask, reference):
    found = {
        t.word: t.yours for t in sheet_of(ask, reference, "an employer plan, questions open")["sheet"].terms
    }
    assert found["Deductible"] == "In your plan it is $2,000 for one person and $4,000 for the family."
    assert found["Coinsurance"] == "In your plan it is 20%, which means $20 of every $100."
    assert "$8,000 for one person" in found["Out-of-pocket maximum"]


def test_the_clinic_is_called_first_or_gets_a_line_to_write_on(ask, reference, settings):
    def page():
        return html_of(family_sheet(estimate_of(ask, "Medicare alone"), "en", reference))

    settings.CLINIC_NAME = settings.CLINIC_PHONE = ""
    assert "write the phone number here" in page()
    settings.CLINIC_NAME, settings.CLINIC_PHONE = "Lakeside Clinic", "555-0100"
    assert "Lakeside Clinic" in page()
    assert "555-0100" in page()
    assert "write the phone number here" not in page()


def test_the_message_has_the_likely_amount_in_both_languages(ask, reference):
    context = sheet_of(ask, reference, "Medicare alone")
    assert [language for language, _name, _text in context["messages"]] == ["en", "es"]
    for _language, _name, text in context["messages"]:
        assert context["sheet"].years[0].likely in text
        assert "“" not in text


@languages
def test_a_saved_estimate_gives_the_sheet_it_gave_when_it_was_saved(
    reference, db, django_user_model, language
):
    saved = saved_estimate(reference, django_user_model.objects.create_user("counselor"))
    sheet = family_sheet(saved, language)["sheet"]
    assert sheet.number == saved.number
    assert saved.in_short.startswith(sheet.years[0].likely)
    rows = [row for row in facts_of(saved).lines if row.year == 1]
    assert dollars(sum(row.family for row in rows)) in sheet.years[0].likely.replace(",", "")


def test_the_picture_says_in_words_what_it_shows(ask, reference):
    sheet = sheet_of(ask, reference, "Medicare alone")["sheet"]
    for year in sheet.paid:
        for amount in year.amounts:
            assert amount in sheet.picture_words
    assert sheet.picture.startswith("data:image/svg+xml;base64,")


# Days that count, and travel


def help_with(ask, reference, rules):
    facts = facts_of(estimate_of(ask, OPEN), reference)
    return facts, replace(facts.helps[0], rules=rules)


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("english")
def test_the_last_day_to_apply_is_counted_from_the_first_dose(ask, reference):
    # December 5, 2026 and 90 days: March 5, 2027.
    facts, one = help_with(ask, reference, {"apply": 90})
    assert deadline(facts, one) == (
        "Sign up before the first dose on December 5, 2026. The last day to get its help with that dose is "
        "March 5, 2027."
    )
    facts = replace(facts, as_of=date(2027, 3, 5))
    assert "as soon as you can: the last day" in deadline(facts, one)
    facts = replace(facts, as_of=date(2027, 3, 6))
    assert "more than 90 days before you sign up" in deadline(facts, one)


@pytest.mark.usefixtures("english")
def test_without_a_known_last_day_the_program_is_to_be_asked(ask, reference):
    facts, one = help_with(ask, reference, {})
    assert "ask the program if it has a last day to apply" in deadline(facts, one)
    assert (claims(facts, one), travel(one)) == ("", "")


def test_help_that_ends_unless_it_is_used_warns_where_doses_lie_further_apart(ask, reference):
    # Four months between the maintenance doses are at least 120 days, mostly more.
    facts, one = help_with(ask, reference, {"use": 120, "claim": 545, "renewal": True})
    assert "within 545 days of the treatment" in claims(facts, one)
    assert "no bill for 120 days. Your treatments are further apart" in claims(facts, one)
    assert "apply again each year" in claims(facts, one)
    assert "further apart" not in claims(facts, replace(one, rules={"use": 123}))


def test_travel_help_is_said_of_the_programs_that_offer_it_and_asked_of_the_others(ask, reference):
    sheet = sheet_of(ask, reference, OPEN)["sheet"]
    offers = {step.name.name: bool(step.travel) for step in sheet.help}
    assert offers["Spinraza copay program"]
    assert not offers["Spinraza copay program, help with the injection itself"]
    assert sheet.travel_to_ask.startswith("Ask the other programs too")
    assert "Ask each program" in sheet_of(ask, reference, "ten years, twice a month")["sheet"].travel_to_ask


def test_travel_help_is_said_also_where_no_bill_is_expected(ask, reference):
    found = ask(coverage=plan(), secondary=[{"design": "medicaid"}], programs="auto", **DOSE)
    steps = family_sheet(found, "en", reference)["sheet"].help
    assert all(not step.deadline for step in steps)
    assert any("a place to stay" in step.travel for step in steps)


def test_a_sheet_saved_before_rules_were_kept_asks_as_it_did():
    shown = {"name": "A fund", "phone": "", "slug": "a-fund"}
    content = {"case": {"programs": []}, "findings": {"unknowns": []}}
    assert read_help(shown, content).rules == {}


# How far a range is proven


@languages
def test_a_range_that_may_go_further_never_reads_like_a_bound(ask, reference, language):
    sheet = sheet_of(ask, reference, "ten years, twice a month", language)["sheet"]
    assert {"en": "It may even lie outside of that.", "es": "fuera de ese margen"}[
        language
    ] in sheet.lead_more
    text = html_of(sheet_of(ask, reference, "ten years, twice a month", language))
    more, less = {"en": ("or more", "or less"), "es": ("o más", "o menos")}[language]
    for year in sheet.years:
        assert f"{year.high} {more}" in text
        assert f"{year.low} {less}" in text


@languages
def test_a_proven_range_is_said_without_reserve(ask, reference, language):
    sheet = sheet_of(ask, reference, "Medicare alone", language)["sheet"]
    assert not any(year.may_be_higher or year.may_be_lower for year in sheet.years)
    assert not re.search("even|Incluso", sheet.lead_more + sheet.first_bill)


def test_the_first_bill_says_too_that_it_may_go_further(ask, reference):
    sheet = sheet_of(ask, reference, "ten years, twice a month")["sheet"]
    assert "as high as $714.86. It may even lie outside of that." in sheet.first_bill


def test_a_first_bill_saved_without_its_proof_is_not_called_proven():
    assert reach({"likely": 1, "low": 0, "high": 2}).may_go_further
    assert not reach({"likely": 1, "low": 0, "high": 2, "may_go_further": False}).may_go_further
