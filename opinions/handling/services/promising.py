"""承诺: what a reply promises begins with it, and a matter whose promise was missed is handled again (ADR 0017)."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import current
from liaison.base.files.models import StoredFile
from liaison.base.step import step
from opinions.catalog.models import Tier
from opinions.handling.models import Part
from opinions.handling.queries import handlers_for, last_lead
from opinions.handling.services.assigning import TIERS, begin_handling, give_out
from opinions.handling.services.common import Side, call, news
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status
from opinions.promises import services as promises
from opinions.promises.models import Promise
from opinions.promises.services import Heard


@step
def hear_of_promise(
    *, promise: Promise, reporter: Reporter, done: bool, now: datetime, text: str = "",
    photos: Sequence[StoredFile] = (),
) -> Heard:  # fmt: skip
    """The resident says 办到了 or 没有办到. What is not done after its day opens the closed matter again, without
    asking anybody. Raises what `promises.services.hear` raises."""
    heard = promises.hear(promise=promise, reporter=reporter, done=done, text=text, photos=photos, now=now)
    if heard.missed:
        _reopen(promise, text.strip(), by=None, now=now)
    return heard


@step
def miss_promise(*, promise: Promise, reason: str, by: User, now: datetime) -> bool:
    """核实没有办到, by the supervising side: as for the resident's word. Says whether it was missed; if not, the
    premature report was sent back. Raises what `promises.services.miss` raises."""
    missed = promises.miss(promise=promise, reason=reason, by=by, now=now)
    if missed:
        _reopen(promise, reason.strip(), by=by, now=now)
    return missed


def _reopen(promise: Promise, said: str, *, by: User | None, now: datetime) -> None:
    """A new round with the body that promised. Only what is closed is opened: what is still open is in hand, and what
    waits for its rating is sent back by that. Without a body that handles, the street is asked to find one."""
    matter = _root(promise.matter)
    if matter.status != Status.CLOSED:
        return
    body = _body(promise, matter)
    if body is None:
        text = _("承诺没有兑现，请选一个单位重启办理：{title}")
        call(matter, f"promise{promise.pk}", text, now=now, to=matter.street, more=promise.what)
        return
    with override(settings.LANGUAGE_CODE):
        why = str(_("承诺没有兑现：%(what)s（%(due)s 到期）。%(said)s")) % {
            "what": promise.what[:200], "due": promise.due_on, "said": said,
        }  # fmt: skip
    parts = {Part.LEAD: [body], Part.CO: [], Part.SEPARATE: []}
    tier = matter.tier if matter.tier in TIERS else Tier.DEPARTMENT
    street = current(matter.street) or matter.street
    side = Side(organisation=street, actor=by.signature if by else "")
    changes = {"tier": tier, "round": matter.round + 1, "street": street}
    begin_handling(matter, "reopen", parts, side=side, by=by, now=now, reason=why, changes=changes)
    give_out(matter, parts, note=why, side=side, by=by, now=now)
    news(matter, "reopen", _("您反映的事项（编号 {code}）已重启，由{body}继续办理。"), now=now, body=body.name)
    call(matter, "reopen", _("承诺没有兑现，已重启办理：{title}"), now=now, to=street, more=promise.what)


def _root(matter: Matter) -> Matter:
    """The matter, or the one in which it now lies, as it stands."""
    return Matter.objects.select_related("street", "district").get(pk=matter.merged_into_id or matter.pk)


def _body(promise: Promise, matter: Matter) -> Organisation | None:
    """The body that promised, else the last lead: whichever can handle."""
    lead = last_lead(matter)
    able = handlers_for(matter)
    wanted = (current(promise.organisation), lead.organisation if lead else None)
    return next((body for body in wanted if body in able), None)
