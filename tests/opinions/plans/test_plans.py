"""办理计划: measures, milestones, progress, redoing, projects; who may, who sees, and what residents read."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.desk.queries import in_queue, queues_of
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.plans import services as plans
from opinions.plans.models import Measure, Milestone, Plan
from opinions.plans.queries import days_to_project, light_of, public_measures
from opinions.plans.services import MeasureData, ProjectData
from opinions.plans.states import MEASURE, MeasureStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, open_matter, signed

SOON = TODAY + timedelta(days=10)


def data(world: HandlingWorld, **changes: Any) -> MeasureData:
    values: dict[str, Any] = {
        "text": "更换东门三盏路灯", "body": world.department, "person": "李四", "due_on": SOON,
        "milestones": (("采购到货", SOON - timedelta(days=5)),), **changes,
    }  # fmt: skip
    return MeasureData(**values)


def measured(world: HandlingWorld, matter: Matter | None = None, **changes: Any) -> Measure:
    matter = matter or signed(world)
    return plans.add_measure(matter=matter, data=data(world, **changes), by=world.handler, now=NOW)


def finished(world: HandlingWorld) -> Measure:
    return plans.finish(measure=measured(world), by=world.handler, now=NOW)


def test_milestone_that_stays_as_it_is_outlives_a_change_and_another_is_planned_no_more(world: HandlingWorld) -> None:
    measure = measured(world)
    (stone,) = measure.milestones.all()
    plans.change_measure(measure=measure, data=data(world, person="王五"), reason="调岗", by=world.head, now=NOW)
    assert list(measure.milestones.all()) == [stone]
    other = data(world, milestones=(("安装", SOON),))
    plans.change_measure(measure=measure, data=other, reason="改为安装", by=world.head, now=NOW)
    assert [one.name for one in measure.milestones.all()] == ["安装"]
    with pytest.raises(StaleState):
        plans.reach(milestone=stone, by=world.head, now=NOW)


def test_measure_names_body_person_and_day_with_its_milestones(world: HandlingWorld) -> None:
    measure = measured(world)
    assert (measure.body, measure.person, measure.due_on) == (world.department, "李四", SOON)
    assert [one.name for one in measure.milestones.all()] == ["采购到货"]
    assert list(verify([measure.chain])) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " "}, "text"),
        ({"person": ""}, "person"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ({"due_on": date(2040, 1, 1)}, "due_on"),
        ({"milestones": (("晚了", SOON + timedelta(days=1)),)}, "milestones"),
    ],
)
def test_measure_without_what_it_needs_is_refused_at_the_field(
    world: HandlingWorld, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        measured(world, **change)
    assert caught.value.field == field
    assert not Plan.objects.exists()


def test_measure_of_a_body_elsewhere_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        measured(world, body=world.committee)


@pytest.mark.parametrize("name", ["staff", "other_handler", "deputy_user", "district_staff", "admin", "office_head"])
def test_only_the_lead_plans(world: HandlingWorld, name: str) -> None:
    with pytest.raises(NotAllowed):
        plans.add_measure(matter=signed(world), data=data(world), by=getattr(world, name), now=NOW)


def test_co_handler_reports_on_its_own_measure_only(world: HandlingWorld) -> None:
    matter = signed(world, co=(world.other_department,))
    own, leads = measured(world, matter, body=world.other_department), measured(world, matter)
    plans.add_progress(measure=own, text="已断电", phase="during", by=world.other_handler, now=NOW)
    plans.finish(measure=own, by=world.other_handler, now=NOW)
    with pytest.raises(NotAllowed):
        plans.finish(measure=leads, by=world.other_handler, now=NOW)


def test_body_with_a_measure_alone_reads_the_plan_and_reports_but_not_the_matter(world: HandlingWorld) -> None:
    matter = signed(world)
    measure = measured(world, matter, body=world.other_department)
    place, inside = (reverse(name, args=[matter.code]) for name in ("plans:plan", "desk:matter"))
    assert Notice.objects.get(recipient=world.other_handler, channel=Channel.IN_APP).link == place
    client = sign_in(Client(), world.other_handler)
    page = client.get(place).content.decode()
    assert measure.text in page
    assert reverse("plans:progress", args=[measure.pk]) in page
    assert (f'href="{inside}"' in page, client.get(inside).status_code) == (False, 404)
    assert client.post(reverse("plans:finish", args=[measure.pk])).status_code == 302
    measure.refresh_from_db()
    assert measure.status == MeasureStatus.DONE


def test_body_to_which_a_measure_passes_hears_of_it_once(world: HandlingWorld) -> None:
    measure = measured(world)
    told = Notice.objects.filter(recipient=world.other_handler, channel=Channel.IN_APP)
    for person in ("王五", "赵六"):
        passed = data(world, body=world.other_department, person=person)
        plans.change_measure(measure=measure, data=passed, reason="归口调整", by=world.handler, now=NOW)
    assert [row.body for row in told] == [measure.text]


def test_redo_keeps_who_was_responsible(world: HandlingWorld) -> None:
    measure = finished(world)
    row = plans.redo(measure=measure, reason="两盏仍不亮", due_on=SOON + timedelta(days=3), by=world.staff, now=later())
    assert (measure.status, measure.done_at, measure.due_on) == ("redo", None, SOON + timedelta(days=3))
    assert (row.body, row.person, row.was_due_on) == (world.department, "李四", SOON)
    changed = data(world, person="王五", due_on=SOON + timedelta(days=4), milestones=())
    plans.change_measure(measure=measure, data=changed, reason="李四调岗", by=world.handler, now=later())
    trail = list(Event.objects.filter(chain=measure.chain).order_by("seq").values_list("verb", "data__person"))
    assert [verb for verb, _person in trail] == ["add_measure", "finish_measure", "redo_measure", "change_measure"]
    assert measure.redos.get().person == "李四", "the trail stays with who it was"
    plans.finish(measure=measure, by=world.handler, now=later(2))
    plans.accept(measure=measure, by=world.staff, now=later(2))
    assert measure.status == MeasureStatus.ACCEPTED


def test_who_did_it_does_not_accept_it(world: HandlingWorld) -> None:
    measure = finished(world)
    for by in (world.handler, world.head, world.other_staff, world.deputy_user):
        with pytest.raises(NotAllowed):
            plans.accept(measure=measure, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            plans.redo(measure=measure, reason="不", due_on=SOON, by=by, now=NOW)


def test_two_people_at_once_do_it_once(world: HandlingWorld) -> None:
    measure = finished(world)
    mine, yours = (Measure.objects.get(pk=measure.pk) for _screen in range(2))
    plans.accept(measure=mine, by=world.staff, now=NOW)
    with pytest.raises((StaleState, WrongState)):
        plans.redo(measure=yours, reason="不亮", due_on=SOON, by=world.secretary, now=NOW)
    assert not measure.redos.exists()
    assert list(verify([measure.chain])) == []


def test_milestone_is_reached_once(world: HandlingWorld) -> None:
    one = measured(world).milestones.get()
    for _press in range(2):
        plans.reach(milestone=Milestone.objects.get(pk=one.pk), by=world.handler, now=NOW)
    one.refresh_from_db()
    assert one.reached_on == TODAY
    assert Event.objects.filter(verb="reach_milestone").count() == 1


def test_table_reaches_and_leaves_every_state() -> None:
    reached = {row.target for row in MEASURE.rows if row.target}
    assert reached == set(MeasureStatus)
    for status in MeasureStatus:
        assert [row for row in MEASURE.verbs_from(status) if row.target not in (None, status)]


def test_database_wants_the_time_of_what_is_done(world: HandlingWorld) -> None:
    measure = measured(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=measure.pk).update(status="done")


def overdue_for(user: User) -> list[Matter]:
    queue = next(one for one in queues_of(user) if one.key == "plan")
    return list(in_queue(Matter.objects.visible_to(user), user, queue))


def test_overdue_milestone_is_in_the_queue_of_the_lead_and_the_street(world: HandlingWorld) -> None:
    measure = measured(world, due_on=date(2029, 1, 1), milestones=())
    one = Milestone.objects.create(measure=measure, name="到货", due_on=date(2026, 1, 5))
    assert light_of(one.due_on, TODAY) == "red"
    assert light_of(TODAY, TODAY) == "yellow"
    for user in (world.handler, world.staff):
        assert len(overdue_for(user)) == 1
    assert overdue_for(world.other_handler) == []
    plans.reach(milestone=one, by=world.handler, now=NOW)
    assert overdue_for(world.handler) == overdue_for(world.staff) == []


def test_resident_reads_measures_without_people_or_chatter(world: HandlingWorld) -> None:
    measure = measured(world)
    plans.add_progress(measure=measure, text="老王说不好办", phase="during", by=world.handler, now=NOW)
    (one,) = public_measures(measure.plan.matter)
    assert (one.text, one.body, one.due_on, one.done) == (measure.text, world.department.name, SOON, False)
    reporter = measure.plan.matter.reporters.get()
    path = f"/t/{measure.plan.matter.code}/"
    page = Client().get(path, {"k": reporter.link_key}, follow=True).content.decode()
    assert "更换东门三盏路灯" in page
    assert "李四" not in page
    assert "老王" not in page
    assert "更换东门三盏路灯" not in Client().get(path).content.decode(), "a stranger reads the stages only"


def project(world: HandlingWorld, matter: Matter, *, now: Any = NOW, **changes: Any) -> Plan:
    values: dict[str, Any] = {"name": "东门路灯更新", "starts_on": SOON, "ends_on": SOON + timedelta(days=30)}
    data = ProjectData(**{**values, **changes})
    return plans.make_project(matter=matter, data=data, by=world.handler, now=now)


def test_suggestion_becomes_a_project_and_says_how_fast(world: HandlingWorld) -> None:
    plan = project(world, signed(world), now=later(6), budget_line="区级城维费")
    assert (plan.body, plan.project_on, days_to_project(plan)) == (world.department, TODAY + timedelta(days=6), 6)
    again = project(world, plan.matter, now=later(9), name="东门路灯和线缆更新")
    assert (again.pk, again.project_on) == (plan.pk, plan.project_on), "its day stays when the record is corrected"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"starts_on": date(2020, 1, 1)}, "starts_on"),
        ({"ends_on": SOON - timedelta(days=1)}, "ends_on"),
    ],
)
def test_project_with_days_that_make_no_sense_is_refused(
    world: HandlingWorld, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        project(world, signed(world), **change)
    assert caught.value.field == field


def test_plan_of_a_matter_out_of_scope_is_not_found(world: HandlingWorld) -> None:
    measure = measured(world)
    code = measure.plan.matter.code
    own = [reverse(f"plans:{name}", args=[code]) for name in ("plan", "add", "project")]
    own += [reverse(f"plans:{name}", args=[measure.pk]) for name in ("change", "progress", "redo")]
    taps = [reverse(f"plans:{name}", args=[measure.pk]) for name in ("finish", "accept")]
    taps.append(reverse("plans:reach", args=[measure.milestones.get().pk]))
    for user in (world.other_handler, world.other_staff, world.other_deputy_user, world.admin):
        client = sign_in(Client(), user)
        assert {client.get(path).status_code for path in own} <= {403, 404}
        assert {client.post(path).status_code for path in taps} <= {403, 404}
    assert {Client().get(path).status_code for path in own} == {302}


def test_screens_add_report_and_send_back(world: HandlingWorld) -> None:
    matter = signed(world)
    handler, staff = sign_in(Client(), world.handler), sign_in(Client(), world.staff)
    far = "2027-06-30"
    form = {"text": "换灯", "body": world.department.pk, "person": "李四", "due_on": far}
    wrong = handler.post(reverse("plans:add", args=[matter.code]), {**form, "name0": "到货"})
    assert (wrong.status_code, "请给这个节点选日期" in wrong.content.decode()) == (422, True)
    assert (
        handler.post(reverse("plans:add", args=[matter.code]), {**form, "name0": "到货", "day0": far}).status_code
        == 302
    )
    measure = Measure.objects.get()
    done = handler.post(reverse("plans:progress", args=[measure.pk]), {"phase": "after", "text": "已换好"})
    assert done.status_code == 302
    handler.post(reverse("plans:finish", args=[measure.pk]))
    short = staff.post(reverse("plans:redo", args=[measure.pk]), {"reason": "", "due_on": far})
    assert (short.status_code, "请写明哪里不达标" in short.content.decode()) == (422, True)
    staff.post(reverse("plans:redo", args=[measure.pk]), {"reason": "一盏不亮", "due_on": far})
    page = handler.get(reverse("plans:plan", args=[matter.code])).content.decode()
    for words in ("一盏不亮", "已换好", "到货", "不达标，重做"):
        assert words in page


def test_plan_page_asks_the_same_for_thirty_measures_as_for_one(world: HandlingWorld) -> None:
    matter = signed(world)
    counts = []
    client = sign_in(Client(), world.handler)
    for most in (1, 30):
        for _number in range(most - Measure.objects.count()):
            plans.add_progress(measure=measured(world, matter), text="一步", phase="during", by=world.handler, now=NOW)
        client.get(reverse("plans:plan", args=[matter.code]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("plans:plan", args=[matter.code]))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_plan_goes_on_after_a_promise(world: HandlingWorld) -> None:
    from tests.factories.matters import content

    matter = signed(world)
    measure = measured(world, matter)
    handling.write_and_issue(matter=matter, content=content("B"), by=world.head, now=NOW)
    plans.finish(measure=Measure.objects.get(pk=measure.pk), by=world.handler, now=later())


def test_merged_matter_takes_no_new_measure(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.merge(matter=matter, target=open_matter(world), by=world.staff, now=NOW)
    with pytest.raises((NotAllowed, plans.PlanClosed)):
        measured(world, matter)
