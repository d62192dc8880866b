"""What one row of a register file says; every cell that cannot be taken is told in the user's words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from deputies.contact_points.models import ContactPoint, PointKind
from deputies.contact_points.services import Details, check_details
from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.organisations.queries import division_tree
from liaison.base.errors import InvalidInput
from liaison.base.import_plans import BadCell, one_called, text_cell
from liaison.base.imports import Row
from liaison.base.phrases import listing, values_by_word

CODE, NAME, KIND, PARENT, BODY, PLACE = "代码", "名称", "类别", "上级", "管理机构", "所在社区"
DISTRICT, ADDRESS, PHONE, HOURS, LATITUDE, LONGITUDE = "选区", "地址", "公开电话", "开放时间", "纬度", "经度"
COLUMNS = (CODE, NAME, KIND, PARENT, BODY, PLACE, DISTRICT, ADDRESS, PHONE, HOURS, LATITUDE, LONGITUDE)
"""As in the export of the register, so that what was exported can be imported again."""
REQUIRED = (NAME, KIND, ADDRESS)
PASSED_OVER = ("序号", "备注", "在任驻点代表数", "达标项数", "未达标项", "状态")
COLUMN_OF_FIELD = {
    "name": NAME, "kind": KIND, "parent": PARENT, "organisation": BODY, "division": PLACE,
    "electoral_district": DISTRICT, "address": ADDRESS, "phone": PHONE, "hours": HOURS,
    "latitude": LATITUDE, "longitude": LONGITUDE,
}  # fmt: skip
SHORT = {
    "家": PointKind.HOME, "室": PointKind.STUDIO, "站": PointKind.STATION, "联络站": PointKind.STATION,
    "点": PointKind.POINT, "联系点": PointKind.POINT,
}  # fmt: skip
PLACES = (DivisionLevel.STREET, DivisionLevel.COMMUNITY, DivisionLevel.GRID, DivisionLevel.ESTATE)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The bodies and electoral districts within the importer's reach."""

    bodies: Sequence[Organisation]
    districts: Sequence[Division]
    own_body: Organisation | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a row says. `parent` is a name or code as written; `kept` are fields left blank, which a record keeps."""

    code: str
    parent: str
    details: Details
    kept: frozenset[str]

    def over(self, point: ContactPoint) -> Details:
        """The details that the record will have, but for the parent."""
        return replace(self.details, **{name: getattr(point, name) for name in self.kept})


def read(row: Row, reference: Reference) -> Said:
    """What the row says. Raises BadCell."""
    body = _body(row[BODY], reference)
    details = Details(
        name=_text(row, NAME, ContactPoint.name), kind=_kind(row[KIND]), organisation=body,
        division=_place(row[PLACE], body),
        electoral_district=_one(row[DISTRICT], DISTRICT, reference.districts, _called),
        address=_text(row, ADDRESS, ContactPoint.address), phone=_text(row, PHONE, ContactPoint.phone),
        hours=_text(row, HOURS, ContactPoint.hours),
        latitude=_degrees(row, LATITUDE), longitude=_degrees(row, LONGITUDE),
    )  # fmt: skip
    checked(details)
    blank = {name for name, column in COLUMN_OF_FIELD.items() if not row[column]} - {"parent"}
    return Said(code=row[CODE].upper(), parent=row[PARENT], details=details, kept=frozenset(blank))


def checked(details: Details, point: ContactPoint | None = None) -> None:
    """Raise BadCell unless the point may stand where it is put."""
    try:
        check_details(details, point=point)
    except InvalidInput as error:
        raise BadCell(COLUMN_OF_FIELD.get(error.field, ""), error.message) from error


def _text(row: Row, column: str, kept_in: Any) -> str:
    return text_cell(row, column, kept_in, required=column in REQUIRED)


def _kind(text: str) -> str:
    known = values_by_word(PointKind) | {word: kind.value for word, kind in SHORT.items()}
    if text not in known:
        raise BadCell(KIND, _("类别只能填：%(names)s。") % {"names": listing(PointKind.labels)})
    return known[text]


def _body(text: str, reference: Reference) -> Organisation:
    if not text and reference.own_body is not None:
        return reference.own_body
    if not text:
        raise BadCell(BODY, _("请填管理机构的名称或代码。"))
    in_use = [body for body in reference.bodies if body.active]
    found = _one(text, BODY, in_use, lambda body: (body.code, body.name, body.short_name))
    assert found is not None  # noqa: S101 - the text is not blank
    return found


def _place(text: str, body: Organisation) -> Division:
    """A place within the body's own; the body's own when nothing is said."""
    if not text:
        return body.division
    below = division_tree().descendants(body.division_id, include_self=True)
    found = _one(text, PLACE, [one for one in below if one.active and one.level in PLACES], _called)
    assert found is not None  # noqa: S101 - the text is not blank
    return found


def _called(place: Division) -> tuple[str, ...]:
    return (place.code, place.name)


def _one(text: str, column: str, rows: Iterable[T], names: Callable[[T], tuple[str, ...]]) -> T | None:
    missing = _("没有“%(text)s”，或它不在管理范围内。请核对写法，或填代码。")
    return one_called(text, column, rows, names, missing=missing)


def _degrees(row: Row, column: str) -> Decimal | None:
    if not row[column]:
        return None
    try:
        number = Decimal(row[column])
    except InvalidOperation as error:
        raise BadCell(column, _("请填十进制的度数，例如 30.123456。")) from error
    if not number.is_finite() or abs(number) > 180:
        raise BadCell(column, _("请填十进制的度数，例如 30.123456。"))
    return round(number, 6)


def parents_by_name(points: Iterable[ContactPoint]) -> Mapping[str, list[ContactPoint]]:
    """Points by their code and by their name."""
    found: dict[str, list[ContactPoint]] = {}
    for point in points:
        for name in {point.code, point.name}:
            found.setdefault(name, []).append(point)
    return found
