"""`manage.py load_reference`: all or nothing, twice the same as once, and a person's edit is never overwritten."""

import re
from datetime import date
from decimal import Decimal
from io import StringIO
from time import process_time

import pytest
from django.core.management import CommandError, call_command

from drugs import datafiles as drugs_files
from drugs.models import DataRevision, Difference, DoseBand, Drug, Fact, Phase, Price, Regimen, Source
from payers import catalogue
from payers import datafiles as payers_files
from payers.models import AssistanceProgram, BenefitDesign, DesignTerms, Parameter, ProgramTerms, StateRule

pytestmark = pytest.mark.django_db

MODELS = (
    Source,
    Drug,
    Regimen,
    Phase,
    DoseBand,
    Price,
    Fact,
    Difference,
    Parameter,
    BenefitDesign,
    DesignTerms,
)
HEAD = 'author = "project"\nreviewed = 2026-11-21\nnext_review = 2027-02-21\n'


def load():
    out = StringIO()
    call_command("load_reference", stdout=out)
    return out.getvalue()


def replace(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def counts():
    managers = [*(model.objects for model in MODELS), ProgramTerms.objects, Drug.history, Regimen.history]
    return [manager.count() for manager in managers]


def to_review():
    return list(Difference.objects.filter(status="to_review"))


def test_a_second_run_changes_nothing_and_says_so(folders):
    load()
    before, revision = counts(), DataRevision.current()
    assert load().startswith("Reference data: 0 changes (")
    assert (counts(), DataRevision.current()) == (before, revision)


def test_the_project_s_own_files_load_and_a_second_run_is_quick(django_assert_max_num_queries):
    load()
    start = process_time()
    with django_assert_max_num_queries(40):
        assert load().startswith("Reference data: 0 changes (")
    assert process_time() - start < 2


def test_what_the_files_hold_is_there_as_the_files_say_it(folders):
    load()
    parameter = Parameter.objects.get(key="part_b_deductible", year=2026)
    assert (parameter.value, parameter.confidence, parameter.origin) == (28_300, "high", "file")
    assert (parameter.source.publisher, parameter.read_on) == ("CMS", date(2026, 11, 21))
    assert not parameter.verified_on
    tofersen = Price.objects.get(code="J1304")
    assert (tofersen.amount, tofersen.coinsurance) == (Decimal("164.812"), 19_941)
    assert {p.slug for p in AssistanceProgram.objects.filter(drugs__slug="spinraza")} == {
        "biogen-copay",
        "pan-sma",
    }
    assert not ProgramTerms.objects.get(program__slug="biogen-copay").annual_known
    assert [rule.state for rule in StateRule.objects.all()] == ["AZ", "VA"]


def test_a_changed_file_row_changes_a_descriptive_row_and_its_history(folders):
    load()
    replace(folders / "drugs/data/spinraza.toml", 'manufacturer = "Biogen"', 'manufacturer = "Biogen MA"')
    assert "1 changes (1 changed" in load()
    drug = Drug.objects.get(slug="spinraza")
    assert [h.manufacturer for h in drug.history.all()] == ["Biogen MA", "Biogen"]
    assert drug.history.first().history_change_reason == "drugs/data/spinraza.toml: drug[1]"


def test_a_key_taken_out_of_the_file_is_empty_again(folders):
    load()
    replace(folders / "drugs/data/spinraza.toml", 'manufacturer = "Biogen"\n', "")
    load()
    assert Drug.objects.get().manufacturer == ""


def test_a_changed_price_is_a_new_revision_and_the_old_one_stays(folders):
    load()
    replace(folders / "drugs/data/prices.toml", 'Q3 = "1333.45"', 'Q3 = "1333.46"')
    assert "1 changes (1 revised" in load()
    old, new = Price.objects.filter(basis="addendum_bb", effective_from=date(2026, 7, 1)).order_by("revision")
    assert (old.amount, new.amount) == (Decimal("1333.45"), Decimal("1333.46"))
    assert "0 changes" in load()


def test_changed_phases_of_a_regimen_follow_the_file(folders):
    load()
    replace(folders / "drugs/data/spinraza.toml", "[0, 14, 28, 58]", "[0, 14, 28, 60]")
    load()
    regimen = Regimen.objects.get(slug="standard-12mg")
    assert [p.offsets for p in regimen.phases.all()] == [[0, 14, 28, 60], None]
    assert "0 changes" in load()


def test_a_persons_edit_survives_a_reload_and_the_files_value_stands_beside_it(folders):
    load()
    Drug.objects.update(manufacturer="Somebody", edited_by_person=True)
    assert "file values differ from what a person entered" in load()
    assert Drug.objects.get().manufacturer == "Somebody"
    (difference,) = to_review()
    assert (difference.field, difference.value, difference.used_value) == (
        "manufacturer",
        "Biogen",
        "Somebody",
    )
    assert "spinraza.toml" in difference.reason
    assert "0 changes" in load()
    assert len(to_review()) == 1


def test_a_settled_difference_no_longer_waits_for_review(folders):
    load()
    Drug.objects.update(manufacturer="Somebody", edited_by_person=True)
    load()
    Drug.objects.update(manufacturer="Biogen")
    assert "1 settled" in load()
    assert to_review() == []


def test_a_persons_revision_of_a_price_stays_in_use(folders):
    load()
    price = Price.objects.get(code="J2326", basis="addendum_bb", effective_from=date(2026, 7, 1))
    price.pk, price.revision, price.amount, price.origin = None, 2, Decimal(1), "person"
    price.save()
    load()
    assert Price.objects.filter(**price.key_values()).count() == 2
    assert [d.field for d in to_review()] == ["amount"]


def test_a_field_that_is_empty_on_one_side_is_said_to_be_nothing(folders):
    load()
    price = Price.objects.get(code="J2326", basis="addendum_bb", effective_from=date(2026, 7, 1))
    price.pk, price.revision, price.source_note, price.origin = None, 2, "told by the payer", "person"
    price.save()
    load()
    (difference,) = to_review()
    assert (difference.field, difference.value, difference.used_value) == (
        "source_note",
        "nothing",
        "told by the payer",
    )
    assert "0 changes" in load()


def test_a_row_somebody_verified_is_not_overwritten_either(folders, django_user_model):
    load()
    chief = django_user_model.objects.create(username="chief")
    Fact.objects.filter(topic="modifier", label="JZ").update(verified_on="2026-11-21", verified_by=chief)
    replace(folders / "drugs/data/spinraza.toml", "On every claim", "On every line")
    load()
    assert Fact.objects.get(topic="modifier", label="JZ").value.startswith("On every claim")
    assert [d.field for d in to_review()] == ["value"]


def test_edited_phases_stay_and_the_files_phases_stand_beside_them(folders):
    load()
    Phase.objects.filter(regimen__slug="standard-12mg", order=0).update(offsets=[0, 14, 28, 60])
    Regimen.objects.filter(slug="standard-12mg").update(edited_by_person=True)
    load()
    assert [d.field for d in to_review()] == ["phases"]
    assert Phase.objects.get(regimen__slug="standard-12mg", order=0).offsets == [0, 14, 28, 60]
    assert "0 changes" in load()


def test_edited_drugs_of_a_program_stay(folders):
    load()
    program = AssistanceProgram.objects.get(slug="pan-sma")
    other = Drug.objects.create(slug="other", name="Other", source=Source.objects.first())
    program.drugs.add(other)
    AssistanceProgram.objects.filter(pk=program.pk).update(edited_by_person=True)
    load()
    assert {drug.slug for drug in program.drugs.all()} == {"spinraza", "other"}
    assert [d.field for d in to_review()] == ["drugs"]


BAD = [
    ("prices.toml", '"1333.45"', '"free"', "drugs/data/prices.toml: prices[1]: 2026Q3: amount"),
    ("prices.toml", '"1333.45"', '"-1"', "drugs/data/prices.toml: prices[1]: 2026Q3: the database refuses"),
    ("prices.toml", '"1333.45"', "1333.45", "amount: write prices as text"),
    ("prices.toml", '"1333.45"', '"1333.45678"', "2026Q3: amount"),
    ("prices.toml", "2026Q3 =", "2026Q5 =", "quarters: expected a quarter"),
    ("prices.toml", "2026Q3 =", "2026Q2 =", "not readable as TOML"),
    ("prices.toml", "amounts =", "quarters =", "quarters: expected a quarter"),
    ("prices.toml", "quarters =", "rates =", "expected either quarters or amounts"),
    ("prices.toml", 'basis = "addendum_bb"', 'basis = "guess"', "prices[1]: 2026Q2: basis"),
    ("prices.toml", 'source = "cms"', 'source = "nobody"', "source: no source has the key 'nobody'"),
    ("prices.toml", "effective_to = 2026-12-31", "effective_to = 2025-12-31", "It ends before it begins"),
    ("spinraza.toml", 'author = "project"', "", "drugs/data/spinraza.toml: author"),
    ("spinraza.toml", "reviewed = 2026-11-21", 'reviewed = "soon"', "drugs/data/spinraza.toml: reviewed"),
    ("spinraza.toml", "[[drug]]", "[[drugs]]", "drugs: unknown table"),
    ("spinraza.toml", "[[drug]]", "[[drug]", "not readable as TOML"),
    ("spinraza.toml", "manufacturer =", "maker =", "spinraza.toml: drug[1]: maker: unknown key"),
    ("spinraza.toml", 'manufacturer = "Biogen"', "manufacturer = 5", "drug[1]: manufacturer: expected text"),
    ("spinraza.toml", 'benefit = "medical"', 'benefit = "dental"', "spinraza.toml: drug[1]: benefit"),
    ("spinraza.toml", 'drug = "spinraza"', 'drug = "spinrazza"', "drug: no drug has the slug 'spinrazza'"),
    ("spinraza.toml", 'every = "4 months"', 'every = "often"', "regimen[1].phase[2]: every"),
    ("spinraza.toml", "offsets = [0, 14, 28, 58]", "offsets = [14, 0]", "offsets"),
    ("spinraza.toml", "band = [{ mg = 12 }]", "band = []", "regimen[1].phase[2]: band"),
    ("spinraza.toml", 'source = "a-page"\n[[reg', "[[reg", "spinraza.toml: regimen[2]: source: is missing"),
    (
        "spinraza.toml",
        'system = "icd10"\ncode = "G12.0"',
        'system = "hcpcs"\ncode = "J2326"',
        "stands already in",
    ),
    ("spinraza.toml", 'sites = ["office"]', 'sites = ["moon"]', "sites: 'moon' is not one of"),
    ("payers.toml", '"medicare/part_b_deductible"', '"medicare/part_c"', "no parameter 'medicare/part_c'"),
    ("payers.toml", "coinsurance = 20000", "coinsurance = 0.2", "$.rules.drug.coinsurance"),
    ("payers.toml", 'payer = "commercial"', 'payer = "x"', "design[1]: payer: no payer has the slug 'x'"),
    ("payers.toml", "value = 28300", 'value = "283.00"', "part_b_deductible 2026: value"),
    ("payers.toml", "value = 28300", "value = -1", "part_b_deductible 2026: the database refuses"),
    ("payers.toml", "annual_known = true", "annual_known = false", "A maximum is given here"),
    ("payers.toml", 'drugs = ["spinraza"]', 'drugs = ["x"]', "drugs: no drug has the slug 'x'"),
    ("payers.toml", 'states = ["AZ", "VA"]', 'states = ["AZ", "XX"]', "state_rule[1]: XX: state"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), BAD, ids=[f"{b[0]} {b[2]}" for b in BAD])
def test_a_bad_file_is_named_with_its_key_and_nothing_is_changed(folders, name, old, new, message):
    file = next(folders.glob(f"*/data/{name}"))
    replace(file, old, new)
    with pytest.raises(CommandError) as error:
        load()
    assert message in str(error.value)
    assert error.value.returncode == 1
    assert not any(counts())
    assert DataRevision.current() == (0, None)


def test_a_bad_file_leaves_earlier_data_alone(folders):
    load()
    before = counts()
    replace(folders / "drugs/data/spinraza.toml", 'manufacturer = "Biogen"', 'manufacturer = "Biogen MA"')
    (folders / "payers/data/zz.toml").write_text(HEAD + "[[payer]]\nslug = 'x'\nname = 'X'\nkind = 'x'\n")
    with pytest.raises(CommandError, match="payer"):
        load()
    assert counts() == before
    assert Drug.objects.get().manufacturer == "Biogen"


def test_every_file_says_who_wrote_it():
    for folder in (drugs_files.FOLDER, payers_files.FOLDER):
        for file in folder.glob("*.toml"):
            assert re.search(r'^author = "project"$', file.read_text(), re.MULTILINE), file


# What the files no longer hold


def test_a_fact_whose_label_changed_leaves_no_old_one_beside_it(folders):
    load()
    replace(folders / "drugs/data/spinraza.toml", 'label = "JZ"', 'label = "JZ modifier"')
    told = load()
    assert "2 changes (1 added, 1 removed" in told
    assert "removed: fact modifier: JZ\n" in told
    assert [fact.label for fact in Fact.objects.filter(topic="modifier")] == ["JW", "JZ modifier"]
    removed = Fact.history.filter(label="JZ").first()
    assert (removed.history_type, removed.history_change_reason) == ("-", "no longer in the project's files")
    assert "0 changes" in load()


def test_a_price_the_files_no_longer_hold_is_withdrawn_and_comes_back_with_them(folders):
    load()
    file = folders / "drugs/data/prices.toml"
    replace(file, 'Q3 = "1333.45"', 'Q4 = "1333.45"')
    assert "2 changes (1 added, " in (told := load())
    assert "1 withdrawn" in told
    newest = Price.objects.filter(basis="addendum_bb", effective_from=date(2026, 7, 1)).latest("revision")
    assert (newest.revision, newest.withdrawn, newest.amount) == (2, True, Decimal("1333.45"))
    assert "0 changes" in load()
    replace(file, 'Q4 = "1333.45"', 'Q3 = "1333.45"')
    load()
    newest = Price.objects.filter(basis="addendum_bb", effective_from=date(2026, 7, 1)).latest("revision")
    assert (newest.revision, newest.withdrawn) == (3, False)


@pytest.mark.parametrize("by", ["an edit", "a verification", "an edit the row itself does not tell"])
def test_a_row_of_a_person_stays_and_is_told_once(folders, django_user_model, by):
    load()
    chief = django_user_model.objects.create(username="chief")
    fact = Fact.objects.filter(topic="modifier", label="JZ")
    if by == "an edit":
        fact.update(edited_by_person=True)
    elif by == "a verification":
        fact.update(verified_on="2026-11-21", verified_by=chief)
    else:
        Fact.history.filter(label="JZ").update(history_user=chief)
    replace(folders / "drugs/data/spinraza.toml", 'label = "JZ"', 'label = "JZ modifier"')
    assert "kept: fact modifier: JZ\n" in load()
    assert Fact.objects.get(topic="modifier", label="JZ").origin == "person"
    (difference,) = to_review()
    assert (difference.field, difference.value) == ("the row itself", "no longer in the project's files")
    assert "0 changes" in load()
    assert to_review() == [difference]


def test_what_a_person_made_or_a_file_of_cms_brought_is_never_touched(folders):
    load()
    source = Source.objects.first()
    Fact.objects.create(drug=Drug.objects.get(), topic="warning", label="Ours", source=source)
    Price.objects.create(
        code="J9999", basis="asp", amount=1, effective_from="2026-07-01", source=source, origin="import"
    )
    assert "0 changes" in load()


def test_a_new_default_regimen_takes_over_from_the_one_it_replaces(folders):
    load()
    replace(folders / "drugs/data/spinraza.toml", 'slug = "standard-12mg"', 'slug = "standard"')
    told = load()
    assert "removed: regimen Spinraza" in told
    assert [r.slug for r in Regimen.objects.filter(is_default=True)] == ["standard"]
    assert "0 changes" in load()


def test_a_persons_default_regimen_stays_the_default(folders):
    load()
    Regimen.objects.filter(slug="standard-12mg").update(edited_by_person=True)
    replace(folders / "drugs/data/spinraza.toml", 'slug = "standard-12mg"', 'slug = "standard"')
    load()
    assert [r.slug for r in Regimen.objects.filter(is_default=True)] == ["standard-12mg"]
    assert Regimen.objects.filter(slug="standard").exists()
    assert "0 changes" in load()


def test_a_program_the_files_no_longer_hold_is_offered_no_more(folders):
    load()
    replace(folders / "payers/data/payers.toml", 'slug = "biogen-copay"', 'slug = "biogen-card"')
    load()
    assert {p.slug for p in catalogue.load().programs_for("spinraza")} == {"biogen-card", "pan-sma"}
    assert "0 changes" in load()
