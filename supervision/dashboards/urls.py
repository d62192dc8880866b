"""Addresses of the dashboards."""

from django.urls import path

from supervision.dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("", views.home, name="home"),
    path("live/", views.live, name="live"),
    path("wall/", views.wall, name="wall"),
    path("rows/", views.rows, name="rows"),
    path("definitions/", views.definitions, name="definitions"),
]
