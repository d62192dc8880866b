"""并案、同因分点、居民跟进, and taking a matter out again: it goes with another and keeps all that is its own."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import current
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.codes import grouped
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.step import step
from opinions.clocks.services import restart_clocks
from opinions.handling.models import LIVE, Assignment, AssignmentStatus, Merger, MergerKind, Reply
from opinions.handling.services.committee import end_handling
from opinions.handling.services.common import call, call_holder, lock, news, side_of, standing_for
from opinions.handling.services.outcome import invite
from opinions.handling.services.vacancies import carry_out_hand_over
from opinions.handling.standing import UNFINISHED
from opinions.matters.models import RESIDENT, Line, Matter, Reporter
from opinions.matters.services import advance_matter
from opinions.matters.states import MERGEABLE, OPEN, Status

_JOINED = {
    MergerKind.SAME: _("您反映的事项（编号 {code}）与另一件同类事项合并办理，进展会一并告诉您。"),
    MergerKind.BRANCH: _(
        "您反映的事项（编号 {code}）和别处同一个原因的事项一起办理，您这里的地点照样记着，进展会一并告诉您。"
    ),
    MergerKind.FOLLOW: _("您反映的事项（编号 {code}）已收到，和邻居反映的同一件事一起办理，进展会一并告诉您。"),
}
_PARTED = _("您反映的事项（编号 {code}）和另一件不是同一件事，从现在起单独办理，中间的时间已经补上，进展照样告诉您。")
FOLLOWED_WITHIN = timedelta(days=1)
"""A resident decides whether to follow the matter of others within this time after submitting."""


_SALT = "follow"


def follow_token(matter_id: int) -> str:
    """Stands in a form for a matter of others that was shown to be followed; good for a day, and says no code."""
    return signing.dumps(matter_id, salt=_SALT)


def followed(token: str) -> Matter | None:
    """The matter that a token names; None for one that is empty, forged or too old."""
    try:
        pk = signing.loads(token[:200], salt=_SALT, max_age=FOLLOWED_WITHIN)
    except signing.BadSignature:
        return None
    return Matter.objects.filter(pk=pk).first()


class AlreadyMerged(DomainError):
    message = _("这件事已经并入另一件，不能再并。要改并到别处，请先撤销原来的并案。")


class AlreadyReplied(DomainError):
    message = _("这件事已经答复，正等居民评价，不能再并入别的事项。")


class NotToFollow(DomainError):
    """The matter that a resident wished to follow has moved on, or the own one has."""

    message = _("这件事现在不能跟进了。您反映的内容已经单独收下，照样办理。")


@step
def merge(*, matter: Matter, target: Matter, by: User, now: datetime) -> Matter:
    """并案 into an open matter of the same district. History and attachments stay; everyone merged hears the news.

    Rings cannot arise: only open matters take others in, and both rows are locked in one order. Raises InvalidInput,
    AlreadyMerged, AlreadyReplied.
    """
    return _join_by_staff("merge", MergerKind.SAME, matter, target, by, now)


@step
def branch(*, matter: Matter, target: Matter, by: User, now: datetime) -> Matter:
    """列为同因分点: one cause with many places. The branch keeps its place and its resident and shares what is done and
    answered at its parent `target`, until it is taken out. Raises what `merge` raises."""
    return _join_by_staff("branch", MergerKind.BRANCH, matter, target, by, now)


@step
def follow(*, matter: Matter, reporter: Reporter, target: Matter, now: datetime) -> Matter:
    """A resident who has just submitted `matter` goes with that of others. The report is kept; the resident counts as
    one more person concerned. The caller has checked the resident's key. Raises NotToFollow, NotAllowed."""
    if reporter.matter_id != matter.pk:
        raise NotAllowed
    target = _locked(matter, target)
    lock(matter)
    fresh = matter.status == Status.SUBMITTED and now - matter.opened_at <= FOLLOWED_WITHIN
    fits = target.pk != matter.pk and target.kind == matter.kind and target.district_id == matter.district_id
    if not fresh or not fits or target.status not in MERGEABLE:
        raise NotToFollow
    return _join("follow", MergerKind.FOLLOW, matter, target, by=None, now=now, actor=RESIDENT, body="")


