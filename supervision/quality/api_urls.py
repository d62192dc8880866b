"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.quality import api

app_name = "quality_api"
urlpatterns = [
    path("v1/matters/<str:code>/quality/", api.quality, name="quality"),
    path("v1/quality-marks/<int:mark_id>/lift/", api.lift, name="lift"),
]
