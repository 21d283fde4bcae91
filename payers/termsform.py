"""A design's terms as a form in a benefits person's words: dollars, percent, yes and no, national figures by name.

An amount is typed in dollars, as a national figure, as "none" (no limit, which is not zero) or as "unknown" (nobody
has told us: the estimate asks). What was shown, sent back untouched, gives the same terms. What `payers/terms.py`
finds wrong stands at the field it is about.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from drugs.reference import LINE_KINDS, SITES
from drugs.strictfields import NONE, UNKNOWN
from drugs.words import SITE_WORDS
from payers.termfields import AmountField, Choice, Figures, NameField, ShareField, Tick, YesNo, names, starts
from payers.terms import errors_in_terms
from payers.termtexts import texts_of
from payers.termwords import KIND_WORDS, POLICY_WORDS

POOLS = {"deductibles": "Deductible", "out_of_pocket_maximums": "Out-of-pocket maximum"}
LEVELS = {"individual": "one person", "family": "family"}
MOST_ROWS = 12
KINDS_OF_POOL = {
    "embedded": "each person also has their own (embedded)",
    "aggregate": "only the family's counts (aggregate)",
}
SPREADS = {"even": "evenly over the year", "front": "from the first dose on"}
HDHP_COVERAGE = {"self": "one person", "family": "family"}
NAMED = {"deductible": "deductibles", "cap": "caps", "out_of_pocket_maximum": "out_of_pocket_maximums"}
NONE_OR_UNKNOWN = (NONE, UNKNOWN)
TYPE_AN_AMOUNT = 'Type the amount, "none" if there is no such limit, or "unknown" if nobody has told us.'


class TermsForm(forms.Form):
    """What every kind of terms shares. A valid form has its `terms`."""

    def __init__(
        self, method: str, figures: Figures, data: Mapping | None = None, terms: Mapping | None = None
    ):
        self.method, self.figures, self.stored = method, figures, terms or {}
        self.terms: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        super().__init__(data, initial=texts_of(self.stored, method, figures), prefix="terms")
        self.fields.update(self.questions())

    def questions(self) -> Iterator[tuple[str, forms.Field]]:
        raise NotImplementedError

    def written(self) -> dict[str, Any]:
        """The terms of what was typed; what is missing is an error at its field."""
        raise NotImplementedError

    def clean(self):
        terms = self.written() | self.later_years()
        if not self.errors:
            self.terms = terms
            for path, message in errors_in_terms(terms, self.method, self.figures.words):
                self.add_error(*self.place(path, message))
        return self.cleaned_data

    def place(self, path: str, message: str) -> tuple[str | None, str]:
        """The field an error is about, or the whole form with its path."""
        name = self.places.get(path.removeprefix("$."))
        return (name, f"This {message}.") if name else (None, f"{path.removeprefix('$.')}: {message}")

    def typed(self, name: str, path: str) -> Any:
        """A field's value, and from now on errors of that path stand there."""
        self.places[path] = name
        return self.cleaned_data.get(name)

    # What changes in a later plan year is shown in words and kept, or dropped as a whole.

    def later_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield "by_plan_year", forms.CharField(widget=forms.HiddenInput, required=False)
        label = "Drop what was announced for later plan years"
        yield "drop_later", forms.BooleanField(label=label, required=False)

    def later_years(self) -> dict[str, Any]:
        text = self.cleaned_data.get("by_plan_year")
        if not text or self.cleaned_data.get("drop_later"):
            return {}
        try:
            return {"by_plan_year": json.loads(text)}
        except ValueError:
            self.add_error(None, "What was announced for later plan years could not be read. Begin anew.")
            return {}

    @property
    def later(self) -> dict:
        """What the hidden field holds, for the page to tell in words."""
        try:
            return json.loads(self["by_plan_year"].value() or "{}") if "by_plan_year" in self.fields else {}
        except ValueError:
            return {}

    def amount(self, label: str, words: tuple[str, ...], **options) -> AmountField:
        return AmountField(label=label, figures=self.figures, words=words, required=False, **options)


