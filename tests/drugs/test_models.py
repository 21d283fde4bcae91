"""What the database itself refuses, and what a row says about itself."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from drugs.models import AdministrationCode, DoseBand, Drug, Phase, Price, Regimen, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return Source.objects.create(key="file", title="A file")


@pytest.fixture
def drug(source):
    return Drug.objects.create(slug="drug", name="Drug", source=source)


def price(source, **values):
    values = {"code": "J0001", "basis": "asp", "amount": "1", "effective_from": date(2026, 1, 1)} | values
    return Price(source=source, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"amount": Decimal("-0.01")},
        {"amount": Decimal("1000000000.01")},
        {"coinsurance": 100_001},
        {"per_units": 0},
        {"effective_to": date(2025, 12, 31)},
        {"confidence": "low", "verified_on": date(2026, 1, 1)},
        {"confidence": "label_knowledge", "verified_on": date(2026, 1, 1)},
    ],
    ids=str,
)
def test_the_database_refuses_a_price_that_cannot_be(source, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        price(source, **values).save()


def test_a_price_of_a_thousand_million_dollars_is_the_largest(source):
    price(source, amount=Decimal(10**9)).save()
    assert Price.objects.get().amount == 10**9


def test_a_revision_of_a_key_stands_once(source):
    price(source).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        price(source, amount="2").save()
    price(source, amount="2", revision=2).save()


def test_a_stored_revision_refuses_a_changed_value_but_takes_a_verification(source):
    row = price(source)
    row.save()
    row.verified_on, row.verified_by = date(2026, 1, 2), get_user_model().objects.create(username="chief")
    row.full_clean()
    row.amount = Decimal(2)
    with pytest.raises(ValidationError, match="Add a new revision"):
        row.full_clean()


def test_a_drug_has_one_default_regimen(drug, source):
    Regimen.objects.create(drug=drug, slug="a", name="A", is_default=True, source=source)
    Regimen.objects.create(drug=drug, slug="b", name="B", source=source)
    with pytest.raises(IntegrityError), transaction.atomic():
        Regimen.objects.create(drug=drug, slug="c", name="C", is_default=True, source=source)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"offsets": []}, "offsets"),
        ({"offsets": [14, 0]}, "offsets"),
        ({"offsets": [0, 0]}, "offsets"),
        ({"offsets": [-1]}, "offsets"),
        ({"offsets": ["0"]}, "offsets"),
        ({"offsets": [True]}, "offsets"),
        ({"offsets": "0, 14"}, "offsets"),
        ({"offsets": [0], "every_number": 4, "every_unit": "months"}, "offsets"),
        ({"every_number": 4}, "every_number"),
        ({"every_unit": "months"}, "every_number"),
    ],
    ids=str,
)
def test_a_phase_says_what_is_wrong_with_its_days(drug, source, values, field):
    regimen = Regimen.objects.create(drug=drug, slug="a", name="A", source=source)
    with pytest.raises(ValidationError) as error:
        Phase(regimen=regimen, name="loading", kind="loading", **values).full_clean()
    assert field in error.value.message_dict


def test_a_band_has_a_dose_by_mg_or_by_weight_not_both(drug, source):
    regimen = Regimen.objects.create(drug=drug, slug="a", name="A", source=source)
    phase = Phase.objects.create(regimen=regimen, name="loading", kind="loading")
    DoseBand.objects.create(phase=phase, order=0, mg=12)
    with pytest.raises(IntegrityError), transaction.atomic():
        DoseBand.objects.create(phase=phase, order=1, mg=12, mg_per_kg=1)


@pytest.mark.parametrize(
    ("sites", "message"),
    [
        (["moon"], "'moon' is not one of"),
        (["asc", "asc"], "twice"),
        ("asc", "list of words"),
        ([1], "list of words"),
    ],
)
def test_a_list_of_sites_takes_known_sites_once(drug, source, sites, message):
    row = AdministrationCode(drug=drug, code="1", words="x", use="usual", source=source, sites=sites)
    with pytest.raises(ValidationError, match=message):
        row.full_clean()


def test_a_source_in_use_cannot_be_deleted(drug, source):
    with pytest.raises(ProtectedError):
        source.delete()
