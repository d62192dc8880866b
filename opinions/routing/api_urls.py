"""Addresses for programs of staff, below /api/."""

from django.urls import path

from opinions.routing import api

app_name = "routing_api"
urlpatterns = [path("v1/matters/<str:code>/decisions/", api.decisions, name="decisions")]
