"""Telling: what waits for a person goes into one message once the hours are open.

An alert lies in just one digest, and a digest is kept in the same transaction as its messages: nothing is told twice,
and what comes later comes in the next one, hidden by none before it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from deputies.accounts.models import User
from liaison.base.codes import grouped
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.updates import update_each
from liaison.base.workdays.hours import Hours, Moments
from liaison.base.workdays.queries import current_calendar
from supervision.escalation.models import Alert, Digest, Firing, Rung
from supervision.escalation.queries import TELLER, standing, waiting
from supervision.escalation.services.handing_on import hand_on, lost, plan_handing_on
from supervision.escalation.states import Trigger

PEOPLE = 200
"""People told in one transaction."""
NAMED = 5
"""Matters named in the message itself; its page lists all."""
_BEFORE = Firing.objects.filter(
    clock=OuterRef("firing__clock"), due_on=OuterRef("firing__due_on"), rung=OuterRef("firing__rung"),
).exclude(retracted_at=None)  # fmt: skip
_AGAIN = Coalesce(Subquery(_BEFORE.order_by().values("clock").annotate(n=Count("pk")).values("n")), 0)
"""How often the same had fired and been taken back before."""


def tell_due(*, now: datetime) -> int:
    """Gather what waits into one digest a person and queue its messages; returns how many digests there were."""
    told = 0
    if not waiting(now).exists():
        return told
    _put_off(now)
    if hand_on(now=now):
        _put_off(now)
    people = sorted(waiting(now).values_list("person", flat=True).distinct())
    for start in range(0, len(people), PEOPLE):
        told += _tell(people[start : start + PEOPLE], now)
    return told


def _put_off(now: datetime) -> None:
    """What was due in hours that have closed meanwhile, or on a day that has become one off, waits until they open:
    a run that comes late writes to nobody at night."""
    rows = waiting(now).annotate(by=TELLER)
    for moment, tellers in _closed(now).items():
        Alert.objects.filter(pk__in=rows.filter(by__in=tellers).values("pk")).update(due_at=moment)


def _closed(now: datetime) -> dict[datetime, list[int]]:
    """The rungs of what waits in whose hours nobody is written to now, by the moment at which they open."""
    moments, found = Moments(current_calendar(), now), defaultdict(list)
    tellers = set(waiting(now).annotate(by=TELLER).values_list("by", flat=True))
    for one in Rung.objects.filter(pk__in=tellers):
        if (opens := moments.at(one.hours)) > now:
            found[opens].append(one.pk)
    return found


def tellable(now: datetime) -> Counter[int]:
    """How much `tell_due` would tell each person now, with what it would hand on to them first."""
    closed = [one for tellers in _closed(now).values() for one in tellers]
    rows = waiting(now).annotate(by=TELLER).exclude(by__in=closed).exclude(pk__in=lost(now).values("pk"))
    rows = rows.filter(firing__in=standing(), firing__clock__paused_on=None)
    found = Counter(rows.values_list("person", flat=True))
    found.update(person for person, due_at in plan_handing_on(now=now, closed=closed) if due_at <= now)
    return found


@transaction.atomic
def _tell(people: list[int], now: datetime) -> int:
    """One digest for each of these people; what holds no longer is dropped, what is paused waits on, and so does what
    somebody who has left was to hear, until it is handed on.

    Who is told is held meanwhile, so that two passes at once tell nobody in two halves.
    """
    held = {one.pk: one for one in User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")}
    rows = waiting(now).filter(person__in=people)
    stale = rows.exclude(pk__in=rows.filter(firing__in=standing()).values("pk"))
    Alert.objects.filter(pk__in=stale.values("pk")).update(dropped_at=now)
    rows = rows.filter(firing__clock__paused_on=None, person__is_active=True)
    made = {one.pk: one for one in (*_singles(rows, now), *_gathered(rows, now))}
    queue(_drafts(made, held), now=now)
    return len(made)


def _singles(rows: QuerySet[Alert], now: datetime) -> list[Digest]:
    """What a rung wants told at once goes by itself."""
    at_once = Rung.objects.filter(digest=False).values("pk")
    alone = list(rows.annotate(by=TELLER).filter(by__in=at_once).order_by("pk"))
    made = Digest.objects.bulk_create(Digest(person_id=one.person_id, at=now) for one in alone)
    update_each(Alert, ("digest",), [(one.pk, digest.pk) for one, digest in zip(alone, made, strict=True)])
    return made


def _gathered(rows: QuerySet[Alert], now: datetime) -> list[Digest]:
    """All else that waits, in one digest for each person."""
    people = rows.order_by("person").values_list("person", flat=True).distinct()
    made = Digest.objects.bulk_create(Digest(person_id=person, at=now) for person in people)
    ours = Digest.objects.filter(pk__in=[one.pk for one in made], person=OuterRef("person")).order_by()
    if made:
        Alert.objects.filter(pk__in=rows.values("pk")).update(digest=Subquery(ours.values("pk")[:1]))
    return made


@dataclass
class _Content:
    """What a digest says: how many by colour, by which channels, and the first few by name."""

    red: int = 0
    yellow: int = 0
    channels: set[str] = field(default_factory=set)
    hours: Hours | None = None
    """The widest of its rungs: what is urgent in it may go out at any time."""
    first: list[Alert] = field(default_factory=list)
    tag: list[Any] = field(default_factory=list)


def _contents(digests: Iterable[int]) -> dict[int, _Content]:
    found: dict[int, _Content] = defaultdict(_Content)
    rungs = Rung.objects.in_bulk()
    rows = Alert.objects.filter(digest__in=list(digests)).annotate(by=TELLER).order_by()
    for digest, by, trigger, count in rows.values_list("digest", "by", "firing__trigger").annotate(Count("pk")):
        content = found[digest]
        content.channels |= set(rungs[by].channels)
        content.hours = max(filter(None, (content.hours, rungs[by].hours)), key=lambda hours: hours.width)
        content.tag.append((by, trigger, count))
        colour = Trigger(trigger).light.value
        setattr(content, colour, getattr(content, colour) + count)
    place = Window(RowNumber(), partition_by=F("digest"), order_by=[F("firing__due_on").asc(), F("pk").asc()])
    first = rows.annotate(place=place, again=_AGAIN).filter(place__lte=NAMED).order_by("place")
    for alert in first.select_related("firing__matter"):
        found[alert.digest_id].first.append(alert)  # type: ignore[index]
    return found


def _drafts(digests: Mapping[int, Digest], people: Mapping[int, User]) -> Iterator[Draft]:
    with override(settings.LANGUAGE_CODE):
        for key, content in _contents(digests).items():
            yield from _messages(key, content, people[digests[key].person_id])


def _messages(digest: int, content: _Content, person: User) -> Iterator[Draft]:
    """The messages of one digest, by each channel that its rungs name and the person has; in-app where there is none.

    Their key is made of what they tell: told again from a restored backup, they have the same.
    """
    link, about = reverse("escalation:digest", args=[digest]), ""
    if content.red + content.yellow == 1:
        matter = content.first[0].firing.matter
        link, about = reverse("desk:matter", args=[matter.code]), matter.chain
    told = [
        (one.firing.cause, one.firing.rung_id, one.firing.due_on.isoformat(), one.again)  # type: ignore[attr-defined]
        for one in content.first
    ]
    tag = sha256(repr((sorted(content.tag), told)).encode()).hexdigest()[:32]
    subject, body = _subject(content), _body(content)
    addresses: dict[Channel, str] = {
        Channel.EMAIL: person.email, Channel.SMS: person.phone, Channel.WECOM: person.wecom_id,
    }  # fmt: skip
    reached = {one: address for one, address in addresses.items() if one in content.channels and address}
    if Channel.IN_APP in content.channels or not reached:
        yield Draft(
            key=f"ladder:{person.pk}:{tag}:in_app", channel=Channel.IN_APP, recipient=person, subject=subject,
            body=body, link=link, about=about,
        )  # fmt: skip
    for channel, address in reached.items():
        yield Draft(
            key=f"ladder:{person.pk}:{tag}:{channel}", channel=channel, recipient=person, address=address,
            subject=subject, body=body, link=f"{settings.PUBLIC_URL}{link}", about=about, hours=content.hours,
        )  # fmt: skip


def _subject(content: _Content) -> str:
    if content.red + content.yellow == 1:
        light = Trigger(content.first[0].firing.trigger).light.label
        return _("督办（%(light)s）：%(title)s") % {"light": light, "title": content.first[0].firing.matter.title}
    counted = ((_("告警 %s 条"), content.red), (_("预警 %s 条"), content.yellow))
    parts = [text % count for text, count in counted if count]
    return _("督办提醒：%s") % "，".join(parts)


def _body(content: _Content) -> str:
    """The first few by name: a matter of which several rungs tell at once is named once."""
    lines = [
        _("%(title)s（%(code)s，%(why)s）")
        % {"title": row.matter.title, "code": grouped(row.matter.code), "why": _why(row)}
        for row in (alert.firing for alert in content.first)
    ]
    left = content.red + content.yellow - len(lines)
    return "\n".join([*dict.fromkeys(lines), *[_("还有 %s 条，点开看全部。") % left] * (left > 0)])


def _why(firing: Firing) -> str:
    """The mark of quality, or the day on which it was due."""
    if firing.by_quality:
        return str(firing.get_trigger_display())
    return _("%s 到期") % firing.due_on.isoformat()
