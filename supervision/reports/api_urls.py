"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.reports import api

app_name = "reports_api"
urlpatterns = [
    path("v1/statistics/", api.statistics, name="statistics"),
    path("v1/statistics/definitions/", api.definitions, name="definitions"),
]
