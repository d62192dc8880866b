"""Asking people to come: officials who must, deputies who are never checked in."""

import pytest
from django.db import IntegrityError, transaction

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed
from supervision.programme import services
from supervision.programme.models import Participant
from supervision.programme.queries import people, turnout, waiting_invitations
from supervision.programme.services import Circle, NotNow
from tests.factories.matters import NOW, HandlingWorld, later
from tests.factories.programme import announced, held, planned


def test_deputy_says_coming_or_not_without_a_reason(world: HandlingWorld) -> None:
    activity = announced(world)
    row = activity.participants.get(deputy=world.deputy)
    assert waiting_invitations(world.deputy_user, NOW) == [row]
    services.say(participant=row, coming=False, by=world.deputy_user, now=NOW)
    services.say(participant=row, coming=True, by=world.helper, now=NOW)
    services.say(participant=row, coming=True, by=world.deputy_user, now=NOW)
    told = Event.objects.filter(chain=activity.chain, verb__startswith="say_").order_by("seq")
    assert list(told.values_list("verb", flat=True)) == ["say_excused", "say_coming"], "said twice, told once"
    assert waiting_invitations(world.deputy_user, NOW) == []


def test_official_who_must_come_gives_a_reason(world: HandlingWorld) -> None:
    row = announced(world).participants.get(body=world.department)
    with pytest.raises(InvalidInput):
        services.say(participant=row, coming=False, by=world.handler, now=NOW)
    services.say(participant=row, coming=False, reason="市里开会，由副局长参加", by=world.head, now=NOW)
    assert (row.attendance, row.reason) == ("excused", "市里开会，由副局长参加")


def test_nobody_answers_for_others(world: HandlingWorld) -> None:
    rows = announced(world).participants
    for row, by in ((rows.get(deputy=world.deputy), world.staff), (rows.get(body=world.department), world.other_head)):
        with pytest.raises(NotAllowed):
            services.say(participant=row, coming=True, by=by, now=NOW)


def test_answers_end_when_it_is_held(world: HandlingWorld) -> None:
    row = held(world).participants.select_related("activity").get(deputy=world.deputy)
    with pytest.raises(NotNow):
        services.say(participant=row, coming=True, by=world.deputy_user, now=later(8))


def test_attendance_of_those_who_must_come_is_counted(world: HandlingWorld) -> None:
    activity = announced(world)
    more = Circle(bodies=[world.other_department, world.office], required=True)
    services.ask_to_come(activity=activity, circle=more, by=world.staff, now=NOW)
    first, second, third = activity.participants.filter(required=True).order_by("pk")
    marks = {first.pk: "attended", second.pk: "absent"}
    assert services.mark(activity=activity, marks=marks, by=world.staff, now=later(8)) == 2
    assert services.mark(activity=activity, marks=marks, by=world.staff, now=later(8)) == 0
    counted = turnout(people(activity))
    assert (counted.required, counted.attended, counted.absent, counted.open) == (3, 1, 1, 1)
    assert third.attendance == "invited"


def test_deputy_is_never_marked_absent(world: HandlingWorld) -> None:
    activity = announced(world)
    row = activity.participants.get(deputy=world.deputy)
    with pytest.raises(InvalidInput):
        services.mark(activity=activity, marks={row.pk: "absent"}, by=world.staff, now=later(8))
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.filter(pk=row.pk).update(attendance="absent")
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.filter(pk=row.pk).update(required=True)


def test_attendance_waits_for_the_beginning(world: HandlingWorld) -> None:
    with pytest.raises(NotNow):
        services.mark(activity=announced(world), marks={}, by=world.staff, now=NOW)


def test_same_people_are_asked_once(world: HandlingWorld) -> None:
    activity = planned(world)
    circle = Circle(deputies=[world.deputy], staff=[world.secretary], others=["周老师", " "])
    assert len(services.ask_to_come(activity=activity, circle=circle, by=world.staff, now=NOW)) == 3
    with pytest.raises(InvalidInput):
        services.ask_to_come(activity=activity, circle=circle, by=world.staff, now=NOW)


def test_only_people_of_the_district_are_asked(world: HandlingWorld) -> None:
    activity = planned(world)
    for circle in (Circle(staff=[world.other_staff]), Circle(staff=[world.handler])):
        with pytest.raises(InvalidInput):
            services.ask_to_come(activity=activity, circle=circle, by=world.staff, now=NOW)


def test_whoever_is_let_go_sees_it_no_more(world: HandlingWorld) -> None:
    activity = announced(world)
    row = activity.participants.select_related("activity", "deputy").get(deputy=world.deputy)
    services.let_go(participant=row, by=world.staff, now=NOW)
    assert waiting_invitations(world.deputy_user, NOW) == []
    assert activity.participants.count() == 1
