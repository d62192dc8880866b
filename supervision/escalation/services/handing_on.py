"""Standing in: what waits for somebody who works here no longer, or came of a rung put out of use, goes to whom the
ladder names now; where it names nobody it is told to nobody, and the matter's page and history say so.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from liaison.base.audit.services import Fact, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.sets import insert_rows
from liaison.base.updates import update_each
from opinions.clocks.models import Clock
from supervision.escalation.directory import Subject, marked, subjects
from supervision.escalation.models import Alert, Firing, Rung
from supervision.escalation.queries import TELLER, standing, waiting
from supervision.escalation.services.firing import ALERT, New, Pass, alerts_of
from supervision.quality.models import QualityMark

BATCH = 500
name_verbs({"light_passed": gettext_lazy("督办提醒转交")})


def hand_on(*, now: datetime) -> int:
    """Give what nobody would hear of to who stands in; returns how many alerts that concerned. None costs one
    statement."""
    done = last = 0
    while rows := list(_lost(now).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        _hand_on(rows, now)
        done, last = done + len(rows), rows[-1]
    return done


def _lost(now: datetime) -> QuerySet[Alert]:
    """What waits, still holds, and is for somebody who has left, or is told by a rung out of use."""
    unused = Rung.objects.filter(active=False).values("pk")
    rows = waiting(now).annotate(by=TELLER).filter(Q(person__is_active=False) | Q(by__in=unused))
    return rows.filter(firing__in=standing())


@transaction.atomic
def _hand_on(keys: Sequence[int], now: datetime) -> None:
    """One batch, by a constant number of statements; what somebody else holds is left to them."""
    rows = _lost(now).filter(pk__in=keys).select_related("firing__rung", "firing__told_by")
    held = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    firings = {one.firing_id: one.firing for one in held}
    begun = Pass.begin(now)
    named = {pk: _named(begun, firings[pk], subject) for pk, subject in _subjects(firings.values()).items()}
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


def _subjects(firings: Iterable[Firing]) -> dict[int, Subject]:
    """What each firing is about, as it stands now; two statements."""
    held = list(firings)
    clocks = subjects(Clock.objects.filter(pk__in=[one.clock_id for one in held if one.clock_id]))
    marks = marked(QualityMark.objects.filter(pk__in=[one.mark_id for one in held if one.mark_id]))
    found = {one.cause: one for one in (Subject(*row) for row in (*clocks, *marks))}
    return {one.pk: found[one.clock_id, one.mark_id] for one in held}


def _named(begun: Pass, firing: Firing, subject: Subject) -> New | None:
    """Whom the ladder names now; None where the rung is in use no more."""
    rung = begun.directory.ladder(subject).by_root.get(firing.rung_id)
    return New(subject, rung, firing.day, begun.directory.told(rung, subject)) if rung else None


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
        return _("这一级已停用，没有发出")
    if not new.told.people:
        return _("上面没有可以督办的人")
    if new.passed_to:
        return _("本级不便督办或无人，转由上一级：%s") % new.passed_to.name
    return _("原来要告诉的人已停用，改告诉接替的人")
