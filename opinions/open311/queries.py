"""What the open interface shows: services, and requests as a copy without words of residents (domain.md, rule 6).

Public are status, dates, category, the body and the street. What was said, where exactly, and with which picture is
shown to the partner alone whose own program sent it, with its key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from deputies.organisations.models import DivisionLevel, OrganisationKind
from deputies.organisations.queries import bodies, division_tree
from liaison.base.audit.models import Audience, Event
from liaison.base.codes import grouped
from liaison.base.stamps import cached
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import Category, SourceChannel
from opinions.catalog.queries import STAMP, categories, category_tree
from opinions.exchange.models import Partner
from opinions.intake.models import Opinion
from opinions.matters.models import Matter, MatterQuerySet, ReplyClass, Satisfaction
from opinions.matters.states import FINAL, MatterKind, Status
from opinions.open311.models import Extra, ServiceAttribute
from opinions.open311.states import FULFILLING, LISTS, STATES

MOST = 1000
"""Requests of one answer."""
_COLUMNS = (
    "pk", "code", "status", "category_id", "division_id", "street_id", "holder_id", "opened_at", "due_on", "due_clock",
    "reply_class", "satisfaction", "merged_into__code",
)  # fmt: skip
_END_OF_DAY = time(23, 59, 59)
Said = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which requests are asked for; `codes` outranks everything else."""

    codes: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    services: tuple[int, ...] = ()
    statuses: tuple[Status, ...] = (*STATES["open"], *STATES["closed"])
    district_id: int | None = None
    most: int = MOST


def jurisdiction(code: str) -> int | None:
    """The district of this code."""
    rows = bodies().by_id.values()
    kind = OrganisationKind.CONGRESS
    return next((one.pk for one in rows if one.code == code and one.kind == kind and one.active), None)


def service_called(code: str, *, closed: bool = False) -> Category | None:
    """The category of this code; one that is no longer in use only where `closed` ones are asked for too."""
    rows = category_tree().values()
    return next((one for one in rows if one.code == code and (closed or one.active)), None)


def attributes_of(category: Category) -> list[ServiceAttribute]:
    """The questions of a category, in order."""
    return cached(STAMP, _attributes, part="open311").get(category.pk, [])


def _attributes() -> dict[int, list[ServiceAttribute]]:
    found: dict[int, list[ServiceAttribute]] = {}
    for row in ServiceAttribute.objects.filter(active=True).order_by("order", "id"):
        found.setdefault(row.category_id, []).append(row)
    return found


def services() -> list[Said]:
    """The list of services: the categories in use. Each answers at once (realtime)."""
    return [
        {
            "service_code": one.code,
            "service_name": one.name,
            "description": one.examples or one.name,
            "metadata": bool(attributes_of(one)),
            "type": "realtime",
            "keywords": ", ".join(one.examples.replace("，", "、").split("、")) if one.examples else "",
            "group": one.parent.name if one.parent else one.name,
        }
        for one in categories()
    ]


def definition(category: Category) -> Said:
    """The questions of a service."""
    rows = attributes_of(category)
    return {"service_code": category.code, "attributes": [_attribute(row) for row in rows]}


def _attribute(row: ServiceAttribute) -> Said:
    said: Said = {
        "variable": row.variable, "code": row.code, "datatype": row.datatype, "required": row.required,
        "datatype_description": row.hint, "order": row.order, "description": row.description,
    }  # fmt: skip
    if row.datatype in LISTS:
        said["values"] = [{"key": key, "name": words} for key, words in row.choices.items()]
    return said


def requests(asked: Asked, *, partner: Partner | None = None, extended: bool = False) -> list[Said]:
    """The requests asked for, the newest first: four statements at most, however many they are."""
    rows = list(_matters(asked, partner).values(*_COLUMNS)[: asked.most])
    changed = _changed(row["pk"] for row in rows)
    own = _own([row["pk"] for row in rows], partner) if partner else {}
    notes = cache(_notes)
    return [
        _request(row, changed.get(f"matter:{row['pk']}"), notes) | _with_own(own.get(row["pk"]), extended=extended)
        for row in rows
    ]


