"""The pages about drugs and codes: everything the data know, each value with its source."""

import re
from datetime import date

import pytest
from django.urls import reverse

from drugs import catalogue, models
from drugs.diseases import diseases
from drugs.policies import REFUSED, sentences_of
from drugs.pricewords import with_prices
from tests.pages import Page, plain

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
SECTIONS = (
    *(
        "answer",
        "identity",
        "trials",
        "warnings",
        "for-whom",
        "treatments",
        "dosing",
        "packages",
        "codes",
        "administration",
        "coding",
        "modifiers",
        "bundling",
    ),
    *("sedation", "sites", "claim", "diagnoses", "policies", "requirements", "step-therapy", "response"),
    *("laboratory", "prices", "assistance", "denials", "questions", "differences", "not-found", "sources"),
    *("kept-fresh", "report", "changes", "support"),
)


@pytest.fixture
def on_the_day(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)


@pytest.fixture
def read(client, reference_data, on_the_day):
    def open_(address):
        response = client.get(address)
        assert response.status_code == 200, address
        return Page(response)

    return open_


@pytest.fixture
def spinraza(read):
    return read("/drugs/spinraza/")


def test_every_drug_has_a_page_with_its_codes_prices_and_every_fact(read):
    drugs = catalogue.load()
    assert len(drugs.drugs) > 20
    for drug in drugs.drugs:
        page = read(f"/drugs/{drug.slug}/")
        said = [code.code for code in drug.codes] + [row.code for row in drug.administration_codes]
        said += [p.ndc11 for p in drug.presentations] + [r.name for r in drug.regimens]
        said += [fact.label for fact in drug.facts if fact.label != "Any payer"]
        said += [words for fact in drug.facts for words in said_of(fact)]
        said += [value for d in drug.differences for value in (d.value, d.used_value, d.reason)]
        said = [with_prices(words, drugs, TODAY)[0] for words in said]
        said += [
            f"{price.amount:,}"
            for code in drug.codes
            if code.system == "hcpcs"
            for price in drugs.prices_of(code.code)
        ]
        missing = [words for words in said if plain(words) not in page.text]
        assert missing == [], drug.slug


def said_of(fact):
    """A policy is shown as a list of what it asks; every other fact as it is."""
    is_list = fact.topic == "policy" and not fact.value.startswith(REFUSED)
    return sentences_of(fact.value) if is_list else [fact.value]


def test_no_figure_stands_without_a_source_on_any_drug_page(read):
    for drug in catalogue.load().drugs:
        page = read(f"/drugs/{drug.slug}/")
        assert len(page.figures) > 20
        assert page.figures_without_source() == [], drug.slug
        assert len(page.ids) == len(set(page.ids)), drug.slug


def test_no_section_of_a_drug_page_ever_vanishes(read):
    for drug in catalogue.load().drugs:
        page = read(f"/drugs/{drug.slug}/")
        assert [name for name in SECTIONS if name not in page.ids] == [], drug.slug
        broken = [x for x in page.links if x.startswith("#") and x[1:] not in page.ids]
        assert broken == [], drug.slug
        # A day stands nowhere as 2016-12-23.
        assert re.findall(r"\b20\d\d-\d\d-\d\d\b", page.text) == [], drug.slug


def test_what_nobody_found_says_so_with_a_date(read):
    page = read("/drugs/amvuttra/")
    assert page.text.count("Not found as of Nov 21, 2026.") > 5


def test_the_instant_answer_bills_spinraza(spinraza):
    assert "12 mg = 120 units" in spinraza.text
    assert "Never 62320, 62321, 96365, 96413, 77003" in spinraza.text
    assert "loading: days 0, 14, 28 and 58" in spinraza.text
    assert "120 × $1,333.45 = $160,014.00" in spinraza.text


def test_a_price_whose_quarter_is_over_says_so(spinraza):
    assert "The newest known; its period is over." in spinraza.text
    banner = spinraza.text_in("old-price")
    assert "The newest price of J2326 is of 2026Q3, which ended on Sep 30, 2026 : 1 quarter behind." in banner
    assert "An estimate uses it and says so." in banner


