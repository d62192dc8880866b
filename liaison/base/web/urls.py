"""Addresses of reading mode and language."""

from django.urls import path

from liaison.base.web import views

app_name = "web"
urlpatterns = [
    path("display/", views.display, name="display"),
    path("language/", views.language, name="language"),
]
