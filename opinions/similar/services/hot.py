"""Hot issues: made every night from the ties of the last weeks, kept from night to night, decided on by staff."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.stamps import reading
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import MatterKind, Status
from opinions.similar.compare import Sitter
from opinions.similar.explain import words_of
from opinions.similar.grouping import Tie, groups_of
from opinions.similar.models import Alikeness, HotIssue, HotMember, HotState, Likeness
from opinions.similar.portrait import readable, unpacked
from opinions.similar.queries import known

name_verbs(
    {
        "hot.dismiss": _("忽略热点"),
        "hot.reopen": _("重新列为热点"),
        "hot.turn": _("热点转为专题或建议"),
        "hot.return": _("更多居民反映，重新列为热点"),
    }
)
RECENT = timedelta(days=30)
"""Opinions of so many days are grouped."""
LEAST_PEOPLE = 3
"""Fewer people are no hot issue."""
MORE_PEOPLE, MORE_SHARE = 3, 0.5
"""A dismissed issue comes back once at least so many people more, and so much of those then more, are concerned."""
_TOLD_FROM = 40
"""Opinions of a group from which its words are taken."""
_PART = 500
_LEFT_OUT = (Status.WITHDRAWN, Status.DRAFT)


class AlreadyDecided(DomainError):
    message = _("这个热点已经处理过了。")


class NeedsReason(InvalidInput):
    message = _("请写明忽略的理由。")


@dataclass(frozen=True)
class _Group:
    """Opinions that belong together, as the night found them."""

    members: Mapping[int, float]
    """Matters, each with its mean tie to the others."""
    people: int
    curve: Mapping[str, int]
    division_id: int
    title: str
    words: Sequence[str] = field(default_factory=tuple)

    @property
    def days(self) -> tuple[date, date]:
        return date.fromisoformat(min(self.curve)), date.fromisoformat(max(self.curve))


def group_recent(*, now: datetime, days: int = RECENT.days, least_people: int = LEAST_PEOPLE) -> int:
    """Group the opinions of the last days in every district; returns how many hot issues are open.

    Running it twice on a day changes nothing; a night that was missed is made up by the next.
    """
    since = now - timedelta(days=days)
    recent = Matter.objects.filter(opened_at__gte=since, kind=MatterKind.OPINION)
    districts = set(recent.order_by().values_list("district_id", flat=True).distinct())
    districts |= set(HotIssue.objects.filter(rank__isnull=False).order_by().values_list("district_id", flat=True))
    with reading():
        return sum(_group_district(district, since, now, least_people) for district in sorted(districts))


def dismiss(*, issue: HotIssue, by: User, now: datetime, reason: str) -> None:
    """The issue is none, or nothing is to be done. It keeps its identity and is not listed again until clearly more
    people are concerned (`returns`).

    Raises NeedsReason, AlreadyDecided.
    """
    if not reason.strip():
        raise NeedsReason(field="reason")
    _decide(issue, HotState.DISMISSED, by=by, now=now, verb="hot.dismiss", reason=reason.strip()[:200])


def turned_into(*, issue: HotIssue, state: HotState, reference: str, by: User, now: datetime) -> None:
    """The issue has become a topic (Z9) or a proposal; `reference` names it. Raises AlreadyDecided."""
    _decide(issue, state, by=by, now=now, verb="hot.turn", reference=reference)


@transaction.atomic
def reopen(*, issue: HotIssue, by: User, now: datetime) -> None:
    """Take back that it was dismissed: last in the list until the night ranks it anew. Raises AlreadyDecided."""
    held = HotIssue.objects.filter(pk=issue.pk, state=HotState.DISMISSED)
    last = HotIssue.objects.filter(district=issue.district_id).aggregate(last=Max("rank"))["last"] or 0
    undone = {"decided_by": None, "decided_at": None, "reason": "", "people_then": None}
    if not held.update(state=HotState.OPEN, rank=last + 1, **undone):
        raise AlreadyDecided
    record(chain_of(issue), Fact(verb="hot.reopen"), by=by, now=now)
    issue.refresh_from_db()


def chain_of(issue: HotIssue) -> str:
    """The ledger's chain of a hot issue."""
    return f"hot:{issue.pk}"


