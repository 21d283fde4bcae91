"""Reading a case: defaults, and refusals that name the JSON path and what was expected there."""

import copy
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cost import CaseError, read_case, simulate
from estimator.cost.case import (
    Cap,
    Line,
    Medicaid,
    Medigap,
    MedigapTerms,
    OtherPlan,
    Plan,
    Pool,
    Program,
    Rule,
)
from estimator.cost.contract import load_json
from estimator.cost.money import NO_LIMIT

from .strategies import cases

LINE = {"date": "2026-01-05", "kind": "drug", "allowed": 12_500_000}
POOL = {"individual": 200_000, "family": 400_000, "kind": "embedded"}
WHOLE = {
    "lines": [{**LINE, "encounter": 0, "member": 0, "coinsurance": None}],
    "primary": {
        "plan_year_start": "01-01",
        "deductibles": {"medical": {**POOL, "met_individual": 0, "met_family": 0}},
        "out_of_pocket_maximums": {"medical": {**POOL, "met_individual": 0, "met_family": 0}},
        "caps": {"hospital_outpatient": {"amount": 173_600, "includes_deductible": False}},
        "rules": {
            "drug": {
                "covered": True,
                "deductible": "medical",
                "copay": 0,
                "coinsurance": 20_000,
                "cap": None,
                "out_of_pocket_maximum": "medical",
            }
        },
        "assistance_policy": "counts",
        "maximizer_kinds": [],
        "maximizer_spread": "even",
        "hdhp_minimum_deductible": None,
        "hdhp_coverage": "self",
        "by_plan_year": {"2027": {"deductibles": {"medical": POOL}}},
    },
    "secondary": [
        {
            "method": "medigap",
            "covers_part_b_deductible": False,
            "coinsurance_covered": 100_000,
            "high_deductible": None,
            "annual_limit": None,
            "by_plan_year": {},
        }
    ],
    "programs": [
        {
            "name": "card",
            "type": "copay_card",
            "kinds": ["drug"],
            "minimum_patient_pay": 0,
            "per_claim_maximum": None,
            "annual_maximum": 1_500_000,
            "year": "calendar",
            "used": 0,
            "enrolled_on": None,
            "ends_on": None,
        }
    ],
}
"""The case that section 9 of the cost model prints."""


def put(path, value):
    """`WHOLE` with `value` at a path of keys and positions; DELETE takes the key away."""
    case = copy.deepcopy(WHOLE)
    place = case
    for key in path[:-1]:
        place = place[key]
    if value is DELETE:
        del place[path[-1]]
    elif isinstance(place, list) and path[-1] == len(place):
        place.append(value)
    else:
        place[path[-1]] = value
    return case


DELETE = object()
ALLOWED = ("lines", 0, "allowed")
PRIMARY = ("primary",)
MEDICAL = ("primary", "deductibles", "medical")
DRUG = ("primary", "rules", "drug")
LATER = ("primary", "by_plan_year", "2027")
MEDIGAP = ("secondary", 0)
CARD = ("programs", 0)

