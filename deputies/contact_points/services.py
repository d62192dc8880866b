"""Keeping the register of contact points, who sits there, and their turns. Events in the chain `contact_point:<id>`."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission
from deputies.accounts.models import User
from deputies.contact_points.models import (
    ContactPoint,
    DutySlot,
    FormerPointCode,
    PointKind,
    Standard,
    Stationing,
)
from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.roster.access import check_keeper
from deputies.roster.models import Deputy
from deputies.roster.services import stored_photo
from deputies.roster.states import DeputyStatus
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.codes import new_plaque_code
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.files.services import remove as remove_file

name_verbs(
    {
        "point.created": _("登记联系点"),
        "point.edited": _("修改资料"),
        "point.standards": _("更新达标项"),
        "point.photo": _("更换照片"),
        "point.closed": _("停用联系点"),
        "point.reopened": _("恢复使用"),
        "point.code_replaced": _("更换二维码"),
        "stationing.began": _("安排驻点"),
        "stationing.ended": _("结束驻点"),
        "duty.added": _("安排值班"),
        "duty.removed": _("取消值班"),
    }
)
RANK = {kind: rank for rank, kind in enumerate(PointKind)}
"""家 above 室 above 站 above 点."""
LONGEST_DUTY = timedelta(hours=12)


class HasChildren(DomainError):
    """A point with others under it cannot be closed."""

    message = _("还有下级联系点挂在它下面，请先调整或停用下级。")


class AlreadyStationed(InvalidInput):
    """The deputy sits there already."""

    message = _("这位代表已经在这个联系点驻点。")


class NotStationed(InvalidInput):
    """Turns are for those who are stationed."""

    message = _("请先把这位代表登记为驻点代表，再排值班。")


class DutyOverlaps(InvalidInput):
    """Nobody sits in two places at once."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the register knows of a point. Position in degrees (WGS 84), both or none."""

    name: str
    kind: str
    division: Division
    organisation: Organisation
    address: str
    parent: ContactPoint | None = None
    electoral_district: Division | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    phone: str = ""
    hours: str = ""

    def values(self) -> dict[str, Any]:
        """The fields as the model keeps them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def check_details(details: Details, *, point: ContactPoint | None = None) -> None:
    """Raise InvalidInput, naming the field, unless the point may stand where it is put."""
    _check_parent(details, point)
    if (details.latitude is None) != (details.longitude is None):
        raise InvalidInput(_("经度和纬度要么都填，要么都不填。"), field="latitude")
    if details.latitude is not None and not -90 <= details.latitude <= 90:
        raise InvalidInput(_("纬度应在 -90 到 90 之间。"), field="latitude")
    if details.longitude is not None and not -180 <= details.longitude <= 180:
        raise InvalidInput(_("经度应在 -180 到 180 之间。"), field="longitude")
    district = details.electoral_district
    if district is not None and district.level != DivisionLevel.ELECTORAL:
        raise InvalidInput(_("“%(name)s”不是选区。") % {"name": district.name}, field="electoral_district")


def _check_parent(details: Details, point: ContactPoint | None) -> None:
    parent = details.parent
    if parent is None:
        return
    if RANK[PointKind(parent.kind)] >= RANK[PointKind(details.kind)]:
        raise InvalidInput(_("上级须比它高一级：家、室、站、点。"), field="parent")
    if point is not None and parent.pk == point.pk:
        raise InvalidInput(_("上级不能是它自己。"), field="parent")


def check_children(point: ContactPoint, kind: str) -> None:
    """Raise InvalidInput when a point below could not stand below one of `kind`."""
    if any(RANK[PointKind(child.kind)] <= RANK[PointKind(kind)] for child in point.children.all()):
        raise InvalidInput(_("下级联系点的类别比它高或相同，请先调整下级。"), field="kind")


@transaction.atomic
def create_point(*, details: Details, by: User | None, now: datetime) -> ContactPoint:
    """Add a point with a new code. Raises InvalidInput, NotAllowed."""
    check_details(details)
    check_keeper(by, Permission.POINT_EDIT, details.organisation)
    point = ContactPoint.objects.create(code=_fresh_code(), **details.values())
    told = {name: str(value) for name, value in details.values().items() if value}
    record(point.chain, Fact(verb="point.created", data=told), by=by, now=now, first=True)
    return point


@transaction.atomic
def update_point(*, point: ContactPoint, details: Details, version: int, by: User | None, now: datetime) -> bool:
    """Change what the register knows; False when nothing differs. Raises StaleState when `version` is past."""
    check_details(details, point=point)
    check_keeper(by, Permission.POINT_EDIT, point.organisation, details.organisation)
    changed = {name: value for name, value in details.values().items() if getattr(point, name) != value}
    if not changed:
        return False
    if "kind" in changed:
        check_children(point, details.kind)
    told = {name: [str(getattr(point, name) or ""), str(value or "")] for name, value in changed.items()}
    _change(point, changed, Fact(verb="point.edited", data=told), version=version, by=by, now=now)
    return True


@transaction.atomic
def set_standards(*, point: ContactPoint, met: Iterable[str], by: User | None, now: datetime) -> bool:
    """Which of the seven points of the standard are met (S6); False when nothing differs."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    chosen = set(met)
    standards = [one.value for one in Standard if one.value in chosen]
    if standards == point.standards:
        return False
    fact = Fact(verb="point.standards", data={"from": point.standards, "to": standards})
    _change(point, {"standards": standards}, fact, version=point.version, by=by, now=now)
    return True


