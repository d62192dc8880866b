"""Keeping the roster: deputies come and change; office.py has how they pause and leave.

Every act is an event in the chain `deputy:<id>`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission
from deputies.accounts.models import STREET_ROLES, Role, User
from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.roster.access import check_keeper
from deputies.roster.models import ChatGroup, Delegation, Deputy, FormerDeputyCode, Group, Identity, PublicField, Term
from deputies.roster.names import pinyin_of
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.codes import new_plaque_code
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.files.checks import UploadRefused
from liaison.base.files.models import StoredFile
from liaison.base.files.services import remove as remove_file
from liaison.base.files.services import store_image
from liaison.base.privacy import blind_index, mask_phone

name_verbs(
    {
        "deputy.created": _("登记代表"),
        "deputy.edited": _("修改资料"),
        "deputy.consent": _("公开同意变更"),
        "deputy.photo": _("更换照片"),
        "deputy.paired": _("结对与账号变更"),
        "deputy.code_replaced": _("更换二维码"),
        "chat_group.saved": _("登记网格群"),
    }
)
SAVED = (
    "identity", "name", "level", "term", "delegation", "electoral_district", "organisation",
    "certificate", "title", "biography", "phone", "public_fields",
)  # fmt: skip
UNTOLD = frozenset({"biography"})
"""Fields of which the ledger says only that they changed."""


class CertificateTaken(InvalidInput):
    """A certificate number is given once in a term."""

    message = _("这个代表证号在本届已经登记给另一位代表，请核对。")


class HasAccount(DomainError):
    """The account already belongs to another deputy."""

    message = _("这个账号已经关联另一位代表。")


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the roster knows of a deputy; forms and imports both make one. `phone` has eleven digits or is empty."""

    name: str
    organisation: Organisation
    identity: str = Identity.DEPUTY
    level: str = ""
    term: Term | None = None
    delegation: Delegation | None = None
    electoral_district: Division | None = None
    groups: Collection[Group] = ()
    certificate: str = ""
    title: str = ""
    biography: str = ""
    phone: str = ""
    public_fields: Collection[str] = ()

    def values(self) -> dict[str, Any]:
        """The fields as the model keeps them."""
        values = {name: getattr(self, name) for name in SAVED}
        return values | {"public_fields": [field.value for field in PublicField if field in self.public_fields]}


def check_details(details: Details) -> None:
    """Raise InvalidInput, naming the field, unless level, term and delegation fit the identity."""
    if not details.name.strip():
        raise InvalidInput(_("请填写姓名。"), field="name")
    if details.identity == Identity.CONSULTANT:
        _check_consultant(details)
    else:
        _check_deputy(details)
    district = details.electoral_district
    if district is not None and district.level != DivisionLevel.ELECTORAL:
        raise InvalidInput(_("“%(name)s”不是选区。") % {"name": district.name}, field="electoral_district")


def _check_consultant(details: Details) -> None:
    if details.level or details.term or details.delegation:
        raise InvalidInput(_("议政代表没有级别、届次和代表团，请留空。"), field="level")


def _check_deputy(details: Details) -> None:
    if not details.level:
        raise InvalidInput(_("请选择人大代表的级别。"), field="level")
    if details.term is None:
        raise InvalidInput(_("请选择届次。"), field="term")
    if details.term.level != details.level:
        raise InvalidInput(_("所选届次不是这一级人大的届次。"), field="term")
    if details.delegation is not None and details.delegation.term_id != details.term.pk:
        raise InvalidInput(_("所选代表团不属于这一届。"), field="delegation")


@transaction.atomic
def create_deputy(*, details: Details, by: User | None, now: datetime) -> Deputy:
    """Add a deputy with a new code. Raises InvalidInput, CertificateTaken, NotAllowed."""
    check_details(details)
    check_keeper(by, Permission.ROSTER_EDIT, details.organisation)
    return add_deputy(details=details, by=by, now=now)


