"""Several deputies on one matter (H9): inviting, joining, standing back, signing the answer.

The first addressed leads: only that deputy answers, in three taps as before (rule 2). The others follow, talk
internally, and put their names under the answer once it is given.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import User
from deputies.roster.models import Delegation, Deputy, Group
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.step import step
from liaison.base.workflow import advance
from opinions.companions.access import may_invite, refusal
from opinions.companions.models import Companion, Signature
from opinions.companions.queries import answers_to_sign, can_be_invited
from opinions.companions.states import COMPANION
from opinions.handling.services import call, news
from opinions.matters.models import Matter
from opinions.matters.services import hold_row

MOST_AT_ONCE = 60


@step
def invite(
    *,
    matter: Matter,
    by: User,
    now: datetime,
    deputies: Iterable[Deputy] = (),
    groups: Sequence[Group] = (),
    delegations: Sequence[Delegation] = (),
) -> list[Companion]:
    """Invite deputies, or everybody of a group or delegation whom the matter can reach.

    Raises NotAllowed, and InvalidInput when nobody is left to invite.
    """
    hold_row(matter)
    if not matter.concerns(by) or not may_invite(by, matter):
        raise NotAllowed
    wanted = _wanted(matter, deputies, groups, delegations)
    if not wanted:
        raise InvalidInput(_("没有可以邀请的代表：所选代表不在任、没有账号，或者已经邀请过。"), field="deputies")
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(_("一次最多邀请 60 位代表，请分组邀请。"), field="deputies")
    rows = [_invite(matter, deputy, circle, by=by, now=now) for deputy, circle in wanted.items()]
    named = "、".join(row.deputy.name for row in rows)
    record(matter.chain, Fact(verb="invite", data={"body": named}), by=by, now=now)
    return rows


def _wanted(
    matter: Matter, deputies: Iterable[Deputy], groups: Sequence[Group], delegations: Sequence[Delegation]
) -> dict[Deputy, dict[str, Any]]:
    """Whom to invite, and as a member of what. Named ones first; nobody twice."""
    reachable = can_be_invited(matter)
    named = set(deputies)
    if named - set(reachable.filter(pk__in=[one.pk for one in named])):
        raise InvalidInput(_("只能邀请本区在任、有账号或结对联络员、还没有参加的代表。"), field="deputies")
    found: dict[Deputy, dict[str, Any]] = {one: {} for one in sorted(named, key=lambda one: one.pk)}
    for group in groups:
        for deputy in reachable.filter(groups=group).order_by("pk"):
            found.setdefault(deputy, {"group": group})
    for delegation in delegations:
        for deputy in reachable.filter(delegation=delegation).order_by("pk"):
            found.setdefault(deputy, {"delegation": delegation})
    return found


def _invite(matter: Matter, deputy: Deputy, circle: dict[str, Any], *, by: User, now: datetime) -> Companion:
    """A new row, or the one of somebody who declined before."""
    row = Companion.objects.filter(matter=matter, deputy=deputy).first()
    if row is None:
        row = Companion.objects.create(matter=matter, deputy=deputy, invited_by=by, invited_at=now, **circle)
        record(row.chain, Fact(verb="invite", target=row.status), by=by, now=now, first=True)
    else:
        again = {"invited_by": by, "invited_at": now, "decided_at": None, "group": None, "delegation": None, **circle}
        advance(row, "invite_again", workflow=COMPANION, by=by, now=now, chain=row.chain, changes=again)
    call(matter, f"invite{row.pk}.{row.version}", _("邀请您一起跟踪：{title}"), now=now, deputy=deputy)
    return row


@step
def join(*, companion: Companion, by: User, now: datetime) -> Companion:
    """Follow the matter together; the resident reads who does."""
    _move(companion, "join", by=by, now=now)
    matter, name = companion.matter, companion.deputy.name
    call(
        matter,
        f"join{companion.pk}.{companion.version}",
        _("{name}代表和您一起跟踪：{title}"),
        now=now,
        deputy=matter.deputy,
        name=name,
    )
    return companion


@step
def stand_back(*, companion: Companion, by: User, now: datetime) -> Companion:
    """Decline the invitation, or follow no longer; no reason is asked of a deputy."""
    _move(companion, "stand_back", by=by, now=now)
    return companion


@step
def release(*, companion: Companion, by: User, now: datetime) -> Companion:
    """Take the invitation back; whoever has signed an answer stays under it."""
    _move(companion, "release", by=by, now=now)
    return companion


@step
def sign_answer(*, companion: Companion, by: User, now: datetime) -> list[Signature]:
    """联名: put the deputy's name under the answer of the present round; twice changes nothing more."""
    matter = companion.matter
    hold_row(matter)
    unsigned = answers_to_sign(matter, companion.deputy)
    _move(companion, "sign_answer", by=by, now=now, unsigned=unsigned)
    rows = [Signature(reply=reply, deputy=companion.deputy, by=by, at=now) for reply in unsigned]
    key, text = f"sign{companion.pk}.{companion.version}", _("{name}代表在您反映的事项（编号 {code}）的答复上联名。")
    news(matter, key, text, now=now, name=companion.deputy.name)
    return Signature.objects.bulk_create(rows)


def _move(companion: Companion, verb: str, *, by: User, now: datetime, unsigned: Sequence[Any] = ()) -> None:
    """The step in the row's own chain and in the matter's history."""
    matter = companion.matter
    hold_row(matter)
    why = refusal(by, companion, verb, unsigned=unsigned)
    if why is not None:
        raise why
    actor = _actor(companion, by)
    decided = {} if verb == "sign_answer" else {"decided_at": now}
    advance(companion, verb, workflow=COMPANION, by=by, now=now, chain=companion.chain, actor=actor, changes=decided)
    audience = Audience.PUBLIC if COMPANION[verb].public else Audience.INTERNAL
    fact = Fact(verb=verb, data={"body": companion.deputy.name}, audience=audience)
    record(matter.chain, fact, by=by, now=now, actor=actor)


def _actor(companion: Companion, by: User) -> str:
    if companion.deputy.helper_id != by.pk or companion.deputy.user_id == by.pk:
        return by.signature
    with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
        return str(_("%(deputy)s（%(by)s代办）") % {"deputy": companion.deputy.name, "by": by.signature})
