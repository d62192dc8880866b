"""Addresses for programs of staff, below /api/."""

from django.urls import path

from opinions.handling import api

app_name = "handling_api"
urlpatterns = [
    path("v1/matters/<str:code>/merge/", api.merge, name="merge"),
    path("v1/matters/<str:code>/branch/", api.branch, name="branch"),
    path("v1/matters/<str:code>/unmerge/", api.unmerge, name="unmerge"),
]
