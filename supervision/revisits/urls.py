"""Addresses of call-backs and of guarding ratings, below /desk/supervision/."""

from django.urls import path

from supervision.revisits.views import calls, contacts, draws, guarding

app_name = "revisits"
urlpatterns = [
    path("revisits/", calls.listing, name="list"),
    path("revisits/<int:revisit_id>/", calls.call, name="call"),
    path("revisits/<int:revisit_id>/phone/", calls.phone, name="phone"),
    path("revisits/<int:revisit_id>/missed/", calls.missed, name="missed"),
    path("revisits/<int:revisit_id>/caller/", calls.caller, name="caller"),
    path("revisits/ledger/", contacts.listing, name="ledger"),
    path("revisits/ledger.xlsx", contacts.export, name="ledger_export"),
    path("matters/<str:code>/contact/", contacts.note, name="contact"),
    path("matters/<str:code>/revisit/", calls.arrange, name="arrange"),
    path("ratings/draws/", draws.listing, name="draws"),
    path("ratings/draws/new/", draws.new, name="new"),
    path("ratings/draws/<int:draw_id>/", draws.detail, name="draw"),
    path("ratings/draws/<int:draw_id>/codes.txt", draws.codes, name="codes"),
    path("ratings/", guarding.watch, name="watch"),
    path("ratings/flags/", guarding.flags, name="flags"),
    path("ratings/look/", guarding.look, name="look"),
]
