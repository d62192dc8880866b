"""A world that is played back is the world that was built."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from deputies.accounts.models import User
from opinions.routing.models import RuleSet
from tests.factories.accounts import UserFactory
from tests.factories.intake import intake_world
from tests.factories.matters import HandlingWorld, handling_world, open_matter
from tests.support.replay import replayed

pytestmark = pytest.mark.django_db


def contents() -> dict[str, list[dict[str, Any]]]:
    """All rows of all models."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def twice(build: Any) -> list[tuple[Any, dict[str, list[dict[str, Any]]]]]:
    """World and rows of the first call and of a second over the same tables."""
    seen = []
    for _time in range(2):
        with undone():
            seen.append((build(), contents()))
    return seen


@pytest.mark.parametrize("build", [handling_world, intake_world], ids=lambda build: build.__name__)
def test_second_time_gives_equal_rows_and_an_equal_world_of_its_own(build: Any) -> None:
    calls = []

    def counted() -> Any:
        calls.append(build)
        return build.__wrapped__()

    (first, rows), (second, again) = twice(replayed(counted))
    assert calls == [build]
    assert rows == again
    assert first == second
    assert first is not second


def test_rows_of_others_make_it_build_anew() -> None:
    calls = []

    @replayed
    def world() -> User:
        calls.append(1)
        return UserFactory.create()

    with undone():
        world()
    other = UserFactory.create()
    assert world().pk != other.pk
    assert len(calls) == 2


def test_world_that_removes_rows_is_refused() -> None:
    UserFactory.create()

    @replayed
    def world() -> None:
        User.objects.all().delete()

    with pytest.raises(AssertionError, match="only adds"):
        world()


def test_what_is_made_afterwards_meets_no_key_of_a_played_row() -> None:
    worlds = twice(handling_world)
    assert len(worlds) == 2
    world: HandlingWorld = handling_world()
    assert {open_matter(world).street, open_matter(world).street} == {world.committee}
    extra = UserFactory.create()
    assert extra.pk not in {user.pk for user in world.users.values()}


def test_arguments_are_kept_apart() -> None:
    counts = []
    for rules in (True, False, True, False):
        with undone():
            intake_world(rules=rules)
            counts.append(RuleSet.objects.count())
    assert counts == [1, 0, 1, 0]
