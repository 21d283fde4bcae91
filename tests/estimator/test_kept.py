"""Nothing typed is lost: another drug, regimen or plan and back again; and a price never becomes another drug's."""

from estimator.answers import answers_of
from estimator.forms import EstimateForm
from estimator.kept import KEPT, MOST, Drawer

from .filling import TODAY, successful

PPO = {"dose_on": "2026-01-05", "medical-design": "commercial-ppo"}
TYPED = {"medical-deductible_individual": "1,500", "medical-deductible_met_individual": "400"}


def go(reference, *steps):
    """The form after each step, with the hidden answers a browser sends along."""
    form = EstimateForm({"drug": "spinraza"}, reference, TODAY, asked=False)
    for step in steps:
        sent = {**successful(form), **form.kept, **step}
        sent = {name: text for name, text in sent.items() if text is not None}
        form = EstimateForm(sent, reference, TODAY, asked=False)
    return form


def value(form, name):
    return successful(form).get(name)


def test_another_plan_and_back_has_the_terms_that_were_typed(reference):
    away = go(reference, PPO, TYPED, {"medical-design": "commercial-hdhp"})
    assert value(away, "medical-deductible_individual") != "1,500"
    back = go(
        reference, PPO, TYPED, {"medical-design": "commercial-hdhp"}, {"medical-design": "commercial-ppo"}
    )
    assert value(back, "medical-deductible_individual") == "1,500"
    assert back.main.changed == ["deductible_individual"]


def test_amounts_met_are_the_familys_own_under_every_plan(reference):
    away = go(reference, PPO, TYPED, {"medical-design": "commercial-hdhp"})
    assert value(away, "medical-deductible_met_individual") == "400"
    medicaid = go(
        reference, PPO, TYPED, {"medical-design": "medicaid-child"}, {"medical-design": "commercial-hdhp"}
    )
    assert value(medicaid, "medical-deductible_met_individual") == "400"


def test_another_drug_and_back_has_plan_price_and_regimen_again(reference):
    typed = {**TYPED, "drug_unit_price": "1,000", "regimen": "ema-12mg", "administration_code": "62323"}
    away = go(reference, PPO, typed, {"drug": "evrysdi"})
    assert value(away, "drug_unit_price") == ""
    back = go(reference, PPO, typed, {"drug": "evrysdi"}, {"drug": "spinraza"})
    for name, text in {**PPO, **typed}.items():
        assert value(back, name) == text, name


def test_the_other_benefit_begins_with_the_same_plan(reference):
    away = go(reference, PPO, TYPED, {"drug": "evrysdi"})
    assert value(away, "pharmacy-design") == "commercial-ppo"
    assert value(away, "pharmacy-deductible_individual") == "1,500"


def test_an_amount_for_one_regimens_dose_is_not_that_of_another(reference):
    one = {**PPO, "regimen": "standard-12mg", "allowed_drug": "160,000"}
    high = {"regimen": "high-dose-50-28mg"}
    away = go(reference, PPO, one, high)
    assert not any(value(away, name) for name in away.treatment.drug_amounts)
    back = go(
        reference, PPO, one, high, {"allowed_drug_for_loading": "500,000"}, {"regimen": "standard-12mg"}
    )
    assert value(back, "allowed_drug") == "160,000"
    again = go(reference, PPO, one, high, {"allowed_drug_for_loading": "500,000"}, one, high)
    assert value(again, "allowed_drug_for_loading") == "500,000"


def test_a_yes_to_one_drugs_old_price_is_no_yes_to_anothers(reference):
    away = go(reference, PPO, {"accept_stale": "on"}, {"drug": "elevidys"})
    assert value(away, "accept_stale") is None


def test_a_second_coverage_taken_away_and_put_back_has_its_terms(reference):
    second = {"second0-design": "commercial-second"}
    typed = {"second0-deductible_individual": "750"}
    back = go(reference, PPO, second, typed, {"second0-design": ""}, second)
    assert value(back, "second0-deductible_individual") == "750"


def test_what_was_told_of_a_program_waits_while_it_cannot_be_used(reference):
    card = next(p for p in reference.payers.programs_for("spinraza") if p.type == "copay_card")
    told = {f"program-{card.slug}-used": "250"}
    away = go(reference, PPO, told, {"second0-design": "medicaid"})
    assert away.is_complete
    back = go(reference, PPO, told, {"second0-design": "medicaid"}, {"second0-design": ""})
    assert value(back, f"program-{card.slug}-used") == "250"
    off = {f"program-{card.slug}-use": None}
    back = go(reference, PPO, off, {"second0-design": "medicaid"}, {"second0-design": ""})
    assert value(back, f"program-{card.slug}-use") is None


def test_what_is_kept_goes_along_to_other_pages_and_changes_no_estimate(reference):
    plain = go(reference, PPO)
    round_trip = go(reference, {"medical-design": "medicare-part-b"}, PPO)
    assert round_trip.request() == plain.request()
    assert any(name.startswith(f"{KEPT}plan.medical.medicare-part-b") for name in answers_of(round_trip))


def test_there_is_an_end_to_what_is_kept():
    posted = {f"{KEPT}drug.x.{n}": "1" for n in range(2 * MOST)} | {f"{KEPT}drug.y.z": "1" * 1000}
    assert len(Drawer(posted).kept) == MOST
