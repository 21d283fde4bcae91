"""Recovery codes: what lets a person in whose telephone is lost, each of them once."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class RecoveryCode(models.Model):
    """One unused code, as SHA-256 with its owner. A used one is removed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    code_hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="estimator_recoverycode_once"),
            models.CheckConstraint(
                condition=Exact(Length("code_hash"), 64), name="estimator_recoverycode_is_a_hash"
            ),
        ]

    def __str__(self):
        return f"recovery code of user {self.user_id}"
