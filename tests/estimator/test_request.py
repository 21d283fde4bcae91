"""Bad input: every refusal names its JSON path and says what was expected."""

import copy
import functools
import json
import random
from decimal import Decimal

import pytest

from estimator.cost import read_case, simulate
from estimator.estimate import estimate
from estimator.request import RequestErrors, load_request, read_request

from .asking import TODAY, plan, spinraza

DATE = "a date like 2026-01-05"
CENTS = "whole number of cents"
DOLLARS = "at most four places"
TERMS = "$.coverage.medical.terms"


def typed(**terms):
    return {"coverage": plan(**terms)}


BAD = [
    # dates
    ({"as_of": "2026-02-30"}, "$.as_of", "there is no day"),
    ({"as_of": 20261121}, "$.as_of", DATE),
    ({"first_dose_on": ""}, "$.first_dose_on", DATE),
    ({"first_dose_on": "soon"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "05.01.2026"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "26-01-05"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "2026-1-5"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "20260105"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "2026-01-05T00:00"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "2026-01-05\n"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "２０２６-01-05"}, "$.first_dose_on", DATE),
    ({"first_dose_on": "2025-02-29"}, "$.first_dose_on", "there is no day"),
    ({"first_dose_on": "2014-12-31"}, "$.first_dose_on", "from 2015 to 2040"),
    ({"first_dose_on": "2041-01-01"}, "$.first_dose_on", "from 2015 to 2040"),
    ({"first_dose_on": ...}, "$.first_dose_on", "one of the two"),
    ({"previous_dose_on": "2026-01-05"}, "$.first_dose_on", "one of the two"),
    ({"allowed": {"drug": 100, "drug_unit_price": "1.00"}}, "$.allowed.drug", "one of the two"),
    ({"first_dose_on": None, "previous_dose_on": "x"}, "$.previous_dose_on", DATE),
    # the drug and the patient
    ({"drug": ...}, "$.drug", "is required"),
    ({"drug": "Spinraza"}, "$.drug", "small letters, digits and hyphens"),
    ({"drug": ""}, "$.drug", "small letters, digits and hyphens"),
    ({"drug": "no-such-drug"}, "$.drug", 'no drug is called "no-such-drug"'),
    ({"drug": ["spinraza"]}, "$.drug", "got a list"),
    ({"regimen": "weekly"}, "$.regimen", "has the regimens"),
    ({"regimen": 12}, "$.regimen", "small letters"),
    ({"years": 0}, "$.years", "from 1 to 10"),
    ({"years": 11}, "$.years", "from 1 to 10"),
    ({"years": -1}, "$.years", "from 1 to 10"),
    ({"years": Decimal("1.5")}, "$.years", "a whole number"),
    ({"years": "3"}, "$.years", "a whole number"),
    ({"years": True}, "$.years", "a whole number"),
    ({"weight_kg": 400}, "$.weight_kg", "kilograms from 0.3 to 300"),
    ({"weight_kg": 0}, "$.weight_kg", "kilograms from 0.3 to 300"),
    ({"weight_kg": -20}, "$.weight_kg", "kilograms from 0.3 to 300"),
    ({"weight_kg": Decimal("1E+1")}, "$.weight_kg", "kilograms from 0.3 to 300"),
    ({"weight_kg": "２０"}, "$.weight_kg", "kilograms from 0.3 to 300"),
    ({"weight_kg": "20 kg"}, "$.weight_kg", "kilograms from 0.3 to 300"),
    ({"age_months": 1501}, "$.age_months", "months from 0 to 1500"),
    ({"age_months": "six"}, "$.age_months", "months from 0 to 1500"),
    ({"age_months": -1}, "$.age_months", "months from 0 to 1500"),
    ({"insurer": "Some Insurer"}, "$.insurer", "small letters"),
    ({"concurrent_therapy": "no"}, "$.concurrent_therapy", "true or false"),
    ({"procedure_on_another_day": 1}, "$.procedure_on_another_day", "true or false"),
    # the place and the procedure
    ({"site_of_care": "hospital"}, "$.site_of_care", "one of hospital_on_campus"),
    ({"site_of_care": 1}, "$.site_of_care", "one of hospital_on_campus"),
    ({"site_of_care": "home"}, "$.site_of_care", "no procedure is billable"),
    ({"administration_code": "9645"}, "$.administration_code", "five characters"),
    ({"administration_code": 96450}, "$.administration_code", "five characters"),
    ({"administration_code": "９６４５０"}, "$.administration_code", "five characters"),
    ({"administration_code": "62320"}, "$.administration_code", "never billed"),
    ({"administration_code": "12345"}, "$.administration_code", "codes known"),
    # amounts
    ({"allowed": 5}, "$.allowed", "expected an object"),
    ({"allowed": {"drugs": 5}}, "$.allowed.drugs", "unknown key"),
    ({"allowed": {"drug": -1}}, "$.allowed.drug", CENTS),
    ({"allowed": {"drug": 10**11 + 1}}, "$.allowed.drug", CENTS),
    ({"allowed": {"drug": Decimal("12.5")}}, "$.allowed.drug", CENTS),
    ({"allowed": {"drug": Decimal("1E+3")}}, "$.allowed.drug", CENTS),
    ({"allowed": {"drug": "12500000"}}, "$.allowed.drug", CENTS),
    ({"allowed": {"administration": True}}, "$.allowed.administration", CENTS),
    ({"allowed": {"drug_unit_price": "1e3"}}, "$.allowed.drug_unit_price", DOLLARS),
    ({"allowed": {"drug_unit_price": "-1"}}, "$.allowed.drug_unit_price", DOLLARS),
    ({"allowed": {"drug_unit_price": "0"}}, "$.allowed.drug_unit_price", "above 0"),
    ({"allowed": {"drug_unit_price": "1.23456"}}, "$.allowed.drug_unit_price", DOLLARS),
    ({"allowed": {"drug_unit_price": "1,333.45"}}, "$.allowed.drug_unit_price", DOLLARS),
    ({"allowed": {"drug_unit_price": "$5"}}, "$.allowed.drug_unit_price", DOLLARS),
    ({"allowed": {"drug_unit_price": "１３"}}, "$.allowed.drug_unit_price", DOLLARS),
    ({"allowed": {"drug_unit_price": ""}}, "$.allowed.drug_unit_price", DOLLARS),
    # coverage
    ({"coverage": ...}, "$.coverage.medical", "paid by the medical benefit"),
    ({"coverage": None}, "$.coverage", "expected an object"),
    ({"coverage": {"dental": {}}}, "$.coverage.dental", "unknown key"),
    ({"coverage": {"medical": "commercial-ppo"}}, "$.coverage.medical", "expected an object"),
    ({"coverage": {"medical": {}}}, "$.coverage.medical.design", "is required"),
    ({"coverage": plan("no-such-plan")}, "$.coverage.medical.design", 'called "no-such-plan"'),
    ({"coverage": plan("medigap-g")}, "$.coverage.medical.design", "is a secondary coverage"),
    ({"coverage": plan(met_as_of="x")}, "$.coverage.medical.met_as_of", DATE),
    ({"coverage": plan(funding="both")}, "$.coverage.medical.funding", "one of insured, self_funded"),
    ({"coverage": {"medical": {"design": "commercial-ppo", "terms": []}}}, TERMS, "expected an object"),
    (
        {"coverage": {"medical": {"design": "commercial-ppo", "plan": 1}}},
        "$.coverage.medical.plan",
        "unknown",
    ),
    (typed(deductable={}), f"{TERMS}.deductable", "one of the keys"),
    (typed(cap_sites={}), f"{TERMS}.cap_sites", "one of the keys"),
    (
        typed(deductibles={"medical": {"individual": -5}}),
        f"{TERMS}.deductibles.medical.individual",
        CENTS,
    ),
    (typed(deductibles={"medical": {"one": 5}}), f"{TERMS}.deductibles.medical.one", "one of the keys"),
    (typed(rules={"drugs": {"coinsurance": 20}}), f"{TERMS}.rules.drugs", "one of the kinds drug, pharmacy"),
    (typed(maximizer_kinds=["drug", "all"]), f"{TERMS}.maximizer_kinds[1]", 'got "all"'),
    (typed(maximizer_kinds="drug"), f"{TERMS}.maximizer_kinds", "expected a list"),
    (typed(rules={"drug": {"coinsurance": 100_001}}), f"{TERMS}.rules.drug.coinsurance", "from 0 to 100000"),
    (typed(rules={"drug": {"deductible": "x"}}), f"{TERMS}.rules.drug.deductible", "defined in deductibles"),
    (typed(rules={"drug": {"covered": "yes"}}), f"{TERMS}.rules.drug.covered", "true or false"),
    (typed(plan_year_start="13-01"), f"{TERMS}.plan_year_start", "month and day"),
    (typed(plan_year_start="02-30"), f"{TERMS}.plan_year_start", "month and day"),
    (typed(plan_year_start=7), f"{TERMS}.plan_year_start", "month and day"),
    (typed(assistance_policy="maybe"), f"{TERMS}.assistance_policy", "counts, excluded, maximizer"),
    (
        typed(out_of_pocket_maximums={"medical": {"individual": 100_000}}),
        f"{TERMS}.out_of_pocket_maximums.medical.individual",
        "below the deductible",
    ),
    (
        typed(deductibles={"medical": {"met_individual": 200_001}}),
        f"{TERMS}.deductibles.medical.met_individual",
        "more is met",
    ),
    # secondary coverage
    ({"secondary": {}}, "$.secondary", "expected a list"),
    ({"secondary": [None]}, "$.secondary[0]", "expected an object, got null"),
    ({"secondary": ["medigap-g"]}, "$.secondary[0]", "expected an object"),
    ({"secondary": [{"design": "medicare-part-b"}]}, "$.secondary[0].design", "is a primary coverage"),
    ({"secondary": [{"design": "medigap-g", "terms": {"copay": 1}}]}, "$.secondary[0].terms.copay", "keys"),
    # programs
    ({"programs": "all"}, "$.programs", 'expected "auto" or a list'),
    ({"programs": {}}, "$.programs", 'expected "auto" or a list'),
    ({"programs": [5]}, "$.programs[0]", "expected an object"),
    ({"programs": ["no-such-help"]}, "$.programs[0]", 'called "no-such-help"; known:'),
    ({"programs": ["pan-sma", "pan-sma"]}, "$.programs[1]", "named twice"),
    ({"programs": [{"program": "pan-sma", "use": 1}]}, "$.programs[0].use", "unknown key"),
    ({"programs": [{"program": "pan-sma", "used": -1}]}, "$.programs[0].used", CENTS),
    ({"programs": [{"program": "pan-sma", "used_as_of": "x"}]}, "$.programs[0].used_as_of", DATE),
    ({"programs": [{"program": "pan-sma", "enrolled_on": 1}]}, "$.programs[0].enrolled_on", DATE),
    # the household and its other care
    ({"household": []}, "$.household", "expected an object"),
    ({"household": {"state": "Minnesota"}}, "$.household.state", "two capital letters"),
    ({"household": {"state": "ZZ"}}, "$.household.state", "two capital letters"),
    ({"household": {"size": 0}}, "$.household.size", "from 1 to 30"),
    ({"household": {"income": "90000"}}, "$.household.income", CENTS),
    ({"household": {"pets": 1}}, "$.household.pets", "unknown key"),
    ({"other_care": {}}, "$.other_care", "expected a list"),
    ({"other_care": [{}]}, "$.other_care[0].date", "is required"),
    ({"other_care": [{"date": "2026-01-01"}]}, "$.other_care[0].allowed", "is required"),
    ({"other_care": [{"date": "2026-01-01", "allowed": 1, "member": -1}]}, "$.other_care[0].member", "0 is"),
    ({"accept_stale": "yes"}, "$.accept_stale", "true or false"),
    ({"frist_dose_on": "2026-01-05"}, "$.frist_dose_on", "unknown key"),
    ({"site_is_assumed": True}, "$.site_is_assumed", "unknown key"),
    ({"medical": {}}, "$.medical", "unknown key"),
]


