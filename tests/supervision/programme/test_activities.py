"""Activities from plan to result: who may, who hears, what stands in histories, and what they never do to a matter."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.matters.models import Matter
from supervision.programme import services
from supervision.programme.models import Activity
from supervision.programme.queries import about, gathered, matters_of, visible_activities
from supervision.programme.states import ACTIVITY, TASK, ActivityStatus, TaskStatus
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, open_matter, signed
from tests.factories.programme import activity_data, announced, held, planned, task_data

LICENSED = {"kind": "licensed", "request": "代表要求看现场", "credential": "云汀 0012"}


def verbs(chain: str) -> list[str]:
    return list(Event.objects.filter(chain=chain).order_by("seq").values_list("verb", flat=True))


def told(user: Any) -> list[str]:
    rows = Notice.objects.filter(recipient=user, channel=Channel.IN_APP, link__startswith="/desk/supervision/")
    return list(rows.order_by("id").values_list("subject", flat=True))


@pytest.mark.parametrize(("table", "states"), [(ACTIVITY, ActivityStatus), (TASK, TaskStatus)])
def test_table_reaches_every_state_and_leaves_those_that_are_no_end(table: Any, states: Any) -> None:
    ends = {ActivityStatus.CONCLUDED, ActivityStatus.CANCELLED}
    assert {row.target for row in table.rows if row.target} == set(states)
    for status in set(states) - ends:
        assert [row for row in table.verbs_from(status) if row.target not in (None, status)]


def test_activity_goes_from_plan_to_result_and_matters_tell_it_without_being_solved(world: HandlingWorld) -> None:
    matter = signed(world)
    before = matter.status
    activity = held(world, matter, tasks=(task_data(world, matter=matter),))
    services.conclude(
        activity=activity, outcome="三项措施", outcome_class="agreed", results={matter.pk: "已列入整改"},
        by=world.staff, now=later(9),
    )  # fmt: skip
    ours = ["plan_activity", "announce_activity", "hold_activity", "give_task", "conclude_activity"]
    assert [verb for verb in verbs(matter.chain) if verb in ours] == ours
    assert verbs(activity.chain) == [
        "plan_activity", "ask_to_come", "ask_to_come", "announce_activity", "hold_activity", "conclude_activity",
    ]  # fmt: skip
    assert activity.links.get().result == "已列入整改"
    assert Matter.objects.get(pk=matter.pk).status == before, "rule 1: an activity solves nothing"
    assert list(verify()) == []


def test_only_the_organiser_keeps_it(world: HandlingWorld) -> None:
    activity = announced(world)
    for by in (world.other_staff, world.district_staff, world.handler, world.deputy_user, world.leader):
        with pytest.raises(NotAllowed):
            services.cancel(activity=activity, reason="不办", by=by, now=NOW)
    for by in (world.deputy_user, world.handler, world.leader):
        with pytest.raises(NotAllowed):
            services.plan_activity(data=activity_data(), by=by, now=NOW)


def test_whoever_is_asked_hears_when_it_is_announced_and_not_before(world: HandlingWorld) -> None:
    activity = planned(world)
    with pytest.raises(InvalidInput):
        services.announce(activity=activity, by=world.staff, now=NOW)
    announced(world, title="第二次")
    for user in (world.deputy_user, world.helper, world.handler, world.head):
        assert told(user) == ["请参加：第二次"]
    assert told(world.other_handler) == []


def test_postponed_activity_keeps_the_old_date_and_asks_anew(world: HandlingWorld) -> None:
    activity = announced(world)
    row = activity.participants.get(deputy=world.deputy)
    services.say(participant=row, coming=True, by=world.deputy_user, now=NOW)
    was, start = activity.starts_at, later(14)
    services.postpone(
        activity=activity, starts_at=start, ends_at=start + timedelta(hours=1), reason="暴雨", by=world.staff, now=NOW
    )
    row.refresh_from_db()
    event = Event.objects.get(chain=activity.chain, verb="postpone_activity")
    assert (event.data["was"], event.reason) == (was.isoformat(), "暴雨")
    assert (activity.status, activity.sequence, row.attendance) == ("announced", 1, "invited")
    assert told(world.deputy_user)[-1].startswith("已改期")


def test_postponing_to_the_same_time_is_refused_and_asks_nobody_anew(world: HandlingWorld) -> None:
    activity = announced(world)
    when = {"starts_at": activity.starts_at, "ends_at": activity.ends_at}
    with pytest.raises(InvalidInput):
        services.postpone(activity=activity, reason="暴雨", by=world.staff, now=NOW, **when)
    assert activity.sequence == 0


def test_cancelled_activity_needs_a_reason_and_is_the_end(world: HandlingWorld) -> None:
    activity = announced(world)
    with pytest.raises(InvalidInput):
        services.cancel(activity=activity, reason=" ", by=world.staff, now=NOW)
    services.cancel(activity=activity, reason="并入执法检查", by=world.staff, now=NOW)
    assert told(world.deputy_user)[-1] == "已取消：老旧小区路灯座谈会"
    with pytest.raises(WrongState):
        services.keep_minutes(activity=activity, minutes="开了", by=world.staff, now=later(8))


def test_minutes_wait_for_the_beginning(world: HandlingWorld) -> None:
    activity = announced(world)
    with pytest.raises(InvalidInput):
        services.keep_minutes(activity=activity, minutes="开了", by=world.staff, now=NOW)


def test_minutes_are_supplemented_while_there_is_no_result(world: HandlingWorld) -> None:
    activity = held(world)
    services.keep_minutes(activity=activity, minutes="商定四项措施。", by=world.staff, now=later(9))
    assert (activity.minutes, activity.status) == ("商定四项措施。", "held")
    services.conclude(activity=activity, outcome="有结果", outcome_class="partly", by=world.staff, now=later(9))
    with pytest.raises(WrongState):
        services.keep_minutes(activity=activity, minutes="再改", by=world.staff, now=later(10))


def test_date_of_an_announced_one_moves_by_postponing_alone(world: HandlingWorld) -> None:
    activity = announced(world)
    was = activity.starts_at
    data = activity_data(starts_at=later(20), ends_at=later(20), place="街道会议室")
    services.change_activity(activity=activity, data=data, by=world.staff, now=NOW)
    assert (activity.place, activity.starts_at, activity.sequence) == ("街道会议室", was, 1)


@pytest.mark.parametrize("missing", ["request", "credential", "body"])
def test_licensed_inspection_names_request_credential_and_body(world: HandlingWorld, missing: str) -> None:
    values = {**LICENSED, "body": world.department, missing: None if missing == "body" else " "}
    with pytest.raises(InvalidInput) as refused:
        planned(world, **values)
    assert refused.value.field == missing


def test_body_answers_the_deputies_who_want_to_see_it(world: HandlingWorld) -> None:
    activity = announced(world, kind="appointment", request="约见局长谈路灯", body=world.department)
    with pytest.raises(NotAllowed):
        services.answer(activity=activity, text="来", by=world.other_handler, now=NOW)
    services.answer(activity=activity, text="局长周三下午在", by=world.head, now=NOW)
    assert (activity.answer, activity.answered_at) == ("局长周三下午在", NOW)
    assert told(world.staff)[-1].startswith("单位已回复")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("kind", {"kind": "party"}),
        ("title", {"title": " "}),
        ("until", {"ends_at": later(6)}),
        ("last_day", {"ends_at": later(90)}),
        ("day", {"starts_at": later(2000), "ends_at": later(2000)}),
        ("closes_on", {"opens_on": TODAY}),
        ("closes_on", {"opens_on": TODAY, "closes_on": TODAY - timedelta(days=1)}),
    ],
)
def test_wrong_value_is_refused_at_its_field(world: HandlingWorld, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(world, **changes)
    assert refused.value.field == field


def test_matter_out_of_scope_is_not_attached(world: HandlingWorld) -> None:
    foreign = open_matter(world, street=world.other_committee, holder=world.other_committee)
    with pytest.raises(InvalidInput):
        planned(world, foreign)


def test_scope_is_the_organiser_those_above_and_those_asked(world: HandlingWorld) -> None:
    activity = announced(world)
    seeing = {name for name, user in world.users.items() if visible_activities(user).filter(pk=activity.pk).exists()}
    assert seeing == {"staff", "secretary", "helper", "district_staff", "leader", "deputy_user", "handler", "head"}


def test_planned_one_is_seen_by_its_organiser_and_those_above_alone(world: HandlingWorld) -> None:
    activity = planned(world)
    services.ask_to_come(
        activity=activity, circle=services.Circle(deputies=[world.deputy]), by=world.staff, now=NOW
    )  # fmt: skip
    assert not visible_activities(world.deputy_user).exists()
    assert visible_activities(world.district_staff).exists()


def test_department_sees_no_matter_that_it_does_not_have(world: HandlingWorld) -> None:
    matter = open_matter(world)
    activity = announced(world, matter)
    assert matters_of(activity, world.handler) == ([], 1)
    assert matters_of(activity, world.staff)[1] == 0


def test_matter_shows_its_activities_to_whom_they_concern(world: HandlingWorld) -> None:
    matter = signed(world)
    activity = announced(world, matter)
    planned(world, matter, title="还在筹备")
    assert about(matter, world.staff) == about(matter, world.handler) == [activity]
    assert about(matter, world.other_handler) == []


def test_opinions_of_the_announced_month_are_gathered_by_category_or_word(world: HandlingWorld) -> None:
    inside, other = open_matter(world), open_matter(world, category=None, title="井盖松动")
    open_matter(world, now=later(-40))
    lighting = inside.category
    assert lighting is not None
    days = {"opens_on": TODAY.replace(day=1), "closes_on": TODAY.replace(day=30)}
    theme = planned(world, kind="thematic", category=lighting.parent, **days)
    assert list(gathered(theme, world.staff)) == [inside]
    theme.tag = "井盖"
    assert set(gathered(theme, world.staff)) == {inside, other}
    assert services.attach_matters(activity=theme, matters=[inside, other], by=world.staff, now=NOW) == 2
    assert services.attach_matters(activity=theme, matters=[inside], by=world.staff, now=NOW) == 0
    assert not gathered(theme, world.staff).exists()
    assert verbs(inside.chain).count("plan_activity") == 1


def test_stale_screen_is_told(world: HandlingWorld) -> None:
    activity = announced(world)
    mine, yours = (Activity.objects.get(pk=activity.pk) for _screen in range(2))
    services.cancel(activity=mine, reason="并会", by=world.staff, now=NOW)
    with pytest.raises((StaleState, WrongState)):
        services.keep_minutes(activity=yours, minutes="开了", by=world.secretary, now=later(8))


def test_database_wants_an_outcome_of_what_is_concluded(world: HandlingWorld) -> None:
    activity = planned(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(status="concluded")
