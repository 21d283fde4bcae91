from drugs.importers.command import ImportCommand


class Command(ImportCommand):
    help = "Reads Medicare Part B payment limits (ASP): shown as a difference, put in force with --publish."
    kind = "asp"
