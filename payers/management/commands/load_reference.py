from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from drugs.acts import acted
from drugs.datafiles import load_drugs
from drugs.loading import BadFile, Loading
from drugs.models import DataRevision
from drugs.retiring import retire_missing
from payers.datafiles import load_payers


class Command(BaseCommand):
    help = (
        "Reads drugs/data/*.toml and payers/data/*.toml into the database: all of it or nothing. "
        "Rows they no longer hold go out of use, unless a person has edited or verified them."
    )

    def handle(self, *args, **options):
        loading = Loading()
        try:
            load_everything(loading)
        except BadFile as error:
            raise CommandError(f"{error}\nNothing was changed.") from error
        counts = ", ".join(f"{number} {what}" for what, number in sorted(loading.counts.items()))
        self.stdout.write(f"Reference data: {loading.changes} changes ({counts}).")
        for line in loading.told:
            self.stdout.write(f"  {line}")
        if waiting := loading.counts["to review"]:
            self.stdout.write(f"{waiting} file values differ from what a person entered: see Differences.")


@transaction.atomic
def load_everything(loading: Loading) -> None:
    load_drugs(loading)
    load_payers(loading)
    retire_missing(loading)
    loading.settle_reviews()
    if loading.changes:
        DataRevision.bump()
        acted("import", "the project's reference files", changes=loading.changes)
