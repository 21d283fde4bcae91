"""Cases of every kind, for properties (Hypothesis chooses) and for the proof on arrays (a seed chooses).

One generator, `a_case`, asks a chooser for integers and picks. Amounts are small on purpose: limits of a few
cents bind, meet and overlap far more often than those of real life.
"""

import random
from datetime import date, timedelta

from hypothesis import strategies as st

from estimator.cost.years import year_starting

KINDS = ("drug", "pharmacy", "visit")
DEDUCTIBLES = ("medical", "pharmacy")
MAXIMUMS = ("all", "other")
CAPS = ("day", "fill")
POLICIES = ("counts", "excluded", "maximizer")
RATES = (0, 10_000, 19_941, 20_000, 33_333, 50_000, 100_000)
FIRST = date(2026, 1, 1)


class ByHypothesis:
    """Lets Hypothesis choose, and shrink what it chose."""

    def __init__(self, draw):
        self.draw = draw

    def integer(self, low, high):
        return self.draw(st.integers(low, high))

    def pick(self, options):
        return self.draw(st.sampled_from(options))


class BySeed:
    """Chooses at random, the same from the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def integer(self, low, high):
        return self.random.randint(low, high)

    def pick(self, options):
        return self.random.choice(options)


@st.composite
def cases(draw, **wishes):
    """A case as JSON; wishes as in `a_case`."""
    return a_case(ByHypothesis(draw), **wishes)


def a_case(
    c,
    members=2,
    kinds=KINDS,
    most_lines=7,
    one_maximum=False,
    payers=("standard", "carve_out", "maintenance", "medigap", "medicaid"),
    programs=("copay_card", "grant", "free_drug"),
    policies=POLICIES,
    may_be_uninsured=True,
    may_change=True,
    hdhp=True,
    caps=CAPS,
    encounters_of_a_day=False,
    largest=400,
):
    """A valid case. `one_maximum`: every covered kind names the same one. `may_change`: by_plan_year, too."""
    lines = [a_line(c, members, kinds, encounters_of_a_day, largest) for _ in range(c.integer(1, most_lines))]
    first = date.fromisoformat(min(line["date"] for line in lines))
    plan_wishes = {
        "first": first,
        "kinds": kinds,
        "one_maximum": one_maximum,
        "policies": policies,
        "hdhp": hdhp,
        "may_change": may_change,
        "caps": caps,
        "largest": largest,
    }
    case = {"lines": lines}
    if not may_be_uninsured or c.integer(0, 9):
        case["primary"] = a_plan(c, **plan_wishes)
    if payers:
        count = c.pick((0, 0, 1, 1, 2))
        case["secondary"] = [a_payer(c, n, payers, plan_wishes) for n in range(count)]
    if programs:
        count = c.integer(0, 3)
        case["programs"] = [a_program(c, n, programs, kinds, largest) for n in range(count)]
    return case


def a_line(c, members, kinds, encounters_of_a_day, largest):
    day = c.pick((0, 0, 1, 30, 58, 59, 181, 365, 420, 789, 1000))
    line = {
        "date": (FIRST + timedelta(days=day)).isoformat(),
        "kind": c.pick(kinds),
        "allowed": c.integer(0, largest),
        "encounter": c.pick((None, day, day) if encounters_of_a_day else (None, 1, 1, 2)),
        "member": c.integer(0, members - 1),
    }
    if not c.integer(0, 4):
        line["coinsurance"] = c.pick(RATES)
    return line


def a_plan(c, first, may_change, **wishes):
    kinds = wishes["kinds"]
    start = c.pick(("01-01", "01-01", "07-01", "02-29"))
    plan = {"plan_year_start": start, "maximizer_spread": c.pick(("even", "front"))}
    plan.update(some_terms(c, TERMS, met=True, **wishes))
    plan["maximizer_kinds"] = [kind for kind in kinds if c.integer(0, 1)]
    plan["hdhp_coverage"] = c.pick(("self", "family"))
    if may_change and c.integer(0, 1):
        month, day = int(start[:2]), int(start[3:])
        year = year_starting(first, (month, day))
        plan["by_plan_year"] = {
            str(year + n): some_terms(c, [key for key in TERMS if not c.integer(0, 2)], met=False, **wishes)
            for n in (1, 2)
            if c.integer(0, 1)
        }
    return plan


TERMS = (
    "deductibles",
    "out_of_pocket_maximums",
    "caps",
    "rules",
    "assistance_policy",
    "hdhp_minimum_deductible",
)


def some_terms(c, keys, met, kinds, one_maximum, policies, hdhp, caps, largest):
    """The keys of a plan's terms; pools and caps have the same names in every year."""
    read = {
        "deductibles": lambda: {name: a_pool(c, largest, met) for name in DEDUCTIBLES},
        "out_of_pocket_maximums": lambda: {name: a_pool(c, largest, met) for name in MAXIMUMS},
        "caps": lambda: {
            name: {"amount": a_limit(c, largest), "includes_deductible": bool(c.integer(0, 1))}
            for name in caps
        },
        "rules": lambda: {kind: a_rule(c, one_maximum, caps, largest) for kind in kinds if c.integer(0, 9)},
        "assistance_policy": lambda: c.pick(policies),
        "hdhp_minimum_deductible": lambda: c.pick((None, None, c.integer(1, largest))) if hdhp else None,
    }
    return {key: read[key]() for key in keys}


