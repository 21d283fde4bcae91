from drugs.importers.command import ImportCommand


class Command(ImportCommand):
    help = "Reads OPPS Addendum B: shown as a difference, put in force with --publish."
    kind = "addendum_b"
