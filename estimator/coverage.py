"""From a benefit design and what the family told us to the plan of a case, plan year by plan year.

The design's terms in force in each plan year, with national figures put in, then the family's own terms over
them. A term nobody knows ("unknown") becomes an open question with its lowest and highest possible value.
"""

import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date

from drugs.reference import LINE_KINDS, SITES
from payers.parameters import figure
from payers.reference import Design, DesignTerms, Payers, plain

from .cost.contract import PLAN_KEYS, TERMS_KEYS, show
from .cost.years import CALENDAR_YEAR, anchor_in, year_starting
from .findings import Findings, Option, Unknown, refuse
from .request import Coverage
from .words import day

CATALOGUE_KEYS = ("cap_sites", "disputed_caps", "no_plan", "code_coinsurance")
"""Keys of a design's terms that are for the catalogue, not for a case."""

MEDIGAP_YEARLY = ("high_deductible", "annual_limit")
TYPED_KEYS = (*PLAN_KEYS, "disputed_caps")
"""What may be typed of a plan; `disputed_caps` [] says that somebody has asked, and the caps hold as they are."""

KEYS_OF_METHOD = {
    "medigap": ("covers_part_b_deductible", "coinsurance_covered", *MEDIGAP_YEARLY, "by_plan_year"),
    "medicaid": ("copay",),
}
"""Plan keys by the method of a secondary coverage; every other coverage has those of a plan."""

UNTYPED = object()
ANY_RATE = 100_000
ANY_AMOUNT = 10**9
DEFAULTS = {"covered": True, "copay": 0, "coinsurance": 0, "kind": "embedded", "includes_deductible": False}
"""What a term means where a design does not name it (section 9 of the cost model)."""
ACA_LIMIT = {"individual": "aca/out_of_pocket_maximum_self", "family": "aca/out_of_pocket_maximum_family"}


@dataclass(frozen=True)
class Setting:
    """What terms depend on beside the design: place of care, units of a dose, dates and kinds of the lines.

    `plan_year_start` is that of the coverage it stands beside, if any: one case has one plan year.
    """

    site_of_care: str
    units_per_dose: int
    first: date
    last: date
    kinds: frozenset[str] = frozenset()
    plan_year_start: tuple[int, int] | None = None


NEVER_SECOND = {
    "chip": "CHIP is never second: a child who has other insurance cannot have CHIP",
    "va": "VA does not coordinate with other coverage: estimate VA care on its own",
}


def design_of(payers: Payers, coverage: Coverage, role: str) -> Design:
    """The design a coverage names, in the role it is used in. Raises RequestErrors."""
    design = payers.design(coverage.design)
    known = ", ".join(d.slug for d in payers.designs if d.role == role)
    if design is None:
        refuse(f"{coverage.path}.design", f'no design is called "{coverage.design}"; known: {known}')
    if design.role != role:
        words = f"{design.name} is a {design.role} coverage; {role} ones are: {known}"
        words = NEVER_SECOND.get(design.payer.kind, words) if role == "secondary" else words
        refuse(f"{coverage.path}.design", words)
    if not design.revisions:
        refuse(
            f"{coverage.path}.design", f"no terms of {design.name} are known here yet: choose another design"
        )
    return design


def has_plan(design: Design) -> bool:
    return not any(revision.terms.get("no_plan") for revision in design.revisions)


def charges_coinsurance_of_code(design: Design) -> bool:
    """Whether the payer takes Medicare's own percentage of a code and quarter (42 CFR 427.201)."""
    return any(revision.terms.get("code_coinsurance") for revision in design.revisions)


def plan_of(findings: Findings, payers: Payers, design: Design, coverage: Coverage, setting: Setting) -> dict:
    """The plan keys of a case for this coverage, with `by_plan_year` for the later years that differ."""
    writer = PlanWriter(findings, payers, design, coverage, setting)
    if coverage.terms or any(writer.is_open_design(revision) for revision in design.revisions):
        return writer.plan()
    plan = findings.remembered(writer.untyped_key, lambda found: writer.under(found).plan(), findings.lasting)
    later = {year: dict(terms) for year, terms in plan.get("by_plan_year", {}).items()}
    return {**plan, **({"by_plan_year": later} if later else {})}


