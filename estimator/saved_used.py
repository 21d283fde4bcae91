"""What an estimate rests on: who pays, and which revisions of prices, figures, terms, programs and laws."""

from collections.abc import Iterator

from drugs.reference import Price
from estimator.assemble import Reference
from estimator.claimlines import BASIS_WORDS
from estimator.coverage import figure_words
from estimator.estimate import Estimate
from payers.reference import plain

KINDS = ("plans", "prices", "figures", "terms", "programs", "laws")


def used(estimate: Estimate, reference: Reference) -> dict[str, list[dict]]:
    return Used(estimate, reference).as_json()


def order(price: Price) -> tuple:
    return price.code, price.basis, price.place, price.effective_from


class Used:
    """Goes by the rows that the estimate cites."""

    def __init__(self, estimate: Estimate, reference: Reference):
        self.estimate, self.drugs, self.payers = estimate, reference.drugs, reference.payers
        self.rests_on = estimate.assembled.findings.rests_on

    def as_json(self) -> dict[str, list[dict]]:
        return {kind: list(getattr(self, kind)()) for kind in KINDS}

    def plans(self) -> Iterator[dict]:
        """Who pays, in the order of paying. Medigap is a kind of its own: it pays behind Medicare alone."""
        designs = [self.estimate.assembled.design, *self.second_designs()]
        for design in designs:
            kind = "medigap" if design.method == "medigap" else design.payer.kind
            yield {"design": design.slug, "name": design.name, "kind": kind}

    def second_designs(self) -> Iterator:
        for coverage in self.estimate.request.secondary:
            yield self.payers.design(coverage.design)

    def prices(self) -> Iterator[dict]:
        for price in sorted(self.drugs.prices, key=order):
            if self.rests_on(price.provenance):
                yield {
                    "code": price.code,
                    "basis": price.basis,
                    "words": BASIS_WORDS[price.basis],
                    "place": price.place,
                    "effective_from": price.effective_from,
                    "amount": price.amount,
                    "per_units": price.per_units,
                    "coinsurance": price.coinsurance,
                    "revision": price.revision,
                }

    def figures(self) -> Iterator[dict]:
        for one in self.payers.parameters:
            if self.rests_on(one.provenance):
                yield {
                    "path": one.path,
                    "words": figure_words(one.path),
                    "year": one.year,
                    "value": one.value,
                    "unit": one.unit,
                    "revision": one.revision,
                }

    def terms(self) -> Iterator[dict]:
        for design in self.payers.designs:
            for revision in design.revisions:
                if self.rests_on(revision.provenance):
                    yield {
                        "design": design.slug,
                        "name": design.name,
                        "effective_from": revision.effective_from,
                        "revision": revision.revision,
                        "terms": plain(revision.terms),
                    }

    def programs(self) -> Iterator[dict]:
        for program in self.payers.programs:
            for terms in program.terms:
                if self.rests_on(terms.provenance):
                    yield {
                        "program": program.slug,
                        "name": program.name,
                        "effective_from": terms.effective_from,
                        "revision": terms.revision,
                        "terms": {
                            "minimum_patient_pay": terms.minimum_patient_pay,
                            "per_claim_maximum": terms.per_claim_maximum,
                            "annual_maximum": terms.annual_maximum,
                        },
                    }

    def laws(self) -> Iterator[dict]:
        for rule in self.payers.state_rules:
            if self.rests_on(rule.provenance):
                yield {"state": rule.state, "counts": rule.counts, "revision": rule.revision}
