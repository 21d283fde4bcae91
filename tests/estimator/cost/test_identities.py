"""Section 7 of the cost model, the identities: they hold on every case, checked here from the outside."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from estimator.cost import read_case, simulate
from estimator.cost.result import COLUMNS

from .strategies import cases


def run(data):
    return simulate(read_case(data))


@given(cases())
def test_allowed_is_what_the_four_payers_pay(data):
    for row in run(data).rows:
        assert row.allowed == row.primary + row.secondary + row.assistance + row.patient


@given(cases())
def test_responsibility_is_deductible_and_copay_and_coinsurance(data):
    for row in run(data).rows:
        assert row.responsibility == row.deductible + row.copay + row.coinsurance
        assert row.responsibility == row.secondary + row.assistance + row.patient


@given(cases())
def test_nothing_is_negative_and_everything_is_a_whole_number(data):
    for row in run(data).rows:
        amounts = [*(getattr(row, column) for column in COLUMNS), row.credited, *row.secondary_by_payer]
        amounts += row.assistance_by_program.values()
        assert all(type(amount) is int and amount >= 0 for amount in amounts)
        assert row.credited <= row.responsibility <= row.allowed


@given(cases())
def test_payers_and_programs_sum_to_their_columns(data):
    for row in run(data).rows:
        assert row.secondary == sum(row.secondary_by_payer)
        assert row.assistance == sum(row.assistance_by_program.values())
        assert list(row.assistance_by_program) == [p["name"] for p in data.get("programs", [])]


@given(cases())
def test_every_sum_is_the_sum_of_its_lines(data):
    result = run(data).as_json()
    keys = {
        "by_plan_year": lambda line: str(line["plan_year"]),
        "by_treatment_year": lambda line: str(line["treatment_year"]),
        "by_month": lambda line: line["date"][:7],
    }
    for name, key_of in keys.items():
        expected = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
        for line in result["lines"]:
            for column in COLUMNS:
                expected[key_of(line)][column] += line[column]
        assert result[name] == expected
    assert result["totals"] == {column: sum(line[column] for line in result["lines"]) for column in COLUMNS}


@given(cases())
def test_before_and_credited_is_after(data):
    """Each pool by member and family, from the amounts met, through every plan year."""
    plan = data.get("primary", {})
    met = None
    for row, met in with_amounts_met(run(data).rows, plan):
        for pool in row.pools_after:
            assert pool.individual_met == met[pool.side, pool.name, row.member]
            assert pool.family_met == met[pool.side, pool.name, "family"]


@given(cases())
def test_crediting_never_takes_a_pool_above_its_limit(data):
    rows = run(data).rows
    before = {}
    year = None
    kinds = kinds_of_pools(data)
    for row, met in with_amounts_met(rows, data.get("primary", {})):
        if row.plan_year != year and year is not None:
            before = {}
        first, year = year is None, row.plan_year
        for pool in row.pools_after:
            person = before.get((pool.side, pool.name, row.member), 0)
            family = before.get((pool.side, pool.name, "family"), 0)
            if first:
                person, family = met_at_start(data["primary"], pool, row.member)
            aggregate = kinds(row.plan_year, pool) == "aggregate"
            if pool.family_limit is not None:
                assert pool.family_met <= max(pool.family_limit, family)
            if pool.individual_limit is not None and not (aggregate and pool.family_limit is not None):
                assert pool.individual_met <= max(pool.individual_limit, person)
        before = dict(met)


@given(cases())
def test_a_member_never_puts_more_into_an_embedded_family_pool_than_its_own_limit(data):
    kinds = kinds_of_pools(data)
    for row, met in with_amounts_credited(run(data).rows):
        for pool in row.pools_after:
            if kinds(row.plan_year, pool) == "embedded" and pool.individual_limit is not None:
                assert met[pool.side, pool.name, row.member] <= pool.individual_limit


@given(cases(programs=()))
def test_assistance_off_the_lines_within_limits_never_cost_more_than_the_maximum(data):
    paid = defaultdict(int)
    kinds = kinds_of_pools(data)
    for row in run(data).rows:
        if row.outside_limits or row.maximum_pool is None:
            continue
        paid[row.plan_year, row.maximum_pool, row.member] += row.patient
        paid[row.plan_year, row.maximum_pool, "family"] += row.patient
        pool = next(p for p in row.pools_after if (p.side, p.name) == ("maximum", row.maximum_pool))
        aggregate = kinds(row.plan_year, pool) == "aggregate"
        if pool.family_limit is not None:
            assert paid[row.plan_year, row.maximum_pool, "family"] <= pool.family_limit
        if pool.individual_limit is not None and not (aggregate and pool.family_limit is not None):
            assert paid[row.plan_year, row.maximum_pool, row.member] <= pool.individual_limit


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_input_rows_of_different_dates_does_not_matter(data, random):
    lines = data["lines"]
    dates = [line["date"] for line in lines]
    random.shuffle(dates)
    of_date = {on: iter([line for line in lines if line["date"] == on]) for on in dates}
    shuffled = {**data, "lines": [next(of_date[on]) for on in dates]}
    assert run(shuffled).as_json() == run(data).as_json()


@given(cases())
def test_the_same_case_gives_the_same_ledger(data):
    assert run(data) == run(data)


@given(cases())
def test_no_line_depends_on_what_comes_later_but_for_a_maximizer_s_spread(data):
    case = read_case({**data, "primary": {**data.get("primary", {}), "maximizer_spread": "front"}})
    rows = simulate(case).rows
    half = tuple(sorted(case.lines, key=lambda line: line.date))[: len(case.lines) // 2]
    assert simulate(replace(case, lines=half)).rows == rows[: len(half)]


@given(cases(may_change=False, payers=(), programs=(), largest=300))
def test_a_later_plan_year_is_independent_of_the_one_before(data):
    """Pools return to zero; only an encounter keeps its sums, so encounters are left out."""
    for line in data["lines"]:
        line["encounter"] = None
    rows = run(data).rows
    later = [row for row in rows if row.plan_year > rows[0].plan_year]
    alone = (
        {**data, "lines": [line for line in data["lines"] if line["date"] >= later[0].date.isoformat()]}
        if later
        else {}
    )
    without_met(alone.get("primary", {}))
    assert [row.patient for row in run(alone).rows] == [row.patient for row in later]


@given(cases())
def test_a_line_outside_the_limits_credits_nothing_and_any_other_is_covered(data):
    for row in run(data).rows:
        assert row.covered or row.outside_limits
        assert not row.outside_limits or row.credited == 0
        assert row.outside_limits == (not row.covered or row.reset_by_maximizer)


@given(cases())
def test_programs_stay_within_their_maximums(data):
    rows = run(data).rows
    for program in data.get("programs", []):
        paid = defaultdict(int)
        for row in rows:
            amount = row.assistance_by_program[program["name"]]
            assert program["per_claim_maximum"] is None or amount <= program["per_claim_maximum"]
            assert amount == 0 or row.kind in program["kinds"]
            assert (
                amount == 0 or row.responsibility - row.secondary - amount >= program["minimum_patient_pay"]
            )
            assert amount == 0 or (program["enrolled_on"] or "") <= row.date.isoformat()
            assert amount == 0 or row.date.isoformat() <= (program["ends_on"] or "9")
            year = row.date.year if program["year"] == "calendar" else row.plan_year
            paid[year] += amount
        if program["year"] != "enrolment" and program["annual_maximum"] is not None:
            assert all(amount <= program["annual_maximum"] for amount in paid.values())


# --- the pools of a case, followed by hand ---


def with_amounts_met(rows, plan):
    """Each row with every pool's amounts met after it, by (side, name, member or "family")."""
    met = defaultdict(int)
    for side, key in (("deductible", "deductibles"), ("maximum", "out_of_pocket_maximums")):
        for name, pool in plan.get(key, {}).items():
            met[side, name, 0] = pool.get("met_individual", 0)
            met[side, name, "family"] = pool.get("met_family", 0)
    yield from _follow(rows, met)