@transaction.atomic
def set_photo(*, point: ContactPoint, photo: StoredFile | None, by: User | None, now: datetime) -> None:
    """Replace or (None) take away the picture of the place."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    fact = Fact(verb="point.photo", data={"kept": photo is not None})
    _change(point, {"photo": photo}, fact, version=point.version, by=by, now=now)


@transaction.atomic
def replace_photo(*, point: ContactPoint, photo: Any, remove: bool, by: User | None, now: datetime) -> None:
    """Check, clean and set an uploaded picture, or (`remove`) take it away. Raises UploadRefused, at the field."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    old = point.photo
    set_photo(point=point, photo=stored_photo(photo, by=by, now=now), by=by, now=now)
    if old is not None:
        remove_file(old)


@transaction.atomic
def close_point(*, point: ContactPoint, reason: str, by: User | None, now: datetime) -> None:
    """Take a point out of use; its code then leads to the one above. Raises HasChildren."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    if not reason.strip():
        raise InvalidInput(_("请写明停用的原因。"), field="reason")
    if point.children.filter(active=True).exists():
        raise HasChildren
    _change(
        point,
        {"active": False},
        Fact(verb="point.closed", reason=reason.strip()),
        version=point.version,
        by=by,
        now=now,
    )


@transaction.atomic
def reopen_point(*, point: ContactPoint, by: User | None, now: datetime) -> None:
    """Take a closed point into use again."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    _change(point, {"active": True}, Fact(verb="point.reopened"), version=point.version, by=by, now=now)


@transaction.atomic
def replace_code(*, point: ContactPoint, reason: str, by: User | None, now: datetime) -> str:
    """Give a new code; the old one keeps leading to the point. Returns the new one."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    if not reason.strip():
        raise InvalidInput(_("请写明更换二维码的原因。"), field="reason")
    old, code = point.code, _fresh_code()
    fact = Fact(verb="point.code_replaced", reason=reason.strip(), data={"from": old, "to": code})
    _change(point, {"code": code}, fact, version=point.version, by=by, now=now)
    FormerPointCode.objects.create(code=old, contact_point=point, replaced_at=now)
    return code


@transaction.atomic
def station(*, point: ContactPoint, deputy: Deputy, since: date, by: User | None, now: datetime) -> Stationing:
    """Station a deputy at a point from the day `since`. Raises AlreadyStationed."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    if not point.active:
        raise InvalidInput(_("这个联系点已停用。"), field="contact_point")
    if deputy.status == DeputyStatus.ENDED:
        raise InvalidInput(_("这位代表已离任，不能再安排驻点。"), field="deputy")
    try:
        with transaction.atomic():
            made = Stationing.objects.create(contact_point=point, deputy=deputy, since=since)
    except IntegrityError as error:
        raise AlreadyStationed(field="deputy") from error
    record(point.chain, Fact(verb="stationing.began", data={"deputy": deputy.name, "since": since}), by=by, now=now)
    record(deputy.chain, Fact(verb="stationing.began", data={"point": point.name, "since": since}), by=by, now=now)
    return made


