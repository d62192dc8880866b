"""Addresses of the working calendar and of the sum behind a limit, below /desk/supervision/."""

from django.urls import path

from opinions.clocks import views

app_name = "clocks"
urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/preview/", views.calendar_preview, name="calendar_preview"),
    path("calendar/packaged/<int:year>/", views.calendar_packaged, name="calendar_packaged"),
    path("calendar/import/", views.calendar_import, name="calendar_import"),
    path("clocks/<str:code>/<int:pk>/", views.reckoning, name="reckoning"),
]
