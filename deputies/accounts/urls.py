"""Signing in and the own account."""

from django.urls import path

app_name = "accounts"
urlpatterns: list = []
