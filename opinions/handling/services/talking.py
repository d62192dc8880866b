"""沟通: lines on a matter, internal among the bodies or public between body and resident (G7)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import Role, User
from liaison.base.audit.models import Audience
from liaison.base.errors import DomainError
from liaison.base.files.models import StoredFile
from liaison.base.files.services import discard, save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.models import LIVE
from opinions.handling.services.common import Side, call, news, side_of
from opinions.handling.standing import Standing
from opinions.matters.models import Line, Matter
from opinions.matters.services import SAID_AGAIN, add_line, already_said, attach, hold_row

ONLY_THE_LEAD = _("对居民说话由领办这件事的代表来说；您的意见请写成内部留言。")


class NotToResident(DomainError):
    status_code = 403
    message = _("协办单位的意见请提交给主办单位，由主办单位统一对居民说明。")


@step
def say(*, matter: Matter, text: str, public: bool, by: User, now: datetime, photos: Sequence[StoredFile] = ()) -> Line:
    """Add a line, with photos that are prepared and not saved yet.

    Public ones speak for the body (or the deputy), by its name; co-handlers write internal ones only. The same sent
    again at once adds nothing: the line of the first press comes back.
    """
    check(by, Permission.MATTER_NOTE, matter)
    hold_row(matter)
    standing = Standing(by, matter, local_today(now))
    if public and not standing.speaks_publicly:
        raise NotToResident(ONLY_THE_LEAD if by.role == Role.DEPUTY else None)
    audience = Audience.PUBLIC if public else Audience.INTERNAL
    side = side_of(standing)
    if already_said(matter=matter, body=text, audience=audience, stored=photos, by=by, now=now):
        discard(photos)
        return Line.objects.filter(matter=matter, by=by, audience=audience, at__gte=now - SAID_AGAIN).latest("id")
    line = add_line(
        matter=matter, body=text, audience=audience, by=by, now=now, author=side.name if public else by.signature
    )
    attach(matter=matter, stored=save_prepared(photos), audience=audience, by=by, now=now)
    if public:
        news(matter, f"line{line.pk}", _("您反映的事项（编号 {code}）有新的留言。"), now=now)
    else:
        _tell_the_others(matter, line, side, now=now)
    return line


def _tell_the_others(matter: Matter, line: Line, side: Side, *, now: datetime) -> None:
    """Internal lines reach the street, the live handlers and the deputies who follow, less whoever wrote."""
    key, text = f"line{line.pk}", _("{title}：有新的内部留言")
    joined = [row.deputy for row in matter.companions.filter(status="joined").select_related("deputy")]
    leading = [matter.deputy] if joined and matter.deputy else []
    for deputy in {*leading, *joined} - {side.deputy}:
        call(matter, key, text, now=now, deputy=deputy, more=line.body[:200])
    bodies = {row.organisation for row in matter.assignments.filter(status__in=LIVE).select_related("organisation")}
    streets = {row.street for row in matter.joint_streets.select_related("street")}
    for body in (bodies | streets | {matter.street}) - {side.organisation}:
        call(matter, key, text, now=now, to=body, more=line.body[:200])
