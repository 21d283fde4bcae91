"""Many cases at a time: read quickly, judged as strictly as one by one."""

import json

import pytest

from estimator.casefile import TotalsReader, full_ledgers

LINE = '{"date": "2026-01-05", "kind": "drug", "allowed": 100}'
POOL = '{"individual": 50, "kind": "embedded"}'
PLAN = f'{{"deductibles": {{"m": {POOL}}}, "rules": {{"drug": {{"deductible": "m", "coinsurance": 20000}}}}}}'
GOOD = f'{{"lines": [{LINE}], "primary": {PLAN}}}'


def totals(*texts: str) -> list[dict]:
    return list(TotalsReader().totals([text.encode() for text in texts]))


def ledgers(*texts: str) -> list[dict]:
    results = list(full_ledgers([text.encode() for text in texts]))
    return [{key: value for key, value in result.items() if key != "lines"} for result in results]


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("a plain case", GOOD),
        ("no lines", "{}"),
        ("lines in any order", '{"lines": [' + LINE.replace("01-05", "03-05") + "," + LINE + "]}"),
        ("a text that looks like a key", GOOD.replace("drug", 'dr\\":ug')),
        ("blanks before the colon", GOOD.replace('": ', '" : ')),
        (
            "a key twice in a line",
            '{"lines": [{"date": "2026-01-05", "kind": "a", "kind": "b", "allowed": 1}]}',
        ),
        ("a key twice in a plan", GOOD.replace('"rules"', '"caps": {}, "caps": {}, "rules"')),
        ("a key twice at the top", GOOD[:-1] + ', "primary": null}'),
        ("true is not 1", GOOD.replace('"allowed": 100', '"allowed": true')),
        ("a member that is true", GOOD.replace('"allowed": 100', '"allowed": 100, "member": true')),
        ("a member that is 1", GOOD.replace('"allowed": 100', '"allowed": 100, "member": 1')),
        ("a fraction", GOOD.replace('"allowed": 100', '"allowed": 100.0')),
        ("an amount beyond 64 bits", GOOD.replace('"allowed": 100', '"allowed": ' + "9" * 30)),
        ("a negative amount", GOOD.replace('"allowed": 100', '"allowed": -1')),
        ("rules of a neighbour, another pool", GOOD.replace("50", "60")),
        ("rules of a neighbour that name no pool here", GOOD.replace('"m": {', '"other": {')),
        (
            "a pool of a neighbour in a later year",
            GOOD.replace("}}}}", f'}}}}, "by_plan_year": {{"2027": {PLAN}}}}}}}'),
        ),
        (
            "amounts met in a later year",
            GOOD.replace(POOL, '{"met_family": 1}').replace(
                "}}}}", '}}, "by_plan_year": {"2027": {"deductibles": {"m": {"met_family": 1}}}}}}'
            ),
        ),
        ("rules that are a list", GOOD.replace('"rules": {', '"rules": [], "x": {')),
        ("pools that are null", GOOD.replace('"m": ' + POOL, "").replace('"deductible": "m", ', "")),
        ("an unknown key", GOOD[:-1] + ', "secondry": []}'),
        ("no amount", '{"lines": [{"date": "2026-01-05", "kind": "drug"}]}'),
        ("a line that is a text", '{"lines": ["drug"]}'),
        ("lines that are an object", '{"lines": {"a": 1}}'),
        ("half a surrogate pair", GOOD.replace("drug", "\\ud800")),
        ("not a number", GOOD.replace('"allowed": 100', '"allowed": NaN')),
        ("a list", "[]"),
        ("truncated", GOOD[:-1]),
        ("nested deeply", "[" * 5000),
    ],
)
def test_the_quick_reading_accepts_and_refuses_what_the_slow_one_does(description, text):
    # Between two good ones: nothing remembered from a neighbour may change the answer.
    assert totals(GOOD, text, GOOD) == ledgers(GOOD, text, GOOD), description


def test_a_later_plan_year_is_judged_by_each_cases_own_first_line():
    later = GOOD.replace('"rules"', '"by_plan_year": {"2027": {"caps": {}}}, "rules"')
    too_late = later.replace("2026-01-05", "2027-01-05")
    first, second = totals(later, too_late)
    assert "error" not in first
    assert "$.primary.by_plan_year" in second["error"]


def test_cases_that_share_all_but_their_amounts_have_their_own_totals():
    texts = [GOOD.replace('"allowed": 100', f'"allowed": {amount}') for amount in range(200)]
    assert totals(*texts) == ledgers(*texts)
    # 199 cents: 50 of deductible, then 20 % of 149 is 29.8, so 30.
    assert totals(texts[-1])[0]["totals"]["patient"] == 80


def test_results_are_plain_json():
    assert json.loads(json.dumps(totals(GOOD)[0])) == totals(GOOD)[0]