def add_deputy(*, details: Details, by: User | None, now: datetime) -> Deputy:
    """`create_deputy` for a caller that has checked the details and the keeper (the import)."""
    deputy = Deputy(code=_fresh_code(), **details.values())
    _derive(deputy)
    _saved(deputy)
    if details.groups:
        deputy.groups.add(*details.groups)
    record(
        deputy.chain,
        Fact(verb="deputy.created", data=_told(_differences({}, details.values()))),
        by=by,
        now=now,
        first=True,
    )
    return deputy


@transaction.atomic
def update_deputy(*, deputy: Deputy, details: Details, version: int, by: User | None, now: datetime) -> bool:
    """Change what the roster knows; False when nothing differs.

    `version` is that of the screen: raises StaleState when somebody else has changed the record since.
    """
    check_details(details)
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation, details.organisation)
    return change_deputy(deputy=deputy, details=details, version=version, by=by, now=now)


def change_deputy(*, deputy: Deputy, details: Details, version: int, by: User | None, now: datetime) -> bool:
    """`update_deputy` for a caller that has checked the details and the keeper (the import)."""
    changed = differences(deputy, details)
    if not changed:
        return False
    _lock(deputy, version)
    for name, value in details.values().items():
        setattr(deputy, name, value)
    _derive(deputy)
    _saved(deputy, [*SAVED, "pinyin", "initials", "phone_index"])
    deputy.groups.set(details.groups)
    record(deputy.chain, Fact(verb="deputy.edited", data=_told(changed)), by=by, now=now)
    return True


def differences(deputy: Deputy, details: Details) -> dict[str, tuple[Any, Any]]:
    """Field by field what `details` would change: the old and the new value."""
    changed = _differences({name: getattr(deputy, name) for name in SAVED}, details.values())
    old, new = ({group.pk: group.name for group in groups} for groups in (deputy.groups.all(), details.groups))
    if old.keys() != new.keys():
        changed["groups"] = (sorted(old.values()), sorted(new.values()))
    return changed


@transaction.atomic
def set_consent(*, deputy: Deputy, public_fields: Iterable[str], by: User, now: datetime) -> bool:
    """What of the profile is shown in public, field by field. The deputy decides; a keeper may write it down."""
    if deputy.user_id != by.pk:
        check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    chosen = set(public_fields)
    wanted = [field.value for field in PublicField if field in chosen]
    if wanted == deputy.public_fields:
        return False
    _lock(deputy, deputy.version)
    data = {"from": deputy.public_fields, "to": wanted}
    deputy.public_fields = wanted
    deputy.save(update_fields=["public_fields"])
    record(deputy.chain, Fact(verb="deputy.consent", data=data), by=by, now=now)
    return True


@transaction.atomic
def set_photo(*, deputy: Deputy, photo: StoredFile | None, by: User | None, now: datetime) -> None:
    """Replace or (None) take away the portrait."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    _lock(deputy, deputy.version)
    deputy.photo = photo
    deputy.save(update_fields=["photo"])
    record(deputy.chain, Fact(verb="deputy.photo", data={"kept": photo is not None}), by=by, now=now)


@transaction.atomic
def replace_photo(*, deputy: Deputy, photo: Any, remove: bool, by: User | None, now: datetime) -> None:
    """Check, clean and set an uploaded portrait, or (`remove`) take it away. Raises UploadRefused, at the field."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    old = deputy.photo
    set_photo(deputy=deputy, photo=stored_photo(photo, by=by, now=now), by=by, now=now)
    if old is not None:
        remove_file(old)


def stored_photo(upload: Any, *, by: User | None, now: datetime) -> StoredFile | None:
    """The upload, checked and stored; None for none. Raises UploadRefused at the field `photo`."""
    if not upload:
        return None
    try:
        return store_image(upload=upload, by=by, now=now)
    except UploadRefused as refusal:
        refusal.field = "photo"
        raise


