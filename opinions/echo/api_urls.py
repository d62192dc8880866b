"""Address for programs, below /api/."""

from django.urls import path

from opinions.echo import api

app_name = "echo_api"
urlpatterns = [path("v1/echo/", api.listing, name="list")]
