"""Standing in: what waits for somebody who works here no longer, or came of a rung put out of use, goes to whom the
ladder names now; where it names nobody it is told to nobody, and the matter's page and history say so.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from liaison.base.audit.services import Fact, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.sets import all_or_each, insert_rows
from liaison.base.updates import update_each
from opinions.clocks.models import Clock
from supervision.escalation.directory import Subject, marked, subjects
from supervision.escalation.models import Alert, Firing, Rung
from supervision.escalation.queries import TELLER, standing, waiting
from supervision.escalation.services.firing import ALERT, New, Pass, alerts_of
from supervision.escalation.states import OUT_OF_USE
from supervision.quality.models import QualityMark

BATCH = 500
name_verbs({"light_passed": gettext_lazy("督办提醒转交")})


def hand_on(*, now: datetime) -> int:
    """Give what nobody would hear of to who stands in; returns how many lights that concerned. None costs one
    statement. One that fails waits until tomorrow, and holds up no other."""
    return sum(
        all_or_each(partial(_hand_on, keys, now), partial(_apart, keys), partial(_alone, now=now), passing=())
        for keys in _pages(lost(now))
    )


def plan_handing_on(*, now: datetime, closed: Sequence[int]) -> Iterator[tuple[int, datetime]]:
    """Who would hear of more by what `hand_on` would do, and from when on; writes nothing and holds nothing. What is
    told by the rungs `closed` waits for their hours, and what is paused waits as well."""
    coming = lost(now).annotate(teller=TELLER).exclude(teller__in=closed).filter(firing__clock__paused_on=None)
    for keys in _pages(coming):
        begun = Pass.begin(now)
        others = Alert.objects.filter(firing__in=keys).exclude(pk__in=lost(now).values("pk"))
        known = set(others.values_list("firing", "person"))
        for firing, new in _named(begun, {one.pk: one for one in _apart(keys)}).items():
            for pk, person, due_at in alerts_of(begun, firing, new) if new else ():
                if (pk, person) not in known:
                    yield person, due_at


def _pages(rows: QuerySet[Alert]) -> Iterator[list[int]]:
    """The firings of these alerts, some at a time: never some alerts of one."""
    last, found = 0, rows.order_by("firing_id").values_list("firing", flat=True).distinct()
    while keys := list(found.filter(firing__gt=last)[:BATCH]):
        yield keys
        last = keys[-1]


def _apart(keys: Sequence[int]) -> QuerySet[Firing]:
    return Firing.objects.filter(pk__in=keys).select_related("rung", "told_by").order_by("pk")


def _alone(firing: Firing, now: datetime) -> None:
    """One by itself; where it fails, what it has to tell waits until tomorrow."""
    try:
        _hand_on([firing.pk], now)
    except OperationalError:
        raise
    except Exception:
        waits = lost(now).filter(firing=firing)
        Alert.objects.filter(pk__in=waits.values("pk")).update(due_at=now + timedelta(days=1))
        raise


def lost(now: datetime) -> QuerySet[Alert]:
    """What waits, still holds, and is for somebody who has left, or is told by a rung out of use."""
    unused = Rung.objects.filter(active=False).values("pk")
    rows = waiting(now).annotate(by=TELLER).filter(Q(person__is_active=False) | Q(by__in=unused))
    return rows.filter(firing__in=standing())


@transaction.atomic
def _hand_on(keys: Sequence[int], now: datetime) -> int:
    """One batch of firings, by a constant number of statements; what somebody else holds is left to them."""
    rows = lost(now).filter(firing__in=keys).select_related("firing__rung", "firing__told_by")
    held = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    firings = {one.firing_id: one.firing for one in held}
    begun = Pass.begin(now)
    named = _named(begun, firings)
    heirs = {pk: set(new.told.people) if new else set() for pk, new in named.items()}
    gone = [one.pk for one in held if one.person_id not in heirs.get(one.firing_id, ())]
    Alert.objects.filter(pk__in=gone).delete()
    asked = [row for pk, new in named.items() if new for row in alerts_of(begun, pk, new)]
    fresh = insert_rows(Alert, ALERT, asked, giving=("firing",))
    above = {pk: new.passed_to for pk, new in named.items() if new and new.told.people}
    moved = [(firings[pk], rung) for pk, rung in above.items() if (rung and rung.root_id) != firings[pk].told_by_id]
    values = [(one.pk, rung and rung.root_id, one.acts or bool(rung and rung.acts)) for one, rung in moved]
    update_each(Firing, ("told_by", "acts"), values)
    _record(firings, named, {pk for (pk,) in fresh}, now)
    return len(firings)


def _named(begun: Pass, firings: dict[int, Firing]) -> dict[int, New | None]:
    """Whom the ladder names now for each; None where its rung is in use no more."""
    about = _subjects(firings.values())
    return {pk: _new(begun, firings[pk], subject) for pk, subject in about.items()}


def _new(begun: Pass, firing: Firing, subject: Subject) -> New | None:
    rung = begun.directory.ladder(subject).by_root.get(firing.rung_id)
    return New(subject, rung, firing.day, begun.directory.told(rung, subject)) if rung else None


def _subjects(firings: Iterable[Firing]) -> dict[int, Subject]:
    """What each firing is about, as it stands now; two statements."""
    held = list(firings)
    clocks = subjects(Clock.objects.filter(pk__in=[one.clock_id for one in held if one.clock_id]))
    marks = marked(QualityMark.objects.filter(pk__in=[one.mark_id for one in held if one.mark_id]))
    found = {one.cause: one for one in (Subject(*row) for row in (*clocks, *marks))}
    return {one.pk: found[one.clock_id, one.mark_id] for one in held}


def _record(firings: dict[int, Firing], named: dict[int, New | None], fresh: set[int], now: datetime) -> None:
    """A line in the history of each matter whose light went to somebody else, or to nobody."""
    chains: dict[str, list[Fact]] = {}
    with override(settings.LANGUAGE_CODE):
        for pk, new in named.items():
            if new and new.told.people and pk not in fresh:
                continue
            fact = Fact(verb="light_passed", data={"body": firings[pk].rung.name}, reason=_why(new))
            chains.setdefault(f"matter:{firings[pk].matter_id}", []).append(fact)
    record_many(chains, by=None, now=now)


def _why(new: New | None) -> str:
    if new is None:
        return str(OUT_OF_USE)
    if not new.told.people:
        return _("上面没有可以督办的人")
    if new.passed_to:
        return _("本级不便督办或无人，转由上一级：%s") % new.passed_to.name
    return _("原来要告诉的人已停用，改告诉接替的人")