@transaction.atomic
def pair(*, deputy: Deputy, helper: User | None, account: User | None, by: User | None, now: datetime) -> bool:
    """Set who helps the deputy with the phone (Z7) and which account is the deputy's; False when nothing differs."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    if helper is not None and (helper.role not in STREET_ROLES or not helper.is_active):
        raise InvalidInput(_("结对联络员须是街道工委或联络站在用的账号。"), field="helper")
    if account is not None and account.role != Role.DEPUTY:
        raise InvalidInput(_("关联账号的角色须是“代表”。"), field="account")
    if (deputy.helper, deputy.user) == (helper, account):
        return False
    _lock(deputy, deputy.version)
    deputy.helper, deputy.user = helper, account
    try:
        with transaction.atomic():
            deputy.save(update_fields=["helper", "user"])
    except IntegrityError as error:
        raise HasAccount(field="account") from error
    data = {"helper": helper and helper.name, "account": account and account.username}
    record(deputy.chain, Fact(verb="deputy.paired", data=data), by=by, now=now)
    return True


@transaction.atomic
def replace_code(*, deputy: Deputy, reason: str, by: User | None, now: datetime) -> str:
    """Give a new code (a plaque was misused or lost); the old one keeps leading to the deputy. Returns the new one."""
    check_keeper(by, Permission.ROSTER_EDIT, deputy.organisation)
    if not reason.strip():
        raise InvalidInput(_("请写明更换二维码的原因。"), field="reason")
    old = deputy.code
    _lock(deputy, deputy.version)
    FormerDeputyCode.objects.create(code=old, deputy=deputy, replaced_at=now)
    deputy.code = _fresh_code()
    deputy.save(update_fields=["code"])
    record(
        deputy.chain,
        Fact(verb="deputy.code_replaced", reason=reason.strip(), data={"from": old, "to": deputy.code}),
        by=by,
        now=now,
    )
    return deputy.code


@transaction.atomic
def save_chat_group(*, group: ChatGroup, by: User | None, now: datetime) -> None:
    """Add or change a chat group of the register (S17)."""
    check_keeper(by, Permission.ROSTER_EDIT, group.organisation)
    new = group.pk is None
    group.save()
    fact = Fact(verb="chat_group.saved", data={"name": group.name, "active": group.active})
    record(f"chat_group:{group.pk}", fact, by=by, now=now, first=new)


def _fresh_code() -> str:
    """A code that no deputy has or had."""
    while True:
        code = new_plaque_code()
        if not Deputy.objects.filter(Q(code=code) | Q(former_codes__code=code)).exists():
            return code


def _lock(deputy: Deputy, version: int) -> None:
    """Take the record for this change. Raises StaleState when it is no longer at `version`."""
    if not Deputy.objects.filter(pk=deputy.pk, version=version).update(version=F("version") + 1):
        raise StaleState
    deputy.version = version + 1


def _derive(deputy: Deputy) -> None:
    deputy.name = deputy.name.strip()
    deputy.pinyin, deputy.initials = pinyin_of(deputy.name)
    deputy.phone_index = blind_index(deputy.phone)


def _saved(deputy: Deputy, fields: list[str] | None = None) -> None:
    """Write the row; a certificate that is already taken is told at its field."""
    try:
        with transaction.atomic():
            deputy.save(update_fields=fields)
    except IntegrityError as error:
        if "certificate" not in str(error):
            raise
        raise CertificateTaken(field="certificate") from error


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (old.get(name), value)
        for name, value in new.items()
        if value != old.get(name) and (value or old.get(name))
    }


def _told(changed: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Changes as the ledger may keep them: numbers masked, long texts left out."""
    return {name: [_tell(name, old), _tell(name, new)] for name, (old, new) in changed.items()}


def _tell(name: str, value: Any) -> Any:
    if name in UNTOLD:
        return bool(value)
    if name == "phone":
        return mask_phone(value or "")
    return str(value) if hasattr(value, "pk") else value
