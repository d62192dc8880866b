"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.programme import api

app_name = "programme_api"
urlpatterns = [
    path("v1/activities/", api.activities, name="activities"),
    path("v1/activities/<int:pk>/", api.activity, name="activity"),
    path("v1/tasks/", api.tasks, name="tasks"),
    path("v1/tasks/<int:pk>/", api.task, name="task"),
]
