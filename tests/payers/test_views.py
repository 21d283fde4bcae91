"""Payer pages, the assistance on a drug's page and the freshness page."""

from datetime import date

import pytest
from django.urls import reverse

from drugs import catalogue as drug_catalogue
from drugs.citations import Citations
from drugs.models import DataRevision, Price, Source
from payers import catalogue
from payers.presented import policy_payers
from payers.termwords import terms_in_words
from tests.pages import Page, plain

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


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


def test_every_payer_has_a_page_with_its_designs_and_no_figure_without_source(read):
    payers = catalogue.load()
    for payer in payers.payers:
        page = read(f"/payers/{payer.slug}/")
        assert page.figures_without_source() == [], payer.slug
        for design in (d for d in payers.designs if d.payer == payer):
            assert design.name in page.text
            assert plain(design.note) in page.text


def test_every_payer_that_a_policy_names_has_a_page_with_that_policy(read):
    drugs = drug_catalogue.load()
    assert len(policy_payers(drugs)) > 15
    for slug, (name, _) in policy_payers(drugs).items():
        page = read(f"/payers/{slug}/")
        assert name in page.text
        assert page.figures_without_source() == [], slug


def test_the_policies_of_one_payer_stand_together(read):
    page = read("/payers/unitedhealthcare/")
    for drug in ("spinraza", "evrysdi"):
        assert f"/drugs/{drug}/#policies" in page.links


def test_a_payer_known_by_its_policies_alone_says_what_is_not_known(read):
    page = read("/payers/california-childrens-services/")
    assert "Numbered letter 15-1120" in page.text_in("policies")
    assert "No benefit design of theirs is here" in page.text_in("not-known")
    assert "/payers/medicaid/" in page.links
    assert "Payer policies" in page.text_in("kept-fresh")


def test_part_b_is_told_in_words_with_the_figures_of_the_year(read):
    page = read("/payers/medicare/")
    assert "Part B deductible $283.00 (the Part B deductible of 2026) a person" in page.text
    assert "20 % after the Part B deductible, limited by the hospital outpatient cap" in page.text
    assert "only in: hospital, on campus or hospital, off campus (excepted)" in page.text
    assert "whether it holds for a drug billed in many units is disputed" in page.text


def test_a_year_nobody_has_published_says_not_known(read):
    page = read("/payers/medicare/")
    assert "2027" in page.text
    assert "not known" in page.text


def test_medicare_is_refused_by_a_copay_card_and_a_fund_may_take_it(read):
    page = read("/payers/medicare/")
    assert "Spinraza copay program 1-833-425-9360 Spinraza Refuses it" in page.text
    assert "May be used, if its other conditions are met" in page.text


def test_examples_are_said_to_be_examples(read):
    assert "an example, not a real plan" in read("/payers/commercial/").text


def test_state_rules_stand_on_the_commercial_page_with_their_law(read):
    page = read("/payers/commercial/")
    for rule in catalogue.load().state_rules:
        assert plain(rule.citation) in page.text


def test_every_key_of_every_design_has_its_words(reference_data):
    payers = catalogue.load()
    for design in payers.designs:
        for revision in design.revisions:
            lines = terms_in_words(revision.terms, payers, 2026, Citations())
            assert lines, design.slug
            assert all("_" not in f"{line.label} {line.text}" for line in lines), design.slug


def test_an_unknown_payer_gets_the_list_and_is_not_found(client, reference_data):
    response = client.get("/payers/no-such-payer/")
    assert response.status_code == 404
    assert "/payers/medicare/" in Page(response).links


def test_a_drug_page_lists_its_programs_with_phone_maximum_and_whom_they_refuse(read):
    page = read("/drugs/spinraza/")
    for program in catalogue.load().programs_for("spinraza"):
        assert program.name in page.text
    assert "tel:1-833-425-9360" in page.links
    assert "At most a year nobody publishes it: ask" in page.text
    # 400 % of the 2026 guideline: 4 x $15,960 for one, 4 x ($15,960 + 3 x $5,680) for four
    assert "at most 400 % of the poverty level: $63,840.00 for one person, $132,000.00 for four" in page.text
    assert "No rule was found on age, diagnoses, states left out, the last day to apply" in page.text
    assert "Refuses Medicare, Medicaid, CHIP, TRICARE, VA coverage or no insurance" in page.text
    assert "not accepting applications, seen Nov 21, 2026" in page.text


