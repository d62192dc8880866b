"""How often one address or one telephone number may send, counted over the reporters that are kept anyway.

Many residents share one address (a phone network, a hall with Wi-Fi), so that the first limit only asks the
question in plain words; refusal comes far later.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError
from liaison.base.web.counting import CappedCount
from opinions.intake.models import KeptPhoto
from opinions.matters.models import Reporter

SPAN = timedelta(hours=1)
DAY = timedelta(days=1)
ASK_FROM = 10
"""Opinions of one address within the last hour from which the question is asked as well."""
MOST_PER_ADDRESS = 120
"""Opinions of one address within an hour."""
MOST_PER_PHONE = 10
"""Opinions with one telephone number within a day."""
MOST_KEPT_PHOTOS = 60
"""Photos of one address kept for forms that were not taken yet, within an hour."""


class TooMany(DomainError):
    """The address or the number has sent too much."""

    message = _("这个网络一小时内提交得太多了，请过一会儿再试。写下的内容还在这一页上。")
    status_code = 429
    retry_after = int(SPAN.total_seconds())


class TooManyForPhone(TooMany):
    message = _("这个手机号今天提交的次数已满，请明天再试，或直接到联络站反映。")
    retry_after = int(DAY.total_seconds())


@dataclass(frozen=True)
class Load:
    """What one sender has sent of late."""

    of_address: int = 0
    of_phone: int = 0

    @property
    def asks(self) -> bool:
        """Whether the question in plain words is due even with a solved challenge."""
        return self.of_address >= ASK_FROM

    def check(self) -> None:
        """Raise TooMany or TooManyForPhone above the limits."""
        if self.of_phone >= MOST_PER_PHONE:
            raise TooManyForPhone(field="phone")
        if self.of_address >= MOST_PER_ADDRESS:
            raise TooMany


NO_LOAD = Load()


NOBODY = "-"
"""Stands for a sender of whom nothing is known: no address, no number."""
SLOTS: dict[str, Any] = {"client": str, "client_since": datetime, "phone": str, "phone_since": datetime}


def counts(*, client_hash: str = "", phone_index: str = "", now: datetime) -> dict[str, Any]:
    """The values of `SLOTS` for one sender."""
    return {
        "client": client_hash or NOBODY,
        "client_since": now - SPAN,
        "phone": phone_index or NOBODY,
        "phone_since": now - DAY,
    }


NO_SENDER = counts(now=datetime(2000, 1, 1, tzinfo=UTC))
"""For a page that is only looked at."""


def counted(*, client: str, client_since: datetime, phone: str, phone_since: datetime) -> dict[str, CappedCount]:
    """Expressions that count a sender's last opinions, to hang on a query that is made anyway."""
    mine = Reporter.objects.filter(client_hash=client, created_at__gt=client_since)
    same = Reporter.objects.filter(phone_index=phone, created_at__gt=phone_since)
    return {"of_address": CappedCount(mine, MOST_PER_ADDRESS), "of_phone": CappedCount(same, MOST_PER_PHONE)}


def may_keep(*, client_hash: str, now: datetime) -> bool:
    """Whether photos of this address may still be kept for a form that was not taken."""
    kept = KeptPhoto.objects.filter(client_hash=client_hash, created_at__gt=now - SPAN)
    return kept.count() < MOST_KEPT_PHOTOS
