"""Addresses around the deputies beside the one who leads, below /desk/."""

from django.urls import path

from opinions.companions import views

app_name = "companions"
urlpatterns = [
    path("matters/<str:code>/companions/", views.invite, name="invite"),
    path("companions/<int:companion_id>/join/", views.join, name="join"),
    path("companions/<int:companion_id>/sign/", views.sign_answer, name="sign_answer"),
    path("companions/<int:companion_id>/stand-back/", views.stand_back, name="stand_back"),
    path("companions/<int:companion_id>/release/", views.release, name="release"),
]
