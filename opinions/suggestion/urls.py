"""Addresses of suggestions, under /desk/."""

from django.urls import path

from opinions.suggestion import views

app_name = "suggestion"
urlpatterns = [
    path("suggestion/", views.overview, name="overview"),
    path("suggestion/train/", views.train, name="train"),
    path("suggestion/<int:version>/", views.version, name="version"),
    path("suggestion/<int:version>/activate/", views.activate, name="activate"),
    path("suggestion/<int:version>/stop/", views.stop, name="stop"),
    path("suggestion/<int:version>/threshold/", views.threshold, name="threshold"),
    path("suggestion/<int:version>/meaning/", views.meaning, name="meaning"),
]
