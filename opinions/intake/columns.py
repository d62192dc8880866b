"""From the cells of a table's row to an entry: which column means what, and what is wrong with a cell."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.organisations.models import Division, DivisionLevel
from deputies.organisations.queries import division_tree
from liaison.base.imports import Row
from liaison.base.phrases import listing, values_by_word
from liaison.base.privacy import normalise_phone
from liaison.base.workdays.arithmetic import OUR_TIMES, SHANGHAI
from opinions.catalog.models import Category, Reach, SourceChannel
from opinions.catalog.queries import categories
from opinions.intake.places import NoBody, Setting, divisions_called, setting_of
from opinions.intake.services.submission import CONTENT_MAX, LONGEST_TITLE, Entry


class Field(TextChoices):
    """What a column may fill."""

    CONTENT = "content", gettext_lazy("内容")
    TITLE = "title", gettext_lazy("标题")
    RAISED_ON = "raised_on", gettext_lazy("反映日期")
    PLACE = "place", gettext_lazy("地点")
    DIVISION = "division", gettext_lazy("街道或社区（名称或代码）")
    CATEGORY = "category", gettext_lazy("类别")
    CHANNEL = "channel", gettext_lazy("渠道")
    REACH = "reach", gettext_lazy("影响范围")
    NAME = "name", gettext_lazy("反映人")
    PHONE = "phone", gettext_lazy("电话")
    SOURCE_NUMBER = "source_number", gettext_lazy("来源编号")
    TAG = "tag", gettext_lazy("标签")


KNOWN_HEADINGS: dict[str, str] = {
    heading: field.value
    for field, headings in {
        Field.CONTENT: "内容 反映内容 诉求内容 诉求 问题描述 正文 content text description",
        Field.TITLE: "标题 事项标题 主题 title subject",
        Field.RAISED_ON: "日期 时间 反映时间 提交时间 受理时间 来电时间 date time",
        Field.PLACE: "地点 地址 发生地点 反映地址 选区/地址 place address",
        Field.DIVISION: "街道 社区 所属街道 所属社区 区划 district street community division",
        Field.CATEGORY: "类别 分类 领域 category domain",
        Field.CHANNEL: "渠道 来源渠道 来源 channel",
        Field.REACH: "影响范围 范围 reach",
        Field.NAME: "反映人 姓名 联系人 name",
        Field.PHONE: "电话 手机 联系电话 手机号 phone mobile",
        Field.SOURCE_NUMBER: "编号 来源编号 工单号 工单编号 id number",
        Field.TAG: "标签 类型 tag type",
    }.items()
    for heading in headings.split()
}
"""Headings that name a field, as places and other systems write them."""


class BadCell(ValueError):
    """Why a row cannot be taken."""

    def __init__(self, field: str, reason: Any) -> None:
        super().__init__(str(reason))
        self.field, self.reason = field, reason


@dataclass(frozen=True)
class Target:
    """Where rows without a place go, the system they come from, and within which divisions an officer may enter."""

    setting: Setting | None
    source_system: str
    within: int | None = None
    channel: str = SourceChannel.IMPORT


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Which field each column fills, by its heading; each field once."""
    found: dict[str, str] = {}
    for column in columns:
        field = KNOWN_HEADINGS.get(column.strip().lower(), "")
        if field and field not in found.values():
            found[column] = field
    return found


def entry_from(row: Row, mapping: Mapping[str, str], target: Target, *, now: datetime) -> Entry:
    """The entry that a row describes. Raises BadCell."""
    cells = {field: row[column].strip() for column, field in mapping.items()}
    setting = _setting(cells.get(Field.DIVISION, ""), target)
    said = cells.get(Field.CATEGORY, "")
    category = find_category(said)
    return Entry(
        key=uuid4(),
        content=_content(cells.get(Field.CONTENT, "")),
        title=cells.get(Field.TITLE, "")[:LONGEST_TITLE],
        division=setting.division,
        street=setting.street,
        district=setting.district,
        channel=_choice(SourceChannel, cells.get(Field.CHANNEL, ""), Field.CHANNEL) or target.channel,
        place=_short(cells.get(Field.PLACE, ""), 160, Field.PLACE),
        category=category,
        reach=_choice(Reach, cells.get(Field.REACH, ""), Field.REACH),
        name=_short(cells.get(Field.NAME, ""), 40, Field.NAME),
        phone=_phone(cells.get(Field.PHONE, "")),
        source_system=target.source_system if cells.get(Field.SOURCE_NUMBER) else "",
        source_number=_short(cells.get(Field.SOURCE_NUMBER, ""), 80, Field.SOURCE_NUMBER),
        tags=_tags(cells.get(Field.TAG, ""), said if category is None else "", _elsewhere(cells, target)),
        raised_at=_moment(cells.get(Field.RAISED_ON, ""), now),
    )


