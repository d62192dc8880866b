"""Addresses of proposals and research, below /desk/. `raise` and `unlink` are verbs of matters."""

from django.urls import path

from opinions.proposals.views import drafts, research

app_name = "proposals"
urlpatterns = [
    path("matters/<str:code>/raise/", drafts.raise_, name="raise"),
    path("matters/<str:code>/unlink/", drafts.unlink, name="unlink"),
    path("proposals/", drafts.listing, name="list"),
    path("proposals/new/", drafts.compose, name="new"),
    path("proposals/<int:proposal_id>/", drafts.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/edit/", drafts.edit, name="edit"),
    path("proposals/<int:proposal_id>/link/", drafts.link, name="link"),
    path("proposals/<int:proposal_id>/answer/", drafts.answer, name="answer"),
    path("research/", research.notes, name="notes"),
    path("research/new/", research.new, name="new_note"),
    path("research/<int:note_id>/", research.note, name="note"),
    path("research/<int:note_id>/edit/", research.edit, name="edit_note"),
    path("research/<int:note_id>/files/<int:file_id>/", research.file, name="file"),
]