class PlanWriter:
    """Writes one coverage as the plan of a case."""

    def __init__(self, findings, payers, design: Design, coverage: Coverage, setting: Setting):
        self.findings, self.payers, self.setting = findings, payers, setting
        self.design, self.coverage = design, coverage
        self.typed = {key: value for key, value in coverage.terms.items() if key != "by_plan_year"}
        self.check_shape()
        self.start = self.plan_year_start()
        self.first_year = year_starting(setting.first, self.start)
        self.last_year = year_starting(setting.last, self.start)

    @property
    def untyped_key(self) -> tuple:
        """What the plan depends on where nothing of it was typed."""
        setting, in_force = self.setting, self.design.in_force(self.setting.first)
        return (
            *("plan", self.design.slug, in_force.effective_from, in_force.revision, self.coverage.path),
            *(self.first_year, self.last_year, self.start),
            *(setting.site_of_care, setting.units_per_dose > 1, setting.kinds),
        )

    def plan(self) -> dict:
        last_year = self.last_year
        years = {year: self.terms_of(year) for year in range(self.first_year, last_year + 1)}
        plan = dict(years[self.first_year])
        later, before = {}, self.without_met(plan)
        for year in range(self.first_year + 1, last_year + 1):
            terms = self.without_met(years[year])
            changed = {key: terms.get(key) for key in self.yearly_keys if terms.get(key) != before.get(key)}
            if changed:
                later[str(year)] = changed
            before = terms
        if later:
            plan["by_plan_year"] = later
        return plan

    def check_shape(self):
        """Typed terms have the shape of a plan; what stands in them is checked with the whole case."""
        path = f"{self.coverage.path}.terms"
        check_shape(self.coverage.terms, path, KEYS_OF_METHOD.get(self.design.method, TYPED_KEYS))
        for year, changes in self.typed_years():
            at = f"{path}.by_plan_year.{year}"
            check_shape(changes, at, self.yearly_keys)
            for side in ("deductibles", "out_of_pocket_maximums"):
                for name, pool in changes.get(side, {}).items():
                    if {"met_individual", "met_family"} & set(pool):
                        refuse(
                            f"{at}.{side}.{name}", "nothing is met in a later plan year: it starts at zero"
                        )

    @property
    def yearly_keys(self) -> tuple[str, ...]:
        return MEDIGAP_YEARLY if self.design.method == "medigap" else TERMS_KEYS

    def plan_year_start(self) -> tuple[int, int]:
        if self.design.method in ("medigap", "medicaid"):
            return CALENDAR_YEAR
        newest = self.design.in_force(self.setting.first)
        text = self.typed.get("plan_year_start", newest.terms.get("plan_year_start", "01-01"))
        try:
            month, day = (int(part) for part in text.split("-"))
            anchor_in(2024, (month, day))
        except (ValueError, AttributeError):
            refuse(f"{self.coverage.path}.terms.plan_year_start", 'expected a month and day like "01-01"')
        return self.beside_another((month, day))

    def beside_another(self, start: tuple[int, int]) -> tuple[int, int]:
        """Of two coverages side by side the one that pays the drug sets the plan year."""
        shared = self.setting.plan_year_start
        if shared in (None, start):
            return start
        self.findings.warn(
            f"{self.design.name} has another plan year than the coverage it stands beside. Here both renew on "
            f"{shared[0]:02}-{shared[1]:02}."
        )
        return shared

    def terms_of(self, year: int) -> dict:
        """The terms of one plan year, complete, with nothing unknown left in them."""
        begins = anchor_in(year, self.start)
        revision = self.design.in_force(
            max(begins, self.setting.first) if year == self.first_year else begins
        )
        typed = {**self.typed, **self.changes_by(year)}
        if self.depends_on_more(revision, typed, year):
            return self.terms_under(revision, year)
        setting = self.setting
        key = (
            *(self.design.slug, self.coverage.path, year, self.start, revision.effective_from),
            *(revision.revision, setting.site_of_care, setting.units_per_dose, setting.kinds),
            repr(self.coverage.terms),
        )
        return self.findings.remembered(key, lambda found: self.under(found).terms_under(revision, year))

    def depends_on_more(self, revision: DesignTerms, typed: Mapping, year: int) -> bool:
        """Terms met count in one year and not in another; an unknown one is asked about once for all years."""
        has_met = year == self.first_year and any(True for _ in met_amounts(typed))
        return has_met or is_open(typed) or self.is_open_design(revision)

    def is_open_design(self, revision: DesignTerms) -> bool:
        key = ("open", self.design.slug, revision.effective_from, revision.revision)
        return self.findings.remembered(key, lambda _: is_open(revision.terms), self.findings.lasting)

    def under(self, findings: Findings) -> "PlanWriter":
        writer = copy(self)
        writer.findings = findings
        return writer

    def changes_by(self, year: int) -> dict:
        """What was typed for this plan year, or for one before it."""
        changes = {}
        for from_year, changed in sorted(self.typed_years()):
            if from_year <= year:
                changes |= changed
        return changes

    def terms_under(self, revision: DesignTerms, year: int) -> dict:
        self.findings.cite(revision.provenance, f"benefit terms: {self.design.name}")
        self.say_what_stands_in(revision, anchor_in(year + 1, self.start))
        changes = self.changes_by(year)
        design_terms = self.with_figures(plain(revision.terms), year, {**self.typed, **changes})
        terms = merged(design_terms, self.typed) | changes
        terms = self.with_met(terms) if year == self.first_year else self.without_met(terms)
        check_limits(terms, f"{self.coverage.path}.terms")
        terms = self.with_answers(terms, design_terms, year)
        terms = self.with_caps_of_site(terms)
        return {key: value for key, value in terms.items() if key not in CATALOGUE_KEYS}

    def say_what_stands_in(self, revision: DesignTerms, year_ends: date):
        """Before its first known terms a design goes by them, and the estimate says so."""
        if revision.effective_from >= year_ends:
            self.findings.assume(
                f"{self.design.name}: its terms are known from {revision.effective_from} on; they stand in for "
                "earlier ones."
            )

    def typed_years(self) -> Iterator[tuple[int, dict]]:
        path = f"{self.coverage.path}.terms.by_plan_year"
        given = self.coverage.terms.get("by_plan_year") or {}
        if not isinstance(given, Mapping):
            refuse(path, "expected an object of plan years")
        for name, changes in given.items():
            if not re.fullmatch(r"20\d\d", name, re.ASCII) or not isinstance(changes, Mapping):
                refuse(f"{path}.{name}", 'expected a plan year like "2027" with the terms that change')
            yield int(name), dict(changes)

    # --- national figures ---

    def with_figures(self, terms, year: int, typed):
        """The terms with each {"parameter": ...} replaced by that year's figure, or the last known one.

        What the family typed in its place is not looked up: a figure that is not used is not spoken of.
        """
        if not isinstance(terms, dict):
            return terms
        if set(terms) == {"parameter"}:
            is_typed = typed is not UNTYPED and typed != "unknown"
            return None if is_typed else self.figure(terms["parameter"], year)
        given = typed if isinstance(typed, Mapping) else {}
        return {key: self.with_figures(value, year, given.get(key, UNTYPED)) for key, value in terms.items()}

    def figure(self, path: str, year: int) -> int:
        found = figure(self.payers, path, year)
        words = figure_words(path)
        if found is None:
            refuse(
                f"{self.coverage.path}.design",
                f"the {words} of {year} is not known here: choose later dates, or type the plan's own terms",
            )
        source = self.findings.cite(found.parameter.provenance, f"{words} of {found.parameter.year}")
        if not found.exact:
            self.findings.assume(
                f"The {words} of {year} is not known yet: the figure of {found.parameter.year} is used.",
                source,
            )
        return found.value

    # --- what nobody knows ---

    def with_answers(self, terms: dict, design_terms: dict, year: int) -> dict:
        """Each "unknown" term replaced by the answer this run takes."""
        answered = dict(terms)
        for path in unknown_paths(terms):
            if path == ("assistance_policy",):
                continue  # asked for where the programs are known
            value = self.answer(path, terms, default_at(design_terms, path), year)
            answered = with_value(answered, path, value)
        return answered

    def answer(self, path: tuple[str, ...], terms: dict, of_design, year: int):
        low, high = self.extremes(path, terms, year)
        values = {"lowest": low, "highest": high}
        likely = "lowest" if path[-1] in ("met_individual", "met_family") else "highest"
        if of_design not in (None, "unknown"):
            same = [name for name, value in values.items() if value == of_design]
            likely = same[0] if same else "of_design"
            values = values if same else {"lowest": low, "of_design": of_design, "highest": high}
        key = ".".join((self.coverage.path.removeprefix("$."), *path))
        if key not in self.findings.unknowns:
            options = tuple(Option(name, in_words(path, value)) for name, value in values.items())
            is_amount = isinstance(high, int) and not isinstance(high, bool)
            self.findings.ask(Unknown(key, question_about(path), "payer", options, likely, is_amount))
        return values[self.findings.answer(key)]

    def extremes(self, path: tuple[str, ...], terms: dict, year: int) -> tuple:
        """The lowest and the highest value a term can have, as far as law or arithmetic bounds it."""
        name = path[-1]
        if name in ("individual", "family"):
            limit = self.legal_limit(name, year)
            pool, other_side = path[1], {"deductibles": "out_of_pocket_maximums"}.get(path[0], "deductibles")
            other = value_at(terms, (other_side, pool, name))
            person, family = (value_at(terms, (path[0], pool, who)) for who in ("individual", "family"))
            # A maximum is not below the deductible, nor a family's limit below one person's.
            least = [other if path[0] != "deductibles" else 0, person if name == "family" else 0]
            most = [
                limit,
                other if path[0] == "deductibles" else None,
                family if name == "individual" else None,
            ]
            low = max((value for value in least if isinstance(value, int)), default=0)
            return low, max(low, min(value for value in most if isinstance(value, int)))
        if name in ("met_individual", "met_family"):
            of_limit = (*path[:-1], name.removeprefix("met_"))
            limit = value_at(terms, of_limit)
            if limit == "unknown":
                limit = self.extremes(of_limit, terms, year)[1]
            return 0, limit if isinstance(limit, int) else 0
        if name == "coinsurance" or name == "coinsurance_covered":
            return 0, ANY_RATE
        if name == "copay" or name == "amount":
            return 0, ANY_AMOUNT
        if name == "hdhp_minimum_deductible":
            who = "family" if terms.get("hdhp_coverage") == "family" else "self"
            return None, self.figure(f"hdhp/minimum_deductible_{who}", year)
        if name in ("covered", "includes_deductible", "covers_part_b_deductible"):
            return True, False
        if name == "kind":
            return "embedded", "aggregate"
        refuse(f"{self.coverage.path}.terms.{'.'.join(path)}", 'this term cannot be "unknown": leave it out')

    def legal_limit(self, name: str, year: int) -> int:
        """The most a plan may leave a person or a family to pay in a year (ACA, 45 CFR 156.130)."""
        found = figure(self.payers, ACA_LIMIT[name], year)
        if found is None:
            return ANY_AMOUNT
        self.findings.cite(
            found.parameter.provenance, f"highest out-of-pocket maximum of {found.parameter.year}"
        )
        return found.value

    # --- caps ---

    def with_caps_of_site(self, terms: dict) -> dict:
        """Only the caps that hold at this place of care; a disputed one is an open question."""
        lifted = {name for name in terms.get("caps", {}) if not self.cap_holds(name, terms)}
        if not lifted:
            return terms
        caps = {name: cap for name, cap in terms["caps"].items() if name not in lifted}
        rules = {
            kind: {**rule, "cap": None} if isinstance(rule, Mapping) and rule.get("cap") in lifted else rule
            for kind, rule in terms.get("rules", {}).items()
        }
        return {**terms, "caps": caps, "rules": rules}

    def cap_holds(self, name: str, terms: dict) -> bool:
        if not any(
            rule.get("cap") == name
            for kind, rule in terms.get("rules", {}).items()
            if kind in self.setting.kinds
        ):
            return True  # nothing here comes under it
        if self.setting.site_of_care not in terms.get("cap_sites", {}).get(name, SITES):
            self.findings.assume(
                "No limit per visit at this place of care: the hospital copayment cap holds on a hospital's "
                "campus and in excepted off-campus departments only."
            )
            return False
        if name not in terms.get("disputed_caps", ()) or self.setting.units_per_dose <= 1:
            return True
        answer = self.findings.choose(
            Unknown(
                "hospital_day_cap",
                "Does the hospital cap the day's Medicare copayment, drug and procedure together, at the "
                "inpatient deductible?",
                "hospital",
                (
                    Option("capped", "yes: one cap for the day (42 CFR 419.41(c)(4)(i))"),
                    Option("uncapped", "no: the cap is multiplied by the drug's units and never binds"),
                ),
                likely="capped",
            )
        )
        self.findings.warn(
            "The cap on a day's hospital copayment is disputed for drugs billed in many units: the regulation "
            "caps the day's drug and procedure together, Medicare's own payment software multiplies the cap by "
            "the units. The likely figure takes the regulation's reading, the high one is uncapped."
        )
        return answer == "capped"

    # --- amounts met ---

    def with_met(self, terms: dict) -> dict:
        """What is met counts only in the plan year it was met in."""
        met_by, met_year = day(self.coverage.met_as_of), year_starting(self.coverage.met_as_of, self.start)
        if not any(True for _ in met_amounts(terms)):
            return terms
        if met_year == self.first_year:
            if self.coverage.met_as_of > self.setting.first:
                self.findings.warn(
                    f"Amounts met by {met_by} are counted as met before {day(self.setting.first)}. If they hold "
                    "care that is in this estimate, it is counted twice: give what was met before that."
                )
            return terms
        if met_year < self.first_year:
            self.findings.assume(
                f"Amounts met by {met_by} belong to plan year {met_year}: the treatment starts in "
                f"plan year {self.first_year}, with nothing met."
            )
        else:
            self.findings.warn(
                f"Amounts met by {met_by} are of a later plan year than the first dose: they are left out."
            )
        return self.without_met(terms)

    def without_met(self, terms: dict) -> dict:
        return {
            key: {name: without_met(pool) for name, pool in value.items()}
            if key in ("deductibles", "out_of_pocket_maximums") and isinstance(value, Mapping)
            else value
            for key, value in terms.items()
        }