@transaction.atomic
def _decide(
    issue: HotIssue, state: HotState, *, by: User, now: datetime, verb: str, reason: str = "", reference: str = ""
) -> None:
    held = HotIssue.objects.filter(pk=issue.pk, state=HotState.OPEN)
    then = F("people") if state == HotState.DISMISSED else None
    decided = {"decided_by": by, "decided_at": now, "reason": reason, "reference": reference, "people_then": then}
    if not held.update(state=state, rank=None, **decided):
        raise AlreadyDecided
    fact = Fact(verb=verb, reason=reason, data={"state": state, "reference": reference})
    record(chain_of(issue), fact, by=by, now=now)
    issue.refresh_from_db()


@transaction.atomic
def _group_district(district_id: int, since: datetime, now: datetime, least_people: int) -> int:
    groups = _groups(district_id, since, least_people)
    today = timezone.localdate(now)
    issues = _matched(district_id, groups)
    HotIssue.objects.filter(district=district_id, rank__isnull=False).update(rank=None)
    kept = [_keep(group, issue, district_id, today) for group, issue in zip(groups, issues, strict=True)]
    _seat(kept, groups)
    for issue in kept:
        if issue.state == HotState.DISMISSED and returns(issue.people_then, issue.people):
            _bring_back(issue, now)
    opened = [issue for issue in kept if issue.state == HotState.OPEN]
    opened.sort(key=lambda issue: (-issue.people, -issue.last_on.toordinal(), -issue.opinions, issue.pk))
    for rank, issue in enumerate(opened, start=1):
        issue.rank = rank
    HotIssue.objects.bulk_update(opened, ["rank"], batch_size=_PART)
    return len(opened)


def _groups(district_id: int, since: datetime, least_people: int) -> list[_Group]:
    """The groups that concern enough people; memory goes with the ties of the window, not with the texts."""
    ties = list(_ties(district_id, since))
    found = groups_of(ties)
    people = _people([matter for group in found for matter in group])
    told = [(group, len({one for matter in group for one in people[matter]})) for group in found]
    hot = [(group, count) for group, count in told if count >= least_people]
    means = _mean_ties(ties, [group for group, _count in hot])
    return [_described(group, count, means) for group, count in hot]


def _ties(district_id: int, since: datetime) -> Iterable[Tie]:
    rows = Alikeness.objects.filter(
        older__district=district_id, newer__district=district_id, older__opened_at__gte=since,
        newer__opened_at__gte=since,
    ).exclude(Q(older__status__in=_LEFT_OUT) | Q(newer__status__in=_LEFT_OUT))  # fmt: skip
    for older, newer, score in rows.values_list("older_id", "newer_id", "score").iterator(2_000):
        yield Tie(older, newer, score)


def _people(matters: Sequence[int]) -> dict[int, set[str]]:
    """The distinct people behind each matter: by number, else by device, else each one for itself."""
    found: dict[int, set[str]] = defaultdict(set)
    for start in range(0, len(matters), _PART):
        rows = Reporter.objects.filter(matter__in=matters[start : start + _PART])
        for pk, matter, phone, client in rows.values_list("pk", "matter_id", "phone_index", "client_hash"):
            found[matter].add(phone or client or f"reporter {pk}")
    return found


def _mean_ties(ties: Iterable[Tie], groups: Sequence[Sequence[int]]) -> dict[int, float]:
    """The mean tie of each member to the others of its group."""
    group_of = {matter: number for number, group in enumerate(groups) for matter in group}
    sums: Counter[int] = Counter()
    for tie in ties:
        if tie.one in group_of and group_of[tie.one] == group_of.get(tie.other):
            sums[tie.one] += tie.score  # type: ignore[assignment]
            sums[tie.other] += tie.score  # type: ignore[assignment]
    return {matter: min(1.0, sums[matter] / (len(groups[number]) - 1)) for matter, number in group_of.items()}


