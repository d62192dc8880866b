"""Addresses for programs of staff, below /api/."""

from django.urls import path

from opinions.promises import api

app_name = "promises_api"
urlpatterns = [
    path("v1/promises/", api.listing, name="list"),
    path("v1/promises/<int:promise_id>/report/", api.report, name="report"),
]
