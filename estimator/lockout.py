"""Wrong passwords: django-axes counts them for a name at an address; here they are counted for an address alone too,
and nothing of what was typed is kept with the counts.
"""

from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.db.models.signals import pre_save
from django.utils import timezone

from estimator.visitor import address_of


class AddressGuard:
    """Signs nobody in. Refuses an address that has tried many passwords, whatever the names were.

    Stands after axes' own backend, which prepares the request for axes' answer.
    """

    def authenticate(self, request, **credentials):
        if request is not None and failures_of(address_of(request)) >= settings.FAILURES_OF_AN_ADDRESS:
            request.axes_locked_out = True
            raise PermissionDenied


def failures_of(address: str | None) -> int:
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    lately = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=since)
    return lately.aggregate(failures=Sum("failures_since_start"))["failures"] or 0


def forget_what_was_typed(sender, instance, **kwargs):
    """Axes keeps every field of the form, masking those it is told of: a password may be in another one."""
    instance.get_data = instance.post_data = ""


def listen() -> None:
    pre_save.connect(forget_what_was_typed, sender=AccessAttempt, dispatch_uid="estimator.lockout")
