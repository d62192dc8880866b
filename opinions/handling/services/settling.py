"""马上办 (Z4): what can be done now is given out, signed and answered by one form, due the same working day."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.clocks.services import OwnLimit
from opinions.handling.content import Content, faults
from opinions.handling.models import Part, Reply, ReplyStatus
from opinions.handling.queries import fast_bodies
from opinions.handling.services.assigning import begin_handling, carry_out_sign, check_no_ring, give_out
from opinions.handling.services.common import call, news, side_of, standing_for
from opinions.handling.services.replying import NotComplete, write_points
from opinions.matters.models import Matter
from opinions.matters.services import advance_matter

SAME_DAY = OwnLimit(0)


@step
def settle(
    *, matter: Matter, tier: int, lead: Organisation, person: str, content: Content, by: User, now: datetime
) -> Reply:
    """Give the matter to `lead`, sign for it and send its reply to be approved, in one step.

    Open to the street's own bodies, and to any where a rule has put the matter on the fast lane. The body's own head
    (or the committee, for a body without accounts) still approves. Raises InvalidInput, NotComplete.
    """
    side = side_of(standing_for("settle", matter=matter, by=by, now=now))
    if lead not in fast_bodies(matter):
        raise InvalidInput(_("马上办只能交给本街道自己的单位；规则定为马上办的事项，才能直接交给部门。"), field="lead")
    for fault in faults(content, local_today(now)):
        raise NotComplete(fault.message, field="text" if fault.field == "text" else "measure")
    parts: dict[Part, list[Organisation]] = {Part.LEAD: [lead], Part.CO: [], Part.SEPARATE: []}
    check_no_ring(matter, parts)
    begin_handling(matter, "settle", parts, side=side, by=by, now=now, changes={"tier": tier, "fast_lane": True})
    (row,) = give_out(matter, parts, note="", side=side, by=by, now=now, limit=SAME_DAY)
    carry_out_sign(matter, row, person=person, by=by, now=now, answering=[lead.pk])
    reply = Reply.objects.create(
        matter=matter, assignment=row, organisation=lead, round=matter.round, text=content.text,
        reply_class=content.reply_class, status=ReplyStatus.PENDING, written_by=by, written_at=now,
    )  # fmt: skip
    write_points(reply, content)
    advance_matter(matter, "draft", by=by, now=now, data={"body": lead.name})
    call(matter, "draft", _("马上办，请审签答复：{title}"), now=now, to=lead, roles=[Role.DEPARTMENT_HEAD])
    news(matter, "settle", _("您反映的事项（编号 {code}）已由{body}马上办理。"), now=now, body=lead.name)
    return reply
