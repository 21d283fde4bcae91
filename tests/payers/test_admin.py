"""Terms in the admin: a form in words, tried on a sample before it is saved, added as revisions."""

from datetime import date

import pytest
from django.urls import reverse

from drugs.models import Source
from payers import catalogue
from payers.models import AssistanceProgram, BenefitDesign, DesignTerms, Parameter, Payer, ProgramTerms
from payers.reference import plain
from tests.drugs.adminpages import controls, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("chief", password="horse-battery"))
    return client


def shown(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def add_page(browser, owner):
    """The page that a design's or program's own page links to for its next terms."""
    shown = browser.get(reverse(f"admin:payers_{owner._meta.model_name}_change", args=[owner.pk]))
    return shown.content.decode().split(">add terms</a>")[0].rsplit('href="', 1)[1].rstrip('"')


def test_new_terms_start_from_the_newest_and_hold_from_their_date(small_data, browser):
    address = add_page(browser, BenefitDesign.objects.get(slug="commercial-ppo"))
    sent = controls(browser.get(address))
    assert sent["terms-deductibles-0-individual"] == ["$2,000.00"]
    changed = {"terms-deductibles-0-individual": "2,500", "effective_from": "2027-01-01"}
    assert browser.post(address, sent | changed).status_code == 302
    ppo = catalogue.load().design("commercial-ppo")
    before, after = (plain(ppo.in_force(date(year, 6, 1)).terms) for year in (2026, 2027))
    assert after["deductibles"]["medical"].pop("individual") == 250_000
    assert before["deductibles"]["medical"].pop("individual") == 200_000
    assert before == after


def test_wrong_terms_are_refused_at_their_field_and_what_was_typed_stays(small_data, browser):
    address = add_page(browser, BenefitDesign.objects.get(slug="commercial-ppo"))
    sent = controls(browser.get(address))
    page = shown(browser.post(address, sent | {"terms-rules-drug-coinsurance": "200"}))
    error = (
        '<ul class="errorlist" id="id_terms-rules-drug-coinsurance_error"><li>A percentage lies between 0 and'
    )
    assert error in page
    assert 'name="terms-rules-drug-coinsurance" value="200"' in page
    assert DesignTerms.objects.filter(design__slug="commercial-ppo").count() == 1


def test_a_preview_shows_the_difference_and_saves_nothing(small_data, browser):
    address = add_page(browser, BenefitDesign.objects.get(slug="commercial-ppo"))
    changed = {"terms-deductibles-0-individual": "1,000", "_preview": "1"}
    page = shown(browser.post(address, controls(browser.get(address)) | changed))
    assert "What it changes. Nothing is saved yet." in page
    assert "<caption>Spinraza, first doses and after, in a hospital: Commercial PPO" in page
    assert 'name="terms-deductibles-0-individual" value="1,000"' in page
    assert "Please correct" not in page
    assert DesignTerms.objects.filter(design__slug="commercial-ppo").count() == 1


def test_a_preview_of_wrong_terms_shows_the_errors_alone(small_data, browser):
    address = add_page(browser, BenefitDesign.objects.get(slug="commercial-ppo"))
    sent = controls(browser.get(address)) | {"terms-rules-drug-coinsurance": "x", "_preview": "1"}
    page = shown(browser.post(address, sent))
    assert "What it changes" not in page
    assert "Please correct" in page


def test_without_a_design_the_page_says_how_to_begin(small_data, browser):
    address = reverse("admin:payers_designterms_add")
    assert "Choose the design above" in shown(browser.get(address))
    design = BenefitDesign.objects.get(slug="medigap-g")
    page = shown(browser.post(address, {"design": design.pk, "_preview": "1"}))
    assert "Now fill in the terms of this design." in page
    assert "Pays the Part B deductible" in page
    assert "Choose the design above" in shown(browser.post(address, {"design": "x"}))


def test_stored_terms_are_read_in_words(small_data, browser):
    terms = DesignTerms.objects.get(design__slug="commercial-ppo")
    page = shown(browser.get(reverse("admin:payers_designterms_change", args=[terms.pk])))
    assert "<strong>Medical deductible:</strong> $2,000.00 a person" in page
    assert "individual" not in page


def test_the_history_of_terms_says_what_changed_in_words(small_data, browser):
    address = add_page(browser, BenefitDesign.objects.get(slug="commercial-ppo"))
    sent = controls(browser.get(address)) | {"terms-rules-drug-coinsurance": "unknown"}
    assert browser.post(address, sent).status_code == 302
    newest = DesignTerms.objects.filter(design__slug="commercial-ppo").latest("revision")
    page = shown(browser.get(reverse("admin:payers_designterms_history", args=[newest.pk])))
    before = "20 % after the medical deductible"
    after = "a percentage that is not known: ask the plan after the medical deductible"
    assert f"<strong>The drug (medical benefit)</strong>: {before} → {after}" in page
    assert "<td>chief</td>" in page
    assert "revision 2" in page


def test_a_design_without_terms_links_to_its_first_ones(small_data, browser):
    payer = Payer.objects.get(slug="commercial")
    design = BenefitDesign.objects.create(slug="mine", name="Mine", payer=payer)
    initial = browser.get(add_page(browser, design)).context["adminform"].form
    assert str(initial["design"].value()) == str(design.pk)


def test_a_maximum_that_is_given_is_known(small_data, browser):
    program = AssistanceProgram.objects.get(slug="biogen-copay")
    address = add_page(browser, program)
    sent = filled(browser.get(address))
    assert browser.post(address, sent | {"annual_maximum": "$6,000"}).status_code == 200
    assert "cannot be negative" in shown(browser.post(address, sent | {"annual_maximum": "-1"}))
    known = {"annual_maximum": "$6,000", "annual_known": "on", "source": Source.objects.first().pk}
    assert browser.post(address, sent | known).status_code == 302
    (terms,) = catalogue.load().program("biogen-copay").terms
    assert (terms.annual_maximum, terms.annual_known, terms.revision) == (600_000, True, 2)
    assert filled(browser.get(add_page(browser, program)))["annual_maximum"] == "$6,000.00"
    assert ProgramTerms.objects.filter(program__slug="biogen-copay").count() == 2


def test_a_secondary_design_needs_a_method(small_data, browser):
    design = BenefitDesign.objects.get(slug="medigap-g")
    address = reverse("admin:payers_benefitdesign_change", args=[design.pk])
    response = browser.post(address, filled(browser.get(address)) | {"method": ""})
    assert "A secondary coverage needs a method" in response.content.decode()


@pytest.mark.parametrize(
    ("unit", "typed", "kept", "told"),
    [
        ("cents", "$1,234.56", 123_456, "$1,234.56"),
        ("thousandths", "19.941 %", 19_941, "19.941 %"),
        ("percent_fpl", "138", 138, "138 % of the poverty level"),
    ],
    ids=["dollars", "percent", "poverty level"],
)
def test_a_figure_is_typed_and_read_in_its_unit(small_data, browser, unit, typed, kept, told):
    address = reverse("admin:payers_parameter_add")
    sent = filled(browser.get(address)) | {"programme": "medicare", "key": "mine", "year": "2031"}
    sent |= {"source": Source.objects.first().pk, "value": typed, "unit": unit}
    assert browser.post(address, sent).status_code == 302
    figure = Parameter.objects.get(key="mine")
    assert (figure.value, figure.unit) == (kept, unit)
    assert told in shown(browser.get(reverse("admin:payers_parameter_change", args=[figure.pk])))
    assert told in shown(browser.get(reverse("admin:payers_parameter_history", args=[figure.pk])))
    following = filled(browser.get(f"{address}?revise={figure.pk}"))
    assert browser.post(address, following).status_code == 302
    assert [f.value for f in Parameter.objects.filter(key="mine")] == [kept, kept]


@pytest.mark.parametrize(
    ("unit", "typed", "words"),
    [
        ("cents", "20 %", "We cannot read this. Write it like $1,234.56."),
        ("thousandths", "$20", "We cannot read this. Write it like 20."),
        ("thousandths", "120", "between 0 and 100"),
        ("percent_fpl", "1e2", "out in full"),
    ],
    ids=["percent as dollars", "dollars as percent", "beyond all", "shorthand"],
)
def test_a_figure_that_does_not_fit_its_unit_is_refused_where_it_stands(
    small_data, browser, unit, typed, words
):
    address = reverse("admin:payers_parameter_add")
    sent = filled(browser.get(address)) | {"programme": "medicare", "key": "mine", "year": "2031"}
    sent |= {"source": Source.objects.first().pk, "value": typed, "unit": unit}
    page = browser.post(address, sent)
    assert words in page.context["adminform"].form.errors["value"][0]
    assert f'value="{typed}"' in page.content.decode()


def test_amounts_of_stored_terms_are_read_in_dollars(small_data, browser):
    terms = ProgramTerms.objects.get(program__slug="pan-sma")
    page = shown(browser.get(reverse("admin:payers_programterms_change", args=[terms.pk])))
    assert "$6,500.00" in page
    assert "650000" not in page
