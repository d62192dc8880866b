"""Lists: the register, the coverage, and both as spreadsheets."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from deputies.accounts.access import Permission, can, requires
from deputies.contact_points.coverage import DEFINITION, coverage_for
from deputies.contact_points.forms import PointFilter
from deputies.contact_points.models import ContactPoint, PointKind, Standard
from deputies.contact_points.register import MOST_IN_TREE, ORDER, as_tree, filtered, listed, overview
from liaison.base.documents.xlsx import Sheet, workbook_response
from liaison.base.phrases import listing
from liaison.base.stamps import reading
from liaison.base.web.htmx import render_page
from liaison.base.web.paging import KeysetPage, capped_count
from liaison.base.web.parts import Tab
from liaison.base.workdays.arithmetic import local_today

COLUMNS = (
    _l("代码"), _l("名称"), _l("类别"), _l("上级"), _l("管理机构"),
    _l("所在社区"), _l("选区"), _l("地址"), _l("公开电话"), _l("开放时间"),
    _l("纬度"), _l("经度"), _l("在任驻点代表数"), _l("达标项数"), _l("未达标项"),
    _l("状态"),
)  # fmt: skip
GAP_COLUMNS = (_l("街道"), _l("类别"), _l("代码"), _l("名称"))


def tabs(current: str) -> list[Tab]:
    """The tabs over the pages of the register."""
    pages = (("list", _("联系点")), ("coverage", _("覆盖情况")))
    return [Tab(label, reverse(f"contact_points:{name}"), current=name == current) for name, label in pages]


@requires(Permission.POINT_VIEW)
@require_safe
@reading()
def point_list(request: HttpRequest) -> HttpResponse:
    """The register: by street, one street as a tree, or what was searched for."""
    user: Any = request.user
    form = PointFilter(request.GET, user=user)
    chosen = form.chosen
    rows = filtered(user, chosen)
    context = {
        "form": form,
        "tabs": tabs("list"),
        **_view_of(request, chosen, rows, with_bodies="organisation" in form.fields),
    }
    context |= {"may_edit": can(user, Permission.POINT_EDIT), "may_print": can(user, Permission.PLAQUE_PRINT)}
    return render_page(request, "deputies/contact_points/list.html", "deputies/contact_points/_list.html", context)


def _view_of(request: HttpRequest, chosen: dict[str, str], rows: Any, *, with_bodies: bool) -> dict[str, Any]:
    """By body while nothing is chosen, as a tree for one body, else a flat list by pages."""
    user: Any = request.user
    if not chosen and with_bodies:
        return {"bodies": overview(user), "kinds": list(PointKind.choices), "standards": len(Standard)}
    if not (set(chosen) - {"organisation"}):
        points = list(listed(rows)[: MOST_IN_TREE + 1])
        if len(points) <= MOST_IN_TREE:
            return {"nodes": as_tree(points), "standards": len(Standard)}
    page = KeysetPage(listed(rows), order=ORDER, cursor=request.GET.get("page"))
    return {"page": page, "found": capped_count(rows), "standards": len(Standard)}


@requires(Permission.POINT_EDIT)
@require_safe
@reading()
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows, as a spreadsheet."""
    user: Any = request.user
    rows = filtered(user, PointFilter(request.GET, user=user).chosen)
    sheet = Sheet(
        title=_("联系点"), columns=COLUMNS, rows=_export_rows(listed(rows).order_by("organisation__code", *ORDER))
    )
    return workbook_response(sheet, name=f"contact-points-{local_today(timezone.now()):%Y%m%d}.xlsx")


def _export_rows(rows: Any) -> Iterator[list[Any]]:
    point: ContactPoint
    for point in rows:
        missing = listing(one.label for one in point.missing_standards)
        yield [
            point.code, point.name, str(point.get_kind_display()), point.parent.name if point.parent else "",
            point.organisation.name, point.division.name,
            point.electoral_district.name if point.electoral_district else "", point.address, point.phone, point.hours,
            point.latitude, point.longitude, point.seats,  # type: ignore[attr-defined]
            len(point.standards), missing, str(_("在用") if point.active else _("已停用")),
        ]  # fmt: skip


@requires(Permission.POINT_EDIT)
@require_safe
@reading()
def coverage(request: HttpRequest) -> HttpResponse:
    """Communities and electoral districts without any contact point, by street."""
    user: Any = request.user
    found = coverage_for(user)
    context = {"coverage": found, "definition": DEFINITION, "tabs": tabs("coverage")}
    return render(request, "deputies/contact_points/coverage.html", context)


@requires(Permission.POINT_EDIT)
@require_safe
@reading()
def coverage_export(request: HttpRequest) -> HttpResponse:
    """The gaps as a spreadsheet."""
    user: Any = request.user
    rows = (
        [street.name if street else "", str(place.get_level_display()), place.code, place.name]
        for street, place in coverage_for(user).gaps
    )
    sheet = Sheet(title=_("没有联系点的社区和选区"), columns=GAP_COLUMNS, rows=rows)
    return workbook_response(sheet, name=f"coverage-gaps-{local_today(timezone.now()):%Y%m%d}.xlsx")
