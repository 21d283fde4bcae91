from drugs.importers.command import ImportCommand


class Command(ImportCommand):
    help = "Reads ASC Addendum BB: shown as a difference, put in force with --publish."
    kind = "addendum_bb"
