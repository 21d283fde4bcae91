"""`manage.py restore FILE`: a backup back into an empty database, or in the place of the one there is."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from estimator.backup_file import Manifest, NotDone
from estimator.backup_restore import checked, restore


class Command(BaseCommand):
    help = "Restore a backup (stop the web server first). It is checked whole before anything is touched."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="what `manage.py backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="also where the database is not empty; it is kept aside"
        )
        parser.add_argument("--check", action="store_true", help="only say whether it can be restored")

    def handle(self, *, file, replace, check, **options):
        try:
            if check:
                return self.say(f"{file} is whole and can be restored", checked(Path(file)).manifest)
            done = restore(Path(file), replace)
        except NotDone as reason:
            raise CommandError(str(reason), returncode=2) from None
        self.say(f"Restored from {file}", done.manifest)
        for place in done.kept_aside:
            self.stdout.write(
                f"What was there before is kept as {place}: remove it when you no longer need it."
            )
        for number in done.damaged:
            self.stderr.write(
                f"Estimate {number} does not match its own hash: it came damaged, and is not shown."
            )

    def say(self, words: str, manifest: Manifest) -> None:
        rows, estimates = sum(manifest.rows.values()), manifest.rows["estimator.estimate"]
        self.stdout.write(
            f"{words}: {rows:,} rows, {estimates:,} saved estimates, as of {manifest.made_at} ({manifest.database})."
        )
