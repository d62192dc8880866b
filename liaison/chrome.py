"""The frame of the desk: composition alone sees every floor, so it fills the rail."""

from collections.abc import Container
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, permissions_of
from deputies.accounts.backends import MOST_UNREAD
from deputies.accounts.models import Role
from liaison.base.web.chrome import Chrome, Entry, address
from supervision.cases.pulse import held as pulse

P = Permission
SUPERVISION = "supervision"
"""Stands for the sections of supervision where a place of the rail has its URL name."""
PLACES: tuple[tuple[Permission, Any, str, str, bool], ...] = (
    (P.MATTER_VIEW, _("待办"), "desk:home", "inbox", True),
    (P.INTAKE_ASSIST, _("代群众登记"), "intake:assist", "pencil-square", True),
    (P.INTAKE_IMPORT, _("批量导入"), "intake:import", "upload", False),
    (P.DESK, _("督办"), SUPERVISION, "eye", True),
    (P.PROPOSAL_VIEW, _("代表建议"), "proposals:list", "file-earmark-text", False),
    (P.HOT_VIEW, _("热点"), "gathering:hot", "fire", False),
    (P.ECHO_DRAFT, _("回音壁"), "echo:list", "megaphone", False),
    (P.RELAY_VIEW, _("接力"), "relays:list", "arrow-up-right-circle", False),
    (P.POINT_VIEW, _("联系点"), "contact_points:list", "geo-alt", True),
    (P.POINT_EDIT, _("覆盖情况"), "contact_points:coverage", "map", False),
    (P.ROSTER_VIEW, _("代表名册"), "roster:list", "people", True),
    (P.RULES_VIEW, _("分派规则"), "routing:list", "diagram-3", False),
    (P.SUGGESTION_EDIT, _("类别建议"), "suggestion:overview", "lightbulb", False),
    (P.TEMPLATE_EDIT, _("答复模板"), "handling:templates", "card-text", False),
    (P.EXCHANGE_VIEW, _("外部系统"), "exchange:ledger", "arrow-left-right", False),
    (P.BODIES_EDIT, _("机构与区划"), "succession:bodies", "buildings", False),
    (P.ACCOUNT_EDIT, _("账号"), "accounts:list", "person-gear", True),
    (P.REFERENCE_EDIT, _("基础数据"), "admin:index", "sliders", False),
    (P.SECURITY_LOG, _("安全管理"), "accounts:security", "shield-lock", True),
    (P.AUDIT_LOG, _("审计日志"), "accounts:audit", "journal-check", True),
)
"""Permission, label, URL name, icon, and whether it belongs into a phone's bottom bar."""
ALSO = {
    "proposals:list": ["proposals:notes"],
    "gathering:hot": ["gathering:topics"],
    "succession:bodies": ["succession:places"],
}
"""Pages of a place that lie elsewhere, by the URL name of the place."""


