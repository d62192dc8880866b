"""Naming inspectors, giving them something to look at, asking them each month, and taking in what they saw."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import Role, User
from deputies.accounts.queries import street_of
from deputies.organisations.queries import bodies
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.codes import new_token, token_hash
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.step import step
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import add_months, local_today
from opinions.handling.services import call, checked_text
from opinions.matters.models import Matter
from opinions.matters.services import fitting, hold_row
from opinions.plans.models import Plan
from supervision.inspections.access import keeps
from supervision.inspections.models import Check, Finding, Inspector, InspectorGroup, Watch
from supervision.inspections.queries import find_check, in_term
from supervision.programme.services import OFFICE_HOURS, in_office_hours

BATCH = 500
LONGEST_MONTHS = 36
MOST_INSPECTORS = 60
ACTOR = "群众监督员"
"""How the ledger names an inspector: the name stands with the check, for the committee alone."""
ASK = _("请您本月去看一看：{what}。点链接填写，{day} 前有效。")
name_verbs(
    {
        "make_inspectors": _("设立监督员小组"),
        "name_inspector": _("聘请监督员"),
        "end_inspector": _("监督员离任"),
        "watch": _("请监督员每月查看"),
        "end_watch": _("结束每月查看"),
        "inspector_check": _("监督员查看"),
    }
)


class CheckGone(DomainError):
    message = _("这个链接打不开了：可能过期了，或者地址不完整。请联系聘请您的街道。")
    status_code = 404


class CheckDone(CheckGone):
    """It was reported already; our answer may have got lost on a slow network."""

    message = _("您这个月的查看之前已经收到。链接只用一次，再填的没有记下。")
    status_code = 409


@step
def make_group(*, name: str, named_by: str, by: User, now: datetime) -> InspectorGroup:
    """设立监督员小组. Raises NotAllowed, InvalidInput."""
    check(by, Permission.PROGRAMME_EDIT)
    body = bodies().get(street_of(by))
    if body is None:
        raise NotAllowed
    name = checked_text(name, field="name", missing=_("请写小组名称。"), most=60)
    named_by = checked_text(named_by, field="named_by", missing=_("请写推荐单位。"), most=80)
    if InspectorGroup.objects.filter(organisation_id=body.pk, name=name).exists():
        raise InvalidInput(_("已经有这个名称的小组。"), field="name")
    group = InspectorGroup.objects.create(organisation_id=body.pk, name=name, named_by=named_by, made_at=now)
    record(group.chain, Fact(verb="make_inspectors", data={"body": name}), by=by, now=now, first=True)
    return group


def _hold(group: InspectorGroup, by: User) -> None:
    """Hold the group's row, for somebody of its committee. Raises NotAllowed."""
    InspectorGroup.objects.select_for_update().get(pk=group.pk)
    if not keeps(by, group):
        raise NotAllowed


@step
def name_inspector(
    *, group: InspectorGroup, name: str, phone: str, consented_on: date, since: date, until: date, by: User,
    now: datetime,
) -> Inspector:  # fmt: skip
    """聘请: a resident who has agreed, for a term; what nobody was asked to look at this month is asked anew.

    Raises NotAllowed, InvalidInput.
    """
    _hold(group, by)
    name = checked_text(name, field="name", missing=_("请填写姓名。"), most=40)
    if consented_on > min(since, local_today(now)):
        raise InvalidInput(_("要先有本人同意，再聘请。"), field="consented_on")
    if until < since or until > add_months(since, LONGEST_MONTHS):
        raise InvalidInput(_("任期要在聘请之后，最长三年。"), field="until")
    if group.inspectors.filter(ended_at=None).count() >= MOST_INSPECTORS:
        raise InvalidInput(_("一个小组最多 60 位监督员。"))
    row = Inspector.objects.create(
        group=group, name=name, phone=phone, consented_on=consented_on, since=since, until=until
    )
    record(group.chain, Fact(verb="name_inspector", data={"inspector": row.pk}), by=by, now=now)
    _arm(group, local_today(now))
    return row


def _arm(group: InspectorGroup, today: date) -> None:
    """Let the sweep look again at what has no check this month."""
    asked = Check.objects.filter(month=today.replace(day=1)).values("watch")
    group.watches.filter(ended_at=None, until__gte=today.replace(day=1)).exclude(pk__in=asked).update(next_on=today)


@step
def end_inspector(*, inspector: Inspector, by: User, now: datetime) -> None:
    """离任: the number is deleted at once, links that are open close. Raises NotAllowed."""
    _hold(inspector.group, by)
    held = Inspector.objects.filter(pk=inspector.pk, ended_at=None)
    if not held.update(ended_at=now, phone=""):
        return
    inspector.checks.filter(done_at=None).update(expires_on=local_today(now) - timedelta(days=1))
    record(inspector.group.chain, Fact(verb="end_inspector", data={"inspector": inspector.pk}), by=by, now=now)


@step
def put_on_watch(
    *, group: InspectorGroup, matter: Matter, what: str, since: date, until: date, by: User, now: datetime
) -> Watch:
    """请监督员每月查看 a matter, with its plan or project if it has one. Raises NotAllowed, InvalidInput."""
    _hold(group, by)
    hold_row(matter)
    if not matter.concerns(by):
        raise NotAllowed
    what = checked_text(what, field="what", missing=_("请写明看什么，监督员只看得到这句话。"), most=120)
    first, last = since.replace(day=1), until.replace(day=1)
    if last < max(first, local_today(now).replace(day=1)) or last > add_months(first, LONGEST_MONTHS):
        raise InvalidInput(_("请填写今后三年以内的月份。"), field="until")
    if Watch.objects.filter(group=group, matter=matter, ended_at=None).exists():
        raise InvalidInput(_("这个小组已经在看这件事。"), field="code")
    row = Watch.objects.create(
        group=group, matter=matter, plan=Plan.objects.of(matter).first(), what=what, since=first, until=last,
        next_on=max(first, local_today(now)),
    )  # fmt: skip
    _tell(matter, "watch", row, by=by, now=now)
    return row


