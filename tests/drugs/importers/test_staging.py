"""A file is compared, published whole, published once, and can be taken back; a person's price is not overwritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from drugs import catalogue
from drugs.import_models import ImportBatch
from drugs.importers import published as files_in_force
from drugs.importers import staging
from drugs.models import Code, DataRevision, Difference, Drug, Price, Source
from drugs.prices import gone_in_words, price_for
from tests.drugs.importers import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return get_user_model().objects.create_user("chief")


def in_force(code="J2350", basis="asp"):
    """Amounts by quarter as an estimate sees them."""
    prices = [price for price in catalogue.load().prices_of(code) if price.basis == basis]
    return {str(price.effective_from): str(price.amount) for price in prices}


def changes(batch):
    return {row.code: row.change for row in batch.rows.all()}


def typed_price(**values):
    source = Source.objects.create(key="somebody", title="Somebody")
    defaults = {
        "code": "J2350",
        "basis": "asp",
        "amount": Decimal("58.000"),
        "effective_from": date(2026, 1, 1),
        "effective_to": date(2026, 3, 31),
        "source": source,
    }
    return Price.objects.create(**defaults | values)


def test_a_staged_file_changes_nothing_in_force(staged):
    batch = staged("asp", files.asp())
    assert (batch.status, batch.quarter, batch.counts["rows"]) == ("staged", "2026Q1", 8)
    assert in_force() == {}
    assert not DataRevision.objects.exists()


def test_a_published_price_says_where_it_is_from_and_when_it_holds(published, chief):
    batch = published("asp", files.asp(), user=chief)
    price = Price.objects.get(code="J1304")
    assert (price.amount, price.coinsurance, price.revision) == (Decimal("160.009"), 19924, 1)
    assert (price.effective_from, price.effective_to) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (price.origin, price.confidence, price.created_by) == ("import", "high", chief)
    assert price.source.title == "Medicare Part B payment limits (ASP), 2026Q1"
    assert batch.sha256 in price.source.address
    assert price.read_on == price.source.read_on is not None
    assert price.source_note == "Line 15. Per 1 MG. Inflation-adjusted coinsurance"


def test_an_estimate_sees_the_published_price(published):
    published("asp", files.asp())
    chosen = price_for(catalogue.load().prices, "J1304", "", date(2026, 2, 1), ("asp",))
    assert (chosen.price.amount, chosen.carried) == (Decimal("160.009"), False)


def test_a_code_without_a_price_in_the_next_published_quarter_is_flagged_with_its_last_one(published):
    published("asp", files.asp("2025Q4"))
    assert not any(price.gone_in for price in catalogue.load().prices)
    published("asp", files.asp("2026Q1", J1304="", J9332=files.asp_price("J9332", "N/A")))
    prices = catalogue.load().prices
    assert {price.code: (price.gone_in, price.gone_words) for price in prices if price.gone_in} == {
        "J1304": ("2026Q1", "not in this file"),
        "J9332": ("2026Q1", "priced by the contractor"),
    }
    chosen = price_for(prices, "J1304", "", date(2026, 2, 1), ("asp",))
    assert chosen.carried
    assert gone_in_words(chosen.price) == (
        "J1304 has had no price there since 2026Q1 (not in this file); its last quarter was 2025Q4"
    )


def test_a_code_that_comes_back_and_a_withdrawn_file_leave_no_flag(published):
    published("asp", files.asp("2025Q4"))
    without = published("asp", files.asp("2026Q1", J1304=""))
    published("asp", files.asp("2026Q2"))
    assert not any(price.gone_in for price in catalogue.load().prices)
    staging.withdraw(ImportBatch.objects.get(quarter="2026Q2"))
    assert {price.code for price in catalogue.load().prices if price.gone_in} == {"J1304"}
    staging.withdraw(without)
    assert not any(price.gone_in for price in catalogue.load().prices)


def test_the_difference_names_what_was_added_removed_changed_and_moved_far(published, staged):
    published("asp", files.asp("2025Q4"))
    new = files.asp(
        "2026Q1",
        rows=[*files.ASP_ROWS, files.asp_price("J9999", "1.000")],
        J0558="",
        J2350=files.asp_price("J2350", "74.155"),  # 59.324 + 25 % exactly
        J1304=files.asp_price("J1304", "200.012", "19.924"),  # 25.0005 % more
        J7208=files.asp_price("J7208", "2.744", "20.000"),  # the share alone
        J9332=files.asp_price("J9332", "N/A"),
    )
    assert changes(staged("asp", new)) == {
        "90371": "unchanged",
        "A9606": "",
        "J0121": "unchanged",
        "J0558": "removed",
        "J1304": "far",
        "J2350": "changed",
        "J7208": "changed",
        "J9332": "removed",
        "J9999": "added",
    }


def test_a_code_that_is_gone_is_shown_as_not_in_this_file(published, staged):
    published("asp", files.asp("2025Q4"))
    row = staged("asp", files.asp("2026Q1", J2350="")).rows.get(code="J2350")
    assert (row.line, row.state, row.amount, row.amount_before) == (None, "absent", None, Decimal("59.324"))


def test_the_same_file_twice_is_already_imported_and_nothing_is_doubled(published, staged):
    published("asp", files.asp())
    with pytest.raises(staging.AlreadyImported, match="already imported"):
        staged("asp", files.asp())
    with pytest.raises(staging.AlreadyImported):
        staged("asp", files.zipped(**{"other name.csv": files.asp()}))
    assert Price.objects.filter(code="J2350").count() == 1
    assert ImportBatch.objects.count() == 1


def test_a_batch_is_published_once(published):
    batch = published("asp", files.asp())
    with pytest.raises(staging.AlreadyImported):
        staging.publish(batch)
    assert Price.objects.filter(code="J2350").count() == 1


def test_a_restated_file_makes_a_new_revision_and_the_old_one_stays(published):
    published("asp", files.asp())
    published("asp", files.asp(J2350=files.asp_price("J2350", "60.000")))
    assert in_force() == {"2026-01-01": "60.00"}
    assert list(Price.objects.filter(code="J2350").values_list("revision", flat=True)) == [2, 1]
    assert Price.objects.filter(code="J1304").count() == 1  # unchanged: no new revision


def test_a_restated_file_that_lacks_a_code_withdraws_its_price(published):
    published("asp", files.asp())
    published("asp", files.asp(J2350="", J9332=files.asp_price("J9332", "N/A")))
    assert (in_force("J2350"), in_force("J9332")) == ({}, {})
    assert Price.objects.get(code="J2350", revision=2).withdrawn


def test_an_older_quarter_fills_its_own_dates_alone(published):
    published("asp", files.asp("2026Q1"))
    batch = published("asp", files.asp("2025Q3", J2350=files.asp_price("J2350", "59.704")))
    assert batch.report["newer_published"] == "2026Q1"
    assert in_force() == {"2026-01-01": "59.324", "2025-07-01": "59.704"}


def test_fewer_rows_than_before_block_until_somebody_confirms(published, staged):
    many = [files.asp_price(f"J{n:04}", "1.000") for n in range(1000, 1100)]
    published("asp", files.asp("2025Q4", rows=many))
    published("asp", files.asp("2026Q1", rows=many[:80]))  # a fifth fewer still passes
    batch = staged("asp", files.asp("2026Q2", rows=many[:63]))
    with pytest.raises(staging.MustConfirm, match="63 rows, 21 % fewer than the 80 of 2026Q1"):
        staging.publish(batch)
    assert not Price.objects.filter(effective_from=date(2026, 4, 1)).exists()
    assert staging.publish(batch, confirmed=True).status == "published"


def test_a_file_of_which_many_prices_moved_far_blocks_until_somebody_confirms(published, staged):
    many = [files.asp_price(f"J{n:04}", "1.000") for n in range(1000, 1020)]
    published("asp", files.asp("2025Q4", rows=many))
    tenfold = [row.replace("1.000", "10.000") for row in many]
    with pytest.raises(staging.MustConfirm, match="20 of 20 prices moved by more than 25 %"):
        staging.publish(staged("asp", files.asp("2026Q1", rows=tenfold)))


def test_what_a_person_entered_is_kept_and_the_file_stands_beside_it(published):
    typed_price()
    batch = published("asp", files.asp())
    assert in_force() == {"2026-01-01": "58.00"}
    assert changes(batch)["J2350"] == "kept"
    beside = Difference.objects.get()
    assert (beside.value, beside.used_value) == ("$59.3240, coinsurance 20.000 %", "$58.0000")
    assert (beside.status, beside.source) == ("to_review", batch.source)


def test_a_price_of_our_own_files_is_followed_by_the_official_one(published):
    typed_price(origin="file")
    published("asp", files.asp())
    assert in_force() == {"2026-01-01": "59.324"}


def test_our_own_price_that_says_the_same_gets_no_new_revision(published):
    typed_price(origin="file", amount=Decimal("59.3240"), coinsurance=20000)
    batch = published("asp", files.asp())
    assert changes(batch)["J2350"] == "unchanged"
    assert Price.objects.filter(code="J2350").count() == 1


def test_a_comparison_that_has_become_stale_is_made_again_before_publishing(staged):
    first = staged("asp", files.asp(J2350=files.asp_price("J2350", "60.000")))
    second = staged("asp", files.asp())
    staging.publish(first)
    with pytest.raises(staging.NotPublished, match="has changed since"):
        staging.publish(second)
    assert in_force() == {"2026-01-01": "60.00"}
    second.refresh_from_db()
    assert changes(second)["J2350"] == "changed"
    staging.publish(second)
    assert in_force() == {"2026-01-01": "59.324"}


def test_a_file_set_aside_can_be_uploaded_again(staged):
    batch = staging.withdraw(staged("asp", files.asp()))
    assert batch.status == "withdrawn"
    with pytest.raises(staging.NotPublished, match="withdrawn"):
        staging.publish(batch)
    assert staged("asp", files.asp()).status == "staged"


def test_withdrawing_a_published_file_brings_back_what_stood_before(published):
    published("asp", files.asp())
    restated = published("asp", files.asp(J2350=files.asp_price("J2350", "60.000"), J1304=""))
    assert in_force("J1304") == {}
    staging.withdraw(restated)
    assert in_force("J2350") == {"2026-01-01": "59.324"}
    assert in_force("J1304") == {"2026-01-01": "160.009"}
    assert Price.objects.filter(code="J2350").count() == 3


def test_withdrawing_the_first_file_leaves_no_price(published):
    batch = published("asp", files.asp())
    staging.withdraw(batch)
    assert in_force() == {}
    again = published("asp", files.asp())
    assert (in_force(), again.source) == ({"2026-01-01": "59.324"}, batch.source)


def test_withdrawing_leaves_a_later_correction_by_a_person(published):
    batch = published("asp", files.asp())
    typed_price(revision=2)
    staging.withdraw(batch)
    assert in_force() == {"2026-01-01": "58.00"}


def test_all_or_nothing(staged, monkeypatch):
    batch = staged("asp", files.asp())
    monkeypatch.setattr(staging, "settle", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        staging.publish(batch)
    assert not Price.objects.exists()
    assert not Source.objects.exists()


def test_a_code_of_ours_that_the_file_lacks_is_a_normal_state(published):
    source = Source.objects.create(key="label", title="Label")
    drug = Drug.objects.create(slug="spinraza", name="Spinraza", source=source)
    for code, unit in (("J2326", "0.1"), ("J1304", "2"), ("A9606", None)):
        Code.objects.create(drug=drug, system="hcpcs", code=code, words="w", unit_mg=unit, source=source)
    report = published("asp", files.asp()).report
    assert report["not_in_file"] == [{"code": "J2326", "drug": "Spinraza"}]
    assert report["without_price"] == [
        {"code": "A9606", "drug": "Spinraza", "state": "priced by the contractor"}
    ]
    assert report["other_units"] == [{"code": "J1304", "file": "1 MG", "ours": "2 mg"}]
    state, batch = files_in_force.state_of("J2326", "asp", date(2026, 3, 31))
    assert (state, batch.quarter) == ("not in this file", "2026Q1")
    assert files_in_force.state_of("J2326", "asp", date(2026, 4, 1)) == ("", None)


def test_addendum_b_brings_drugs_and_procedures_each_to_its_basis(published):
    published("addendum_b", files.addendum_b(), quarter="2025Q4")
    assert in_force("J2326", "addendum_b") == {"2025-10-01": "1280.251"}
    assert in_force("62323", "opps") == {"2025-10-01": "692.52"}
    assert in_force("A4341", "opps") == {}
    assert "APC 9489" in Price.objects.get(code="J2326").source_note


def test_addendum_bb_brings_the_price_of_spinraza_and_states_that_are_no_prices(published):
    published("addendum_bb", files.addendum_bb())
    assert in_force("J2326", "addendum_bb") == {"2025-10-01": "1280.25"}
    told = {
        code: files_in_force.state_of(code, "addendum_bb", date(2025, 12, 31))[0]
        for code in ("J1300", "J1428")
    }
    assert told == {"J1300": "ended", "J1428": "not paid until it has a price"}
    assert not Price.objects.filter(code__in=["J1300", "J1428", "J0121", "J2002"]).exists()


def test_the_crosswalk_tells_the_packages_of_a_code_and_the_codes_of_a_package(published):
    published("ndc_crosswalk", files.crosswalk())
    day = date(2026, 2, 1)
    assert [row.ndc for row in files_in_force.packages("J1885", day)] == ["00409-3795-01", "AA1234"]
    assert [row.code for row in files_in_force.packages("64406-0109-01", day)] == ["J1304"]
    assert files_in_force.packages("J1885", date(2026, 4, 1)) == []


def test_a_later_crosswalk_is_compared_with_the_one_before(published, staged):
    published("ndc_crosswalk", files.crosswalk())
    new = files.crosswalk(
        "2026Q2",
        AA1234="",
        **{"00409-3795-01": "J1885,Ketorolac,A Maker,00409-3795-01,Ketorolac,15 MG,1,50,1,50"},
    )
    rows = {row.ndc: row for row in staged("ndc_crosswalk", new).rows.all()}
    assert {ndc: row.change for ndc, row in rows.items()} == {
        "13533-0636-01": "unchanged",
        "64406-0109-01": "unchanged",
        "00409-3795-01": "far",
        "AA1234": "removed",
    }
    assert rows["00409-3795-01"].details["before"]["units_in_package"] == "25"


def test_every_publication_moves_the_data_revision(published):
    numbers = []
    for quarter in ("2025Q3", "2025Q4"):
        published("asp", files.asp(quarter))
        numbers.append(DataRevision.current()[0])
    assert numbers == [1, 2]


def test_the_number_of_queries_does_not_grow_with_the_rows(staged, django_assert_max_num_queries):
    batch = staged("asp", files.asp(rows=[files.asp_price(f"J{n:04}", "1.000") for n in range(400)]))
    with django_assert_max_num_queries(30):
        staging.publish(batch)
