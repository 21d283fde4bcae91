"""Official files in the administration: upload, difference, and publishing by a second action of somebody who may."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from drugs.import_models import ImportBatch
from drugs.importers import difference, staging
from drugs.importers.kinds import KINDS
from drugs.models import Price
from tests.drugs.importers import files
from tests.drugs.importers.conftest import in_this_process, small_files_are_whole  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_this_process", "small_files_are_whole")]


@pytest.fixture
def browser(client):
    client.force_login(get_user_model().objects.create_superuser("chief", password="horse-battery"))
    return client


@pytest.fixture
def clerk(client):
    """Somebody who may upload and look, and not publish."""
    user = get_user_model().objects.create_user("clerk", password="horse-battery", is_staff=True)
    names = ("add_importbatch", "view_importbatch")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


def upload(browser, data, kind="asp", quarter="", name="limits.csv"):
    file = SimpleUploadedFile(name, data)
    sent = {"kind": kind, "file": file, "quarter": quarter}
    return browser.post(reverse("admin:drugs_importbatch_add"), sent, follow=True)


def decide(browser, act, batch, **sent):
    return browser.post(reverse(f"admin:drugs_importbatch_{act}", args=[batch.pk]), sent, follow=True)


def shown(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_upload_is_shown_as_a_difference_and_changes_nothing(browser):
    page = shown(upload(browser, files.asp()))
    assert "waiting to be published" in page
    assert "added: 7" in page
    assert "$160.009" in page
    assert "Publish 2026Q1" in page
    assert not Price.objects.exists()


def test_publishing_is_a_second_post(browser):
    upload(browser, files.asp())
    batch = ImportBatch.objects.get()
    address = reverse("admin:drugs_importbatch_publish", args=[batch.pk])
    assert browser.get(address).status_code == 405
    assert "is published: 7 new." in shown(decide(browser, "publish", batch))
    assert Price.objects.get(code="J1304").created_by.username == "chief"
    assert LogEntry.objects.filter(change_message="Published").exists()


def test_who_may_not_publish_sees_the_difference_and_no_button(clerk):
    page = shown(upload(clerk, files.asp()))
    assert "added: 7" in page
    assert "Publish 2026Q1" not in page
    for act in ("publish", "withdraw"):
        assert decide(clerk, act, ImportBatch.objects.get()).status_code == 403
    assert not Price.objects.exists()


def test_nobody_uploads_without_the_permission_to(client):
    client.force_login(get_user_model().objects.create_user("reader", is_staff=True))
    assert upload(client, files.asp()).status_code == 403


def test_publishing_needs_the_token_of_the_page(browser):
    upload(browser, files.asp())
    browser.handler.enforce_csrf_checks = True
    assert decide(browser, "publish", ImportBatch.objects.get()).status_code == 403


def test_a_refused_file_shows_the_line_and_what_was_expected(browser):
    page = shown(upload(browser, files.asp(J2350=files.asp_price("J2350", "<script>1e3</script>"))))
    assert "Why it was refused (1)" in page
    assert '<th scope="row">16</th> <td>Payment Limit</td> <td>an amount in dollars' in page
    assert "&lt;script&gt;1e3" in page
    assert "<script>1e3" not in page


def test_the_same_file_again_leads_to_the_first_one(browser):
    upload(browser, files.asp())
    assert "Already imported" in shown(upload(browser, files.asp()))
    assert ImportBatch.objects.count() == 1


def test_what_must_be_confirmed_needs_the_tick(browser):
    upload(browser, files.asp("2025Q4"))
    decide(browser, "publish", ImportBatch.objects.get())
    page = shown(upload(browser, files.asp("2026Q1", rows=files.ASP_ROWS[:4])))
    assert "50 % fewer" in page
    batch = ImportBatch.objects.get(quarter="2026Q1")
    assert "is it whole?" in shown(decide(browser, "publish", batch))
    batch.refresh_from_db()
    assert batch.status == "staged"
    assert "is published" in shown(decide(browser, "publish", batch, confirm="on"))


def test_a_file_too_short_to_be_whole_needs_the_tick(browser, monkeypatch):
    monkeypatch.setattr(difference, "KINDS", KINDS)
    page = shown(upload(browser, files.asp(rows=files.ASP_ROWS[:3])))
    assert "A whole file has at least 600 rows; this one has 3: is it whole?" in page
    assert '<input type="checkbox" name="confirm"' in page
    batch = ImportBatch.objects.get()
    decide(browser, "publish", batch)
    assert not Price.objects.exists()
    assert "is published" in shown(decide(browser, "publish", batch, confirm="on"))


def test_a_published_file_can_be_withdrawn(browser):
    upload(browser, files.asp())
    batch = ImportBatch.objects.get()
    decide(browser, "publish", batch)
    assert "is withdrawn" in shown(decide(browser, "withdraw", batch))
    assert Price.objects.filter(code="J1304").latest("revision").withdrawn


def test_the_rows_can_be_looked_up_by_code_and_by_kind_of_change(browser):
    upload(browser, files.asp())
    address = reverse("admin:drugs_importbatch_change", args=[ImportBatch.objects.get().pk])
    assert "J2326 is not in this file." in shown(browser.get(address, {"code": "j2326"}))
    assert "Tofersen" in shown(browser.get(address, {"code": "J1304"}))
    assert "priced by the contractor" in shown(browser.get(address, {"change": "none"}))
    for odd in ({"change": "'; --"}, {"page": "x"}, {"page": "-1"}):
        assert browser.get(address, odd).status_code == 200
    assert browser.get(address, {"code": "\0"}).status_code == 400  # no database keeps such a character


def test_a_crosswalk_shows_packages(browser):
    assert "64406-0109-01" in shown(upload(browser, files.crosswalk(), kind="ndc_crosswalk"))


def test_a_quarter_is_stated_where_the_file_does_not_say_it(browser):
    assert "a quarter: state it" in shown(upload(browser, files.addendum_b(), kind="addendum_b"))
    page = shown(upload(browser, files.addendum_b(), kind="addendum_b", quarter="2025Q4"))
    assert "Publish 2025Q4" in page
    page = shown(upload(browser, files.addendum_b(), kind="addendum_b", quarter="Q4"))
    assert "Write a quarter as 2026Q1." in page


def test_no_file_is_an_error_of_the_form(browser):
    response = browser.post(reverse("admin:drugs_importbatch_add"), {"kind": "asp"})
    assert "This field is required." in shown(response)


def test_the_list_finds_a_file_by_a_code_in_it(browser):
    upload(browser, files.asp())
    address = reverse("admin:drugs_importbatch_changelist")
    assert "limits.csv" in shown(browser.get(address, {"q": "J1304"}))
    assert "limits.csv" not in shown(browser.get(address, {"q": "J2326"}))


def test_a_file_is_never_deleted_or_edited(browser):
    batch = staging.stage("asp", "limits.csv", files.asp())
    assert browser.post(reverse("admin:drugs_importbatch_delete", args=[batch.pk])).status_code == 403
    assert browser.get(reverse("admin:drugs_importbatch_history", args=[batch.pk])).status_code == 200
    assert browser.get(reverse("admin:drugs_importbatch_change", args=["999"])).status_code == 404
