"""Reading reminders, letters and sponsored cases: lists, one letter with all of it, and what a matter's panel shows."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.organisations.models import HANDLER_KINDS, STREET_KINDS, Organisation
from deputies.organisations.queries import bodies, district_of, ids_below
from liaison.base.documents.official import Official, official_from
from liaison.base.workdays.arithmetic import Light, light, local_today
from opinions.handling.models import Assignment
from opinions.invitations.queries import find_link
from opinions.matters.models import Matter
from supervision.orders.access import STAFF, acting_for, answers, issues, letters_for, overseen_by, own_ids
from supervision.orders.models import (
    AnswerPoint,
    Letter,
    LetterAnswer,
    LetterHead,
    LetterLink,
    LetterMatter,
    LetterTemplate,
    Reminder,
    ReminderMatter,
    Sponsorship,
)
from supervision.orders.paper import names_for_reply, official, titled
from supervision.orders.states import LETTER, UNANSWERED, AnswerStatus, LetterStatus, SponsorStatus

PARTS = ("issuer", "addressee")
RUNNING = Q(rows__clock__stopped_at__isnull=True)
LATE = AnswerPoint.objects.filter(
    answer__letter=OuterRef("pk"), answer__round=OuterRef("round"), answer__status=AnswerStatus.SIGNED,
    due_on__gt=F("demand__due_on"),
)  # fmt: skip
"""Points of a letter's present answer with a later day than is demanded."""
IN_PANEL = 5
ISSUERS = (
    "issue_letter", "submit_letter", "accept_letter", "refuse_letter", "edit_letter", "return_letter",
    "withdraw_letter", "void_letter",
)  # fmt: skip
"""Verbs of the body that writes the letter."""


def letters(user: User) -> QuerySet[Letter]:
    """The letters that the user may read, with `due_on` (the first day on which an answer is due, while one is), the
    warning day, the number of matters, and whether the signed answer promises a later day than is demanded."""
    rows = Letter.objects.filter(letters_for(user)).select_related(*PARTS)
    return _counted(rows)


def _counted(rows: QuerySet[Letter]) -> QuerySet[Letter]:
    return rows.annotate(
        due_on=Min("rows__clock__due_on", filter=RUNNING),
        warn_on=Min("rows__clock__warn_on", filter=RUNNING),
        matters=Count("rows", distinct=True),
        promised_late=Exists(LATE),
    )


def overdue(today: date) -> Q:
    """Condition on Letter: the addressee's answer is overdue."""
    late = LetterMatter.objects.filter(
        letter=OuterRef("pk"), clock__stopped_at__isnull=True, clock__paused_on__isnull=True, clock__due_on__lt=today
    )
    return Q(Exists(late), status__in=UNANSWERED)


def waiting_for(user: User) -> Q:
    """Condition on Letter: the next step is the user's body's: to answer, to sign, or to accept an answer."""
    return Q(addressee__in=own_ids(user), status__in=UNANSWERED) | to_decide(user)


def to_decide(user: User) -> Q:
    """Condition on Letter: the user's body wrote it, and it waits for a signature, or for a judgement of the answer."""
    turns = {Permission.ORDER_ISSUE: LetterStatus.PENDING, Permission.ORDER_DRAFT: LetterStatus.ANSWERED}
    mine = [status for permission, status in turns.items() if can(user, permission)]
    return Q(issuer__in=own_ids(user), status__in=mine)


def filtered(rows: QuerySet[Letter], chosen: Mapping[str, Any], user: User, today: date) -> QuerySet[Letter]:
    """`rows` narrowed by the cleaned values of the list's form."""
    held = own_ids(user)
    if chosen.get("side") == "to_us":
        rows = rows.filter(addressee__in=held)
    if chosen.get("side") == "from_us":
        rows = rows.filter(issuer__in=held)
    if chosen.get("side") == "waiting":
        rows = rows.filter(waiting_for(user))
    plain = {"status": chosen.get("status"), "addressee": chosen.get("body"), "issuer": chosen.get("issuer")}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    return rows.filter(overdue(today)) if chosen.get("overdue") else rows


