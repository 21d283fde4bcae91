"""What is done to people and their rights outside of the site's own pages: `createsuperuser`, `changepassword`, a
shell, a command. The pages write down what they do themselves, with who did it; here the account of the machine is
named. `QuerySet.update` and SQL send no signal and leave no event.
"""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from simple_history.models import HistoricalRecords

from estimator.audit import Act, record

WATCHED = ("username", "is_active", "is_staff", "is_superuser")
_program = ContextVar("rights that come with the program", default=False)


def listen() -> None:
    pre_save.connect(about_to_change, sender=User, dispatch_uid="estimator.audit_people")
    post_save.connect(changed, sender=User, dispatch_uid="estimator.audit_people")
    post_delete.connect(deleted, sender=User, dispatch_uid="estimator.audit_people")
    for through in (User.groups.through, User.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(rights_changed, sender=through, dispatch_uid="estimator.audit_people")


@contextmanager
def by_the_program() -> Iterator[None]:
    """The roles' own rights follow from the program's version: `make_roles` is nobody's act."""
    token = _program.set(True)
    try:
        yield
    finally:
        _program.reset(token)


def is_a_page_s() -> bool:
    """Whether a request is being answered here, or the program sets its own roles."""
    return _program.get() or getattr(HistoricalRecords.context, "request", None) is not None


def about_to_change(sender, instance, raw, update_fields, **kwargs):
    """What stood before, to tell what has changed. Signing in writes its time alone."""
    instance._before = None
    if not raw and not is_a_page_s() and set(update_fields or WATCHED) != {"last_login"}:
        instance._before = User.objects.filter(pk=instance.pk).values(*WATCHED, "password").first() or {}


def changed(sender, instance, **kwargs):
    before = instance._before
    if before is None:
        return
    if before and before["password"] != instance.password:
        record(Act.PASSWORD, about(instance), **machine())
    fields = [name for name in WATCHED if before and before[name] != getattr(instance, name)]
    if fields or not before:
        tell(instance, "account changed" if before else "account opened", fields=fields)


def deleted(sender, instance, **kwargs):
    if not is_a_page_s():
        tell(instance, "account deleted")


def rights_changed(sender, instance, action, reverse, pk_set, **kwargs):
    if is_a_page_s() or action not in ("post_add", "post_remove", "post_clear"):
        return
    if pk_set or action == "post_clear":
        ids = sorted(pk_set or ())
        tell(
            instance, f"{sender._meta.db_table.removeprefix('auth_')} {action.removeprefix('post_')}", ids=ids
        )


def tell(instance: User | Group, change: str, **details) -> None:
    if isinstance(instance, User):
        details |= {"superuser": instance.is_superuser, "open": instance.is_active}
    record(Act.PERMISSION, about(instance), change=change, **details, **machine())


def about(instance) -> str:
    return f"{instance._meta.model_name} {instance.pk}"


def machine() -> dict[str, str]:
    """Who is at the machine, as far as it says so itself."""
    try:
        account = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        account = str(os.getuid())
    return {"at": "the command line", "machine_account": account[:64]}
