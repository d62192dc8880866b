"""Keys of the open interface: given out, replaced, ended, and looked at when a program calls.

A key has 256 random bits, so that its plain SHA-256 cannot be guessed back.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.throttle import count
from opinions.exchange.models import ApiKey, Partner
from opinions.exchange.queries import newest_key
from opinions.exchange.services.partners import held_partner
from opinions.exchange.signing import new_secret
from opinions.exchange.states import AdapterName

SPAN = 60
"""Seconds over which the calls of a key are counted."""


class BadKey(DomainError):
    """Unknown, ended, or of a partner that is switched off: which of them is not said."""

    message = _("没有 api_key，或者它不对、已经停用。")
    status_code = 403


class NotOpened(DomainError):
    """The key is good, but not for this."""

    message = _("这个 api_key 不能做这一步。")
    status_code = 403


class TooManyCalls(DomainError):
    message = _("请求太多了，请过一会儿再来。")
    status_code = 429


class NoKeys(InvalidInput):
    message = _("这个对接方式不用接口密钥。")
    status_code = 409


class GivenOut(StaleState):
    """The page that asks for a key was sent again, or somebody else has given one out meanwhile."""

    message = _("这一页打开以后已经发放了一个密钥，没有再发放。需要的话回到对接系统，停用它，重新发放。")


@transaction.atomic
def make_key(
    *, partner: Partner, submits: bool, reads: bool, per_minute: int, terms_version: str, by: User | None,
    now: datetime, seen: int | None = None,
) -> str:  # fmt: skip
    """A further key, returned to be shown once. `seen` is the newest key that the user's page knew, if it said so.

    Raises NotAllowed, NoKeys, GivenOut.
    """
    held = held_partner(partner, by)
    if not held.has_keys:
        raise NoKeys
    _check_seen(held, seen)
    fresh = ApiKey(
        partner=held, submits=submits, reads=reads, per_minute=per_minute, terms_version=terms_version, created_at=now
    )
    return _give_out(fresh, "make_key", {}, by, now)


@transaction.atomic
def rotate_key(*, key: ApiKey, overlap: timedelta, by: User, now: datetime, seen: int | None = None) -> str:
    """A key in place of `key` with the same rights; the old one holds on for `overlap`.

    Raises NotAllowed, BadKey, GivenOut.
    """
    former = _held(key, by, now)
    _check_seen(former.partner, seen)
    _end(former, now + overlap)
    fresh = ApiKey(
        partner=former.partner, submits=former.submits, reads=former.reads, per_minute=former.per_minute,
        terms_version=former.terms_version, created_at=now,
    )  # fmt: skip
    ends_at = (now + overlap).isoformat(timespec="seconds")
    return _give_out(fresh, "rotate_key", {"former": former.mark, "ends_at": ends_at}, by, now)


@transaction.atomic
def revoke_key(*, key: ApiKey, by: User, now: datetime) -> None:
    """End a key at once. Raises NotAllowed, BadKey."""
    held = _held(key, by, now)
    _end(held, now)
    record(held.partner.chain, Fact(verb="revoke_key", data={"mark": held.mark}), by=by, now=now)


def key_called(text: str, *, now: datetime) -> ApiKey:
    """The key that a program has sent, counted against its rate. Raises BadKey, TooManyCalls."""
    rows = ApiKey.objects.filter(digest=_digest(text), partner__active=True, partner__adapter=AdapterName.KEY)
    found = rows.select_related("partner__organisation").first() if text else None
    if found is None or not found.holds(now):
        raise BadKey(field="api_key")
    check_rate(f"api-key:{found.pk}", found.per_minute, now=now)
    return found


def check_rate(name: str, most: int, *, now: datetime) -> None:
    """Count one more call of `name`. Raises TooManyCalls, with the seconds to wait."""
    if count(name, SPAN, now=now) > most:
        error = TooManyCalls()
        error.retry_after = SPAN - int(now.timestamp()) % SPAN
        raise error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _check_seen(partner: Partner, seen: int | None) -> None:
    """The partner is locked: a page that is sent twice makes one key."""
    if seen is not None and seen != newest_key(partner):
        raise GivenOut


def _give_out(fresh: ApiKey, verb: str, data: dict[str, str], by: User | None, now: datetime) -> str:
    text = new_secret()
    fresh.digest, fresh.mark = _digest(text), text[-4:]
    fresh.save(force_insert=True)
    record(fresh.partner.chain, Fact(verb=verb, data={"mark": fresh.mark, **data}), by=by, now=now)
    return text


def _held(key: ApiKey, by: User, now: datetime) -> ApiKey:
    """The key as it stands while its partner is locked, if it is the user's to end and has not ended."""
    partner = held_partner(key.partner, by)
    held = ApiKey.objects.get(pk=key.pk)
    if not held.holds(now):
        raise BadKey(_("这个密钥已经停用。"))
    held.partner = partner
    return held


def _end(key: ApiKey, at: datetime) -> None:
    key.ends_at = min(at, key.ends_at) if key.ends_at else at
    key.save(update_fields=["ends_at"])