REFUSED = [
    # amounts
    ("a boolean is no number", ALLOWED, True, "$.lines[0].allowed"),
    ("false is not 0", ALLOWED, False, "$.lines[0].allowed"),
    ("a fraction", ALLOWED, 12.5, "$.lines[0].allowed"),
    ("a whole float", ALLOWED, 12.0, "$.lines[0].allowed"),
    ("an exponent", ALLOWED, json.loads("1e3"), "$.lines[0].allowed"),
    ("a huge float", ALLOWED, json.loads("1e400"), "$.lines[0].allowed"),
    ("negative", ALLOWED, -1, "$.lines[0].allowed"),
    ("one above the largest amount", ALLOWED, 10**11 + 1, "$.lines[0].allowed"),
    ("a huge integer", ALLOWED, 10**400, "$.lines[0].allowed"),
    ("an integer of 4,000 digits", ALLOWED, 10**3999, "$.lines[0].allowed"),
    ("a text of digits", ALLOWED, "12500000", "$.lines[0].allowed"),
    ("full-width digits", ALLOWED, "１２", "$.lines[0].allowed"),
    ("null where an amount is required", ALLOWED, None, "$.lines[0].allowed"),
    ("a list for an amount", ALLOWED, [1], "$.lines[0].allowed"),
    ("an object for an amount", ALLOWED, {}, "$.lines[0].allowed"),
    ("allowed left out", ALLOWED, DELETE, "$.lines[0].allowed"),
    # lines
    ("date left out", ("lines", 0, "date"), DELETE, "$.lines[0].date"),
    ("kind left out", ("lines", 0, "kind"), DELETE, "$.lines[0].kind"),
    ("a day that does not exist", ("lines", 0, "date"), "2026-02-30", "$.lines[0].date"),
    ("29 February of no leap year", ("lines", 0, "date"), "2026-02-29", "$.lines[0].date"),
    ("a two-digit year", ("lines", 0, "date"), "26-01-05", "$.lines[0].date"),
    ("an American date", ("lines", 0, "date"), "01/05/2026", "$.lines[0].date"),
    ("a date without dashes", ("lines", 0, "date"), "20260105", "$.lines[0].date"),
    ("a week date", ("lines", 0, "date"), "2026-W02-1", "$.lines[0].date"),
    ("a date and time", ("lines", 0, "date"), "2026-01-05T00:00", "$.lines[0].date"),
    ("a date with a line end", ("lines", 0, "date"), "2026-01-05\n", "$.lines[0].date"),
    ("full-width digits in a date", ("lines", 0, "date"), "２０２６-01-05", "$.lines[0].date"),
    ("the year 0", ("lines", 0, "date"), "0000-01-01", "$.lines[0].date"),
    ("the year 1", ("lines", 0, "date"), "0001-01-01", "$.lines[0].date"),
    ("the year 9999", ("lines", 0, "date"), "9999-12-31", "$.lines[0].date"),
    ("a number for a date", ("lines", 0, "date"), 20260105, "$.lines[0].date"),
    ("an empty kind", ("lines", 0, "kind"), "", "$.lines[0].kind"),
    ("a number for a kind", ("lines", 0, "kind"), 1, "$.lines[0].kind"),
    ("a text for an encounter", ("lines", 0, "encounter"), "1", "$.lines[0].encounter"),
    ("a boolean encounter", ("lines", 0, "encounter"), True, "$.lines[0].encounter"),
    ("a fraction of an encounter", ("lines", 0, "encounter"), 1.5, "$.lines[0].encounter"),
    ("a negative member", ("lines", 0, "member"), -1, "$.lines[0].member"),
    ("a boolean member", ("lines", 0, "member"), False, "$.lines[0].member"),
    ("coinsurance above 100 %", ("lines", 0, "coinsurance"), 100_001, "$.lines[0].coinsurance"),
    ("a negative coinsurance", ("lines", 0, "coinsurance"), -1, "$.lines[0].coinsurance"),
    ("coinsurance as a fraction", ("lines", 0, "coinsurance"), 0.2, "$.lines[0].coinsurance"),
    ("an unknown key of a line", ("lines", 0, "amount"), 1, "$.lines[0].amount"),
    ("a line that is no object", ("lines", 1), 5, "$.lines[1]"),
    ("lines that are no list", ("lines",), {}, "$.lines"),
    # the case and its plan
    ("an unknown key of the case", ("line",), [], "$.line"),
    ("a plan that is no object", PRIMARY, [], "$.primary"),
    ("a plan of true", PRIMARY, True, "$.primary"),
    ("an unknown key of the plan", (*PRIMARY, "deductible"), 5, "$.primary.deductible"),
    ("method is a secondary's key", (*PRIMARY, "method"), "standard", "$.primary.method"),
    ("a month that does not exist", (*PRIMARY, "plan_year_start"), "13-01", "$.primary.plan_year_start"),
    ("a day that no month has", (*PRIMARY, "plan_year_start"), "02-30", "$.primary.plan_year_start"),
    ("a plan year start in words", (*PRIMARY, "plan_year_start"), "July", "$.primary.plan_year_start"),
    (
        "a plan year start with a year",
        (*PRIMARY, "plan_year_start"),
        "2026-07-01",
        "$.primary.plan_year_start",
    ),
    ("an unknown policy", (*PRIMARY, "assistance_policy"), "unknown", "$.primary.assistance_policy"),
    ("a list for a policy", (*PRIMARY, "assistance_policy"), [], "$.primary.assistance_policy"),
    ("an unknown spread", (*PRIMARY, "maximizer_spread"), "back", "$.primary.maximizer_spread"),
    ("an unknown HSA coverage", (*PRIMARY, "hdhp_coverage"), "both", "$.primary.hdhp_coverage"),
    (
        "a fraction of a minimum",
        (*PRIMARY, "hdhp_minimum_deductible"),
        1.5,
        "$.primary.hdhp_minimum_deductible",
    ),
    ("maximizer kinds that are no list", (*PRIMARY, "maximizer_kinds"), "drug", "$.primary.maximizer_kinds"),
    ("a maximizer kind of null", (*PRIMARY, "maximizer_kinds"), [None], "$.primary.maximizer_kinds[0]"),
    # pools, caps, rules
    ("deductibles that are a list", (*PRIMARY, "deductibles"), [], "$.primary.deductibles"),
    ("a pool that is an amount", MEDICAL, 200_000, "$.primary.deductibles.medical"),
    ("an unknown key of a pool", (*MEDICAL, "limit"), 5, "$.primary.deductibles.medical.limit"),
    ("a negative limit", (*MEDICAL, "individual"), -1, "$.primary.deductibles.medical.individual"),
    ("a limit above the largest", (*MEDICAL, "family"), 10**11 + 1, "$.primary.deductibles.medical.family"),
    ("a boolean limit", (*MEDICAL, "individual"), True, "$.primary.deductibles.medical.individual"),
    ("an unknown kind of pool", (*MEDICAL, "kind"), "separate", "$.primary.deductibles.medical.kind"),
    ("a kind of null", (*MEDICAL, "kind"), None, "$.primary.deductibles.medical.kind"),
    ("met of null", (*MEDICAL, "met_family"), None, "$.primary.deductibles.medical.met_family"),
    ("a negative met", (*MEDICAL, "met_family"), -1, "$.primary.deductibles.medical.met_family"),
    ("a pool with a strange name", (*PRIMARY, "deductibles", "a b"), 1, '$.primary.deductibles["a b"]'),
    ("a cap without an amount", (*PRIMARY, "caps", "day"), {}, "$.primary.caps.day.amount"),
    ("an unknown key of a cap", (*PRIMARY, "caps", "day"), {"amount": 1, "per": 1}, "$.primary.caps.day.per"),
    (
        "a flag of 0",
        (*PRIMARY, "caps", "day"),
        {"amount": 1, "includes_deductible": 0},
        "$.primary.caps.day.includes_deductible",
    ),
    ("an unknown key of a rule", (*DRUG, "coinsurence"), 1, "$.primary.rules.drug.coinsurence"),
    ("a rate above 100 %", (*DRUG, "coinsurance"), 100_001, "$.primary.rules.drug.coinsurance"),
    ("a copay of null", (*DRUG, "copay"), None, "$.primary.rules.drug.copay"),
    ("covered of a text", (*DRUG, "covered"), "yes", "$.primary.rules.drug.covered"),
    ("an undefined deductible", (*DRUG, "deductible"), "dental", "$.primary.rules.drug.deductible"),
    ("an undefined cap", (*DRUG, "cap"), "dental", "$.primary.rules.drug.cap"),
    (
        "an undefined maximum",
        (*DRUG, "out_of_pocket_maximum"),
        "x",
        "$.primary.rules.drug.out_of_pocket_maximum",
    ),
    ("a deductible of a number", (*DRUG, "deductible"), 5, "$.primary.rules.drug.deductible"),
    # by_plan_year
    (
        "a later year that is the first",
        (*PRIMARY, "by_plan_year", "2026"),
        {},
        '$.primary.by_plan_year["2026"]',
    ),
    (
        "a later year before the first",
        (*PRIMARY, "by_plan_year", "2025"),
        {},
        '$.primary.by_plan_year["2025"]',
    ),
    ("a year of two digits", (*PRIMARY, "by_plan_year", "27"), {}, '$.primary.by_plan_year["27"]'),
    ("a year in words", (*PRIMARY, "by_plan_year", "next"), {}, '$.primary.by_plan_year["next"]'),
    ("a year of full-width digits", (*PRIMARY, "by_plan_year", "２０２７"), {}, "$.primary.by_plan_year["),
    ("by_plan_year as a list", (*PRIMARY, "by_plan_year"), [], "$.primary.by_plan_year"),
    ("a later year that is no object", LATER, 5, '$.primary.by_plan_year["2027"]'),
    (
        "a key that no year replaces",
        (*LATER, "plan_year_start"),
        "07-01",
        '$.primary.by_plan_year["2027"].plan_year_start',
    ),
    (
        "met in a later year",
        (*LATER, "deductibles", "medical", "met_individual"),
        0,
        '$.primary.by_plan_year["2027"].deductibles.medical',
    ),
    (
        "a pool that a later year no longer defines",
        (*LATER, "deductibles"),
        {"dental": {}},
        '$.primary.by_plan_year["2027"].rules.drug.deductible',
    ),
    (
        "a rule of a later year without its cap",
        (*LATER, "rules"),
        {"drug": {"cap": "dental"}},
        '$.primary.by_plan_year["2027"].rules.drug.cap',
    ),
    ("caps of a later year", (*LATER, "caps"), {"a": {}}, '$.primary.by_plan_year["2027"].caps.a.amount'),
    # secondaries
    ("secondary that is no list", ("secondary",), {"method": "medicaid"}, "$.secondary"),
    ("a secondary without a method", ("secondary", 0), {}, "$.secondary[0].method"),
    ("an unknown method", ("secondary", 0), {"method": "birthday"}, "$.secondary[0].method"),
    ("medigap not first", ("secondary", 1), {"method": "medigap"}, "$.secondary[1].method"),
    ("a plan key of medigap", (*MEDIGAP, "rules"), {}, "$.secondary[0].rules"),
    (
        "medigap's share above 100 %",
        (*MEDIGAP, "coinsurance_covered"),
        100_001,
        "$.secondary[0].coinsurance_covered",
    ),
    ("medigap's limit in a text", (*MEDIGAP, "annual_limit"), "8000", "$.secondary[0].annual_limit"),
    (
        "medigap's flag of null",
        (*MEDIGAP, "covers_part_b_deductible"),
        None,
        "$.secondary[0].covers_part_b_deductible",
    ),
    (
        "a year of medigap not later",
        (*MEDIGAP, "by_plan_year"),
        {"2026": {}},
        '$.secondary[0].by_plan_year["2026"]',
    ),
    (
        "a key that medigap's years do not replace",
        (*MEDIGAP, "by_plan_year"),
        {"2027": {"coinsurance_covered": 1}},
        '$.secondary[0].by_plan_year["2027"].coinsurance_covered',
    ),
    (
        "by_plan_year of medicaid",
        ("secondary", 0),
        {"method": "medicaid", "by_plan_year": {}},
        "$.secondary[0].by_plan_year",
    ),
    (
        "a copay of medicaid below 0",
        ("secondary", 0),
        {"method": "medicaid", "copay": -1},
        "$.secondary[0].copay",
    ),
    (
        "an undefined pool of a second plan",
        ("secondary", 0),
        {"method": "standard", "rules": {"drug": {"deductible": "medical"}}},
        "$.secondary[0].rules.drug.deductible",
    ),
    (
        "an unknown key of a second plan",
        ("secondary", 0),
        {"method": "carve_out", "copay": 1},
        "$.secondary[0].copay",
    ),
    # programs
    ("programs that are no list", ("programs",), "card", "$.programs"),
    ("a program that is no object", ("programs", 0), None, "$.programs[0]"),
    ("a program without a type", (*CARD, "type"), DELETE, "$.programs[0].type"),
    ("a program without kinds", (*CARD, "kinds"), DELETE, "$.programs[0].kinds"),
    ("an unknown type", (*CARD, "type"), "coupon", "$.programs[0].type"),
    ("kinds that are a text", (*CARD, "kinds"), "drug", "$.programs[0].kinds"),
    ("a kind that is a number", (*CARD, "kinds"), ["drug", 1], "$.programs[0].kinds[1]"),
    ("an unknown program year", (*CARD, "year"), "fiscal", "$.programs[0].year"),
    ("used of null", (*CARD, "used"), None, "$.programs[0].used"),
    ("a maximum above the largest", (*CARD, "annual_maximum"), 10**12, "$.programs[0].annual_maximum"),
    ("an enrolment on no day", (*CARD, "enrolled_on"), "2026-04-31", "$.programs[0].enrolled_on"),
    ("an end that is a number", (*CARD, "ends_on"), 2026, "$.programs[0].ends_on"),
    ("an unknown key of a program", (*CARD, "maximum"), 1, "$.programs[0].maximum"),
    ("an empty name", (*CARD, "name"), "", "$.programs[0].name"),
    (
        "two programs of one name",
        ("programs", 1),
        {"name": "card", "type": "grant", "kinds": []},
        "$.programs[1].name",
    ),
]