class MedicaidForm(TermsForm):
    def questions(self):
        yield "copay", self.amount("The patient owes, a line", (UNKNOWN,))

    def written(self):
        copay = self.typed("copay", "copay")
        if copay is None and "copay" not in self.errors:
            self.add_error("copay", 'Type the copay: 0 for nothing, "unknown" if nobody has told us.')
        return {"copay": copay}

    @property
    def others(self) -> list[BoundField]:
        return [self["copay"]]


class MedigapForm(TermsForm):
    NAMES = ("covers_part_b_deductible", "coinsurance_covered", "high_deductible", "annual_limit")

    def questions(self):
        yield "covers_part_b_deductible", YesNo(label="Pays the Part B deductible")
        yield "coinsurance_covered", ShareField(label="Part of Part B's coinsurance it pays")
        yield "high_deductible", self.amount("Pays nothing before this much in the year", (NONE,))
        yield (
            "annual_limit",
            self.amount("Pays all of it once the patient has paid this in the year", (NONE,)),
        )
        yield from self.later_fields()

    def written(self):
        values = {name: self.typed(name, name) for name in self.NAMES}
        for name, value in values.items():
            if value is None and name not in self.errors:
                self.add_error(name, "Say so here: the estimate would otherwise take it as no.")
        return {name: value for name, value in values.items() if value != NONE}

    @property
    def others(self) -> list[BoundField]:
        return [self[name] for name in self.NAMES]


def terms_form(method: str, figures: Figures, data=None, terms=None) -> TermsForm:
    """The form for terms of a coverage by that method; "" is a primary one."""
    form = {"medigap": MedigapForm, "medicaid": MedicaidForm}.get(method, PlanForm)
    return form(method, figures, data, terms)


