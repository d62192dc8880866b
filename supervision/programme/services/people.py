"""Who is asked to come, what they say, and who of those that must come was there (Z14).

Deputies are asked and thanked, never checked in: nobody marks a deputy absent (rule 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of
from deputies.roster.models import Deputy
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.step import step
from opinions.handling.queries import deputies_of
from opinions.handling.services import checked_text
from opinions.matters.services import fitting
from supervision.programme.access import answers_for
from supervision.programme.models import Activity, Participant
from supervision.programme.services.activities import when_and_where
from supervision.programme.services.common import (
    MOST_PEOPLE,
    NotNow,
    check_organiser,
    hold,
    people_of,
    staff_of_organiser,
    tell,
)
from supervision.programme.states import AHEAD, ActivityStatus, Attendance

NAME_MAX = 60


@dataclass(frozen=True, kw_only=True)
class Circle:
    """Whom to ask: deputies, bodies (with the name of the official), staff, people from outside by their names."""

    deputies: Sequence[Deputy] = ()
    bodies: Sequence[Organisation] = ()
    official: str = ""
    required: bool = False
    """Whether the officials of these bodies must come."""
    staff: Sequence[User] = ()
    others: Sequence[str] = ()


@step
def ask_to_come(*, activity: Activity, circle: Circle, by: User, now: datetime) -> list[Participant]:
    """请人参加; whoever is asked already is passed over. After the announcement the new ones hear at once.

    Raises NotAllowed, InvalidInput, NotNow.
    """
    check_organiser(activity, by)
    if activity.status not in AHEAD:
        raise NotNow
    _check_circle(activity, circle)
    held = list(activity.participants.all())
    rows = [one for one in _rows(activity, circle) if _key(one) not in {_key(row) for row in held}]
    if not rows:
        raise InvalidInput(_("没有新的人：请至少选择一位，已经请过的不用再请。"))
    if len(held) + len(rows) > MOST_PEOPLE:
        raise InvalidInput(_("一次活动最多请 200 人。"))
    made = Participant.objects.bulk_create(rows)
    named = "、".join(str(row) for row in made)[:1000]
    record(activity.chain, Fact(verb="ask_to_come", data={"body": named}), by=by, now=now)
    if activity.status == ActivityStatus.ANNOUNCED:
        tell(activity, "announce", _("请参加：{title}"), to=people_of(made), now=now, more=when_and_where(activity))
    return made


def _key(row: Participant) -> tuple[object, ...]:
    return row.deputy_id, row.body_id, row.user_id, row.name


def _rows(activity: Activity, circle: Circle) -> list[Participant]:
    rows = [Participant(activity=activity, deputy=one) for one in circle.deputies]
    named = {"name": fitting(circle.official, field="official", most=NAME_MAX), "required": circle.required}
    rows += [Participant(activity=activity, body=one, **named) for one in circle.bodies]
    rows += [Participant(activity=activity, user=one) for one in circle.staff]
    others = [fitting(one, field="others", most=NAME_MAX) for one in circle.others]
    return rows + [Participant(activity=activity, name=one) for one in others if one]


def _check_circle(activity: Activity, circle: Circle) -> None:
    """Only deputies in office and bodies of the district, and the organiser's own staff."""
    district = district_of(activity.organiser)
    keys = {one.pk for one in circle.deputies}
    if keys and (district is None or deputies_of(district).filter(pk__in=keys).count() != len(keys)):
        raise InvalidInput(_("只能选择本区在任的代表。"), field="deputies")
    if any(district_of(one) != district for one in circle.bodies):
        raise InvalidInput(_("只能选择本区的单位。"), field="bodies")
    if any(one.organisation_id != activity.organiser_id for one in circle.staff):
        raise InvalidInput(_("只能选择本机构的工作人员。"), field="staff")


@step
def let_go(*, participant: Participant, by: User, now: datetime) -> None:
    """不再邀请, before it is held. Raises NotAllowed, NotNow."""
    activity = participant.activity
    check_organiser(activity, by)
    if activity.status not in AHEAD:
        raise NotNow
    record(activity.chain, Fact(verb="let_go", data={"body": str(participant)}), by=by, now=now)
    told = people_of([participant]) if activity.status == ActivityStatus.ANNOUNCED else []
    key = f"let_go{participant.pk}"
    participant.delete()
    tell(activity, key, _("不用参加了：{title}"), to=told, now=now)


@step
def say(*, participant: Participant, coming: bool, by: User, now: datetime, reason: str = "") -> Participant:
    """能参加 or 请假, until it is held; of whoever must come a reason is asked, of a deputy none.

    Raises NotAllowed, NotNow, InvalidInput.
    """
    activity = participant.activity
    hold(activity)
    if not answers_for(by, participant):
        raise NotAllowed
    if activity.status != ActivityStatus.ANNOUNCED:
        raise NotNow
    reason = "" if coming else fitting(reason, field="reason", most=300)
    if participant.required and not coming:
        reason = checked_text(reason, field="reason", missing=_("这次活动要求负责人到会，请写明请假的原因。"))
    said = Attendance.COMING if coming else Attendance.EXCUSED
    rows = Participant.objects.filter(pk=participant.pk)
    if not rows.exclude(attendance=said, reason=reason).update(attendance=said, reason=reason, decided_at=now):
        return participant
    participant.attendance, participant.reason = said, reason
    verb = "say_coming" if coming else "say_excused"
    record(activity.chain, Fact(verb=verb, reason=reason, data={"body": str(participant)}), by=by, now=now)
    if participant.required and not coming:
        key, to = f"excused{participant.pk}:{activity.version}", staff_of_organiser(activity)
        tell(activity, key, _("负责人请假：{title}"), to=to, now=now, more=f"{participant}：{reason}")
    return participant


@step
def mark(*, activity: Activity, marks: Mapping[int, str], by: User, now: datetime) -> int:
    """登记到会 once it has begun: by the ids of participants. Absent is only who had to come; returns how many
    changed. Raises NotAllowed, NotNow, InvalidInput."""
    check_organiser(activity, by)
    if activity.status not in (ActivityStatus.ANNOUNCED, ActivityStatus.HELD) or activity.starts_at > now:
        raise NotNow
    allowed = {Attendance.ATTENDED, Attendance.EXCUSED, Attendance.ABSENT}
    changed = []
    for row in activity.participants.select_related("deputy", "body", "user"):
        said = marks.get(row.pk) or row.attendance
        if said == row.attendance:
            continue
        if said not in allowed or (said == Attendance.ABSENT and not row.required):
            raise InvalidInput(_("只有要求到会的负责人才登记未到。"))
        row.attendance, row.decided_at = said, now
        changed.append(row)
    Participant.objects.bulk_update(changed, ["attendance", "decided_at"])
    facts = [Fact(verb="mark_attendance", target=row.attendance, data={"body": str(row)}) for row in changed]
    if facts:
        record(activity.chain, *facts, by=by, now=now)
    return len(changed)
