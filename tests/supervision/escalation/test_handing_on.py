"""Who stands in for whoever left between the firing and the telling, and what a rung out of use tells."""

from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Role, User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice
from liaison.base.workdays.arithmetic import SHANGHAI
from supervision.escalation.models import Alert, Firing, Rung
from supervision.escalation.queries import fired_for
from supervision.escalation.services import fire_due, handing_on, own_ladder, tell_due, tellable
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter
from tests.factories.matters import NOW

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
NIGHT = datetime(2026, 11, 23, 1, tzinfo=SHANGHAI)
MORNING = NIGHT + timedelta(hours=9)


@pytest.fixture
def one() -> LadderWorld:
    """A light turned yellow at night; its secretary is to hear of it in the morning."""
    one = ladder_world()
    lit_matter(one, warn_on=MONDAY, due_on=MONDAY + timedelta(days=4))
    fire_due(now=NIGHT)
    return one


def yellow() -> Firing:
    """What calls on the secretary."""
    return Firing.objects.select_related("matter", "told_by").get(rung__audience="street")


def told(user: User) -> int:
    return Notice.objects.filter(recipient=user, key__startswith="ladder:").count()


def leave(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def test_light_goes_to_the_rung_above_when_nobody_is_left(one: LadderWorld) -> None:
    leave(one.world.secretary)
    tell_due(now=MORNING)
    assert (told(one.world.secretary), told(one.chair)) == (0, 1)
    above = yellow().told_by
    assert above is not None
    assert (above.trigger, above.audience) == ("red", "street")
    reason = Event.objects.get(chain=yellow().matter.chain, verb="light_passed").reason
    assert reason.endswith(above.name)
    tell_due(now=MORNING)
    assert told(one.chair) == 1
    assert list(verify()) == []


def test_light_goes_to_who_came_in_the_place(one: LadderWorld) -> None:
    leave(one.world.secretary)
    heir = UserFactory.create(role=Role.STREET_SECRETARY, organisation=one.world.committee)
    tell_due(now=MORNING)
    assert (told(heir), told(one.chair), yellow().told_by) == (1, 0, None)


def test_colleague_who_is_told_anyway_is_told_once(one: LadderWorld) -> None:
    second = UserFactory.create(role=Role.STREET_SECRETARY, organisation=one.world.committee)
    Alert.objects.create(firing=yellow(), person=second, due_at=NIGHT)
    leave(one.world.secretary)
    tell_due(now=MORNING)
    assert (told(second), told(one.chair)) == (1, 0)
    assert not Event.objects.filter(verb="light_passed").exists()


def test_rung_out_of_use_tells_nobody_and_the_matter_says_so(one: LadderWorld) -> None:
    Rung.objects.filter(pk=yellow().rung_id).update(active=False)
    tell_due(now=MORNING)
    assert told(one.world.secretary) == told(one.chair) == 0
    assert Event.objects.get(verb="light_passed").reason == "这一级已停用，没有发出"
    unheard = {firing.pk: firing.unheard for firing in fired_for(yellow().matter, one.world.staff)}  # type: ignore[attr-defined]
    assert {pk: why for pk, why in unheard.items() if why} == {yellow().pk: "这一级已停用，没有发出"}
    panel = reverse("cases:matter", args=[yellow().matter.code])
    assert "这一级已停用，没有发出" in sign_in(Client(), one.world.staff).get(panel).content.decode()


def test_street_that_took_the_rung_over_tells_by_its_own(one: LadderWorld) -> None:
    made = own_ladder(street=one.world.committee, district=one.world.congress, by=one.world.secretary, now=NOW)
    Rung.objects.filter(organisation=one.world.congress, pk__in=[rung.copied_from_id for rung in made]).update(
        active=False
    )
    tell_due(now=MORNING)
    assert told(one.world.secretary) == 1


def test_rung_that_the_street_put_out_of_use_is_called_so(one: LadderWorld) -> None:
    made = own_ladder(street=one.world.committee, district=one.world.congress, by=one.world.secretary, now=NOW)
    Rung.objects.filter(pk__in=[rung.pk for rung in made if rung.copied_from_id == yellow().rung_id]).update(
        active=False
    )
    tell_due(now=MORNING)
    panel = reverse("cases:matter", args=[yellow().matter.code])
    page = sign_in(Client(), one.world.staff).get(panel).content.decode()
    assert ("这一级已停用，没有发出" in page, "没有人收到" in page) == (True, False)


def test_firing_across_the_border_of_a_batch_is_handed_on_once(one: LadderWorld) -> None:
    second = UserFactory.create(role=Role.STREET_SECRETARY, organisation=one.world.committee)
    Alert.objects.create(firing=yellow(), person=second, due_at=NIGHT)
    Rung.objects.filter(pk=yellow().rung_id).update(active=False)
    with patch.object(handing_on, "BATCH", 1):
        tell_due(now=MORNING)
    assert Event.objects.filter(verb="light_passed").count() == 1
    assert not Alert.objects.filter(firing=yellow()).exists()


def test_light_that_cannot_be_handed_on_waits_and_holds_up_no_telling(one: LadderWorld) -> None:
    lit_matter(one, warn_on=MONDAY, due_on=MONDAY + timedelta(days=4))
    fire_due(now=NIGHT)
    bad, good = Firing.objects.filter(rung__audience="street").order_by("id")
    heir = UserFactory.create(role=Role.STREET_SECRETARY, organisation=one.world.committee)
    leave(one.world.secretary)
    whole = handing_on._new

    def poisoned(begun: Any, firing: Firing, subject: Any) -> Any:
        if firing.pk == bad.pk:
            raise ZeroDivisionError("a rung that nobody foresaw")
        return whole(begun, firing, subject)

    assert tellable(MORNING)[heir.pk] == 2, "a dry run knows who stands in"
    assert one.world.secretary.pk not in tellable(MORNING)
    with patch.object(handing_on, "_new", poisoned):
        tell_due(now=MORNING)
        assert tell_due(now=MORNING) == 0
    held = {firing: [(row.person, row.digest_id is not None) for row in firing.alerts.all()] for firing in (bad, good)}
    assert held == {bad: [(one.world.secretary, False)], good: [(heir, True)]}
    assert told(heir) == 1
    tell_due(now=MORNING + timedelta(days=1))
    assert told(heir) == 2


def test_light_that_nobody_is_left_to_hear_of_stays_visible(one: LadderWorld) -> None:
    User.objects.exclude(pk=one.world.staff.pk).update(is_active=False)
    tell_due(now=MORNING)
    assert not Alert.objects.filter(firing=yellow(), digest__isnull=False).exists()
    panel = reverse("cases:matter", args=[yellow().matter.code])
    assert "没有人收到" in sign_in(Client(), one.world.staff).get(panel).content.decode()
