"""Who may do what: three roles with the rights they need and no more, and which page asks for which right.

The views say who must be signed in; this table says who of those is let in (`estimator.middleware.rights`).
"""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.urls import ResolverMatch
from django.utils import timezone

from estimator.audit_people import by_the_program

# Roles

ROLES = {
    "counselor": "makes, saves and shares estimates",
    "editor": "keeps drugs, prices, payers and programs up to date; uploads official files",
    "administrator": "manages people, publishes and withdraws official files, reads the audit log",
}
STAFF = ("editor", "administrator")
"""Roles that work in the administration."""

COUNSELOR = (
    "estimator.view_estimate",
    "estimator.add_estimate",
    "estimator.view_sharelink",
    "estimator.add_sharelink",
    "estimator.view_batchrun",
    "estimator.add_batchrun",
)
ADMINISTRATOR = (
    "auth.view_user",
    "auth.add_user",
    "auth.change_user",
    "axes.view_accessattempt",
    "axes.delete_accessattempt",
    "drugs.view_importbatch",
    "drugs.publish_importbatch",
    "estimator.view_auditevent",
    "estimator.view_batchrun",
    "estimator.change_batchrun",
)
MANAGES_PEOPLE = "auth.change_user"
NOT_AN_EDITORS = Q(codename="publish_importbatch") | Q(codename__contains="_historical")


def make_roles(**options) -> None:
    """The three groups with exactly their rights, after every `migrate`: new tables bring new rights."""
    for label in ("auth", "axes", "drugs", "payers", "estimator"):
        create_permissions(apps.get_app_config(label), verbosity=0)
    with by_the_program():
        for role in ROLES:
            Group.objects.get_or_create(name=role)[0].permissions.set(rights_of(role))


def rights_of(role: str):
    if role == "editor":
        return Permission.objects.filter(content_type__app_label__in=("drugs", "payers")).exclude(
            NOT_AN_EDITORS
        )
    named = [right.split(".") for right in (COUNSELOR if role == "counselor" else ADMINISTRATOR)]
    wanted = Q(pk__in=[])
    for label, codename in named:
        wanted |= Q(content_type__app_label=label, codename=codename)
    return Permission.objects.filter(wanted)


def is_administrator(user) -> bool:
    return user.is_superuser or user.has_perm(MANAGES_PEOPLE)


def belongs_in_administration(user) -> bool:
    return user.is_superuser or user.groups.filter(name__in=STAFF).exists()


# Pages

OPEN = {
    "home",
    "estimate",
    "estimate_calendar",
    "estimate_sheet",
    "compare",
    "shared",
    "drugs",
    "drug",
    "code",
    "payers",
    "payer",
    "health",
    "health_ready",
    "sign_in",
    "sign_in_code",
    "sign_out",
    "session_left",
    "session_stay",
    "session_over",
    None,  # the icon
}
"""For everybody, signed in or not."""

OWN = {
    "account",
    "password",
    "second_factor",
    "second_factor_codes",
    "second_factor_off",
    "other_sessions",
    "kept",
}
"""For whoever is signed in: their own account."""

RIGHTS = {
    "estimates": "estimator.view_estimate",
    "estimate_review": "estimator.add_estimate",
    "saved": "estimator.view_estimate",
    "saved_revise": "estimator.add_estimate",
    "saved_changes": "estimator.view_estimate",
    "saved_csv": "estimator.view_estimate",
    "saved_json": "estimator.view_estimate",
    "saved_comparison": "estimator.view_estimate",
    "saved_comparison_csv": "estimator.view_estimate",
    "saved_calendar": "estimator.view_estimate",
    "saved_sheet": "estimator.view_estimate",
    "saved_sheet_pdf": "estimator.view_estimate",
    "saved_delete": "estimator.add_estimate",
    "saved_undo": "estimator.add_estimate",
    "share_links": "estimator.add_sharelink",
    "share_revoke": "estimator.add_sharelink",
    "panels": "estimator.view_batchrun",
    "panel_template": "estimator.add_batchrun",
    "panel": "estimator.view_batchrun",
    "panel_results": "estimator.add_batchrun",
    "panel_delete": "estimator.view_batchrun",
    "panel_step": "estimator.view_batchrun",
    "api_tokens": "estimator.add_estimate",
    "api_token_revoke": "estimator.add_estimate",
}
ADMINISTRATION = {"freshness"}
"""Beside everything under /admin/, which asks for rights of its own page by page."""


def is_let_in(user, page: ResolverMatch) -> bool:
    """Whether somebody who is signed in may open this page. What its own view refuses stays refused."""
    if is_administration(page):
        return user.is_staff
    right = RIGHTS.get(page.url_name)
    return right is None or user.has_perm(right)


def is_administration(page: ResolverMatch) -> bool:
    return page.namespace == "admin" or page.url_name in ADMINISTRATION


def is_restricted(page: ResolverMatch) -> bool:
    return is_administration(page) or page.url_name in RIGHTS


# Acts that ask once more who is there (`estimator.reauthentication`)

FAR_REACHING = {"api_tokens", "admin:drugs_importbatch_publish", "admin:drugs_importbatch_withdraw"}
TAKES_A_PASSWORD = {"admin:auth_user_add", "admin:auth_user_password_change"}
"""Asked when they are opened: a password typed there is carried through no other page."""


def is_far_reaching(page: str) -> bool:
    """Publishing, people, and what lets a program in. Sharing is not: the sheet could as well be printed."""
    return page in FAR_REACHING or page.startswith(("admin:auth_", "admin:axes_"))


# Sessions


def end_sessions(user, but: str | None = None) -> int:
    """Sign this person out everywhere, or everywhere else."""
    theirs = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).exclude(pk=but).iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    return Session.objects.filter(pk__in=theirs).delete()[0]
