"""`manage.py purge_estimates`: what was deleted, and what is older than the retention, is removed for good."""

from django.core.management import BaseCommand, call_command
from django.utils import timezone

from estimator import batch
from estimator.saved import purge
from estimator.share import forget_misses


class Command(BaseCommand):
    help = (
        "Remove saved estimates deleted more than 30 minutes ago, those and panels older than "
        "ESTIMATOR_RETENTION_DAYS, sessions that have ended, and counts of wrong share links. Run it daily."
    )

    def handle(self, **options):
        count = purge(timezone.now())
        batch.purge(timezone.now())
        forget_misses(timezone.now())
        call_command("clearsessions")
        self.stdout.write(f"{count} saved estimate{'' if count == 1 else 's'} removed.")
