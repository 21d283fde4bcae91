"""From a benefit design and what the family told us to the plan of a case, plan year by plan year.

The design's terms in force in each plan year, with national figures put in, then the family's own terms over
them. A term nobody knows ("unknown") becomes an open question with its lowest and highest possible value.
"""

import re
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date

from payers.parameters import figure
from payers.reference import Design, DesignTerms, Payers, plain

from .cost.contract import PLAN_KEYS, TERMS_KEYS
from .cost.years import CALENDAR_YEAR, anchor_in, year_starting
from .findings import Findings, refuse
from .nestedterms import merged, met_amounts, without_met
from .openterms import OpenTerms, is_open
from .request import Coverage
from .sitecaps import Setting, with_caps_of_site
from .termchecks import check_limits, check_shape
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
        known = OpenTerms(
            self.findings, self.payers, self.coverage.path, year, lambda path: self.figure(path, year)
        )
        terms = with_caps_of_site(self.findings, known.with_answers(terms, design_terms), self.setting)
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


def figure_words(path: str) -> str:
    """A national figure in words: "medicare/part_b_deductible" is the Part B deductible."""
    words = path.split("/")[-1].replace("_", " ")
    return PROPER.sub(lambda found: PROPER_WORDS[found[0]], words)


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
