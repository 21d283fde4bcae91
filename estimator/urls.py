"""The table of contents: which part of the site answers which address."""

from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path

from estimator import (
    api_views,
    batch_views,
    calendar_views,
    compare_views,
    health,
    saved_comparison_views,
    saved_views,
    share_views,
    sheet_views,
    views,
)
from estimator.api import api

admin.site.site_header = admin.site.site_title = "Treatment cost estimate: reference data"

urlpatterns = [
    path("", views.home, name="home"),
    path("estimate/", views.estimate, name="estimate"),
    path("estimate/calendar/", calendar_views.calendar, name="estimate_calendar"),
    path("compare/", compare_views.compare, name="compare"),
    path("estimate/sheet/", sheet_views.sheet, name="estimate_sheet"),
    path("estimates/", saved_views.estimates, name="estimates"),
    path("estimates/new/", saved_views.review, name="estimate_review"),
    path("estimates/<uuid:public_id>/", saved_views.detail, name="saved"),
    path("estimates/<uuid:public_id>/revise/", saved_views.revise, name="saved_revise"),
    path("estimates/<uuid:public_id>/changes/", saved_views.changes, name="saved_changes"),
    path("estimates/<uuid:public_id>/ledger.csv", saved_views.as_csv, name="saved_csv"),
    path("estimates/<uuid:public_id>/estimate.json", saved_views.as_json, name="saved_json"),
    path(
        "estimates/<uuid:public_id>/comparison/", saved_comparison_views.comparison, name="saved_comparison"
    ),
    path(
        "estimates/<uuid:public_id>/comparison.csv",
        saved_comparison_views.comparison_csv,
        name="saved_comparison_csv",
    ),
    path("estimates/<uuid:public_id>/calendar.ics", calendar_views.saved_calendar, name="saved_calendar"),
    path("estimates/<uuid:public_id>/sheet/", sheet_views.saved_sheet, name="saved_sheet"),
    path("estimates/<uuid:public_id>/sheet.pdf", sheet_views.saved_pdf, name="saved_sheet_pdf"),
    path("estimates/<uuid:public_id>/delete/", saved_views.delete, name="saved_delete"),
    path("estimates/<uuid:public_id>/undo/", saved_views.undo, name="saved_undo"),
    path("estimates/<uuid:public_id>/share/", share_views.links, name="share_links"),
    path("estimates/<uuid:public_id>/share/<int:number>/revoke/", share_views.revoke, name="share_revoke"),
    re_path(r"^share/(?P<token>[\s\S]+)$", share_views.shared, name="shared"),
    path("panels/", batch_views.panels, name="panels"),
    path("panels/template.csv", batch_views.template, name="panel_template"),
    path("panels/<uuid:public_id>/", batch_views.panel, name="panel"),
    path("panels/<uuid:public_id>/results.csv", batch_views.results, name="panel_results"),
    path("panels/<uuid:public_id>/delete/", batch_views.delete, name="panel_delete"),
    path("panels/<uuid:public_id>/<slug:name>/", batch_views.step, name="panel_step"),
    path("api/v1/", api.urls),
    path("account/tokens/", api_views.listing, name="api_tokens"),
    path("account/tokens/<int:number>/revoke/", api_views.revoke, name="api_token_revoke"),
    path("", include("estimator.people_urls")),
    path("", include("drugs.urls")),
    path("", include("payers.urls")),
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health_ready"),
    path("admin/", admin.site.urls),
    path("favicon.ico", lambda request: redirect(static("icons/icon.svg"))),
]

handler400 = "estimator.trouble.bad_request"
handler500 = "estimator.trouble.went_wrong"