def _described(group: Sequence[int], people: int, means: Mapping[int, float]) -> _Group:
    rows = Matter.objects.filter(pk__in=group).order_by("pk").values_list("pk", "title", "division_id", "opened_at")
    by_id = {pk: (title, division, opened) for pk, title, division, opened in rows}
    typical = sorted(by_id, key=lambda pk: (-means[pk], pk))
    curve = Counter(timezone.localdate(opened).isoformat() for _title, _division, opened in by_id.values())
    divisions = Counter(division for _title, division, _opened in by_id.values())
    division = min(divisions, key=lambda one: (-divisions[one], one))
    kept = Likeness.objects.filter(pk__in=typical[:_TOLD_FROM]).order_by("pk").values_list("portrait", flat=True)
    words = words_of(Sitter(unpacked(bytes(one))[0], known().weights) for one in kept if readable(bytes(one)))
    members = {pk: means[pk] for pk in typical}
    return _Group(members, people, dict(sorted(curve.items())), division, by_id[typical[0]][0], words)


def _matched(district_id: int, groups: Sequence[_Group]) -> list[HotIssue | None]:
    """The issue that each group was before: the one with which it shares most members; none is given twice."""
    held = HotMember.objects.filter(issue__district=district_id).values_list("matter_id", "issue_id")
    issue_of = dict(held)
    overlaps = Counter(
        (number, issue_of[matter])
        for number, group in enumerate(groups)
        for matter in group.members
        if matter in issue_of
    )
    chosen: dict[int, int] = {}
    for (number, issue), _shared in sorted(overlaps.items(), key=lambda pair: (-pair[1], pair[0][1], pair[0][0])):
        if number not in chosen and issue not in chosen.values():
            chosen[number] = issue
    issues = HotIssue.objects.select_for_update().in_bulk(chosen.values())
    return [issues.get(chosen.get(number, 0)) for number in range(len(groups))]


def _keep(group: _Group, issue: HotIssue | None, district_id: int, today: date) -> HotIssue:
    """Write the group as the issue that it was, or as a new one."""
    issue = issue or HotIssue(district_id=district_id, found_on=today)
    issue.division_id, issue.title, issue.words = group.division_id, group.title, list(group.words)
    issue.people, issue.opinions, issue.curve = group.people, len(group.members), dict(group.curve)
    issue.first_on, issue.last_on = group.days
    issue.grouped_on, issue.rank = today, None
    issue.save()
    return issue


def returns(then: int | None, people: int) -> bool:
    """Whether an issue that was dismissed when `then` people were concerned is to be looked at anew. Pure."""
    return then is not None and people >= then + max(MORE_PEOPLE, ceil(then * MORE_SHARE))


def _bring_back(issue: HotIssue, now: datetime) -> None:
    """List a dismissed issue again; its reason and how many were concerned then stay to be read."""
    issue.state, issue.decided_by, issue.decided_at = HotState.OPEN, None, None
    issue.save(update_fields=["state", "decided_by", "decided_at"])
    data = {"then": issue.people_then, "people": issue.people}
    record(chain_of(issue), Fact(verb="hot.return", reason=issue.reason, data=data), by=None, now=now)


def _seat(issues: Sequence[HotIssue], groups: Sequence[_Group]) -> None:
    """Give every opinion its place in the issue of its group."""
    rows = [
        HotMember(issue=issue, matter_id=matter, score=score)
        for issue, group in zip(issues, groups, strict=True)
        for matter, score in group.members.items()
    ]
    HotMember.objects.filter(issue__in=issues).delete()
    for start in range(0, len(rows), _PART):
        part = rows[start : start + _PART]
        HotMember.objects.filter(matter__in=[row.matter_id for row in part]).delete()
        HotMember.objects.bulk_create(part)