def test_two_quarters_past_its_own_a_price_is_used_only_after_a_deliberate_yes(
    client, reference_data, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: date(2027, 1, 2))
    for address in ("/drugs/spinraza/", "/codes/J2326/"):
        banner = Page(client.get(address)).text_in("old-price")
        assert "2 quarters behind" in banner
        assert "asks for a deliberate yes" in banner


def test_an_error_is_reported_to_whom_the_settings_name_with_the_part_it_is_in(
    client, reference_data, settings
):
    settings.CONTACT = "billing@clinic.example"
    links = Page(client.get("/drugs/spinraza/")).links
    mails = [link for link in links if link.startswith("mailto:billing@clinic.example?body=Page")]
    assert any(link.endswith("&subject=Spinraza%3A%20Administration%20codes") for link in mails)
    settings.CONTACT = "https://clinic.example/report"
    assert "https://clinic.example/report" in Page(client.get("/codes/J2326/")).links
    settings.CONTACT, settings.CLINIC_NAME = "", "North Clinic"
    page = Page(client.get("/payers/medicare/"))
    assert "#report" in page.links
    assert "Tell North Clinic, who run this site: Medicare" in page.text_in("report")
    settings.CLINIC_NAME = ""
    page = Page(client.get("/payers/medicare/"))
    assert "Tell the person who administers this site" in page.text_in("report")


def test_the_years_of_spinraza_are_added_up_as_the_catalogue_does(spinraza):
    """6 x 120 = 720 units x $1,333.45 = $960,084.00; 3 x 120 = 360 units = $480,042.00."""
    assert "Year 1 6 doses of 12 mg 6 × 120 = 720 units $960,084.00" in spinraza.text
    assert "Year 2 3 doses of 12 mg 3 × 120 = 360 units $480,042.00" in spinraza.text


def test_the_high_dose_has_units_and_no_price(spinraza):
    assert "2 doses of 50 mg and 2 of 28 mg 2 × 500 + 2 × 280 = 1,560 units ask" in spinraza.text
    assert "Nobody publishes a price for these doses" in spinraza.text


def test_the_four_treatments_of_sma_stand_side_by_side(spinraza):
    for name in ("Evrysdi", "Itvisma", "Zolgensma"):
        assert f"/drugs/{name.lower()}/" in spinraza.links


def test_a_drug_page_starts_its_estimate(spinraza):
    assert f"{reverse('estimate')}?drug=spinraza" in spinraza.links


def test_values_are_unverified_until_a_person_verifies_them(client, reference_data, django_user_model):
    page = Page(client.get("/drugs/spinraza/"))
    assert "None has been verified by a person yet" in page.text
    assert "Not yet verified by a person. After a value" in page.text
    person = django_user_model.objects.create_user("reader")
    code = models.Code.objects.filter(code="J2326")
    code.update(verified_on=TODAY, verified_by=person)
    models.DataRevision.bump()
    page = Page(client.get("/drugs/spinraza/"))
    assert "1 verified by a person: code J2326: reader, Nov 21, 2026" in page.text
    assert "✓ verified by a person; all else is not yet." in page.text
    assert "erified by reader on Nov 21, 2026" in page.text


def test_what_an_administrator_changes_is_on_the_page_at_once(client, reference_data):
    client.get("/drugs/spinraza/")
    policy = models.Fact.objects.get(drug__slug="spinraza", topic="policy", label="UnitedHealthcare")
    policy.value = "<b>Renewal every 9 months</b>"
    policy.save()
    models.DataRevision.bump()
    content = client.get("/drugs/spinraza/").content.decode()
    assert "&lt;b&gt;Renewal every 9 months" in content


def test_a_page_asks_the_database_three_times_at_most(client, reference_data, django_assert_max_num_queries):
    """Once for each snapshot it is made of: drugs, payers, the drug's changes."""
    for address in ("/drugs/", "/drugs/spinraza/", "/codes/J2326/", "/payers/", "/payers/medicare/"):
        client.get(address)
        with django_assert_max_num_queries(3):
            client.get(address)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("spin", "spinraza"),
        ("risdiplam", "evrysdi"),
        ("j1413", "elevidys"),
        ("64406-058-01", "spinraza"),
        ("64406005801", "spinraza"),
    ],
)
def test_the_list_finds_a_drug_by_name_generic_code_or_ndc(read, words, slug):
    assert f"/drugs/{slug}/" in read(f"/drugs/?q={words}").links


