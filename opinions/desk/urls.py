"""Addresses of the desk."""

from django.urls import path

from opinions.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("export/", views.export, name="export"),
    path("notices/", views.notices, name="notices"),
    path("filters/", views.keep_filter, name="keep_filter"),
    path("filters/<int:filter_id>/forget/", views.forget_filter, name="forget_filter"),
    path("files/<int:attachment_id>/", views.attachment, name="attachment"),
    path("matters/<str:code>/", views.matter, name="matter"),
    path("matters/<str:code>/history/", views.history, name="history"),
    path("matters/<str:code>/lines/", views.lines, name="lines"),
    path("matters/<str:code>/classify/", views.classify_matter, name="classify"),
    path("matters/<str:code>/reveal/", views.reveal, name="reveal"),
]
