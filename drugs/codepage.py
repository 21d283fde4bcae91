"""A page about one code: HCPCS, CPT, ICD-10-CM or NDC. Everything the reference data say about it, in our words."""

import re
from dataclasses import dataclass
from datetime import date

from drugs.citations import Citations, Proof
from drugs.codequestions import questions_about
from drugs.codingpage import AdministrationRow, CodeRow, administration_row, code_row, procedure_cells
from drugs.differences import ShownDifference, shown_differences
from drugs.diseases import diseases
from drugs.pricehistory import Line, OldPrice, PriceRow, old_price, price_line, price_rows
from drugs.prices import HOSPITAL_DRUG_BASES, price_for
from drugs.reference import CODE_TOPICS, Drug, Drugs, Fact
from drugs.topics import Item, Topics, fact_item
from drugs.words import with_days

BILLING_TOPICS = (
    "bundling",
    "modifier",
    "sedation",
    "claim_field",
    "site_of_care",
    "diagnosis_code",
    "code_history",
    "denial",
    "price_note",
    "dosing",
)
PROCEDURE_BASES = ("pfs", "opps", "asc")
DRUG_CODE, PROCEDURE_CODE = "drug code (HCPCS)", "procedure code (CPT)"


@dataclass(frozen=True)
class Use:
    """A drug that is billed with this code, and how."""

    drug: Drug
    diseases: tuple[str, ...]
    code: CodeRow | None = None
    administration: AdministrationRow | None = None
    package: str = ""
    proof: Proof | None = None


@dataclass(frozen=True)
class Saying:
    """A fact that names the code, with the drug it is about."""

    drug: Drug | None
    item: Item


@dataclass(frozen=True, kw_only=True)
class ShownCode:
    code: str
    kind: str
    words: str
    also: str
    old_price: OldPrice | None
    uses: tuple[Use, ...]
    own: dict[str, tuple[Item, ...]]
    indications: tuple[Saying, ...]
    billing: tuple[Saying, ...]
    policies: tuple[Saying, ...]
    questions: tuple[Item, ...]
    asked: tuple[Saying, ...]
    prices: tuple[PriceRow, ...]
    price_line: Line | None
    procedure_cells: tuple[Item, ...]
    differences: tuple[ShownDifference, ...]

    @property
    def is_procedure(self) -> bool:
        return self.kind == PROCEDURE_CODE

    @property
    def is_billed(self) -> bool:
        """A code on a claim's service line, which has work units, specialties and words of its own."""
        return self.kind in (DRUG_CODE, PROCEDURE_CODE)

    @property
    def disease_words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for use in self.uses for name in use.diseases))


def canonical(text: str, drugs: Drugs) -> str | None:
    """The code as the data write it: `j2326`, `64406005801` and `64406-0058-01` all find theirs."""
    wanted = text.strip().upper()
    known = _known(drugs)
    if wanted in known:
        return wanted
    digits = re.sub(r"[\s-]", "", wanted)
    return next((code for code in known if "-" in code and code.replace("-", "") == digits), None)


def _known(drugs: Drugs) -> set[str]:
    codes = {c.code for d in drugs.drugs for c in d.codes} | {p.code for p in drugs.prices}
    codes |= {row.code for d in drugs.drugs for row in d.administration_codes}
    codes |= {fact.code for fact in drugs.facts}
    ndcs = {ndc for d in drugs.drugs for p in d.presentations for ndc in (p.ndc10, p.ndc11)}
    return (codes | ndcs) - {""}