def _join_by_staff(verb: str, kind: MergerKind, matter: Matter, target: Matter, by: User, now: datetime) -> Matter:
    _check_source(matter)
    target = _locked(matter, target)
    side = side_of(standing_for(verb, matter=matter, by=by, now=now))
    _check_target(matter, target, by)
    return _join(verb, kind, matter, target, by=by, now=now, actor=side.actor, body=side.name)


def _locked(matter: Matter, target: Matter) -> Matter:
    """`target` as it stands now. All rows that the step may write are locked in the order of their ids, so that
    two steps at the same moment cannot cross."""
    along = Q(merged_into=matter) | Q(merged_into=target)
    rows = Matter.objects.select_for_update().filter(Q(pk__in=[matter.pk, target.pk]) | along).order_by("pk")
    held = {row.pk: row for row in rows}
    return held[target.pk]


def _check_source(matter: Matter) -> None:
    if matter.status == Status.MERGED:
        raise AlreadyMerged
    if matter.status == Status.REPLIED:
        raise AlreadyReplied


def _check_target(matter: Matter, target: Matter, by: User) -> None:
    if target.pk == matter.pk:
        raise InvalidInput(_("不能并入自己。"), field="target")
    if target.kind != matter.kind or target.district_id != matter.district_id or not target.concerns(by):
        raise InvalidInput(_("没有找到这个编号的事项，或者它不在您的范围内。"), field="target")
    if target.merged_into_id == matter.pk:
        raise InvalidInput(_("那一件已经并入这一件，不能再倒过来并。"), field="target")
    if target.merged_into is not None:
        into = grouped(target.merged_into.code)
        raise InvalidInput(_("那一件已经并入 %(code)s，请直接并到那里。") % {"code": into}, field="target")
    if not target.is_open:
        raise InvalidInput(_("目标事项已经结束，请选择还在办理的事项。"), field="target")


def _join(
    verb: str,
    kind: MergerKind,
    matter: Matter,
    target: Matter,
    *,
    by: User | None,
    now: datetime,
    actor: str,
    body: str,
) -> Matter:
    """The step itself: what stood is kept, what ran ends, those merged before come along, everybody hears."""
    before = _standing_before(matter)
    changes = {"merged_into": target}
    advance_matter(matter, verb, by=by, now=now, actor=actor, data={"body": body, "into": target.code}, changes=changes)
    Merger.objects.create(matter=matter, target=target, kind=kind, before=before, by=by, at=now)
    Matter.objects.filter(merged_into=matter).update(merged_into=target)
    advance_matter(target, "absorb", by=by, now=now, actor=actor, data={"code": matter.code, "body": ""})
    end_handling(matter, verb, now=now)
    news(matter, verb, _JOINED[kind], now=now)
    _tell_of_newcomers(matter, target, now=now)
    return target


def _tell_of_newcomers(matter: Matter, target: Matter, *, now: datetime) -> None:
    """Who holds the target hears of the newcomers; where it is replied to already, those are invited to rate."""
    if target.status != Status.REPLIED:
        call_holder(target, "absorb", _("有同类反映并入：{title}"), now=now)
        return
    links = invite(target, now=now)
    newcomers = Reporter.objects.filter(matter__in=[matter.pk, *_below(matter, target)]).values_list("pk", flat=True)
    fresh = {key: links[key] for key in newcomers}
    news(target, "merged", _("您反映的事项（编号 {code}）已答复，请查看并评价："), now=now, links=fresh, only=fresh)


def _standing_before(matter: Matter) -> dict[str, Any]:
    """How the matter stands: what is needed to let it stand so again."""
    live = list(matter.assignments.filter(status__in=LIVE) | matter.assignments.filter(liable=True))
    replies = Reply.objects.filter(assignment__in=live, status__in=UNFINISHED)
    return {
        "status": matter.status,
        "resume_status": matter.resume_status,
        "holder": matter.holder_id,
        "holder_deputy": matter.holder_deputy_id,
        "assignments": [[row.pk, row.status, row.liable] for row in live],
        "replies": [[row.pk, row.status] for row in replies],
        "clocks": list(matter.clocks.filter(stopped_at__isnull=True).values_list("pk", flat=True)),
    }


