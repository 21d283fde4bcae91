"""People in the administration: who they are, which roles they have, and how to help them in again.

Only an administrator comes here. Rights come with roles alone, so there is nothing here to give somebody more.
"""

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group, User
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from estimator import people, secondfactor
from estimator.audit import Act, record

admin.site.unregister(
    [User, Group, TOTPDevice, AccessAttempt]
)  # secrets, and rights without a role, are nobody's to edit


class RolesField(forms.ModelMultipleChoiceField):
    def __init__(self, **options):
        super().__init__(
            Group.objects.filter(name__in=people.ROLES),
            label="Roles",
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **options,
        )

    def label_from_instance(self, group):
        return f"{group.name}: {people.ROLES[group.name]}"


class NewPersonForm(UserCreationForm):
    groups = RolesField()


class PersonForm(UserChangeForm):
    groups = RolesField()
    asking = None  # who fills in the form

    def clean(self):
        """Nobody locks themselves out: it takes a second administrator."""
        cleaned = super().clean()
        is_own = self.instance.pk == self.asking.pk and not self.asking.is_superuser
        keeps = any(group.name == "administrator" for group in cleaned.get("groups", ()))
        if is_own and not (keeps and cleaned.get("is_active")):
            raise forms.ValidationError(
                "This is your own account. Another administrator can take the role from you or close it."
            )
        return cleaned


@admin.action(description="Sign them out everywhere", permissions=["change"])
def end_sessions(model_admin, request, queryset):
    for person in model_admin.manageable(request, queryset):
        with transaction.atomic():
            count = people.end_sessions(person)
            record(
                Act.SESSION_ENDED,
                f"user {person.pk}",
                by=request.user,
                why="by an administrator",
                sessions=count,
            )
    messages.success(request, "They are signed out.")


@admin.action(description="Remove their second factor (telephone and codes lost)", permissions=["change"])
def remove_second_factor(model_admin, request, queryset):
    """Their sessions end too: who found the telephone may be signed in."""
    for person in model_admin.manageable(request, queryset):
        with transaction.atomic():
            people.end_sessions(person)
            secondfactor.remove(person, by=request.user)
    messages.success(
        request, "Removed. They sign in with the password alone and set up a new one in their account."
    )


@admin.register(User)
class PersonAdmin(UserAdmin):
    form, add_form = PersonForm, NewPersonForm
    list_display = ("username", "full_name", "roles", "second_factor", "last_login", "is_active")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    actions = (end_sessions, remove_second_factor)
    filter_horizontal = ()
    readonly_fields = ("second_factor", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        ("Who", {"fields": (("first_name", "last_name"), "email")}),
        ("May do", {"fields": ("groups",)}),
        ("Signing in", {"fields": readonly_fields}),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2", "groups")}),)

    def manageable(self, request, queryset):
        """A superuser's account is a superuser's to change."""
        return queryset if request.user.is_superuser else queryset.filter(is_superuser=False)

    def has_change_permission(self, request, obj=None):
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above

    def has_delete_permission(self, request, obj=None):
        """An account is closed, not deleted: its name stands in estimates and in the audit log."""
        return False

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        form.asking = request.user
        return form

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups", "totpdevice_set")

    @admin.display(description="name")
    def full_name(self, person):
        return person.get_full_name()

    @admin.display(description="roles")
    def roles(self, person):
        names = [group.name for group in person.groups.all()]
        return ", ".join((["superuser"] if person.is_superuser else []) + names) or "none"

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, person):
        return any(device.confirmed for device in person.totpdevice_set.all()) if person.pk else False

    def save_related(self, request, form, formsets, change):
        """The administration opens to the roles that work there, and to nobody else."""
        super().save_related(request, form, formsets, change)
        person = form.instance
        person.is_staff = people.belongs_in_administration(person)
        person.save(update_fields=["is_staff"])

    def log_addition(self, request, obj, message):
        self.record(request, obj, "account opened")
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self.record(request, obj, "account changed")
        return super().log_change(request, obj, message)

    def record(self, request, person, change):
        roles = sorted(person.groups.values_list("name", flat=True))
        about = f"user {person.pk}"
        record(Act.PERMISSION, about, by=request.user, change=change, roles=roles, open=person.is_active)

    def user_change_password(self, request, id, form_url=""):
        """A new password from an administrator ends the person's sessions; the page and its event are one."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)


@admin.register(AccessAttempt)
class WrongPasswordAdmin(AccessAttemptAdmin):
    """Who is locked out; deleting a row lets them try again."""

    list_display = ("attempt_time", "username", "ip_address", "user_agent", "failures_since_start")
    list_filter = ("attempt_time",)

    def lookup_allowed(self, lookup, value, request=None):
        """PostgreSQL refuses to look for what is no address."""
        return not lookup.startswith("ip_address") and super().lookup_allowed(lookup, value, request)
