"""答复: drafting, approval by the head of the same body, issuing; the co-handler's opinion; results from above."""

from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission
from deputies.accounts.models import Role, User
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import ClockKind
from opinions.clocks.services import stop_clocks
from opinions.handling.content import Content, Point, faults
from opinions.handling.guest import Worker, account_of, credited
from opinions.handling.models import Assignment, AssignmentStatus, Reply, ReplyPoint, ReplyStatus
from opinions.handling.queries import last_lead
from opinions.handling.services.common import call, news, revoke, side_of, standing_for
from opinions.handling.services.outcome import become_replied
from opinions.handling.standing import REPLYING, Standing
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, checked_text
from opinions.promises.services import make_promises


class NotComplete(InvalidInput):
    message = _("答复还不完整，请补齐后再送审。")


@step
def save_draft(*, matter: Matter, content: Content, by: User, now: datetime, version: int | None = None) -> Reply:
    """Keep what was written so far, complete or not. `version` is that of the draft on the writer's screen, 0 for none.

    Raises StaleState when somebody else of the body has saved in between. Writes no event: nothing happened yet.
    """
    return _save(standing_for("draft", matter=matter, by=by, now=now), content, by=by, now=now, version=version)


@step
def submit_for_approval(
    *, matter: Matter, content: Content, by: Worker, now: datetime, version: int | None = None
) -> Reply:
    """送审: save, and ask the head of the same body. Raises NotComplete with the first fault."""
    standing = standing_for("draft", matter=matter, by=by, now=now)
    _check(content, now)
    reply = _save(standing, content, by=by, now=now, version=version)
    body = reply.assignment.organisation  # type: ignore[union-attr]
    advance_matter(matter, "draft", **credited(by), now=now, data={"body": body.name})
    reply.status, reply.sent_back_reason = ReplyStatus.PENDING, ""
    reply.save(update_fields=["status", "sent_back_reason"])
    if reply.assignment is not None and reply.assignment.by_link:
        to = reply.assignment.assigned_by_organisation or matter.street
        call(matter, "draft", _("请代为审签答复：{title}"), now=now, to=to, more=body.name)
    else:
        call(matter, "draft", _("请审签答复：{title}"), now=now, to=body, roles=[Role.DEPARTMENT_HEAD])
    return reply


@step
def send_back(*, matter: Matter, reason: str, by: User, now: datetime) -> Reply:
    """退回修改: the head wants the draft changed."""
    standing = standing_for("send_back", matter=matter, by=by, now=now)
    reply = _pending(standing)
    reason = checked_text(reason, field="reason", missing=_("请写明要怎样修改。"))
    body = standing.acting.organisation  # type: ignore[union-attr]
    advance_matter(matter, "send_back", by=by, now=now, reason=reason, data={"body": body.name})
    reply.status, reply.sent_back_reason = ReplyStatus.SENT_BACK, reason
    reply.save(update_fields=["status", "sent_back_reason"])
    call(matter, "send_back", _("答复退回修改：{title}"), now=now, to=body, roles=[Role.HANDLER], more=reason)
    return reply


@step
def issue_reply(
    *, matter: Matter, by: User, now: datetime, content: Content | None = None, version: int | None = None
) -> Reply:
    """签发: the head approves the pending draft, as it stands or with `content` as corrected. Raises NotComplete."""
    standing = standing_for("reply", matter=matter, by=by, now=now)
    reply = _pending(standing)
    if content is not None:
        reply = _save(standing, content, by=by, now=now, version=version, author=reply.written_by)
    elif version is not None and version != reply.version:
        raise StaleState
    _check(content_of(reply), now)
    return _issue(standing, reply, by=by, now=now)


@step
def write_and_issue(*, matter: Matter, content: Content, by: User, now: datetime, version: int | None = None) -> Reply:
    """A head who writes the reply issues it in one step. Raises NotAllowed for others, NotComplete."""
    standing = standing_for("draft", matter=matter, by=by, now=now)
    if not standing.may(Permission.MATTER_APPROVE):
        raise NotAllowed
    _check(content, now)
    return _issue(standing, _save(standing, content, by=by, now=now, version=version), by=by, now=now)


def content_of(reply: Reply) -> Content:
    """What a stored reply says."""
    points = tuple(
        Point(problem=row.problem, measure=row.measure, person=row.person, due_on=row.due_on)
        for row in reply.points.order_by("order", "id")
    )
    return Content(text=reply.text, reply_class=reply.reply_class, points=points)


def _check(content: Content, now: datetime) -> None:
    for fault in faults(content, local_today(now)):
        raise NotComplete(fault.message, field=fault.field)


def _pending(standing: Standing) -> Reply:
    reply = standing.open_reply
    assert reply is not None  # noqa: S101 - the rule looked
    return reply


