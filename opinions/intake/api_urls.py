"""Addresses for programs, and the page that describes them."""

from django.urls import path

from liaison.base.web import schema
from liaison.base.web.decorators import public
from opinions.intake import api

app_name = "api"
DOCS = {"document": "api:schema", "template": "opinions/intake/api_docs.html"}
urlpatterns = [
    path("schema/", public(schema.document), name="schema"),
    path("docs/", public(schema.page), DOCS, name="docs"),
    path("v1/challenge/", api.challenge, name="challenge"),
    path("v1/opinions/", api.opinions, name="opinions"),
    path("v1/opinions/assisted/", api.assisted, name="assisted"),
    path("v1/track/<str:code>/", api.tracked, name="track"),
]
