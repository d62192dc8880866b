"""The rows of a course: matter, opinion, reporter, limits, assignments, replies, rating, and its chain."""

import json
from datetime import timedelta
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from deputies.accounts.models import Role, User
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import digest
from liaison.base.codes import numbered_code
from liaison.demo.load.story import DAY, EPOCH, HOUR, Course, day_text, instant, instant_of_ledger
from liaison.demo.load.world import Limit, World
from liaison.demo.load.writing import Table
from liaison.demo.story import SOLVED
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.evaluation.models import Rating
from opinions.handling.models import Assignment, AssignmentStatus, Part, Reply, ReplyPoint, ReplyStatus
from opinions.intake.models import Opinion
from opinions.matters.models import RESIDENT, Matter, ReplyClass, Reporter, Satisfaction
from opinions.matters.states import OPINION, Status

S = Status
OFFSET = 8 * HOUR
"""China's clocks against UTC; days of limits are China's."""
PROMISED = 30
"""Days after a reply until which a promise is to be kept."""
STAFF = (Role.STREET_STAFF, Role.STREET_SECRETARY)


class Keys(NamedTuple):
    """The first key of each table whose rows others refer to."""

    matter: int
    reporter: int
    assignment: int
    reply: int


class Running(NamedTuple):
    """A duty that runs, for the dates of the matter."""

    due: str
    kind: str
    warn: str


class Data(NamedTuple):
    """The data of an event, as it is hashed and as it is stored."""

    held: dict[str, Any]
    text: str


NOTHING = Data({}, "{}")


@cache
def _body(name: str) -> Data:
    held = {"body": name}
    return Data(held, json.dumps(held, ensure_ascii=False))


