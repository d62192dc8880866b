"""回复 a letter: drafted by the addressee's staff, signed by its head, then accepted or sent back with a new clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.models import Role, User
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState, advance
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import fitting
from supervision.orders.access import answers
from supervision.orders.models import AnswerPoint, Demand, Letter, LetterAnswer, LetterLink
from supervision.orders.queries import writes_for
from supervision.orders.services.common import check_day, hold_matters, staff_of_bodies, tell_histories
from supervision.orders.services.issuing import start, stop
from supervision.orders.services.letters import DAYS, check_issuer, move, tell
from supervision.orders.services.linking import note_use, signature, tell_addressee
from supervision.orders.states import ANSWER, UNANSWERED, AnswerStatus

TEXT_MAX = 5000
MEASURE_MAX = 500
PERSON_MAX = 40
HEADS = (Role.DEPARTMENT_HEAD, Role.STREET_SECRETARY, Role.STREET_CHAIR)
"""Who signs answers for a body."""


class NotComplete(InvalidInput):
    message = _("总的情况，以及每条要求的措施、责任人和完成日期都写明，才能送签。")


class WithHead(DomainError):
    message = _("回复已送负责人签发，退回后才能修改。")


@dataclass(frozen=True)
class PointData:
    """What is done about one demand."""

    measure: str = ""
    person: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class AnswerData:
    """An answer: the situation as a whole, and a point for each demand by its id."""

    text: str
    points: Mapping[int, PointData]


@step
def save_answer(
    *, letter: Letter, data: AnswerData, by: User, now: datetime, files: Sequence[StoredFile] = ()
) -> LetterAnswer:
    """起草回复, or go on with it; parts may be open still. Raises NotAllowed, WrongState, WithHead, InvalidInput."""
    _check_writer(letter, by)
    hold_matters(letter)
    return _written(letter, data, files, by=by, now=now)


def _written(
    letter: Letter, data: AnswerData, files: Sequence[StoredFile], *, by: User | None, now: datetime, actor: str = ""
) -> LetterAnswer:
    """The unsigned answer with these words. Raises WithHead, InvalidInput."""
    answer, text = _open_answer(letter), fitting(data.text, field="text", most=TEXT_MAX)
    if answer is None:
        answer = LetterAnswer.objects.create(
            letter=letter, round=letter.round, text=text, written_by=by, written_at=now
        )
        record(letter.chain, Fact(verb="draft_answer", target=answer.status), by=by, now=now, actor=actor)
    else:
        if answer.status == AnswerStatus.PENDING:
            raise WithHead
        _move(answer, "edit_answer", by=by, now=now, actor=actor, text=text)
    _write_points(answer, data, local_today(now))
    answer.files.add(*save_prepared(files))
    return answer


def _check_writer(letter: Letter, by: User, permission: P = P.ORDER_ANSWER) -> None:
    """Raise NotAllowed, WrongState. The issuer writes down what a body without accounts answered on paper."""
    if not (answers(by, letter, permission) or writes_for(by, letter)):
        raise NotAllowed
    if letter.status not in UNANSWERED:
        raise WrongState


def _open_answer(letter: Letter) -> LetterAnswer | None:
    """The unsigned answer of this round."""
    rows = LetterAnswer.objects.filter(letter=letter, round=letter.round).exclude(status=AnswerStatus.SIGNED)
    answer = rows.first()
    if answer is not None:
        answer.letter = letter
    return answer


def _move(
    answer: LetterAnswer,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    actor: str = "",
    **changes: Any,
) -> None:
    advance(
        answer, verb, workflow=ANSWER, by=by, now=now, chain=answer.letter.chain, reason=reason, actor=actor,
        changes=changes,
    )  # fmt: skip


def _write_points(answer: LetterAnswer, data: AnswerData, today: date) -> None:
    """A point for each demand, in place of those before. Raises InvalidInput."""
    rows = []
    for demand in Demand.objects.filter(letter=answer.letter_id):
        said = data.points.get(demand.pk, PointData())
        if said.due_on is not None:
            check_day(said.due_on, today, field=f"day{demand.pk}")
        measure = fitting(said.measure, field=f"measure{demand.pk}", most=MEASURE_MAX)
        person = fitting(said.person, field=f"person{demand.pk}", most=PERSON_MAX)
        rows.append(AnswerPoint(answer=answer, demand=demand, measure=measure, person=person, due_on=said.due_on))
    answer.points.all().delete()
    AnswerPoint.objects.bulk_create(rows)


@step
def submit_answer(*, letter: Letter, by: User, now: datetime) -> LetterAnswer:
    """送负责人签发. Raises NotAllowed, WrongState, NotComplete."""
    _check_writer(letter, by)
    hold_matters(letter)
    answer = _complete(letter)
    _move(answer, "submit_answer", by=by, now=now)
    heads = [one for one in staff_of_bodies([letter.addressee_id], roles=HEADS) if one.pk != by.pk]
    tell(letter, heads, _("督办回复待签发：{title}"), now=now, step=answer.version)
    return answer


def _complete(letter: Letter) -> LetterAnswer:
    """The unsigned answer with every part. Raises NotComplete at the first field that is open."""
    answer = _open_answer(letter)
    if answer is None or not answer.text:
        raise NotComplete(field="text")
    for one in answer.points.all():
        parts = {"measure": one.measure, "person": one.person, "day": one.due_on}
        missing = next((name for name, said in parts.items() if not said), None)
        if missing:
            raise NotComplete(field=f"{missing}{one.demand_id}")
    return answer


@step
def return_answer(*, letter: Letter, reason: str, by: User, now: datetime) -> LetterAnswer:
    """退回经办人, with a reason. Raises NotAllowed, WrongState, InvalidInput."""
    _check_writer(letter, by, P.ORDER_SIGN_ANSWER)
    reason = checked_text(reason, field="reason", missing=_("请写明要改什么。"))
    hold_matters(letter)
    answer = _open_answer(letter)
    if answer is None:
        raise StaleState
    _move(answer, "return_answer", by=by, now=now, reason=reason)
    writer = [answer.written_by] if answer.written_by else []
    tell(letter, writer, _("督办回复退回修改：{title}"), now=now, body=reason, step=answer.version)
    return answer


@step
def sign_answer(*, letter: Letter, by: User, now: datetime) -> LetterAnswer:
    """签发回复, by the head: the clocks stop, and the issuer hears of it.

    Raises NotAllowed, WrongState, StaleState, NotComplete.
    """
    on_paper = writes_for(by, letter)
    _check_writer(letter, by, P.ORDER_SIGN_ANSWER)
    return _signed(letter, hold_matters(letter), by=by, now=now, signed_by=by, on_paper=on_paper)


def _signed(
    letter: Letter, matters: Sequence[Matter], *, by: User | None, now: datetime, actor: str = "", **signed: Any
) -> LetterAnswer:
    """The unsigned answer with who signed it. Raises WrongState, StaleState, NotComplete."""
    answer = _complete(letter)
    move(letter, "answer_letter", by=by, now=now, actor=actor)
    _move(answer, "sign_answer", by=by, now=now, actor=actor, signed_at=now, **signed)
    stop(letter, matters, outcome="answer_letter", now=now)
    tell_histories(
        matters, "answer_letter", by=by, now=now, actor=actor, reason=answer.text[:300], body=letter.addressee.name,
        number=letter.reference,
    )  # fmt: skip
    tell(letter, _issuers(letter, by), _("督办函已回复：{number}"), now=now, body=answer.text[:300])
    return answer


@step
def answer_by_link(
    *, link: LetterLink, data: AnswerData, signer: str, now: datetime, files: Sequence[StoredFile] = ()
) -> LetterAnswer:
    """回复 of a body without accounts, signed by the head whose name is given, in one step. What the issuer began to
    enter from paper gives way to it. Raises WrongState, StaleState, NotComplete, InvalidInput."""
    letter, actor = link.letter, signature(link.letter)
    matters = hold_matters(letter)
    note_use(link, "answer", now=now)
    letter.refresh_from_db(fields=["status", "version", "round"])
    if letter.status not in UNANSWERED:
        raise WrongState
    signer = checked_text(signer, field="signer", missing=_("请填写签发的负责人姓名。"), most=PERSON_MAX)
    LetterAnswer.objects.filter(letter=letter, round=letter.round).exclude(status=AnswerStatus.SIGNED).delete()
    _written(letter, data, files, by=None, now=now, actor=actor)
    return _signed(letter, matters, by=None, now=now, actor=actor, signer=signer)


def _issuers(letter: Letter, by: User | None) -> list[User]:
    """Who wrote and who signed the letter, while they are there."""
    people = {letter.drafted_by_id: letter.drafted_by}
    if letter.signed_by is not None:
        people[letter.signed_by.pk] = letter.signed_by
    return [one for one in people.values() if one.is_active and one != by]


@step
def give_answer(
    *, letter: Letter, data: AnswerData, then: str, by: User, now: datetime, files: Sequence[StoredFile] = ()
) -> LetterAnswer:
    """Save, and `then` send it to be signed ("submit") or sign it ("sign"), in one step. One that waits for the head
    as it is written here is only signed. Raises as these do."""
    held = _open_answer(letter)
    if held is None or then != "sign" or files or not _waits_as(held, data):
        held = save_answer(letter=letter, data=data, by=by, now=now, files=files)
    if then == "sign":
        return sign_answer(letter=letter, by=by, now=now)
    return submit_answer(letter=letter, by=by, now=now) if then == "submit" else held


def _waits_as(answer: LetterAnswer, data: AnswerData) -> bool:
    """Whether the answer waits for the head, written just so."""
    written = {one.demand_id: PointData(one.measure, one.person, one.due_on) for one in answer.points.all()}
    same = all(data.points.get(key) == point for key, point in written.items())
    return same and answer.status == AnswerStatus.PENDING and answer.text == data.text.strip()


@step
def accept_letter(*, letter: Letter, by: User, now: datetime) -> Letter:
    """认可回复, by the body that issued the letter."""
    check_issuer(letter, by, P.ORDER_DRAFT)
    matters = hold_matters(letter)
    move(letter, "accept_letter", by=by, now=now)
    tell_histories(matters, "accept_letter", by=by, now=now, number=letter.reference)
    tell_addressee(letter, _("督办回复已认可：{number}"), by=by, now=now)
    return letter


@step
def refuse_letter(*, letter: Letter, reason: str, by: User, now: datetime, days: int | None = None) -> Letter:
    """不认可: what is missing, and a new limit from today. Raises NotAllowed, WrongState, NoLimit, InvalidInput."""
    check_issuer(letter, by, P.ORDER_DRAFT)
    reason = checked_text(reason, field="reason", missing=_("请写明哪里不认可。"))
    if days is not None and days not in DAYS:
        raise InvalidInput(_("回复时限请填 1 至 60 个工作日。"), field="days")
    matters: list[Matter] = hold_matters(letter)
    move(letter, "refuse_letter", by=by, now=now, reason=reason, round=letter.round + 1)
    LetterAnswer.objects.filter(letter=letter, round=letter.round - 1).update(refused=reason)
    due_on = start(letter, matters, own=days or letter.days, now=now)
    tell_histories(
        matters, "refuse_letter", by=by, now=now, reason=reason, body=letter.addressee.name, number=letter.reference,
        due=str(due_on),
    )  # fmt: skip
    tell_addressee(letter, _("督办回复未认可，请重新回复：{number}"), by=by, now=now, body=reason, asked=True)
    return letter
