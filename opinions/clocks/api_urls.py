"""Addresses for programs of staff, below /api/."""

from django.urls import path

from opinions.clocks import api

app_name = "clocks_api"
urlpatterns = [
    path("v1/matters/<str:code>/clocks/", api.clocks, name="clocks"),
    path("v1/workdays/due/", api.due, name="due"),
]
