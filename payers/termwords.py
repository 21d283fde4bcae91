"""Benefit terms in words. Money is cents, rates thousandths of a percent; a national figure is that of the year.

The keys are those of `payers/terms.py`. Every key of stored terms has its words here: a test holds it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drugs.citations import Citations, Proof
from drugs.reference import SITES
from drugs.words import SITE_WORDS, cents, listed, percent
from payers.parameters import figure
from payers.reference import Payers
from payers.terms import UNKNOWN

UNKNOWN_WORDS = "not known: ask the plan"
KIND_WORDS = {
    "drug": "the drug (medical benefit)",
    "pharmacy": "a drug from a pharmacy",
    "administration": "the procedure",
    "facility": "the facility",
    "professional": "the clinician",
    "sedation": "sedation",
    "imaging": "imaging",
    "laboratory": "laboratory tests",
    "visit": "visits",
    "other_care": "other care",
}
POLICY_WORDS = {
    "counts": "what a copay card pays counts toward the deductible and the maximum",
    "excluded": "what a copay card pays does not count (accumulator)",
    "maximizer": "the share is set to what a copay card can pay, and it does not count (maximizer)",
    "unknown": "not known: it depends on state law, funding and HSA, or ask the plan",
}
PARAMETER_WORDS = {
    "medicare/part_b_deductible": "Part B deductible",
    "medicare/part_b_premium": "Part B premium, a month",
    "medicare/inpatient_deductible": "hospital inpatient deductible",
    "medicare/part_d_deductible": "Part D deductible",
    "medicare/part_d_threshold": "Part D out-of-pocket threshold",
    "medicare/part_d_gross_at_threshold": "Part D drug cost at the threshold",
    "medicare/part_d_initial_coverage_limit": "Part D initial coverage limit",
    "medicare/ma_moop_in_network": "Medicare Advantage limit, in network",
    "medicare/ma_moop_combined": "Medicare Advantage limit, in and out of network",
    "medicare/medigap_high_deductible": "Medigap high deductible",
    "medicare/medigap_k_limit": "Medigap K yearly limit",
    "medicare/medigap_l_limit": "Medigap L yearly limit",
    "aca/out_of_pocket_maximum_self": "highest out-of-pocket maximum by law, one person",
    "aca/out_of_pocket_maximum_family": "highest out-of-pocket maximum by law, family",
    "hdhp/minimum_deductible_self": "HSA minimum deductible, one person",
    "hdhp/minimum_deductible_family": "HSA minimum deductible, family",
    "hdhp/out_of_pocket_maximum_self": "HSA out-of-pocket maximum, one person",
    "hdhp/out_of_pocket_maximum_family": "HSA out-of-pocket maximum, family",
    "hdhp/hsa_contribution_self": "HSA contribution limit, one person",
    "hdhp/hsa_contribution_family": "HSA contribution limit, family",
}


@dataclass(frozen=True)
class Term:
    """One line of a design in words, with the proofs of the national figures in it."""

    label: str
    text: str
    proofs: tuple[Proof, ...] = ()


def terms_in_words(terms: Mapping, payers: Payers, year: int, cited: Citations) -> tuple[Term, ...]:
    return tuple(_Words(payers, year, cited).lines(terms))


def parameter_words(path: str) -> str:
    return PARAMETER_WORDS.get(path) or path.partition("/")[2].replace("_", " ")


def pool_words(name: str) -> str:
    """`part_b` -> `Part B`, `hospital_outpatient` -> `hospital outpatient`."""
    if re.fullmatch(r"part_[a-d]", name):
        return f"Part {name[-1].upper()}"
    return name.replace("_", " ")


def _share(rate: int | str) -> str:
    return f"a percentage that is {UNKNOWN_WORDS}" if rate == UNKNOWN else percent(rate)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class _Words:
    def __init__(self, payers: Payers, year: int, cited: Citations):
        self.payers, self.year, self.cited = payers, year, cited
        self.proofs: list[Proof] = []

    def lines(self, terms: Mapping) -> Iterator[Term]:
        if terms.get("no_plan"):
            yield Term("Cover", "none: everything is owed")
        yield from self._pools(terms.get("deductibles", {}), "deductible")
        yield from self._pools(terms.get("out_of_pocket_maximums", {}), "out-of-pocket maximum")
        yield from self._rules(terms.get("rules", {}))
        yield from self._caps(terms)
        yield from self._cards(terms)
        yield from self._second(terms)
        if start := terms.get("plan_year_start"):
            words = "January 1" if start == "01-01" else f"month and day {start}"
            yield Term("Plan year begins", words)
        if terms.get("code_coinsurance"):
            words = "where Medicare publishes a percentage for the code and quarter, that one is charged"
            yield Term("Percentage of the code", words)
        for plan_year, changes in sorted(terms.get("by_plan_year", {}).items()):
            for line in self.lines(changes):
                yield Term(f"{line.label}, from plan year {plan_year}", line.text, line.proofs)

    def _term(self, label: str, text: str) -> Term:
        proofs, self.proofs = tuple(dict.fromkeys(self.proofs)), []
        return Term(label, text, proofs)

    def _pools(self, pools: Mapping, what: str) -> Iterator[Term]:
        for name, pool in pools.items():
            levels = [
                f"{self._money(pool[level])} {words}"
                for level, words in (("individual", "a person"), ("family", "a family"))
                if pool.get(level) is not None
            ]
            shared = pool.get("family") is not None and pool.get("kind") == "aggregate"
            rest = "; the family's has to be met together" if shared else ""
            text = listed(levels) + rest if levels else "none in the design: type the household's own"
            yield self._term(_capital(f"{pool_words(name)} {what}"), text)

    def _rules(self, rules: Mapping) -> Iterator[Term]:
        """Kinds of claim line with the same rule stand together."""
        grouped: dict[str, tuple[list[str], list[Proof]]] = {}
        for kind, rule in rules.items():
            text = self._rule(rule)
            proofs, self.proofs = self.proofs, []
            grouped.setdefault(text, ([], proofs))[0].append(KIND_WORDS[kind])
        for text, (kinds, proofs) in grouped.items():
            yield Term(_capital(listed(kinds)), text, tuple(dict.fromkeys(proofs)))

    def _rule(self, rule: Mapping) -> str:
        if rule.get("covered") is False:
            return "not covered"
        paid = []
        if rule.get("copay") is not None:
            copay = rule["copay"]
            words = f"a copay that is {UNKNOWN_WORDS}" if copay == UNKNOWN else f"{self._money(copay)} copay"
            paid.append("nothing" if copay == 0 else words)
        if rule.get("coinsurance"):
            paid.append(_share(rule["coinsurance"]))
        text = " and ".join(paid) or "nothing"
        if deductible := rule.get("deductible"):
            text += f" after the {pool_words(deductible)} deductible"
        if cap := rule.get("cap"):
            text += f", limited by the {pool_words(cap)} cap"
        if maximum := rule.get("out_of_pocket_maximum"):
            text += f", until the {pool_words(maximum)} out-of-pocket maximum"
        return text

    def _caps(self, terms: Mapping) -> Iterator[Term]:
        for name, cap in terms.get("caps", {}).items():
            if cap.get("amount") is None:
                yield Term(_capital(f"{pool_words(name)} cap"), "none: it never limits anything")
                continue
            amount = self._money(cap["amount"])
            within = (
                "the deductible is inside it"
                if cap.get("includes_deductible")
                else "the deductible comes on top"
            )
            text = f"at most {amount} for a day's encounter; {within}"
            sites = terms.get("cap_sites", {}).get(name)
            if sites:
                text += f"; only in: {listed([SITE_WORDS[s] for s in SITES if s in sites], 'or')}"
            if name in terms.get("disputed_caps", ()):
                text += "; whether it holds for a drug billed in many units is disputed"
            yield self._term(_capital(f"{pool_words(name)} cap"), text)

    def _cards(self, terms: Mapping) -> Iterator[Term]:
        if policy := terms.get("assistance_policy"):
            text = POLICY_WORDS[policy]
            if kinds := terms.get("maximizer_kinds"):
                spread = (
                    "evenly over the year"
                    if terms.get("maximizer_spread") != "front"
                    else "from the first dose on"
                )
                text += f"; for {listed([KIND_WORDS[k] for k in kinds])}, spread {spread}"
            yield Term("Copay cards", text)
        if terms.get("hdhp_minimum_deductible") is not None:
            whose = "family" if terms.get("hdhp_coverage") == "family" else "one person"
            amount = self._money(terms["hdhp_minimum_deductible"])
            yield self._term(
                "HSA rule", f"until {amount} ({whose}) is met, only what the patient pays counts"
            )

    def _second(self, terms: Mapping) -> Iterator[Term]:
        """Medigap's and Medicaid's own keys."""
        if "covers_part_b_deductible" in terms:
            yield Term("Part B deductible", "paid" if terms["covers_part_b_deductible"] else "not paid")
        if "coinsurance_covered" in terms:
            yield Term("Part B coinsurance", f"{_share(terms['coinsurance_covered'])} of it is paid")
        if terms.get("high_deductible") is not None:
            yield self._term("Before it pays", f"{self._money(terms['high_deductible'])} in the year")
        if terms.get("annual_limit") is not None:
            text = f"all of it, once the patient has paid {self._money(terms['annual_limit'])} in the year"
            yield self._term("Then it pays", text)
        if "copay" in terms:
            copay = terms["copay"]
            yield self._term("The patient owes", "nothing" if copay == 0 else f"{self._money(copay)} a line")

    def _money(self, amount: Any) -> str:
        if amount == UNKNOWN:
            return UNKNOWN_WORDS
        if not isinstance(amount, Mapping):
            return cents(amount)
        path = amount["parameter"]
        found = figure(self.payers, path, self.year)
        if found is None:
            return f"the {parameter_words(path)} (not known for {self.year})"
        self.proofs.append(self.cited.cite(found.parameter.provenance, parameter_words(path)))
        late = "" if found.exact else f"; {self.year} not known"
        return f"{cents(found.value)} (the {parameter_words(path)} of {found.parameter.year}{late})"
