"""Benefit terms as a form: every shipped design comes back as it was, and what is wrong stands at its field."""

import pytest
from django.forms import CheckboxInput, CheckboxSelectMultiple
from django.http import QueryDict

from drugs.words import cents
from payers.reference import plain
from payers.termfields import Figures
from payers.terms import errors_in_terms
from payers.termsform import terms_form

FIGURES = Figures(["medicare/part_b_deductible", "hdhp/minimum_deductible_self"])
PLAN = {
    "deductibles": {"medical": {"individual": 200_000, "kind": "embedded"}},
    "out_of_pocket_maximums": {"medical": {"individual": 800_000, "family": "unknown"}},
    "caps": {"day": {"amount": None, "includes_deductible": False}},
    "rules": {
        "drug": {"deductible": "medical", "coinsurance": 20_000, "out_of_pocket_maximum": "medical"},
        "pharmacy": {"covered": False},
        "visit": {"copay": "unknown", "cap": "day"},
    },
}


def sent_back(form, **changes):
    """What a browser sends of the form: unticked boxes left out; a change to None leaves a field out."""
    data = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        if isinstance(field.field.widget, CheckboxSelectMultiple):
            data.setlist(field.html_name, value or [])
        elif not isinstance(field.field.widget, CheckboxInput):
            data[field.html_name] = "" if value is None else str(value)
        elif value:
            data[field.html_name] = "on"
    for name, value in changes.items():
        data[f"terms-{name}"] = value
    return data


def again(terms, method="", figures=FIGURES, **changes):
    """The form as it comes back after it was shown with these terms."""
    return terms_form(method, figures, sent_back(terms_form(method, figures, terms=terms), **changes))


def read(terms, method="", **changes):
    form = again(terms, method, **changes)
    assert form.is_valid(), form.errors
    return form.terms


def refused(terms, method="", **changes):
    form = again(terms, method, **changes)
    assert not form.is_valid()
    return {name: " ".join(messages) for name, messages in form.errors.items()}


def test_every_design_of_the_files_comes_back_as_it_was(known):
    figures = Figures({figure.path for figure in known.parameters})
    for design in known.designs:
        for revision in design.revisions:
            form = again(plain(revision.terms), design.method or "", figures)
            assert form.is_valid(), (design.slug, form.errors)
            assert form.terms == plain(revision.terms), design.slug


def test_what_is_unknown_none_zero_and_not_covered_stay_four_things():
    form = again(PLAN)
    shown = {
        name: form[name].value()
        for name in (
            "deductibles-0-individual",
            "deductibles-0-family",
            "out_of_pocket_maximums-0-family",
            "caps-0-amount",
            "rules-pharmacy-covered",
            "rules-visit-copay",
        )
    }
    assert list(shown.values()) == ["$2,000.00", "none", "unknown", "none", "no", "unknown"]
    assert read(PLAN) == PLAN
    assert read(PLAN, **{"rules-visit-copay": "0"})["rules"]["visit"]["copay"] == 0


def test_an_amount_may_be_a_national_figure_by_its_words():
    terms = read(PLAN, **{"deductibles-0-individual": "part b DEDUCTIBLE"})
    assert terms["deductibles"]["medical"]["individual"] == {"parameter": "medicare/part_b_deductible"}


def test_figures_of_the_same_words_are_told_apart():
    two = Figures(["va/copay", "tricare/copay"])
    assert two.text({"parameter": "va/copay"}) == "copay (va/copay)"
    assert two.paths["copay (tricare/copay)"] == "tricare/copay"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("deductibles-0-individual", "2e3", "Write an amount out in full"),
        ("deductibles-0-individual", "", 'Type the amount, "none" if there is no such limit, or "unknown"'),
        ("deductibles-0-individual", "the usual", "or a national figure of the list"),
        ("deductibles-0-name", "", "Give it a name"),
        ("deductibles-0-name", "m!", "letters, digits and spaces"),
        ("out_of_pocket_maximums-0-individual", "1,000", "is below the deductible"),
        ("rules-drug-coinsurance", "200", "between 0 and 100"),
        ("rules-drug-coinsurance", "", "0 for nothing"),
        ("rules-drug-copay", "none", "Type 0 where nothing is owed"),
        ("rules-drug-covered", "no", "or clear the rest of the row"),
        ("rules-imaging-coinsurance", "20", "Say yes here"),
        ("no_plan", "on", "it stands alone"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(field, typed, words):
    form = again(PLAN, **{field: typed})
    place = field.replace("coinsurance", "covered") if "imaging" in field else field
    assert words in " ".join(form.errors[place])
    assert form[field].value() == (True if field == "no_plan" else typed)


def test_a_rule_whose_deductible_was_renamed_says_so_and_keeps_its_choice():
    errors = refused(PLAN, **{"deductibles-0-name": "hospital"})
    assert list(errors) == ["rules-drug-deductible"]
    assert "medical" in errors["rules-drug-deductible"]


def test_the_same_name_twice_is_refused():
    errors = refused(PLAN, **{"deductibles-1-name": "Medical", "deductibles-1-individual": "1"})
    assert "twice" in errors["deductibles-1-name"]


def test_a_table_has_one_free_row_and_a_filled_one_brings_the_next():
    assert len(again(PLAN).pool_tables[0]["rows"]) == 2
    assert len(again(PLAN, **{"deductibles-1-name": "drugs"}).pool_tables[0]["rows"]) == 3


def test_nothing_said_at_all_is_no_plan_without_cover():
    assert "Say for at least one kind" in refused({})["__all__"]
    assert read({}, no_plan="on") == {"no_plan": True}


def test_what_was_announced_for_later_years_is_kept_or_dropped_as_a_whole():
    later = {"2027": {"deductibles": {"medical": {"individual": 250_000}}}}
    assert read(PLAN | {"by_plan_year": later})["by_plan_year"] == later
    assert "by_plan_year" not in read(PLAN | {"by_plan_year": later}, drop_later="on")
    assert "by_plan_year.2027" in refused(PLAN, by_plan_year='{"2027": {"copay": 1}}')["__all__"]
    assert "could not be read" in refused(PLAN, by_plan_year="{")["__all__"]


def test_a_medigap_plan_says_all_four_things():
    terms = {"covers_part_b_deductible": False, "coinsurance_covered": 50_000, "annual_limit": 722_000}
    assert read(terms, "medigap") == terms
    assert "annual_limit" in refused(terms, "medigap", annual_limit="")
    assert read(terms, "medigap", coinsurance_covered="unknown")["coinsurance_covered"] == "unknown"


def test_a_medicaid_copay_that_is_left_out_is_asked_for():
    assert read({"copay": 400}, "medicaid") == {"copay": 400}
    assert "copay" in refused({}, "medicaid")


def test_unknown_terms_are_stored_and_nonsense_is_not():
    assert errors_in_terms(PLAN, "", []) == []
    assert errors_in_terms(PLAN | {"hdhp_minimum_deductible": "unknown"}, "", []) != []


def test_amounts_are_shown_to_the_cent():
    assert again({"copay": 5}, "medicaid")["copay"].value() == cents(5) == "$0.05"
