"""Reference tables out of the admin and back in: safe in a spreadsheet, unchanged, all or nothing, by permission."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from drugs import catalogue
from drugs.admin_transfer import LARGEST_TABLE, TransferAdmin
from drugs.models import Code, DataRevision, Drug, Price, Source
from drugs.safecsv import SafeCSV, quoted, unquoted
from payers.models import AssistanceProgram, BenefitDesign, DesignTerms, Parameter
from tests.drugs.adminpages import page

pytestmark = pytest.mark.django_db

MOVED = [model for model, own in admin.site._registry.items() if isinstance(own, TransferAdmin)]


@pytest.fixture
def browser(client):
    client.force_login(get_user_model().objects.create_superuser("chief", password="horse-battery"))
    return client


def exported(browser, model, **filters):
    response = browser.get(page(model, "export"), filters)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def table(rows):
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def upload(browser, model, data, name="rows.csv"):
    file = SimpleUploadedFile(name, data if isinstance(data, bytes) else table(data))
    return browser.post(page(model, "import"), {"import_file": file, "format": "0", "resource": "0"})


def confirm(browser, model, shown):
    sent = {name: value for name, value in shown.context["confirm_form"].initial.items()}
    return browser.post(page(model, "process_import"), sent, follow=True)


def taken(browser, model, rows):
    shown = upload(browser, model, rows)
    assert "confirm_form" in shown.context, shown.context["result"].invalid_rows
    return confirm(browser, model, shown)


def refused(browser, model, rows):
    shown = upload(browser, model, rows)
    assert shown.status_code == 200
    assert "confirm_form" not in shown.context
    return " ".join(shown.content.decode().split())


def test_every_table_comes_back_without_a_change(small_data, browser):
    assert {model._meta.model_name for model in MOVED} == {
        *("source", "drug", "code", "administrationcode", "price", "parameter", "payer", "benefitdesign"),
        *("designterms", "assistanceprogram", "programterms", "programrule"),
    }
    for model in MOVED:
        before, count = DataRevision.current(), model.objects.count()
        rows = exported(browser, model)
        assert len(rows) == count > 0, model
        result = upload(browser, model, rows).context["result"]
        assert not result.has_errors(), (model, result.row_errors())
        assert not result.has_validation_errors(), (model, result.invalid_rows[0].error)
        assert result.totals["skip"] == count, (model, result.totals)
        assert (DataRevision.current(), model.objects.count()) == (before, count)


def test_an_export_gives_the_list_as_it_is_filtered_as_text(small_data, browser):
    rows = exported(browser, Price, basis__exact="addendum_bb")
    assert {row["basis"] for row in rows} == {"addendum_bb"}
    assert rows[0]["source"] in set(Source.objects.values_list("key", flat=True))
    Code.objects.update(code="09999")
    assert {row["code"] for row in exported(browser, Code)} == {"09999"}


RUN_BY_A_SPREADSHEET = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=x", "\uff1dx"]


def test_a_cell_that_a_spreadsheet_would_run_is_quoted_and_comes_back(small_data, browser):
    for number, begins in enumerate(RUN_BY_A_SPREADSHEET):
        Source.objects.create(key=f"odd-{number}", title=begins, publisher="'tis fine")
        assert unquoted(quoted(begins)) == begins
    titles = {row["key"]: row["title"] for row in exported(browser, Source, q="odd-")}
    assert titles == {f"odd-{number}": f"'{begins}" for number, begins in enumerate(RUN_BY_A_SPREADSHEET)}
    assert {row["publisher"] for row in exported(browser, Source, q="odd-")} == {"'tis fine"}


def test_reading_takes_the_quote_away_again():
    written = SafeCSV().export_data(SafeCSV().table([["a", "b"], ["=1", "'-2"]]))
    assert written.splitlines()[1] == "'=1,'-2"
    assert SafeCSV().create_dataset(written)[0] == ("=1", "-2")


def test_a_descriptive_row_is_changed_in_place_with_its_history(small_data, browser):
    rows = [row for row in exported(browser, Drug) if row["slug"] == "spinraza"]
    shown = upload(browser, Drug, [rows[0] | {"manufacturer": "Biogen <MA>"}])
    html = shown.content.decode()
    assert "Biogen → Biogen &lt;MA&gt;" in html
    assert "style=" not in html
    assert Drug.objects.get(slug="spinraza").manufacturer == "Biogen"
    confirm(browser, Drug, shown)
    drug = Drug.objects.get(slug="spinraza")
    assert (drug.manufacturer, drug.edited_by_person) == ("Biogen <MA>", True)
    newest = drug.history.first()
    assert (str(newest.history_user), newest.history_change_reason) == ("chief", "imported from rows.csv")
    assert catalogue.load().drug("spinraza").manufacturer == "Biogen <MA>"


def test_a_changed_price_is_a_new_revision_and_the_old_one_stays(small_data, browser):
    rows = [row for row in exported(browser, Price) if row["effective_from"] == "2026-07-01"]
    assert len(rows) == 1
    taken(browser, Price, [rows[0] | {"amount": "1334.5"}])
    old, new = Price.objects.filter(code="J2326", effective_from=date(2026, 7, 1)).order_by("revision")
    assert (old.amount, old.revision) == (Decimal("1333.45"), 1)
    assert (new.amount, new.revision, new.origin, str(new.created_by)) == (
        Decimal("1334.5"),
        2,
        "person",
        "chief",
    )


def test_a_new_figure_is_added_with_its_source(small_data, browser):
    row = exported(browser, Parameter)[0] | {"year": "2031", "value": "12345"}
    taken(browser, Parameter, [row])
    assert Parameter.objects.get(year=2031).value == 12345


WRONG = [
    ({"amount": "1e3"}, "expected a number like 1333.45"),
    ({"amount": "-5"}, "expected a number like 1333.45"),
    ({"effective_from": "1/2/2026"}, "expected a date like 2026-01-05"),
    ({"effective_to": "2026-02-30"}, "there is no day 2026-02-30"),
    ({"effective_to": "2020-01-01"}, "It ends before it begins."),
    ({"withdrawn": "maybe"}, "expected yes or no"),
    ({"source": "nobody"}, "no source here has the key"),
    ({"basis": "guess"}, "is not a valid choice"),
    ({"prize": "1"}, "There is no column &#x27;prize&#x27;"),
]


def test_what_is_wrong_is_said_row_by_row_and_nothing_is_taken(small_data, browser):
    fine, wrong = exported(browser, Price)[:2]
    count = Price.objects.count()
    for changed, words in WRONG:
        more = changed if "prize" in changed else {}
        assert words in refused(browser, Price, [fine | {"source_note": "new"} | more, wrong | changed]), (
            changed
        )
    assert Price.objects.count() == count


def test_terms_are_judged_as_in_their_form(small_data, browser):
    row = next(r for r in exported(browser, DesignTerms) if r["design"] == "commercial-ppo")
    wrong = row | {"terms": '{"rules": {"drug": {"coinsurance": 200000}}}'}
    assert "expected thousandths of a percent" in refused(browser, DesignTerms, [wrong])
    design = exported(browser, BenefitDesign)[0] | {"role": "secondary", "method": ""}
    assert "needs a method" in refused(browser, BenefitDesign, [design])


def test_a_key_that_stands_twice_is_refused(small_data, browser):
    row = exported(browser, Price)[0]
    assert "stands in this file twice" in refused(
        browser, Price, [row | {"amount": "1"}, row | {"amount": "2"}]
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x00\x01", "This is not a csv file"),
        (b"\xff\xfe\xfa", "cannot be read as csv text in UTF-8"),
        (b"code\n", "no row below the header"),
        (b"code,code\nA,B\n", "A column stands here twice"),
        (b"code,basis\nA\n", "Row 1 has 1 cells, and the header has 2"),
        (b"code\n" + b"A\n" * 5001, "At most 5,000 rows at once"),
        (b"x" * (LARGEST_TABLE + 1), "At most 2 MB at once"),
    ],
)
def test_what_is_no_table_is_refused_in_words(browser, data, words):
    assert words in refused(browser, Price, data)


def test_what_changed_between_looking_and_confirming_takes_nothing(small_data, browser):
    rows = [row for row in exported(browser, Drug) if row["slug"] == "spinraza"]
    source = Source.objects.create(key="short-lived", title="Short-lived")
    fine = rows[0] | {"manufacturer": "Somebody"}
    shown = upload(browser, Drug, [fine, rows[0] | {"slug": "other", "name": "Other", "source": source.key}])
    source.delete()
    page_after = confirm(browser, Drug, shown).content.decode()
    assert "Nothing was imported" in page_after
    assert Drug.objects.get(slug="spinraza").manufacturer == "Biogen"


def test_importing_asks_for_the_right_to_add_and_change_and_exporting_to_view(small_data, client):
    user = get_user_model().objects.create_user("clerk", is_staff=True)
    client.force_login(user)
    assert client.get(page(Drug, "export")).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_drug", "add_drug")))
    assert client.get(page(Drug, "export")).status_code == 200
    assert client.get(page(Drug, "import")).status_code == 403
    assert client.post(page(Drug, "process_import"), {}).status_code == 403


def test_the_drugs_of_a_program_go_out_and_come_back_by_their_slugs(small_data, browser):
    Drug.objects.create(slug="other", name="Other", source=Source.objects.first())
    row = next(r for r in exported(browser, AssistanceProgram) if r["slug"] == "biogen-copay")
    assert row["drugs"] == "spinraza"
    assert "no drug here has the slug" in refused(
        browser, AssistanceProgram, [row | {"drugs": "spinraza | nobody"}]
    )
    taken(browser, AssistanceProgram, [row | {"drugs": "spinraza | other"}])
    program = AssistanceProgram.objects.get(slug="biogen-copay")
    assert {drug.slug for drug in program.drugs.all()} == {"spinraza", "other"}
    assert program.edited_by_person
    row = next(r for r in exported(browser, AssistanceProgram) if r["slug"] == "biogen-copay")
    assert row["drugs"] == "other | spinraza"
    # A table without the column leaves the drugs as they are.
    taken(browser, AssistanceProgram, [{"slug": "biogen-copay", "sponsor": "Somebody"}])
    assert program.drugs.count() == 2
    taken(browser, AssistanceProgram, [row | {"drugs": ""}])
    assert program.drugs.count() == 0


@pytest.mark.parametrize("name", ["other.csv", "../../etc/passwd", "", "\0"])
def test_only_a_file_that_this_session_has_shown_is_taken(browser, name, tmp_path, monkeypatch):
    """The name comes back from the page: it must not reach another file of the temporary folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    other = tmp_path / "other.csv"
    other.write_text("key,title\nx,Somebody else's\n")
    sent = {"import_file_name": name, "original_file_name": "a.csv", "format": "0", "resource": "0"}
    answer = browser.post(page(Source, "process_import"), sent, follow=True)
    assert "this file waits here no more" in answer.content.decode()
    assert other.exists()
    assert not Source.objects.exists()


def test_a_file_is_confirmed_once(small_data, browser):
    row = exported(browser, Source)[0] | {"title": "Another title"}
    shown = upload(browser, Source, [row])
    assert "this file waits here no more" not in confirm(browser, Source, shown).content.decode()
    assert Source.objects.filter(title="Another title").exists()
    assert "this file waits here no more" in confirm(browser, Source, shown).content.decode()
