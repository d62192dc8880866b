"""The door for partners' programs: who knocks is proved by the signature, and a message is let in once."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError
from liaison.base.throttle import count
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.exchange.models import Partner, UsedNonce
from opinions.exchange.signing import KEPT, SKEW, Seal

logger = logging.getLogger(__name__)
MOST_WRONG = 10
"""Wrong signatures of one address for one code within `SPAN` that are answered with what to check."""
SPAN = 60


class BadSignature(DomainError):
    """Unknown partner, missing or malformed headers, or another secret: which of them is not said."""

    message = _("签名不对，或缺少签名的请求头。请按接口说明检查代号、密钥、时间戳、随机数和签名。")
    status_code = 401


class TooManyWrong(DomainError):
    message = _("错误的签名太多了，请停下来检查密钥和签名的算法，过一会儿再试。")
    status_code = 429


class ClockSkew(DomainError):
    status_code = 401


class Replayed(DomainError):
    message = _("这个随机数已经用过。重发请换新的随机数和时间戳，Idempotency-Key 不变。")
    status_code = 409


class SwitchedOff(DomainError):
    message = _("这个对接现在停用，或不包含这个方向，请联系管理员。")
    status_code = 403


def open_door(code: str, *, headers: Mapping[str, str], body: bytes, client: str, now: datetime) -> Partner:
    """The partner who sent `body` from the address `client`.

    The signature is always looked at: however many wrong ones came, in the partner's name or from its own address, the
    right one is let in. Raises BadSignature, TooManyWrong, ClockSkew, Replayed, SwitchedOff.
    """
    partner = Partner.objects.select_related("organisation").filter(code=code[:30]).first()
    seal = Seal.of(headers)
    secrets = (partner.secrets(now) if partner else []) or [""]  # so that nobody can time which codes there are
    fits = seal is not None and any(seal.fits(secret, body) for secret in secrets)
    if partner is None or seal is None or not fits:
        raise _wrong(code, client, now)
    if not seal.is_current(now):
        raise ClockSkew(
            _("时间戳与本系统相差超过 %(minutes)d 分钟（本系统现在是 %(now)s），请校准时钟后重发。")
            % {"minutes": SKEW.total_seconds() // 60, "now": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"}
        )
    use_nonce(partner, seal.nonce, now=now)
    if not partner.active:
        raise SwitchedOff
    return partner


def _wrong(code: str, client: str, now: datetime) -> DomainError:
    """How a wrong signature is refused; counted alike whether or not there is a partner of this code."""
    wrong = count(f"exchange-wrong:{code[:30]}:{client}", SPAN, now=now)
    if wrong <= MOST_WRONG:
        return BadSignature()
    if wrong == MOST_WRONG + 1:
        logger.warning("too many wrong signatures for %r from one address", code)
    error = TooManyWrong()
    error.retry_after = SPAN - int(now.timestamp()) % SPAN
    return error


def use_nonce(partner: Partner, nonce: str, *, now: datetime) -> None:
    """Remember a nonce; of two at the same moment one gets through. Raises Replayed."""
    try:
        with transaction.atomic():
            UsedNonce.objects.create(partner=partner, nonce=nonce, at=now)
    except IntegrityError as error:
        raise Replayed from error


def forget_nonces(*, now: datetime) -> int:
    """Forget nonces whose messages could not pass any more by their time. Returns how many."""
    return UsedNonce.objects.filter(at__lt=now - KEPT).delete()[0]
