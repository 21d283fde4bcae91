"""`manage.py verify_audit`: is the audit log as it was written?"""

from django.core.management.base import BaseCommand, CommandError

from estimator.audit import Anchor, anchor_now, findings


class Command(BaseCommand):
    help = (
        "Check that no event of the audit log was changed, removed or reordered, and print where it ends. Keep that "
        "line elsewhere: --kept then also finds a log that was rewritten from end to end."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--kept", metavar="COUNT:HASH", help="the end of the log as an earlier run printed it"
        )

    def handle(self, *, kept, **options):
        anchor = read(kept) if kept else None
        head, newest = anchor_now()
        if found := findings(head, newest, anchor):
            raise CommandError("\n".join(["The audit log is not as it was written:", *found]))
        events = "1 event" if head.count == 1 else f"{head.count:,} events"
        self.stdout.write(f"The audit log is whole: {events}, none changed, removed or moved.")
        self.stdout.write(f"It ends with {head}")


def read(kept: str) -> Anchor:
    try:
        return Anchor.read(kept)
    except ValueError as error:
        raise CommandError(f"--kept {kept!r}: {error}", returncode=2) from None
