"""验单: the resident's word on a result (rule 5). It comes by a one-time link and from nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.privacy import hide_id_numbers
from liaison.base.sets import all_or_each
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState
from opinions.catalog.models import Reason, ReasonKind, SettingName
from opinions.catalog.queries import setting
from opinions.evaluation.models import Rating, Solved
from opinions.handling import services as handling
from opinions.handling.queries import public_replies, unrated_too_long
from opinions.invitations.models import RatingInvite
from opinions.invitations.queries import find_invite
from opinions.matters.models import RESIDENT, Matter, Satisfaction
from opinions.matters.services import tell_body
from opinions.matters.states import Status

COMMENT_MAX = 1000


class UnknownLink(DomainError):
    message = _("这个评价链接不完整。请从短信里重新点一次，或用二维码打开查询页再评价。")
    status_code = 404


class AlreadyRated(DomainError):
    message = _("您已经评价过了，谢谢。")


class LinkExpired(DomainError):
    message = _("评价的时间已经过了。还有话要说，可以重新反映，或者拨打联络站的电话。")
    status_code = 410


@dataclass(frozen=True, kw_only=True)
class Word:
    """What the resident says: satisfaction and solved are two questions."""

    satisfaction: str
    solved: str
    reasons: Sequence[Reason] = ()
    comment: str = ""


def open_invite(token: str, *, today: date) -> RatingInvite:
    """The invite that can still be used. Raises UnknownLink, AlreadyRated, LinkExpired."""
    invite = find_invite(token)
    if invite is None:
        raise UnknownLink
    if invite.used_at is not None:
        raise AlreadyRated
    if today > invite.expires_on or invite.round != invite.matter.round:
        raise LinkExpired
    return invite


@transaction.atomic
def rate(*, token: str, word: Word, client_hash: str = "", now: datetime) -> Rating:
    """Keep the word and let it move the matter, if nobody's word of this round has moved it yet.

    Satisfied or mostly satisfied closes it; unsatisfied sends it back while the district's number of rounds is not
    used up, then closes it as unsatisfied, for the district to look at. Raises what `open_invite` raises, and
    InvalidInput.
    """
    invite = open_invite(token, today=local_today(now))
    _check(word)
    if not RatingInvite.objects.filter(pk=invite.pk, used_at__isnull=True).update(used_at=now):
        raise AlreadyRated
    rating = _keep(invite, word, client_hash, now)
    if not _move(invite.matter, rating, word, now):
        _note_further(invite.matter, rating, now)
    return rating


def _check(word: Word) -> None:
    if word.satisfaction not in Satisfaction.values:
        raise InvalidInput(_("请选一下满意不满意。"), field="satisfaction")
    if word.solved not in Solved.values:
        raise InvalidInput(_("请选一下解决了没有。"), field="solved")
    unsatisfied = word.satisfaction == Satisfaction.UNSATISFIED
    if unsatisfied and not word.reasons and not word.comment.strip():
        raise InvalidInput(_("请选一个不满意的原因，或者写一句。"), field="reasons")
    if any(reason.kind != ReasonKind.UNSATISFIED for reason in word.reasons):
        raise InvalidInput(_("请从列出的原因里选。"), field="reasons")
    if len(word.comment) > COMMENT_MAX:
        raise InvalidInput(_("最多 1000 个字。"), field="comment")


def _keep(invite: RatingInvite, word: Word, client_hash: str, now: datetime) -> Rating:
    matter = invite.matter
    replies = [reply for reply in public_replies(matter) if reply.round == matter.round]
    rating = Rating(
        matter=matter, reporter=invite.reporter, reply=replies[-1] if replies else None, round=invite.round,
        satisfaction=word.satisfaction, solved=word.solved, comment=hide_id_numbers(word.comment).strip(),
        client_hash=client_hash, at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            rating.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyRated from error
    rating.reasons.set(word.reasons)
    return rating


def _move(matter: Matter, rating: Rating, word: Word, now: datetime) -> bool:
    """Let the word move the matter; False when another resident's word was first."""
    if matter.status != Status.REPLIED:
        return False
    reason = "、".join(reason.name for reason in word.reasons)
    last = rating.round > setting(SettingName.REWORKS, matter.district_id)
    data = {"satisfaction": rating.satisfaction, "solved": rating.solved, "round": rating.round}
    unsatisfied = rating.satisfaction == Satisfaction.UNSATISFIED
    try:
        with transaction.atomic():
            if unsatisfied and not last:
                handling.send_to_rework(matter=matter, now=now, actor=RESIDENT, reason=reason, data=data)
                return True
            closing = data | ({"exhausted": True} if unsatisfied else {})
            handling.close_rated(
                matter=matter, satisfaction=rating.satisfaction, now=now, actor=RESIDENT, reason=reason, data=closing
            )
    except (StaleState, WrongState):
        return False
    if unsatisfied:
        _call_district(matter, now)
    return True


def _call_district(matter: Matter, now: datetime) -> None:
    """The rounds are used up and the resident is still not satisfied: the district hears of it."""
    tell_body(
        matter, key=f"exhausted:{matter.version}", now=now, organisation=matter.district, roles=(Role.DISTRICT_STAFF,),
        subject=_("重新办理后居民仍不满意，请过问：%(title)s") % {"title": matter.title},
    )  # fmt: skip


def _note_further(matter: Matter, rating: Rating, now: datetime) -> None:
    """A further resident's word: kept and told, moving nothing."""
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    data = {"satisfaction": rating.satisfaction, "solved": rating.solved, "round": rating.round}
    fact = Fact(verb="rate_further", data=data, audience=Audience.INTERNAL)
    record(held.chain, fact, by=None, actor=RESIDENT, now=now)


def lapse_due(*, now: datetime, limit: int = 2000) -> int:
    """Close all that were not rated in time; they stay unrated. Running twice does nothing.

    As a set; where one of them cannot be closed, each by itself, so that it holds up no other. Returns how many were
    closed.
    """
    return all_or_each(
        lambda: handling.lapse_many(now=now, limit=limit),
        lambda: unrated_too_long(local_today(now)).order_by("id")[:limit],
        lambda matter: handling.lapse(matter=matter, now=now),
        passing=(StaleState, WrongState),
    )
