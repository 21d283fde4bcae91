"""What an estimate rests on, gathered as it is put together: sources, assumptions, warnings, open questions.

A question nobody has answered (`choose`) has options; the estimate runs its likely one, and `whatif` the others.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from drugs.reference import Provenance

from .request import RequestErrors

T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    value: Hashable
    words: str


@dataclass(frozen=True)
class Unknown:
    """An input nobody has told us: what to ask, whom (payer, hospital, program, family), the possible answers.

    An answer may also lie anywhere between the options where `is_amount`; `between` are such answers, run too,
    with every answer to the questions named in `beside`.
    """

    key: str
    question: str
    whom: str
    options: tuple[Option, ...]
    likely: Hashable
    is_amount: bool = False
    between: tuple[Option, ...] = ()
    beside: tuple[str, ...] = ()

    def words_for(self, value: Hashable) -> str:
        return next(one.words for one in (*self.options, *self.between) if one.value == value)


@dataclass(frozen=True)
class Remark:
    """An assumption or a warning, with the key of the source it is from."""

    text: str
    source: str | None = None

    def as_json(self) -> dict:
        return {"text": self.text, "source": self.source}


@dataclass(frozen=True)
class SourceUse:
    """A source as this estimate used it: which dates it holds for, who verified it, what it was used for."""

    key: str
    provenance: Provenance
    used_for: tuple[str, ...]

    def as_json(self) -> dict:
        origin, source = self.provenance, self.provenance.source
        return {
            "key": self.key,
            "title": source.title,
            "publisher": source.publisher,
            "address": source.address,
            "read_on": iso(origin.read_on or source.read_on),
            "effective_from": iso(origin.effective_from),
            "effective_to": iso(origin.effective_to),
            "verified_on": iso(origin.verified_on) if origin.verified else None,
            "confidence": origin.confidence,
            "used_for": list(self.used_for),
        }


class Memory(dict):
    """What the runs of one request share: steps by their key, and what each came to (`Findings.remembered`).

    `lasting` is shared by all requests at one data revision. A step belongs there only if no amount, term, weight,
    income or day that somebody typed enters it: it follows from the reference data and what was chosen of them.
    """

    def __init__(self, lasting: dict | None = None):
        super().__init__()
        self.lasting = {} if lasting is None else lasting


MOST_REMEMBERED = 5_000
"""Steps of one memory; above it everything is worked out anew."""


class Findings:
    """One pass over a request. `choices` answers some open questions; the rest take the likely answer."""

    def __init__(self, choices: Mapping[str, Hashable] | None = None, memory: dict | None = None):
        self.choices = dict(choices or {})
        self.memory = Memory() if memory is None else memory
        self.unknowns: dict[str, Unknown] = {}
        self.assumptions: dict[str, Remark] = {}
        self.warnings: dict[str, Remark] = {}
        self._sources: dict[str, tuple[Provenance, dict[str, None]]] = {}
        self._cited: dict[int, Provenance] = {}

    def begun_with(self, choices: Mapping[str, Hashable] | None, memory: dict | None = None) -> "Findings":
        """A pass that starts from what has been found so far; `memory` is what passes share (`remembered`)."""
        findings = Findings(choices, memory)
        findings.unknowns = dict(self.unknowns)
        findings.assumptions, findings.warnings = dict(self.assumptions), dict(self.warnings)
        findings._sources = {key: (origin, dict(uses)) for key, (origin, uses) in self._sources.items()}
        findings._cited = dict(self._cited)
        return findings

    def remembered(self, key: Hashable, step: Callable[["Findings"], T], memory: dict | None = None) -> T:
        """What a step comes to, worked out once for its key and the answers it takes; what it found is found anew.

        Its value is shared by every pass that meets the same key: nobody may change it. `memory` is what shares
        the step, if not everything that shares this pass's.
        """
        memory = self.memory if memory is None else memory
        if len(memory) > MOST_REMEMBERED:
            memory.clear()
        runs = memory.setdefault(key, [])
        for answers, found, value in runs:
            if all(self.choices.get(name, likely) == chosen for name, (likely, chosen) in answers.items()):
                self.take_over(found)
                return value
        found = Findings(self.choices, self.memory)
        value = step(found)
        answers = {name: (asked.likely, found.answer(name)) for name, asked in found.unknowns.items()}
        found.choices, found.memory = {}, {}  # the step may outlive this request, which they belong to
        runs.append((answers, found, value))
        self.take_over(found)
        return value

    @property
    def lasting(self) -> dict:
        """The memory of steps that nothing typed enters."""
        return getattr(self.memory, "lasting", self.memory)

    def take_over(self, found: "Findings"):
        """Everything another pass has found, after what is known already."""
        for name in ("unknowns", "assumptions", "warnings", "_cited"):
            ours = getattr(self, name)
            for key, value in getattr(found, name).items():
                ours.setdefault(key, value)
        for key, (origin, uses) in found._sources.items():
            self._sources.setdefault(key, (origin, {}))[1].update(uses)

    def choose(self, unknown: Unknown) -> Hashable:
        """Ask, and take this run's answer."""
        self.ask(unknown)
        return self.answer(unknown.key)

    def ask(self, unknown: Unknown):
        self.unknowns.setdefault(unknown.key, unknown)

    def answer(self, key: str) -> Hashable:
        return self.choices.get(key, self.unknowns[key].likely)

    def assume(self, text: str, source: str | None = None):
        self.assumptions.setdefault(text, Remark(text, source))

    def warn(self, text: str, source: str | None = None):
        self.warnings.setdefault(text, Remark(text, source))

    def cite(self, provenance: Provenance, used_for: str) -> str:
        """The key under which this source, for these dates, is listed."""
        key = citation_key(provenance)
        self._sources.setdefault(key, (provenance, {}))[1][used_for] = None
        self._cited[id(provenance)] = provenance
        return key

    def rests_on(self, provenance: Provenance) -> bool:
        """Whether the very row with this provenance was cited, not another one of the same source."""
        return id(provenance) in self._cited

    @property
    def sources(self) -> tuple[SourceUse, ...]:
        return tuple(SourceUse(key, origin, tuple(uses)) for key, (origin, uses) in self._sources.items())


def citation_key(provenance: Provenance) -> str:
    """`cms-asp@2026-07-01`: a source, for the dates it holds."""
    key, since = provenance.source.key, provenance.effective_from
    return f"{key}@{since.isoformat()}" if since else key


def refuse(path: str, message: str):
    """Stop: this request cannot be estimated as it is. The message says what to do."""
    raise RequestErrors([(path, message)])


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
