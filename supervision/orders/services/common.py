"""What the verbs share: refusals, holding rows, the histories of the matters, and who hears of it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record_many
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.privacy import MOBILE, deidentified
from opinions.handling.models import LIVE as AT_WORK
from opinions.handling.models import Assignment, AssignmentStatus
from opinions.matters.models import Matter, Reporter
from opinions.matters.services import drafts_for
from supervision.orders.access import STAFF, acting_for
from supervision.orders.models import Letter, LetterMatter

FURTHEST = 366 * 2
"""Days from today to the furthest day that an order may name."""


class OwnBody(DomainError):
    message = _("不能督办自己的单位，请由上一级督办。")
    status_code = 403


class EarlierUnanswered(DomainError):
    """A letter of ours to the same body about the same matter still waits for its answer."""


class NoLetterHead(DomainError):
    message = _("还没有设置本机关的发文代字和红头，请联系管理员在“基础数据—发文代字”里设置后再签发。")


class DayIsOver(InvalidInput):
    message = _("有的要求完成日期已经过了，请退回修改后再签发。")


class NoLimit(InvalidInput):
    message = _("没有现行的督办回复时限，请在函里写明几个工作日内回复。")


def own_body(by: User) -> Organisation:
    """The body in whose name `by` acts. Raises NotAllowed."""
    held = acting_for(by)
    if held is None:
        raise NotAllowed
    return held


def hold(ids: Iterable[int]) -> list[Matter]:
    """Hold the rows of matters, always in the same order, so that all writers of a matter take their turn."""
    rows = Matter.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return list(rows)


def hold_matters(letter: Letter) -> list[Matter]:
    """The matters of a letter, rows held."""
    return hold(LetterMatter.objects.filter(letter=letter, superseded=None).values_list("matter", flat=True))


def tell_histories(
    matters: Iterable[Matter], verb: str, *, by: User | None, now: datetime, reason: str = "", actor: str = "",
    **data: Any,
) -> None:  # fmt: skip
    """One event in the history of each matter, internal; the caller holds their rows."""
    fact = Fact(verb=verb, reason=reason, data=data)
    record_many({matter.chain: [fact] for matter in matters}, by=by, now=now, actor=actor)


def staff_of_bodies(ids: Iterable[int], *, roles: Iterable[str] = ()) -> list[User]:
    """Who works for these bodies on what is asked of them; one statement."""
    chosen = {"is_active": True, "role__in": list(roles) or STAFF}
    return list(User.objects.filter(organisation__in=list(ids), **chosen).order_by("pk"))


def tell_people(
    people: Iterable[User], *, tag: str, about: str, subject: object, link: str, now: datetime, body: object = ""
) -> None:
    """Queue a notice to each of `people`; `tag` names the fact."""
    queue(drafts_for(people, tag=tag, about=about, subject=subject, body=body, link=link), now=now)


def public_drafts(body: Organisation, *, tag: str, about: str, subject: str, text: str, link: str = "") -> list[Draft]:
    """Messages to the public address and number of a body without accounts."""
    addresses = [(Channel.EMAIL, body.email)] if body.email else []
    addresses += [(Channel.SMS, body.phone)] if MOBILE.match(body.phone.strip()) else []
    words: dict[str, Any] = {"subject": subject, "body": text, "link": link, "about": about}
    return [
        Draft(key=f"{tag}:{body.pk}:{channel}", channel=channel, address=address, **words)
        for channel, address in addresses
    ]


def handling_ids(body: Organisation, ids: Iterable[int]) -> set[int]:
    """Of these matters those that the body has at work, has answered, or holds."""
    wanted = list(ids)
    rows = Assignment.objects.filter(organisation=body, matter__in=wanted)
    at_work = rows.filter(status__in=[*AT_WORK, AssignmentStatus.REPLIED]) | rows.filter(liable=True)
    held = Matter.objects.filter(holder=body, pk__in=wanted)
    return {*at_work.values_list("matter", flat=True), *held.values_list("pk", flat=True)}


def check_private(texts: dict[str, str], matters: Sequence[Matter]) -> None:
    """Raise InvalidInput at the field whose text names a resident, a telephone number or a door (rule 6)."""
    names = list(Reporter.objects.filter(matter__in=matters).exclude(name="").values_list("name", flat=True))
    for field, text in texts.items():
        if deidentified(text, names=names) != text:
            raise InvalidInput(_("这里有群众的姓名、电话或门牌号，请去掉：督办函不写个人信息。"), field=field)


def check_day(day: date, today: date, *, field: str) -> None:
    """Raise InvalidInput for a day that is over or too far off."""
    if not today <= day or (day - today).days > FURTHEST:
        raise InvalidInput(_("请填写今天以后两年以内的日期。"), field=field)
