"""Addresses of the district's bodies and places, below /desk/."""

from django.urls import path

from opinions.succession import views

app_name = "succession"
urlpatterns = [
    path("bodies/", views.bodies, name="bodies"),
    path("bodies/<int:pk>/", views.body, name="body"),
    path("bodies/<int:pk>/rename/", views.rename, name="rename"),
    path("bodies/<int:pk>/merge/", views.merge, name="merge"),
    path("bodies/<int:pk>/close/", views.close, name="close"),
    path("divisions/", views.places, name="places"),
    path("divisions/<int:pk>/", views.place, name="place"),
    path("divisions/<int:pk>/rename/", views.rename_place, name="rename_place"),
    path("divisions/<int:pk>/close/", views.close_place, name="close_place"),
]
