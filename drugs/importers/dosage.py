"""The billing unit out of the words a file uses for it: `0.1 MG`, `.625 GM`, `100,000 UNITS`, `Per treatment`.

The text is always kept. What this cannot read for certain (`10 MG/3MG`, `4 MG-4 MG-2 MG`, cell counts) stays
text: the unit is then what a person entered for the code.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

UNITS = {
    "MG": "mg",
    "MCG": "mcg",
    "GM": "g",
    "G": "g",
    "IU": "IU",
    "UNIT": "unit",
    "UNITS": "unit",
    "USP UNIT": "unit",
    "ML": "mL",
    "CC": "mL",
    "MEQ": "mEq",
    "MICROCURIE": "microcurie",
    "MILLICURIE": "millicurie",
    "EA": "each",
    "EACH": "each",
    "SQ CM": "cm2",
}
WHOLE = ("TREATMENT", "DOSE", "THERAPEUTIC DOSE", "VIAL", "IMPLANT", "APPLICATION", "INFUSION")
MG = {"mg": Decimal(1), "mcg": Decimal("0.001"), "g": Decimal(1000)}

SIMPLE = re.compile(r"(UP TO )?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*\.?[0-9]+) ?([A-Z][A-Z ]*)")


@dataclass(frozen=True)
class Unit:
    """One billing unit. `up_to` codes bill one unit for any amount up to it."""

    number: Decimal
    unit: str
    up_to: bool = False

    @property
    def mg(self) -> Decimal | None:
        return self.number * MG[self.unit] if self.unit in MG and not self.up_to else None


@lru_cache(maxsize=1000)
def read(text: str) -> Unit | None:
    """The unit, or None where a person has to read it."""
    plain = " ".join(text.upper().split())
    if plain.removeprefix("PER ") in WHOLE:
        return Unit(Decimal(1), plain.removeprefix("PER ").rpartition(" ")[2].lower())
    match = SIMPLE.fullmatch(plain.removeprefix("PER "))
    if not match or match[3] not in UNITS:
        return None
    number = Decimal(match[2].replace(",", ""))
    return Unit(number, UNITS[match[3]], bool(match[1])) if number else None
