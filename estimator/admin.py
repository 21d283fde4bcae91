"""Saved estimates, their share links and API tokens in the admin: to look at, never to change. What can be done
with them is done on pages of their own; a token can also be revoked here."""

from django.contrib import admin

from estimator import api_tokens, people_admin  # noqa: F401 (registers people)
from estimator.models import ApiToken, AuditEvent, Estimate, ShareLink
from estimator.saved import is_intact

SNAPSHOTS = ("request", "answers", "case", "result", "findings", "ledger", "shown", "used", "bridge")


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what when. `manage.py verify_audit` says whether it is as it was written."""

    fields = ("number", "at", "act", "who", "who_number", "about", "details", "previous", "sha256")
    list_display = ("number", "at", "act", "who", "about", "details")
    list_filter = ("act", "at")
    search_fields = ("=about", "=who")
    list_per_page = 100


@admin.register(Estimate)
class EstimateAdmin(ReadOnlyAdmin):
    list_display = ("number", "drug_name", "payer", "in_short", "owner_name", "created_at", "deleted_at")
    list_filter = ("drug_name", "payer", "engine", "created_at")
    search_fields = ("number", "label", "drug_name", "payer")
    fields = (
        "number",
        "intact",
        "label",
        "drug_name",
        "coverage",
        "in_short",
        "owner_name",
        "created_at",
        "as_of",
        "revises_number",
        "engine",
        "drugs_revision",
        "payers_revision",
        "sha256",
        "deleted_at",
        "deleted_by",
    )
    readonly_fields = fields

    def get_queryset(self, request):
        """A list needs no snapshots."""
        found = super().get_queryset(request)
        is_list = request.resolver_match.url_name.endswith("_changelist")
        return found.defer(*SNAPSHOTS) if is_list else found

    @admin.display(description="as it was saved", boolean=True)
    def intact(self, saved):
        return is_intact(saved)


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    """Who made which link and who revoked it, and when."""

    fields = (
        "estimate",
        "language",
        "created_by_name",
        "created_at",
        "expires_at",
        "views",
        "last_seen_at",
        "revoked_by_name",
        "revoked_at",
    )
    list_display = fields
    list_display_links = ("created_at",)
    list_filter = ("created_at", "revoked_at")
    search_fields = ("estimate__number", "created_by_name", "revoked_by_name")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("estimate").only(*self.fields, "estimate__number")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Who has which token; whoever may change tokens can revoke anybody's."""

    fields = ("owner", "name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_display = fields
    list_display_links = ("name",)
    list_filter = ("expires_at", "revoked_at")
    search_fields = ("owner__username", "name")
    list_select_related = ("owner",)
    actions = ("revoke",)

    @admin.action(description="Revoke the chosen tokens", permissions=["revoke"])
    def revoke(self, request, chosen):
        for token in chosen:
            api_tokens.revoke(token, request.user)

    def has_revoke_permission(self, request):
        return request.user.has_perm("estimator.change_apitoken")
