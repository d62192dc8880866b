"""Keeping a plan: measures, milestones, progress; sending back what is below standard; turning it into a project."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import advance
from opinions.handling.queries import handlers_for
from opinions.handling.services import call, checked_text
from opinions.matters.models import Matter
from opinions.matters.services import attach, hold_row
from opinions.matters.states import FINAL, Status
from opinions.plans.access import keeps, looks_after, works_on
from opinions.plans.models import Measure, Milestone, Phase, Plan, Progress, Redo
from opinions.plans.states import MEASURE
from opinions.proposals.access import may_found
from opinions.proposals.models import Proposal

MOST_MEASURES = 40
FURTHEST = 366 * 3
"""Days from today to the furthest day that a plan may name."""


class PlanClosed(DomainError):
    message = _("这件事已经结束，计划不能再改。")


class AlreadyProject(DomainError):
    message = _("这份建议已经立项，可以在项目里修改。")


class NoCarrier(DomainError):
    message = _("这份建议里没有您这边还在等结果、没有立项的意见，不能立项。")


@dataclass(frozen=True, kw_only=True)
class MeasureData:
    """What a measure says. `milestones` are names with days."""

    text: str
    body: Organisation
    person: str
    due_on: date
    milestones: Sequence[tuple[str, date]] = ()


def _keeper(matter: Matter, by: User) -> Plan:
    """The plan, made where there is none yet, for somebody who keeps it; a project made of a proposal goes on whatever
    becomes of the opinion that carries it. Raises NotAllowed, PlanClosed."""
    hold_row(matter)
    if not keeps(by, matter):
        raise NotAllowed
    plan = Plan.objects.filter(matter=matter).first() or Plan(matter=matter, body=by.organisation)
    if matter.status in (Status.DECLINED, Status.MERGED, Status.WITHDRAWN) and not plan.proposal_id:
        raise PlanClosed
    return plan


def _hold(measure: Measure) -> Matter:
    """The matter of a measure, its row held: its history is written by one at a time, and all lock in this order."""
    matter = measure.plan.matter
    hold_row(matter)
    return matter


def _check_day(day: date, today: date, *, field: str) -> None:
    if not today <= day or (day - today).days > FURTHEST:
        raise InvalidInput(_("请填写今天以后三年以内的日期。"), field=field)


def _check(matter: Matter, data: MeasureData, today: date) -> MeasureData:
    text = checked_text(data.text, field="text", missing=_("请写明做什么。"), most=300)
    person = data.person.strip()
    if not person or len(person) > 40:
        raise InvalidInput(_("请填写责任人姓名，40 个字以内。"), field="person")
    if data.body not in handlers_for(matter):
        raise InvalidInput(_("请选择本区在用的承办单位。"), field="body")
    _check_day(data.due_on, today, field="due_on")
    if any(day > data.due_on for _name, day in data.milestones):
        raise InvalidInput(_("节点的日期不能晚于措施的完成日期。"), field="milestones")
    return MeasureData(text=text, body=data.body, person=person, due_on=data.due_on, milestones=data.milestones)


def _tell(matter: Matter, verb: str, measure: Measure, *, by: User, now: datetime, reason: str = "") -> None:
    """The matter's history: internal, with who is responsible now."""
    data = {"body": measure.body.name, "person": measure.person, "measure": measure.text, "due": str(measure.due_on)}
    fact = Fact(verb=verb, reason=reason or measure.text, data=data, audience=Audience.INTERNAL)
    record(matter.chain, fact, by=by, now=now)


@step
def add_measure(*, matter: Matter, data: MeasureData, by: User, now: datetime) -> Measure:
    """列入措施, with its milestones; the body whose it is hears of it. Raises NotAllowed, InvalidInput, PlanClosed."""
    plan = _keeper(matter, by)
    data = _check(matter, data, local_today(now))
    if plan._state.adding:
        plan.made_at = now
        plan.save()
    if plan.measures.count() >= MOST_MEASURES:
        raise InvalidInput(_("措施太多了，请合并相近的。"))
    measure = Measure.objects.create(plan=plan, text=data.text, body=data.body, person=data.person, due_on=data.due_on)
    _write_milestones(measure, data.milestones)
    fact = Fact(verb="add_measure", target=measure.status, data={"body": data.body.name, "person": data.person})
    record(measure.chain, fact, by=by, now=now, first=True)
    _tell(matter, "add_measure", measure, by=by, now=now)
    if data.body.pk != by.organisation_id:
        _call(matter, f"measure{measure.pk}", _("请办理一项措施：{title}"), now=now, to=data.body, more=data.text)
    return measure