def _matters(asked: Asked, partner: Partner | None) -> MatterQuerySet:
    """By number, or by what is searched for; what residents have withdrawn is found by number, or with a key."""
    rows = Matter.objects.filter(kind=MatterKind.OPINION, status__in=asked.statuses)
    if asked.codes:
        return rows.filter(code__in=asked.codes).order_by("-opened_at", "-id")
    rows = rows.filter(opened_at__gte=asked.begin, opened_at__lte=asked.end)
    if partner is None:
        rows = rows.exclude(status=Status.WITHDRAWN)
    if asked.services:
        rows = rows.filter(category__in=asked.services)
    if asked.district_id is not None:
        rows = rows.filter(district=asked.district_id)
    return rows.order_by("-opened_at", "-id")


def _changed(keys: Iterable[int]) -> dict[str, datetime]:
    """When something public last happened to each."""
    chains = [f"matter:{pk}" for pk in keys]
    rows = Event.objects.filter(chain__in=chains, audience=Audience.PUBLIC).order_by()
    return dict(rows.values_list("chain").annotate(Max("at")))


def _own(keys: Sequence[int], partner: Partner) -> dict[int, Said]:
    """What the partner's own programs sent, by matter."""
    rows = Opinion.objects.filter(pk__in=keys, channel=SourceChannel.OPEN311, source_system=partner.code)
    found: dict[int, Said] = {
        row["pk"]: dict(row) for row in rows.values("pk", "content", "place", "latitude", "longitude")
    }
    extras = Extra.objects.filter(pk__in=found).values_list("pk", "answers", "media_url") if found else []
    for pk, answers, media_url in extras:
        found[pk] |= {"answers": answers, "media_url": media_url}
    return found


def _request(row: Said, changed: datetime | None, notes: Any) -> Said:
    """One request as everybody may read it."""
    category, street = category_tree().get(row["category_id"]), _street(row["division_id"])
    agency = bodies().get(row["holder_id"]) or bodies().get(row["street_id"])
    promised = row["due_on"] if row["due_clock"] in FULFILLING else None
    return {
        "service_request_id": row["code"],
        "status": "closed" if row["status"] in FINAL else "open",
        "status_notes": notes(row["status"], row["reply_class"], row["satisfaction"], row["merged_into__code"]),
        "service_name": category.name if category else _("未分类"),
        "service_code": category.code if category else None,
        "description": _("%(category)s方面的事") % {"category": category.name} if category else _("居民反映的事"),
        "agency_responsible": agency.name if agency else None,
        "service_notice": None,
        "requested_datetime": moment(row["opened_at"]),
        "updated_datetime": moment(changed or row["opened_at"]),
        "expected_datetime": moment(datetime.combine(promised, _END_OF_DAY, SHANGHAI)) if promised else None,
        "address": street.name if street else None,
        "address_id": street.code if street else None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _street(division_id: int) -> Any:
    """How exactly everybody may know the place: the street, and nothing below it."""
    return division_tree().at_level(division_id, DivisionLevel.STREET) or division_tree().get(division_id)


def _with_own(held: Said | None, *, extended: bool) -> Said:
    """What is added for the partner that sent the request itself."""
    if held is None:
        return {}
    said = {"description": held["content"], "media_url": held.get("media_url") or None}
    if held["place"]:
        said["address"] = held["place"]
    if held["latitude"] is not None:
        said |= {"lat": float(held["latitude"]), "long": float(held["longitude"])}
    if extended:
        names = {"code": "code", "name": "question", "value": "words"}
        said["extended_attributes"] = [
            {ours: one[theirs] for ours, theirs in names.items()} for one in held.get("answers", [])
        ]
    return said


def _notes(status: str, reply_class: str, satisfaction: str, merged_into: str | None) -> str:
    """The status in words: reply, result and the resident's word are told apart (domain.md, rule 1)."""
    said = [str(Status(status).label)]
    if reply_class:
        said.append(_("办理单位的答复：%(words)s") % {"words": ReplyClass(reply_class).label})
    if merged_into:
        said.append(_("进度见 %(code)s") % {"code": grouped(merged_into)})
    elif status == Status.REPLIED:
        said.append(_("等居民评价，答复不等于解决"))
    elif status == Status.CLOSED:
        rated = Satisfaction(satisfaction).label if satisfaction else _("未评价")
        said.append(_("居民评价：%(words)s") % {"words": rated})
    return _("；").join(said)


def moment(at: datetime) -> str:
    """A moment as the specification wants it, with zone."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def code_of(key: UUID, partner: Partner) -> str | None:
    """The request that the partner's submission with this key has made."""
    rows = Matter.objects.filter(opinion__submission_key=key, opinion__source_system=partner.code)
    return rows.values_list("code", flat=True).first()
