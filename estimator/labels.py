"""What claim lines, prices, sources and drugs are called on the page."""

from decimal import Decimal

from drugs.reference import Drug
from drugs.words import with_days
from estimator.claimlines import LineNote
from estimator.presented import FoundDrug, SourceLine, Statement
from estimator.words import day, dollars, listed

DRUG_KINDS = ("drug", "pharmacy")
KIND_WORDS = {"administration": "procedure", "professional": "clinician's fee"}
CONFIDENCE_WORDS = {
    "high": "an official source, or two that agree",
    "medium": "one source, or worked out from official numbers",
    "low": "a weak source",
    "label_knowledge": "label knowledge, not read again",
}


def line_words(note: LineNote) -> str:
    """`J2326, Spinraza`, `96450, procedure`, `96450, clinician's fee`."""
    words = note.words if note.kind in DRUG_KINDS else KIND_WORDS.get(note.kind, note.kind)
    return ", ".join(part for part in (note.code, words) if part)


def price_words(note: LineNote) -> str:
    """`120 units at $1,333.45, Medicare surgery-center rate`, or how the amount came about without units."""
    parts = [note.words] if note.code and note.kind not in DRUG_KINDS else []
    if note.unit_price is not None:
        price = f"{'about ' if note.about else ''}{dollars(note.unit_price)}"
        parts.append(f"{whole(note.units):,} units at {price}" if note.units != 1 else price)
    parts.append(note.basis_words)
    if note.modifier:
        parts.append(f"modifier {note.modifier}")
    if note.times != 1:
        parts.append(f"allowed {note.times:f} times")
    return ", ".join([*parts, "the last known price"] if note.stale else parts)


def whole(units: Decimal | int) -> Decimal | int:
    """120.000000 as 120: what a column's width added is not part of the value."""
    return int(units) if units == int(units) else units


def statements(remarks) -> tuple[Statement, ...]:
    return tuple(Statement(remark.text, remark.source or "") for remark in remarks)


def source_line(used) -> SourceLine:
    origin, source = used.provenance, used.provenance.source
    dates = (
        ("in force from", origin.effective_from),
        ("until", origin.effective_to),
        ("read on", origin.read_on or source.read_on),
        ("verified on", origin.verified_on if origin.verified else None),
    )
    facts = [source.publisher] if source.publisher else []
    facts += [f"{words} {day(on)}" for words, on in dates if on]
    if not origin.verified:
        facts.append("not yet verified by a person")
    facts.append(CONFIDENCE_WORDS[origin.confidence])
    uses = listed(list(used.used_for))
    used_for = uses[:1].upper() + uses[1:]
    return SourceLine(used.key, with_days(source.title), source.address, used_for, tuple(facts), source.link)


def found_drug(drug: Drug) -> FoundDrug:
    codes = [code.code for code in drug.codes if code.system == "hcpcs" and not code.effective_to]
    return FoundDrug(drug.slug, drug.name, drug.generic, ", ".join(codes), drug.indication)
