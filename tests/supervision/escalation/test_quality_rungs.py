"""A mark of quality calls on the ladder once, in whatever state its matter is, until it is lifted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Role, User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice
from opinions.handling.models import Reply
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.escalation.models import Alert, Firing, Rung
from supervision.escalation.queries import fired_for, foresee, to_act
from supervision.escalation.services import fire_due, fire_marks, marks, plan_marks, save_rung, tell_due
from supervision.quality.models import ChecklistItem, QualityMark
from supervision.quality.services import lift_mark, load_checklist, mark_reply
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.ladder import LadderWorld, clock_of, ladder_world, lit_matter
from tests.factories.matters import NOW, bring_to, replied

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> LadderWorld:
    load_checklist()
    return ladder_world()


def settled(*, days: int = 0) -> int:
    return fire_marks(now=NOW + timedelta(days), limit=100)


def lift(one: LadderWorld, matter: Matter) -> None:
    mark = QualityMark.objects.get(matter=matter, lifted_at=None)
    lift_mark(mark=mark, reason="看错了", by=one.world.secretary, now=NOW)


def marked(one: LadderWorld, by: User, code: str) -> Matter:
    matter = replied(one.world)
    fire_due(now=NOW)
    items = [ChecklistItem.objects.get(code=code)]
    mark_reply(reply=Reply.objects.get(matter=matter), items=items, reason="只有一句话", by=by, now=NOW)
    return matter


def mark_again(matter: Matter, by: User, code: str) -> None:
    items = [ChecklistItem.objects.get(code=code)]
    mark_reply(reply=Reply.objects.get(matter=matter), items=items, reason="还是空话", by=by, now=NOW)


def told(matter: Matter) -> set[User]:
    return {alert.person for alert in Alert.objects.filter(firing__matter=matter).select_related("person")}


@pytest.mark.parametrize(("code", "trigger"), [("no_measure", "poor"), ("no_date", "low")])
def test_mark_on_a_reply_fires_its_rung_once_at_the_next_sweep(one: LadderWorld, code: str, trigger: str) -> None:
    matter = marked(one, one.world.secretary, code)
    assert [(row.rung.trigger, row.fired) for row in foresee(matter, now=NOW) if row.rung.trigger == trigger] == [
        (trigger, False)
    ]
    assert [one.code for one in plan_marks(now=NOW)] == [matter.code]
    assert (settled(), settled()) == (1, 0)
    assert list(Firing.objects.filter(matter=matter).values_list("trigger", flat=True)) == [trigger]
    assert told(matter) == {one.chair if trigger == "poor" else one.world.secretary}
    tell_due(now=NOW + timedelta(days=1))
    told_body = Notice.objects.filter(key__startswith="ladder:", channel="in_app").latest("id").body
    assert "质量标为" in told_body
    assert "到期" not in told_body
    fire_due(now=NOW + timedelta(days=1))
    settled(days=1)
    assert Firing.objects.filter(matter=matter).count() == 1, "the limit of the resident's rating lights nothing itself"


def test_lifted_mark_asks_nobody_to_act_any_more_and_is_not_told(one: LadderWorld) -> None:
    matter = marked(one, one.world.secretary, "no_measure")
    settled()
    assert to_act(one.chair).count() == 1
    desk = sign_in(Client(), one.chair)
    page = desk.get(reverse("escalation:lights")).content.decode()
    assert "质量标为“质量差”" in page
    assert "评价" not in page.split("data-row")[1], "the day of the resident's rating is no limit of anybody's work"
    lift(one, matter)
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
    settled()
    assert office in told(matter)
    assert one.chair not in told(matter)


def test_mark_on_a_closed_matter_reaches_the_ladder_once_and_is_taken_back(one: LadderWorld) -> None:
    matter = bring_to(one.world, Status.CLOSED)
    assert not matter.clocks.filter(stopped_at=None).exists()
    mark_again(matter, one.world.secretary, "no_measure")
    assert (settled(), settled(days=3)) == (1, 0)
    assert told(matter) == {one.chair}
    assert to_act(one.chair).get().writer == Reply.objects.get(matter=matter).organisation
    tell_due(now=NOW)
    lift(one, matter)
    assert settled() == 1
    assert Firing.objects.get(matter=matter).retracted_at == NOW
    back = Notice.objects.get(key__startswith="ladder:back:")
    assert (back.recipient, back.body) == (one.chair, "质量标记已撤销。原来的提醒收回。")
    assert Event.objects.get(chain=matter.chain, verb="light_off").reason == "质量标记已撤销。"
    mark_again(matter, one.world.secretary, "no_measure")
    settled()
    assert Firing.objects.filter(matter=matter, retracted_at=None).count() == 1, "a new mark is a new fact"
    assert not list(verify([matter.chain]))


def test_mark_that_was_not_told_yet_is_lifted_without_a_word(one: LadderWorld) -> None:
    matter = marked(one, one.world.secretary, "no_measure")
    settled()
    lift(one, matter)
    settled()
    assert tell_due(now=NOW) == 0
    assert not Notice.objects.filter(key__startswith="ladder:").exists()


def test_mark_fires_once_however_the_limits_of_its_matter_move(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=NOW.date() + timedelta(5), due_on=NOW.date() + timedelta(6))
    matter = marked(one, one.world.secretary, "no_date")
    settled()
    clock_of(matter, warn_on=clock.warn_on, due_on=clock.due_on, body=one.world.department)
    fire_due(now=NOW + timedelta(5))
    settled(days=5)
    assert Firing.objects.filter(matter=matter, trigger="low").count() == 1


def test_rung_added_later_hears_of_each_mark_once(one: LadderWorld) -> None:
    matter = marked(one, one.world.secretary, "no_measure")
    settled()
    rung = Rung(
        organisation=one.world.congress, name="质量差，区人大办公室知悉", trigger="poor", audience="district",
        channels=["in_app"],
    )  # fmt: skip
    save_rung(rung=rung, by=one.world.district_staff, now=NOW)
    assert (settled(), settled()) == (1, 0)
    assert list(Firing.objects.filter(matter=matter).values_list("rung__audience", flat=True)) == ["street", "district"]


def test_marks_cost_the_same_for_one_and_for_many(
    one: LadderWorld, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for _n in range(8):
        marked(one, one.world.secretary, "no_measure")
    with django_assert_max_num_queries(18):
        assert settled() == 8
    with django_assert_max_num_queries(1):
        assert settled() == 0
    for mark in QualityMark.objects.all():
        lift_mark(mark=mark, reason="看错了", by=one.world.secretary, now=NOW)
    with django_assert_max_num_queries(18):
        assert settled() == 8


def test_mark_that_raises_is_put_off_and_holds_up_no_other(one: LadderWorld) -> None:
    matters = [marked(one, one.world.secretary, "no_measure") for _n in range(3)]
    whole = marks._new

    def poisoned(begun: marks.Pass, row: marks.Subject) -> object:
        if row.matter == matters[1].pk:
            raise ZeroDivisionError("a rung that nobody foresaw")
        return whole(begun, row)

    with patch.object(marks, "_new", poisoned):
        assert settled() == 3
        assert settled() == 0, "it does not loop"
    assert Firing.objects.values("matter").distinct().count() == 2
    assert settled(days=1) == 1
    assert Firing.objects.filter(matter=matters[1]).count() == 1
