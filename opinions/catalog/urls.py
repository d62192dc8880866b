"""Addresses of the limits, below /desk/supervision/."""

from django.urls import path

from opinions.catalog import views

app_name = "catalog"
urlpatterns = [
    path("limits/", views.limits, name="limits"),
    path("limits/special/", views.limit_special, name="limit_special"),
    path("limits/<int:pk>/version/", views.limit_version, name="limit_version"),
    path("limits/<int:pk>/end/", views.limit_end, name="limit_end"),
    path("limits/<int:pk>/withdraw/", views.limit_withdraw, name="limit_withdraw"),
]
