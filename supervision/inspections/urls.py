"""Addresses of inspectors: the committee's pages and the one-time link."""

from django.urls import path

from supervision.inspections import views

app_name = "inspections"
DESK = "desk/supervision/inspectors"
urlpatterns = [
    path(f"{DESK}/", views.groups, name="groups"),
    path(f"{DESK}/new/", views.make, name="make"),
    path(f"{DESK}/<int:pk>/", views.group, name="group"),
    path(f"{DESK}/<int:pk>/people/", views.name, name="name"),
    path(f"{DESK}/<int:pk>/watch/", views.watch, name="watch"),
    path(f"{DESK}/people/<int:pk>/end/", views.end_inspector, name="end_inspector"),
    path(f"{DESK}/watches/<int:pk>/end/", views.end_watch, name="end_watch"),
    path(f"{DESK}/checks/<int:pk>/photos/<uuid:photo_id>/", views.photo, name="photo"),
    path(f"{DESK}/matters/<str:code>/", views.panel, name="panel"),
    path("i/<str:token>/", views.look, name="look"),
]
