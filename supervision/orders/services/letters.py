"""督办函 until it is sent: drafting, sending it to be signed, and giving it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import check
from deputies.accounts.models import Role, User
from deputies.organisations.models import HANDLER_KINDS, STREET_KINDS, Organisation
from deputies.organisations.queries import district_of, predecessors
from liaison.base.audit.services import Fact, record
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import advance
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import fitting
from supervision.orders.access import issues, overseen_by
from supervision.orders.models import Demand, Letter, LetterMatter
from supervision.orders.services.common import (
    EarlierUnanswered,
    OwnBody,
    check_day,
    check_private,
    handling_ids,
    own_body,
    staff_of_bodies,
    tell_people,
)
from supervision.orders.states import LETTER, LIVE

MOST_MATTERS = 60
MOST_DEMANDS = 10
MOST_COPIES = 10
DAYS = range(1, 61)
"""Working days that a letter may give by itself."""
SIGNERS = (Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_LEADER, Role.DISTRICT_STAFF)


@dataclass(frozen=True, kw_only=True)
class LetterData:
    """What a letter says. `demands` are points with the day by which each must be done; `days` is its own limit for the
    answer, in working days (none: the policy)."""

    addressee: Organisation
    title: str
    opening: str
    demands: Sequence[tuple[str, date]]
    matters: Sequence[Matter]
    basis: str = ""
    days: int | None = None
    copies: Sequence[Organisation] = ()


def move(
    letter: Letter, verb: str, *, by: User | None, now: datetime, reason: str = "", actor: str = "", **changes: Any
) -> None:
    """One step of a letter: compare-and-set and an event in its chain. Raises WrongState, StaleState, InvalidInput."""
    advance(
        letter, verb, workflow=LETTER, by=by, now=now, chain=letter.chain, reason=reason, actor=actor, changes=changes
    )


def check_issuer(letter: Letter, by: User, permission: P) -> None:
    """Raise NotAllowed unless `by` acts for the body that issues the letter."""
    if not issues(by, letter, permission):
        raise NotAllowed


@step
def draft_letter(*, data: LetterData, by: User, now: datetime) -> Letter:
    """起草督办函. Raises NotAllowed, InvalidInput, OwnBody, EarlierUnanswered."""
    check(by, P.ORDER_DRAFT)
    issuer = own_body(by)
    data = _checked(data, issuer, by, now)
    letter = Letter.objects.create(
        issuer=issuer, addressee=data.addressee, title=data.title, basis=data.basis, opening=data.opening,
        days=data.days, drafted_by=by, drafted_at=now,
    )  # fmt: skip
    _write_parts(letter, data)
    record(letter.chain, Fact(verb="draft_letter", target=letter.status, reason=data.title), by=by, now=now, first=True)
    return letter


@step
def edit_letter(*, letter: Letter, data: LetterData, by: User, now: datetime) -> Letter:
    """修改 a draft. Raises as `draft_letter`, and WrongState once it is on its way."""
    check_issuer(letter, by, P.ORDER_DRAFT)
    data = _checked(data, letter.issuer, by, now)
    move(
        letter, "edit_letter", by=by, now=now, days=data.days, addressee=data.addressee, title=data.title,
        basis=data.basis, opening=data.opening,
    )  # fmt: skip
    letter.rows.all().delete()
    letter.demands.all().delete()
    _write_parts(letter, data)
    return letter


def _write_parts(letter: Letter, data: LetterData) -> None:
    LetterMatter.objects.bulk_create(LetterMatter(letter=letter, matter=matter) for matter in data.matters)
    rows = [Demand(letter=letter, order=place, text=text, due_on=day) for place, (text, day) in enumerate(data.demands)]
    Demand.objects.bulk_create(rows)
    letter.copies.set(data.copies)


def _checked(data: LetterData, issuer: Organisation, by: User, now: datetime) -> LetterData:
    """The data with trimmed texts. Raises InvalidInput, NotAllowed, OwnBody, EarlierUnanswered."""
    today = local_today(now)
    title = checked_text(data.title, field="title", missing=_("请写标题。"), most=80)
    opening = checked_text(data.opening, field="opening", missing=_("请写正文。"), most=2000)
    basis = fitting(data.basis, field="basis", most=500)
    demands = [(fitting(text, field="demands", most=300), day) for text, day in data.demands if text.strip()]
    if not 1 <= len(demands) <= MOST_DEMANDS:
        raise InvalidInput(_("请逐条写明要求，一至十条。"), field="demands")
    for _text, day in demands:
        check_day(day, today, field="demands")
    if data.days is not None and data.days not in DAYS:
        raise InvalidInput(_("回复时限请填 1 至 60 个工作日。"), field="days")
    check_bodies(data.addressee, data.copies, issuer)
    check_matters(data.matters, addressee=data.addressee, issuer=issuer, by=by)
    said = "\n".join(text for text, _day in demands)
    check_private({"title": title, "opening": opening, "basis": basis, "demands": said}, data.matters)
    return LetterData(
        addressee=data.addressee, title=title, opening=opening, basis=basis, demands=demands,
        matters=data.matters, days=data.days, copies=data.copies,
    )  # fmt: skip


def check_bodies(addressee: Organisation, copies: Sequence[Organisation], issuer: Organisation) -> None:
    """Raise OwnBody, or InvalidInput for bodies of another district, not in use, or too many."""
    if addressee.pk == issuer.pk:
        raise OwnBody
    if not addressee.active or addressee.kind not in (*HANDLER_KINDS, *STREET_KINDS):
        raise InvalidInput(_("请选择本区在用的承办单位。"), field="addressee")
    if len(copies) > MOST_COPIES or any(not body.active for body in copies):
        raise InvalidInput(_("抄送单位最多十个，都要在用。"), field="copies")
    if any(district_of(body) != district_of(issuer) for body in (addressee, *copies)):
        raise InvalidInput(_("只能发给本区的单位。"), field="addressee")


def check_matters(
    matters: Sequence[Matter], *, addressee: Organisation, issuer: Organisation, by: User, sent: Letter | None = None
) -> None:
    """Whether a letter to `addressee` may be about these matters; four statements. Raises NotAllowed, InvalidInput,
    EarlierUnanswered."""
    if not 1 <= len(matters) <= MOST_MATTERS:
        raise InvalidInput(_("请选择要督办的事项，一次最多 60 件。"), field="matters")
    ids = {matter.pk for matter in matters}
    if Matter.objects.filter(overseen_by(by), pk__in=ids).count() != len(ids):
        raise NotAllowed
    ended = next((matter for matter in matters if not matter.is_open), None)
    if ended is not None:
        raise InvalidInput(
            format_lazy(_("{code} 已经结束，不能再督办；确有必要先重启。"), code=grouped(ended.code)), field="matters"
        )
    theirs = handling_ids(addressee, ids)
    strange = next((matter for matter in matters if matter.pk not in theirs), None)
    if strange is not None:
        words = _("{code} 不由{body}办理，请去掉，或另发一份。")
        raise InvalidInput(format_lazy(words, code=grouped(strange.code), body=addressee.name), field="matters")
    _check_earlier(ids, addressee=addressee, issuer=issuer, sent=sent)


def _check_earlier(ids: set[int], *, addressee: Organisation, issuer: Organisation, sent: Letter | None) -> None:
    """One unanswered letter for a body and a matter is enough: remind, or let the district write. The district's takes
    the place of a street's. Raises EarlierUnanswered."""
    rows = LetterMatter.objects.filter(letter__addressee__in=predecessors(addressee.pk), letter__status__in=LIVE)
    rows = rows.filter(matter__in=ids, superseded=None).exclude(letter=sent).select_related("letter__issuer", "matter")
    found = next((row for row in rows if not outranks(issuer, row.letter.issuer)), None)
    if found is not None:
        words = _("{code} 的上一份督办函（{number}）还没有了结：可以先催办，街道的函也可以请区里另行督办。")
        raise EarlierUnanswered(
            format_lazy(words, code=grouped(found.matter.code), number=found.letter.reference), field="matters"
        )