def a_limit(c, largest):
    return c.pick((None, 0, 1)) if not c.integer(0, 3) else c.integer(0, 2 * largest)


def a_pool(c, largest, met):
    pool = {
        "individual": a_limit(c, largest),
        "family": a_limit(c, largest),
        "kind": c.pick(("embedded", "embedded", "aggregate")),
    }
    if met and not c.integer(0, 2):
        pool["met_individual"] = c.integer(0, largest)
        pool["met_family"] = pool["met_individual"] + c.pick((0, 0, c.integer(0, largest)))
    return pool


def a_rule(c, one_maximum, caps, largest):
    return {
        "covered": bool(c.integer(0, 9)),
        "deductible": c.pick((None, *DEDUCTIBLES, "medical")),
        "copay": c.pick((0, 0, c.integer(0, largest // 4))),
        "coinsurance": c.pick(RATES),
        "cap": c.pick((None, None, *caps)),
        "out_of_pocket_maximum": "all" if one_maximum else c.pick((None, "all", "all", "other")),
    }


def a_payer(c, position, payers, plan_wishes):
    method = c.pick(tuple(payer for payer in payers if payer != "medigap" or position == 0))
    if method == "medicaid":
        return {"method": method, "copay": c.integer(0, 30)}
    if method == "medigap":
        largest = plan_wishes["largest"]
        payer = {
            "method": method,
            "covers_part_b_deductible": bool(c.integer(0, 1)),
            "coinsurance_covered": c.pick((0, 50_000, 75_000, 100_000)),
            "high_deductible": c.pick((None, a_limit(c, largest))),
            "annual_limit": c.pick((None, a_limit(c, largest))),
        }
        if plan_wishes["may_change"] and c.integer(0, 1):
            key = c.pick(("high_deductible", "annual_limit"))
            payer["by_plan_year"] = {str(plan_wishes["first"].year + 1): {key: a_limit(c, largest)}}
        return payer
    return {"method": method, **a_plan(c, **plan_wishes)}


def a_program(c, position, types, kinds, largest):
    return {
        "name": f"program {c.pick('abc')}{position}",
        "type": c.pick(types),
        "kinds": [kind for kind in kinds if c.integer(0, 3)],
        "minimum_patient_pay": c.pick((0, 0, c.integer(0, 40))),
        "per_claim_maximum": c.pick((None, None, c.integer(0, largest))),
        "annual_maximum": c.pick((None, c.integer(0, 3 * largest), c.integer(0, 3 * largest))),
        "year": c.pick(("calendar", "plan", "enrolment")),
        "used": c.pick((0, 0, c.integer(0, largest))),
        "enrolled_on": c.pick((None, None, "2026-01-31", "2026-08-01", "2024-02-29")),
        "ends_on": c.pick((None, None, None, "2026-02-28", "2027-06-30")),
    }


LIMITS = (
    "individual",
    "family",
    "amount",
    "high_deductible",
    "annual_limit",
    "per_claim_maximum",
    "annual_maximum",
)
AMOUNTS = ("allowed", "copay", "met_individual", "met_family", "minimum_patient_pay", "used")


def with_other_numbers(c, case, largest):
    """The same case with other amounts, limits and rates: the same shape for the array path."""
    return {
        key: _other(c, key, value, largest)
        if not isinstance(value, (dict, list))
        else _inside(c, value, largest)
        for key, value in case.items()
    }


def _inside(c, value, largest):
    if isinstance(value, list):
        return [_inside(c, item, largest) if isinstance(item, dict) else item for item in value]
    return with_other_numbers(c, value, largest)


def _other(c, key, value, largest):
    if key in LIMITS:
        return c.pick((None, 0, c.integer(0, largest), c.integer(0, largest)))
    if key in AMOUNTS:
        return c.integer(0, largest)
    if key == "hdhp_minimum_deductible":
        return c.pick((None, c.integer(0, largest)))
    if key == "coinsurance" and value is not None:
        return c.integer(0, 100_000)
    if key == "coinsurance_covered":
        return c.integer(0, 100_000)
    return value
