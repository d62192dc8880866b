from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "liaison.base"
    label = "base"