class Rows:
    """Tells courses into tables."""

    def __init__(self, world: World, keys: Keys, count: int) -> None:
        self.world, self.keys, self.count = world, keys, count
        self.matters = Table(
            Matter, "id", "code", "title", "status", "tier", "category", "division", "street", "district", "deputy",
            "holder", "holder_deputy", "opened_at", "first_replied_at", "closed_at", "due_on", "warn_on", "due_clock",
            "reply_class", "quality", "satisfaction", "round", "resume_status", "search_text",
        )  # fmt: skip
        self.opinions = Table(
            Opinion, "matter", "channel", "content", "place", "addressed_to", "privacy_version", "consent_contact",
            "submission_key",
        )  # fmt: skip
        self.reporters = Table(Reporter, "id", "matter", "name", "phone", "phone_index", "link_key", "created_at")
        self.clocks = Table(
            Clock, "matter", "organisation", "kind", "policy", "amount", "unit", "started_on", "warn_on", "due_on",
            "next_on", "provisional", "paused_on", "stopped_at", "outcome", "explanation",
        )  # fmt: skip
        self.assignments = Table(
            Assignment, "id", "matter", "organisation", "part", "status", "assigned_by", "assigned_by_organisation",
            "assigned_at", "signed_by", "signed_at", "returned_at", "return_text", "finished_at", "liable",
        )  # fmt: skip
        self.replies = Table(
            Reply, "id", "matter", "assignment", "deputy", "organisation", "text", "reply_class", "status",
            "written_by", "written_at", "approved_by", "issued_at",
        )  # fmt: skip
        self.points = Table(ReplyPoint, "reply", "order", "problem", "measure", "person", "due_on", "done")
        self.ratings = Table(Rating, "matter", "reporter", "reply", "round", "satisfaction", "solved", "at")
        self.events = Table(
            Event, "chain", "seq", "verb", "source", "target", "data", "audience", "by", "actor", "at", "previous",
            "digest",
        )  # fmt: skip

    @property
    def tables(self) -> list[Table]:
        """All tables, those first to which others refer."""
        return [
            self.matters, self.opinions, self.reporters, self.clocks, self.assignments, self.replies, self.points,
            self.ratings, self.events,
        ]  # fmt: skip

    def tell(self, course: Course) -> None:
        """Add the rows of one course."""
        place = course.number - self.keys.matter
        reply = self.keys.reply + place
        self._assignments(course, self.keys.assignment + place)
        answered = self._reply(course, reply, self.keys.assignment + place)
        running = self._clocks(course)
        self._matter(course, min(running, default=None))
        self._people(course, self.keys.reporter + place, reply if answered else None)
        self._events(course)

    def _matter(self, course: Course, tightest: Running | None) -> None:
        text, steps, code = course.text, course.steps, numbered_code(course.number)
        replied = steps.get("answer") or steps.get("reply")
        holder, deputy = _turn(course)
        closed = instant(course.opened + course.span) if course.status in ENDED else None
        due, kind, warn = tightest or (None, "", None)
        self.matters.rows.append((
            course.number, code, text.title, course.status, course.tier.value, text.category.pk, course.place,
            course.street.committee.pk, self.world.district.pk, _pk(course.deputy), holder, deputy,
            instant(course.opened), instant(replied) if replied else None, closed, due, warn, kind,
            course.reply_class, course.quality, course.satisfaction if course.status == S.CLOSED else "",
            2 if course.status == S.REWORK else 1, S.TAKEN.value if course.status == S.WAITING else "",
            f"{code.lower()} {text.words}",
        ))  # fmt: skip
        self.opinions.rows.append((
            course.number, course.channel, text.content, text.place,
            _pk(course.deputy) if course.by_deputy else None, "load", True,
            f"{course.number:032x}",
        ))  # fmt: skip

    def _people(self, course: Course, reporter: int, reply: int | None) -> None:
        one = course.resident
        self.reporters.rows.append((
            reporter, course.number, one.name, one.phone, one.phone_index, one.link_key, instant(course.opened),
        ))  # fmt: skip
        if course.satisfaction:
            word, at = course.satisfaction, instant(course.steps["rate"])
            self.ratings.rows.append((course.number, reporter, reply, 1, word, SOLVED[Satisfaction(word)].value, at))

    def _assignments(self, course: Course, key: int) -> None:
        body, steps = course.body, course.steps
        if body is None:
            return
        status = _assigned_status(course)
        at, committee = instant(steps["assign"]), course.street.committee
        signer = self.world.user(body, Role.HANDLER, Role.DEPARTMENT_HEAD)
        returned = instant(steps["return"]) if "return" in steps else None
        done = instant(steps["reply"]) if "reply" in steps else None
        staff = _pk(self.world.user(committee, *STAFF))
        signed = instant(steps["sign"]) if course.signed else None
        self.assignments.rows.append((
            key, course.number, body.pk, Part.LEAD.value, status, staff, committee.pk, at,
            _pk(signer) if signed else None, signed, returned, "不属本单位职责" if returned else "", done or returned,
            status in LIABLE,
        ))  # fmt: skip
        if course.co is not None and returned is None:
            signed = signed or (at if status == AssignmentStatus.SIGNED else None)
            self.assignments.rows.append((
                key + self.count, course.number, course.co.pk, Part.CO.value, status, staff, committee.pk, at,
                None, signed, None, "", done, False,
            ))  # fmt: skip

    def _reply(self, course: Course, key: int, assignment: int) -> bool:
        """The answer of the deputy or the reply of the body; whether there is one."""
        at = course.steps.get("answer") or course.steps.get("reply")
        if at is None and not course.drafted:
            return False
        body, text = course.body, course.text
        writer, head = self._writers(course)
        status = ReplyStatus.ISSUED.value if at else course.drafted
        written = instant(at or course.opened + int(course.span * 0.9))
        self.replies.rows.append((
            key, course.number, assignment if body else None, _pk(course.deputy) if body is None else None, _pk(body),
            text.reply, course.reply_class or ReplyClass.SOLVED.value, status, _pk(writer), written,
            _pk(head) if at else None, written if at else None,
        ))  # fmt: skip
        if at and body and course.reply_class in PROMISES:
            due = day_text((at + OFFSET) // DAY + PROMISED)
            done = course.status == S.CLOSED and course.kept
            self.points.rows.append((key, 1, text.title, text.measure, writer.name if writer else "经办人", due, done))
        return True

    def _writers(self, course: Course) -> tuple[User | None, User | None]:
        """Who wrote and who signed the answer."""
        if course.body is None:
            user = course.deputy.user if course.deputy else None
            return user, user
        head = self.world.user(course.body, Role.DEPARTMENT_HEAD, Role.HANDLER)
        return self.world.user(course.body, Role.HANDLER, Role.DEPARTMENT_HEAD), head

    def _clocks(self, course: Course) -> list[Running]:
        """The limits that ran and run; returns the duties that run."""
        steps, opened = course.steps, course.opened
        first = next(iter(steps.values()), None)
        whose = None if course.by_deputy else course.street.committee.pk
        running = [self._clock(course, ClockKind.TAKE, opened, whose, stopped=first, outcome=next(iter(steps), ""))]
        if course.body is not None:
            began, body = steps["assign"], course.body.pk
            sign, done = steps.get("sign") or steps.get("return"), steps.get("reply") or steps.get("return")
            verb = "return" if "return" in steps else ""
            signed = self._clock(course, ClockKind.SIGN, began, body, stopped=sign, outcome=verb or "sign")
            replied = self._clock(course, ClockKind.REPLY, began, body, stopped=done, outcome=verb or "reply")
            running += [signed, replied]
        elif "take" in steps:
            done = steps.get("answer")
            running.append(self._clock(
                course, ClockKind.REPLY, steps["take"], whose, stopped=done, outcome="answer",
                paused=steps.get("ask"),
            ))  # fmt: skip
        if course.status == S.WAITING:
            self._clock(course, ClockKind.SUPPLY, steps["ask"], None, stopped=None, outcome="")
        elif course.status == S.REPLIED:
            replied_at = steps.get("answer") or steps["reply"]
            self._clock(course, ClockKind.RATE, replied_at, None, stopped=None, outcome="")
        elif course.status in (S.REWORK, S.RETURNED):
            again = steps.get("rate") or steps["return"]
            running.append(self._clock(course, ClockKind.TAKE, again, whose, stopped=None, outcome=""))
        return [one for one in running if one is not None]

    def _clock(
        self, course: Course, kind: ClockKind, began: int, whose: int | None, *, stopped: int | None, outcome: str,
        paused: int | None = None,
    ) -> Running | None:  # fmt: skip
        """One limit; what it says of the matter's dates while it runs."""
        limit = self._limit(course, kind, began)
        if limit is None:
            return None
        runs = stopped is None and paused is None
        self.clocks.rows.append((
            course.number, whose, kind.value, limit.policy.pk, limit.policy.amount, limit.policy.unit, limit.start,
            limit.warn, limit.due, limit.warn if stopped is None else None, limit.provisional,
            day_text((paused + OFFSET) // DAY) if paused else None, instant(stopped) if stopped else None,
            outcome if stopped else "", limit.explanation if stopped is None else "[]",
        ))  # fmt: skip
        return Running(limit.due, kind.value, limit.warn) if runs else None

    def _limit(self, course: Course, kind: ClockKind, began: int) -> Limit | None:
        day = EPOCH + timedelta(days=(began + OFFSET) // DAY)
        return self.world.limit(kind, course.tier.value, course.text.category, day)

    def _events(self, course: Course) -> None:
        """The chain: raised, and each step since, with the hash of the one before."""
        chain, status = f"matter:{course.number}", S.SUBMITTED.value
        previous = self._event((chain, 1, "submit", "", status), NOTHING, None, RESIDENT, course.opened, "")
        for seq, (step, at) in enumerate(sorted(course.steps.items(), key=itemgetter(1)), start=2):
            lapsed = step == "rate" and not course.satisfaction
            verb = "lapse" if lapsed else step
            data, by, actor = (NOTHING, None, "") if lapsed else self._acted(course, step)
            target = status if verb == "sign" else TARGETS.get(verb) or _rated(course)
            previous = self._event((chain, seq, verb, status, target), data, by, actor, at, previous)
            status = target

    def _event(
        self, what: tuple[str, int, str, str, str], data: Data, by: int | None, actor: str, at: int, previous: str
    ) -> str:
        """One event; returns its hash."""
        told = AUDIENCES[what[2]]
        found = digest([*what, "", data.held, told, by, actor, instant_of_ledger(at), previous])
        self.events.rows.append((*what, data.text, told, by, actor, instant(at), previous, found))
        return found

    def _acted(self, course: Course, verb: str) -> tuple[Data, int | None, str]:
        """What an event tells, and who acted."""
        if verb in ("rate", "withdraw"):
            return NOTHING, None, RESIDENT
        if verb == "answer" or (verb == "take" and course.by_deputy):
            user = course.deputy.user if course.deputy else None
        elif verb in ("sign", "return", "reply") and course.body is not None:
            user = self.world.user(course.body, Role.HANDLER, Role.DEPARTMENT_HEAD)
        else:
            user = self.world.user(course.street.committee, *STAFF)
        data = _body(course.body.name) if course.body is not None else NOTHING
        return data, _pk(user), user.signature if user else ""


ENDED = (S.CLOSED, S.DECLINED, S.WITHDRAWN)
LIABLE = (AssignmentStatus.PENDING, AssignmentStatus.SIGNED, AssignmentStatus.RETURNED)
PROMISES = (ReplyClass.BEING_SOLVED, ReplyClass.PLANNED)
AUDIENCES = {step.verb: (Audience.PUBLIC if step.public else Audience.INTERNAL).value for step in OPINION.rows}
TARGETS = {step.verb: S(step.target).value for step in OPINION.rows if step.target is not None}


def _rated(course: Course) -> str:
    """Where the resident's word led."""
    return (S.REWORK if course.status == S.REWORK else S.CLOSED).value


def _pk(row: Any) -> int | None:
    return None if row is None else row.pk


def _assigned_status(course: Course) -> str:
    """How the assignment stands."""
    if "reply" in course.steps:
        return AssignmentStatus.REPLIED.value
    if "return" in course.steps:
        return AssignmentStatus.RETURNED.value
    return (AssignmentStatus.SIGNED if course.signed else AssignmentStatus.PENDING).value


def _turn(course: Course) -> tuple[int | None, int | None]:
    """Whose turn it is: a body, a deputy, or neither."""
    if course.status in (S.WAITING, S.REPLIED, *ENDED):
        return None, None
    if course.status == S.HANDLING:
        return _pk(course.body), None
    return (None, _pk(course.deputy)) if course.by_deputy else (course.street.committee.pk, None)
