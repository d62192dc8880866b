"""All addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from deputies.accounts.access import Permission, requires
from liaison.base.web import health, views

CAPABILITIES = [
    ("", "deputies.accounts.urls"),
    ("desk/", "deputies.roster.urls"),
    ("desk/", "deputies.contact_points.urls"),
    ("desk/", "liaison.base.jobs.urls"),
    ("desk/", "opinions.suggestion.urls"),
    ("desk/", "opinions.routing.urls"),
    ("desk/", "opinions.rehearsal.urls"),
    ("desk/", "opinions.handling.urls"),
    ("desk/", "opinions.promises.urls"),
    ("desk/", "opinions.proposals.urls"),
    ("desk/", "opinions.relays.urls"),
    ("desk/", "opinions.companions.urls"),
    ("desk/", "opinions.plans.urls"),
    ("desk/", "opinions.succession.urls"),
    ("desk/", "opinions.exchange.urls"),
    ("desk/supervision/", "supervision.dashboards.urls"),
    ("desk/supervision/", "opinions.clocks.urls"),
    ("desk/supervision/", "opinions.catalog.urls"),
    ("desk/supervision/", "supervision.quality.urls"),
    ("desk/supervision/", "supervision.revisits.urls"),
    ("desk/supervision/", "supervision.cases.urls"),
    ("", "supervision.orders.urls"),
    ("desk/supervision/", "supervision.escalation.urls"),
    ("", "supervision.programme.urls"),
    ("", "supervision.inspections.urls"),
    ("", "supervision.reports.urls"),
    ("", "opinions.gathering.urls"),
    ("desk/", "opinions.desk.urls"),
    ("", "opinions.guests.urls"),
    ("", "opinions.evaluation.urls"),
    ("", "opinions.echo.urls"),
    ("", "opinions.open311.urls"),
    ("api/", "opinions.clocks.api_urls"),
    ("api/", "supervision.programme.api_urls"),
    ("api/", "opinions.exchange.api_urls"),
    ("api/", "supervision.dashboards.api_urls"),
    ("api/", "supervision.reports.api_urls"),
    ("api/", "opinions.gathering.api_urls"),
    ("api/", "opinions.handling.api_urls"),
    ("api/", "supervision.escalation.api_urls"),
    ("api/", "supervision.orders.api_urls"),
    ("api/", "supervision.inspections.api_urls"),
    ("api/", "opinions.promises.api_urls"),
    ("api/", "opinions.routing.api_urls"),
    ("api/", "opinions.echo.api_urls"),
    ("api/", "opinions.intake.api_urls"),
    ("api/", "supervision.quality.api_urls"),
    ("api/", "supervision.revisits.api_urls"),
    ("", "opinions.intake.urls"),
]
GALLERY = Permission.DESK if settings.DEBUG else Permission.ACCOUNT_EDIT
"""The components with sample data: while developing for everybody who works, elsewhere for the system administrator."""

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("liaison.base.web.urls")),
    path("desk/gallery/", requires(GALLERY)(views.gallery), name="gallery"),
    path("admin/", admin.site.urls),
    *[path(prefix, include(module)) for prefix, module in CAPABILITIES],
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
