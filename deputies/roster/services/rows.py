"""One row of a roster file, read against the reference data: what it says, or why it cannot be taken."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Division, Organisation
from deputies.roster.models import CongressLevel, Delegation, Deputy, Group, Identity, PublicField, Term
from deputies.roster.services.deputies import Details, check_details
from liaison.base.errors import InvalidInput
from liaison.base.import_plans import BadCell, BadRow, one_called, text_cell
from liaison.base.imports import Row
from liaison.base.phrases import listing, values_by_word
from liaison.base.privacy import normalise_phone

NAME, IDENTITY, LEVEL, TERM, DISTRICT, DELEGATION, GROUPS, TITLE = (
    "姓名", "身份", "级别", "届次", "选区", "代表团", "专业代表组", "职务",
)  # fmt: skip
PHONE, CERTIFICATE, BODY, POINTS, PUBLIC = "手机", "代表证号", "联系机构代码", "驻点代码", "公开项"
COLUMNS = (NAME, IDENTITY, LEVEL, TERM, DISTRICT, DELEGATION, GROUPS, TITLE, PHONE, CERTIFICATE, BODY, POINTS, PUBLIC)
REQUIRED = (NAME,)
PASSED_OVER = ("序号", "性别", "备注", "联系机构", "状态", "离任日期", "二维码代码")
"""Columns that may stand in a file and are not read: those of our own export, and what lists often carry."""
COLUMN_OF_FIELD = {
    "name": NAME, "identity": IDENTITY, "level": LEVEL, "term": TERM, "electoral_district": DISTRICT,
    "delegation": DELEGATION, "groups": GROUPS, "title": TITLE, "phone": PHONE, "certificate": CERTIFICATE,
    "organisation": BODY, "public_fields": PUBLIC,
}  # fmt: skip
LEVEL_WORDS = {
    CongressLevel.NATIONAL: ("全国", "国家"),
    CongressLevel.PROVINCIAL: ("省", "自治区", "直辖市"),
    CongressLevel.MUNICIPAL: ("市", "州", "设区的市", "自治州"),
    CongressLevel.COUNTY: ("区", "县", "区县", "县级市", "旗"),
    CongressLevel.TOWNSHIP: ("镇", "乡", "乡镇"),
}
MASKED = re.compile(r"^1\d{2}\*{4}\d{4}$")
SEPARATORS = re.compile(r"[、,，;；\s]+")
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The reference data within the importer's reach."""

    terms: Iterable[Term]
    delegations: Iterable[Delegation]
    groups: Iterable[Group]
    districts: Iterable[Division]
    bodies: Mapping[str, Organisation]
    own_body: Organisation | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a row says. `kept` are the fields left blank, which an existing record keeps."""

    details: Details
    kept: frozenset[str]
    points: tuple[str, ...]

    def over(self, deputy: Deputy) -> Details:
        """The details that the record will have: what the row says over what it keeps."""
        values = {name: getattr(deputy, name) for name in self.kept if name != "groups"}
        if "groups" in self.kept:
            values["groups"] = list(deputy.groups.all())
        return replace(self.details, **values)


def read(row: Row, reference: Reference) -> Said:
    """What the row says. Raises BadRow with every bad cell."""
    bad: list[BadCell] = []

    def cell(reader: Callable[..., T], *args: Any, otherwise: Any = None) -> T:
        try:
            return reader(*args)
        except BadCell as error:
            bad.append(error)
            return otherwise

    identity = cell(_identity, row[IDENTITY], otherwise=Identity.DEPUTY.value)
    level = cell(_level, row[LEVEL], identity, otherwise="")
    term = cell(_term, row[TERM], level, reference.terms) if level or not bad else None
    values: dict[str, Any] = {
        "name": cell(_text, row, NAME, Deputy.name),
        "organisation": cell(_body, row[BODY], reference),
        "delegation": cell(_delegation, row[DELEGATION], term, reference.delegations) if term or not level else None,
        "electoral_district": cell(_named, row[DISTRICT], DISTRICT, reference.districts, _code_and_name),
        "groups": cell(_groups, row[GROUPS], reference.groups, otherwise=()),
        "certificate": cell(_text, row, CERTIFICATE, Deputy.certificate),
        "title": cell(_text, row, TITLE, Deputy.title),
        "phone": cell(_phone, row[PHONE], otherwise=""),
        "public_fields": cell(_public, row[PUBLIC], otherwise=()),
    }
    if bad:
        raise BadRow(*bad)
    details = Details(identity=identity, level=level, term=term, **values)
    _checked(details)
    return Said(details=details, kept=_kept(row), points=tuple(split(row[POINTS])))


def _code_and_name(division: Division) -> tuple[str, str]:
    return division.code, division.name


def split(text: str) -> list[str]:
    """The entries of a cell that lists several."""
    return [part for part in SEPARATORS.split(text) if part]


def ordinal(text: str) -> int | None:
    """The number of a term: 17, 十七, 第十七届, 二十."""
    bare = re.sub(r"[第届\s]", "", text)
    if bare.isascii() and bare.isdigit() and len(bare) <= 3:
        return int(bare)
    tens, has_ten, units = bare.rpartition("十")
    if not bare or (tens and tens not in _DIGITS) or (units and units not in _DIGITS):
        return None
    return (_DIGITS.get(tens, 1) * 10 if has_ten else 0) + _DIGITS.get(units, 0)


def _kept(row: Row) -> frozenset[str]:
    """Fields whose cell is blank (or shows a masked number): what is known stays."""
    columns = {
        DISTRICT: "electoral_district", DELEGATION: "delegation", GROUPS: "groups", TITLE: "title",
        CERTIFICATE: "certificate", PUBLIC: "public_fields", PHONE: "phone",
    }  # fmt: skip
    blank = {field for column, field in columns.items() if not row[column]}
    return frozenset(blank | {"biography"} | ({"phone"} if MASKED.match(row[PHONE]) else set()))


def _checked(details: Details) -> None:
    try:
        check_details(details)
    except InvalidInput as error:
        raise BadRow(BadCell(COLUMN_OF_FIELD.get(error.field, ""), error.message)) from error


def _text(row: Row, column: str, kept_in: Any) -> str:
    return text_cell(row, column, kept_in, required=column in REQUIRED)


def _identity(text: str) -> str:
    known = values_by_word(Identity)
    if not text or text in known:
        return str(known[text]) if text else Identity.DEPUTY.value
    raise BadCell(IDENTITY, _("身份填“人大代表”或“议政代表”。"))


def _level(text: str, identity: str) -> str:
    bare = text.removesuffix("人大代表").removesuffix("代表").removesuffix("级")
    if not text and identity == Identity.CONSULTANT:
        return ""
    for level, words in LEVEL_WORDS.items():
        if bare in words or text == level.value:
            return level.value
    raise BadCell(LEVEL, _("级别填全国、省、市、区（县）或镇（乡）。"))


def _term(text: str, level: str, terms: Iterable[Term]) -> Term | None:
    if not text:
        return None
    number = ordinal(text)
    found = [term for term in terms if term.level == level and term.number == number]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadCell(TERM, _("这一级第 %(number)s 届不止一个，请用 --district 指明所在的区县。") % {"number": number})
    known = listing(term.number for term in terms if term.level == level)
    raise BadCell(TERM, _("没有登记这一级的“%(text)s”届。已登记：%(known)s。") % {"text": text, "known": known or "–"})


def _delegation(text: str, term: Term | None, delegations: Iterable[Delegation]) -> Delegation | None:
    if not text:
        return None
    own = [one for one in delegations if term is not None and one.term_id == term.pk]
    return _named(text, DELEGATION, own, lambda one: (one.name,))


def _groups(text: str, groups: Iterable[Group]) -> list[Group]:
    found = (_named(name, GROUPS, groups, lambda one: (one.name,)) for name in split(text))
    return [group for group in found if group is not None]


def _named(text: str, column: str, rows: Iterable[T], names: Callable[[T], tuple[str, ...]]) -> T | None:
    missing = _("没有登记“%(text)s”，请核对写法，或先在基础数据中添加。")
    return one_called(text, column, rows, names, missing=missing)


def _body(code: str, reference: Reference) -> Organisation:
    body = reference.bodies.get(code) if code else reference.own_body
    if body is not None and body.active:
        return body
    if not code:
        raise BadCell(BODY, _("请填联系机构代码（街道工委、主席团或联络站的代码）。"))
    raise BadCell(BODY, _("没有代码为“%(code)s”的机构，或它不在您的管理范围内。") % {"code": code[:40]})


def _phone(text: str) -> str:
    if not text or MASKED.match(text):
        return ""
    try:
        return normalise_phone(text)
    except ValidationError as error:
        raise BadCell(PHONE, error.messages[0]) from error


def _public(text: str) -> list[str]:
    names = values_by_word(PublicField)
    found = []
    for name in split(text):
        if name not in names:
            raise BadCell(PUBLIC, _("公开项只能填：%(names)s。") % {"names": listing(PublicField.labels)})
        found.append(names[name])
    return found