@step
def unmerge(*, matter: Matter, by: User, now: datetime) -> Matter:
    """撤销并案: the matter stands as it stood, with those that had come along with it; the working days that went by
    are added to its limits, and its residents are told. A 并案 by staff can be undone on that day and the next; a
    branch and a follower can be taken out at any time, until what they went into is replied to.

    Raises WrongState, UndoOver, AnsweredTogether, StaleState.
    """
    root = _root_of(matter)
    standing = standing_for("unmerge", matter=matter, by=by, now=now)
    side, merger = side_of(standing), standing.merger
    if merger is None or root.status not in OPEN:
        raise StaleState
    if not Merger.objects.filter(pk=merger.pk, undone_at__isnull=True).update(undone_at=now, undone_by=by):
        raise StaleState
    below, before = _below(matter, root), merger.before
    data = {"body": side.name, "code": matter.code}
    changes = {"merged_into": None, "resume_status": before["resume_status"], **_turn_again(matter, before)}
    advance_matter(
        matter, "unmerge", by=by, now=now, actor=side.actor, data=data, target=before["status"], changes=changes
    )
    Matter.objects.filter(pk__in=below).update(merged_into=matter)
    _take_words_along(matter, below, root)
    _handle_again(matter, before, merger.at, now=now)
    advance_matter(root, "release", by=by, now=now, actor=side.actor, data={"code": matter.code, "body": ""})
    news(matter, "unmerge", _PARTED, now=now)
    call_holder(root, "release", _("有一件并入的反映已移出：{title}"), now=now)
    return matter


def _root_of(matter: Matter) -> Matter:
    """What the matter lies in now, locked together with it. Raises StaleState when that changes at this moment."""
    matter.refresh_from_db(fields=["merged_into"])
    if matter.merged_into is None:
        raise StaleState
    root = _locked(matter, matter.merged_into)
    if not Matter.objects.filter(pk=matter.pk, merged_into=root).exists():
        raise StaleState
    return root


def _below(matter: Matter, root: Matter) -> set[int]:
    """Keys of the matters that lie in `root` because they were merged into `matter`, directly or through others."""
    rows = Merger.objects.filter(undone_at__isnull=True, matter__merged_into=root)
    edges: dict[int, list[int]] = {}
    for source, target in rows.values_list("matter_id", "target_id"):
        edges.setdefault(target, []).append(source)
    found: set[int] = set()
    ahead = list(edges.get(matter.pk, ()))
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += edges.get(one, ())
    return found


def _turn_again(matter: Matter, before: dict[str, Any]) -> dict[str, Any]:
    """Whose turn it was; a body that was closed meanwhile hands on to its successor, or to the street."""
    deputy = Deputy.objects.filter(pk=before["holder_deputy"]).first()
    street = current(matter.street) or matter.street
    held = Organisation.objects.filter(pk=before["holder"]).first()
    return {"street": street, "holder": (current(held) or street) if held else None, "holder_deputy": deputy}


def _take_words_along(matter: Matter, below: Collection[int], root: Matter) -> None:
    """What its residents wrote on the other while they were together goes back with them."""
    lines = Line.objects.filter(matter=root, reporter__matter__in=[matter.pk, *below])
    lines.update(matter=matter)


def _handle_again(matter: Matter, before: dict[str, Any], since: datetime, *, now: datetime) -> None:
    """Assignments, drafts and limits go on; their bodies hear of it. A deputy out of office hands over."""
    bodies = _assign_again(before["assignments"])
    for pk, status in before["replies"]:
        Reply.objects.filter(pk=pk).update(status=status)
    restart_clocks(matter=matter, ids=before["clocks"], since=since, now=now)
    for row in bodies:
        call(matter, "unmerge", _("撤销并案，请继续办理：{title}"), now=now, to=row.organisation)
    if matter.holder_deputy is not None and matter.holder_deputy.status != DeputyStatus.ACTIVE:
        carry_out_hand_over(matter, now=now)
    elif not bodies:
        call_holder(matter, "unmerge", _("撤销并案，请继续办理：{title}"), now=now)


def _assign_again(kept: Iterable[tuple[int, str, bool]]) -> list[Assignment]:
    """The assignments as they were; those that were live are given back."""
    found = []
    for pk, status, liable in kept:
        row = Assignment.objects.select_related("organisation").get(pk=pk)
        if row.status == AssignmentStatus.REVOKED and status in LIVE:
            row.status, row.finished_at = AssignmentStatus(status), None
            found.append(row)
        row.liable = liable
        row.save(update_fields=["status", "finished_at", "liable"])
    return found
