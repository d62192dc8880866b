"""Public address of rating; it stands in text messages."""

from django.urls import path

from opinions.evaluation.views import rating

app_name = "evaluation"
urlpatterns = [path("r/<str:token>/", rating, name="rate")]
