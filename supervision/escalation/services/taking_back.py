"""Taking back what fired wrongly, and telling those who had been told.

For the working calendar it runs once for every recomputation of the limits; where none was, it costs two looks into the
ledger. A light that is as red under the corrected date stays and carries that date, so that nobody is told of it a
second time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.updates import update_each
from liaison.base.workdays.queries import differences
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import RECOMPUTE, RECOMPUTED
from opinions.promises.states import REWARN
from supervision.escalation.directory import Subject, subjects
from supervision.escalation.models import Alert, Firing
from supervision.escalation.services.firing import Pass
from supervision.escalation.states import Trigger

CHAIN = "ladder"
"""Chain of the ledger in which stands up to which recomputation lights were taken back."""
BATCH = 1000
_READ = Firing.objects.select_related("matter", "rung")

CORRECTED = gettext_lazy("工作日历更正，时限已重新计算。")
name_verbs({"light_off": gettext_lazy("收回亮灯"), "lights_checked": gettext_lazy("核对亮灯")})


def take_back(*, now: datetime) -> int:
    """Take back what no longer holds since the limits were last recomputed; returns how many firings."""
    last = _unchecked()
    if last is None:
        return 0
    begun, count, since = Pass.begin(now), 0, _changed(last)
    keys = list(_apart(since).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        count += _settle(begun, since, keys[start : start + BATCH])
    _look_again(begun.today, since)
    with transaction.atomic():
        fact = Fact(verb="lights_checked", data={"recomputed": last.seq, "taken_back": count})
        record(CHAIN, fact, by=None, now=now)
    return count


def _apart(since: date) -> QuerySet[Firing]:
    """What fired for a limit that runs, and for another day than is now its last, or before it is to warn, or so many
    working days after that as may be others `since` a day."""
    rows = Firing.objects.filter(retracted_at=None, clock__isnull=False, clock__stopped_at=None)
    early = Q(day__lt=F("clock__warn_on")) | Q(rung__after__gt=0, due_on__gte=since)
    later = Q(rung__after__gt=0, day__gte=since)
    return rows.filter(~Q(due_on=F("clock__due_on")) | Q(early, trigger=Trigger.YELLOW) | later)


def _changed(last: Event) -> date:
    """The first day that the calendar has otherwise since lights were last checked; date.max where it has none."""
    done = _last(CHAIN, "lights_checked")
    before = done and Event.objects.filter(chain=RECOMPUTED, seq=done.data["recomputed"]).first()
    found = differences(before.data["calendar"] if before else 0, last.data["calendar"])
    return date.min if found.unknown else min(found.days, default=date.max)


def _look_again(today: date, since: date) -> None:
    """Rungs that are still to come count working days too: the next sweep looks at limits that wait for them."""
    waiting = Clock.objects.filter(stopped_at=None, paused_on=None, warn_on__lte=today, next_on__gt=today)
    waiting.filter(next_on__gte=since).update(next_on=today)


def _unchecked() -> Event | None:
    """The last recomputation, if lights were not checked since."""
    last, done = _last(RECOMPUTED, RECOMPUTE), _last(CHAIN, "lights_checked")
    return None if last and done and done.data["recomputed"] >= last.seq else last


def _last(chain: str, verb: str) -> Event | None:
    return Event.objects.filter(chain=chain, verb=verb).order_by("-seq").first()


@transaction.atomic
def _settle(begun: Pass, since: date, keys: Sequence[int]) -> int:
    """Of these, move those that are right under the corrected date, and take back the others."""
    rows = _READ.select_for_update(of=("self", "matter")).filter(pk__in=keys, retracted_at=None)
    right, wrong = _judged(begun, since, list(rows.order_by("pk")))
    update_each(Firing, ("due_on",), _free(right))
    retract(wrong, why=CORRECTED, now=begun.now)
    Clock.objects.filter(pk__in={row.clock_id for row in wrong}, next_on=None).update(next_on=begun.today)
    return len(wrong)


def _judged(begun: Pass, since: date, rows: Sequence[Firing]) -> tuple[list[tuple[int, date]], list[Firing]]:
    """Of what the calendar moved: what is right under the corrected date, by key and with that date; what is wrong."""
    moved = _moved_by_calendar(rows)
    clocks = subjects(Clock.objects.filter(pk__in={row.clock_id for row in rows}))
    now_is = {one.clock: one for one in (Subject(*row) for row in clocks)}
    ours = [row for row in rows if _is_moved(row, now_is[row.clock_id], since, moved[row.matter_id])]
    right = [row for row in ours if _holds(begun, row, now_is[row.clock_id])]
    return [(row.pk, now_is[row.clock_id].due_on) for row in right], [row for row in ours if row not in right]


def plan_taking_back(*, now: datetime) -> list[Firing]:
    """What `take_back` would take back now, with its matter and rung; writes nothing and holds nothing."""
    last = _unchecked()
    if last is None:
        return []
    since = _changed(last)
    return _judged(Pass.begin(now), since, list(_READ.filter(pk__in=_apart(since).values("pk")).order_by("pk")))[1]


def _is_moved(row: Firing, subject: Subject, since: date, moved: set[tuple[str, str]]) -> bool:
    """Whether the calendar moved the date for which it fired, or the working days after it. That alone moves the
    warning day of the same last day."""
    if (row.due_on.isoformat(), subject.kind) in moved:
        return True
    yellow = row.trigger == Trigger.YELLOW
    counted = row.rung.after > 0 and (row.due_on if yellow else row.day) >= since
    return row.due_on == subject.due_on and (counted or (yellow and row.day < subject.warn_on))


def _moved_by_calendar(rows: Iterable[Firing]) -> dict[int, set[tuple[str, str]]]:
    """For each matter the dates (and kinds of clocks) that a recomputation moved; other causes take nothing back."""
    chains = {row.matter.chain: row.matter_id for row in rows}
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    events = Event.objects.filter(chain__in=list(chains), verb__in=(RECOMPUTE, REWARN))
    for chain, verb, data in events.values_list("chain", "verb", "data"):
        warned = verb == REWARN
        lines = [(data["due"], ClockKind.PROMISE)] if warned else [(one["from"], one["clock"]) for one in data["moved"]]
        found[chains[chain]].update(lines)
    return found


def _holds(begun: Pass, row: Firing, subject: Subject) -> bool:
    """Whether the rung is due under the corrected date too."""
    return any(step.root == row.rung_id for step, _day in begun.judged(subject).due)


def _free(rows: list[tuple[int, date]]) -> list[tuple[int, date]]:
    """Without those whose rung has fired under the corrected date already."""
    held = {row.pk: (row.clock_id, row.rung_id) for row in Firing.objects.filter(pk__in=[pk for pk, _day in rows])}
    clocks = {clock for clock, _rung in held.values()}
    standing = Firing.objects.filter(clock__in=clocks, retracted_at=None)
    taken = set(standing.values_list("clock", "rung", "due_on"))
    return [(pk, day) for pk, day in rows if (*held[pk], day) not in taken]


def retract(wrong: Sequence[Firing], *, why: Any, now: datetime) -> None:
    """Take these back: a line in each history, and a message to everybody who had been told; who had not been is told
    nothing. The caller holds their matters, which are read already, as the rungs are."""
    if not wrong:
        return
    keys = {row.pk: row for row in wrong}
    Firing.objects.filter(pk__in=keys).update(retracted_at=now)
    chains: dict[str, list[Fact]] = defaultdict(list)
    with override(settings.LANGUAGE_CODE):
        for row in wrong:
            data = {"body": row.rung.name, "due": row.due_on.isoformat()}
            chains[row.matter.chain].append(Fact(verb="light_off", data=data, reason=str(why)))
        record_many(chains, by=None, now=now)
        told = Alert.objects.filter(firing__in=keys, digest__isnull=False).select_related("person").order_by("pk")
        queue((_taken_back(row, keys[row.firing_id], why) for row in told), now=now)
    Alert.objects.filter(firing__in=keys, digest=None, dropped_at=None).update(dropped_at=now)


def _taken_back(alert: Alert, firing: Firing, why: Any) -> Draft:
    """The message to one who had been told."""
    return Draft(
        key=f"ladder:back:{firing.pk}:{alert.person_id}", channel=Channel.IN_APP,
        recipient=alert.person, about=firing.matter.chain, link=reverse("desk:matter", args=[firing.matter.code]),
        subject=_("更正：%(rung)s不再成立——%(title)s") % {"rung": firing.rung.name, "title": firing.matter.title},
        body=_("%s原来的提醒收回。") % why,
    )  # fmt: skip
