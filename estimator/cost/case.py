"""One household's year on paper: dated claim lines, the plans that pay, the programs that help.

All amounts are integer cents and all rates thousandths of a percent. A limit that does not exist is
`NO_LIMIT`, never 0. `contract.py` reads these values from JSON and says what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .money import NO_LIMIT, WHOLE


@dataclass(frozen=True, slots=True)
class Line:
    """A claim line: something done on a date, and the most the plan recognises for it (`allowed`).

    `encounter` None is an encounter of its own. `coinsurance` replaces the primary rule's rate (Medicare's
    percentage for that code and quarter).
    """

    date: date
    kind: str
    allowed: int
    encounter: int | None = None
    member: int = 0
    coinsurance: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A deductible or an out-of-pocket maximum, for one person and for the family.

    Embedded: a person is stopped by the smaller of what the person and the family have left. Aggregate:
    only the family's limit counts, or the person's where there is no family limit.
    """

    individual: int = NO_LIMIT
    family: int = NO_LIMIT
    aggregate: bool = False
    met_individual: int = 0
    met_family: int = 0


@dataclass(frozen=True, slots=True)
class Cap:
    """The most one encounter may charge one member: a hospital copayment cap, a per-fill maximum."""

    amount: int
    includes_deductible: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What a plan asks for one kind of line, and the pools and the cap it names."""

    covered: bool = True
    deductible: str | None = None
    copay: int = 0
    coinsurance: int = 0
    cap: str | None = None
    out_of_pocket_maximum: str | None = None


NOT_COVERED = Rule(covered=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """A plan's terms in one plan year."""

    deductibles: Mapping[str, Pool] = field(default_factory=dict)
    out_of_pocket_maximums: Mapping[str, Pool] = field(default_factory=dict)
    caps: Mapping[str, Cap] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    assistance_policy: str = "counts"
    hdhp_minimum_deductible: int = 0

    def rule_for(self, kind: str) -> Rule:
        return self.rules.get(kind, NOT_COVERED)


@dataclass(frozen=True, slots=True)
class Plan:
    """A health plan. `later_terms` are complete terms from a plan year on, in ascending order."""

    terms: Terms = field(default_factory=Terms)
    later_terms: tuple[tuple[int, Terms], ...] = ()
    plan_year_start: tuple[int, int] = (1, 1)
    maximizer_kinds: frozenset[str] = frozenset()
    maximizer_spread: str = "even"
    hdhp_coverage: str = "self"


@dataclass(frozen=True, slots=True)
class OtherPlan:
    """A second plan: `standard`, `carve_out` (non-duplication) or `maintenance` of benefits."""

    method: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class MedigapTerms:
    """The limits of a Medigap policy in one calendar year; `NO_LIMIT` where it has none."""

    high_deductible: int = NO_LIMIT
    annual_limit: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class Medigap:
    """A Medicare supplement: pays a share of the coinsurance, and the Part B deductible if it covers it."""

    covers_part_b_deductible: bool = False
    coinsurance_covered: int = WHOLE
    terms: MedigapTerms = MedigapTerms()
    later_terms: tuple[tuple[int, MedigapTerms], ...] = ()
    method: str = "medigap"


@dataclass(frozen=True, slots=True)
class Medicaid:
    """Medicaid as the last payer: the family keeps at most a nominal copay per encounter."""

    copay: int = 0
    method: str = "medicaid"


@dataclass(frozen=True, slots=True)
class Program:
    """An assistance program: a manufacturer's copay card, a charity's grant, or free drug."""

    name: str
    type: str
    kinds: frozenset[str]
    minimum_patient_pay: int = 0
    per_claim_maximum: int = NO_LIMIT
    annual_maximum: int = NO_LIMIT
    year: str = "calendar"
    used: int = 0
    enrolled_on: date | None = None
    ends_on: date | None = None

    def in_force(self, line: Line) -> bool:
        """Whether the program takes this line's kind, on this line's date."""
        return (
            line.kind in self.kinds
            and (self.enrolled_on is None or line.date >= self.enrolled_on)
            and (self.ends_on is None or line.date <= self.ends_on)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """Everything `simulate` needs. `primary` None: a person without a plan; `secondary` in paying order."""

    lines: tuple[Line, ...] = ()
    primary: Plan | None = None
    secondary: tuple[OtherPlan | Medigap | Medicaid, ...] = ()
    programs: tuple[Program, ...] = ()