def _call(matter: Matter, key: str, text: Any, *, now: datetime, to: Organisation, more: str) -> None:
    """Tell the body whose part it is; it may have the plan alone, not the matter."""
    call(matter, key, text, now=now, to=to, more=more, link=f"/desk/matters/{matter.code}/plan/")


def _write_milestones(measure: Measure, wanted: Sequence[tuple[str, date]]) -> None:
    """Milestones that were reached or are named as they stand stay; the others are those now named."""
    held = list(measure.milestones.all())
    stay = [one for one in held if one.reached_on or (one.name, one.due_on) in wanted]
    measure.milestones.filter(reached_on__isnull=True).exclude(pk__in=[one.pk for one in stay]).delete()
    kept = {one.name for one in stay}
    rows = [Milestone(measure=measure, name=name, due_on=day) for name, day in wanted if name not in kept]
    Milestone.objects.bulk_create(rows)


def _move(measure: Measure, verb: str, *, by: User, now: datetime, reason: str = "", **changes: Any) -> None:
    """One step of a measure: compare-and-set, an event in its own chain, and one in the matter's history."""
    advance(
        measure, verb, workflow=MEASURE, by=by, now=now, chain=measure.chain, reason=reason, changes=changes,
        data={"body": measure.body.name, "person": measure.person},
    )  # fmt: skip
    _tell(measure.plan.matter, verb, measure, by=by, now=now, reason=reason)


@step
def change_measure(*, measure: Measure, data: MeasureData, reason: str, by: User, now: datetime) -> Measure:
    """调整措施 with a reason: who was responsible before stands in the history; a body to whom it passes hears of it.

    Raises NotAllowed, InvalidInput.
    """
    matter = measure.plan.matter
    _keeper(matter, by)
    data = _check(matter, data, local_today(now))
    reason = checked_text(reason, field="reason", missing=_("请写明为什么调整。"))
    passed_on = data.body not in (measure.body, by.organisation)
    told = f"{reason}（{measure.body.name} {measure.person} {measure.due_on}）"
    _move(
        measure, "change_measure", by=by, now=now, reason=told, text=data.text, body=data.body, person=data.person,
        due_on=data.due_on,
    )  # fmt: skip
    _write_milestones(measure, data.milestones)
    if passed_on:
        key = f"measure{measure.pk}.{measure.version}"
        _call(matter, key, _("请办理一项措施：{title}"), now=now, to=data.body, more=data.text)
    return measure


@step
def add_progress(
    *, measure: Measure, text: str, phase: str, by: User, now: datetime, photos: Sequence[StoredFile] = ()
) -> Progress:
    """报告进展, with photos (prepared, not saved yet). Raises NotAllowed, InvalidInput."""
    matter = _hold(measure)
    if not works_on(by, measure):
        raise NotAllowed
    text = checked_text(text, field="text", missing=_("请写下做了什么。"))
    if phase not in Phase.values:
        raise InvalidInput(_("请选择整改前、进行中或整改后。"), field="phase")
    row = Progress.objects.create(measure=measure, text=text, phase=phase, by=by, at=now)
    files = save_prepared(photos)
    row.photos.set(attach(matter=matter, stored=files, audience=Audience.INTERNAL, by=by, now=now))
    _tell(matter, "plan_progress", measure, by=by, now=now, reason=text[:300])
    return row


@step
def reach(*, milestone: Milestone, by: User, now: datetime) -> Milestone:
    """到达节点. Doing it twice does nothing. Raises NotAllowed, StaleState when it is planned no more."""
    measure = milestone.measure
    matter = _hold(measure)
    if not works_on(by, measure):
        raise NotAllowed
    today = local_today(now)
    if Milestone.objects.filter(pk=milestone.pk, reached_on__isnull=True).update(reached_on=today):
        milestone.reached_on = today
        _tell(matter, "reach_milestone", measure, by=by, now=now, reason=milestone.name)
    elif not Milestone.objects.filter(pk=milestone.pk).exists():
        raise StaleState
    return milestone


@step
def finish(*, measure: Measure, by: User, now: datetime) -> Measure:
    """办完了: the body says so; the street looks. Raises NotAllowed, StaleState."""
    matter = _hold(measure)
    if not works_on(by, measure):
        raise NotAllowed
    _move(measure, "finish_measure", by=by, now=now, done_at=now)
    told = _("措施已办完，请验看：{title}")
    call(matter, f"finish{measure.pk}.{measure.version}", told, now=now, to=matter.street, more=measure.text)
    return measure


@step
def accept(*, measure: Measure, by: User, now: datetime) -> Measure:
    """验看达标, by the committee."""
    if not looks_after(by, _hold(measure)):
        raise NotAllowed
    _move(measure, "accept_measure", by=by, now=now)
    return measure