def light_up(letter: Letter, today: date) -> Letter:
    """Set `.light` by the clock of the answer; none while nobody's answer is awaited."""
    due_on, warn_on = getattr(letter, "due_on", None), getattr(letter, "warn_on", None)
    awaited = letter.status in UNANSWERED and due_on is not None
    letter.light = light(due_on, warn_on, today) if awaited else None  # type: ignore[attr-defined]
    return letter


@dataclass(frozen=True)
class LetterPage:
    """A letter and all that hangs on it."""

    letter: Letter
    matters: Sequence[Matter]
    answers: Sequence[LetterAnswer]
    visible: frozenset[int]
    """Ids of the matters that the reader may open."""


def letter_page(user: User, letter: Letter) -> LetterPage:
    """All of a letter; a constant number of statements. The addressee's unsigned answer is its own to read."""
    rows = LetterMatter.objects.filter(letter=letter).select_related("matter", "superseded", "clock")
    found = _answers(letter)
    if not answers(user, letter):
        found = found.filter(Q(status=AnswerStatus.SIGNED) | Q(written_by=user))
    matters = []
    for row in rows:
        row.matter.row = row  # type: ignore[attr-defined]
        matters.append(row.matter)
    seen = Matter.objects.visible_to(user).filter(pk__in=[one.pk for one in matters]).values_list("pk", flat=True)
    return LetterPage(letter, matters, list(found), frozenset(seen))


def _answers(letter: Letter) -> QuerySet[LetterAnswer]:
    """The answers of a letter with all their parts."""
    found = letter.answers.select_related("written_by", "signed_by")
    return found.prefetch_related(Prefetch("points"), "points__demand", "files")


def signed_answers(letter: Letter) -> list[LetterAnswer]:
    """What was answered, for the page of the letter's link."""
    return list(_answers(letter).filter(status=AnswerStatus.SIGNED))


def matters_by_link(letter: Letter) -> list[tuple[LetterMatter, str]]:
    """The matters of a letter with titles that name nobody, for the page of the letter's link; two statements."""
    rows = {row.matter: row for row in letter.rows.select_related("matter", "superseded", "clock")}
    return [(rows[matter], title) for matter, title in titled(list(rows))]


def limit_of(letter: Letter) -> date | None:
    """The first day on which an answer is due, while one is."""
    rows = letter.rows.filter(clock__stopped_at__isnull=True, superseded=None)
    return rows.aggregate(day=Min("clock__due_on"))["day"]


def document_of(letter: Letter) -> Official:
    """What the letter's documents say: as it was issued, else as it stands, marked as a draft."""
    if letter.printed:
        return official_from(letter.printed)
    matters = [row.matter for row in letter.rows.select_related("matter")]
    head = LetterHead.objects.filter(organisation=letter.issuer_id).first()
    return official(letter, matters=matters, due_on=None, day=None, head=head)


def moved_limit(paper: Official, due_on: date | None) -> date | None:
    """The day on which an answer is due now, where the issued document names another one: a calendar was imported, or
    the answer was asked for again."""
    return due_on if due_on and not paper.draft and not names_for_reply(paper, due_on) else None


@cache
def _packaged() -> list[dict[str, Any]]:
    return list(tomllib.loads((Path(__file__).parent / "templates.toml").read_text("utf-8"))["template"])


def templates_for(body: Organisation | None) -> list[LetterTemplate]:
    """The templates of a body and those for everybody; those that the product brings where there are none."""
    rows = LetterTemplate.objects.filter(Q(organisation=None) | Q(organisation=body), active=True)
    held = list(rows)
    return held or [
        LetterTemplate(name=row["name"], basis=row["basis"], opening=row["opening"], demands=row["demands"].strip())
        for row in _packaged()
    ]


def addressees(user: User) -> list[Organisation]:
    """Bodies to which the user's body can write: those that handle in its district, for the district its streets."""
    held = acting_for(user)
    district = district_of(held) if held else None
    kinds = (*HANDLER_KINDS, *STREET_KINDS) if user.role in DISTRICT_ROLES else HANDLER_KINDS
    rows = (one for one in bodies().by_id.values() if one.active and one.kind in kinds and one != held)
    return sorted((one for one in rows if district_of(one) == district), key=lambda one: one.code)


