"""The snapshot: what it holds, how few questions it asks, and that it moves with the data revision alone."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from drugs import catalogue
from drugs.models import DataRevision, Drug, Source
from drugs.reference import Interval
from payers import catalogue as payers_catalogue

pytestmark = pytest.mark.django_db


def test_spinraza_is_there_with_its_regimens_and_code(reference_data):
    spinraza = catalogue.load().drug("spinraza")
    assert [r.slug for r in spinraza.regimens] == [
        "standard-12mg",
        "ema-12mg",
        "high-dose-50-28mg",
        "switch-12-to-50-28mg",
    ]
    loading, maintenance = spinraza.regimen().phases
    assert loading.offsets == (0, 14, 28, 58)
    assert maintenance.every == Interval(4, "months")
    assert [r.published_price for r in spinraza.regimens] == [True, True, False, False]
    assert spinraza.regimens[3].phases[0].on_switch
    code = spinraza.billing_code(date(2026, 1, 5))
    assert (code.code, code.unit_mg) == ("J2326", Decimal("0.1"))


def test_a_price_keeps_the_digits_of_its_file(reference_data):
    amounts = {str(p.amount) for p in catalogue.load().prices_of("J2326")}
    assert {"1246.935", "1246.94", "1210.10", "125000.00"} <= amounts


def test_every_value_says_where_it_is_from_and_nothing_loaded_is_verified(reference_data):
    drugs = catalogue.load()
    spinraza = drugs.drug("spinraza")
    rows = [*drugs.prices, *spinraza.facts, *spinraza.codes, *spinraza.presentations, *spinraza.regimens]
    rows += [*spinraza.administration_codes, *payers_catalogue.load().parameters]
    assert all(row.provenance.source.title and row.provenance.read_on for row in rows)
    assert not any(row.provenance.verified for row in rows)


def test_every_error_of_the_reference_page_about_spinraza_is_a_difference(reference_data):
    differences = catalogue.load().drug("spinraza").differences
    from_the_page = [d for d in differences if d.source.key == "carecost-j2326"]
    assert len(from_the_page) >= 16
    assert all(d.value and d.used_value and d.reason for d in differences)


def test_loading_asks_few_questions_and_a_second_time_one(reference_data, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        first = catalogue.load()
    with django_assert_max_num_queries(1):
        assert catalogue.load() is first
    with django_assert_max_num_queries(12):
        payers = payers_catalogue.load()
    with django_assert_max_num_queries(1):
        assert payers_catalogue.load() is payers


def test_a_change_without_a_bump_is_not_seen_and_with_one_it_is(reference_data):
    first = catalogue.load()
    Drug.objects.update(manufacturer="Somebody")
    assert catalogue.load() is first
    DataRevision.bump()
    second = catalogue.load()
    assert second.drug("spinraza").manufacturer == "Somebody"
    assert second.revision == first.revision + 1


def test_a_bump_that_is_rolled_back_leaves_the_snapshot_as_it_was(reference_data):
    first = catalogue.load()
    with transaction.atomic():
        Drug.objects.update(manufacturer="Somebody")
        DataRevision.bump()
        assert catalogue.load().drug("spinraza").manufacturer == "Somebody"
        transaction.set_rollback(True)
    assert catalogue.load().drug("spinraza") == first.drug("spinraza")


def test_two_data_sets_of_one_number_are_not_mistaken_for_one_another(reference_data):
    catalogue.load()
    Drug.objects.update(manufacturer="Somebody")
    number = DataRevision.current()[0]
    DataRevision.objects.all().delete()
    DataRevision.objects.create(number=number)
    assert catalogue.load().drug("spinraza").manufacturer == "Somebody"


@pytest.mark.django_db(transaction=True)
def test_while_somebody_publishes_all_the_time_the_last_whole_snapshot_serves():
    def read_while_published(current):
        DataRevision.bump()
        return current[0]

    DataRevision.bump()
    whole = catalogue.unchanged("numbers", lambda current: current[0])
    DataRevision.bump()
    assert catalogue.unchanged("numbers", read_while_published) == whole


@pytest.mark.django_db(transaction=True)
def test_what_was_read_in_a_transaction_that_was_taken_back_never_serves():
    DataRevision.bump()
    with transaction.atomic():
        DataRevision.bump()
        assert catalogue.unchanged("preview", lambda current: "tried on a sample") == "tried on a sample"
        transaction.set_rollback(True)
    publications = iter(range(2 * catalogue.TRIES))

    def read_while_published(current):
        if next(publications, None) is not None:
            DataRevision.bump()
        return current[0]

    assert catalogue.unchanged("preview", read_while_published) == DataRevision.current()[0]


def test_an_empty_database_is_an_empty_catalogue():
    assert catalogue.load().drugs == ()
    assert payers_catalogue.load().designs == ()
    Source.objects.create(key="later", title="Later")
    assert [s.key for s in catalogue.load().sources] == ["later"]
