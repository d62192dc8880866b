"""Addresses for residents' programs, below /api/."""

from django.urls import path

from opinions.gathering import api

app_name = "gathering_api"
urlpatterns = [
    path("v1/near/", api.near, name="near"),
    path("v1/track/<str:code>/follow/", api.follow, name="follow"),
]
