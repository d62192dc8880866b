"""Addresses of lights and of the ladder."""

from django.urls import path

from supervision.escalation.views import ladder, lights

app_name = "escalation"
urlpatterns = [
    path("lights/", lights.lights, name="lights"),
    path("lights/<int:pk>/", lights.act, name="act"),
    path("digests/<int:pk>/", lights.digest, name="digest"),
    path("ladder/", ladder.ladder, name="ladder"),
    path("ladder/own/", ladder.own, name="own"),
    path("ladder/new/", ladder.new, name="new"),
    path("ladder/<int:pk>/", ladder.edit, name="rung"),
]
