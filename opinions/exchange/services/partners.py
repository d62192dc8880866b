"""Partners: made, changed, switched on and off, given a secret. Each change stands in the ledger of reference data."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.organisations.queries import ids_below
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput, NotAllowed
from opinions.exchange.guard import checked_url
from opinions.exchange.models import Partner
from opinions.exchange.queries import keys_of
from opinions.exchange.signing import SHORTEST_SECRET, new_secret
from opinions.exchange.states import AdapterName, Ways

FORMER = ("former_secret", "former_until")
FIELDS = ("name", "kind", "organisation", "ways", "adapter", "address", "timeout")


class CodeTaken(InvalidInput):
    message = _("这个代号已经有人用了，请换一个。")
    status_code = 409


class NoSecret(InvalidInput):
    message = _("还没有密钥，不能启用。请先生成或填写密钥。")
    status_code = 409


@transaction.atomic
def make_partner(*, code: str, by: User | None, now: datetime, **fields: Any) -> Partner:
    """A new partner, switched off. Raises NotAllowed, CodeTaken, BadAddress."""
    partner = Partner(code=code, created_at=now, **fields)
    _check(partner, by)
    try:
        with transaction.atomic():
            partner.save(force_insert=True)
    except IntegrityError as error:
        raise CodeTaken(field="code") from error
    record(partner.chain, Fact(verb="create", data={"name": partner.name}), by=by, now=now)
    return partner


@transaction.atomic
def change_partner(*, partner: Partner, by: User, now: datetime, **fields: Any) -> Partner:
    """Change settings; secret and orders stay as they are. Raises NotAllowed, BadAddress, NoSecret."""
    held = held_partner(partner, by)
    changed = [name for name in FIELDS if name in fields and getattr(held, name) != fields[name]]
    for name in changed:
        setattr(held, name, fields[name])
    _check(held, by)
    if held.active:
        _check_ready(held, now)
    if changed:
        held.save(update_fields=changed)
        record(held.chain, Fact(verb="change", data={"changed": changed}), by=by, now=now)
    return held


@transaction.atomic
def switch(*, partner: Partner, active: bool, by: User, now: datetime) -> Partner:
    """Switch on or off; what waits in the outbox waits on. Raises NotAllowed, NoSecret, BadAddress."""
    held = held_partner(partner, by)
    if held.active == active:
        return held
    if active:
        _check_ready(held, now)
    held.active = active
    held.save(update_fields=["active"])
    record(held.chain, Fact(verb="switch_on" if active else "switch_off"), by=by, now=now)
    return held


@transaction.atomic
def set_secret(
    *, partner: Partner, by: User | None, now: datetime, secret: str = "", overlap: timedelta = timedelta(0)
) -> str:
    """Set the secret, a fresh one unless the partner has given one; returned to be shown once.

    It holds at once; the one before holds on for `overlap`, an earlier one no more. Raises NotAllowed, InvalidInput.
    """
    held = held_partner(partner, by) if by else partner
    secret = secret.strip() or new_secret()
    if len(secret) < SHORTEST_SECRET or not secret.isascii() or not secret.isprintable():
        raise InvalidInput(
            _("密钥至少 %(count)d 个字符，只用英文字母、数字和符号。") % {"count": SHORTEST_SECRET}, field="secret"
        )
    if secret == held.secret:
        raise InvalidInput(_("和现在的密钥一样，没有更换。"), field="secret")
    stays = bool(overlap and held.secret)
    held.former_secret, held.former_until = (held.secret, now + overlap) if stays else ("", None)  # type: ignore[assignment]
    held.secret = secret  # type: ignore[assignment]
    held.save(update_fields=["secret", *FORMER])
    data = {"former_until": held.former_until.isoformat(timespec="seconds")} if held.former_until else {}
    record(held.chain, Fact(verb="set_secret", data=data), by=by, now=now)
    return secret


@transaction.atomic
def end_former_secret(*, partner: Partner, by: User, now: datetime) -> None:
    """The secret before the present one holds no longer. Raises NotAllowed."""
    held = held_partner(partner, by)
    if held.former_until is None:
        return
    held.former_secret, held.former_until = "", None  # type: ignore[assignment]
    held.save(update_fields=FORMER)
    record(held.chain, Fact(verb="end_secret"), by=by, now=now)


def held_partner(partner: Partner, by: User | None) -> Partner:
    """The partner's row, locked, if it is the user's to keep."""
    held = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner.pk)
    _check_keeper(held, by)
    return held


def _check(partner: Partner, by: User | None) -> None:
    _check_keeper(partner, by)
    if partner.adapter == AdapterName.HTTP and (partner.address or partner.receives):
        checked_url(partner.address)
    if partner.has_keys and partner.ways != Ways.IN:
        raise InvalidInput(_("开放接口只接收对方的提交。"), field="ways")


def _check_keeper(partner: Partner, by: User | None) -> None:
    """The district keeps its own partners and those of its streets."""
    if by is None:
        return
    check(by, Permission.EXCHANGE_EDIT)
    if by.organisation_id is None or partner.organisation_id not in ids_below(by.organisation_id):
        raise NotAllowed


def _check_ready(partner: Partner, now: datetime) -> None:
    """Whoever speaks over a line needs a secret, or a key."""
    if partner.has_keys:
        if not keys_of(partner, now):
            raise NoSecret
    elif partner.adapter == AdapterName.HTTP and not partner.secret:
        raise NoSecret
