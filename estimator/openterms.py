"""Terms that nobody knows: each an open question with its lowest, likely and highest possible value."""

from collections.abc import Callable, Iterator, Mapping

from payers.parameters import figure
from payers.reference import Payers

from .findings import Findings, Option, Unknown, refuse
from .nestedterms import value_at, with_value
from .words import money

ANY_RATE = 100_000
ANY_AMOUNT = 10**9
DEFAULTS = {"covered": True, "copay": 0, "coinsurance": 0, "kind": "embedded", "includes_deductible": False}
"""What a term means where a design does not name it (section 9 of the cost model)."""
ACA_LIMIT = {"individual": "aca/out_of_pocket_maximum_self", "family": "aca/out_of_pocket_maximum_family"}


class OpenTerms:
    """The open terms of one coverage (`path` in the request) in one plan year. `national` gives the figure of that
    year at a path."""

    def __init__(
        self, findings: Findings, payers: Payers, path: str, year: int, national: Callable[[str], int]
    ):
        self.findings, self.payers, self.path = findings, payers, path
        self.year, self.national = year, national

    def with_answers(self, terms: dict, design_terms: dict) -> dict:
        """Each "unknown" term replaced by the answer this run takes."""
        answered = dict(terms)
        for path in unknown_paths(terms):
            if path == ("assistance_policy",):
                continue  # asked for where the programs are known
            value = self.answer(path, terms, default_at(design_terms, path))
            answered = with_value(answered, path, value)
        return answered

    def answer(self, path: tuple[str, ...], terms: dict, of_design):
        low, high = self.extremes(path, terms)
        values = {"lowest": low, "highest": high}
        likely = "lowest" if path[-1] in ("met_individual", "met_family") else "highest"
        if of_design not in (None, "unknown"):
            same = [name for name, value in values.items() if value == of_design]
            likely = same[0] if same else "of_design"
            values = values if same else {"lowest": low, "of_design": of_design, "highest": high}
        key = ".".join((self.path.removeprefix("$."), *path))
        if key not in self.findings.unknowns:
            options = tuple(Option(name, in_words(path, value)) for name, value in values.items())
            is_amount = isinstance(high, int) and not isinstance(high, bool)
            self.findings.ask(Unknown(key, question_about(path), "payer", options, likely, is_amount))
        return values[self.findings.answer(key)]

    def extremes(self, path: tuple[str, ...], terms: dict) -> tuple:
        """The lowest and the highest value a term can have, as far as law or arithmetic bounds it."""
        name = path[-1]
        if name in ("individual", "family"):
            limit = self.legal_limit(name)
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
                limit = self.extremes(of_limit, terms)[1]
            return 0, limit if isinstance(limit, int) else 0
        if name == "coinsurance" or name == "coinsurance_covered":
            return 0, ANY_RATE
        if name == "copay" or name == "amount":
            return 0, ANY_AMOUNT
        if name == "hdhp_minimum_deductible":
            who = "family" if terms.get("hdhp_coverage") == "family" else "self"
            return None, self.national(f"hdhp/minimum_deductible_{who}")
        if name in ("covered", "includes_deductible", "covers_part_b_deductible"):
            return True, False
        if name == "kind":
            return "embedded", "aggregate"
        refuse(f"{self.path}.terms.{'.'.join(path)}", 'this term cannot be "unknown": leave it out')

    def legal_limit(self, name: str) -> int:
        """The most a plan may leave a person or a family to pay in a year (ACA, 45 CFR 156.130)."""
        found = figure(self.payers, ACA_LIMIT[name], self.year)
        if found is None:
            return ANY_AMOUNT
        self.findings.cite(
            found.parameter.provenance, f"highest out-of-pocket maximum of {found.parameter.year}"
        )
        return found.value


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
    return money(value)
