"""A mark of quality calls on the ladder while the resident is asked, until it is lifted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Role, User
from liaison.base.notices.models import Notice
from opinions.handling.models import Reply
from opinions.matters.models import Matter
from supervision.escalation.models import Alert, Firing
from supervision.escalation.queries import fired_for, foresee, to_act
from supervision.escalation.services import fire_due, tell_due
from supervision.quality.models import ChecklistItem, QualityMark
from supervision.quality.services import lift_mark, load_checklist, mark_reply
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.ladder import LadderWorld, ladder_world
from tests.factories.matters import NOW, replied

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> LadderWorld:
    load_checklist()
    return ladder_world()


def marked(one: LadderWorld, by: User, code: str) -> Matter:
    matter = replied(one.world)
    fire_due(now=NOW)
    items = [ChecklistItem.objects.get(code=code)]
    mark_reply(reply=Reply.objects.get(matter=matter), items=items, reason="只有一句话", by=by, now=NOW)
    return matter


def told(matter: Matter) -> set[User]:
    return {alert.person for alert in Alert.objects.filter(firing__matter=matter).select_related("person")}


@pytest.mark.parametrize(("code", "trigger"), [("no_measure", "poor"), ("no_date", "low")])
def test_mark_on_a_reply_fires_its_rung_once_at_the_next_sweep(one: LadderWorld, code: str, trigger: str) -> None:
    matter = marked(one, one.world.secretary, code)
    assert [(row.rung.trigger, row.fired) for row in foresee(matter, now=NOW) if row.rung.trigger == trigger] == [
        (trigger, False)
    ]
    fire_due(now=NOW)
    fire_due(now=NOW)
    assert list(Firing.objects.filter(matter=matter).values_list("trigger", flat=True)) == [trigger]
    assert told(matter) == {one.chair if trigger == "poor" else one.world.secretary}
    tell_due(now=NOW + timedelta(days=1))
    told_body = Notice.objects.filter(key__startswith="ladder:", channel="in_app").latest("id").body
    assert "质量标为" in told_body
    assert "到期" not in told_body
    fire_due(now=NOW + timedelta(days=1))
    assert Firing.objects.filter(matter=matter).count() == 1, "the limit of the resident's rating lights nothing itself"


def test_lifted_mark_asks_nobody_to_act_any_more_and_is_not_told(one: LadderWorld) -> None:
    matter = marked(one, one.world.secretary, "no_measure")
    fire_due(now=NOW)
    assert to_act(one.chair).count() == 1
    desk = sign_in(Client(), one.chair)
    page = desk.get(reverse("escalation:lights")).content.decode()
    assert "质量标为“质量差”" in page
    assert "评价" not in page.split("data-row")[1], "the day of the resident's rating is no limit of anybody's work"
    lift_mark(mark=QualityMark.objects.get(matter=matter), reason="看错了", by=one.world.secretary, now=NOW)
    assert to_act(one.chair).count() == 0
    assert not any(firing.stands for firing in fired_for(Matter.objects.get(pk=matter.pk), one.chair))
    assert tell_due(now=NOW + timedelta(days=1)) == 0


def test_mark_on_the_street_s_own_reply_goes_to_the_district(one: LadderWorld) -> None:
    office = UserFactory.create(role=Role.DISTRICT_STAFF, organisation=one.world.congress)
    matter = replied(one.world)
    Reply.objects.filter(matter=matter).update(organisation=one.world.committee)
    fire_due(now=NOW)
    items = [ChecklistItem.objects.get(code="no_measure")]
    mark_reply(reply=Reply.objects.get(matter=matter), items=items, reason="只有一句话", by=office, now=NOW)
    fire_due(now=NOW)
    assert office in told(matter)
    assert one.chair not in told(matter)