def check_shape(terms: Mapping, path: str, keys: tuple[str, ...]):
    """Known keys, objects where a plan has objects, and names where a rule names something."""
    for key, value in terms.items():
        if key not in keys:
            refuse(f"{path}.{key}", f"expected one of the keys {', '.join(keys)}")
        if key in ("deductibles", "out_of_pocket_maximums", "caps", "rules"):
            if not isinstance(value, Mapping):
                refuse(f"{path}.{key}", "expected an object of names")
            for name, item in value.items():
                if not isinstance(item, Mapping):
                    refuse(f"{path}.{key}.{name}", "expected an object")
    if terms.get("disputed_caps") not in (None, []):
        refuse(f"{path}.disputed_caps", "expected an empty list: no cap is disputed any more")
    kinds = terms.get("maximizer_kinds")
    for at, kind in (
        *((f"rules.{kind}", kind) for kind in terms.get("rules", {})),
        *((f"maximizer_kinds[{i}]", kind) for i, kind in enumerate(kinds if isinstance(kinds, list) else ())),
    ):
        if kind not in LINE_KINDS:
            refuse(f"{path}.{at}", f"expected one of the kinds {', '.join(LINE_KINDS)}, got {show(kind)}")
    for kind, rule in terms.get("rules", {}).items():
        for key in ("deductible", "cap", "out_of_pocket_maximum"):
            if not isinstance(rule.get(key), str | None):
                refuse(f"{path}.rules.{kind}.{key}", f"expected a name, got {show(rule[key])}")


