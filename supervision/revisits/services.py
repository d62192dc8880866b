"""回访: drawing, giving out, calling in vain, keeping what was heard. No step changes a resident's rating (rule 5)."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import ADMIN_ROLES, DISTRICT_ROLES, Role, User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.draws import digest, drawn
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.privacy import hide_id_numbers
from liaison.base.workdays.arithmetic import local_today
from opinions.evaluation.models import Rating, Solved
from opinions.handling.models import Reply
from opinions.matters.models import Matter, Satisfaction
from opinions.matters.services import tell_body
from opinions.matters.states import Status
from supervision.revisits.access import arranges, calls_of, guarded
from supervision.revisits.models import Contact, Draw, FlagKind, Look, Means, RatingFlag, Revisit, RevisitStatus
from supervision.revisits.queries import callers_for, free_callers, last_reply, population, rating_on, size_of, touched
from supervision.revisits.rules import AnomalyKind, contradictions

name_verbs(
    {
        "revisit_drawn": _("抽取回访"),
        "revisit_given": _("安排回访"),
        "revisit_missed": _("回访未接通"),
        "revisit_done": _("记录回访"),
        "revisit_ended": _("联系不上，结束回访"),
        "contact_resident": _("办结后联系群众"),
    }
)
MOST_CODES = 20_000
MOST_DRAWN = 500
WORDS_MAX = 2000
CALLS = "/desk/supervision/revisits/"
NOTE_MAX, KEY_MAX = 300, 120
HEARD_MAX = 300


class NobodyThere(InvalidInput):
    message = _("这个范围里没有可以回访的事项：须已答复，并留有电话。")


class NotFree(InvalidInput):
    """The caller had a hand in the matter."""

    message = _("这个单位参与过这件事的办理，不能由它回访。")


class AlreadyCalled(StaleState):
    message = _("这件回访已经有了结果。")


class AlreadyArranged(DomainError):
    message = _("这件事已经安排了回访，还没有结果。")
    status_code = 409


@dataclass(frozen=True, kw_only=True)
class Definition:
    """From what and how many are drawn: a share in percent, or a number."""

    since: date
    until: date
    state: str = ""
    body: Organisation | None = None
    street: Organisation | None = None
    share: int | None = None
    number: int | None = None
    seed: str = ""


@transaction.atomic
def draw(*, definition: Definition, caller: Organisation | None = None, by: User, now: datetime) -> Draw:
    """抽样: draw by the seed, a fresh one where none is given, and give each matter to a body that had no hand in it:
    to `caller` where it may, else to the others in turn by the order of the draw.

    Raises NotAllowed, NobodyThere, InvalidInput.
    """
    check(by, Permission.REVISIT_DRAW)
    district = by.organisation
    if district is None or by.role not in DISTRICT_ROLES:
        raise NotAllowed
    _check(definition)
    held = Draw(district=district, by=by, at=now, **vars(definition))
    held.seed = definition.seed.strip() or secrets.token_hex(8)
    codes = sorted(population(held).values_list("code", flat=True)[: MOST_CODES + 1])
    if not codes:
        raise NobodyThere(field="since")
    if len(codes) > MOST_CODES:
        raise InvalidInput(_("这个范围超过 20000 件，请缩短时间，或者只选一个街道。"), field="since")
    held.population, held.digest, held.codes = len(codes), digest(codes), "\n".join(codes)
    size = size_of(held, len(codes))
    if size > MOST_DRAWN:
        raise InvalidInput(_("一次最多抽 500 件。"), field="share" if definition.share else "number")
    held.save(force_insert=True)
    rows = _give_out(held, drawn(codes, seed=held.seed, most=size), caller, now)
    data = {"seed": held.seed, "population": held.population, "digest": held.digest, "drawn": size}
    record(held.chain, Fact(verb="revisit_drawn", data=data), by=by, now=now, first=True)
    _tell_callers(held, rows, now)
    return held


def _check(definition: Definition) -> None:
    if definition.until < definition.since:
        raise InvalidInput(_("结束日期不能早于开始日期。"), field="until")
    if (definition.share is None) == (definition.number is None):
        raise InvalidInput(_("比例和件数请只填一个。"), field="share")
    if definition.share is not None and not 1 <= definition.share <= 100:
        raise InvalidInput(_("比例请填 1 到 100。"), field="share")
    if definition.number is not None and definition.number < 1:
        raise InvalidInput(_("件数至少填 1。"), field="number")


def _give_out(held: Draw, codes: Sequence[str], caller: Organisation | None, now: datetime) -> list[Revisit]:
    """The rows of a draw, in its order; a constant number of statements."""
    matters = Matter.objects.select_related("district").in_bulk(list(codes), field_name="code")
    had = touched(list(matters.values()))
    rows = [
        Revisit(
            matter=matters[code], draw=held, rank=rank, given_by=held.by, given_at=now,
            caller=_chosen(free_callers(held.district, had[matters[code].pk]), caller, rank),
        )
        for rank, code in enumerate(codes, 1)
    ]  # fmt: skip
    return Revisit.objects.bulk_create(rows)


def _chosen(free: Sequence[Organisation], wanted: Organisation | None, rank: int) -> Organisation | None:
    """The body that is wanted where it is free, else one of the free ones in turn; streets go before stations."""
    if wanted in free:
        return wanted
    bodies = [one for one in free if one.parent_id == free[0].pk] or list(free)
    return bodies[rank % len(bodies)] if bodies else None


@override(settings.LANGUAGE_CODE)
def _tell_callers(held: Draw, rows: Iterable[Revisit], now: datetime) -> None:
    """One notice to everybody of each body that was given any; not one for each matter."""
    counts: dict[int, int] = {}
    for row in rows:
        if row.caller_id is not None:
            counts[row.caller_id] = counts.get(row.caller_id, 0) + 1
    people = User.objects.filter(is_active=True, organisation__in=counts).exclude(role__in=(*ADMIN_ROLES, Role.DEPUTY))
    drafts = [
        Draft(
            key=f"{held.chain}:{person.pk}", channel=Channel.IN_APP, recipient=person, about=held.chain,
            subject=_("有 %(n)d 件事请您单位回访群众") % {"n": counts[person.organisation_id or 0]}, link=CALLS,
        )
        for person in people
    ]  # fmt: skip
    queue(drafts, now=now)


@transaction.atomic
def arrange(*, matter: Matter, caller: Organisation, by: User, now: datetime) -> Revisit:
    """安排回访 without a draw. Raises NotAllowed, NotFree, AlreadyArranged."""
    if not arranges(by, matter) or matter.first_replied_at is None:
        raise NotAllowed
    if caller not in callers_for(matter):
        raise NotFree(field="caller")
    row = Revisit(matter=matter, caller=caller, given_by=by, given_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyArranged from error
    _given(row, by=by, now=now)
    return row


@transaction.atomic
def hand_to(*, revisit: Revisit, caller: Organisation, by: User, now: datetime) -> Revisit:
    """Name another caller, or the first where nobody was free. Raises NotAllowed, NotFree, AlreadyCalled."""
    if not arranges(by, revisit.matter):
        raise NotAllowed
    if caller not in callers_for(revisit.matter):
        raise NotFree(field="caller")
    _change(revisit, caller=caller)
    _given(revisit, by=by, now=now)
    return revisit


def _given(row: Revisit, *, by: User, now: datetime) -> None:
    assert row.caller is not None  # noqa: S101 - the caller has just been set
    record(row.chain, Fact(verb="revisit_given", data={"body": row.caller.name}), by=by, now=now)
    subject = format_lazy(_("请回访群众：{title}"), title=row.matter.title)
    link = f"{CALLS}{row.pk}/"
    key = f"revisit:{row.pk}:{row.caller_id}"
    tell_body(row.matter, key=key, subject=subject, now=now, organisation=row.caller, link=link)


def _change(row: Revisit, **changes: object) -> None:
    """Write to a call-back that still waits. Raises AlreadyCalled."""
    if not Revisit.objects.filter(pk=row.pk, status=RevisitStatus.WAITING).update(**changes):
        raise AlreadyCalled
    row.refresh_from_db()


def _check_caller(revisit: Revisit, by: User) -> None:
    """Raises NotAllowed, NotFree: the body may have come to handle the matter since it was asked to call."""
    if not calls_of(by).filter(pk=revisit.pk).exists():
        raise NotAllowed
    if revisit.caller not in callers_for(revisit.matter):
        raise NotFree


@transaction.atomic
def note_missed(*, revisit: Revisit, by: User, now: datetime, last: bool = False) -> Revisit:
    """未接通: one more try in vain; `last` ends it as not reachable, which is no word of the resident.

    Raises NotAllowed, NotFree, AlreadyCalled.
    """
    _check_caller(revisit, by)
    ended = {"status": RevisitStatus.UNREACHED, "done_by": by, "done_at": now} if last else {}
    _change(revisit, tries=F("tries") + 1, tried_at=now, **ended)
    verb = "revisit_ended" if last else "revisit_missed"
    record(revisit.chain, Fact(verb=verb, data={"tries": revisit.tries}), by=by, now=now)
    return revisit


@transaction.atomic
def record_outcome(
    *, revisit: Revisit, satisfied: str, solved: str, words: str, by: User, now: datetime
) -> list[RatingFlag]:
    """Keep what was heard; "" stands for what the resident did not say. All call-backs that wait for this resident are
    done with it. Flags what contradicts rating or reply, and tells street and district.

    Raises NotAllowed, NotFree, InvalidInput, AlreadyCalled.
    """
    _check_caller(revisit, by)
    words = hide_id_numbers(words).strip()
    if satisfied not in ("", *Satisfaction.values) or solved not in ("", *Solved.values):
        raise InvalidInput(_("请从列出的里面选。"), field="satisfied")
    if not (satisfied or solved or words):
        raise InvalidInput(_("请至少记下一项：是否满意、是否解决，或者群众原话。"), field="satisfied")
    if len(words) > WORDS_MAX:
        raise InvalidInput(_("最多 2000 个字。"), field="words")
    done = {"status": RevisitStatus.DONE, "done_by": by, "done_at": now}
    heard = {"satisfied": satisfied, "solved": solved, "words": words}
    _change(revisit, **done, **heard)
    Revisit.objects.filter(matter=revisit.matter, status=RevisitStatus.WAITING).update(**done, **heard)
    flags = _flag(revisit, now)
    data = {"satisfied": satisfied, "solved": solved, "flags": [flag.kind for flag in flags]}
    record(revisit.chain, Fact(verb="revisit_done", data=data), by=by, now=now)
    if flags:
        _tell_guards(revisit, flags, now)
    return flags


def _flag(revisit: Revisit, now: datetime) -> list[RatingFlag]:
    matter = revisit.matter
    rating, reply = rating_on(matter), last_reply(matter)
    kinds = contradictions(
        satisfied=revisit.satisfied, solved=revisit.solved, reply_class=reply.reply_class if reply else "",
        rated=rating.satisfaction if rating else "", rated_solved=rating.solved if rating else "",
    )  # fmt: skip
    return RatingFlag.objects.bulk_create([_flagged(kind, revisit, rating, reply, now) for kind in kinds])


def _flagged(kind: FlagKind, revisit: Revisit, rating: Rating | None, reply: Reply | None, now: datetime) -> RatingFlag:
    """Both sides."""
    satisfaction = kind == FlagKind.SATISFACTION
    if kind == FlagKind.CLASS:
        assert reply is not None  # noqa: S101 - its class contradicts
        said = reply.reply_class
    else:
        assert rating is not None  # noqa: S101 - it contradicts
        said = rating.satisfaction if satisfaction else rating.solved
    heard = revisit.satisfied if satisfaction else revisit.solved
    return RatingFlag(
        matter=revisit.matter, revisit=revisit, kind=kind, rating=rating, reply=reply, said=said, heard=heard,
        body=reply.organisation if reply else None, deputy=reply.deputy if reply else None, at=now,
    )  # fmt: skip


@override(settings.LANGUAGE_CODE)
def _tell_guards(revisit: Revisit, flags: Sequence[RatingFlag], now: datetime) -> None:
    """Street and district hear of it; the body that is flagged does not, so that nobody calls the resident."""
    matter = revisit.matter
    subject = format_lazy(_("回访与评价或答复不一致，请核实：{title}"), title=matter.title)
    body = "；".join(str(FlagKind(flag.kind).label) for flag in flags)
    for guard in (matter.street, matter.district):
        tell_body(
            matter, key=f"flag:{revisit.pk}:{guard.pk}", subject=subject, body=body, now=now, organisation=guard,
            roles=(Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_STAFF),
        )  # fmt: skip


@transaction.atomic
def note_contact(*, matter: Matter, means: str, day: date, by: User, now: datetime, heard: str = "") -> Contact:
    """记一次联系: a call or a visit after the matter was closed. Raises NotAllowed, InvalidInput."""
    if by.organisation is None or not Matter.objects.filter(guarded(by), pk=matter.pk).exists():
        raise NotAllowed
    heard = hide_id_numbers(heard).strip()
    if means not in Means.values:
        raise InvalidInput(_("请选择电话还是上门。"), field="means")
    if matter.status != Status.CLOSED or matter.closed_at is None:
        raise InvalidInput(_("这件事还没有办结，办结以后再记。"))
    if not local_today(matter.closed_at) <= day <= local_today(now):
        raise InvalidInput(_("日期应在办结之后，不晚于今天。"), field="day")
    if len(heard) > HEARD_MAX:
        raise InvalidInput(_("最多 300 个字。"), field="heard")
    held = Contact.objects.create(
        matter=matter, means=means, day=day, heard=heard, by=by, organisation=by.organisation, at=now
    )
    data = {"means": means, "day": day.isoformat(), "body": by.organisation.name}
    record(matter.chain, Fact(verb="contact_resident", data=data), by=by, now=now)
    return held


@transaction.atomic
def look_at(*, key: str, note: str, by: User, now: datetime) -> Look:
    """已看过: what somebody made of a flag or an anomaly, for the own body; looking again replaces the note.

    Raises NotAllowed, InvalidInput.
    """
    check(by, Permission.QUALITY_MARK)
    note = note.strip()
    if key.partition(":")[0] not in ("flag", *AnomalyKind.values):
        raise InvalidInput(_("没有找到这一条，请刷新页面再试。"))
    if not note:
        raise InvalidInput(_("请写一句看过以后的判断。"), field="note")
    if len(note) > NOTE_MAX:
        raise InvalidInput(_("最多 300 个字。"), field="note")
    held, _created = Look.objects.update_or_create(
        body=by.organisation, key=key[:KEY_MAX], defaults={"note": note, "by": by, "at": now}
    )
    return held
