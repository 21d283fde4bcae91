"""What is out of date, what nobody has verified, and what depends on it: for those who keep the data true.

Prices are out of date past their last day, designs where a national figure they use is missing for the plan
year, everything else 180 days after its source was read. Rows come from the database, for their admin pages.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Count, Max, Q
from django.urls import reverse

from drugs import models as drug_models
from drugs.catalogue import newest_revisions
from drugs.datafiles import FOLDER as DRUG_FILES
from drugs.datafiles import TABLES as DRUG_TABLES
from drugs.import_models import ImportBatch
from drugs.loading import BadFile, DataFile
from drugs.prices import quarters_behind
from drugs.provenance import Loaded, Sourced
from drugs.reference import NEVER_VERIFIED
from drugs.words import BASIS_WORDS, day, listed, period
from payers import models
from payers.datafiles import FOLDER as PAYER_FILES
from payers.datafiles import TABLES as PAYER_TABLES
from payers.eligibility import STALE_AFTER_DAYS
from payers.parameters import referred


@dataclass(frozen=True)
class Line:
    """One thing to look at: what, why, what depends on it, and the admin page where it is mended."""

    what: str
    why: str
    depends: str
    link: str


@dataclass(frozen=True)
class Part:
    id: str
    title: str
    rule: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Unverified:
    """How many values of one kind nobody has verified; weak ones never can be."""

    name: str
    total: int
    verified: int
    waiting: int
    weak: int
    due: int
    link: str
    due_link: str


@dataclass(frozen=True)
class Report:
    today: date
    parts: tuple[Part, ...]
    banner: tuple[str, ...]
    unverified: tuple[Unverified, ...]
    by_drug: tuple[Line, ...]

    @property
    def open(self) -> int:
        return sum(len(part.lines) for part in self.parts)


def freshness_report(today: date) -> Report:
    users = _drugs_by_code()
    ended = _past_prices(today)
    past = [row for row in ended if row.code in users or row.origin != Loaded.Origin.IMPORT]
    return Report(
        today=today,
        banner=_banner(past, today),
        parts=(
            Part(
                "prices",
                "Prices past their quarter",
                f"The newest price of a code has ended.{_others(len(ended) - len(past))}",
                _prices(past, users, today),
            ),
            Part(
                "designs",
                "Designs past their plan year",
                "The terms have ended, or a national figure they use is not known for the plan year.",
                _designs(today),
            ),
            Part(
                "programs",
                f"Programs not reviewed in {STALE_AFTER_DAYS} days",
                "Funds open and close, maximums change: call or read again.",
                _programs(today),
            ),
            Part("reviews", "Reviews that are due", "Dates the project's own files name.", _reviews(today)),
            Part(
                "differences",
                "Differences to decide",
                "A file says something else than a person has entered.",
                _differences(),
            ),
            Part(
                "imports", "Official files not yet published", "Staged, waiting for a decision.", _imports()
            ),
        ),
        unverified=tuple(_unverified(model, today) for model in _sourced_models()),
        by_drug=_by_drug(),
    )


def _past_prices(today: date) -> list[Any]:
    newest: dict[tuple, Any] = {}
    for row in newest_revisions(drug_models.Price.objects.all()):
        key = (row.code, row.basis, row.place)
        if key not in newest or newest[key].effective_from < row.effective_from:
            newest[key] = row
    ended = _ended_codes(today)
    past = [row for row in newest.values() if quarters_behind(row, today) and row.code not in ended]
    return sorted(past, key=lambda row: (row.effective_to, row.code, row.basis))


def _banner(past: list[Any], today: date) -> tuple[str, ...]:
    """What estimates do about prices past their quarter: one behind they say so, two behind they ask first."""
    one = {row.code for row in past if quarters_behind(row, today) == 1}
    more = {row.code for row in past if quarters_behind(row, today) > 1}
    lines = []
    if one:
        lines.append(f"A price of {listed(sorted(one))} is one quarter behind: estimates use it and say so.")
    if more:
        lines.append(
            f"A price of {listed(sorted(more))} is two quarters or more behind: where no newer basis is in force, "
            "an estimate asks for a deliberate yes before it uses it."
        )
    return tuple(lines)


def _others(count: int) -> str:
    """An official file brings a thousand codes: those of no drug here hold up no estimate."""
    if not count:
        return ""
    return f" {count:,} more {'is' if count == 1 else 'are'} of codes that no drug here uses, and not listed."


def _prices(past: list[Any], users: dict[str, set[str]], today: date) -> tuple[Line, ...]:
    return tuple(
        Line(
            what=f"{row.code}, {BASIS_WORDS[row.basis]}",
            why=f"{period(row.effective_from, row.effective_to)}: {_behind(quarters_behind(row, today))}",
            depends=listed(sorted(users.get(row.code, ()))) or "no drug",
            link=_change(row),
        )
        for row in past
    )


def _behind(quarters: int) -> str:
    return f"{quarters} quarter{'s' if quarters > 1 else ''} behind"


def _drugs_by_code() -> dict[str, set[str]]:
    users: dict[str, set[str]] = defaultdict(set)
    for model in (drug_models.Code, drug_models.AdministrationCode):
        for code, name in model.objects.values_list("code", "drug__name"):
            users[code].add(name)
    return users


def _ended_codes(today: date) -> set[str]:
    """Codes no drug may be billed with any more: that their price has ended is as it should be."""
    rows = drug_models.Code.objects.values_list("code", "effective_to")
    open_codes = {code for code, end in rows if end is None or end >= today}
    return {code for code, _ in rows} - open_codes


def _designs(today: date) -> tuple[Line, ...]:
    known: dict[str, set[int]] = defaultdict(set)
    for row in newest_revisions(models.Parameter.objects.all()):
        known[row.path].add(row.year)
    lines = []
    for terms in _newest_terms(models.DesignTerms, "design"):
        reasons = _reasons(terms, known, today)
        if reasons:
            lines.append(
                Line(str(terms.design), "; ".join(reasons), "estimates with this design", _change(terms))
            )
    return tuple(lines)


def _reasons(terms: models.DesignTerms, known: dict[str, set[int]], today: date) -> list[str]:
    if terms.effective_to and terms.effective_to < today:
        return [f"its terms ended on {day(terms.effective_to)}"]
    reasons = []
    for year in (today.year, today.year + 1):
        missing = sorted(path for path in referred(terms.terms) if year not in known[path])
        if missing:
            reasons.append(f"{year} not known: {', '.join(missing)}")
    return reasons


def _newest_terms(model: type, owner: str) -> list:
    """The terms of each owner that began last."""
    newest: dict[int, Any] = {}
    for row in newest_revisions(model.objects.select_related(owner, "source")):
        key = getattr(row, f"{owner}_id")
        if key not in newest or newest[key].effective_from < row.effective_from:
            newest[key] = row
    return sorted(newest.values(), key=lambda row: str(getattr(row, owner)))


def _programs(today: date) -> tuple[Line, ...]:
    since = today - timedelta(days=STALE_AFTER_DAYS)
    drugs = {
        program.pk: listed([drug.name for drug in program.drugs.all()])
        for program in models.AssistanceProgram.objects.prefetch_related("drugs")
    }
    lines = []
    for terms in _newest_terms(models.ProgramTerms, "program"):
        seen = max((d for d in (terms.read_on, terms.verified_on) if d), default=None)
        if seen is None or seen < since:
            why = f"last read {day(seen)}" if seen else "nobody wrote down when it was read"
            lines.append(Line(str(terms.program), why, drugs[terms.program_id] or "no drug", _change(terms)))
    return tuple(lines)


def _reviews(today: date) -> tuple[Line, ...]:
    lines = []
    for folder, tables in ((DRUG_FILES, DRUG_TABLES), (PAYER_FILES, PAYER_TABLES)):
        lines += [_review(path, tables, today) for path in sorted(folder.glob("*.toml"))]
    return tuple(line for line in lines if line)


def _review(path: Path, tables: Iterable[str], today: date) -> Line | None:
    try:
        file = DataFile(path, tables)
    except BadFile as error:
        return Line(path.name, str(error), "what this file holds", reverse("admin:index"))
    due = file.content["next_review"]
    if due >= today:
        return None
    named = sorted(table for table in tables if file.content.get(table))
    app = path.parent.parent.name
    return Line(
        f"{app}/data/{path.name}", f"due on {day(due)}", listed(named), reverse("admin:app_list", args=[app])
    )


def _differences() -> tuple[Line, ...]:
    rows = drug_models.Difference.objects.filter(status="to_review").select_related("drug")
    return tuple(
        Line(f"{row.subject}: {row.field}", row.reason, str(row.drug or "no single drug"), _change(row))
        for row in rows
    )


def _imports() -> tuple[Line, ...]:
    rows = ImportBatch.objects.filter(status=ImportBatch.Status.STAGED)
    return tuple(
        Line(str(row), f"uploaded {day(row.uploaded_at.date())}", "prices of that quarter", _change(row))
        for row in rows
    )


def _sourced_models() -> list[type]:
    found = [
        model
        for app in ("drugs", "payers")
        for model in apps.get_app_config(app).get_models()
        if issubclass(model, Sourced)
    ]
    return sorted(found, key=lambda model: str(model._meta.verbose_name_plural))


def _unverified(model: type, today: date) -> Unverified:
    since = today - timedelta(days=STALE_AFTER_DAYS)
    weak = Q(confidence__in=NEVER_VERIFIED)
    counts = model.objects.aggregate(
        total=Count("pk"),
        verified=Count("pk", filter=Q(verified_on__isnull=False)),
        weak=Count("pk", filter=weak),
        waiting=Count("pk", filter=Q(verified_on__isnull=True) & ~weak),
        read_again=Count("pk", filter=Q(read_on__gt=since) | Q(verified_on__gt=since)),
    )
    due = counts["total"] - counts.pop("read_again")
    link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    name = str(model._meta.verbose_name_plural)
    return Unverified(name=name, due=due, link=f"{link}?verified=no", due_link=f"{link}?due=yes", **counts)


def _by_drug() -> tuple[Line, ...]:
    """For each drug how many of its values wait for a person, and when the newest was read."""
    waiting: dict[int, int] = defaultdict(int)
    read: dict[int, date] = {}
    parts = ("Regimen", "Presentation", "Code", "AdministrationCode", "Fact")
    for model in (getattr(drug_models, name) for name in parts):
        rows = model.objects.exclude(drug=None).values("drug_id")
        open_rows = rows.annotate(
            number=Count("pk", filter=Q(verified_on__isnull=True)), newest=Max("read_on")
        )
        for row in open_rows.order_by():
            waiting[row["drug_id"]] += row["number"]
            dates = [d for d in (read.get(row["drug_id"]), row["newest"]) if d]
            read |= {row["drug_id"]: max(dates)} if dates else {}
    return tuple(
        Line(
            drug.name,
            f"{waiting[drug.pk]} values not verified",
            f"last read {day(read[drug.pk])}" if drug.pk in read else "not known when it was read",
            _change(drug),
        )
        for drug in drug_models.Drug.objects.order_by("name")
        if waiting[drug.pk]
    )


def _change(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
