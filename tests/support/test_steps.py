"""A step that is put back is the step that was walked, and it is put back nowhere else."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from pytest_django import Settings

from deputies.accounts.models import User
from liaison.base import stamps
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import WAYS, HandlingWorld, handling_world, open_matter, signed
from tests.support import steps
from tests.support.course import course
from tests.support.steps import step
from tests.support.test_replay import contents, undone

pytestmark = pytest.mark.django_db
Step = Callable[..., Matter]


class Counted:
    """`way` as a step of its own; `walked` says how often it was not put back."""

    def __init__(self, way: Step) -> None:
        self.walked = 0
        self.plain = getattr(way, "__wrapped__", way)
        self.step = step(self._walk)

    def _walk(self, world: HandlingWorld, *args: Any, **kwargs: Any) -> Matter:
        self.walked += 1
        return self.plain(world, *args, **kwargs)

    def from_the_world(self, before: Callable[[HandlingWorld], Any] = lambda world: None, **kwargs: Any) -> Any:
        """Take the step in a district of its own after `before`; all is undone again."""
        with undone():
            course.forget()
            world = handling_world()
            before(world)
            return self.step(world, **kwargs), contents()


@pytest.mark.parametrize("status", WAYS)
def test_third_time_puts_back_what_the_second_wrote(status: Status) -> None:
    way = Counted(WAYS[status])
    (_one, first), (made, rows), (again, put) = [way.from_the_world() for _time in range(3)]
    assert way.walked == 2
    assert put == rows
    assert {label: len(held) for label, held in put.items()} == {label: len(held) for label, held in first.items()}
    own = [{key: value for key, value in vars(one).items() if key[0] != "_"} for one in (made, again)]
    assert own[0] == own[1]
    assert made is not again


def _leaves(world: HandlingWorld) -> None:
    world.staff.organisation = world.places.station


def _rewrites(world: HandlingWorld) -> None:
    User.objects.filter(pk=world.staff.pk).update(name="王五")


def _takes_back(world: HandlingWorld) -> None:
    with undone():
        open_matter(world)


@pytest.mark.parametrize("before", [_leaves, _rewrites, _takes_back, lambda world: UserFactory.create()])
def test_step_is_walked_where_anything_else_was_done_before(before: Callable[[HandlingWorld], Any]) -> None:
    way = Counted(open_matter)
    for _time in range(3):
        way.from_the_world(before)
    assert way.walked == 3


def test_step_is_walked_where_a_setting_is_overridden(settings: Settings) -> None:
    way = Counted(open_matter)
    settings.PUBLIC_URL = "http://elsewhere"
    for _time in range(3):
        way.from_the_world()
    assert way.walked == 3


def test_step_is_walked_where_the_program_may_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not course.stands(handling_world())


def test_step_is_walked_where_commits_are_waited_for(django_capture_on_commit_callbacks: Any) -> None:
    assert not course.stands(handling_world())


def test_every_step_is_walked_by_choice() -> None:
    way = Counted(open_matter)
    with patch.object(steps, "WALKS", new=True):
        for _time in range(3):
            way.from_the_world()
    assert way.walked == 3


def _spoilt(way: Counted) -> dict[Any, int]:
    """How much the copies of reference data held after the step, which are then emptied."""
    stamps.forget_all()
    way.from_the_world()
    held = {key: value for key, (_version, value) in stamps._copies.items() if isinstance(value, dict | list)}
    counted = {key: len(value) for key, value in held.items()}
    for value in held.values():
        value.clear()
    return counted


def test_what_one_test_does_to_copies_reaches_no_other() -> None:
    way = Counted(open_matter)
    for _time in range(2):
        way.from_the_world()
    first = _spoilt(way)
    assert any(first.values())
    assert _spoilt(way) == first


def test_signing_in_changes_nothing_of_a_step() -> None:
    way = Counted(open_matter)
    for _time in range(3):
        way.from_the_world(lambda world: sign_in(Client(), world.staff))
    assert way.walked == 2


def test_steps_with_other_arguments_and_after_others_are_kept_apart() -> None:
    way = Counted(open_matter)
    for _time in range(3):
        (first, _rows), (second, rows) = way.from_the_world(title="甲"), way.from_the_world(signed, title="甲")
        assert (first.title, second.title, len(rows["opinions.Matter"])) == ("甲", "甲", 2)
        assert way.from_the_world(title="乙")[0].title == "乙"
    assert way.walked == 6


def test_step_that_takes_a_row_of_the_test_is_walked() -> None:
    way = Counted(signed)
    for _time in range(3):
        with undone():
            course.forget()
            world = handling_world()
            given = open_matter(world)
            assert way.step(world, given) is given
    assert way.walked == 3


def test_made_row_leads_to_the_rows_of_the_world() -> None:
    for _time in range(3):
        with undone():
            course.forget()
            world = handling_world()
            assert open_matter(world).street is world.committee


def test_step_that_removes_a_row_is_never_put_back() -> None:
    way = Counted(lambda world: world.helper.delete())
    for _time in range(3):
        way.from_the_world()
    assert way.walked == 3


def test_what_is_made_after_a_step_meets_no_key_of_its_rows() -> None:
    for _time in range(3):
        with undone():
            course.forget()
            world = handling_world()
            rows = [signed(world), signed(world), open_matter(world, title="丙")]
            assert len({row.pk for row in rows} | {Matter.objects.create(**_plain(rows[2])).pk}) == 4


def _plain(matter: Matter) -> dict[str, Any]:
    held = {key: value for key, value in vars(matter).items() if key[0] != "_"}
    return held | {"id": None, "code": "ABCDEFGH23"}
