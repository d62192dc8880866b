"""Addresses of relays, below /desk/. `relay` is a verb of matters."""

from django.urls import path

from opinions.relays import views

app_name = "relays"
urlpatterns = [
    path("matters/<str:code>/relay/", views.relay, name="relay"),
    path("relays/", views.listing, name="list"),
    path("relays/<int:baton_id>/", views.baton, name="baton"),
    path("relays/<int:baton_id>/take/", views.take, name="take"),
    path("relays/<int:baton_id>/decline/", views.decline, name="decline"),
    path("relays/<int:baton_id>/answer/", views.answer, name="answer"),
    path("relays/<int:baton_id>/withdraw/", views.withdraw, name="withdraw"),
    path("relays/<int:baton_id>/letter/", views.letter, name="letter"),
    path("relays/<int:baton_id>/files/<int:attachment_id>/", views.file, name="file"),
]
