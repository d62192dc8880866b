"""The real settings, with the floor's tables and address added."""

from liaison.settings import *  # noqa: F403
from liaison.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.floor"]
ROOT_URLCONF = "tests.bench.urls"