def issuers(user: User) -> list[Organisation]:
    """Bodies whose letters the user may read, for the filter."""
    held = acting_for(user)
    district = district_of(held) if held else None
    rows = (one for one in bodies().by_id.values() if one.kind in STREET_KINDS or one == district)
    return sorted((one for one in rows if district_of(one) == district), key=lambda one: one.code)


def reminders_for(user: User) -> QuerySet[Reminder]:
    """The reminders that the user's body got or gave, and for the district those of its streets."""
    held = acting_for(user)
    if held is None or not can(user, Permission.ORDER_VIEW):
        return Reminder.objects.none()
    own = own_ids(user)
    issuers_ = ids_below(held.pk) if user.role in DISTRICT_ROLES else own
    rows = Reminder.objects.filter(Q(body__in=own) | Q(issuer__in=issuers_))
    return rows.select_related("issuer", "body", "by").annotate(matters=Count("rows"))


def chosen_matters(user: User, keys: Sequence[str]) -> list[Matter]:
    """The matters named by these keys that are in the user's care, in their order; strange keys are left out."""
    ids = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 12]
    rows = Matter.objects.filter(overseen_by(user), pk__in=ids[:500])
    return list(rows.select_related("holder", "holder_deputy").order_by("due_on", "pk"))


def responsible(matters: Sequence[Matter]) -> dict[int, Organisation | None]:
    """By the id of each matter the body that answers for it: who is liable, else who holds it. One statement."""
    rows = Assignment.objects.filter(matter__in=[one.pk for one in matters], liable=True)
    liable = dict(rows.values_list("matter", "organisation"))
    return {one.pk: bodies().get(liable.get(one.pk) or one.holder_id) for one in matters}


ENDED = _("已经结束")
WITH_DEPUTY = _("由代表跟踪，没有承办单位可催")
WITH_RESIDENT = _("正在等群众，没有单位可催")
OURS = _("由本单位自己办理，不能催办自己")
SAID = _("这个工作日已经催过这个单位")


@dataclass
class Reach:
    """Matters by the body that is reminded of them, and those of which none is, with why."""

    by_body: dict[Organisation, list[Matter]] = field(default_factory=dict)
    skipped: list[tuple[Matter, Any]] = field(default_factory=list)


def reach_of(matters: Sequence[Matter], own: Collection[int], day: date) -> Reach:
    """Whom a reminder of these matters reaches on a working day, given by the body `own` (ids); two statements."""
    held, found = responsible(matters), Reach()
    said = set(ReminderMatter.objects.filter(matter__in=matters, day=day).values_list("matter", "body"))
    for matter in matters:
        body = held[matter.pk]
        why = _why_not(matter, body, own, said)
        if why is None and body is not None:
            found.by_body.setdefault(body, []).append(matter)
        else:
            found.skipped.append((matter, why))
    return found


def _why_not(matter: Matter, body: Organisation | None, own: Collection[int], said: set[tuple[int, int]]) -> Any:
    """Why nobody is reminded of the matter; None when somebody is."""
    if not matter.is_open:
        return ENDED
    if body is None:
        return WITH_DEPUTY if matter.holder_deputy_id else WITH_RESIDENT
    if body.pk in own:
        return OURS
    return SAID if (matter.pk, body.pk) in said else None


def verbs_for(user: User, letter: Letter, answer: LetterAnswer | None) -> list[str]:
    """What the user can do to the letter now, the likeliest first; the services permit exactly these. `answer` is the
    unsigned one of this round."""
    verbs = [row for row in LETTER.verbs_from(letter.status) if row.verb in ISSUERS]
    found = [row.verb for row in verbs if issues(user, letter, Permission(row.permission))]
    if letter.status not in UNANSWERED:
        return found
    paper = writes_for(user, letter)
    status = answer.status if answer else ""
    writes = paper or answers(user, letter)
    signs = paper or answers(user, letter, Permission.ORDER_SIGN_ANSWER)
    theirs = {
        "sign_answer": signs and bool(status),
        "save_answer": writes and status != AnswerStatus.PENDING,
        "submit_answer": writes and not signs and status == AnswerStatus.DRAFT,
        "return_answer": signs and not paper and status == AnswerStatus.PENDING,
    }
    return [*(verb for verb, may in theirs.items() if may), *found]


