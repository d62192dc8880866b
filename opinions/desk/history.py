"""The history of a matter and the conversation on it, a part at a time: the newest first, earlier ones on demand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from deputies.organisations.queries import fill_in_bodies
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.verbs import verb_words
from liaison.base.codes import grouped
from liaison.base.phrases import aside, listing
from liaison.base.prepared import Prepared
from liaison.base.web import parts
from opinions.clocks.queries import moved_words
from opinions.clocks.services import RECOMPUTE
from opinions.desk.reading import LINES, NEWEST_LINES
from opinions.matters.models import RESIDENT, Line, Matter
from opinions.matters.states import Status

Item = TypeVar("Item")
EVENTS = 40
"""Events of one part."""
JOINING = ("merge", "branch", "follow")
TELLING = (
    "raise", "link_matter", "relay", "research", "promise", "join_streets", "sign_answer", "invite", "rate",
    "rate_further", "publish_echo", *JOINING,
)  # fmt: skip
"""Verbs that tell what else there is to read for the page of the matter, however long ago."""
TONES = {
    "submit": "active", "assign": "active", "reply": "good", "answer": "good", "rate": "good", "return": "warn",
    "send_back": "warn", "ask": "wait", "decline": "bad", "merge": "neutral",
}  # fmt: skip


@dataclass(frozen=True)
class Stretch(Generic[Item]):
    """A part of a history in its order on the page, and where the earlier ones end; None when there are none."""

    items: Sequence[Item]
    before: int | None = None


@dataclass(frozen=True)
class Newest:
    """The newest events, and those of any age on which the page of the matter depends, oldest first."""

    events: Stretch[parts.Event]
    telling: Sequence[Event]

    @property
    def verbs(self) -> set[str]:
        return {row.verb for row in self.telling}

    @property
    def joined_as(self) -> str:
        """The verb by which the matter last went into another: merge, branch or follow; empty when it did not."""
        return next((row.verb for row in reversed(self.telling) if row.verb in JOINING), "")


def newest_events(matter: Matter) -> Newest:
    """What the page of a matter needs of its history; one statement, whose answer does not grow with it."""
    rows = _NEWEST.rows(chain=matter.chain)
    return Newest(_events(rows[:EVENTS]), rows[::-1])


def _newest(chain: str) -> QuerySet[Event]:
    held = Event.objects.filter(chain=chain)
    recent = Q(seq__gt=Subquery(held.order_by("-seq").values("seq")[:1]) - EVENTS)  # places in a chain have no gaps
    return held.filter(recent | Q(verb__in=TELLING) | Q(data__has_key="tiers")).order_by("-seq")


_NEWEST: Prepared[Event] = Prepared(_newest, chain=str)


def events_before(matter: Matter, seq: int | None) -> Stretch[parts.Event]:
    """The events before the one at place `seq` of the ledger, or the newest."""
    rows = Event.objects.filter(chain=matter.chain).order_by("-seq")
    return _events(rows.filter(seq__lt=seq)[:EVENTS] if seq else rows[:EVENTS])


def newest_lines(matter: Matter, user: User) -> Stretch[parts.Line]:
    """The last lines, in the order in which they were written."""
    return _lines(NEWEST_LINES.rows(matter=matter.pk), user)


def lines_before(matter: Matter, user: User, key: int | None) -> Stretch[parts.Line]:
    """The lines before the one with this key, or the last ones."""
    if not key:
        return newest_lines(matter, user)
    return _lines(list(matter.lines.filter(pk__lt=key).order_by("-id")[: LINES + 1]), user)


def _lines(found: Sequence[Line], user: User) -> Stretch[parts.Line]:
    """These lines, given newest first; one more than a part holds says that there are earlier ones."""
    shown = found[:LINES][::-1]
    fill_in_bodies(shown, "organisation")
    return Stretch([_line(row, user) for row in shown], shown[0].pk if len(found) > LINES else None)


def _events(found: Iterable[Event]) -> Stretch[parts.Event]:
    """These events, newest first; the first one of a chain has place 1."""
    rows = list(found)
    return Stretch([_event(row) for row in rows], rows[-1].seq if rows and rows[-1].seq > 1 else None)


def _title(event: Event) -> str:
    """The event in a few words, with the bodies, the deputy or the other matter it concerns."""
    data, label = event.data, str(verb_words(event.verb))
    other = data.get("into") or (data.get("code", "") if event.verb in ("absorb", "release") else "")
    body = grouped(other) or data.get("body") or data.get("deputy") or ""
    if body and data.get("co"):
        body = aside(body, _("协办：%(bodies)s") % {"bodies": listing(data["co"])})
    return _("%(what)s：%(body)s") % {"what": label, "body": body} if body else label


def _tone(event: Event) -> str:
    """Colour of the event in the history; a rating that leads to rework is a warning."""
    return "bad" if event.verb == "rate" and event.target == Status.REWORK else TONES.get(event.verb, "")


def _actor(name: str) -> str:
    """Who acted; a resident, who stays unnamed, in the reader's language."""
    return _("反映人") if name == RESIDENT else name


def _event(event: Event) -> parts.Event:
    named = event.actor in (event.data.get("body"), event.data.get("deputy"))
    return parts.Event(
        at=event.at, title=_title(event), by="" if named else _actor(event.actor), tone=_tone(event),  # type: ignore[arg-type]
        text=event.reason or (moved_words(event.data.get("moved", ())) if event.verb == RECOMPUTE else ""),
        internal=event.audience == Audience.INTERNAL,
    )  # fmt: skip


def _line(line: Any, user: User) -> parts.Line:
    body = line.organisation.name if line.organisation and line.organisation.name != line.author else ""
    return parts.Line(
        at=line.at, author=_actor(line.author), text=line.body, role=body, internal=line.audience == Audience.INTERNAL,
        mine=line.by_id == user.pk,
    )  # fmt: skip
