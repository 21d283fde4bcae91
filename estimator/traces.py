"""Where an amount on the page is from: the ledger rows it sums, and the sources those rows rest on.

Both are element ids of the same page, so that whoever reads an amount can go to what it was made of.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from estimator.assemble import Reference
from estimator.claimlines import LineNote
from estimator.cost.result import Row
from estimator.estimate import Estimate
from estimator.findings import citation_key

TYPED = "typed"
"""The source of an amount that somebody typed."""


@dataclass(frozen=True)
class Trace:
    """`rows` and `sources` are element ids with spaces between them; `words` say which lines for the reader."""

    rows: str
    sources: str
    words: str


def row_id(row: Row) -> str:
    return f"line-{row.position + 1}"


def source_id(key: str) -> str:
    return f"source-{key}"


class Traces:
    """Traces of one estimate."""

    def __init__(self, estimate: Estimate, reference: Reference):
        self.estimate, self.payers = estimate, reference.payers
        self.lines = list(zip(estimate.simulation.rows, estimate.notes, strict=True))
        self.known = {source.key for source in estimate.sources}

    def of(self, rows: Iterable[Row]) -> Trace:
        rows = list(rows)
        sources = dict.fromkeys(source for row in rows for source in self.of_row[row.position])
        return Trace(" ".join(map(row_id, rows)), " ".join(sources), lines_in_words(rows))

    @cached_property
    def of_row(self) -> dict[int, tuple[str, ...]]:
        """The sources of each row by its position: its price, the terms of every coverage, the programs that paid."""
        terms = tuple(self.terms_of(name) for name in self.designs)
        return {
            row.position: tuple(dict.fromkeys((price_source(note), *sum(terms, ()), *self.programs_of(row))))
            for row, note in self.lines
        }

    @property
    def designs(self) -> list[str]:
        request = self.estimate.request
        coverages = (request.medical, request.pharmacy, *request.secondary)
        return list(dict.fromkeys(coverage.design for coverage in coverages if coverage))

    def terms_of(self, slug: str) -> tuple[str, ...]:
        design = self.payers.design(slug)
        keys = (citation_key(revision.provenance) for revision in design.revisions)
        return tuple(source_id(key) for key in keys if key in self.known)

    def programs_of(self, row: Row) -> tuple[str, ...]:
        paid = [slug for slug, cents in row.assistance_by_program.items() if cents]
        if row.free_drug_value is not None:
            paid += [
                one.program.slug
                for one in self.estimate.assembled.candidates
                if one.program.type == "free_drug"
            ]
        programs = filter(None, (self.payers.program(slug) for slug in paid))
        keys = (citation_key(terms.provenance) for program in programs for terms in program.terms)
        return tuple(source_id(key) for key in keys if key in self.known)

    @property
    def has_typed(self) -> bool:
        return any(note.source_key is None for _, note in self.lines)


def price_source(note: LineNote) -> str:
    return source_id(note.source_key or TYPED)


def lines_in_words(rows: list[Row]) -> str:
    """`line 3`, `lines 1 to 6, 9`."""
    numbers = sorted(row.position + 1 for row in rows)
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    words = [f"{first}" if first == last else f"{first} to {last}" for first, last in spans]
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(words)}"