def check_limits(plan: Mapping, path: str):
    """What no plan has: a maximum below the deductible, more met than the limit, a person above the family."""
    for side in ("deductibles", "out_of_pocket_maximums"):
        for name, pool in plan.get(side, {}).items():
            check_pool(pool, f"{path}.{side}.{name}")
    for rule in plan.get("rules", {}).values():
        deductible = plan.get("deductibles", {}).get(rule.get("deductible"), {})
        name = rule.get("out_of_pocket_maximum")
        maximum = plan.get("out_of_pocket_maximums", {}).get(name, {})
        for who in ("individual", "family"):
            least, most = amount_of(deductible, who), amount_of(maximum, who)
            if least is not None and most is not None and most < least:
                refuse(
                    f"{path}.out_of_pocket_maximums.{name}.{who}",
                    f"the out-of-pocket maximum ({dollars(most)}) is below the deductible ({dollars(least)})",
                )


def check_pool(pool: Mapping, path: str):
    person, family = amount_of(pool, "individual"), amount_of(pool, "family")
    if person is not None and family is not None and person > family:
        refuse(f"{path}.individual", f"one person's limit ({dollars(person)}) is above the family's")
    for who, limit in (("individual", person), ("family", family)):
        met = amount_of(pool, f"met_{who}") or 0
        if limit is not None and met > limit:
            refuse(f"{path}.met_{who}", f"more is met ({dollars(met)}) than the limit ({dollars(limit)})")