def _tell(
    matter: Matter, verb: str, watch: Watch, *, by: User | None, now: datetime, reason: str = "", **data: Any
) -> None:
    """The step in the matter's history, whose row is held."""
    fact = Fact(verb=verb, reason=reason, data={"body": watch.group.name, **data}, audience=Audience.INTERNAL)
    record(matter.chain, fact, by=by, now=now, actor="" if by else ACTOR)


@step
def end_watch(*, watch: Watch, by: User, now: datetime) -> None:
    """结束每月查看. Twice changes nothing more. Raises NotAllowed."""
    _hold(watch.group, by)
    hold_row(watch.matter)
    if Watch.objects.filter(pk=watch.pk, ended_at=None).update(ended_at=now, next_on=None):
        watch.checks.filter(done_at=None).update(expires_on=local_today(now) - timedelta(days=1))
        _tell(watch.matter, "end_watch", watch, by=by, now=now)


def ask_for_checks(*, now: datetime) -> int:
    """Ask for the checks of this month, once each; part of the sweep, in office hours only. Returns how many watches
    were looked at. A month that has gone by is not asked for any more: it stays a gap."""
    if not in_office_hours(now):
        return 0
    asked = 0
    while found := _ask_batch(now):
        asked += found
    return asked


def watches_due(now: datetime) -> QuerySet[Watch]:
    """The watches that are to be looked at."""
    return Watch.objects.filter(next_on__lte=local_today(now)).order_by("next_on", "id")


@transaction.atomic
def _ask_batch(now: datetime) -> int:
    """One batch as sets: the watches, their inspectors, the checks, the messages, the next days."""
    today = local_today(now)
    month = today.replace(day=1)
    rows = list(watches_due(now).select_for_update(skip_locked=True)[:BATCH])
    if not rows:
        return 0
    asked = set(Check.objects.filter(watch__in=rows, month=month).values_list("watch", flat=True))
    serving = _serving({row.group_id for row in rows}, today)
    open_ones = [row for row in rows if row.since <= month <= row.until and row.pk not in asked]
    checks = [_check(row, serving[row.group_id], now) for row in open_ones if serving[row.group_id]]
    Check.objects.bulk_create(checks)
    queue(_drafts(checks), now=now)
    following = [(row, max(add_months(month, 1), row.since)) for row in rows]
    update_each(Watch, ("next_on",), [(row.pk, day if day <= row.until else None) for row, day in following])
    return len(rows)


def _serving(groups: Iterable[int], today: date) -> dict[int, list[Inspector]]:
    """Who of each group is within the term and can be written to."""
    found: dict[int, list[Inspector]] = defaultdict(list)
    for one in Inspector.objects.filter(in_term(today), group__in=groups).exclude(phone="").order_by("id"):
        found[one.group_id].append(one)
    return found


def _check(watch: Watch, serving: Sequence[Inspector], now: datetime) -> Check:
    """The check of this month, by whoever's turn it is."""
    month, token = local_today(now).replace(day=1), new_token()
    turn = (month.year * 12 + month.month + watch.pk) % len(serving)
    return Check(
        watch=watch, inspector=serving[turn], month=month, token=token, token_hash=token_hash(token),
        expires_on=add_months(month, 1) - timedelta(days=1), asked_at=now,
    )  # fmt: skip


def _drafts(checks: Iterable[Check]) -> Iterable[Draft]:
    for row in checks:
        with override(settings.LANGUAGE_CODE):
            subject = str(format_lazy(ASK, what=row.watch.what, day=f"{row.expires_on:%Y-%m-%d}"))
        yield Draft(
            key=f"check:{row.watch_id}:{row.month}", channel=Channel.SMS, address=row.inspector.phone, subject=subject,
            link=f"{settings.PUBLIC_URL}/i/{row.token}/", about=f"inspectors:{row.watch.group_id}",
            hours=OFFICE_HOURS,
        )  # fmt: skip


def open_check(token: str, *, now: datetime) -> Check:
    """The check that a link opens, until it is done or its month is over. Raises CheckGone, CheckDone."""
    found = find_check(token)
    if found is not None and found.done_at is not None:
        raise CheckDone
    if found is None or not found.open_on(local_today(now)):
        raise CheckGone
    return found


@step
def report(*, token: str, finding: str, text: str, now: datetime, photos: Sequence[StoredFile] = ()) -> Check:
    """What was seen, once, with photos (prepared, not saved yet). What does not agree with what was said is told to
    the supervising side. Raises CheckGone, InvalidInput."""
    row = open_check(token, now=now)
    if finding not in Finding.values:
        raise InvalidInput(_("请选择看到的情况。"), field="finding")
    text = fitting(text, field="text", most=2000)
    if finding != Finding.AS_PLANNED and not text:
        raise InvalidInput(_("请写下哪里落后、哪里不符。"), field="text")
    matter = row.watch.matter
    hold_row(matter)
    fresh = Check.objects.filter(pk=row.pk, done_at=None)
    if not fresh.update(done_at=now, finding=finding, text=text):
        raise CheckDone
    row.photos.set(save_prepared(photos))
    label = str(Finding(finding).label)
    _tell(matter, "inspector_check", row.watch, by=None, now=now, reason=text, finding=label)
    if finding == Finding.UNTRUE:
        roles = (Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR)
        told = _("监督员看到的与所说不符：{title}")
        call(matter, f"check{row.pk}", told, now=now, to=matter.street, roles=roles, more=text)
    return row