SECTIONS: tuple[tuple[Any, tuple[tuple[Permission, Any, str], ...]], ...] = (
    (_("看板"), ((P.SUPERVISION_VIEW, _("看板"), "dashboards:home"),)),
    (_("亮灯"), ((P.SUPERVISION_VIEW, _("督办待办"), "escalation:lights"),)),
    (
        _("督办"),
        (
            (P.ORDER_VIEW, _("督办函"), "orders:letters"),
            (P.ORDER_VIEW, _("催办"), "orders:reminders"),
            (P.ORDER_VIEW, _("包案"), "orders:cases"),
            (P.ORDER_DRAFT, _("重办"), "orders:redone"),
        ),
    ),
    (
        _("活动"),
        (
            (P.PROGRAMME_VIEW, _("活动"), "programme:activities"),
            (P.PROGRAMME_VIEW, _("任务"), "programme:tasks"),
            (P.PROGRAMME_PLAN, _("年度计划"), "programme:plan"),
            (P.INSPECTION_VIEW, _("群众监督员"), "inspections:groups"),
        ),
    ),
    (_("承诺"), ((P.MATTER_VIEW, _("承诺"), "promises:list"),)),
    (
        _("评查"),
        (
            (P.QUALITY_MARK, _("答复质量"), "quality:list"),
            (P.REVISIT_CALL, _("回访"), "revisits:list"),
            (P.QUALITY_MARK, _("回访台账"), "revisits:ledger"),
            (P.QUALITY_MARK, _("评价核查"), "revisits:watch"),
        ),
    ),
    (_("月报"), ((P.REPORT_VIEW, _("月报"), "reports:list"),)),
    (
        _("规定"),
        (
            (P.LADDER_VIEW, _("督办层级"), "escalation:ladder"),
            (P.REFERENCE_EDIT, _("时限规定"), "catalog:limits"),
            (P.REFERENCE_EDIT, _("工作日历"), "clocks:calendar"),
        ),
    ),
)
"""The sections of supervision as tabs (templates/supervision/_tabs.html), and what each holds: permission, label, URL
name. The first that the user may see is where 督办 in the rail leads."""


def desk_chrome(request: HttpRequest) -> Chrome:
    """Rail, bell, search box and menu for the signed-in user."""
    user: Any = request.user
    if not user.is_authenticated:
        return Chrome()
    held = permissions_of(user)
    return replace(
        _frame(held, user.role == Role.DEPUTY),
        sections_warning=SimpleLazyObject(pulse) if P.SUPERVISION_VIEW in held else None,
        unread=min(getattr(user, "unread", 0), MOST_UNREAD),
        user_name=user.name,
        organisation=str(user.organisation or ""),
        role=user.get_role_display(),
    )


@lru_cache(maxsize=64)
def _frame(held: frozenset[Permission], is_deputy: bool) -> Chrome:  # noqa: FBT001 - a key of the cache
    """The part that everybody with these permissions has; the same entries each time (see `Entry`)."""
    sections = _sections(held)
    sees_matters = P.MATTER_VIEW in held
    return Chrome(
        entries=[
            _entry(*place, sections=sections)
            for permission, *place in PLACES
            if permission in held and (sections or SUPERVISION not in place)
        ],
        sections=sections,
        menu=_menu(held, is_deputy=is_deputy),
        notices_url=address("desk:notices"),
        search_url=address("desk:home") if sees_matters else "",
        search_hint=_("编号、内容、地点") if sees_matters else "",
        logout_url=address("accounts:logout"),
    )


def _sections(held: Container[Permission]) -> list[Entry]:
    """The sections of supervision of which somebody with these permissions sees a part; each leads to the first."""
    found = []
    for label, rows in SECTIONS:
        parts = [Entry(name, address(url)) for permission, name, url in rows if permission in held]
        if parts:
            found.append(Entry(label, parts[0].url, also=[one.url for one in parts[1:]], parts=parts))
    return found


def _entry(label: Any, name: str, icon: str, phone: bool, *, sections: list[Entry]) -> Entry:  # noqa: FBT001
    """A place of the rail; 督办 leads to the first of the user's sections and stands for all of them."""
    if name == SUPERVISION:
        return Entry(
            label, sections[0].url, icon, phone=phone, also=[url for one in sections for url in (one.url, *one.also)]
        )
    return Entry(label, address(name), icon, phone=phone, also=[address(one) for one in ALSO.get(name, ())])


def _menu(held: Container[Permission], *, is_deputy: bool) -> list[Entry]:
    """Behind the user's name: the own record, the own background jobs, the password."""
    own = Entry(label=_("我的代表资料"), url=address("roster:me"), icon="person-badge")
    jobs = Entry(label=_("后台任务"), url=address("jobs:list"), icon="hourglass-split")
    password = Entry(label=_("修改密码"), url=address("accounts:password"), icon="key")
    return [*[own] * is_deputy, *[jobs] * (P.PLAQUE_PRINT in held), password]