def _content(text: str) -> str:
    if not text:
        raise BadCell(Field.CONTENT, _("没有内容。"))
    if len(text) > CONTENT_MAX:
        raise BadCell(Field.CONTENT, _("内容 %(length)d 字，最多 10000 字。") % {"length": len(text)})
    if "\x00" in text or any(unicodedata.category(sign) == "Cs" for sign in text):
        raise BadCell(Field.CONTENT, _("内容里有不能保存的字符。"))
    return text


def _short(text: str, most: int, field: Field) -> str:
    if len(text) > most:
        raise BadCell(field, _("“%(field)s”超过 %(most)d 个字。") % {"field": field.label, "most": most})
    return text


def _phone(text: str) -> str:
    try:
        return normalise_phone(text) if text else ""
    except ValidationError as error:
        raise BadCell(Field.PHONE, error.messages[0]) from error


def _choice(choices: type[TextChoices], text: str, field: Field) -> str:
    """A value by its code or its words."""
    if not text:
        return ""
    known = values_by_word(choices)
    if text in known:
        return str(known[text])
    words = listing(choices.labels)
    raise BadCell(field, _("“%(text)s”不在可选的范围内：%(words)s。") % {"text": text[:20], "words": words})


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def _moment(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    found = _DATE.match(unicodedata.normalize("NFKC", text))
    try:
        numbers = [int(number or 0) for number in found.groups()] if found else []
        moment = datetime(*numbers, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]
        if moment.year not in OUR_TIMES:
            raise ValueError(moment)
    except (TypeError, ValueError) as error:
        told = _("“%(text)s”不是日期，应像 2026-11-22。") % {"text": text[:20]}
        raise BadCell(Field.RAISED_ON, told) from error
    if moment > now:
        raise BadCell(Field.RAISED_ON, _("日期 %(text)s 在今天之后。") % {"text": text[:20]})
    return moment


def find_category(text: str) -> Category | None:
    """The category of this code or name, else the only one of the first level whose name has these words."""
    if not text:
        return None
    held = categories()
    exact = next((one for one in held if text in (one.code, one.name)), None)
    if exact is not None:
        return exact
    within = [one for one in held if one.parent_id is None and text in one.name]
    return within[0] if len(within) == 1 else None


def _elsewhere(cells: Mapping[str, str], target: Target) -> str:
    """What was said of the place when it is not one of ours: kept, so that nobody has to look it up again."""
    text = cells.get(Field.DIVISION, "")
    return text if text and _find_division(text, target) is None else ""


def _tags(*texts: str) -> Sequence[str]:
    return [text[:30] for text in texts if text]


def _setting(text: str, target: Target) -> Setting:
    """The place of a row: what it names, else the default."""
    found = _find_division(text, target) if text else None
    if text and found is None and target.setting is None:
        raise BadCell(Field.DIVISION, _("没有找到“%(text)s”这个街道或社区。") % {"text": text[:20]})
    if found is None and target.setting is None:
        raise BadCell(Field.DIVISION, _("没有写街道或社区，也没有选默认的街道。"))
    try:
        setting = setting_of(found) if found is not None else target.setting
    except NoBody as error:
        raise BadCell(Field.DIVISION, error.message) from error
    assert setting is not None  # noqa: S101 - one of the two is there
    if target.within is not None and target.within not in (setting.street.pk, setting.district.pk):
        raise BadCell(Field.DIVISION, _("“%(text)s”不在您的管理范围内。") % {"text": text[:20]})
    return setting


def _find_division(text: str, target: Target) -> Division | None:
    """A street or community by code or name; of several of one name, the one nearest to the default place."""
    levels = (DivisionLevel.COUNTY, DivisionLevel.STREET, DivisionLevel.COMMUNITY, DivisionLevel.ESTATE)
    named = [one for one in divisions_called(text) if one.level in levels]
    if len(named) > 1 and target.setting is not None:
        place = target.setting.district.division_id
        below = {one.pk for one in division_tree().descendants(place, include_self=True)}
        named = [one for one in named if one.pk in below]
    return named[0] if len(named) == 1 else None
