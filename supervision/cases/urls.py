"""Addresses of what supervision knows of one matter, and of the sweep."""

from django.urls import path

from supervision.cases import views

app_name = "cases"
urlpatterns = [path("matters/<str:code>/", views.matter, name="matter")]
