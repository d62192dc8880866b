"""What every test gets."""

import pytest
from django.core.cache import cache

from liaison.base.stamps import forget_all

pytest_plugins = ["tests.support.strictness"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Throttles and cached choices of one test must not reach the next."""
    cache.clear()
    forget_all()