def present_code(code: str, drugs: Drugs, today: date, cited: Citations) -> ShownCode:
    uses = tuple(use for drug in drugs.drugs for use in _uses(code, drug, today, cited))
    own = Topics(tuple(fact for fact in drugs.facts if fact.code == code), drugs, today, cited)
    prices = drugs.prices_of(code)
    coded = next((c for d in drugs.drugs for c in d.codes if c.code == code and c.system == "hcpcs"), None)
    chosen = (
        price_for(prices, code, "", today, HOSPITAL_DRUG_BASES) if coded and coded.in_force(today) else None
    )
    return ShownCode(
        code=code,
        kind=_kind(code, drugs),
        words=_words(uses),
        also=_also(uses),
        old_price=old_price(chosen, today),
        uses=uses,
        own={topic: own.items(topic) for topic in CODE_TOPICS},
        indications=_indications(uses, drugs, today, cited),
        billing=_sayings(code, drugs, BILLING_TOPICS, today, cited),
        policies=_sayings(code, drugs, ("policy",), today, cited),
        questions=(*questions_about(code, drugs, chosen, today, cited), *own.items("question")),
        asked=_sayings(code, drugs, ("question",), today, cited),
        prices=price_rows(prices, today, cited, {code: coded.effective_to if coded else None}),
        price_line=price_line(prices, coded) if coded else None,
        procedure_cells=_procedure(code, drugs, today, cited),
        differences=_differences(code, drugs, today, cited),
    )


def _uses(code: str, drug: Drug, today: date, cited: Citations) -> list[Use]:
    named = diseases(drug)
    uses = [Use(drug, named, code=code_row(c, today, cited)) for c in drug.codes if c.code == code]
    uses += [
        Use(drug, named, administration=administration_row(row, drug, cited))
        for row in drug.administration_codes
        if row.code == code
    ]
    uses += [
        Use(drug, named, package=p.form, proof=cited.cite(p.provenance, p.form))
        for p in drug.presentations
        if code in (p.ndc10, p.ndc11)
    ]
    return uses


def _kind(code: str, drugs: Drugs) -> str:
    systems = {c.system for d in drugs.drugs for c in d.codes if c.code == code}
    if "icd10" in systems:
        return "diagnosis code (ICD-10-CM)"
    if code.count("-") == 2:
        return "package number (NDC)"
    return PROCEDURE_CODE if re.fullmatch(r"\d{5}|\d{4}T", code) else DRUG_CODE


def _words(uses: tuple[Use, ...]) -> str:
    """Our own words, of a use where it is billed before one where it never is."""
    said = [with_days(use.code.words) for use in uses if use.code]
    said += [use.administration.words for use in uses if use.administration]
    return next(iter(said), next((use.package for use in uses if use.package), ""))


def _also(uses: tuple[Use, ...]) -> str:
    """Other names of the one drug a code stands for."""
    drugs = {use.drug.slug: use.drug for use in uses if use.code}
    if len(drugs) != 1:
        return ""
    [drug] = drugs.values()
    return ", ".join(dict.fromkeys(name for name in (drug.name, drug.generic, *drug.aliases) if name))


def _indications(uses: tuple[Use, ...], drugs: Drugs, today: date, cited: Citations) -> tuple[Saying, ...]:
    """For whom the one drug with this code of its own is."""
    own = [use.drug for use in uses if use.code and len(uses) == 1]
    return tuple(
        Saying(drug, fact_item(f, drugs, today, cited))
        for drug in own
        for f in drug.facts
        if f.topic == "indication"
    )


def _sayings(
    code: str, drugs: Drugs, topics: tuple[str, ...], today: date, cited: Citations
) -> tuple[Saying, ...]:
    named = re.compile(rf"(?<![\w.-]){re.escape(code)}(?![\w-])")
    return tuple(
        Saying(drug, fact_item(fact, drugs, today, cited))
        for drug in drugs.drugs
        for fact in sorted(drug.facts, key=_order)
        if fact.topic in topics and named.search(f"{fact.label} {fact.value}")
    )


def _order(fact: Fact) -> int:
    return fact.order


def _procedure(code: str, drugs: Drugs, today: date, cited: Citations) -> tuple[Item, ...]:
    if not any(price.basis in PROCEDURE_BASES for price in drugs.prices_of(code)):
        return ()
    return procedure_cells(code, drugs, today, cited)


def _differences(code: str, drugs: Drugs, today: date, cited: Citations) -> tuple[ShownDifference, ...]:
    """Those that name the code, and those with a source that is a page about the code."""
    found = [
        difference
        for difference in (*drugs.differences, *(x for drug in drugs.drugs for x in drug.differences))
        if code in f"{difference.field} {difference.value} {difference.used_value} {difference.source.title}"
    ]
    return shown_differences(found, drugs, today, cited)