def with_amounts_credited(rows):
    yield from _follow(rows, defaultdict(int))


def _follow(rows, met):
    year = rows[0].plan_year
    for row in rows:
        if row.plan_year != year:
            met.clear()
            year = row.plan_year
        for who in (row.member, "family"):
            if row.deductible_pool:
                met["deductible", row.deductible_pool, who] += min(row.deductible, row.credited)
            if row.maximum_pool:
                met["maximum", row.maximum_pool, who] += row.credited
        yield row, met


def met_at_start(plan, pool, member):
    key = "deductibles" if pool.side == "deductible" else "out_of_pocket_maximums"
    given_pool = plan[key][pool.name]
    person = given_pool.get("met_individual", 0) if member == 0 else 0
    return person, given_pool.get("met_family", 0)


def kinds_of_pools(data):
    """embedded or aggregate, by plan year and pool."""
    plan = data.get("primary", {})

    def kind(year, pool):
        key = "deductibles" if pool.side == "deductible" else "out_of_pocket_maximums"
        pools = plan[key]
        for name in sorted(plan.get("by_plan_year", {})):
            if int(name) <= year:
                pools = plan["by_plan_year"][name].get(key, pools)
        return pools[pool.name]["kind"]

    return kind


def without_met(plan):
    for key in ("deductibles", "out_of_pocket_maximums"):
        for pool in plan.get(key, {}).values():
            pool.pop("met_individual", None)
            pool.pop("met_family", None)