def test_the_case_that_the_cost_model_prints_is_read():
    # 2,000 deductible, 20 % of 123,000 cut at 8,000; Medigap takes the coinsurance, and beside it a card is absent.
    case = read_case(WHOLE)
    assert simulate(case).totals.patient == 200_000
    assert case.primary.later_terms[0][0] == 2027


@pytest.mark.parametrize(("path", "value", "where"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_a_refusal_names_its_place_on_one_line(path, value, where):
    with pytest.raises(CaseError) as error:
        read_case(put(path, value))
    assert error.value.path.startswith(where)
    assert str(error.value).startswith(f"{error.value.path}: expected ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_there_are_many_refusals():
    assert len(REFUSED) > 100


@pytest.mark.parametrize("data", [None, [], 5, "case", True, 1.5])
def test_a_case_is_an_object(data):
    with pytest.raises(CaseError) as error:
        read_case(data)
    assert error.value.path == "$"


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (["program 2", None], 1),
        ([None, "program 1"], 1),
        ([None, None, "program 2"], 2),
    ],
)
def test_a_name_may_not_be_another_s_default_name(names, place):
    programs = [{"type": "grant", "kinds": [], **({"name": name} if name else {})} for name in names]
    with pytest.raises(CaseError) as error:
        read_case({"programs": programs})
    assert error.value.path == f"$.programs[{place}].name"


def test_the_key_of_a_plan_year_from_july_is_judged_by_that_plan_s_years():
    case = put((*PRIMARY, "plan_year_start"), "07-01")  # the first line, 5 January 2026, is in plan year 2025
    case["primary"]["by_plan_year"] = {"2026": {}}
    assert read_case(case).primary.later_terms[0][0] == 2026
    case["secondary"][0]["by_plan_year"] = {"2026": {}}  # medigap counts calendar years
    with pytest.raises(CaseError):
        read_case(case)


# --- defaults ---


@pytest.mark.parametrize(
    "data", [{}, {"lines": []}, {"lines": [], "primary": None, "secondary": [], "programs": []}]
)
def test_an_empty_case_is_a_case_of_zero(data):
    result = simulate(read_case(data)).as_json()
    assert set(result["totals"].values()) == {0}
    assert result["lines"] == []
    assert result["by_plan_year"] == result["by_treatment_year"] == result["by_month"] == {}


def test_defaults_of_a_line():
    [line] = read_case({"lines": [LINE]}).lines
    assert line == Line(date(2026, 1, 5), "drug", 12_500_000, encounter=None, member=0, coinsurance=None)


def test_defaults_of_a_plan():
    plan = read_case(
        {"primary": {"rules": {"drug": {}}, "deductibles": {"d": {}}, "caps": {"c": {"amount": None}}}}
    ).primary
    assert plan.plan_year_start == (1, 1)
    assert plan.terms.rules["drug"] == Rule(True, None, 0, 0, None, None)
    assert plan.terms.deductibles["d"] == Pool(NO_LIMIT, NO_LIMIT, False, 0, 0)
    assert plan.terms.caps["c"] == Cap(NO_LIMIT, False)
    assert plan.terms.assistance_policy == "counts"
    assert (plan.maximizer_kinds, plan.maximizer_spread) == (frozenset(), "even")
    assert (plan.terms.hdhp_minimum_deductible, plan.hdhp_coverage) == (0, "self")


def test_defaults_of_secondaries():
    methods = ["medigap", "medicaid", "standard", "carve_out", "maintenance"]
    medigap, medicaid, *plans = read_case({"secondary": [{"method": m} for m in methods]}).secondary
    assert medigap == Medigap(False, 100_000, MedigapTerms(NO_LIMIT, NO_LIMIT), ())
    assert medicaid == Medicaid(0)
    assert plans == [OtherPlan(method, Plan()) for method in methods[2:]]


def test_defaults_of_programs():
    programs = read_case(
        {"programs": [{"type": "grant", "kinds": []}, {"type": "free_drug", "kinds": ["drug"]}]}
    ).programs
    assert programs == (
        Program("program 1", "grant", frozenset(), 0, NO_LIMIT, NO_LIMIT, "calendar", 0, None, None),
        Program("program 2", "free_drug", frozenset({"drug"})),
    )


def test_a_zero_limit_is_not_the_absence_of_one():
    pool = read_case(put((*MEDICAL, "individual"), 0)).primary.terms.deductibles["medical"]
    assert pool.individual == 0
    assert replace(pool, individual=NO_LIMIT) != pool


@pytest.mark.parametrize("amount", [0, 1, 10**11])
def test_amounts_up_to_the_largest_are_read(amount):
    assert read_case(put(ALLOWED, amount)).lines[0].allowed == amount


# --- JSON ---


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("an empty file", b""),
        ("white space", b" \n"),
        ("truncated", b'{"lines": [{"date": "2026-'),
        ("truncated after a value", b'{"lines": []'),
        ("a trailing comma", b'{"lines": [],}'),
        ("single quotes", b"{'lines': []}"),
        ("two objects", b"{} {}"),
        ("NaN", b'{"lines": [{"date": "2026-01-05", "kind": "drug", "allowed": NaN}]}'),
        ("Infinity", b'{"lines": Infinity}'),
        ("-Infinity", b'{"lines": -Infinity}'),
        ("a key twice", b'{"lines": [], "lines": []}'),
        ("a key twice inside", b'{"primary": {"caps": {"a": {"amount": 1}, "a": {"amount": 2}}}}'),
        ("nested too deeply", b"[" * 100_000),
        ("nested too deeply in objects", b'{"a":' * 100_000),
        ("no UTF-8", b'{"lines": "\xff\xfe\xfa"}'),
        ("a leading zero", b'{"lines": 01}'),
        ("a comment", b"{} // none"),
        ("a raw line end in a text", b'{"lin\nes": []}'),
    ],
)
def test_what_is_no_json_is_refused_on_one_line(description, text):
    with pytest.raises(CaseError) as error:
        read_case(load_json(text))
    assert error.value.path == "$"
    assert "\n" not in str(error.value)