@transaction.atomic
def leave(*, stationing: Stationing, until: date, by: User | None, now: datetime) -> None:
    """The deputy's time at a point ends on the day `until`; turns after that day are taken off."""
    point, deputy = stationing.contact_point, stationing.deputy
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    if until < stationing.since:
        raise InvalidInput(_("结束日期不能早于开始日期。"), field="until")
    if not Stationing.objects.filter(pk=stationing.pk, until__isnull=True).update(until=until):
        raise StaleState
    stationing.until = until
    DutySlot.objects.filter(contact_point=point, deputy=deputy, starts_at__date__gt=until, starts_at__gt=now).delete()
    record(point.chain, Fact(verb="stationing.ended", data={"deputy": deputy.name, "until": until}), by=by, now=now)
    record(deputy.chain, Fact(verb="stationing.ended", data={"point": point.name, "until": until}), by=by, now=now)


@transaction.atomic
def add_duty(
    *,
    point: ContactPoint,
    deputy: Deputy,
    starts_at: datetime,
    ends_at: datetime,
    by: User | None,
    now: datetime,
    note: str = "",
) -> DutySlot:
    """Give a stationed deputy a turn. Raises InvalidInput, NotStationed, DutyOverlaps."""
    check_keeper(by, Permission.POINT_EDIT, point.organisation)
    _check_times(starts_at, ends_at, now)
    if not Stationing.objects.served().filter(contact_point=point, deputy=deputy).exists():
        raise NotStationed(field="deputy")
    Deputy.objects.select_for_update().get(pk=deputy.pk)
    other = _overlapping(deputy, starts_at, ends_at)
    if other is not None:
        words = {"name": deputy.name, "place": other.contact_point.name}
        raise DutyOverlaps(_("%(name)s这段时间已在“%(place)s”值班。") % words, field="starts_at")
    slot = DutySlot.objects.create(
        contact_point=point, deputy=deputy, starts_at=starts_at, ends_at=ends_at, note=note.strip(), created_by=by
    )
    record(point.chain, Fact(verb="duty.added", data=_turn(slot)), by=by, now=now)
    return slot


@transaction.atomic
def remove_duty(*, slot: DutySlot, by: User | None, now: datetime) -> None:
    """Take off a turn that has not begun."""
    check_keeper(by, Permission.POINT_EDIT, slot.contact_point.organisation)
    if slot.starts_at <= now:
        raise InvalidInput(_("这次值班已经开始或结束，记录要保留。"))
    fact = Fact(verb="duty.removed", data=_turn(slot))
    if not DutySlot.objects.filter(pk=slot.pk).delete()[0]:
        raise StaleState
    record(slot.contact_point.chain, fact, by=by, now=now)


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidInput(_("结束时间要晚于开始时间。"), field="ends_at")
    if ends_at - starts_at > LONGEST_DUTY:
        raise InvalidInput(_("一次值班不超过 12 小时。"), field="ends_at")
    if ends_at <= now:
        raise InvalidInput(_("这段时间已经过去了。"), field="starts_at")


def _overlapping(deputy: Deputy, starts_at: datetime, ends_at: datetime) -> DutySlot | None:
    taken = DutySlot.objects.filter(deputy=deputy, starts_at__lt=ends_at, ends_at__gt=starts_at)
    return taken.select_related("contact_point").first()


def _turn(slot: DutySlot) -> dict[str, Any]:
    return {"deputy": slot.deputy.name, "from": slot.starts_at.isoformat(), "to": slot.ends_at.isoformat()}


def _change(
    point: ContactPoint, values: dict[str, Any], fact: Fact, *, version: int, by: User | None, now: datetime
) -> None:
    """Write `values` if the point is still at `version`, then the event. Raises StaleState."""
    held = ContactPoint.objects.filter(pk=point.pk, version=version)
    if not held.update(**values, version=F("version") + 1):
        raise StaleState
    for name, value in values.items():
        setattr(point, name, value)
    point.version = version + 1
    record(point.chain, fact, by=by, now=now)


def _fresh_code() -> str:
    """A code that no point has or had."""
    while True:
        code = new_plaque_code()
        if not ContactPoint.objects.filter(Q(code=code) | Q(former_codes__code=code)).exists():
            return code


@transaction.atomic
def move_points(*, body: Organisation, into: Organisation, by: User | None, now: datetime) -> int:
    """Bring the contact points of a merged body to its successor; codes and plaques stay. Returns how many."""
    points = list(ContactPoint.objects.select_for_update().filter(organisation=body).order_by("id"))
    for point in points:
        data = {"organisation": [body.name, into.name]}
        record(point.chain, Fact(verb="point.edited", data=data), by=by, now=now)
    ContactPoint.objects.filter(organisation=body).update(organisation=into, version=F("version") + 1)
    return len(points)
