"""联办: co-handlers that are added later, and other streets whom a matter concerns as well (H9)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import street_committees_of
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from opinions.handling.models import Assignment, JointStreet, Part
from opinions.handling.queries import handlers_for
from opinions.handling.services.assigning import give_to, tell_of_lawsuits
from opinions.handling.services.common import call, side_of, standing_for
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter, checked_text


@step
def add_co(*, matter: Matter, bodies: Sequence[Organisation], task: str, by: User, now: datetime) -> list[Assignment]:
    """增加协办单位 beside a lead that is at work, whose draft and limit stay. Raises InvalidInput."""
    standing = standing_for("add_co", matter=matter, by=by, now=now)
    task = checked_text(task, field="task", missing=_("请写明请他们做什么。"))
    busy = {row.organisation for row in standing.live}
    fresh = [body for body in dict.fromkeys(bodies) if body not in busy]
    if not fresh or not set(handlers_for(matter)).issuperset(fresh):
        raise InvalidInput(_("请选择本区在用、还没有承办这件事的单位。"), field="bodies")
    side = side_of(standing)
    data = {"body": "、".join(body.name for body in fresh), "by": side.name}
    advance_matter(matter, "add_co", by=by, now=now, reason=task, actor=side.actor, data=data)
    rows = [give_to(matter, body, Part.CO, task, side=side, by=by, now=now) for body in fresh]
    tell_of_lawsuits(matter, rows, now=now)
    return rows


@step
def join_streets(
    *, matter: Matter, streets: Sequence[Organisation], task: str, by: User, now: datetime
) -> list[JointStreet]:
    """Invite streets to a matter that lies with them too; each sees it from now on. Raises InvalidInput."""
    standing_for("join_streets", matter=matter, by=by, now=now)
    task = checked_text(task, field="task", missing=_("请写明请他们一起做什么。"), most=200)
    held = {matter.street_id, *matter.joint_streets.values_list("street", flat=True)}
    fresh = [body for body in dict.fromkeys(streets) if body.pk not in held]
    if not fresh or not set(street_committees_of(matter.district)).issuperset(fresh):
        raise InvalidInput(_("请选择本区的另一个街道或乡镇。"), field="streets")
    rows = [JointStreet(matter=matter, street=body, task=task, added_by=by, added_at=now) for body in fresh]
    JointStreet.objects.bulk_create(rows)
    data = {"body": "、".join(body.name for body in fresh)}
    advance_matter(matter, "join_streets", by=by, now=now, reason=task, data=data)
    for body in fresh:
        call(matter, "join_streets", _("请你街道一起办：{title}"), now=now, to=body, more=task)
    return rows
