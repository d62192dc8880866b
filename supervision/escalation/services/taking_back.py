"""Taking back what fired wrongly because the working calendar was wrong, and telling those who had been told.

Runs once for every recomputation of the limits; where none was, it costs two looks into the ledger. A light that is
as red under the corrected date stays and carries that date, so that nobody is told of it a second time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.updates import update_each
from opinions.clocks.models import Clock
from supervision.escalation.directory import Subject, subjects
from supervision.escalation.models import Alert, Firing
from supervision.escalation.services.firing import Pass

RECOMPUTED = "clocks"
"""Chain in which recomputations of limits stand as a whole."""
CHAIN = "ladder"
"""Chain of the ledger in which stands up to which recomputation lights were taken back."""
BATCH = 1000

name_verbs({"light_off": gettext_lazy("收回亮灯"), "lights_checked": gettext_lazy("核对亮灯")})


def take_back(*, now: datetime) -> int:
    """Take back what no longer holds since the limits were last recomputed; returns how many firings."""
    last = _last(RECOMPUTED, "recompute")
    done = _last(CHAIN, "lights_checked")
    if last is None or (done is not None and done.data["recomputed"] >= last.seq):
        return 0
    begun, count = Pass.begin(now), 0
    rows = Firing.objects.filter(retracted_at=None, clock__stopped_at=None).exclude(due_on=F("clock__due_on"))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        count += _settle(begun, keys[start : start + BATCH])
    with transaction.atomic():
        fact = Fact(verb="lights_checked", data={"recomputed": last.seq, "taken_back": count})
        record(CHAIN, fact, by=None, now=now)
    return count


def _last(chain: str, verb: str) -> Event | None:
    return Event.objects.filter(chain=chain, verb=verb).order_by("-seq").first()


@transaction.atomic
def _settle(begun: Pass, keys: Sequence[int]) -> int:
    """Of these, move those that are right under the corrected date, and take back the others."""
    rows = Firing.objects.select_for_update(of=("self", "matter")).select_related("matter", "rung").order_by("pk")
    held = list(rows.filter(pk__in=keys, retracted_at=None))
    moved = _moved_by_calendar(held)
    clocks = subjects(Clock.objects.filter(pk__in={row.clock_id for row in held}))
    now_is = {one.pk: one for one in (Subject(*row) for row in clocks)}
    ours = [row for row in held if (row.due_on.isoformat(), now_is[row.clock_id].kind) in moved[row.matter_id]]
    right = [row for row in ours if _holds(begun, row, now_is[row.clock_id])]
    wrong = [row for row in ours if row not in right]
    update_each(Firing, ("due_on",), _free([(row.pk, now_is[row.clock_id].due_on) for row in right]))
    Firing.objects.filter(pk__in=[row.pk for row in wrong]).update(retracted_at=begun.now)
    _say(wrong, begun.now)
    return len(wrong)


def _moved_by_calendar(rows: Iterable[Firing]) -> dict[int, set[tuple[str, str]]]:
    """For each matter the dates (and kinds of clocks) that a recomputation moved; other causes take nothing back."""
    chains = {row.matter.chain: row.matter_id for row in rows}
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for chain, data in Event.objects.filter(chain__in=list(chains), verb="recompute").values_list("chain", "data"):
        found[chains[chain]] |= {(line["from"], line["clock"]) for line in data["moved"]}
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


def _say(wrong: Sequence[Firing], now: datetime) -> None:
    """A line in each history, and a message to everybody who had been told; who had not been is told nothing."""
    if not wrong:
        return
    keys = {row.pk: row for row in wrong}
    chains: dict[str, list[Fact]] = defaultdict(list)
    with override(settings.LANGUAGE_CODE):
        for row in wrong:
            data = {"body": row.rung.name, "due": row.due_on.isoformat()}
            chains[row.matter.chain].append(
                Fact(verb="light_off", data=data, reason=_("工作日历更正，时限已重新计算。"))
            )
        record_many(chains, by=None, now=now)
        told = Alert.objects.filter(firing__in=keys, digest__isnull=False).select_related("person").order_by("pk")
        queue((_taken_back(row, keys[row.firing_id]) for row in told), now=now)
    Alert.objects.filter(firing__in=keys, digest=None, dropped_at=None).update(dropped_at=now)


def _taken_back(alert: Alert, firing: Firing) -> Draft:
    """The message to one who had been told."""
    return Draft(
        key=f"ladder:back:{firing.pk}:{alert.person_id}", channel=Channel.IN_APP,
        recipient=alert.person, about=firing.matter.chain, link=reverse("desk:matter", args=[firing.matter.code]),
        subject=_("更正：%(rung)s不再成立——%(title)s") % {"rung": firing.rung.name, "title": firing.matter.title},
        body=_("工作日历更正后，时限已重新计算，原来的提醒收回。"),
    )  # fmt: skip
