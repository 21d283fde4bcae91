"""`manage.py backup FILE`: everything the database holds, in one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from estimator.backup import backup
from estimator.backup_file import NotDone


class Command(BaseCommand):
    help = "Write everything the database holds into FILE, while people go on working. Only you can read the file."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="a new file, e.g. estimator-2026-11-21.zip")

    def handle(self, *, file, **options):
        try:
            manifest, digest = backup(Path(file))
        except (NotDone, OSError) as reason:
            raise CommandError(f"{reason} No backup was written.", returncode=2) from None
        rows, estimates = sum(manifest.rows.values()), manifest.rows["estimator.estimate"]
        size = Path(file).stat().st_size / 1e6
        self.stdout.write(f"{file}: {rows:,} rows, {estimates:,} saved estimates among them, {size:,.1f} MB.")
        self.stdout.write(f"SHA-256 {digest}")
