"""Accounts: made, changed, closed. Every act is an event in the chain `account:<id>`."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import ADMIN_ROLES, Reveal, Role, SignInPlace, UsedPassword, User
from deputies.accounts.passwords import REMEMBERED, temporary_password
from deputies.accounts.queries import kinds_for
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.phrases import listing
from liaison.base.privacy import blind_index, mask_phone

name_verbs(
    {
        "account.created": _("新建账号"),
        "account.edited": _("修改账号"),
        "account.password_changed": _("修改密码"),
        "account.password_reset": _("重置密码"),
        "account.deactivated": _("停用账号"),
        "account.reactivated": _("恢复账号"),
        "account.unlocked": _("解除锁定"),
        "account.second_factor_added": _("绑定第二重验证"),
        "account.second_factor_removed": _("解除第二重验证"),
        "phone.revealed": _("查看电话"),
    }
)
ATTEMPTS_KEPT = timedelta(days=1)
"""Far longer than any lock lasts. What was tried stands in the security log (AccessFailureLog), which is kept."""
PLACES_KEPT = timedelta(days=180)
"""How long the places of sign-ins are kept: as long as ratings are compared with them."""
SHORTEST_REASON = 4
"""Characters that a reason for a look at a telephone number must have."""


class UsernameTaken(InvalidInput):
    """Usernames are unique, also those of closed accounts."""

    message = _("这个用户名已经有人用了，请换一个。")


class WrongOrganisation(InvalidInput):
    """The role does not exist in a body of this kind."""


class WrongPassword(InvalidInput):
    """The present password was not given correctly."""

    message = _("现在的密码不对，请重新输入。")


class WeakPassword(InvalidInput):
    """The new password breaks the rules; the message lists why."""


class ReasonTooShort(InvalidInput):
    """A look at a telephone number needs a reason that says something."""

    message = _("请写明查看电话的理由，至少 4 个字。")


class OwnAccount(DomainError):
    """An administrator may not close or reset the own account."""

    message = _("不能对自己的账号做这一步，请让另一位管理员办理。")


class InUse(DomainError):
    """Only a closed account can be opened again."""

    message = _("这个账号正在使用，不需要恢复。可能别人刚刚恢复了它。")


class EditedMeanwhile(StaleState):
    """Somebody else has changed the account since the form was shown."""

    message = _("这个账号刚刚被别人改过，没有保存。请重新打开这一页，看过对方的修改再改。")


class Closed(DomainError):
    """The account is not in use."""

    message = _("这个账号已经停用，请先恢复启用。")


def create_user(
    *,
    username: str,
    name: str,
    role: str,
    organisation: Organisation | None,
    password: str,
    by: User | None,
    now: datetime,
    email: str = "",
    phone: str = "",
    wecom_id: str = "",
    must_change_password: bool = True,
) -> User:
    """Make an account. Raises UsernameTaken, WrongOrganisation. `phone` is normalised (eleven digits) or empty."""
    check_organisation(role, organisation)
    user = User(
        username=username.strip(), name=name.strip(), role=role, organisation=organisation, email=email, phone=phone,
        phone_index=blind_index(phone), wecom_id=wecom_id, must_change_password=must_change_password,
    )  # fmt: skip
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            data = {"role": role, "organisation": organisation and organisation.code}
            record(chain_of(user), Fact(verb="account.created", data=data), by=by, now=now, first=True)
    except IntegrityError as error:
        raise UsernameTaken(field="username") from error
    return user


def check_organisation(role: str, organisation: Organisation | None) -> None:
    """Raise WrongOrganisation unless the role exists in a body of this kind."""
    kinds = kinds_for(role)
    if organisation is None and role in ADMIN_ROLES:
        return
    if organisation is None:
        raise WrongOrganisation(_("请选择机构：除三类管理员外，每个账号都属于一个机构。"), field="organisation")
    if organisation.kind not in kinds:
        words = {
            "role": Role(role).label,
            "kinds": listing(kind.label for kind in kinds),
            "name": organisation.name,
        }
        raise WrongOrganisation(_("“%(role)s”须属于%(kinds)s，“%(name)s”不是。") % words, field="organisation")
    if not organisation.active:
        raise WrongOrganisation(
            _("“%(name)s”已经撤销，请选择在用的机构。") % {"name": organisation.name}, field="organisation"
        )


@transaction.atomic
def edit_user(
    user: User,
    *,
    name: str,
    role: str,
    organisation: Organisation | None,
    email: str,
    phone: str,
    wecom_id: str,
    by: User,
    now: datetime,
    seen: str = "",
) -> None:
    """Change who somebody is and where they work. `seen` is `state_of` the account when the form was shown.

    Raises WrongOrganisation, OwnAccount for the own role, EditedMeanwhile.
    """
    if by.pk == user.pk and role != user.role:
        raise OwnAccount(field="role")
    check_organisation(role, organisation)
    held = _locked(user)
    if seen and seen != state_of(held):
        raise EditedMeanwhile
    new = {
        "name": name.strip(), "role": role, "organisation": organisation, "email": email, "phone": phone,
        "wecom_id": wecom_id,
    }  # fmt: skip
    changed = sorted(key for key, value in new.items() if getattr(held, key) != value)
    for target in (held, user):
        for key, value in new.items():
            setattr(target, key, value)
        target.phone_index = blind_index(phone)
    held.save(update_fields=[*new, "phone_index"])
    data = {"changed": changed, "role": role, "organisation": organisation and organisation.code}
    record(chain_of(user), Fact(verb="account.edited", data=data), by=by, now=now)


def state_of(user: User) -> str:
    """A keyed sum over what the form of an account holds; another one tells that somebody has changed it."""
    held = [user.name, user.role, user.organisation_id, user.email, user.phone, user.wecom_id]
    return blind_index(f"account:{user.pk}:{held!r}")


@transaction.atomic
def move_people(body: Organisation, *, into: Organisation, by: User | None, now: datetime) -> int:
    """Bring the accounts of a merged body to its successor; how many there were. Raises WrongOrganisation."""
    people = list(User.objects.select_for_update().filter(organisation=body).order_by("pk"))
    for person in people:
        check_organisation(person.role, into)
        data = {"changed": ["organisation"], "role": person.role, "organisation": into.code}
        record(chain_of(person), Fact(verb="account.edited", data=data), by=by, now=now)
    User.objects.filter(organisation=body).update(organisation=into)
    return len(people)


@transaction.atomic
def change_password(user: User, *, old: str, new: str, now: datetime) -> None:
    """The owner takes a new password; other sessions end. Raises WrongPassword, WeakPassword."""
    held = _locked(user)
    if not held.check_password(old):
        raise WrongPassword(field="old_password")
    try:
        validate_password(new, held)
    except ValidationError as error:
        raise WeakPassword("".join(error.messages), field="new_password") from error
    _set_password(held, user, new, must_change=False, now=now)
    record(chain_of(user), Fact(verb="account.password_changed"), by=user, now=now)


@transaction.atomic
def reset_password(user: User, *, by: User, now: datetime) -> str:
    """Give a temporary password, to be handed over in person and changed at sign-in; all sessions end."""
    _not_own(user, by)
    held = _locked(user)
    if not held.is_active:
        raise Closed
    password = temporary_password()
    _set_password(held, user, password, must_change=True, now=now)
    record(chain_of(user), Fact(verb="account.password_reset"), by=by, now=now)
    return password


@transaction.atomic
def deactivate(user: User, *, by: User | None, now: datetime, reason: str = "") -> None:
    """Close an account: nobody can sign in, all sessions end for good. Closing twice changes nothing."""
    _not_own(user, by)
    held = _locked(user)
    if not held.is_active:
        return
    _remember(held, now=now)
    for target in (held, user):
        target.is_active = False
        target.set_unusable_password()
    held.save(update_fields=["is_active", "password"])
    record(chain_of(user), Fact(verb="account.deactivated", reason=reason), by=by, now=now)


@transaction.atomic
def reactivate(user: User, *, by: User, now: datetime) -> str:
    """Open a closed account again, with a temporary password, which is returned. Raises InUse."""
    check_organisation(user.role, user.organisation)
    held = _locked(user)
    if held.is_active:
        raise InUse
    for target in (held, user):
        target.is_active = True
    held.save(update_fields=["is_active"])
    record(chain_of(user), Fact(verb="account.reactivated"), by=by, now=now)
    return reset_password(user, by=by, now=now)


def _set_password(held: User, user: User, password: str, *, must_change: bool, now: datetime) -> None:
    """Write the password to the locked row and to the caller's copy; the old one is remembered."""
    _remember(held, now=now)
    held.set_password(password)
    for target in (held, user):
        target.password, target.must_change_password, target.password_changed_at = held.password, must_change, now
    held.save(update_fields=["password", "must_change_password", "password_changed_at"])


