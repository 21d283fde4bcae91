"""People for tests, with the roles of real ones."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from estimator.people import STAFF

PASSWORD = "horse-battery"


def person(name: str, *roles: str, **more):
    """`person("maria", "counselor")`: an account as an administrator would open it; without roles it has none."""
    more = {"password": PASSWORD, "is_staff": not set(STAFF).isdisjoint(roles), **more}
    user = get_user_model().objects.create_user(name, **more)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user
