"""Addresses for partners' programs, below /api/."""

from django.urls import path

from opinions.exchange import api

app_name = "exchange_api"
urlpatterns = [
    path("v1/exchange/<slug:partner>/orders/", api.orders, name="orders"),
    path("v1/exchange/<slug:partner>/status/", api.status, name="status"),
    path("v1/exchange/<slug:partner>/statement/", api.statement, name="statement"),
]
