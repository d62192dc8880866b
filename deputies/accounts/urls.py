"""Signing in and the own account."""

app_name = "accounts"
urlpatterns: list = []
