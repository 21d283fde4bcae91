"""A process of the local engine. Imported before Django is set up, so nothing of ours is imported at the top."""


def main(run_pk: int, database: str):
    """Take chunks of a run until none is left, on the database of the process that began this one."""
    import django

    django.setup()

    from django.db import connection

    from estimator.batch import work

    connection.settings_dict["NAME"] = database
    work(run_pk)
