"""The second pair of eyes, and taking back. Whatever the wall shows afterwards hangs on the stamp."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from deputies.accounts.models import User
from liaison.base.stamps import bump
from liaison.base.step import step
from opinions.echo.models import LOST, Echo
from opinions.echo.queries import STAMP
from opinions.echo.services.common import change, hold, look_through, named, public_url, tell
from opinions.echo.states import EchoStatus
from opinions.matters.services import checked_text, tell_reporters

REASON_MAX = 500
BATCH = 200
"""Echoes whose consent is gone, taken back in one run; the next run takes the others."""


@step
def publish(*, echo: Echo, by: User, now: datetime) -> Echo:
    """同意公开: frozen from here on; the edition before is replaced. Residents who left a number are told.

    Raises NotAllowed, SameEyes, WrongState, StaleState, NoConsent, Undecided, Unchecked.
    """
    matter = hold(echo, "publish_echo", by=by)
    look_through(echo)
    before = Echo.objects.filter(matter=matter, status=EchoStatus.PUBLISHED).select_related("matter").first()
    if before is not None:
        change(before, "replace_echo", by=by, now=now)
    first = echo.published_at or now
    change(echo, "publish_echo", by=by, now=now, decided_by=by, decided_at=now, published_at=first, reason="")
    bump(STAMP)
    tell(echo, _writers(echo, but=by), "publish", _("已公开：%(title)s") % {"title": named(echo)}, now=now)
    if before is None:
        _tell_residents(echo, now)
    return echo


OWN = gettext_lazy("您反映的事已经去掉个人信息，在代表回音壁公开。不想公开，可以在查询页收回同意。")
PLAIN = gettext_lazy("您反映的事办得怎么样，已在代表回音壁公开；只写类别，没有您写的话和照片。")


def _tell_residents(echo: Echo, now: datetime) -> None:
    subject = OWN if echo.own_words else PLAIN
    links = dict.fromkeys(echo.matter.reporters.values_list("pk", flat=True), public_url(echo.code))
    tell_reporters(echo.matter, key=f"echo{echo.pk}:publish", subject=subject, now=now, links=links)


def _writers(echo: Echo, *, but: User | None) -> list[User]:
    writers = {one.pk: one for one in (echo.drafted_by, echo.submitted_by) if one is not None and one.is_active}
    return [one for one in writers.values() if but is None or one.pk != but.pk]


@step
def send_back(*, echo: Echo, reason: str, by: User, now: datetime) -> Echo:
    """退回修改. Raises NotAllowed, SameEyes, InvalidInput, WrongState, StaleState."""
    _turn(echo, "send_back", reason, _("请写明要改什么。"), _("公开稿退回修改：%(title)s"), by=by, now=now)
    return echo


@step
def take_back(*, echo: Echo, reason: str, by: User | None, now: datetime) -> Echo:
    """撤下: off the wall, the feed and the list for search engines at once; its page says so calmly.

    Raises NotAllowed, InvalidInput, WrongState, StaleState.
    """
    _turn(echo, "take_back", reason, _("请写明为什么撤下。"), _("已从回音壁撤下：%(title)s"), by=by, now=now)
    bump(STAMP)
    return echo


def _turn(
    echo: Echo, verb: str, reason: str, missing: str, subject: str, *, by: User | None, now: datetime
) -> None:  # fmt: skip
    """A step against those who wrote it: it has a reason, and they are told."""
    hold(echo, f"{verb}_echo", by=by)
    why = checked_text(reason, field="reason", missing=missing, most=REASON_MAX)
    change(echo, f"{verb}_echo", by=by, now=now, reason=why)
    Echo.objects.filter(pk=echo.pk).update(reason=why)
    tell(echo, _writers(echo, but=by), verb, subject % {"title": named(echo)}, now=now, more=why)


def heed_consents(*, now: datetime) -> int:
    """Take back what stands there by a consent that is gone. Nobody has been able to read it since the moment it went;
    this says so in the history and tells who wrote it. Returns how many; doing it twice does nothing."""
    rows = Echo.objects.filter(LOST).select_related("matter", "drafted_by", "submitted_by").order_by("id")[:BATCH]
    with override(settings.LANGUAGE_CODE):
        why = _("居民收回了公开的同意。")
    for echo in rows:
        take_back(echo=echo, reason=why, by=None, now=now)
    return len(rows)
