"""Every figure's proof: which source, when it was read, how sure, and whether a person verified it.

A page numbers its sources in the order in which they are first cited; `Citations` is that page's list. Beside a
value stands its source's number with a mark; what else is to be known of it is told on demand (`Proof.told`).
"""

from dataclasses import dataclass
from datetime import date

from drugs.reference import Provenance, Source
from drugs.words import CONFIDENCE_WORDS, day, period, with_days

MARKS = {"high": "", "medium": "M", "low": "L", "label_knowledge": "K"}
"""How sure a reading is: high is the rule and has no mark. Each section says what the letters mean."""


@dataclass(frozen=True)
class Proof:
    """What stands behind one value. `number` is its source's on this page.

    `sure` is empty where the source is named without a statement about how well it was read. `told` is what the
    list of sources does not say already: since when the value holds, another day of reading, who verified it.
    """

    number: int
    key: str
    title: str
    sure: str = ""
    mark: str = ""
    verified: bool = False
    told: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class CitedSource:
    number: int
    key: str
    title: str
    publisher: str
    address: str
    read_on: date | None

    @property
    def is_link(self) -> bool:
        return self.address.startswith(("https://", "http://"))

    @property
    def read(self) -> str:
        return f"read {day(self.read_on)}" if self.read_on else "not known when it was read"


@dataclass(frozen=True)
class Checked:
    """A value that a person has verified: what, who, when."""

    what: str
    who: str
    on: date


class Citations:
    """The sources of one page. Each `cite` gives the proof of one value and remembers its source."""

    def __init__(self):
        self._numbers: dict[str, int] = {}
        self._sources: dict[str, Source] = {}
        self._values: dict[tuple[str, Provenance], None] = {}
        self.newest: date | None = None

    def cite(self, provenance: Provenance, what: str = "", dated: bool = False) -> Proof:
        """`dated` False where the page itself shows since when the value holds."""
        self._values[what, provenance] = None
        read = provenance.read_on or provenance.source.read_on
        self.newest = max((d for d in (self.newest, read) if d), default=None)
        return Proof(
            number=self._number(provenance.source),
            key=provenance.source.key,
            title=with_days(provenance.source.title),
            sure=CONFIDENCE_WORDS[provenance.confidence],
            mark=MARKS[provenance.confidence],
            verified=provenance.verified,
            told=_told(provenance, dated),
            note=with_days(provenance.note),
        )

    def source(self, source: Source) -> Proof:
        """A source that stands beside a value, without a statement of its own about it."""
        return Proof(self._number(source), source.key, with_days(source.title))

    def _number(self, source: Source) -> int:
        self._sources[source.key] = source
        return self._numbers.setdefault(source.key, len(self._numbers) + 1)

    @property
    def sources(self) -> tuple[CitedSource, ...]:
        return tuple(
            CitedSource(
                number, key, with_days(s.title), s.publisher, s.link or with_days(s.address), s.read_on
            )
            for key, number in self._numbers.items()
            for s in (self._sources[key],)
        )

    @property
    def values(self) -> int:
        return len(self._values)

    @property
    def checked(self) -> tuple[Checked, ...]:
        return tuple(Checked(what, p.verified_by, p.verified_on) for what, p in self._values if p.verified)

    @property
    def as_of(self) -> str:
        """The newest day on which a source of this page was read: until then, what is missing was not found."""
        return day(self.newest) if self.newest else "a day nobody wrote down"


def _told(provenance: Provenance, dated: bool) -> tuple[str, ...]:
    told = []
    if dated and (provenance.effective_from or provenance.effective_to):
        told.append(f"in force {period(provenance.effective_from, provenance.effective_to)}")
    if provenance.read_on and provenance.read_on != provenance.source.read_on:
        told.append(f"read {day(provenance.read_on)}")
    if provenance.verified:
        told.append(f"verified by {provenance.verified_by} on {day(provenance.verified_on)}")
    return tuple(told)
