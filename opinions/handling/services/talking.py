"""沟通: lines on a matter, internal among the bodies or public between body and resident (G7)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.errors import DomainError
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.models import LIVE
from opinions.handling.services.common import Side, call, news, side_of, step
from opinions.handling.standing import Standing
from opinions.matters.models import Line, Matter
from opinions.matters.services import add_line, attach


class NotToResident(DomainError):
    status_code = 403
    message = _("协办单位的意见请提交给主办单位，由主办单位统一对居民说明。")


@step
def say(*, matter: Matter, text: str, public: bool, by: User, now: datetime, photos: Sequence[StoredFile] = ()) -> Line:
    """Add a line, with photos that are prepared and not saved yet.

    Public ones speak for the body (or the deputy), by its name; co-handlers write internal ones only.
    """
    check(by, Permission.MATTER_NOTE, matter)
    standing = Standing(by, matter, local_today(now))
    if public and not standing.speaks_publicly:
        raise NotToResident
    audience = Audience.PUBLIC if public else Audience.INTERNAL
    side = side_of(standing)
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
    """Internal lines reach the street and the live handlers, less the body that wrote."""
    bodies = {row.organisation for row in matter.assignments.filter(status__in=LIVE).select_related("organisation")}
    for body in (bodies | {matter.street}) - {side.organisation}:
        call(matter, f"line{line.pk}", _("{title}：有新的内部留言"), now=now, to=body, more=line.body[:200])
