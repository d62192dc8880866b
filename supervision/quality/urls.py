"""Addresses of reviews, below /desk/supervision/."""

from django.urls import path

from supervision.quality import views

app_name = "quality"
urlpatterns = [
    path("replies/", views.listing, name="list"),
    path("replies/<int:reply_id>/mark/", views.mark, name="mark"),
    path("marks/<int:mark_id>/lift/", views.lift, name="lift"),
]
