"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.revisits import api

app_name = "revisits_api"
urlpatterns = [
    path("v1/revisits/", api.listing, name="list"),
    path("v1/revisits/<int:revisit_id>/outcome/", api.outcome, name="outcome"),
    path("v1/revisits/<int:revisit_id>/missed/", api.missed, name="missed"),
    path("v1/revisits/ledger/", api.call_ledger, name="ledger"),
    path("v1/draws/<int:draw_id>/proof/", api.proof, name="proof"),
]
