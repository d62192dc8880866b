"""Addresses for programs of staff, below /api/."""

from django.urls import path

from supervision.orders import api

app_name = "orders_api"
urlpatterns = [
    path("v1/orders/", api.index, name="index"),
    path("v1/orders/<int:pk>/", api.letter, name="letter"),
    path("v1/orders/<int:pk>/answer/", api.answer, name="answer"),
]