def test_there_are_enough_bad_requests():
    assert len(BAD) >= 80


@pytest.mark.parametrize(("changes", "path", "words"), BAD, ids=lambda value: str(value)[:60])
def test_a_bad_request_is_refused_at_its_path_in_words(refused, changes, path, words):
    errors = refused(**changes)
    messages = [message for at, message in errors if at == path]
    assert messages, errors
    assert words in messages[0]
    assert "\n" not in messages[0]


@pytest.mark.parametrize("data", [None, [], "spinraza", 5, True])
def test_a_request_is_an_object(data):
    with pytest.raises(RequestErrors) as caught:
        read_request(data, TODAY)
    assert caught.value.errors[0] == ("$", caught.value.errors[0][1])
    assert "expected an object" in caught.value.errors[0][1]


def test_everything_wrong_is_said_at_once():
    with pytest.raises(RequestErrors) as caught:
        read_request(spinraza(years=0, weight_kg=400, drug="X", programs=[1, 2]), TODAY)
    paths = [path for path, _ in caught.value.errors]
    assert paths == [
        "$.drug",
        "$.years",
        "$.weight_kg",
        "$.programs[0]",
        "$.programs[0].program",
        "$.programs[1]",
        "$.programs[1].program",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "valid JSON"),
        ('{"drug": "spinraza"', "valid JSON"),
        ('{"drug": "spinraza",}', "valid JSON"),
        ('{"drug": "spinraza", "drug": "spinraza"}', '"drug" twice'),
        ('{"years": NaN}', "finite number"),
        ('{"years": Infinity}', "finite number"),
        (b"\xff\xfe\xfa", "valid JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_json_is_refused_at_the_root(text, words):
    with pytest.raises(RequestErrors) as caught:
        load_request(text)
    [(path, message)] = caught.value.errors
    assert path == "$"
    assert words in message
    assert "\n" not in message


def test_a_decimal_keeps_its_digits():
    assert load_request('{"weight_kg": 7.10}')["weight_kg"] == Decimal("7.10")


def test_what_is_left_out_has_its_default():
    data = {"drug": "spinraza", "first_dose_on": "2026-01-05"}
    request = read_request(data, TODAY)
    assert (request.as_of, request.years, request.programs) == (TODAY, 3, None)
    assert (request.site_of_care, request.site_is_assumed) == ("hospital_on_campus", True)
    assert request == read_request({**data, "years": None, "household": None, "allowed": None}, TODAY)
    covered = read_request({**data, "as_of": "2026-03-01", **typed()}, TODAY)
    assert covered.medical.met_as_of.isoformat() == "2026-03-01"


# --- at random ---

FULL = {
    **spinraza(),
    "regimen": "standard-12mg",
    "years": 2,
    "weight_kg": 20,
    "age_months": 40,
    "administration_code": "96450",
    "allowed": {
        "drug_unit_price": "1333.45",
        "drug": None,
        "administration": 100,
        "professional": 100,
        "sedation": 5,
        "imaging": 6,
    },
    "coverage": {
        "medical": {
            "design": "commercial-ppo",
            "terms": {
                "deductibles": {"medical": {"individual": 100_000, "met_individual": 500}},
                "out_of_pocket_maximums": {"medical": {"individual": "unknown"}},
                "caps": {"c": {"amount": 5}},
                "rules": {"drug": {"copay": 5, "cap": "c"}},
                "assistance_policy": "unknown",
                "plan_year_start": "07-01",
                "by_plan_year": {
                    "2027": {
                        "hdhp_minimum_deductible": 5,
                        "deductibles": {"medical": {"individual": 5}},
                        "caps": {"c": {"amount": 7}},
                    }
                },
            },
            "met_as_of": "2025-11-01",
            "funding": "insured",
        },
        "pharmacy": {"design": "commercial-ppo"},
    },
    "secondary": [{"design": "medicaid", "terms": {"copay": 100}}],
    "programs": [
        {
            "program": "biogen-copay",
            "used": 5,
            "used_as_of": "2026-01-01",
            "enrolled_on": "2026-01-01",
            "annual_maximum": 5,
        },
        "pan-sma",
    ],
    "household": {"state": "MN", "size": 3, "income": 5_000_000},
    "other_care": [{"date": "2026-02-01", "allowed": 5_000, "member": 1}],
    "accept_stale": False,
}
WEIRD = [
    *(None, True, False, 0, -1, 1, 5, 10**12, 10**40, Decimal("1.5"), Decimal("1E+3")),
    *("", "x", "unknown", "auto", "2026-02-30", "1999-01-01", "2025-10-15", "20260105", "٣", "\x00", "13-45"),
    *("medical", "spinraza", "medigap-g", "medicare-part-b", "medicaid", "uninsured", "commercial-ppo"),
    *("home", "office", "asc", "high-dose-50-28mg", "2026-12-01"),
    *([], {}, [1], ["x"], {"a": 1}, {"parameter": "medicare/part_b_deductible"}, {"individual": "unknown"}),
    *(["biogen-copay"], [{"program": "biogen-copay"}], {"2028": {"rules": {"drug": {}}}}),
]
LEFT_OUT = object()


def places(data, path=()):
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def changed(data, path, value):
    data = copy.deepcopy(data)
    parent = functools.reduce(lambda at, key: at[key], path[:-1], data)
    if value is LEFT_OUT:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return data


TERMS_AT = ("coverage", "medical", "terms")
PLAUSIBLE = [
    (("first_dose_on",), "2026-07-01"),
    (("first_dose_on",), "2027-12-15"),
    (("years",), 4),
    (("site_of_care",), "office"),
    (("site_of_care",), "hospital_off_campus_nonexcepted"),
    (("administration_code",), "62323"),
    (("regimen",), "high-dose-50-28mg"),
    (("allowed",), {"drug_unit_price": "1333.45"}),
    (("coverage", "medical"), {"design": "medicare-part-b"}),
    (("coverage", "medical"), {"design": "uninsured"}),
    (("coverage", "pharmacy"), None),
    (("secondary",), []),
    (("secondary",), [{"design": "medigap-g"}]),
    (("programs",), "auto"),
    (("programs",), ["pan-sma", "biogen-copay", "biogen-copay-procedure"]),
    (("programs",), ["biogen-foundation"]),
    (("household", "income"), 50_000_000),
    (("other_care", 0, "date"), "2025-06-30"),
    (("other_care", 0, "member"), 0),
    (("coverage", "medical", "met_as_of"), "2026-01-02"),
    (("coverage", "medical", "funding"), "self_funded"),
    ((*TERMS_AT, "assistance_policy"), "maximizer"),
    ((*TERMS_AT, "assistance_policy"), "excluded"),
    ((*TERMS_AT, "maximizer_kinds"), ["drug"]),
    ((*TERMS_AT, "hdhp_minimum_deductible"), "unknown"),
    ((*TERMS_AT, "rules", "drug"), {"coinsurance": "unknown", "covered": "unknown"}),
    ((*TERMS_AT, "deductibles"), {"medical": {"individual": "unknown", "met_family": "unknown"}}),
    ((*TERMS_AT, "caps"), {"c": {"amount": "unknown", "includes_deductible": "unknown"}}),
    ((*TERMS_AT, "by_plan_year"), {"2027": {"assistance_policy": "unknown"}}),
]


def mutant(dice):
    """The full request with some plausible changes, and in half of the cases with strange ones."""
    data = FULL
    for path, value in dice.sample(PLAUSIBLE, dice.randint(1, 5)):
        if path[:-1] in places(data):
            data = changed(data, path, value)
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2))):
        path = dice.choice([path for path in places(data) if path])
        data = changed(data, path, dice.choice([*WEIRD, LEFT_OUT]))
    return data


@pytest.mark.parametrize("seed", range(6))
def test_any_request_is_estimated_or_refused(reference, seed):
    dice = random.Random(seed)
    done, refusals = 0, []
    for _ in range(40):
        data = mutant(dice)
        try:
            found = estimate(data, reference, TODAY)
        except RequestErrors as errors:
            refusals.extend(errors.errors)
            continue
        done += 1
        answer = json.loads(json.dumps(found.as_json()))
        assert simulate(read_case(answer["case"])).as_json() == answer["result"]
        for amounts in (*found.treatment_years, found.first_bill):
            assert 0 <= amounts.low <= amounts.likely <= amounts.high
    assert done > 3
    assert len(refusals) > 3
    assert all(path.startswith("$") and "\n" not in message for path, message in refusals)


def test_the_request_that_is_changed_at_random_is_a_good_one(reference):
    assert estimate(FULL, reference, TODAY).treatment_years
