"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.dashboards import api

app_name = "dashboards_api"
urlpatterns = [
    path("v1/dashboards/", api.dashboard, name="dashboard"),
    path("v1/dashboards/definitions/", api.definitions, name="definitions"),
]