@step
def redo(*, measure: Measure, reason: str, due_on: date, by: User, now: datetime) -> Redo:
    """不达标重做: why, and a new day; who was responsible is kept. Raises NotAllowed, InvalidInput, WrongState."""
    matter = _hold(measure)
    if not looks_after(by, matter):
        raise NotAllowed
    reason = checked_text(reason, field="reason", missing=_("请写明哪里不达标。"))
    _check_day(due_on, local_today(now), field="due_on")
    was_due_on = measure.due_on
    _move(measure, "redo_measure", by=by, now=now, reason=reason, done_at=None, due_on=due_on)
    row = Redo.objects.create(
        measure=measure, reason=reason, body=measure.body, person=measure.person, was_due_on=was_due_on, by=by, at=now
    )
    told = _("措施不达标，请重做：{title}")
    _call(matter, f"redo{measure.pk}.{measure.version}", told, now=now, to=measure.body, more=reason)
    return row


@dataclass(frozen=True, kw_only=True)
class ProjectData:
    """What a small project is called, when it is built and who pays."""

    name: str
    starts_on: date
    ends_on: date
    budget_line: str = ""


@step
def make_project(*, matter: Matter, data: ProjectData, by: User, now: datetime) -> Plan:
    """立项: the suggestion becomes a small project with its plan (Z12). Raises NotAllowed, InvalidInput, PlanClosed."""
    plan = _keeper(matter, by)
    if matter.status in FINAL and not plan.proposal_id:
        raise PlanClosed
    _found(plan, data, body=plan.body if plan.proposal_id else by.organisation, now=now)
    record(matter.chain, _founded(plan), by=by, now=now)
    return plan


@step
def make_project_of(*, proposal: Proposal, body: Organisation, data: ProjectData, by: User, now: datetime) -> Plan:
    """立项 from a proposal, for all opinions in it; `body` builds it and the committee keeps its plan.

    The opinions stay in the proposal, and each says so in its history. Raises NotAllowed, NoCarrier, AlreadyProject,
    StaleState, InvalidInput.
    """
    if not may_found(by, proposal):
        raise NotAllowed
    matters = _held_in(proposal)
    if Plan.objects.filter(proposal=proposal).exists():
        raise AlreadyProject
    plan = _carried(matters, by)
    if body not in handlers_for(plan.matter):
        raise InvalidInput(_("请选择本区在用的承办单位。"), field="body")
    plan.proposal = proposal
    _found(plan, data, body=body, now=now)
    for chain in (proposal.chain, *(matter.chain for matter in matters)):
        record(chain, _founded(plan), by=by, now=now)
    _call(plan.matter, f"project{plan.pk}", _("请实施项目：{title}"), now=now, to=body, more=plan.name)
    return plan


def _held_in(proposal: Proposal) -> list[Matter]:
    """The opinions in the proposal, all rows held. Raises StaleState when one came or went just before."""
    rows = Matter.objects.filter(proposal_links__proposal=proposal, proposal_links__unlinked_at=None).order_by("pk")
    matters = list(rows)
    for matter in matters:
        hold_row(matter)
    Proposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    if [matter.pk for matter in matters] != list(rows.values_list("pk", flat=True)):
        raise StaleState
    return matters


def _carried(matters: Iterable[Matter], by: User) -> Plan:
    """The plan of the first opinion that still waits in the proposal, is in the user's care and no project yet."""
    for matter in matters:
        plan = Plan.objects.filter(matter=matter).first() or Plan(matter=matter)
        if matter.status == Status.PROPOSED and plan.project_on is None and looks_after(by, matter):
            return plan
    raise NoCarrier


def _found(plan: Plan, data: ProjectData, *, body: Organisation | None, now: datetime) -> None:
    """Write the project down; its day stays when the record is corrected."""
    today = local_today(now)
    plan.name = checked_text(data.name, field="name", missing=_("请给项目起个名字。"), most=80)
    for field in ("starts_on", "ends_on"):
        _check_day(getattr(data, field), today, field=field)
    if data.ends_on < data.starts_on:
        raise InvalidInput(_("完工日期不能早于开工日期。"), field="ends_on")
    plan.body, plan.starts_on, plan.ends_on = body, data.starts_on, data.ends_on
    plan.budget_line, plan.project_on = data.budget_line.strip(), plan.project_on or today
    if plan._state.adding:
        plan.made_at = now
    plan.save()


def _founded(plan: Plan) -> Fact:
    data = {"body": plan.body.name if plan.body else "", "starts": str(plan.starts_on), "ends": str(plan.ends_on)}
    return Fact(verb="plan_project", reason=plan.name, data=data)
