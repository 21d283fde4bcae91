"""The admin of reference data: every page opens, an edit leaves its mark, a revision is only added."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils import timezone

from drugs import catalogue
from drugs.models import DataRevision, Drug, Fact, Phase, Presentation, Price, Regimen
from tests.drugs.adminpages import filled, page

OURS = [model for model in admin.site._registry if model._meta.app_label in ("drugs", "payers")]

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("chief", password="horse-battery")


@pytest.fixture
def browser(client, chief):
    client.force_login(chief)
    return client


def edit(browser, row, **changes):
    address = page(type(row), "change", row.pk)
    response = browser.post(address, filled(browser.get(address)) | changes)
    assert response.status_code == 302, response.context["errors"]


def test_every_model_has_a_list_with_search_and_pages_that_open(small_data, browser):
    for model in OURS:
        searchable = bool(admin.site._registry[model].search_fields)
        shown = browser.get(page(model, "changelist"), {"q": "spinraza"} if searchable else {})
        assert shown.status_code == 200, model
        if shown.context["has_add_permission"]:
            assert browser.get(page(model, "add")).status_code == 200, model
        if row := model.objects.first():
            assert browser.get(page(model, "change", row.pk)).status_code == 200, model
            assert browser.get(page(model, "history", row.pk)).status_code == 200, model


def test_nobody_sees_a_list_without_signing_in(client):
    for model in OURS:
        assert client.get(page(model, "changelist")).status_code == 302, model


def test_lists_filter_by_verified_due_and_confidence(small_data, browser):
    for model in OURS:
        for query in ("verified=yes", "verified=no", "due=yes", "due=no", "confidence__exact=high"):
            if hasattr(model, "verified_on"):
                shown = browser.get(f"{page(model, 'changelist')}?{query}")
                assert shown.status_code == 200, (model, query)


def test_a_list_asks_the_database_a_fixed_number_of_questions(
    small_data, browser, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        browser.get(page(Price, "changelist"))


def test_what_was_read_half_a_year_ago_is_due_for_review(small_data, browser):
    old, new = Fact.objects.all()[:2]
    Fact.objects.filter(pk=old.pk).update(read_on=timezone.localdate() - timedelta(days=181))
    Fact.objects.filter(pk=new.pk).update(read_on=timezone.localdate())
    due = set(browser.get(page(Fact, "changelist"), {"due": "yes"}).context["cl"].queryset)
    assert old in due
    assert new not in due


def verify(browser, model, rows):
    data = {"action": "mark_verified", "_selected_action": [row.pk for row in rows]}
    return browser.post(page(model, "changelist"), data, follow=True)


def test_verifying_stamps_the_day_and_the_person(small_data, browser, chief):
    price = Price.objects.filter(confidence="high").first()
    verify(browser, Price, [price])
    price.refresh_from_db()
    assert (price.verified_on, price.verified_by) == (timezone.localdate(), chief)
    shown = next(p for p in catalogue.load().prices if p.provenance.verified)
    assert (shown.code, shown.provenance.verified_by) == (price.code, "chief")


@pytest.mark.parametrize("confidence", ["low", "label_knowledge"])
def test_a_weak_source_cannot_be_verified_and_the_page_says_why(small_data, browser, confidence):
    fact = Fact.objects.filter(confidence="high").first()
    Fact.objects.filter(pk=fact.pk).update(confidence=confidence)
    response = verify(browser, Fact, [fact])
    fact.refresh_from_db()
    assert fact.verified_on is None
    assert "Read a better source" in response.content.decode()


def test_an_edit_marks_the_row_voids_its_verification_and_moves_the_data_revision(small_data, browser, chief):
    drug = Drug.objects.get(slug="spinraza")
    Drug.objects.update(verified_on=timezone.localdate(), verified_by=chief)
    before = DataRevision.current()
    edit(browser, drug, manufacturer="Biogen MA")
    drug.refresh_from_db()
    assert (drug.manufacturer, drug.edited_by_person, drug.verified_on) == ("Biogen MA", True, None)
    assert DataRevision.current() != before
    assert catalogue.load().drug("spinraza").manufacturer == "Biogen MA"


def test_a_save_without_a_change_leaves_the_row_to_the_files(small_data, browser):
    drug = Drug.objects.get(slug="spinraza")
    edit(browser, drug)
    drug.refresh_from_db()
    assert not drug.edited_by_person


def test_an_edit_stands_in_the_history_and_can_be_taken_back(small_data, browser):
    drug = Drug.objects.get(slug="spinraza")
    edit(browser, drug, manufacturer="Somebody")
    history = browser.get(page(Drug, "history", drug.pk)).content.decode()
    assert "Somebody" in history
    assert "chief" in history
    earlier = page(Drug, "simple_history", drug.pk, drug.history.last().pk)
    browser.post(earlier, filled(browser.get(earlier)))
    drug.refresh_from_db()
    assert drug.manufacturer == "Biogen"


def test_no_history_page_holds_an_inline_style(small_data, browser):
    drug = Drug.objects.get(slug="spinraza")
    assert "style=" not in browser.get(page(Drug, "history", drug.pk)).content.decode()


def test_editing_a_dose_marks_its_regimen_as_edited(small_data, browser):
    phase = Phase.objects.filter(regimen__slug="standard-12mg").first()
    edit(browser, phase, **{"bands-0-mg": "13"})
    assert phase.bands.get().mg == 13
    assert Regimen.objects.get(pk=phase.regimen_id).edited_by_person


def test_editing_a_phase_in_its_regimen_marks_the_regimen(small_data, browser):
    regimen = Regimen.objects.get(slug="standard-12mg")
    edit(browser, regimen, **{"phases-0-offsets": "[0, 14, 28, 60]"})
    regimen.refresh_from_db()
    assert regimen.edited_by_person
    assert catalogue.load().drug("spinraza").regimen().phases[0].offsets == (0, 14, 28, 60)


def test_a_row_of_the_files_cannot_be_deleted_but_one_made_here_can(small_data, browser):
    ours = Presentation.objects.first()
    assert browser.post(page(Presentation, "delete", ours.pk), {"post": "yes"}).status_code == 403
    mine = Presentation.objects.create(drug=ours.drug, form="mine", source=ours.source)
    browser.post(page(Presentation, "delete", mine.pk), {"post": "yes"})
    assert list(Presentation.objects.filter(pk__in=[ours.pk, mine.pk])) == [ours]


def correction(browser, price, **changes):
    address = f"{page(Price, 'add')}?revise={price.pk}"
    return browser.post(address, filled(browser.get(address)) | changes)


def test_a_correction_of_a_price_is_a_new_revision(small_data, browser, chief):
    price = Price.objects.get(code="J2326", basis="addendum_bb", effective_from=date(2026, 7, 1))
    assert correction(browser, price, amount="1334.00").status_code == 302
    old, new = Price.objects.filter(**price.key_values()).order_by("revision")
    assert (old.revision, old.amount) == (1, Decimal("1333.45"))
    assert (new.revision, new.amount, new.created_by) == (2, Decimal("1334.00"), chief)
    in_use = [p.amount for p in catalogue.load().prices_of("J2326") if p.effective_from == date(2026, 7, 1)]
    assert in_use == [Decimal("1334.00")]


def test_two_corrections_at_once_each_get_a_revision_of_their_own(small_data, browser, monkeypatch):
    price = Price.objects.get(effective_from=date(2026, 7, 1))
    correction(browser, price, amount="1334.00")
    counted, seen_too_early = Price.next_revision, iter([2])
    monkeypatch.setattr(Price, "next_revision", lambda row: next(seen_too_early, None) or counted(row))
    assert correction(browser, price, amount="1335.00").status_code == 302
    revisions = Price.objects.filter(**price.key_values()).order_by("revision")
    assert [(p.revision, p.amount) for p in revisions][1:] == [(2, Decimal(1334)), (3, Decimal(1335))]


def test_a_withdrawn_price_is_no_longer_used_and_still_there(small_data, browser):
    price = Price.objects.get(code="J2326", basis="addendum_bb", effective_from=date(2026, 7, 1))
    correction(browser, price, withdrawn="on")
    assert all(p.effective_from != date(2026, 7, 1) for p in catalogue.load().prices_of("J2326"))
    assert Price.objects.filter(**price.key_values()).count() == 2
    assert "withdrawn" in browser.get(page(Price, "change", price.pk)).content.decode()


def test_the_history_of_a_price_says_what_each_revision_changed_by_whom(small_data, browser):
    price = Price.objects.get(code="J2326", basis="addendum_bb", effective_from=date(2026, 7, 1))
    correction(browser, price, amount="1334.00", source_note="Read again.")
    shown = " ".join(browser.get(page(Price, "history", price.pk)).content.decode().split())
    assert "<strong>amount in dollars</strong>: 1333.4500 → 1334.0000" in shown
    assert "<td>chief</td>" in shown
    assert "<td>the project&#x27;s files</td>" in shown
    assert "<strong>code</strong>: nothing → J2326" in shown
    assert browser.get(page(Price, "history", 10**6)).status_code == 404


def test_a_stored_revision_can_neither_be_changed_nor_deleted(small_data, browser):
    price = Price.objects.first()
    assert browser.post(page(Price, "change", price.pk), {"amount": "1"}).status_code == 403
    assert browser.post(page(Price, "delete", price.pk), {"post": "yes"}).status_code == 403
    delete = {"action": "delete_selected", "_selected_action": [price.pk], "post": "yes"}
    browser.post(page(Price, "changelist"), delete)
    assert Price.objects.filter(pk=price.pk, amount=price.amount).exists()


def test_a_row_edited_inside_its_drugs_page_is_edited_by_a_person(small_data, browser):
    regimen = Regimen.objects.get(slug="standard-12mg")
    others = Regimen.objects.exclude(pk=regimen.pk)
    form = filled(browser.get(page(Drug, "change", regimen.drug_id)))
    name = next(key for key, value in form.items() if value == regimen.name and key.startswith("regimens-"))
    edit(browser, regimen.drug, **{name: "Ours"})
    regimen.refresh_from_db()
    assert (regimen.name, regimen.edited_by_person) == ("Ours", True)
    assert not others.filter(edited_by_person=True).exists()


def test_the_patients_share_is_typed_in_percent_and_kept_exactly(small_data, browser):
    price = Price.objects.get(code="J1304")
    assert price.coinsurance == 19_941
    address = f"{page(Price, 'add')}?revise={price.pk}"
    sent = filled(browser.get(address))
    assert sent["coinsurance"] == "19.941 %"
    assert browser.post(address, sent | {"coinsurance": "19.95 %"}).status_code == 302
    newest = Price.objects.get(code="J1304", revision=2)
    assert newest.coinsurance == 19_950
    for name in ("change", "history"):
        assert "19.95 %" in browser.get(page(Price, name, newest.pk)).content.decode()
    answer = browser.post(address, sent | {"coinsurance": "0.19941x"})
    assert "Use digits only" in answer.context["adminform"].form.errors["coinsurance"][0]
