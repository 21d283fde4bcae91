"""Which programs a family can use, and the reason in words where it cannot."""

from datetime import date
from fractions import Fraction

import pytest

from drugs.reference import Provenance, Source
from payers.eligibility import Household, eligibility, programs_for
from payers.reference import Payers, Program, ProgramTerms

TODAY = date(2026, 11, 21)
READ = Provenance(Source("file", "A file"), read_on=TODAY)
GOVERNMENT = ("medicare", "medicaid", "chip", "tricare", "va")


def program(kind="copay_card", slug="program", order=0, **terms):
    terms = {"kinds": ("drug",), "effective_from": date(2025, 1, 1), "provenance": READ} | terms
    return Program(
        slug=slug,
        name="Program",
        sponsor="",
        type=kind,
        drugs=("spinraza",),
        order=order,
        terms=(ProgramTerms(**terms),),
    )


def family(*kinds, **known):
    return Household(payer_kinds=frozenset(kinds), **known)


CARD = program(excludes_kinds_of_payer=GOVERNMENT, requires_kinds_of_payer=("commercial",))
FUND = program("grant", income_limit_percent=400, income_known=True, fund_status="unknown")
CLOSED = program("grant", fund_status="closed", fund_seen_on=TODAY)

CASES = [
    ("a card with commercial cover", CARD, family("commercial"), True, ""),
    ("a card with Medicare", CARD, family("medicare"), False, "Not for people with Medicare"),
    ("also where Medicaid is only second", CARD, family("commercial", "medicaid"), False, "second coverage"),
    (
        "a card without insurance",
        CARD,
        family("uninsured"),
        False,
        "Only for people with commercial insurance",
    ),
    (
        "a card with another federal plan",
        CARD,
        family("commercial", federal=True),
        False,
        "federal programme",
    ),
    ("a fund with Medicare", FUND, family("medicare", income_percent=Fraction(300)), True, ""),
    ("a fund at its income limit", FUND, family("medicare", income_percent=Fraction(400)), True, ""),
    (
        "a fund just above its limit",
        FUND,
        family("medicare", income_percent=Fraction(40_001, 100)),
        False,
        "401 % of the poverty level; the limit is 400 %",
    ),
    ("a closed fund", CLOSED, family("medicare"), False, "not accepting applications (seen 2026-11-21)"),
    (
        "a program that wants insurance",
        program("grant", excludes_kinds_of_payer=("uninsured",)),
        family("uninsured"),
        False,
        "insurance that covers the drug",
    ),
    (
        "a state left out",
        program(excluded_states=("MA", "RI")),
        family("commercial", state="MA"),
        False,
        "Not offered in MA",
    ),
    (
        "too old for the program",
        program(maximum_age_months=215),
        family("commercial", age_months=216),
        False,
        "age is outside",
    ),
    (
        "another diagnosis",
        program(diagnoses=("G12.0", "G12.1")),
        family("commercial", diagnosis="G12.21"),
        False,
        "Only for the diagnoses G12.0, G12.1",
    ),
    ("what is not known excludes nobody", program(excluded_states=("MA",)), family("commercial"), True, ""),
]


@pytest.mark.parametrize(
    ("description", "offer", "household", "usable", "reason"), CASES, ids=[case[0] for case in CASES]
)
def test_a_program_is_usable_or_says_why_not(description, offer, household, usable, reason):
    found = eligibility(offer, household, TODAY)
    assert found.usable is usable
    assert reason in " ".join(found.reasons)
    assert bool(found.reasons) is not usable


@pytest.mark.parametrize(
    ("offer", "household", "questions"),
    [
        (
            FUND,
            family("medicare"),
            ("Is the fund open today?", "Is the income at most 400 % of the poverty level?"),
        ),
        (FUND, family("medicare", income_percent=Fraction(1)), ("Is the fund open today?",)),
        (
            program("free_drug"),
            family("uninsured"),
            ("Is there an income limit, and does the family meet it?",),
        ),
        (CARD, family("commercial"), ()),
        (CLOSED, family("medicare"), ()),  # not usable: nothing left to ask
    ],
)
def test_a_usable_program_says_what_must_still_be_asked(offer, household, questions):
    assert eligibility(offer, household, TODAY).questions == questions


@pytest.mark.parametrize(
    ("read_on", "stale"), [(date(2026, 5, 25), False), (date(2026, 5, 24), True), (None, True)]
)
def test_terms_not_read_for_180_days_are_flagged(read_on, stale):
    offer = program(provenance=Provenance(READ.source, read_on=read_on))
    assert eligibility(offer, family("commercial"), TODAY).stale is stale


def test_the_terms_in_force_on_the_date_decide():
    earlier, later = (
        program(effective_from=date(year, 1, 1), excluded_states=states).terms[0]
        for year, states in ((2025, ()), (2026, ("MA",)))
    )
    offer = Program(slug="p", name="P", sponsor="", type="copay_card", drugs=(), terms=(later, earlier))
    household = family("commercial", state="MA")
    assert eligibility(offer, household, date(2025, 12, 31)).usable
    assert not eligibility(offer, household, date(2026, 1, 1)).usable


def test_programs_of_a_drug_come_in_their_order():
    payers = Payers(
        revision=1,
        programs=(
            program(slug="second", order=2),
            program(slug="first", order=1),
            Program(slug="other", name="", sponsor="", type="grant", drugs=("zolgensma",), terms=()),
        ),
    )
    found = programs_for(payers, "spinraza", family("commercial"), TODAY)
    assert [e.program.slug for e in found] == ["first", "second"]