def outranks(one: Organisation, other: Organisation) -> bool:
    """Whether a letter of `one` takes the place of a letter of `other`: the district's that of a street."""
    return one.pk != other.pk and other.kind in STREET_KINDS and district_of(other) == one


@step
def submit_letter(*, letter: Letter, by: User, now: datetime) -> Letter:
    """送签: whoever signs for the body hears of it."""
    check_issuer(letter, by, P.ORDER_DRAFT)
    move(letter, "submit_letter", by=by, now=now)
    people = [one for one in staff_of_bodies([letter.issuer_id], roles=SIGNERS) if one.pk != by.pk]
    tell(letter, people, _("督办函待签发：{title}"), now=now)
    return letter


@step
def return_letter(*, letter: Letter, reason: str, by: User, now: datetime) -> Letter:
    """退回修改, with a reason, to whoever drafted it."""
    check_issuer(letter, by, P.ORDER_ISSUE)
    reason = checked_text(reason, field="reason", missing=_("请写明要改什么。"))
    move(letter, "return_letter", by=by, now=now, reason=reason)
    tell(letter, [letter.drafted_by], _("督办函退回修改：{title}"), now=now, body=reason)
    return letter


@step
def void_letter(*, letter: Letter, reason: str, by: User, now: datetime) -> Letter:
    """作废 before it was issued; it never had a number."""
    check_issuer(letter, by, P.ORDER_DRAFT)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么作废。"))
    move(letter, "void_letter", by=by, now=now, reason=reason)
    return letter


def tell(letter: Letter, people: Sequence[User], text: Any, *, now: datetime, body: object = "", step: int = 0) -> None:
    """Tell people of a letter: `text` is a template with `{title}` and `{number}`. Once for each state it is in, and
    each `step` of its answer."""
    subject = format_lazy(text, title=letter.title, number=letter.reference)
    link = f"/desk/supervision/orders/{letter.pk}/"
    tag = f"order:{letter.pk}:{letter.version}.{step}"
    tell_people(people, tag=tag, about=letter.chain, subject=subject, link=link, now=now, body=body)
