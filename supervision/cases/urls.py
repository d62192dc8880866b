"""Address of what supervision knows of one matter."""

from django.urls import path

from supervision.cases import views

app_name = "cases"
urlpatterns = [path("matters/<str:code>/", views.matter, name="matter")]
