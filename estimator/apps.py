from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EstimatorConfig(AppConfig):
    name = "estimator"

    def ready(self):
        """The roles follow the tables; what happens in `drugs` and to people is written into the audit log."""
        from drugs.acts import told_to
        from estimator import audit_people, audit_signin, lockout
        from estimator.audit import record
        from estimator.people import make_roles

        post_migrate.connect(make_roles, sender=self, dispatch_uid="estimator.roles")
        told_to(record)
        audit_signin.listen()
        audit_people.listen()
        lockout.listen()
