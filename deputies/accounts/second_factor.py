"""The second factor of the three administrators: six digits from an authenticator app (RFC 6238)."""

from base64 import b32encode
from datetime import datetime
from math import ceil

import django_otp
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from deputies.accounts.models import User
from deputies.accounts.services import OwnAccount, chain_of
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput

NAME = "authenticator"


class WrongToken(InvalidInput):
    """The digits do not fit, were used before, or too many were tried."""

    message = _("验证码不对或已经用过。请等应用显示下一组数字后再输；手机时间须设为自动。")


class MustWait(InvalidInput):
    """Too many wrong digits: even right ones are not looked at before the wait is over."""


def has_second_factor(user: User) -> bool:
    """Whether the user has bound an authenticator app."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


@transaction.atomic
def begin_setup(user: User) -> TOTPDevice:
    """The secret to be scanned: made once, kept until the first right digits confirm it."""
    device, _made = TOTPDevice.objects.select_for_update().get_or_create(user=user, name=NAME, confirmed=False)
    return device


def shown_key(device: TOTPDevice) -> str:
    """The secret for typing by hand, in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def finish_setup(request: HttpRequest, *, user: User, token: str, now: datetime) -> None:
    """Bind the app and count this session as proved. Raises WrongToken, MustWait."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        right = device is not None and _right(device, token, now)
        if device is not None and right:
            TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            record(chain_of(user), Fact(verb="account.second_factor_added"), by=user, now=now)
    if not right:
        raise WrongToken(field="token")
    _prove(request, device)


def prove(request: HttpRequest, *, user: User, token: str, now: datetime) -> None:
    """Check the digits at sign-in. Each wrong try doubles the wait for the next. Raises WrongToken, MustWait."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        right = device is not None and _right(device, token, now)
    if not right:
        raise WrongToken(field="token")
    _prove(request, device)


def _right(device: TOTPDevice, token: str, now: datetime) -> bool:
    """Whether the digits fit; a wrong try is counted. Raises MustWait, and counts nothing, while the wait lasts."""
    allowed, why = device.verify_is_allowed()
    if not allowed:
        seconds = max(1, ceil((why["locked_until"] - now).total_seconds()))
        raise MustWait(_("验证码输错多次，请过 %(seconds)d 秒再输。") % {"seconds": seconds}, field="token")
    return bool(device.verify_token(token))


def _prove(request: HttpRequest, device: TOTPDevice) -> None:
    request.session.cycle_key()
    django_otp.login(request, device)


@transaction.atomic
def remove_second_factor(user: User, *, by: User, now: datetime) -> None:
    """The phone is lost: the app is bound anew at the next sign-in. Raises OwnAccount."""
    if by.pk == user.pk:
        raise OwnAccount
    removed, _per_model = TOTPDevice.objects.filter(user=user).delete()
    if removed:
        record(chain_of(user), Fact(verb="account.second_factor_removed"), by=by, now=now)