def figure_words(path: str) -> str:
    """A national figure in words: "medicare/part_b_deductible" is the Part B deductible."""
    words = path.split("/")[-1].replace("_", " ")
    return PROPER.sub(lambda found: PROPER_WORDS[found[0]], words)


def amount_of(pool: Mapping, key: str) -> int | None:
    """An amount that is known; what is "unknown" or not an amount is judged elsewhere."""
    value = pool.get(key)
    return value if type(value) is int and value >= 0 else None


def dollars(amount: int) -> str:
    return f"${amount // 100:,}.{amount % 100:02}"


# --- terms as nested objects ---


def merged(base, over):
    """`over` laid on `base`, object by object; whatever is not an object replaces."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def unknown_paths(terms, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if terms == "unknown":
        yield path
    elif isinstance(terms, Mapping):
        for key, value in terms.items():
            yield from unknown_paths(value, (*path, key))


def is_open(terms) -> bool:
    """Whether a term is unknown; the assistance policy is asked about where the programs are known."""
    return any(path != ("assistance_policy",) for path in unknown_paths(terms))


def default_at(terms, path: tuple[str, ...]):
    """The value there, or what it means that a rule, a pool or a cap says nothing of it."""
    value, around = value_at(terms, path), value_at(terms, path[:-1])
    return DEFAULTS.get(path[-1]) if value is None and isinstance(around, Mapping) else value


def value_at(terms, path: tuple[str, ...]):
    for key in path:
        if not isinstance(terms, Mapping):
            return None
        terms = terms.get(key)
    return terms


def with_value(terms: Mapping, path: tuple[str, ...], value) -> dict:
    head, *rest = path
    return {**terms, head: with_value(terms[head], tuple(rest), value) if rest else value}


def met_amounts(terms: Mapping) -> Iterator[int]:
    for side in ("deductibles", "out_of_pocket_maximums"):
        for pool in (terms.get(side) or {}).values():
            yield from (pool[key] for key in ("met_individual", "met_family") if pool.get(key))


def without_met(pool):
    if not isinstance(pool, Mapping):
        return pool
    return {key: value for key, value in pool.items() if key not in ("met_individual", "met_family")}


PROPER_WORDS = {
    "part a": "Part A",
    "part b": "Part B",
    "part d": "Part D",
    "ma moop": "Medicare Advantage out-of-pocket maximum",
    "medigap": "Medigap",
    "tricare": "TRICARE",
    "va": "VA",
    "self": "(one person)",
    "family": "(family)",
    "k": "(plan K)",
    "l": "(plan L)",
}
PROPER = re.compile("|".join(rf"\b{words}\b" for words in PROPER_WORDS))

WORDS = {
    "individual": "one person's",
    "family": "the family's",
    "met_individual": "amount the patient has met of the",
    "met_family": "amount the family has met of the",
    "deductibles": "deductible",
    "out_of_pocket_maximums": "out-of-pocket maximum",
    "coinsurance": "coinsurance",
    "copay": "copay",
}


def question_about(path: tuple[str, ...]) -> str:
    """The question to the payer about one term."""
    side = WORDS.get(path[0], path[0].replace("_", " "))
    name = path[-1]
    if name in ("individual", "family"):
        return f"What is {WORDS[name]} {side} of this plan?"
    if name in ("met_individual", "met_family"):
        return f"What is the {WORDS[name]} {side} so far this plan year?"
    if path[0] == "rules":
        kind = path[1].replace("_", " ")
        if name == "covered":
            return f"Does the plan cover the {kind} line?"
        return f"What is the {WORDS.get(name, name.replace('_', ' '))} for the {kind} line?"
    if name == "hdhp_minimum_deductible":
        return "Is this a high-deductible plan that goes with a health savings account?"
    return f"What is the {' '.join(path).replace('_', ' ')} of this plan?"


def in_words(path: tuple[str, ...], value) -> str:
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if path[-1] in ("coinsurance", "coinsurance_covered"):
        return f"{value / 1000:g} %"
    if value >= ANY_AMOUNT:
        return "the whole allowed amount"
    return dollars(value)
