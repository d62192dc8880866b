"""All addresses."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from liaison.base.web import health, views

CAPABILITIES = [
    ("", "deputies.accounts.urls"),
    ("desk/", "deputies.roster.urls"),
    ("desk/", "deputies.contact_points.urls"),
    ("desk/", "liaison.base.jobs.urls"),
    ("desk/", "opinions.routing.urls"),
    ("desk/", "opinions.handling.urls"),
    ("desk/", "opinions.proposals.urls"),
    ("desk/", "opinions.desk.urls"),
    ("", "opinions.evaluation.urls"),
    ("api/", "opinions.intake.api_urls"),
    ("", "opinions.intake.urls"),
]


def _included(prefix: str, module: str) -> list:  # TEMPORARY while capabilities are being written
    try:
        return [path(prefix, include(module))] if find_spec(module) else []
    except ImportError as error:
        print("left out", module, error)
        return []


urlpatterns: list = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("liaison.base.web.urls")),
    path("admin/", admin.site.urls),
    *[row for prefix, module in CAPABILITIES for row in _included(prefix, module)],
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
