from drugs.importers.command import ImportCommand


class Command(ImportCommand):
    help = "Reads the ASP crosswalk of NDC to HCPCS: shown as a difference, put in force with --publish."
    kind = "ndc_crosswalk"
