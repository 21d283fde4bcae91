"""A counselor's own label on a saved estimate: no names, no numbers of a person. What looks like one is asked about.

A machine cannot know; it warns, and the person decides. Nothing typed here is ever written to a log.
"""

import re
import unicodedata
from collections.abc import Iterable

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
LOOKS_LIKE = (
    ("an e-mail address", r"\S@\S"),
    ("a Social Security number", r"(?<!\d)\d{3}[-. ]?\d{2}[-. ]?\d{4}(?!\d)"),
    ("a phone number", r"(?<!\d)(\+?1[-. ]?)?\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]?\d{4}(?!\d)"),
    ("a phone number", r"(?<!\d)\d{3}[-.]\d{4}(?!\d)"),
    ("a date of birth", r"(?<!\d)\d{1,2}[-/. ]\d{1,2}[-/. ](19|20)?\d{2}(?!\d)"),
    ("a date of birth", r"(?<!\d)(19|20)\d{2}[-/. ]\d{1,2}[-/. ]\d{1,2}(?!\d)"),
    ("a date of birth", r"(?<!\d)(19|20)\d{2}[01]\d[0-3]\d(?!\d)"),
    ("a date of birth", r"(?<!\d)[01]\d[0-3]\d(19|20)\d{2}(?!\d)"),
    ("a date of birth", rf"\b({MONTHS})[a-z]*\.?\s+\d{{1,2}}(st|nd|rd|th)?,?\s+(19|20)?\d{{2}}\b"),
    ("a date of birth", rf"\b\d{{1,2}}(st|nd|rd|th)?[-. ]*({MONTHS})[a-z]*[-., ]*(19|20)?\d{{2}}\b"),
    ("a date of birth", r"\b(dob|born|birth)"),
    ("a member or record number", r"(?<!\d)\d{7,}(?!\d)|\b(mrn|ssn|member|policy)\b"),
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
NO_NAMES = frozenset(
    str.split(
        "part plan medicare medicaid family child adult parent mother father dose doses year years start visit "
        "case new old first second third both with without before after high low standard site hospital clinic "
        "office north south east west room team january february march april may june july august september "
        "october november december monday tuesday wednesday thursday friday silver gold bronze employer "
        "exchange option version draft test check call the and of for on in at"
    )
)
"""Words that begin with a capital letter for another reason than that they are somebody's name."""


def tidied(label: str) -> str:
    """One line, plain characters: full-width digits become digits, runs of white space one blank."""
    shown = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFKC", label))
    return " ".join(shown.split())


def looks_like(label: str, known: Iterable[str] = ()) -> list[str]:
    """What this label looks like that should not stand in it; `known` words (drugs, payers) are nobody's name."""
    found = [what for what, pattern in LOOKS_LIKE if re.search(pattern, label, re.IGNORECASE)]
    if has_name(label, known):
        found.append("a person's name")
    return list(dict.fromkeys(found))


def has_name(label: str, known: Iterable[str]) -> bool:
    """`First Last`, `Last, First`, `FIRST LAST`, `F. Last`: two capitalised words side by side."""
    words = {word.lower() for text in known for word in WORD.findall(text)} | NO_NAMES
    found = list(WORD.finditer(label))
    return any(
        is_name(one.group(), words) and is_name(two.group(), words) and between(label, one, two)
        for one, two in zip(found, found[1:], strict=False)
    )


def is_name(word: str, words: set[str]) -> bool:
    """A capitalised word that is not known as something else. Short capitals (PPO, NW) are abbreviations."""
    plain = word.rstrip(".")
    if plain.lower() in words or not plain[0].isupper():
        return False
    return word.endswith(".") if len(plain) == 1 else not (plain.isupper() and len(plain) < 4)


def between(label: str, one: re.Match, two: re.Match) -> bool:
    """Nothing but blanks and a comma stands between them; after a full stop not even that."""
    gap = label[one.end() : two.start()]
    return gap.strip() in ("", ",") and (gap != "" or one.group().endswith("."))
