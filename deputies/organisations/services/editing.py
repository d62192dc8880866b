"""Editing the map. Every edit bumps the stamp, so that no process goes on with an old copy."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.organisations.queries import STAMP
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.stamps import bump

name_verbs(
    {
        "division.created": _("新建行政区划"),
        "division.renamed": _("行政区划改名"),
        "division.closed": _("停用行政区划"),
        "organisation.renamed": _("机构改名"),
        "divisions.imported": _("导入行政区划"),
        "organisation.created": _("新建机构"),
        "organisation.closed": _("撤销机构"),
        "organisation.merged": _("并入其他机构"),
    }
)


class CodeTaken(InvalidInput):
    """Codes of divisions and of organisations are unique."""

    message = _("这个代码已经有了，请换一个或修改原有的一条。")


class BadCode(InvalidInput):
    """Official divisions carry digits."""

    message = _("行政区划代码应为 2 至 12 位数字。")


class BadParent(InvalidInput):
    """A node may not stand under itself."""

    message = _("上级不能是它自己或它的下级。")


class BadSuccessor(InvalidInput):
    """The successor must be another active body of the same kind."""

    message = _("只能并入另一个在用的、同类别的机构。")


class StillNeeded(DomainError):
    """A body with others under it cannot simply be closed."""

    message = _("还有下级机构挂在它下面，请先调整下级机构，或改用“并入”。")


class PlaceStillNeeded(DomainError):
    """A division in which others lie or for which a body acts cannot be closed."""

    message = _("还有在用的下级区划或机构属于它，请先停用或调整。")


@transaction.atomic
def create_division(
    *, code: str, name: str, level: DivisionLevel, parent: Division | None, by: Any, now: datetime
) -> Division:
    """Add a division. Raises CodeTaken."""
    division = Division(code=code, name=name, level=level, parent=parent)
    _insert(division)
    _told(division_chain(division), "division.created", by=by, now=now, data={"code": code, "name": name}, first=True)
    return division


@transaction.atomic
def create_organisation(
    *,
    code: str,
    name: str,
    kind: str,
    division: Division,
    parent: Organisation | None,
    by: Any,
    now: datetime,
    short_name: str = "",
    phone: str = "",
    email: str = "",
) -> Organisation:
    """Add a body. Raises CodeTaken."""
    body = Organisation(
        code=code,
        name=name,
        short_name=short_name,
        kind=kind,
        division=division,
        parent=parent,
        phone=phone,
        email=email,
    )
    _insert(body)
    _told(chain_of(body), "organisation.created", by=by, now=now, data={"code": code, "name": name}, first=True)
    return body


@transaction.atomic
def rename_organisation(body: Organisation, *, name: str, short_name: str, by: Any, now: datetime) -> bool:
    """Give a body another name; False when it has that name already. What was written before keeps the old one."""
    old = (body.name, body.short_name)
    body.name, body.short_name = _named(name), short_name.strip()
    if old == (body.name, body.short_name):
        return False
    body.save(update_fields=["name", "short_name"])
    data = {"name": body.name, "was": old[0]}
    _told(chain_of(body), "organisation.renamed", by=by, now=now, data=data)
    return True


@transaction.atomic
def rename_division(division: Division, *, name: str, by: Any, now: datetime) -> bool:
    """Give a division another name; False when it has that name already."""
    old, division.name = division.name, _named(name)
    if old == division.name:
        return False
    division.save(update_fields=["name"])
    data = {"name": division.name, "was": old}
    _told(division_chain(division), "division.renamed", by=by, now=now, data=data)
    return True


@transaction.atomic
def close_division(division: Division, *, by: Any, now: datetime, reason: str = "") -> None:
    """Take a division out of use. Raises PlaceStillNeeded while places or bodies in use belong to it."""
    if division.children.filter(active=True).exists() or division.organisations.filter(active=True).exists():
        raise PlaceStillNeeded
    division.active = False
    division.save(update_fields=["active"])
    _told(division_chain(division), "division.closed", by=by, now=now, reason=reason)


def _named(name: str) -> str:
    if not name.strip():
        raise InvalidInput(_("请填写名称。"), field="name")
    return name.strip()


@transaction.atomic
def close_organisation(body: Organisation, *, by: Any, now: datetime, reason: str = "") -> None:
    """Close a body without successor. Raises StillNeeded while active bodies stand under it."""
    check_closing(body)
    body.active = False
    body.save(update_fields=["active"])
    _told(chain_of(body), "organisation.closed", by=by, now=now, reason=reason)


@transaction.atomic
def merge_organisation(body: Organisation, *, into: Organisation, by: Any, now: datetime, reason: str = "") -> None:
    """Close a body in favour of a successor, which takes over the bodies under it. Raises BadSuccessor."""
    if into.pk == body.pk or not into.active or into.kind != body.kind:
        raise BadSuccessor(field="into")
    Organisation.objects.filter(parent=body).exclude(pk=into.pk).update(parent=into)
    body.active, body.merged_into = False, into
    body.save(update_fields=["active", "merged_into"])
    if into.parent_id == body.pk:
        into.parent = body.parent
        into.save(update_fields=["parent"])
    _told(chain_of(body), "organisation.merged", by=by, now=now, reason=reason, data={"into": into.code})


def check_closing(body: Organisation) -> None:
    """Raise StillNeeded while active bodies stand under it."""
    if Organisation.objects.filter(parent=body, active=True).exists():
        raise StillNeeded(field="active")


def check_parent(node: Division | Organisation, parent: Division | Organisation | None) -> None:
    """Raise BadParent when `parent` is the node or stands below it."""
    above: Any = parent
    while above is not None and node.pk is not None:
        if above.pk == node.pk:
            raise BadParent(field="parent")
        above = above.parent


def chain_of(body: Organisation) -> str:
    """Name of the body's chain in the ledger."""
    return f"organisation:{body.pk}"


def division_chain(division: Division) -> str:
    """Name of the division's chain in the ledger."""
    return f"division:{division.pk}"


def _insert(row: Division | Organisation) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        taken = type(row)._default_manager.filter(code=row.code).exists()
        raise (CodeTaken if taken else BadCode)(field="code") from error


def _told(
    chain: str,
    verb: str,
    *,
    by: Any,
    now: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
    first: bool = False,
) -> None:
    record(chain, Fact(verb=verb, reason=reason, data=data or {}), by=by, now=now, first=first)
    bump(STAMP)
