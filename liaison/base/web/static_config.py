"""Leaves out the static files of libraries that no page of ours asks for; each file that is there costs memory."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class ServedFilesConfig(StaticFilesConfig):
    """`django.contrib.staticfiles` without the browsable API of Django REST framework and the extensions of htmx."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "django_htmx/ext/*"]