def test_a_program_not_read_for_180_days_is_flagged(client, reference_data, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: date(2027, 6, 1))
    page = Page(client.get("/drugs/spinraza/"))
    assert "not read for 180 days" in page.text
    assert "apply again each year (not read for 180 days: ask)" in page.text


def test_differences_about_a_program_stand_on_its_drugs_page(read):
    assert "As little as $0 a dose, no maximum named".lower() in read("/drugs/spinraza/").text.lower()


class TestFreshness:
    @pytest.fixture
    def staff(self, client, reference_data, django_user_model):
        client.force_login(django_user_model.objects.create_superuser("chief", password="horse-battery"))
        return client

    def page(self, client, monkeypatch, today=TODAY):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: today)
        return Page(client.get("/freshness/"))

    def test_it_is_for_signed_in_staff_alone(self, client, db, django_user_model):
        assert "login" in client.get("/freshness/").headers["Location"]
        client.force_login(django_user_model.objects.create_user("visitor"))
        assert client.get("/freshness/").status_code == 403

    def test_a_price_past_its_quarter_is_listed_with_the_drugs_that_use_it(self, staff, monkeypatch):
        page = self.page(staff, monkeypatch)
        assert (
            "J2326, Medicare in a surgery center (ASC Addendum BB) 2026Q3: 1 quarter behind Spinraza"
            in page.text
        )

    def test_a_banner_says_what_estimates_do_about_prices_past_their_quarter(self, staff, monkeypatch):
        banner = self.page(staff, monkeypatch).text_in("old-prices")
        assert "J2326" in banner
        assert "is one quarter behind: estimates use it and say so." in banner
        assert "asks for a deliberate yes before it uses it" in banner

    def test_codes_that_no_drug_here_uses_are_counted_not_listed(self, staff, monkeypatch):
        for code in ("J9998", "J9999"):
            Price.objects.create(
                code=code,
                basis="asp",
                amount=1,
                effective_from=date(2026, 1, 1),
                effective_to=date(2026, 3, 31),
                source=Source.objects.first(),
                origin="import",
            )
        DataRevision.bump()
        page = self.page(staff, monkeypatch)
        assert "J9999" not in page.text
        assert "2 more are of codes that no drug here uses, and not listed." in page.text

    def test_the_price_of_an_ended_code_may_rest(self, staff, monkeypatch):
        assert "J1300" not in self.page(staff, monkeypatch).text

    def test_a_design_whose_figures_of_the_year_are_not_known_is_listed(self, staff, monkeypatch):
        assert "2027 not known: medicare/inpatient_deductible" in self.page(staff, monkeypatch).text

    def test_programs_and_reviews_fall_due(self, staff, monkeypatch):
        now = self.page(staff, monkeypatch)
        assert "Programs not reviewed in 180 days (0)" in now.text
        later = self.page(staff, monkeypatch, date(2027, 6, 1))
        assert "last read Nov 21, 2026 Spinraza" in later.text
        assert "drugs/data/spinraza.toml due on Feb 21, 2027" in later.text

    def test_every_line_leads_to_its_admin_page(self, staff, monkeypatch):
        page = self.page(staff, monkeypatch, date(2027, 6, 1))
        links = [link for link in page.links if link.startswith("/admin/")]
        assert len(links) > 100
        sample = {link.split("/")[3]: link for link in links if link.count("/") > 3}
        for link in sample.values():
            assert staff.get(link).status_code == 200, link

    def test_unverified_values_are_counted_by_kind_and_by_drug(self, staff, monkeypatch):
        page = self.page(staff, monkeypatch)
        assert reverse("admin:drugs_price_changelist") + "?verified=no" in page.links
        assert "Spinraza" in page.text
        assert "values not verified" in page.text
