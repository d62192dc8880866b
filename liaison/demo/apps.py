"""The demo district as an installed app, so that Django finds its command."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "liaison.demo"
    label = "demo"