def _remember(held: User, *, now: datetime) -> None:
    """Keep the hash that is about to be replaced, and no more than REMEMBERED of them."""
    if not held.has_usable_password():
        return
    UsedPassword.objects.create(user=held, password=held.password, at=now)
    kept = held.used_passwords.order_by("-id").values_list("pk", flat=True)[:REMEMBERED]
    held.used_passwords.exclude(pk__in=list(kept)).delete()


@transaction.atomic
def reveal_phone(phone: str, *, by: User, about: str, what: str, reason: str, now: datetime) -> str:
    """Show a masked number and write down who looked, at what and why.

    `about` is the chain of the record it belongs to (`matter:42`), `what` says whose number it is. The caller
    has checked that `by` may see the record. Raises NotAllowed, ReasonTooShort.
    """
    check(by, Permission.PHONE_REVEAL)
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort(field="reason")
    Reveal.objects.create(user=by, about=about, what=what, reason=reason[:300], at=now)
    data = {"what": what, "number": mask_phone(phone)}
    record(about, Fact(verb="phone.revealed", reason=reason, data=data), by=by, now=now)
    return phone


@transaction.atomic
def unlock(user: User, *, by: User, now: datetime) -> None:
    """Lift the lock after too many failed sign-ins. Without a lock nothing happens."""
    removed, _per_model = AccessAttempt.objects.filter(username=user.username).delete()
    if removed:
        _locked(user)
        record(chain_of(user), Fact(verb="account.unlocked"), by=by, now=now)


def chain_of(user: User) -> str:
    """Name of the account's chain in the ledger."""
    return f"account:{user.pk}"


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _not_own(user: User, by: Any) -> None:
    if by is not None and by.pk == user.pk:
        raise OwnAccount


def clear_sessions() -> None:
    """Delete the sessions that are over; running twice does nothing."""
    engine = import_module(settings.SESSION_ENGINE)
    engine.SessionStore.clear_expired()


def clear_attempts(*, now: datetime) -> int:
    """Delete the counts of failed sign-ins that lock nobody any more. Returns how many."""
    return int(AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT).delete()[0])


def note_sign_in(*, user: User, client_hash: str, now: datetime) -> None:
    """Keep from where the user signed in, by its keyed hash; one statement, none where the address is unknown."""
    if not client_hash:
        return
    row = SignInPlace(user=user, client_hash=client_hash, at=now)
    fields = ["client_hash", "user"]
    SignInPlace.objects.bulk_create([row], update_conflicts=True, unique_fields=fields, update_fields=["at"])


def forget_sign_ins(*, now: datetime) -> int:
    """Delete the places that were last used long ago. Running twice does nothing. Returns how many."""
    return int(SignInPlace.objects.filter(at__lt=now - PLACES_KEPT).delete()[0])
