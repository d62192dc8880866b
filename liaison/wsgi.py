"""WSGI entry point."""

import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
loaded = {name: module for name, module in sys.modules.items() if name == "yaml"}
sys.modules["yaml"] = None  # type: ignore[assignment]
from kombu import Connection  # noqa: E402 - would load YAML, where it finds it, for messages that are all JSON

del sys.modules["yaml"]
sys.modules.update(loaded)
application = get_wsgi_application()
# What every worker needs is loaded now, once for all of them, and not while the first visitor waits.
get_resolver().reverse_dict  # noqa: B018 - all pages and their names
Connection(settings.CELERY_BROKER_URL)  # the client of the broker, which /readyz asks; nothing is connected