class PlanForm(TermsForm):
    """A plan: pools and caps by name, a rule for each kind of claim line, copay cards, the plan year."""

    def questions(self):
        if not self.method:
            label = "No cover at all: everything is owed"
            yield "no_plan", forms.BooleanField(label=label, required=False)
        yield "plan_year_start", self.start_field()
        for key in POOLS:
            for row in range(self.rows(key)):
                yield from self.pool_fields(key, row)
        for row in range(self.rows("caps")):
            yield from self.cap_fields(row)
        for kind in LINE_KINDS:
            yield from self.rule_fields(kind)
        yield from self.card_fields()
        yield from self.later_fields()

    def rows(self, key: str) -> int:
        """The rows of a table, with an empty one to fill in."""
        if not self.is_bound:
            return len(self.stored.get(key, {})) + 1
        sent = next((n for n in range(MOST_ROWS) if self.row_name(key, n) not in self.data), MOST_ROWS)
        last_is_free = sent and not self.data[self.row_name(key, sent - 1)].strip()
        return sent if last_is_free else min(sent + 1, MOST_ROWS)

    def row_name(self, key: str, row: int) -> str:
        return self.add_prefix(f"{key}-{row}-name")

    def start_field(self) -> Choice:
        stored = self.data.get(self.add_prefix("plan_year_start")) or self.stored.get("plan_year_start", "")
        return Choice(starts(stored), "not said (January 1 is taken)", label="Plan year begins")

    def pool_fields(self, key: str, row: int) -> Iterator[tuple[str, forms.Field]]:
        label, at = f"{POOLS[key]} {row + 1}", f"{key}-{row}"
        yield f"{at}-name", NameField(label=f"{label}: name", required=False)
        for level, words in LEVELS.items():
            yield f"{at}-{level}", self.amount(f"{label}: {words}", NONE_OR_UNKNOWN)
        yield f"{at}-kind", Choice(KINDS_OF_POOL, label=f"{label}: how the family's works")

    def cap_fields(self, row: int) -> Iterator[tuple[str, forms.Field]]:
        label, at = f"Cap {row + 1}", f"caps-{row}"
        yield f"{at}-name", NameField(label=f"{label}: name", required=False)
        yield f"{at}-amount", self.amount(f"{label}: at most, a day's encounter", NONE_OR_UNKNOWN)
        yield f"{at}-includes_deductible", YesNo(label=f"{label}: the deductible is inside it")
        sites = [(site, SITE_WORDS[site]) for site in SITES]
        boxes = forms.CheckboxSelectMultiple
        yield (
            f"{at}-sites",
            forms.MultipleChoiceField(label=f"{label}: only in", choices=sites, widget=boxes, required=False),
        )
        label = f"{label}: disputed for a drug billed in many units"
        yield f"{at}-disputed", Tick(label=label)

    def rule_fields(self, kind: str) -> Iterator[tuple[str, forms.Field]]:
        at, words = f"rules-{kind}", KIND_WORDS[kind]
        yield f"{at}-covered", YesNo(label=f"{words}: covered")
        yield f"{at}-coinsurance", ShareField(label=f"{words}: coinsurance")
        yield f"{at}-copay", self.amount(f"{words}: copay", (UNKNOWN,))
        for name, key in NAMED.items():
            label = f"{words}: {name.replace('_', '-', 3).replace('-maximum', ' maximum')}"
            yield f"{at}-{name}", Choice(self.pool_names(key, f"{at}-{name}"), "none", label=label)

    def pool_names(self, key: str, field: str) -> dict[str, str]:
        """The names in the table as it stands, and the one this rule has, so that what was chosen is not lost."""
        if not self.is_bound:
            return names(self.stored.get(key, {}))
        typed = [self.data.get(self.row_name(key, row), "") for row in range(MOST_ROWS)]
        found = ["_".join(name.lower().split()) for name in typed if name.strip()]
        return names([*found, *filter(None, [self.data.get(self.add_prefix(field))])])

    def card_fields(self) -> Iterator[tuple[str, forms.Field]]:
        boxes, kinds = forms.CheckboxSelectMultiple, [(kind, KIND_WORDS[kind]) for kind in LINE_KINDS]
        yield "assistance_policy", Choice(POLICY_WORDS, label="Copay cards")
        yield (
            "maximizer_kinds",
            forms.MultipleChoiceField(label="Maximizer: for", choices=kinds, widget=boxes, required=False),
        )
        yield "maximizer_spread", Choice(SPREADS, label="Maximizer: spread")
        label = "HSA rule: until this deductible is met, only what the patient pays counts"
        yield "hdhp_minimum_deductible", self.amount(label, (NONE,))
        yield "hdhp_coverage", Choice(HDHP_COVERAGE, label="HSA rule: whose deductible")
        label = "Where Medicare publishes a percentage for the code and quarter, that one is charged"
        yield "code_coinsurance", YesNo(label=label)

    # What was typed, as terms

    def written(self):
        terms = {
            **{key: self.pools(key) for key in POOLS},
            "caps": self.caps(),
            "rules": {kind: rule for kind in LINE_KINDS if (rule := self.rule(kind)) is not None},
            **self.cards(),
        }
        terms = {key: value for key, value in terms.items() if value not in (None, {}, [], "")}
        if self.cleaned_data.get("no_plan"):
            if terms:
                self.add_error("no_plan", "Clear the rest of the form, or untick this: it stands alone.")
            return {"no_plan": True}
        if "rules" not in terms and not self.errors:
            self.add_error(None, "Say for at least one kind of claim line what the family pays.")
        return terms

    def table(self, key: str) -> Iterator[tuple[str, str]]:
        """(name, its row's prefix) of every row in use; a row without a name says so."""
        seen = set()
        for row in range(self.rows(key)):
            at = f"{key}-{row}"
            name = self.typed(f"{at}-name", f"{key}.row{row}")
            rest = [value for field, value in self.cleaned_data.items() if field.startswith(f"{at}-")]
            if name in seen:
                self.add_error(f"{at}-name", "This name stands here twice.")
            elif name:
                seen.add(name)
                yield name, at
            elif (
                any(value not in (None, "", [], False) for value in rest) and f"{at}-name" not in self.errors
            ):
                self.add_error(f"{at}-name", "Give it a name, for example medical.")

    def pools(self, key: str) -> dict[str, dict]:
        found = {}
        for name, at in self.table(key):
            levels = {level: self.limit(f"{at}-{level}", f"{key}.{name}.{level}") for level in LEVELS}
            kind = self.typed(f"{at}-kind", f"{key}.{name}.kind")
            found[name] = {level: v for level, v in levels.items() if v != NONE} | (
                {"kind": kind} if kind else {}
            )
        return found

    def limit(self, field: str, path: str) -> Any:
        value = self.typed(field, path)
        if value is None and field not in self.errors:
            self.add_error(field, TYPE_AN_AMOUNT)
        return value

    def caps(self) -> dict[str, dict]:
        found, self.capped = {}, list(self.table("caps"))
        for name, at in self.capped:
            amount = self.limit(f"{at}-amount", f"caps.{name}.amount")
            inside = self.typed(f"{at}-includes_deductible", f"caps.{name}.includes_deductible")
            found[name] = {"amount": None if amount == NONE else amount}
            if inside is not None:
                found[name]["includes_deductible"] = inside
        return found

    def rule(self, kind: str) -> dict | None:
        at, path = f"rules-{kind}", f"rules.{kind}"
        covered = self.typed(f"{at}-covered", f"{path}.covered")
        keys = ("coinsurance", "copay", *NAMED)
        rest = {key: self.typed(f"{at}-{key}", f"{path}.{key}") for key in keys}
        rest = {key: value for key, value in rest.items() if value not in (None, "")}
        if covered is not True:
            if rest:
                self.add_error(f"{at}-covered", "Say yes here, or clear the rest of the row.")
            return None if covered is None else {"covered": False}
        wrong = {f"{at}-coinsurance", f"{at}-copay"} & set(self.errors)
        if not {"coinsurance", "copay"} & set(rest) and not wrong:
            words = 'Type the percentage or the copay: 0 for nothing, "unknown" if nobody has told us.'
            self.add_error(f"{at}-coinsurance", words)
        return rest

    def cards(self) -> dict[str, Any]:
        minimum = self.typed("hdhp_minimum_deductible", "hdhp_minimum_deductible")
        sites = {name: self.cleaned_data.get(f"{at}-sites") for name, at in self.capped}
        plain = (
            "plan_year_start",
            "assistance_policy",
            "maximizer_kinds",
            "maximizer_spread",
            "hdhp_coverage",
        )
        return {
            **{name: self.typed(name, name) for name in plain},
            "hdhp_minimum_deductible": None if minimum == NONE else minimum,
            "cap_sites": {name: found for name, found in sites.items() if found},
            "disputed_caps": [name for name, at in self.capped if self.cleaned_data.get(f"{at}-disputed")],
            "code_coinsurance": self.typed("code_coinsurance", "code_coinsurance"),
        }

    # What the page shows, table by table

    @property
    def pool_tables(self) -> list[dict]:
        columns = ("name", *LEVELS, "kind")
        return [{"title": f"{title}s", "rows": self.cells(key, columns)} for key, title in POOLS.items()]

    @property
    def cap_rows(self) -> list[list[BoundField]]:
        return self.cells("caps", ("name", "amount", "includes_deductible", "sites", "disputed"))

    def cells(self, key: str, columns: tuple[str, ...]) -> list[list[BoundField]]:
        return [[self[f"{key}-{row}-{name}"] for name in columns] for row in range(self.rows(key))]

    @property
    def rule_rows(self) -> list[tuple[str, list[BoundField]]]:
        columns = ("covered", "coinsurance", "copay", *NAMED)
        return [(KIND_WORDS[k], [self[f"rules-{k}-{name}"] for name in columns]) for k in LINE_KINDS]

    @property
    def others(self) -> list[BoundField]:
        first = ("no_plan", "plan_year_start") if not self.method else ("plan_year_start",)
        return [self[name] for name in first]

    @property
    def cards_shown(self) -> list[BoundField]:
        return [self[name] for name, _ in self.card_fields()]
