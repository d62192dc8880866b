"""A request comes in: an opinion like any other, by the same submission, with the partner's key in place of a form."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import DivisionLevel
from deputies.organisations.queries import division_tree
from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.files.services import discard, prepared_images
from liaison.base.stamps import reading
from opinions.catalog.models import Category, SourceChannel
from opinions.exchange.models import ApiKey, Partner
from opinions.exchange.services.keys import NotOpened
from opinions.intake.services.outside import check_phone, submit_order, target_for, without_landline
from opinions.intake.services.submission import Receipt
from opinions.matters.services import private_link
from opinions.open311.models import Extra

SPACE = UUID("1f3d6c3e-5a0e-4c6a-9f0a-0d3110311311")
LONGEST_TOKEN = 200
"""Characters of a program's own name for a request; what follows does not count."""
NAMED = (DivisionLevel.STREET, DivisionLevel.COMMUNITY)
"""Divisions that are recognised in an address."""


class NoSuchAddress(InvalidInput):
    message = _("没有这个 address_id：应是本区街道或社区的区划代码。")


class OtherDistrict(InvalidInput):
    message = _("这个 api_key 不属于这个 jurisdiction_id。")
    status_code = 404


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request as it was read. `token` is the program's own name for this sending, or what stands for it."""

    service: Category
    token: str
    description: str = ""
    address: str = ""
    address_id: str = ""
    position: tuple[Decimal, Decimal] | None = None
    name: str = ""
    phone: str = ""
    media_url: str = ""
    answers: list[dict[str, Any]] = field(default_factory=list)
    photos: Sequence[Any] = ()


def submit_request(*, key: ApiKey, sent: Sent, now: datetime, district_id: int | None = None) -> Receipt:
    """Take in a request; sent again it gives the first receipt. `district_id` is the jurisdiction that it names.

    Raises NotOpened, OtherDistrict, NoSuchAddress, TooManyForPhone, BadOrder, StorageFull, InvalidInput (a bad photo).
    """
    if not key.submits:
        raise NotOpened(field="api_key")
    with reading(), prepared_images(sent.photos, by=None, now=now) as photos:
        receipt = _submit(key, sent, photos, district_id, now)
    if receipt.again:
        discard(photos)
    return receipt


@transaction.atomic
def _submit(key: ApiKey, sent: Sent, photos: Sequence[StoredFile], district_id: int | None, now: datetime) -> Receipt:
    partner = key.partner
    target = target_for(partner.organisation, source=partner.code, channel=SourceChannel.OPEN311)
    assert target.setting is not None  # noqa: S101 - target_for always names one
    if district_id not in (None, target.setting.district.pk):
        raise OtherDistrict(field="jurisdiction_id")
    cells = {
        "content": sent.description or gettext("%(category)s（没有写说明）") % {"category": sent.service.name},
        "place": sent.address, "division": _division(sent, target.setting.division.pk),
        "category": sent.service.code, "name": sent.name, "phone": sent.phone,
    }  # fmt: skip
    check_phone(cells, now=now)
    receipt = submit_order(
        cells, target=target, key=submission_key(partner, sent.token), now=now, photos=photos,
        position=sent.position, source_system=partner.code, privacy_version=key.terms_version,
        consent_contact=bool(without_landline(cells)["phone"]),
    )  # fmt: skip
    if not receipt.again and (sent.answers or sent.media_url):
        Extra.objects.create(matter=receipt.matter, answers=sent.answers, media_url=sent.media_url)
    return receipt


def submission_key(partner: Partner, token: str) -> UUID:
    """The submission key of what a partner's program calls `token`."""
    return uuid5(SPACE, f"{partner.pk}:{token[:LONGEST_TOKEN]}")


def _division(sent: Sent, within: int) -> str:
    """The code of the division that the request names, by its code or within its address; empty for the partner's."""
    places = [one for one in division_tree().descendants(within, include_self=True) if one.active]
    if sent.address_id:
        if not any(one.code == sent.address_id for one in places):
            raise NoSuchAddress(field="address_id")
        return sent.address_id
    named = [one for one in places if one.level in NAMED and one.name in sent.address]
    return max(named, key=lambda one: (one.level == DivisionLevel.COMMUNITY, len(one.name))).code if named else ""


def notice(receipt: Receipt) -> str:
    """What the program shows to the resident: the private link, by which the result is rated too."""
    link = private_link(receipt.reporter, receipt.matter.code)
    return gettext("已收到。查进度、看答复和评价都用这个专属链接，请让居民自己保存：%(link)s") % {"link": link}
