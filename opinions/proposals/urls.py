"""Addresses of proposals, below /desk/. `raise` is a verb of matters and stands beside those of handling."""

from django.urls import path

from opinions.proposals import views

app_name = "proposals"
urlpatterns = [
    path("matters/<str:code>/raise/", views.raise_, name="raise"),
    path("proposals/<int:proposal_id>/", views.proposal, name="proposal"),
]