def writes_for(user: User, letter: Letter) -> bool:
    """Whether the user enters, for a body without accounts, what it answered on paper."""
    return issues(user, letter) and not staffed(letter.addressee_id)


def staffed(body_id: int) -> bool:
    """Whether somebody of the body can sign in to answer."""
    return User.objects.filter(organisation=body_id, is_active=True, role__in=STAFF).exists()


def find_letter_link(token: str) -> LetterLink | None:
    """The link that `token` opens, with its letter; revoked and expired ones too."""
    related = ("letter__issuer", "letter__addressee", "letter__drafted_by", "letter__signed_by")
    return find_link(LetterLink.objects.select_related(*related), token)


def link_of(letter: Letter) -> LetterLink | None:
    """The open link of a letter."""
    return letter.links.filter(revoked_at__isnull=True).first()


def cases_for(user: User) -> QuerySet[Sponsorship]:
    """The sponsored cases that the user may read: the own ones, and those of matters in the user's scope."""
    seen = Matter.objects.visible_to(user).order_by().values("pk")
    rows = Sponsorship.objects.filter(Q(sponsor=user) | Q(matter__in=seen))
    return rows.select_related("matter", "sponsor", "organisation")


def light_case(case: Sponsorship, today: date) -> Sponsorship:
    """Set `.light` by the target day, while the case lives: yellow in its last week."""
    near = (case.target_on - today).days <= 7
    if case.status != SponsorStatus.LIVE:
        case.light = None  # type: ignore[attr-defined]
    elif case.target_on < today:
        case.light = Light.RED  # type: ignore[attr-defined]
    else:
        case.light = Light.YELLOW if near else Light.GREEN  # type: ignore[attr-defined]
    return case


@dataclass(frozen=True)
class About:
    """What the panel of a matter shows of orders, and which of them the reader can give."""

    reminders: Sequence[ReminderMatter]
    letters: Sequence[Letter]
    case: Sponsorship | None
    may: Mapping[str, bool]

    def __bool__(self) -> bool:
        return bool(self.reminders or self.letters or self.case or any(self.may.values()))


def about(matter: Matter, user: User) -> About:
    """Reminders, letters and sponsorship of one matter, for its reader; five statements."""
    today = local_today(timezone.now())
    reminders = ReminderMatter.objects.filter(matter=matter).select_related("reminder__issuer", "body")
    rows = letters(user).filter(pk__in=LetterMatter.objects.filter(matter=matter).values("letter"))
    case = Sponsorship.objects.filter(matter=matter).select_related("sponsor").order_by("-pk").first()
    return About(
        reminders=list(reminders.order_by("-pk")[:IN_PANEL]) if can(user, Permission.ORDER_VIEW) else [],
        letters=[light_up(one, today) for one in rows.exclude(status=LetterStatus.VOID).order_by("-pk")[:IN_PANEL]],
        case=light_case(case, today) if case else None,
        may=_may(matter, user, case),
    )


def _may(matter: Matter, user: User, case: Sponsorship | None) -> dict[str, bool]:
    cares = can(user, Permission.ORDER_REMIND) and Matter.objects.filter(overseen_by(user), pk=matter.pk).exists()
    open_ = cares and matter.is_open
    theirs = responsible([matter])[matter.pk] if open_ else None
    others = theirs is not None and theirs.pk not in own_ids(user)
    free = case is None or case.status != SponsorStatus.LIVE
    return {
        "remind": others and matter.holder_deputy_id is None,
        "draft": open_ and matter.holder_deputy_id is None,
        "sponsor": open_ and free and can(user, Permission.CASE_SPONSOR),
        "trail": can(user, Permission.ORDER_VIEW),
    }
