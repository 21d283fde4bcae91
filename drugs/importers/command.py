"""What the four import commands share: read, show the difference, publish only when asked to."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from drugs.import_models import ImportBatch
from drugs.importers import staging
from drugs.importers.difference import compare
from drugs.importers.limited import read_limited
from drugs.importers.members import LARGEST_FILE
from drugs.importers.refusal import MOST_PROBLEMS, Refused

SHOWN = ("added", "removed", "changed", "far", "unchanged", "kept")
WORDS = {"far": "changed by more than 25 %", "kept": "kept as a person entered them"}


class ImportCommand(BaseCommand):
    """`kind` is set by each command."""

    kind = ""
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="the csv, or the zip as CMS ships it")
        parser.add_argument("--publish", action="store_true", help="put it in force; else it waits")
        parser.add_argument("--dry-run", action="store_true", help="only show the difference")
        parser.add_argument("--confirm", action="store_true", help="publish in spite of what needs a yes")
        parser.add_argument(
            "--quarter", default="", help="only where the file does not say its own, as in 2026Q1"
        )

    def handle(self, *, file, publish, dry_run, confirm, quarter, **options):
        data = self.bytes_of(Path(file))
        if dry_run:
            return self.show_dry(Path(file).name, data, quarter)
        try:
            batch = staging.stage(self.kind, Path(file).name, data, stated_quarter=quarter)
        except staging.AlreadyImported as already:
            if already.batch.status == ImportBatch.Status.PUBLISHED or not publish:
                self.stdout.write(f"A{str(already)[1:]}. Nothing was changed.")
                return None
            batch = already.batch
        if batch.status == ImportBatch.Status.REFUSED:
            problems = [problem["text"] for problem in batch.report["problems"]]
            raise self.refusal(problems, batch.report["problem_count"])
        self.show(batch.quarter, batch.counts, batch.report)
        return self.publish(batch, confirm) if publish else self.leave(batch)

    def bytes_of(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None

    def show_dry(self, name: str, data: bytes, quarter: str) -> None:
        try:
            reading = read_limited(self.kind, name, data, quarter)
        except Refused as refused:
            problems = [str(problem) for problem in refused.problems]
            raise self.refusal(problems, len(problems)) from None
        difference = compare(self.kind, reading.quarter, reading.rows)
        report = difference.report | {
            "warnings": reading.warnings,
            "skipped": reading.skipped,
            "must_confirm": difference.must_confirm,
        }
        self.show(reading.quarter, difference.counts, report)
        self.stdout.write("Only looked at. Nothing was changed.")

    def show(self, quarter: str, counts: dict, report: dict) -> None:
        self.stdout.write(f"{quarter}: {counts['rows']:,} rows, {counts['priced']:,} with a price.")
        changes = [f"{counts.get(name, 0):,} {WORDS.get(name, name)}" for name in SHOWN]
        self.stdout.write(f"Against {report['compared_with'] or 'what is in force'}: {', '.join(changes)}.")
        for name in report["skipped"]:
            self.stdout.write(f"Not read: {name}")
        for warning in [*report["warnings"], *report["must_confirm"]]:
            self.stdout.write(f"Note: {warning}")
        if report["newer_published"]:
            self.stdout.write(f"Note: {report['newer_published']} is already published.")
        for found in report["not_in_file"]:
            self.stdout.write(f"{found['code']} {found['drug']}: not in this file".replace(" :", ":"))
        for found in report["without_price"]:
            self.stdout.write(f"{found['code']} {found['drug']}: {found['state']}".replace(" :", ":"))
        for found in report["other_units"]:
            self.stdout.write(
                f"{found['code']}: billed per {found['file']} here, per {found['ours']} in our data"
            )

    def publish(self, batch: ImportBatch, confirm: bool) -> None:
        try:
            published = staging.publish(batch, confirmed=confirm)
        except staging.MustConfirm as question:
            words = f"{question} Look at it, then add --confirm."
            raise CommandError(
                f"{words} It waits as number {batch.pk}; nothing in force has changed."
            ) from None
        except staging.NotPublished as reason:
            raise CommandError(f"{reason} Nothing in force has changed.") from None
        new, lost = (published.counts.get(name, 0) for name in ("new_prices", "withdrawn_prices"))
        self.stdout.write(f"Published as number {batch.pk}: {new:,} new prices, {lost:,} withdrawn.")

    def leave(self, batch: ImportBatch) -> None:
        self.stdout.write(
            f"It waits as number {batch.pk}: publish it here (--publish) or in the administration."
        )

    def refusal(self, problems: list[str], count: int) -> CommandError:
        shown = [f"  {text}" for text in problems[:MOST_PROBLEMS]]
        more = [f"  and {count - len(shown)} more"] if count > len(shown) else []
        return CommandError("\n".join(["Refused, nothing was changed:", *shown, *more]))
