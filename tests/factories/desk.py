"""A matter with much around it, for pages that must ask as little of the database for thirty rows as for one."""

from datetime import datetime, timedelta
from typing import Any

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.files.models import StoredFile
from liaison.base.privacy import blind_index
from opinions.catalog.models import ClockKind, Reason, ReasonKind
from opinions.clocks.models import Clock
from opinions.evaluation.models import Rating, Solved
from opinions.handling.models import Assignment, AssignmentStatus, Part, Reply, ReplyPoint, ReplyStatus
from opinions.matters.models import Attachment, Line, Matter, Reporter, Satisfaction
from opinions.matters.services import new_link_key


def crowd(matter: Matter, *, count: int, body: Organisation, by: User, now: datetime) -> None:
    """Add `count` of everything that the matter page shows: events, lines, files, residents with their ratings,
    assignments that were returned, replies with points, clocks that have stopped."""
    reason = Reason.objects.filter(kind=ReasonKind.RETURN).first()
    record(matter.chain, *[Fact(verb="note", data={"body": str(body)}) for _n in range(count)], by=by, now=now)
    for number in range(count):
        at = now + timedelta(minutes=number)
        common: dict[str, Any] = {"matter": matter, "organisation": body}
        Line.objects.create(**common, body="已联系现场", audience=Audience.INTERNAL, by=by, author=by.signature, at=at)
        Attachment.objects.create(matter=matter, stored=_photo(at, by), audience=Audience.INTERNAL, by=by, at=at)
        reporter = _resident(matter, number, at)
        assignment = Assignment.objects.create(
            **common, part=Part.SEPARATE, status=AssignmentStatus.RETURNED, assigned_at=at, returned_at=at,
            return_reason=reason, return_text="不属本单位", suggested=body, signed_by=by, signed_at=at,
        )  # fmt: skip
        reply = _reply(assignment, by, at)
        rating = Rating.objects.create(
            matter=matter, reporter=reporter, reply=reply, round=1, satisfaction=Satisfaction.UNSATISFIED,
            solved=Solved.NO, at=at,
        )  # fmt: skip
        rating.reasons.add(*Reason.objects.filter(kind=ReasonKind.UNSATISFIED)[:1])
        day = at.date()
        Clock.objects.create(
            **common, kind=ClockKind.SIGN, amount=2, unit="working_days", started_on=day, warn_on=day, due_on=day,
            stopped_at=at, outcome="return",
        )  # fmt: skip


def _photo(at: datetime, by: User) -> StoredFile:
    """The record of a photo; its bytes are not looked at."""
    return StoredFile.objects.create(
        kind=StoredFile.Kind.IMAGE, name="路灯.jpg", content_type="image/jpeg", size=1, sha256="0" * 64, width=1,
        height=1, file="none.jpg", thumbnail="none.jpg", created_at=at, created_by=by,
    )  # fmt: skip


def _resident(matter: Matter, number: int, at: datetime) -> Reporter:
    phone = f"139{number:08}"
    return Reporter.objects.create(
        matter=matter, name="李四", phone=phone, phone_index=blind_index(phone), link_key=new_link_key(), created_at=at
    )


def _reply(assignment: Assignment, by: User, at: datetime) -> Reply:
    reply = Reply.objects.create(
        matter=assignment.matter, assignment=assignment, organisation=assignment.organisation, text="已换灯头",
        status=ReplyStatus.ISSUED, written_by=by, written_at=at, approved_by=by, issued_at=at,
    )  # fmt: skip
    ReplyPoint.objects.create(reply=reply, order=1, problem="灯不亮", measure="换灯头", person="王五", due_on=at.date())
    return reply
