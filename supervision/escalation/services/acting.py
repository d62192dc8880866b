"""What was done about a red light by whoever must act: a sentence that stands in the history."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, NotAllowed
from opinions.matters.models import Matter
from opinions.matters.services import checked_text
from supervision.escalation.models import Alert, Firing
from supervision.escalation.queries import standing

DONE_MAX = 500

name_verbs({"supervise": _("督办过问")})


class NotStanding(DomainError):
    message = _("这盏灯已经灭了，或者已有人处理，不用再督办。")
    status_code = 409


@transaction.atomic
def acknowledge(*, firing: Firing, done: str, by: User, now: datetime) -> Firing:
    """Say what was done. Raises NotAllowed for who was not called on, InvalidInput, NotStanding."""
    done = checked_text(done, field="done", missing=_("请写明做了什么。"), most=DONE_MAX)
    if not Alert.objects.filter(firing=firing, person=by).exists():
        raise NotAllowed
    matter = Matter.objects.select_for_update().get(pk=firing.matter_id)
    held = Firing.objects.filter(pk__in=standing().filter(pk=firing.pk, acts=True, done_at=None).values("pk"))
    if not held.update(done_at=now, done_by=by, done=done):
        raise NotStanding
    firing.refresh_from_db()
    record(matter.chain, Fact(verb="supervise", data={"body": firing.rung.name}, reason=done), by=by, now=now)
    return firing
