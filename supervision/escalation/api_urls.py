"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.escalation import api

app_name = "escalation_api"
urlpatterns = [
    path("v1/matters/<str:code>/lights/", api.matter_lights, name="lights"),
    path("v1/supervision/lights/", api.to_act, name="to_act"),
]