def _save(
    standing: Standing, content: Content, *, by: Worker, now: datetime, version: int | None, author: User | None = None
) -> Reply:
    """Write the draft by compare-and-set on its version; `author` keeps the writer where a head corrects."""
    held = standing.open_reply
    if version is not None and version != (held.version if held else 0):
        raise StaleState
    writer = author or account_of(by)
    values = {"text": content.text, "reply_class": content.reply_class, "written_by": writer, "written_at": now}
    if held is None:
        assignment = standing.acting
        assert assignment is not None  # noqa: S101 - the rule looked
        reply = Reply.objects.create(
            matter=standing.matter, assignment=assignment, organisation=assignment.organisation,
            round=standing.matter.round, **values,
        )  # fmt: skip
    else:
        reply = held
        changed = {**values, "version": held.version + 1}
        if not Reply.objects.filter(pk=held.pk, version=held.version, status=held.status).update(**changed):
            raise StaleState
        for name, value in changed.items():
            setattr(reply, name, value)
    write_points(reply, content)
    return reply


def write_points(reply: Reply, content: Content) -> None:
    """Replace the points of a reply by those of `content`."""
    reply.points.all().delete()
    rows = [ReplyPoint(reply=reply, order=number, **asdict(point)) for number, point in enumerate(content.filled, 1)]
    ReplyPoint.objects.bulk_create(rows)


def _issue(standing: Standing, reply: Reply, *, by: User, now: datetime) -> Reply:
    """The reply is out. The last of several separate replies, or the lead's one, moves the matter on."""
    matter, row = standing.matter, standing.acting
    assert row is not None  # noqa: S101 - the rule looked
    others = [one for one in standing.live if one.part in REPLYING and one.pk != row.pk]
    data = {"body": row.organisation.name, "class": reply.reply_class}
    if others:
        advance_matter(matter, "part_reply", by=by, now=now, data=data)
        stop_clocks(matter=matter, outcome="part_reply", now=now, organisation=row.organisation)
        news(matter, "part_reply", _("{body}已答复您反映的事项（编号 {code}）。"), now=now, body=row.organisation.name)
    else:
        become_replied(matter, "reply", by=by, actor="", now=now, reply_class=_worst_class(matter, reply), data=data)
        _finish_co_handlers(standing, row, now=now)
    _finish(row, AssignmentStatus.REPLIED, now=now)
    reply.status, reply.approved_by, reply.issued_at, reply.sent_back_reason = ReplyStatus.ISSUED, by, now, ""
    reply.save(update_fields=["status", "approved_by", "issued_at", "sent_back_reason"])
    make_promises(reply=reply, body=row.organisation, by=by, now=now)
    return reply


def _worst_class(matter: Matter, reply: Reply) -> str:
    """Of several separate replies of one round the matter carries the weakest: A only when all are A."""
    issued = matter.replies.filter(round=matter.round, status=ReplyStatus.ISSUED, assignment__isnull=False)
    return max([reply.reply_class, *issued.values_list("reply_class", flat=True)])


def _finish(row: Assignment, status: AssignmentStatus, *, now: datetime) -> None:
    row.status, row.finished_at, row.liable = status, now, False
    row.save(update_fields=["status", "finished_at", "liable"])


def _finish_co_handlers(standing: Standing, row: Assignment, *, now: datetime) -> None:
    """Co-handlers who gave no opinion in time are not waited for."""
    for one in standing.live:
        if one.pk != row.pk:
            revoke(one, now=now)


@step
def give_co_opinion(*, matter: Matter, text: str, by: User, now: datetime) -> Reply:
    """协办意见: goes to the lead, never to the resident; the lead answers once (代表法 practice of 主办、协办)."""
    row = standing_for("co_opinion", matter=matter, by=by, now=now).assignment
    assert row is not None  # noqa: S101 - the rule looked
    text = checked_text(text, field="text", missing=_("请写下协办意见。"))
    advance_matter(matter, "co_opinion", by=by, now=now, data={"body": row.organisation.name})
    kinds = [ClockKind.CO_OPINION]
    stop_clocks(matter=matter, outcome="co_opinion", now=now, kinds=kinds, organisation=row.organisation)
    _finish(row, AssignmentStatus.REPLIED, now=now)
    lead = last_lead(matter)
    to = lead.organisation if lead else matter.street
    call(matter, "co_opinion", _("{body}提出协办意见：{title}"), now=now, to=to, body=row.organisation.name)
    return Reply.objects.create(
        matter=matter, assignment=row, organisation=row.organisation, round=matter.round, text=text,
        status=ReplyStatus.OPINION, written_by=by, written_at=now, approved_by=by, issued_at=now,
    )  # fmt: skip


@step
def report_back(*, matter: Matter, content: Content, by: User, now: datetime, version: int | None = None) -> Reply:
    """反馈结果: what came of the proposal or the relay, told by whoever followed it. Raises NotComplete.

    `version` is that of a draft and means nothing here: a result is written in one go.
    """
    side = side_of(standing_for("report_back", matter=matter, by=by, now=now))
    _check(content, now)
    become_replied(
        matter, "report_back", by=by, actor=side.actor, now=now, reply_class=content.reply_class,
        data={"body": side.name, "class": content.reply_class},
    )  # fmt: skip
    reply = Reply.objects.create(
        matter=matter, round=matter.round, text=content.text, reply_class=content.reply_class,
        status=ReplyStatus.ISSUED, written_by=by, written_at=now, approved_by=by, issued_at=now,
    )  # fmt: skip
    write_points(reply, content)
    make_promises(reply=reply, body=side.organisation or matter.street, by=by, now=now)
    return reply
