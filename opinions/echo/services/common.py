"""What all steps of an echo share: the one door, who is told, and what may not stand open."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.notices.services import queue
from liaison.base.workflow import advance
from opinions.echo.access import may, writes
from opinions.echo.masking import undecided
from opinions.echo.models import Echo
from opinions.echo.queries import consents, may_show, names_in
from opinions.echo.states import ECHO, EDITABLE
from opinions.matters.models import Matter
from opinions.matters.services import hold_row, staff_drafts


class NotYet(DomainError):
    """The matter is not at a point where something can be told of it."""

    message = gettext_lazy("这件事还没有办结，也没有带日期的承诺，现在还不能公开。")


class UnderWay(DomainError):
    message = gettext_lazy("这件事已有一份公开稿在起草或审核，请打开那一份。")


class NoConsent(DomainError):
    """The resident's words stand in a text, and the consent is gone or never was."""

    message = gettext_lazy("居民没有同意公开，或者已经收回同意：不能用居民的话和照片，请改成只说类别的一句。")


class Undecided(InvalidInput):
    """Places that may lead to a person, on which nobody has decided."""

    message = gettext_lazy("还有可能认出人的地方没有处理，请逐处选择遮盖，或者写明保留的理由。")


class Unchecked(InvalidInput):
    message = gettext_lazy("还有照片没有人看过：每张都要确认没有人脸、车牌、门牌，或者涂黑。")


class SameEyes(NotAllowed):
    """The second pair of eyes must be another one."""

    message = gettext_lazy("起草、提交的人和承办单位的人不能审核这一份，请另一位同事来看。")


def page_of(echo: Echo) -> str:
    """The page at the desk; notices lead there."""
    return f"/desk/echo/{echo.pk}/"


def public_url(code: str) -> str:
    """The address for everybody."""
    return f"{settings.PUBLIC_URL}/echo/{code}/"


def hold(echo: Echo, verb: str, *, by: User | None) -> Matter:
    """The matter, its row held, so that all who write into its history take turns. Raises NotAllowed, SameEyes."""
    if by is not None:
        check(by, Permission(ECHO[verb].permission), echo.matter)
        if not may(by, verb, echo):
            raise SameEyes
    hold_row(echo.matter)
    return echo.matter


def hold_text(echo: Echo, *, by: User) -> None:
    """The same for one who writes. Raises NotAllowed, and StaleState when the text is no longer to be changed."""
    check(by, Permission.ECHO_DRAFT, echo.matter)
    hold_row(echo.matter)
    status = Echo.objects.filter(pk=echo.pk, version=echo.version).values_list("status", flat=True).first()
    if status not in EDITABLE or not writes(by, echo):
        raise StaleState


def change(echo: Echo, verb: str, *, by: User | None, now: datetime, reason: str = "", **changes: Any) -> None:
    """One step: compare-and-set, an event in the echo's chain, and one in the matter's history."""
    data = {"echo": echo.code, "edition": echo.number}
    advance(
        echo, verb, workflow=ECHO, by=by, now=now, chain=echo.chain, reason=reason, data=data, changes=changes
    )  # fmt: skip
    tell_history(echo, verb, by=by, now=now, reason=reason)


def tell_history(echo: Echo, verb: str, *, by: User | None, now: datetime, reason: str = "") -> None:
    """The matter's history hears of it; residents read when it was made public and when taken back, not why."""
    public = ECHO[verb].public
    fact = Fact(
        verb=verb, reason="" if public else reason, data={"echo": echo.code, "edition": echo.number},
        audience=Audience.PUBLIC if public else Audience.INTERNAL,
    )  # fmt: skip
    record(echo.matter.chain, fact, by=by, now=now)


def tell(echo: Echo, people: list[User], verb: str, subject: str, *, now: datetime, more: str = "") -> None:
    """Notices at the desk, once for each step."""
    key = f"echo{echo.pk}.{echo.version}:{verb}"
    queue(staff_drafts(echo.matter, people, key=key, subject=subject, body=more, link=page_of(echo)), now=now)


def look_through(echo: Echo) -> None:
    """What must be true before anybody else reads it. Raises NoConsent, Undecided, Unchecked."""
    photos = list(echo.photos.select_related("source"))
    if echo.own_words and not consents(echo.matter):
        raise NoConsent
    if not all(may_show(one.source, echo.matter, own=echo.own_words) for one in photos):
        raise NoConsent
    if undecided(echo.texts(), echo.kept, names=names_in(echo.matter)):
        raise Undecided(field="done")
    if any(one.checked_at is None for one in photos):
        raise Unchecked(field="photos")


def named(echo: Echo) -> str:
    """The text in a notice."""
    return _("“%(title)s”") % {"title": echo.title[:40]}