def test_the_list_offers_the_page_of_a_code_that_was_typed(read):
    assert "/codes/96450/" in read("/drugs/?q=96450").links


def test_a_search_in_vain_says_what_to_try(read):
    assert "We have no drug called “nothing”" in read("/drugs/?q=nothing").text


def test_the_list_is_grouped_by_disease(read):
    drugs = catalogue.load()
    assert diseases(drugs.drug("spinraza")) == ("Spinal muscular atrophy",)
    assert diseases(drugs.drug("elevidys")) == ("Duchenne muscular dystrophy",)
    assert diseases(drugs.drug("entyvio")) == ("Ulcerative colitis", "Crohn's disease")
    page = read("/drugs/")
    for drug in drugs.drugs:
        assert all(name in page.text for name in diseases(drug))


@pytest.mark.parametrize("address", ["/drugs/no-such-drug/", "/codes/J0000/", "/codes/%00/"])
def test_an_unknown_name_gets_the_list_and_is_not_found(client, reference_data, address):
    response = client.get(address)
    assert response.status_code == 404
    page = Page(response)
    assert "There is no" in page.text
    assert "/drugs/spinraza/" in page.links


def test_without_data_the_list_says_how_to_load_them(client, db):
    assert "manage.py load_reference" in Page(client.get("/drugs/")).text


def test_every_code_has_a_page_and_no_figure_without_source(read):
    drugs = catalogue.load()
    codes = {code.code for drug in drugs.drugs for code in drug.codes} | {p.code for p in drugs.prices}
    codes |= {row.code for drug in drugs.drugs for row in drug.administration_codes}
    for code in codes:
        page = read(f"/codes/{code}/")
        assert page.figures_without_source() == [], code
        assert all(f"{price.amount:,}" in page.text for price in drugs.prices_of(code)), code


def test_j1413_is_for_duchenne_and_shows_what_the_other_page_says(read):
    page = read("/codes/J1413/")
    assert "For Duchenne muscular dystrophy." in page.text
    assert "spinal muscular atrophy type 1" in page.text
    assert "makes micro-dystrophin" in page.text


def test_every_drug_and_procedure_code_has_plain_words_specialties_and_work_units_or_says_not_found(read):
    drugs = catalogue.load()
    billed = {c.code for d in drugs.drugs for c in d.codes if c.system == "hcpcs" and c.unit_mg}
    billed |= {"62321", "62322", "62323", "96450", "J1413", "J3399", "J3405"}
    assert len(billed) > 20
    for code in billed:
        page = read(f"/codes/{code}/")
        assert "In plain words" in page.text_in("plain")
        assert "Not found" not in page.text_in("plain") + page.text_in("specialties"), code
        assert "Physician work" in page.text_in("work-units"), code
        assert f"What is {code}?" in page.text_in("questions")
    assert "1.76 in Medicare's fee schedule file of July 2026" in read("/codes/62323/").text_in("work-units")
    assert "None: Medicare's fee schedule file" in read("/codes/J2326/").text_in("work-units")


def test_an_ended_code_says_so(read):
    assert "ended" in read("/codes/J1300/").text


def test_62321_is_never_for_spinraza_and_96450_names_its_payer(read):
    assert "Never." in read("/codes/62321/").text
    assert "Policies that name it: Medicare (Noridian and others)" in read("/codes/96450/").text


@pytest.mark.parametrize("written", ["j2326", "J2326 "])
def test_a_code_in_another_spelling_leads_to_its_page(client, reference_data, written):
    assert client.get(reverse("code", args=[written])).headers["Location"] == "/codes/J2326/"


def test_an_ndc_in_any_format_leads_to_its_package(client, reference_data):
    assert client.get("/codes/64406005801/").headers["Location"] == "/codes/64406-0058-01/"
    assert "12 mg vial" in Page(client.get("/codes/64406-0058-01/")).text
