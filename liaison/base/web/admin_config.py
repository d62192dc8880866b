"""Puts our own site in the place of Django's admin site."""

from django.contrib.admin.apps import AdminConfig


class ReferenceAdminConfig(AdminConfig):
    """`django.contrib.admin` with `ReferenceSite`."""

    default_site = "liaison.base.web.reference.ReferenceSite"
