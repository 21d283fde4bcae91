"""The change log of a drug's page: what the files brought is one line, what a person did stands by itself."""

import pytest

from drugs import models
from drugs.changes import change_log
from tests.pages import Page

pytestmark = pytest.mark.django_db


def told(slug="spinraza"):
    return [(change.who, change.what, change.how) for change in change_log(slug).changes]


@pytest.fixture
def edited(reference_data, django_user_model):
    """A policy as an editor of the administration leaves it."""
    editor = django_user_model.objects.create_user("editor")
    policy = models.Fact.objects.get(drug__slug="spinraza", topic="policy", label="UnitedHealthcare")
    policy.value = "Renewal every 9 months."
    policy._history_user = editor
    policy.save()
    models.DataRevision.bump()
    return policy


def test_what_was_loaded_edited_and_removed_stands_in_the_log_newest_first(edited, client):
    who, what, how = told()[0]
    assert (who, what) == ("editor", "Policy: UnitedHealthcare")
    assert how.endswith("→ Renewal every 9 months.")
    loaded = [how for who, what, how in told() if what == "loaded"]
    assert len(loaded) == 1
    assert "9 codes" in loaded[0]
    assert ("the project's files", "Prices of J2326, surgery center (Addendum BB)", "11 added") in told()
    edited.delete()
    models.DataRevision.bump()
    assert told()[0][1:] == ("Policy: UnitedHealthcare", "removed")
    assert "Policy: UnitedHealthcare removed" in Page(client.get("/drugs/spinraza/")).text_in("changes")
    assert "UnitedHealthcare" not in str(told("evrysdi")[0])
