"""Addresses for programs, and the page that describes them."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from liaison.base.web.decorators import public
from opinions.intake import api

app_name = "api"
DOCS = {"url_name": "api:schema", "template_name": "opinions/intake/api_docs.html"}
urlpatterns = [
    path("schema/", public(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", public(SpectacularSwaggerSplitView.as_view(**DOCS)), name="docs"),
    path("v1/challenge/", api.challenge, name="challenge"),
    path("v1/opinions/", api.opinions, name="opinions"),
    path("v1/opinions/assisted/", api.assisted, name="assisted"),
    path("v1/track/<str:code>/", api.tracked, name="track"),
]
