"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.inspections import api

app_name = "inspections_api"
urlpatterns = [
    path("v1/inspections/", api.inspections, name="inspections"),
    path("v1/inspections/<int:pk>/", api.inspection, name="inspection"),
]