def test_a_byte_order_mark_is_let_pass():
    assert read_case(load_json(b"\xef\xbb\xbf{}")) == read_case({})


# --- anything at all ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_a_case_or_a_refusal(data):
    accepted_or_refused(data)


@given(cases(), JSON, st.randoms(use_true_random=False))
def test_a_case_with_anything_anywhere_is_a_case_or_a_refusal(data, anything, random):
    """Walk to a random place of a valid case and put anything there."""
    place = data
    while True:
        key = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[key], (dict, list)) or not place[key] or random.random() < 0.2:
            break
        place = place[key]
    place[key] = anything
    accepted_or_refused(data)


def accepted_or_refused(data):
    refusal = None
    try:
        simulate(read_case(data))
    except CaseError as error:
        refusal = error
    assert refusal is None or refusal.path.startswith("$")
    assert "\n" not in str(refusal)


@given(cases())
def test_a_case_survives_a_journey_through_json(data):
    assert read_case(load_json(json.dumps(data))) == read_case(data)


def test_an_integer_of_many_digits_is_refused_where_it_stands():
    text = b'{"lines": [{"date": "2026-01-05", "kind": "drug", "allowed": ' + b"9" * 5000 + b"}]}"
    with pytest.raises(CaseError, match="a very large number") as refusal:
        read_case(load_json(text))
    assert refusal.value.path == "$.lines[0].allowed"


def test_a_very_long_key_is_not_repeated_whole():
    with pytest.raises(CaseError) as refusal:
        read_case({"x" * 10_000: 1})
    assert len(str(refusal.value)) < 300
