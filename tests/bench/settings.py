"""The real settings, with the floor's tables and address added."""

import sys

from liaison.settings import *  # noqa: F403
from liaison.settings import INSTALLED_APPS

for package in ("requests", "pygments"):
    sys.modules.setdefault(package, None)  # type: ignore[arg-type]
    # Tests alone have them; where they are, Django REST framework loads them into each web process.

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.floor"]
ROOT_URLCONF = "tests.bench.urls"
