"""What every test gets."""

import gc
import os
import shutil
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings

import liaison.celery  # noqa: F401 - makes it Celery's current one, which tests patch
from liaison.base.stamps import forget_all
from liaison.run.catalogues import compile_catalogues
from tests.factories.matters import NOW, HandlingWorld, handling_world
from tests.settings import WORKER, WORKER_NUMBER
from tests.support.connections import keep_open
from tests.support.cores import settle
from tests.support.course import course
from tests.support.servers import RedisServer

pytest_plugins = ["tests.support.strictness"]
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
"""A busy machine is no failure: cases are counted, not timed."""
CHANGING = {"monkeypatch", "django_capture_on_commit_callbacks"}
"""With these a step may do other things, or is asked for what rows that are put back do not do."""


def pytest_configure() -> None:
    """The English of today, also where one file of tests is run alone."""
    compile_catalogues()
    keep_open()


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and who takes turns sits together."""
    gc.collect()
    gc.freeze()
    if connection.vendor == "postgresql" and WORKER != "main":
        settle(WORKER_NUMBER)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Whether the embedded database is there already: a copy of the run's template, see tests/support/templates.py."""
    template = os.environ.get("TEST_TEMPLATE")
    if not template or connection.vendor != "sqlite":
        return False
    shutil.copyfile(template, connection.settings_dict["TEST"]["NAME"])
    return True


@pytest.fixture(autouse=True)
def _clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test begins at NOW, whatever day it is, and time goes on from there. Processes that a test starts have the
    real clock: what it shares with them is marked `real_clock`."""
    if any(request.node.get_closest_marker(name) for name in ("real_clock", "journey")):
        yield
        return
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Throttles and cached choices of one test must not reach the next."""
    cache.clear()
    forget_all()


@pytest.fixture(autouse=True)
def _new_course(request: pytest.FixtureRequest) -> None:
    """What one test has written tells nothing of the next; one that changes the program walks each step."""
    course.forget()
    if CHANGING.intersection(request.fixturenames):
        course.path = None


@pytest.fixture
def world(db: None) -> HandlingWorld:
    """The district at work."""
    return handling_world()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of the test's own, to be cut off and brought back: `redis_server.kill()`, `redis_server.start()`."""
    with RedisServer() as server:
        yield server
